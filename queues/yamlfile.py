"""YAML files that people edit: each value with its place, read into the type that is expected there.

Owns the typed reader and the words of its problems. Must not know what any key means. Nothing here
raises for what stands in a file: each problem goes into `Findings`, the reader gives a harmless
value of the right type and goes on, so that all problems of all files are told at once; then
`Findings.check()` raises `ConfigurationError`. A loader looks like this:

    findings = Findings()
    root = read_file(path, findings)
    if root is not None:
        section = root.section(required=("name",), optional=("wait",))
        name, wait_s = section.text("name"), section.seconds("wait", 5.0, least=1, most=60)
    findings.check()

A value is taken as it is written, so YAML's traps do not bite: `9` and `"9"` are the same key, `no` is
a text where a text is expected and false where yes or no is, `+46858028500` keeps its plus, and `010`
is never 8. Times are always written with their unit: `500 ms`, `20 s`, `1.5 s`, `2 min`, `1 h`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import yaml

from queues.problems import MAX_WORD, ConfigurationError, Findings, Problem, Severity, suggestion
from queues.shapes import ANY, free_form
from queues.yamlkeys import is_nothing, signed
from queues.yamlnodes import MAX_FILE_BYTES, compose
from queues.yamlplaces import parted, placed
from queues.yamlsection import Section
from queues.yesno import hint, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from queues.shapes import JSON, Shape
    from queues.yamlkeys import Mended
    from queues.yamlplaces import Forms

__all__ = [
    "ConfigurationError",
    "Findings",
    "Problem",
    "Section",
    "Severity",
    "Value",
    "read_bytes",
    "read_file",
    "suggestion",
]

MAX_TEXT = 2_000  # characters of one text: about two minutes of speech

_UNIT_S = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_TIME = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?) ?(ms|s|min|h)", re.ASCII)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})", re.ASCII)

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One value of a file: `trail` is the way to it by keys, list items counted from 1.

    `key` is the key that it belongs to and `form` what may stand there, both where they are known.
    """

    node: yaml.Node = field(repr=False)
    path: Path
    trail: str
    findings: Findings = field(repr=False)
    key: yaml.Node | None = field(default=None, repr=False)
    form: JSON = field(default_factory=dict, repr=False)

    @property
    def line(self) -> int:
        """The line it begins on, from 1."""
        return self.node.start_mark.line + 1

    @property
    def column(self) -> int:
        """The column it begins at, from 1."""
        return self.node.start_mark.column + 1

    @property
    def found(self) -> str:
        """What stands there, in words for a person."""
        match self.node:
            case yaml.MappingNode(value=pairs):
                return "keys with values" if pairs else "no keys at all"
            case yaml.SequenceNode(value=nodes):
                return f"a list of {len(nodes)}" if nodes else "an empty list"
        if is_nothing(self.node):
            return "nothing"
        shown = " ".join(self.node.value.split())
        return f'"{shown if len(shown) <= MAX_WORD else shown[: MAX_WORD - 1] + "…"}"'

    @property
    def written(self) -> str | None:
        """What stands there, word for word, or None for a list or a mapping. Nothing is checked or noted."""
        return self.node.value.strip() if isinstance(self.node, yaml.ScalarNode) else None

    @property
    def is_list(self) -> bool:
        """Whether a list stands there."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there, or a mapping or a list without anything in it."""
        return is_nothing(self.node) or not (isinstance(self.node, yaml.ScalarNode) or self.node.value)

    def words(self) -> tuple[str, ...]:
        """Return every text that stands here or below, keys left out. Nothing is checked or noted."""
        words: list[str] = []
        ahead = [self.node]
        while ahead:
            node = ahead.pop()
            if isinstance(node, yaml.ScalarNode):
                words.append(node.value.strip())
            elif isinstance(node, yaml.SequenceNode):
                ahead += node.value
            else:
                ahead += [value for _, value in node.value]
        return tuple(words)

    def error(self, message: str) -> None:
        """Note an error at this place."""
        self.findings.note(self.path, self.line, self.column, self._placed(message))

    def warning(self, message: str) -> None:
        """Note a warning at this place."""
        self.findings.note(self.path, self.line, self.column, self._placed(message), Severity.WARNING)

    def expected(self, what: str, remedy: str = "") -> None:
        """Note that `what` was expected here and something else was found."""
        self.error(f"expected {what}, found {self.found}{remedy}")

    def text(
        self,
        *,
        what: str = "a text",
        pattern: re.Pattern[str] | None = None,
        longest: int = MAX_TEXT,
        secret: bool = False,
    ) -> str:
        """Read a text, as written, with each run of blanks and line ends made one blank.

        `pattern` must match all of it and `what` says in words what that means. "" when it is wrong.
        A `secret` text is never repeated in an error.
        """
        if not isinstance(self.node, yaml.ScalarNode) or is_nothing(self.node):
            self.expected(what)
            return ""
        text = " ".join(self.node.value.split())
        if not text or (pattern is not None and pattern.fullmatch(text) is None):
            self.error(f"expected {what}, found {'something else' if secret else self.found}")
            return ""
        if len(text) > longest:
            self.error(f"expected {what} of at most {longest} characters, found {len(text)}")
            return ""
        return text

    def integer(self, *, least: int, most: int) -> int:
        """Read a whole number between the two, inclusive. `least` when it is wrong."""
        what = f"a whole number from {least} to {most}"
        written = self.written
        if written is None or _INTEGER.fullmatch(written) is None:
            zeros = written is not None and _INTEGER.fullmatch(written.lstrip("0")) is not None
            self.expected(f"{what} without leading zeros" if zeros else what)
            return least
        number = int(written)
        if not least <= number <= most:
            self.expected(what)
            return least
        return number

    def seconds(self, *, least: float = 0.0, most: float) -> float:
        """Read a time with its unit, in seconds, between the two, inclusive. `least` when it is wrong."""
        what = f'a time from {least:g} s to {most:g} s, with its unit, such as "20 s" or "2 min"'
        match_ = _TIME.fullmatch(self.written or "")
        if match_ is None:
            self.expected(what)
            return least
        time_s = round(float(match_[1]) * _UNIT_S[match_[2]], 3)
        if not least <= time_s <= most:
            self.expected(what)
            return least
        return time_s

    def boolean(self) -> bool:
        """Read `yes` or `no` (`true` and `false` too, with quotes or without). False when it is wrong."""
        meaning = yes_or_no(self.written)
        if meaning is None:
            self.expected("yes or no", hint(self.written))
        return bool(meaning)

    def choice(self, meanings: Mapping[str, Meaning]) -> Meaning:
        """Read one of the words and give its meaning. The first meaning when it is wrong."""
        written = self.written
        if written is not None and written in meanings:
            return meanings[written]
        words = ", ".join(f'"{word}"' for word in meanings)
        near = difflib.get_close_matches((written or "")[:MAX_WORD], list(meanings), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        self.error(f"expected one of {words}, found {self.found}{hint}")
        return next(iter(meanings.values()))

    def items(self, *, what: str = "a list", least: int = 0, most: int = 1_000) -> tuple[Value, ...]:
        """Read a list of values. Empty when it is no list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.expected(what)
            return ()
        if not least <= len(self.node.value) <= most:
            self.expected(f"{what} ({least} to {most} of them)")
        return tuple(
            self._inner(node, f"{self.trail}[{place}]")
            for place, node in enumerate(self.node.value[:most], start=1)
        )

    def entries(self, *, what: str = "keys with values") -> tuple[tuple[Value, Value], ...]:
        """Read a mapping whose keys are free (ids, say) as pairs of key and value, in order.

        Read the key by `key.text(pattern=...)`. Empty when it is no mapping.
        """
        if not isinstance(self.node, yaml.MappingNode):
            self.expected(what)
            return ()
        form = free_form(self.form)
        found = signed(self.node, ())
        if form is not ANY:
            found = parted(found, form, "" if self.key is None else self.key.value)
        return tuple(self._pairs(found, {"": form}))

    def section(self, *, required: Collection[str] = (), optional: Collection[str] = ()) -> Section:
        """Read a mapping with these keys and no others. Empty when it is no mapping."""
        return self._section(dict.fromkeys(required, ANY), dict.fromkeys(optional, ANY))

    def shaped(self, shape: Shape) -> Section:
        """Read a mapping with the keys of `shape` and no others. Empty when it is no mapping."""
        return self._section(shape.required, shape.optional)

    def peek(self, key: str) -> Value | None:
        """Give the value of a key, or None when it is not there. Nothing is checked or noted."""
        node = self.node
        for key_node, value_node in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key_node, yaml.ScalarNode) and key_node.value.strip() == key:
                return self._inner(value_node, f"{self.trail}.{key}".lstrip("."))
        return None

    def _section(self, required: Forms, optional: Forms) -> Section:
        known = {**required, **optional}
        values: dict[str, Value] = {}
        if not isinstance(self.node, yaml.MappingNode):
            self.expected(f"keys with values ({', '.join(f'{key}:' for key in known)})")
            return Section(self, values)
        found = placed(signed(self.node, known), known, required)
        for key, value in self._pairs(found, known):
            name = key.node.value
            if name in known:
                values[name] = value
            elif not self.findings.full:
                key.error(f"unknown key; {suggestion(name, known)}")
        for name in required:
            if name not in values:
                self.error(f'the key "{name}" is missing')
        return Section(self, values)

    def _pairs(self, found: Mended, forms: Forms) -> Iterator[tuple[Value, Value]]:
        """Give each key with its value, whose form is that of its key, or else of any ("")."""
        for key_node, message in found.problems:
            self._inner(key_node, self._trail_to(key_node)).error(message)
        first_lines: dict[str, int] = {}
        for key_node, value_node in found.pairs:
            if self.findings.full:
                return  # nothing of this file is used, and nothing more is told of it
            trail = self._trail_to(key_node)
            key = self._inner(key_node, trail)
            if not isinstance(key_node, yaml.ScalarNode):
                key.expected("a word as key")
                continue
            name = " ".join(key_node.value.split())
            if name in first_lines:
                key.error(f"this key stands twice; the first is on line {first_lines[name]}")
                continue
            first_lines[name] = key.line
            form = forms.get(name) or forms.get("", ANY)
            yield key, Value(value_node, self.path, trail, self.findings, key_node, form)

    def _inner(self, node: yaml.Node, trail: str) -> Value:
        return Value(node, self.path, trail, self.findings)

    def _trail_to(self, key: yaml.Node) -> str:
        if not isinstance(key, yaml.ScalarNode):
            return self.trail
        name = " ".join(key.value.split())[:MAX_WORD]
        return f"{self.trail}.{name}" if self.trail else name

    def _placed(self, message: str) -> str:
        return f"{self.trail}: {message}" if self.trail else message


def read_file(path: Path, findings: Findings) -> Value | None:
    """Read a YAML file. None, and why in `findings`, when it cannot be used at all."""
    if path.exists() and not path.is_file():
        found = "a folder" if path.is_dir() else "something that is none"
        findings.note(path, 1, 1, f"expected a file, found {found}; remove it, or write the file there")
        return None
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        findings.note(path, 1, 1, "expected this file, found none; is it elsewhere, or named otherwise?")
        return None
    except OSError as error:
        findings.note(path, 1, 1, f"cannot read this file: {error.strerror or 'unknown reason'}")
        return None
    return read_bytes(content, path, findings)


def read_bytes(content: bytes, path: Path, findings: Findings) -> Value | None:
    """Read YAML that came from `path`. None, and why in `findings`, when it cannot be used at all."""
    node = compose(content, path, findings)
    return None if node is None else Value(node, path, "", findings)
