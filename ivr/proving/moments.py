"""When a scenario's call comes: `tuesday 16:29` of a week, or `2026-12-24 10:00`, to UTC seconds.

Owns how these times are written. Must not know scenarios. Times are of the wall clock: one that exists twice,
when the clocks go back, is the first of the two, as it is for opening hours.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ivr.menu.hoursfile import WEEKDAYS
from queues.yamlfile import suggestion

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from queues.yamlfile import Value

_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?", re.ASCII)
_WORDS = "a day and a time such as tuesday 16:29 or 2026-12-24 10:00"


def read_week(value: Value | None) -> date | None:
    """Read any day of a week and return its Monday; None when it is wrong, or not there."""
    if value is None:
        return None
    day = _date(value.text(what="a date such as 2026-11-23", pattern=_DATE))
    if day is None:
        if _DATE.fullmatch(value.written or ""):
            value.expected("a date that exists")
        return None
    return day - timedelta(days=day.weekday())


def read_moment(value: Value, week: date | None, zone: ZoneInfo) -> float:
    """Read a moment, UTC seconds; 0 when it is wrong. `week`: the Monday of the week of weekdays."""
    day_word, _, clock = value.text(what=_WORDS).partition(" ")
    if not day_word:
        return 0.0
    day_word = day_word.lower()
    if _TIME.fullmatch(clock) is None:
        value.expected(_WORDS)
        return 0.0
    if _DATE.fullmatch(day_word):
        day = _date(day_word)
        if day is None:
            value.expected("a date that exists")
            return 0.0
    elif day_word not in WEEKDAYS:
        value.error(f"expected {_WORDS}, found {value.found}; {suggestion(day_word, WEEKDAYS)}")
        return 0.0
    elif week is None:
        value.error('expected a date, or the key "week of" at the top of the file, which says of which week')
        return 0.0
    else:
        day = week + timedelta(days=WEEKDAYS.index(day_word))
    local = datetime.combine(day, time.fromisoformat(clock), zone)
    at = local.timestamp()
    if datetime.fromtimestamp(at, zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        value.expected("a time that exists", "; the clocks go forward over it that night")
        return 0.0
    return at


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
