"""Which line of a YAML file has too few or too many blanks before it, when a parser has given up.

Owns the search, and its words. A parser finds such a mistake where nothing fits any more, which is often
some lines below it. So each line above is tried with the blanks of the lines around it: the change after
which most of the file fits is what was probably meant, and among these the one after which the same keys
stand together most often, none twice and none without a value. Must not know what any key means.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from queues.yamlparser import Parser

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ROWS_ABOVE: Final = 80  # that may have the mistake: a menu with nine options in three languages takes 60
ROWS_BELOW: Final = 40  # that show whether it is mended
STEP: Final = 2  # blanks by which a part usually begins further right than its key
FURTHEST: Final = 8  # blanks that somebody is off
MOST_TRIALS: Final = 1_500  # one takes 0.3 ms where those rows are of usual length
MOST_READ: Final = 5_000_000  # characters in all trials
LONGEST: Final = 40_000  # characters of those rows; more was made by a program
_NEVER: Final = 1_000_000  # the line of the next mistake when there is none
_EMPTY_OR_TWICE: Final = 4  # as bad as so many pairs of keys that stand nowhere else together

_KEY: Final = re.compile(r"""( *)((?:- +)*)("[^"]+"|'[^']+'|[\w+][\w +.-]*?) ?:(?:\s+(?!#)(\S)|\s|$)""")
_WORD: Final = re.compile(r"[\w+][\w +.-]*(?=:(?:\s|$))")
_ITEM: Final = re.compile("( *)((?:- +)+)")
_TEXT_BELOW: Final = re.compile(r".*(?:: |- )\s*[>|][-+0-9]*(?:\s+#.*)?$")


class Row(NamedTuple):
    """A line with a key, from 0: the blanks before it, and before its key if a dash stands between."""

    at: int
    blanks: int
    inner: int
    key: str
    opens: bool  # its value is to stand below it


class Change(NamedTuple):
    """The lines from `first` to before `end`, which begin with `before` blanks, moved to `after`."""

    first: int
    end: int
    before: int
    after: int


def key_rows(rows: Sequence[str]) -> Iterator[Row]:
    """Find the lines that begin with a key or a dash, those of a text below > or | left out."""
    text_below: int | None = None
    for at, row in enumerate(rows):
        blanks = len(row) - len(row.lstrip(" "))
        if text_below is not None and (blanks > text_below or not row.strip()):
            continue
        text_below = blanks if _TEXT_BELOW.match(row) else None
        found = _KEY.match(row)
        item = _ITEM.match(row)
        if found is not None:
            opens = not found[4] and text_below is None
            yield Row(at, blanks, found.start(3), found[3].strip("\"'"), opens)
        elif item is not None:
            yield Row(at, blanks, item.end(), "", opens=False)


def wrong_blanks(rows: Sequence[str], line: int) -> tuple[int, int, str] | None:
    """Find the line that is to begin with other blanks, so that a parser gets past `line` (from 1).

    Return its line, its column and what is to be said of it; None when no such change helps.
    """
    keys = [each for each in key_rows(rows[: line + ROWS_BELOW]) if each.at >= line - 1 - ROWS_ABOVE]
    if not keys or all(each.at != line - 1 for each in keys):
        return None
    start, end = keys[0].at, min(len(rows), line + ROWS_BELOW)
    if sum(map(len, rows[start:end])) > LONGEST:
        return None
    words = Counter(word for row in rows[start:end] for word in _WORD.findall(row))
    trial = _Trial(rows, keys, _above(rows, keys[0]), end, {word for word in words if words[word] > 1})
    ranked = sorted(trial.ranked(line), key=lambda each: each[0])
    if not ranked:
        return None
    best, change = ranked[0]
    said = _said(rows, keys, change, line)
    for rank, other in ranked[1:]:
        if rank[:3] == best[:3] and other.first == change.first and other.after != change.after:
            near, _ = _near(keys, other)
            said += f"; or {_remedy(other)}, if it belongs with line {near}" if near else ""
            break
    return change.first + 1, change.before + 1, said


def numbers(rows: Sequence[str], line: int) -> str:
    """Say how many blanks the line (from 1) begins with, and those above that it may belong with."""
    keys = list(key_rows(rows[:line]))
    if not keys or keys[-1].at != line - 1:
        return ""
    here, known = keys[-1], {}
    lowest = _NEVER
    for each in reversed(keys[:-1]):
        if each.blanks < lowest:
            known[each.blanks], lowest = each.at + 1, each.blanks
    shown = [f"line {at} with {blanks}" for blanks, at in known.items()][:3]
    begins = f"line {line} begins with {count(here.blanks)}"
    return f"{begins}, {', '.join(shown)}" if shown else begins


def text_below(rows: Sequence[str], line: int) -> tuple[int, int, str] | None:
    """Find a line that was to go on with a text below > or |, but does not begin with more blanks."""
    before = next((at for at in range(line - 2, -1, -1) if rows[at].strip()), None)
    row = rows[line - 1]
    if before is None or not row.strip() or row.lstrip().startswith("#") or _KEY.match(row):
        return None
    blanks = len(row) - len(row.lstrip(" "))
    head = next((at for at in range(before, -1, -1) if _TEXT_BELOW.match(rows[at])), None)
    if head is None:
        return None
    least = len(rows[head]) - len(rows[head].lstrip(" "))
    body = [len(each) - len(each.lstrip(" ")) for each in rows[head + 1 : line - 1] if each.strip()]
    if blanks > least or any(each <= least for each in body):
        return None
    wanted = body[0] if body else least + 2
    begins = f"line {line} begins with {count(blanks)}"
    needs = f"as part of the text that begins in line {head + 1} it needs {wanted}: add {wanted - blanks}"
    return line, blanks + 1, f"{begins}; {needs}"


def _above(rows: Sequence[str], first: Row) -> list[str]:
    """Return a key for each part of the file that the first of the rows stands in."""
    levels: list[int] = []
    lowest = first.blanks
    for each in reversed(list(key_rows(rows[: first.at]))):
        if each.blanks < lowest:
            lowest = each.blanks
            levels.append(lowest)
    return [f"{' ' * level}above:" for level in reversed(levels)]


class _Trial(NamedTuple):
    """Tries changes of the lines from the first key to `end`."""

    rows: Sequence[str]
    keys: Sequence[Row]
    above: Sequence[str]
    end: int
    usual: Collection[str]  # keys that stand there several times: others are names

    def ranked(self, line: int) -> Iterator[tuple[tuple[int, ...], Change]]:
        """Give each change that helps, with its rank: the lowest is the most likely."""
        tried = 0
        most = min(MOST_TRIALS, MOST_READ // (1 + sum(map(len, self.rows[self.keys[0].at : self.end]))))
        levels = {level for each in self.keys for level in (each.blanks, each.inner)}
        for row in reversed([each for each in self.keys if each.at < line]):
            for level in sorted(levels, key=lambda level: abs(level - row.blanks)):
                if level == row.blanks or abs(level - row.blanks) > FURTHEST:
                    continue
                for stop in {row.at + 1, _end(self.rows, row, self.end)}:
                    tried += 1
                    if tried > most:
                        return
                    change = Change(row.at, stop, row.blanks, level)
                    fits, oddness = self.judged(change)
                    if fits >= line:
                        same = sum(each.key == row.key and each.blanks == level for each in self.keys)
                        off = abs(level - row.blanks)
                        uneven = self._uneven(change)
                        yield (-fits, oddness, -same, uneven, stop - row.at, off, -row.at), change

    def _uneven(self, change: Change) -> int:
        """Return how many lines begin by other than the usual two blanks further right than their part."""
        uneven, open_parts = 0, [0]
        for row in self.keys:
            moved = change.after - change.before if change.first <= row.at < change.end else 0
            while open_parts[-1] > row.blanks + moved:
                open_parts.pop()
            if row.blanks + moved > open_parts[-1]:
                uneven += row.blanks + moved - open_parts[-1] != STEP
                open_parts.append(row.inner + moved)
        return uneven

    def judged(self, change: Change) -> tuple[int, int]:
        """Return the line from 0 up to which it can be read then, and how odd that is which stands there."""
        start = self.keys[0].at
        text = "\n".join([*self.above, *_changed(self.rows, change, start, self.end)])
        judged = _Judged(self.usual)
        try:
            judged.read(Parser(text))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            return (mark.line - len(self.above) + start if mark is not None else 0), judged.oddness
        except (yaml.YAMLError, ValueError, OverflowError):
            return 0, 0
        return _NEVER, judged.oddness


def _end(rows: Sequence[str], row: Row, end: int) -> int:
    """Return where the lines that belong to a line end."""
    for at in range(row.at + 1, end):
        text = rows[at].lstrip(" ")
        if text and not text.startswith("#") and len(rows[at]) - len(text) <= row.blanks:
            return at
    return end


def _changed(rows: Sequence[str], change: Change, start: int, end: int) -> Iterator[str]:
    for at in range(start, end):
        if not change.first <= at < change.end or not rows[at].strip():
            yield rows[at]
        elif change.after > change.before:
            yield " " * (change.after - change.before) + rows[at]
        else:
            yield rows[at][change.before - change.after :]


class _Judged:
    """How odd is what stands in a text: which keys stand together, twice, or without a value."""

    def __init__(self, usual: Collection[str]) -> None:
        self._usual = usual
        self._pairs: set[tuple[str, str]] = set()
        self._bad = 0
        self._parts: list[set[str] | None] = [None]  # open ones: the keys so far, None of a list
        self._is_key = [False]

    @property
    def oddness(self) -> int:
        """The less, the likelier it is that this was meant."""
        return len(self._pairs) + _EMPTY_OR_TWICE * self._bad

    def read(self, parser: Any) -> None:
        """Take all that a parser finds. Raises what it raises."""
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.CollectionStartEvent):
                self._is_key[-1] = not self._is_key[-1]
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                self._parts.append(set() if is_mapping else None)
                self._is_key.append(is_mapping)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._parts.pop()
                self._is_key.pop()
            elif isinstance(event, yaml.ScalarEvent):
                part = self._parts[-1]
                if part is not None and self._is_key[-1]:
                    self._take(event.value, part)
                elif not event.value and not event.style:
                    self._bad += 1
                self._is_key[-1] = not self._is_key[-1]

    def _take(self, word: str, part: set[str]) -> None:
        key = "0" if word.isdecimal() else word if word in self._usual else ""  # each number, each name alike
        if key in part and key not in {"0", ""}:
            self._bad += 1
        self._pairs.update((key, each) if key < each else (each, key) for each in part)
        part.add(key)


def _said(rows: Sequence[str], keys: Sequence[Row], change: Change, line: int) -> str:
    number = change.first + 1
    here = f"line {number} begins" if number == line else f"line {number} looks wrong: it begins"
    lines = [at for at in range(change.first + 1, change.end) if rows[at].strip()]
    more = ""
    if lines:
        more = f" before it and before line {lines[0] + 1}"
        more += f" to {lines[-1] + 1}, which belong to it" if len(lines) > 1 else ", which belongs to it"
    return f"{here} with {count(change.before)}, {_with(keys, change)}: {_remedy(change)}{more}"


def _with(keys: Sequence[Row], change: Change) -> str:
    near, blanks = _near(keys, change)
    if not near:
        return f"where {change.after} were expected"
    if blanks == change.after:
        return f"the lines that it belongs with (line {near}) with {blanks}"
    return f"but it belongs to line {near}, which begins with {blanks}"


def _near(keys: Sequence[Row], change: Change) -> tuple[int, int]:
    """Return a line that the changed one belongs with, or to, and its blanks; 0 when there is none."""
    before = [each for each in reversed(keys) if each.at < change.first]
    for row in before:
        if change.after in {row.blanks, row.inner}:
            return row.at + 1, change.after
        if row.blanks < change.after:
            break
    for row in keys:
        if row.at >= change.end and row.blanks == change.after:
            return row.at + 1, row.blanks
        if row.at >= change.end and row.blanks < change.after:
            break
    return next(((row.at + 1, row.blanks) for row in before if row.blanks < change.after), (0, 0))


def _remedy(change: Change) -> str:
    more = change.after - change.before
    return f"add {more}" if more > 0 else f"remove {-more}"


def count(blanks: int) -> str:
    """Say how many blanks it is."""
    return {0: "no blank", 1: "1 blank"}.get(blanks, f"{blanks} blanks")
