"""An office's hours, and the words to ask about them, for the tests of calendars."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.menu.hours import DatedException, Hours, Override, Span, Spans

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LONG: Spans = (Span(8 * 60, 16 * 60 + 30),)
SHORT: Spans = (Span(8 * 60, 12 * 60),)
FRIDAY: Spans = (Span(8 * 60, 12 * 60), Span(13 * 60, 15 * 60))
OFFICE = Hours("office", STOCKHOLM, (LONG, LONG, LONG, LONG, FRIDAY, (), ()))
DAY_S = 86_400


def at(written: str, fold: int = 0) -> float:
    """Give the moment of a wall-clock time in Stockholm; `fold` 1 is the second time in October."""
    return datetime.fromisoformat(written).replace(tzinfo=STOCKHOLM, fold=fold).timestamp()


def office(
    holidays: dict[str, Spans] | None = None,
    exceptions: tuple[DatedException, ...] = (),
    hours: Hours = OFFICE,
) -> Hours:
    return Hours(hours.id, hours.zone, hours.weekly, holidays or {}, exceptions)


def daily(*spans: Span) -> Hours:
    return Hours("daily", STOCKHOLM, (spans,) * 7, {"public holidays": spans})


def override(
    since: float,
    *,
    is_open: bool = False,
    is_emergency: bool = False,
    until: float | None = None,
    sticky: bool = False,
) -> Override:
    return Override(is_open, is_emergency, {"sv": "Vi har övning."}, since, until, sticky)
