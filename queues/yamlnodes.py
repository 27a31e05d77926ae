"""Bytes of a YAML file to PyYAML's tree of nodes, without what makes YAML dangerous.

Owns the checks below the level of meaning: coding, size, depth, syntax. Must not know any key.
Left out of YAML on purpose: anchors and aliases (a small file could unfold to gigabytes), own tags,
tabs, invisible characters, several documents in a file. Never raises for what stands in the file.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from queues.problems import MAX_WORD
from queues.yamlmistakes import TOO_DEEP, mistake, typographic
from queues.yamlparser import Parser

if TYPE_CHECKING:
    from pathlib import Path

    from queues.problems import Findings

MAX_FILE_BYTES = 1_000_000  # a menu of 200 nodes takes about 40,000
MAX_DEPTH = 20  # lists and mappings inside each other; the shipped files need 5
# Blanks that look like those of the space bar and are none: Word and web pages have them.
_INDENTED = re.compile("[ -]*[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_WIDE = "expected blanks, found a blank of another kind (U+{:04X}); press the space bar instead"
MAX_REFUSED = 10  # anchors, aliases and tags that are told: a file that is full of them was made by a program

NULL_TAG = "tag:yaml.org,2002:null"
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}
# Control characters, exotic line ends, direction overrides, byte order marks, halves of characters.
_UNPRINTABLE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\xac\xae-\u200a\u200c\u200d\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010fffd]"
)


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
        wide = _INDENTED.match(row)
        if wide is not None:
            usable = False
            findings.note(path, number, wide.end(), _WIDE.format(ord(row[wide.end() - 1])))
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
        findings.note(path, *mistake(text, error))
        return None
    except _TooManyRefusedError:
        return None
    except (yaml.YAMLError, ValueError, OverflowError):  # such as "\U00110000", by PyYAML's own parser
        findings.note(path, 1, 1, "expected the number of a character after each backslash")
        return None
    if node is None:
        findings.note(path, 1, 1, "expected keys with values, found an empty file")
    return node if composer.usable else None


class _TooManyRefusedError(Exception):
    """What is left out of YAML has been told often enough."""


class _Composer(Composer, Parser, Resolver):
    """PyYAML's composer, which notes what we leave out of YAML and goes on."""

    def __init__(self, text: str, path: Path, findings: Findings) -> None:
        Parser.__init__(self, text)
        Composer.__init__(self)
        Resolver.__init__(self)
        self.usable = True
        self._path = path
        self._findings = findings
        self._depth = 0
        self._refused = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            self._refuse(mark, f"aliases (*{event.anchor})", "write it out again, or put the text in quotes")
            self.get_event()
            return yaml.ScalarNode(NULL_TAG, "", mark, mark)
        if event.anchor is not None:
            self._refuse(mark, f"anchors (&{event.anchor})", "remove it, or put the text in quotes")
            event.anchor = None
        if event.tag not in _PLAIN_TAGS | {None, "!"}:
            self._refuse(mark, f"tags ({event.tag})", "remove it, or put the text in quotes")
            event.tag = None
        if isinstance(event, yaml.ScalarEvent):
            found = _UNPRINTABLE.search(event.value)  # an escape such as "\0" made it
            if found is not None:
                self._note(mark, _unprintable(found[0]))
            quote = None if event.style else typographic(event.value)
            if quote is not None:
                self._note(mark, quote)
        if self._depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(None, None, TOO_DEEP.format(MAX_DEPTH), mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def _refuse(self, mark: yaml.Mark, what: str, remedy: str) -> None:
        self._refused += 1
        if self._refused > MAX_REFUSED:
            raise _TooManyRefusedError
        shown = what if len(what) <= 2 * MAX_WORD else f"{what[: 2 * MAX_WORD]}…"
        self._note(mark, f"{shown} are not used here; {remedy}")

    def _note(self, mark: yaml.Mark, message: str) -> None:
        self.usable = False
        self._findings.note(self._path, mark.line + 1, mark.column + 1, message)


def _unprintable(character: str) -> str:
    return f"expected text, found the invisible character U+{ord(character):04X}; remove it"


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")
