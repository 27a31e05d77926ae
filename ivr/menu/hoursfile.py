"""`hours.yaml` to calendars of opening hours, or everything that is wrong with it.

Owns the language that administrators write hours in. Must not know how hours are worked out, nor how a text
is read: the caller passes that in.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

from ivr.menu.calendar import BRIDGE_DAY, HOLIDAY_NAMES
from ivr.menu.hours import (
    BRIDGE_DAYS,
    GROUPS,
    HORIZON_DAYS,
    DatedException,
    Hours,
    Span,
    holiday_on,
    never_opens,
)
from queues.naming import ID, ID_WORDS
from queues.problems import MAX_WORD
from queues.shapes import DATE, ID_KEY, SAID, Shape, described, either, keyed, listed
from queues.yamlfile import read_file, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from ivr.menu.hours import Spans
    from ivr.menu.texts import Text
    from queues.shapes import JSON
    from queues.yamlfile import Findings, Section, Value

    ReadText: TypeAlias = Callable[[Value, str], Text | None]
    Week: TypeAlias = tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]

MAX_EXCEPTIONS = 400  # more than one a day for a year is a programme, not an exception
MAX_SPANS = 10  # of one day
CLOSED = "closed"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", re.ASCII)
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATE_WORDS = "a date such as 2026-12-24"
_TIME_WORDS = "a time such as 08:00-16:30"
_MIDNIGHT = "; midnight is 24:00, and what lies after it belongs to the next day"
_SETTINGS = (*GROUPS, *(key for key in HOLIDAY_NAMES if key != BRIDGE_DAY))

_A_SPAN: JSON = {"type": "string", "pattern": f"^(?:{_SPAN.pattern})$"}
_SPANS = described(
    either({"const": CLOSED}, _A_SPAN, listed(_A_SPAN, least=1)), "08:00-16:30, a list of these, or closed"
)
_A_DAY = f"({'|'.join(WEEKDAYS)})"
EXCEPTION = Shape(
    {"open": _SPANS},
    {
        "on": described(DATE, "the day"),
        "from": described(DATE, "the first of several days"),
        "to": described(DATE, "the last of them"),
        "reason": SAID,
    },
)
CALENDAR = Shape(
    {"weekly": keyed(f"^{_A_DAY}(-{_A_DAY})?$", _SPANS, "a day that is not named is closed")},
    {
        "holidays": keyed(f"^({'|'.join(_SETTINGS)})$", _SPANS, "public holidays are closed when left out"),
        "exceptions": described(listed(EXCEPTION.schema), "days with other hours than usual"),
    },
    "opening hours",
)
HOURS = Shape({"hours": keyed(ID_KEY, CALENDAR.schema, "each calendar by its id")})


def load_hours(
    path: Path,
    zone: ZoneInfo,
    languages: Collection[str],
    read_text: ReadText,
    findings: Findings,
    today: float,
) -> Mapping[str, Hours]:
    """Load the calendars of a number, by their ids; all that is wrong is noted.

    `read_text` reads a reason under the name it is given. `today`, in UTC seconds, is the moment from which a
    calendar must open some time.
    """
    calendars: dict[str, Hours] = {}
    root = read_file(path, findings)
    if root is None:
        return calendars
    section = root.shaped(HOURS)
    what, place = "calendars, each with its id as key", section.get("hours")
    if place is None:
        return calendars
    if place.is_empty:
        place.expected(what, "; without any, delete the file")
        return calendars
    for language in sorted(set(languages)):
        _warn_of_names(place, language)
    for key, value in place.entries(what=what):
        already = findings.errors
        hours = _hours(key.text(what=ID_WORDS, pattern=ID) or key.written or "", zone, value, read_text)
        if findings.errors == already and never_opens(hours, today):
            day = datetime.fromtimestamp(today, zone).date()
            key.error(f"expected to open some time, found no opening in the {HORIZON_DAYS} days from {day}")
        if hours.id:
            calendars[hours.id] = hours
    return calendars


def _warn_of_names(place: Value, language: str) -> None:
    known = sorted({each for names in HOLIDAY_NAMES.values() for each in names})
    if language not in known:
        place.warning(f'holidays have no names in the language "{language}"; there is: {", ".join(known)}')


def _hours(hours_id: str, zone: ZoneInfo, value: Value, read_text: ReadText) -> Hours:
    section = value.shaped(CALENDAR)
    hours = Hours(hours_id, zone, _weekly(section), _holidays(section))
    exceptions = _exceptions(hours, section, read_text)
    return Hours(hours_id, zone, hours.weekly, hours.holidays, exceptions)


def _weekly(section: Section) -> Week:
    week: list[Spans] = [()] * len(WEEKDAYS)
    lines: dict[int, int] = {}
    what = "days with their hours, such as {monday-friday: 08:00-16:30}"
    for key, value in section.entries("weekly", what=what):
        spans = _spans(value)
        for day in _weekdays(key):
            if day in lines:
                key.error(f"expected each day once, found {WEEKDAYS[day]} also on line {lines[day]}")
                break
            lines[day], week[day] = key.line, spans
    return cast("Week", tuple(week))


def _weekdays(key: Value) -> range:
    written = key.text(what="a day such as monday, or monday-friday")
    names = written.split("-") if written else []
    for name in names:
        if name not in WEEKDAYS:
            key.error(f'unknown day "{name[:MAX_WORD]}"; {suggestion(name, WEEKDAYS)}')
            return range(0)
    days = [WEEKDAYS.index(name) for name in names]
    match days:
        case [day]:
            return range(day, day + 1)
        case [first, last] if first < last:
            return range(first, last + 1)
        case [_, *_]:
            key.expected("a day such as monday, or a first and a later day of a week such as monday-friday")
    return range(0)


def _holidays(section: Section) -> Mapping[str, Spans]:
    settings: dict[str, Spans] = {}
    for key, value in section.entries("holidays", what="holidays with their hours, such as {eves: closed}"):
        name = key.text(what="a holiday")
        if name and name not in _SETTINGS:
            key.error(f"unknown holiday; {suggestion(name, _SETTINGS)}")
        settings[name] = _spans(value)
    return settings


def _exceptions(hours: Hours, section: Section, read_text: ReadText) -> tuple[DatedException, ...]:
    exceptions: list[DatedException] = []
    lines: list[int] = []
    for item in section.items("exceptions", what="a list of exceptions", most=MAX_EXCEPTIONS):
        keys = item.shaped(EXCEPTION)
        opens, reason, days = keys.get("open"), keys.get("reason"), _days(item, keys)
        spans = () if opens is None else _spans(opens)
        name = f"hours/{hours.id}" if days is None else f"hours/{hours.id}/{days[0]}"
        text = None if reason is None else read_text(reason, name)
        if days is None:
            continue
        first, last = days
        for line, other in zip(lines, exceptions, strict=True):
            if first <= other.last and other.first <= last:
                item.error(
                    f"expected one exception a day, found {max(first, other.first)} also on line {line}"
                )
                break
        exceptions.append(DatedException(first, last, spans, text))
        lines.append(item.line)
        _warn_of_holidays(hours, item, first, last)
    return tuple(exceptions)


def _warn_of_holidays(hours: Hours, item: Value, first: date, last: date) -> None:
    """Tell of an exception that never decides. One that spans a holiday among other days is as usual."""
    holidays: dict[str, None] = {}  # each once, in order
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        key = holiday_on(hours, date.fromordinal(ordinal))
        if not key:
            return
        holidays[BRIDGE_DAYS if key == BRIDGE_DAY else key] = None
    names = " and ".join(f'"{key}"' for key in holidays)
    item.warning(
        f"without effect, because holidays come before exceptions; set {names} below holidays: instead"
    )


def _days(item: Value, keys: Section) -> tuple[date, date] | None:
    on, first, last = keys.get("on"), keys.get("from"), keys.get("to")
    if on is not None and first is None and last is None:
        day = _date(on)
        return None if day is None else (day, day)
    if on is None and first is not None and last is not None:
        begins, ends = _date(first), _date(last)
        if begins is None or ends is None:
            return None
        if ends < begins:
            last.expected(f"{begins} or a later date")
            return None
        return begins, ends
    if keys.values:  # else it was no mapping, which is told
        item.error('expected the day as "on", or the days as "from" and "to"')
    return None


def _date(value: Value) -> date | None:
    written = value.text(what=_DATE_WORDS, pattern=_DATE)
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        value.expected("a date that exists")
        return None


def _spans(value: Value) -> Spans:
    """Read a day's hours: "closed", one span or a list of spans, in any order."""
    if value.written == CLOSED:
        return ()
    if value.written is not None:
        span = _span(value, f"{_TIME_WORDS} or {CLOSED}")
        return () if span is None else (span,)
    spans: list[Span] = []
    for item in value.items(what="a list of times such as 08:00-16:30", least=1, most=MAX_SPANS):
        span = _span(item, _TIME_WORDS)
        if span is None:
            continue
        for other in spans:
            if span.opens < other.closes and other.opens < span.closes:
                item.expected(f"hours that do not overlap with {_words(other)}")
                break
        else:
            spans.append(span)
    return tuple(sorted(spans))


def _span(value: Value, what: str) -> Span | None:
    match_ = _SPAN.fullmatch(value.written or "")
    if match_ is None:
        value.expected(what, "; midnight is 24:00")
        return None
    opens = _minutes(match_[1], match_[2])
    closes = 24 * 60 if match_[3] is None else _minutes(match_[3], match_[4])
    if closes <= opens:
        value.expected(f"an end after {match_[1]}:{match_[2]}", _MIDNIGHT)
        return None
    return Span(opens, closes)


def _minutes(hour: str, minute: str) -> int:
    return int(hour) * 60 + int(minute)


def _words(span: Span) -> str:
    opens, closes = divmod(span.opens, 60), divmod(span.closes, 60)
    return f"{opens[0]:02}:{opens[1]:02}-{closes[0]:02}:{closes[1]:02}"
