"""Opening hours: what a calendar says at a moment, and when that changes.

Owns the model of hours and their calculation. Must not know files, telephones or the present: moments are
passed in as UTC seconds. What decides is, in this order: emergency, manual override, holiday, dated
exception, weekly hours; whatever none of them opens is closed.

Hours are times of the wall clock of `zone`. Where the clocks change, a time that does not exist (02:30 in
March) is the moment of the jump, and a time that exists twice (02:30 in October) is its first occurrence. So
a span that lies in the missing hour is empty, a span over the change is an hour shorter or longer in real
time, and none of them ever opens twice or overlaps with the next.

A day's own name among the holidays holds whenever the day comes. Eves and bridge days as groups only change a
day that has weekly hours: `eves: 08:00-12:00` does not open an office on a Saturday.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ivr.menu.calendar import BRIDGE_DAY, Kind, named_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from ivr.menu.texts import Text

DAY_MINUTES = 24 * 60
HORIZON_DAYS = 400  # a year and a month: whoever opens once a year is found, whatever the date
HORIZON_S = HORIZON_DAYS * 86_400.0
MAX_DAYS = 2_000  # worked out and kept for one calendar: five years, a few hundred bytes each

PUBLIC_HOLIDAYS = "public holidays"  # the groups that may be set as one
EVES = "eves"
BRIDGE_DAYS = "bridge days"
GROUPS = (PUBLIC_HOLIDAYS, EVES, BRIDGE_DAYS)


class Why(StrEnum):
    """What decided that it is open or closed."""

    EMERGENCY = "emergency"
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"
    WEEKLY = "weekly"


class Span(NamedTuple):
    """From `opens` until before `closes`, in minutes of the local day; `closes` may be 24:00 (1440)."""

    opens: int
    closes: int


Spans: TypeAlias = tuple[Span, ...]  # of one day, in order, without overlap; none is closed


@dataclass(frozen=True, slots=True)
class DatedException:
    """Other hours from the day `first` to the day `last`, both included."""

    first: date
    last: date
    spans: Spans
    reason: Text | None = None  # one full sentence


@dataclass(frozen=True, slots=True)
class Override:
    """What a person said by hand. It begins at `since` and ends as `override_ends_at` tells, UTC seconds."""

    is_open: bool
    is_emergency: bool  # closes, whatever `is_open` and everything else says
    reason: Mapping[str, str]  # by language; may be empty
    since: float
    until: float | None
    sticky: bool  # stays over changes of hours


class _Ruling(NamedTuple):
    """What holds for a stretch of time. Compared as a whole to find the next change."""

    is_open: bool
    why: Why
    holiday: str = ""
    reason: Text | None = None
    override: Override | None = None


class _Phase(NamedTuple):
    """A stretch of a day in which the calendar says the same, without overrides."""

    ends: float
    says: _Ruling


@dataclass(frozen=True, slots=True)
class Hours:
    """One calendar. `weekly` begins with Monday; `holidays` has a holiday's key or one of `GROUPS`.

    Without a setting, public holidays and the three eves that equal them are closed, and every other named
    day is an ordinary day.
    """

    id: str
    zone: ZoneInfo
    weekly: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    holidays: Mapping[str, Spans] = field(default_factory=dict)
    exceptions: tuple[DatedException, ...] = ()
    # What was worked out before: pure results, so the value stays what it is. The days by their ordinal, and
    # the stretch found last in which nothing changes (True) and in which none opens or closes (False).
    _days: dict[int, tuple[_Phase, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _steady: dict[bool, tuple[float, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


class HoursState(NamedTuple):
    """What holds at a moment. All of it stays true until `changes_at`; the times are UTC seconds.

    No time is looked for more than 400 days ahead: None means that nothing was found until then.
    """

    is_open: bool
    why: Why
    holiday: str  # the key of the holiday that decided, such as "christmas-day"; else ""
    reason: Text | None  # of the dated exception that decided
    override: Override | None  # that decided
    changes_at: float | None  # when any of the above is next otherwise, at the latest its opening or closing
    opens_at: float | None  # when closed: the next opening
    closes_at: float | None = None  # when open: the next closing


def state_at(hours: Hours, at: float, overrides: Sequence[Override] = ()) -> HoursState:
    """Say what holds at the moment `at` and until when. Of several overrides of a kind the latest decides."""
    timed = _timed(hours, at, overrides)
    if not timed:
        says = _phase_at(hours, at).says
        return _state(says, _next_change(hours, at, of_all=True), _next_change(hours, at, of_all=False))
    course = _course(hours, at, timed)
    _, first = next(course)
    changes_at: float | None = None
    for starts, ruling in course:
        if changes_at is None and ruling != first:
            changes_at = starts
        if ruling.is_open != first.is_open:
            return _state(first, changes_at, starts)
    return _state(first, changes_at, None)


def override_ends_at(hours: Hours, override: Override) -> float | None:
    """Say when an override ends by itself: None is never, or not within 400 days after it begins.

    Without an end of its own, and not sticky, it ends with the next opening or closing that the calendar
    would make without it.
    """
    if override.until is not None or override.sticky:
        return override.until
    return _next_change(hours, override.since, of_all=False)


def never_opens(hours: Hours, from_at: float) -> bool:
    """Say whether the calendar opens neither at `from_at` nor in the 400 days from then."""
    return not _phase_at(hours, from_at).says.is_open and _next_change(hours, from_at, of_all=False) is None


def holiday_on(hours: Hours, day: date) -> str:
    """Give the key of the holiday that decides on this day, or "" when none does."""
    ruling = _holiday(hours, day)
    return "" if ruling is None else ruling[0]


class _Timed(NamedTuple):
    """An override with its end. Ordered so that the greatest decides."""

    is_emergency: bool
    starts: float
    place: int  # of two that began together, the later in the list
    ends: float
    override: Override


def _state(now: _Ruling, changes_at: float | None, flips_at: float | None) -> HoursState:
    opens_at, closes_at = (None, flips_at) if now.is_open else (flips_at, None)
    return HoursState(*now, changes_at, opens_at, closes_at)


def _timed(hours: Hours, at: float, overrides: Sequence[Override]) -> list[_Timed]:
    timed: list[_Timed] = []
    for place, override in enumerate(overrides):
        ends = override_ends_at(hours, override)
        ends = float("inf") if ends is None else ends
        if ends > max(at, override.since):
            timed.append(_Timed(override.is_emergency, override.since, place, ends, override))
    return timed


def _course(hours: Hours, at: float, timed: list[_Timed]) -> Iterator[tuple[float, _Ruling]]:
    """Tell what holds from `at` on, stretch by stretch with its beginning, for 400 days."""
    last = at + HORIZON_S
    while at <= last:
        moments = [moment for each in timed for moment in (each.starts, each.ends) if moment > at]
        deciding = max((each for each in timed if each.starts <= at < each.ends), default=None)
        if deciding is None:
            phase = _phase_at(hours, at)
            yield at, phase.says
            moments.append(phase.ends)
        else:
            override, is_emergency = deciding.override, deciding.is_emergency
            why = Why.EMERGENCY if is_emergency else Why.OVERRIDE
            yield at, _Ruling(override.is_open and not is_emergency, why, override=override)
        at = min(moments)  # an override that decides has its end among them, if only at infinity


def _next_change(hours: Hours, after: float, *, of_all: bool) -> float | None:
    """Find when the calendar next opens or closes after this moment, or changes in any way (`of_all`)."""
    known = hours._steady  # noqa: SLF001  # this module's own
    first = _phase_at(hours, after)
    begins, until = known.get(of_all, (after, after))
    if not begins <= after < until:
        begins, until = after, first.ends
    found: float | None = None
    while found is None and until <= after + HORIZON_S:
        phase = _phase_at(hours, until)
        if phase.says != first.says if of_all else phase.says.is_open != first.says.is_open:
            found = until
        else:
            until = phase.ends
    known[of_all] = begins, until
    return found


def _phase_at(hours: Hours, at: float) -> _Phase:
    # Whole seconds: a fraction of a microsecond before midnight would be rounded up to the next day.
    day, days = datetime.fromtimestamp(int(at), hours.zone), hours._days  # noqa: SLF001  # this module's own
    phases = days.get(day.toordinal())
    if phases is None:
        if len(days) >= MAX_DAYS:
            days.clear()
        days[day.toordinal()] = phases = _phases(hours, day.date())
    for phase in phases:
        if at < phase.ends:
            return phase
    return phases[-1]


def _phases(hours: Hours, day: date) -> tuple[_Phase, ...]:
    """Cut a day where it opens and closes: spans that touch are one, and those in a missing hour none."""
    spans, why, holiday, reason = _hours_of(hours, day)
    at, ends = _utc(hours.zone, day, 0), _utc(hours.zone, day, DAY_MINUTES)
    cuts: list[tuple[float, bool]] = []  # a phase's end, and whether it is open
    for span in spans:
        opens, closes = _utc(hours.zone, day, span.opens), _utc(hours.zone, day, span.closes)
        if opens == closes:
            continue
        if opens > at:
            cuts.append((opens, False))
        elif cuts:
            cuts.pop()  # touches the one before
        cuts.append((closes, True))
        at = closes
    if at < ends or not cuts:
        cuts.append((ends, False))
    return tuple(_Phase(end, _Ruling(is_open, why, holiday, reason)) for end, is_open in cuts)


def _hours_of(hours: Hours, day: date) -> tuple[Spans, Why, str, Text | None]:
    ruling = _holiday(hours, day)
    if ruling is not None:
        return ruling[1], Why.HOLIDAY, ruling[0], None
    for exception in hours.exceptions:
        if exception.first <= day <= exception.last:
            return exception.spans, Why.EXCEPTION, "", exception.reason
    return hours.weekly[day.weekday()], Why.WEEKLY, "", None


def _holiday(hours: Hours, day: date) -> tuple[str, Spans] | None:
    named = named_days(day)
    for key, kind in named:
        if key in hours.holidays:
            return key, hours.holidays[key]
        if kind is Kind.PUBLIC:
            return key, hours.holidays.get(PUBLIC_HOLIDAYS, ())
        if kind is Kind.DE_FACTO:
            return key, ()
    if hours.weekly[day.weekday()]:
        keys = {kind: key for key, kind in named}
        # A bridge day before an eve: whoever takes bridge days off, takes off the whole of it.
        if Kind.BRIDGE in keys and BRIDGE_DAYS in hours.holidays:
            return BRIDGE_DAY, hours.holidays[BRIDGE_DAYS]
        if Kind.EVE in keys and EVES in hours.holidays:
            return keys[Kind.EVE], hours.holidays[EVES]
    return None


def _utc(zone: ZoneInfo, day: date, minutes: int) -> float:
    """Give the moment of a wall-clock time, which may not exist or exist twice: see above."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    moment = wall.replace(tzinfo=zone).timestamp()
    if datetime.fromtimestamp(moment, zone).replace(tzinfo=None) == wall:
        return moment
    # It does not exist: with the offset after the jump, the same wall time lies before the jump.
    before, after = int(wall.replace(tzinfo=zone, fold=1).timestamp()), int(moment)
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return float(after)


def _offset(zone: ZoneInfo, at: int) -> timedelta | None:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
