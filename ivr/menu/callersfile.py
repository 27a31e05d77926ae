"""`callers.yaml`: groups of callers by their telephone numbers. It need not be there.

Owns that file's keys, and how a number is written there. Must not know what a head start does, nor show any
number: it may be somebody's own, and messages end up in logs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.numbers import NumberPlan, short_number
from queues.callers import CallerGroup
from queues.naming import read_entries, read_id, read_name, where
from queues.problems import Findings
from queues.shapes import ID_KEY, TEXT, Shape, described, keyed, listed, whole
from queues.waitingrules import MOST_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queues.yamlfile import Section, Value

CALLERS_FILE: Final = "callers.yaml"
MOST_NUMBERS: Final = 1_000  # of one group

GROUP: Final = Shape(
    {
        "name": TEXT,
        "points": described(whole(0, MOST_POINTS), "head start in every queue: 100 are one target's wait"),
        "numbers": described(listed(TEXT, least=1), "telephone numbers, with area code; or short ones: 112"),
    }
)
CALLERS: Final = Shape({"callers": keyed(ID_KEY, GROUP.schema, "each group of callers, by its id")})

_PLAN: Final = NumberPlan("SE")
_SIGNS: Final = frozenset("0123456789+-()/ ")
_EXAMPLE: Final = "08-465 004 12"  # nobody's: kept for films and books
_LIKE_A_NUMBER: Final = re.compile(r"\+?\d(?:[\s()/.\u2010-\u2015-]*\d){5,}")  # six digits or more


def load_callers(path: Path, findings: Findings) -> Mapping[str, CallerGroup]:
    """Load the groups of callers of a number, by their ids; all that is wrong is noted, without a number."""
    if not path.exists():
        return {}
    found = Findings()
    groups = _groups(path, found)
    for problem in found.problems:
        place = Path(problem.path), problem.line, problem.column
        findings.note(*place, _masked(problem.message, path), problem.severity)
    return groups


def _masked(message: str, path: Path) -> str:
    """Take out what may be a telephone number, wherever it was written: as a key, say."""
    parts = message.split(str(path))  # which may have digits of its own
    return str(path).join(
        _LIKE_A_NUMBER.sub(lambda match: match[0] if match[0] == _EXAMPLE else "…", part) for part in parts
    )


def _groups(path: Path, findings: Findings) -> dict[str, CallerGroup]:
    groups: dict[str, CallerGroup] = {}
    places: dict[str, Value] = {}
    for key, value in read_entries(path, CALLERS, findings, "; without any, delete the file"):
        group_id = read_id(key)
        section = value.shaped(GROUP)
        points = section.integer("points", least=0, most=MOST_POINTS)
        groups[group_id] = CallerGroup(group_id, read_name(section), points, _numbers(section, places))
    return groups


def _numbers(section: Section, places: dict[str, Value]) -> frozenset[str]:
    found: set[str] = set()
    place = section.get("numbers")
    if place is not None and not place.is_list and not place.is_empty:
        place.error("expected a list of telephone numbers, found none; put them in brackets: [112, 114 14]")
        return frozenset()
    for item in section.items("numbers", what="a list of telephone numbers", least=1, most=MOST_NUMBERS):
        number = _number(item)
        if not number:
            continue
        first = places.setdefault(number, item)
        if first is not item:
            item.error(f"expected each number once, found this one also in {where(first)}; remove one")
        found.add(number)
    return frozenset(found)


def _number(value: Value) -> str:
    """Read a telephone number; "" when it is none, which is told without repeating it."""
    what = f"a telephone number with its area code, such as {_EXAMPLE}, or a short one such as 112"
    written = value.written
    if not written:
        value.expected(what)
        return ""
    is_whole = written.lstrip("( ")[:1] in {"0", "+"}  # else it is a local one, without its area code
    number = short_number(written) or (_PLAN.e164(written.lstrip("( ")) if is_whole else None)
    if number is None or not _SIGNS.issuperset(written):
        digits = sum(sign.isdecimal() for sign in written)
        found = f"{digits} digit" if digits == 1 else f"{digits} digits"
        if not _SIGNS.issuperset(written):
            found = "letters or other signs"
        elif not is_whole:
            found += "; is the area code missing?"
        value.error(f"expected {what}, found {found}")
        return ""
    return number
