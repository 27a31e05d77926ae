"""Bytes of a YAML file to PyYAML's tree of nodes, without what makes YAML dangerous.

Owns the checks below the level of meaning: coding, size, depth, syntax. Must not know any key.
Left out of YAML on purpose: anchors and aliases (a small file could unfold to gigabytes), own tags,
tabs, invisible characters, several documents in a file. Never raises for what stands in the file.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

import yaml

from queues.problems import MAX_WORD

if TYPE_CHECKING:
    from pathlib import Path

    from queues.problems import Findings

MAX_FILE_BYTES = 1_000_000  # a menu of 200 nodes takes about 40,000
MAX_DEPTH = 20  # lists and mappings inside each other; the shipped files need 5

NULL_TAG = "tag:yaml.org,2002:null"
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}
# Control characters, exotic line ends, direction overrides, byte order marks, halves of characters.
_UNPRINTABLE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202f-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010fffd]"
)


# What PyYAML says of the mistakes that people make, and what it should say to them.
_MISTAKES = {
    "mapping values": 'expected no ": " within a value; quote the text, or indent like the line before',
    "<block end>": "expected the indentation of the lines it belongs with, or an end of the one before",
    "could not find expected ':'": "expected a colon after the key in the line before",
    "expected ',' or '}'": "expected a comma or a closing }; a text that holds a comma needs quotes",
    "expected ',' or ']'": "expected a comma or a closing ]",
    "found unexpected end of stream": "expected closing quotes, found the end of the file",
}


def compose(content: bytes, path: Path, findings: Findings) -> yaml.Node | None:
    """Read YAML that came from `path`. None, and why in `findings`, when it cannot be used at all."""
    if len(content) > MAX_FILE_BYTES:
        findings.note(path, 1, 1, f"expected at most {MAX_FILE_BYTES:,} bytes, found more; divide the file")
        return None
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line, column = _place(before, len(before))
        findings.note(path, line, column, "expected UTF-8, found another coding; save the file as UTF-8")
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    usable = True
    for number, row in enumerate(text.split("\n"), start=1):
        if "\t" in row:
            usable = False
            findings.note(
                path,
                number,
                row.index("\t") + 1,
                "expected blanks, found a tab character; press the space bar instead",
            )
    invisible = _UNPRINTABLE.search(text)
    if invisible is not None:
        usable = False
        line, column = _place(text, invisible.start())
        findings.note(path, line, column, _unprintable(invisible[0]))
    return _nodes(text, path, findings) if usable else None


def _nodes(text: str, path: Path, findings: Findings) -> yaml.Node | None:
    composer = _Composer(text, path, findings)
    node: yaml.Node | None
    try:
        node = composer.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        findings.note(path, line, column, _mistake(error))
        return None
    except (yaml.YAMLError, ValueError, OverflowError):  # such as "\U00110000", which is no character
        line, column = composer.line + 1, composer.column + 1
        findings.note(path, line, column, "expected the number of a character after the backslash")
        return None
    if node is None:
        findings.note(path, 1, 1, "expected keys with values, found an empty file")
    return node if composer.usable else None


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, which notes what we leave out of YAML and goes on."""

    def __init__(self, text: str, path: Path, findings: Findings) -> None:
        super().__init__(text)
        self.usable = True
        self._path = path
        self._findings = findings
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            self._refuse(mark, f"aliases (*{event.anchor}) are not used here; write it out again")
            self.get_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
            return yaml.ScalarNode(NULL_TAG, "", mark, mark)
        if event.anchor is not None:
            self._refuse(mark, f"anchors (&{event.anchor}) are not used here; remove it")
            event.anchor = None
        if event.tag not in _PLAIN_TAGS | {None, "!"}:
            self._refuse(mark, f"tags ({event.tag}) are not used here; remove it")
            event.tag = None
        if isinstance(event, yaml.ScalarEvent):
            found = _UNPRINTABLE.search(event.value)  # an escape such as "\0" made it
            if found is not None:
                self._refuse(mark, _unprintable(found[0]))
        if self._depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(None, None, f"more than {MAX_DEPTH} levels inside each other", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def _refuse(self, mark: yaml.Mark, message: str) -> None:
        self.usable = False
        shown = message if len(message) <= 2 * MAX_WORD + 40 else f"{message[: 2 * MAX_WORD]}…"
        self._findings.note(self._path, mark.line + 1, mark.column + 1, shown)


def _mistake(error: yaml.MarkedYAMLError) -> str:
    """Say what is wrong in words for somebody who has never heard of a block mapping."""
    problem = error.problem or ""
    began = "" if error.context_mark is None else f"; it began in line {error.context_mark.line + 1}"
    for theirs, ours in _MISTAKES.items():
        if theirs in problem:
            return f"{ours}{began}"
    what = ", ".join(part for part in (error.context, error.problem) if part)
    return f"expected YAML, found a mistake in it: {what}"


def _unprintable(character: str) -> str:
    return f"expected text, found the invisible character U+{ord(character):04X}; remove it"


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")
