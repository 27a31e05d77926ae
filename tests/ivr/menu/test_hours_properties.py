"""Whatever is written and overridden: hours follow the clock on the wall, and nothing changes unsaid."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.calendar import Kind, named_days
from ivr.menu.hours import (
    HORIZON_DAYS,
    DatedException,
    Hours,
    Override,
    Span,
    Why,
    override_ends_at,
    state_at,
)
from tests.ivr.menu.hours_for_tests import DAY_S, STOCKHOLM, at, override

SPANS = st.lists(st.integers(0, 96), min_size=0, max_size=6, unique=True).map(
    lambda cuts: tuple(
        Span(a * 15, b * 15) for a, b in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)
    )
)
STARTS = st.sampled_from(
    ["2026-03-27 12:00", "2026-03-29 01:30", "2026-10-23 20:00", "2026-10-25 00:10", "2026-12-22 09:00",
     "2026-04-29 23:59"]
).map(at)  # fmt: skip
CALENDARS = st.builds(
    lambda weekly, settings, exceptions: Hours("any", STOCKHOLM, tuple(weekly), settings, tuple(exceptions)),
    st.lists(SPANS, min_size=7, max_size=7),
    st.dictionaries(
        st.sampled_from(["public holidays", "eves", "bridge days", "christmas-eve", "easter-eve"]), SPANS
    ),
    st.lists(
        st.builds(
            lambda first, days, spans: DatedException(first, first + timedelta(days=days), spans),
            st.sampled_from([date(2026, 3, 28), date(2026, 10, 25), date(2026, 12, 23)]),
            st.integers(0, 3),
            SPANS,
        ),
        max_size=1,
    ),
)
MINUTES = st.integers(0, 4 * 24 * 60)


def is_open_by_the_clock_on_the_wall(hours: Hours, moment: float) -> bool:
    """Look at the clock: its second 02:00-03:00 is as the last minute of the first."""
    wall = datetime.fromtimestamp(moment, STOCKHOLM)
    minute = 3 * 60 - 1 if wall.fold else wall.hour * 60 + wall.minute
    spans = hours.weekly[wall.weekday()]
    for exception in hours.exceptions:
        if exception.first <= wall.date() <= exception.last:
            spans = exception.spans
    eve = bool(hours.weekly[wall.weekday()])
    for key, kind in reversed(named_days(wall.date())):
        group = {Kind.PUBLIC: "public holidays", Kind.EVE: "eves", Kind.BRIDGE: "bridge days"}.get(kind, "")
        if key in hours.holidays:
            spans = hours.holidays[key]
        elif kind in {Kind.PUBLIC, Kind.DE_FACTO}:
            spans = hours.holidays.get(group, ())
        elif eve and group in hours.holidays:
            spans = hours.holidays[group]
    return any(opens <= minute < closes for opens, closes in spans)


def overrides_from(start: float) -> st.SearchStrategy[list[Override]]:
    moments = MINUTES.map(lambda minute: start + (minute - 24 * 60) * 60)
    return st.lists(
        st.builds(
            lambda is_open, is_emergency, since, length, sticky: override(
                since,
                is_open=is_open,
                is_emergency=is_emergency,
                until=None if length is None else since + length * 60,
                sticky=sticky,
            ),
            st.booleans(),
            st.booleans(),
            moments,
            st.none() | st.integers(1, 2 * 24 * 60),
            st.booleans(),
        ),
        max_size=3,
    )


@settings(deadline=None)  # the machine may be busy
@given(CALENDARS, STARTS)
def test_the_next_opening_is_the_first_open_minute(hours: Hours, start: float) -> None:
    state = state_at(hours, start)
    for minute in range(4 * 24 * 60):
        moment = start + minute * 60
        flips = is_open_by_the_clock_on_the_wall(hours, moment) != state.is_open
        assert flips == (moment == (state.closes_at if state.is_open else state.opens_at))
        if flips:
            return
    flips_at = state.closes_at if state.is_open else state.opens_at
    assert flips_at is None or flips_at >= start + 4 * DAY_S


@settings(deadline=None)
@given(st.data(), CALENDARS, STARTS)
def test_nothing_changes_before_it_is_said_to(data: st.DataObject, hours: Hours, start: float) -> None:
    overrides = data.draw(overrides_from(start))
    state = state_at(hours, start, overrides)
    ends = start + 4 * DAY_S if state.changes_at is None else state.changes_at
    moment = data.draw(st.floats(start, ends, exclude_max=True))
    assert state_at(hours, moment, overrides) == state
    if state.changes_at is not None:
        after = state_at(hours, state.changes_at, overrides)
        assert after[:5] != state[:5]
        assert state.changes_at <= min(state.opens_at or ends, state.closes_at or ends)


@settings(deadline=None)
@given(st.data(), CALENDARS, STARTS)
def test_emergency_comes_before_override_before_calendar(
    data: st.DataObject, hours: Hours, start: float
) -> None:
    overrides = data.draw(overrides_from(start))
    now = [
        each
        for each in overrides
        if each.since <= start < (override_ends_at(hours, each) or start + HORIZON_DAYS * DAY_S)
    ]
    emergencies = [each for each in now if each.is_emergency]
    state = state_at(hours, start, overrides)
    if emergencies:
        assert (state.is_open, state.why) == (False, Why.EMERGENCY)
        assert state.override in emergencies
    elif now:
        latest = max(each.since for each in now)
        assert state.override in [each for each in now if each.since == latest]
        assert (state.is_open, state.why) == (
            state.override.is_open if state.override else None,
            Why.OVERRIDE,
        )
    else:
        assert state[:5] == state_at(hours, start)[:5]


@settings(deadline=None)
@given(CALENDARS, STARTS, MINUTES)
def test_an_override_that_is_not_sticky_ends_at_the_next_change_of_hours(
    hours: Hours, start: float, minute: int
) -> None:
    since = start + minute * 60
    calendar = state_at(hours, since)
    assert override_ends_at(hours, override(since)) == (
        calendar.closes_at if calendar.is_open else calendar.opens_at
    )


@settings(deadline=None)
@given(st.data(), CALENDARS, STARTS)
def test_what_was_worked_out_before_changes_nothing(data: st.DataObject, hours: Hours, start: float) -> None:
    """Whatever was asked before, in any order, overrides or none."""
    overrides = data.draw(overrides_from(start))
    for minute in data.draw(st.lists(MINUTES, max_size=8)):
        moment = start + minute * 60
        cold = Hours(hours.id, hours.zone, hours.weekly, hours.holidays, hours.exceptions)
        assert state_at(hours, moment) == state_at(cold, moment)
        assert state_at(hours, moment, overrides) == state_at(cold, moment, overrides)
