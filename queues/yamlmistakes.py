"""What is wrong where a YAML parser gives up: in words for somebody who has never heard of a block mapping.

Owns these words, and the looking for the place where the mistake was made, which is often some lines before
the one where a parser finds it. Must not know what any key means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from queues.yamlblanks import key_rows, numbers, text_below, wrong_blanks

if TYPE_CHECKING:
    import yaml

TOO_DEEP: Final = "expected at most {} lists and keys inside each other, found more"

_INDENTATION = "expected as many blanks before this line as before those that it belongs with"
_OR_QUOTES = "; or, if this is still the text of the line before, put the whole text in quotes"
_NUMBER_OF_CHARACTER = "expected the number of a character after the backslash"
_DASH = 'expected no "- " here: lists begin on the line below the key; a text that begins so needs quotes'
_TEXT_BELOW = "expected the text on the lines below the > or |, indented"
# What libyaml says of the mistakes that people make, and PyYAML's own parser where it says it otherwise; and
# what it should say to them.
_MISTAKES = {
    "mapping values": 'expected no ": " within a text; put it in quotes, or indent it like the line before',
    "expected '-' indicator": _INDENTATION,
    "expected key": _INDENTATION,
    "<block end>": _INDENTATION,
    "<document start>": "expected no more lines after the end; indent this one as the first is indented",
    "node content": "expected a text, or a closing bracket; a text that begins with a sign needs quotes",
    "could not find expected ':'": "expected a colon after the key in the line before",
    "expected ',' or '}'": "expected a comma or a closing }; a text that holds a comma needs quotes",
    "expected ',' or ']'": "expected a comma or a closing ]; a text that holds a comma needs quotes",
    "found unexpected end of stream": "expected closing quotes, found the end of the file",
    "cannot start any token": "expected a text in quotes, because it begins with a sign that YAML keeps",
    "another document": 'expected one document in a file, found "---"; remove that line',
    "expected alphabetic or numeric": "expected a text in quotes, because it begins with * or &",
    "while scanning a directive": "expected no line that begins with %",
    "found incompatible YAML document": "expected no line that begins with %",
    "found unexpected ':'": "expected a value after the colon; a text that ends with a colon needs quotes",
    "unknown escape character": "expected a text without this backslash; for a backslash itself write two",
    "Unicode character escape": _NUMBER_OF_CHARACTER,
    "hexdecimal number": _NUMBER_OF_CHARACTER,
    "comment or line break": _TEXT_BELOW,
    "chomping": _TEXT_BELOW,
    "block sequence entries": _DASH,
}


_OF_BLANKS: Final = (
    "mapping values",
    "expected '-' indicator",
    "expected key",
    "<block end>",
    "<document start>",
)  # what a parser finds where lines begin with the wrong blanks
_CURLY: Final = "”“„«»"
_SINGLE: Final = "\u2019\u2018\u201a"
_STRAIGHT: Final = 'expected straight quotes ("), found {}; write " on both sides of the text'
_UNCLOSED: Final = "expected closing quotes for the text that begins here, found none; write {} where it ends"
_NO_COLON: Final = 'expected a colon after the key in this line, such as "name: text", found none'
_NO_BLANK: Final = "expected a blank after the colon in this line, found {}"
_QUOTE_AS_SIGN: Final = re.compile(rf"(?:^|[:,\[{{] |- |[\[{{])\s*([{_CURLY}{_SINGLE}])")
_CLOSED_BY_CURLY: Final = re.compile(rf'"[^"{_CURLY}]*([{_CURLY}])\s*(?:[,}}\]]|$)')
_KEY: Final = re.compile(r"\s*(?:- )?[\w+-][\w +-]*:(?:\s|$)")
_NO_BLANK_AFTER: Final = re.compile(r"\s*(?:- )?[\w-][\w -]*:([^\s/])")
_NO_BLANK_BEFORE_BRACES: Final = re.compile(r"\s*(?:- )?[\w-][\w -]*:([{\[])")
_WIDE_AFTER: Final = re.compile("\\s*(?:- )?[\\w-][\\w -]*:([\u00a0\u2000-\u200a\u202f])")


class Place(NamedTuple):
    """Where a mistake was made, from 1, and what is to be said of it."""

    line: int
    column: int
    message: str


def mistake(text: str, error: yaml.MarkedYAMLError) -> Place:
    """Say what is wrong with a text that a parser gave up on, and where."""
    mark = error.problem_mark or error.context_mark
    line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
    rows = text.split("\n")
    if line > len(rows):  # some mistakes are found behind the end
        line, column = len(rows), len(rows[-1]) + 1
    began = error.context_mark.line + 1 if error.context_mark is not None else line
    return (
        _typographic_before(rows, min(began, line), line)
        or _unclosed(rows, line)
        or _text_below(rows, line, began, error.problem or "")
        or _without_colon(rows, line, began, error.problem or "")
        or _wrong_blanks(rows, line, error.problem or "")
        or Place(line, column, _words(error))
    )


def typographic(value: str) -> str | None:
    """Say what is wrong with a text without quotes if those that a text editor puts were meant as some."""
    if value[:1] in tuple(_CURLY) and (sum(map(value.count, _CURLY)) == 1 or value[-1] in _CURLY):
        return _STRAIGHT.format(value[0])
    if value[:1] in tuple(_SINGLE) and len(value) > 1 and value[-1] in _SINGLE:
        return _STRAIGHT.format(value[0])
    return None


def _typographic_before(rows: list[str], first: int, last: int) -> Place | None:
    for number in range(first, last + 1):
        row = rows[number - 1]
        found = _QUOTE_AS_SIGN.search(row) or _CLOSED_BY_CURLY.search(row)
        if found is not None:
            return Place(number, found.start(1) + 1, _STRAIGHT.format(found[1]))
    return None


def _unclosed(rows: list[str], last: int) -> Place | None:
    """Find quotes that open up to the line `last` and do not close before what looks like another key."""
    opened: tuple[int, int, str] | None = None
    inside = 0  # brackets and braces
    block: int | None = None  # the indentation of a key whose text stands below it after > or |
    for number, row in enumerate(rows, start=1):
        indentation = len(row) - len(row.lstrip(" "))
        if opened is not None and _KEY.match(row):
            break
        if block is not None and (not row.strip() or indentation > block):
            continue
        block, at, is_start = None, indentation, True
        while at < len(row):
            sign = row[at]
            if opened is not None:
                at, opened = _past(row, at, opened)
                is_start = False
                continue
            if sign in "\"'" and is_start:
                if number > last:
                    return None
                opened = number, at + 1, sign
            elif sign == "#" and (at == 0 or row[at - 1] == " "):
                break
            elif sign in "[{" and (is_start or inside):
                inside += 1
            elif sign in "]}" and inside:
                inside -= 1
            elif sign in ">|" and is_start and not inside:
                block = indentation
                break
            after = row[at + 1 : at + 2]
            is_start = (
                (sign == " " and is_start)
                or (sign in ":-" and after in {"", " "})
                or (bool(inside) and sign in "[{,")
            )
            at += 1
    if opened is None:
        return None
    number, column, sign = opened
    curly = next((each for each in rows[number - 1][column:] if each in _CURLY + _SINGLE), None)
    return Place(number, column, _UNCLOSED.format(sign) if curly is None else _STRAIGHT.format(curly))


def _past(row: str, at: int, opened: tuple[int, int, str]) -> tuple[int, tuple[int, int, str] | None]:
    """Go one step on within quotes: to which sign, and whether they are open still."""
    sign = opened[2]
    if sign == '"' and row[at] == "\\":
        return at + 2, opened
    if row[at] != sign:
        return at + 1, opened
    if sign == "'" and row[at + 1 : at + 2] == "'":
        return at + 2, opened
    return at + 1, None


def _without_colon(rows: list[str], line: int, began: int, problem: str) -> Place | None:
    """Find the line that was to be a key, before the one in which a parser finds a colon too many."""
    if "mapping values" in problem:
        braces = _NO_BLANK_BEFORE_BRACES.match(rows[line - 1])
        if braces is not None:
            return Place(line, braces.end(), _NO_BLANK.format(f'"{braces[1]}"'))
        at = line - 1
        while at and not rows[at - 1].split("#")[0].strip():
            at -= 1
    elif "could not find expected ':'" in problem:
        at = began
    elif "<document start>" in problem:  # the first line is no key then
        at = next((at for at, row in enumerate(rows, start=1) if row.split("#")[0].strip()), 0)
    else:
        return None
    row = rows[at - 1] if at else ""
    column = len(row) - len(row.lstrip()) + 1
    for pattern, shown in (
        (_WIDE_AFTER, "a blank of another kind (U+{0:04X}); press the space bar instead"),
        (_NO_BLANK_AFTER, '"{1}"'),
    ):
        found = pattern.match(row)
        if found is not None:
            return Place(at, found.end(), _NO_BLANK.format(shown.format(ord(found[1]), found[1])))
    before = next((each for each in reversed(rows[: max(0, at - 1)]) if each.split("#")[0].strip()), "")
    goes_on = (
        before.strip()
        and not before.split(" #")[0].rstrip().endswith(":")
        and len(before) - len(before.lstrip()) < column - 1
    )
    if not row.strip() or ":" in row or row.lstrip()[0] in "\"'[{" or goes_on:
        return None
    return Place(at, column, _NO_COLON)


def _text_below(rows: list[str], line: int, began: int, problem: str) -> Place | None:
    if "could not find expected ':'" in problem:
        line = began
    elif not any(each in problem for each in _OF_BLANKS):
        return None
    found = text_below(rows, line)
    return None if found is None else Place(*found)


def _wrong_blanks(rows: list[str], line: int, problem: str) -> Place | None:
    """Find the line that begins with too few or too many blanks."""
    if not any(each in problem for each in _OF_BLANKS):
        return None
    is_colon = "mapping values" in problem
    found = wrong_blanks(rows, line)
    if found is not None:
        is_text = is_colon and found[0] == line and not _is_key_elsewhere(rows, line)
        return Place(found[0], found[1], found[2] + (_OR_QUOTES if is_text else ""))
    known = "" if is_colon else numbers(rows, line)
    row = rows[line - 1]
    return Place(line, len(row) - len(row.lstrip(" ")) + 1, f"{_INDENTATION}: {known}") if known else None


def _is_key_elsewhere(rows: list[str], line: int) -> bool:
    """Whether the line begins with a word that is a key in others too, and not with a text with a colon."""
    keys = {row.at: "0" if row.key.isdecimal() else row.key for row in key_rows(rows)}
    return list(keys.values()).count(keys.get(line - 1, "")) > 1


def _words(error: yaml.MarkedYAMLError) -> str:
    """Say what is wrong in words for somebody who has never heard of a block mapping."""
    problem = error.problem or ""
    if problem.startswith(TOO_DEEP[:16]):
        return problem
    for theirs, ours in _MISTAKES.items():
        if theirs in problem:
            return f"{ours}{_began(error)}"
    what = ", ".join(part for part in (error.context, error.problem) if part)
    return f"expected YAML, found a mistake in it: {what}"


def _began(error: yaml.MarkedYAMLError) -> str:
    """Say where the part began in which the mistake is, if that is another line."""
    began, found = error.context_mark, error.problem_mark
    if (
        began is None
        or (found is not None and began.line == found.line)
        or "document" in (error.problem or "")
    ):
        return ""
    return f"; the part began in line {began.line + 1}"
