"""Whether it is open, why, and until when: from emergency to weekly hours, over both clock changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.menu.hours import (
    HORIZON_DAYS,
    DatedException,
    Hours,
    HoursState,
    Span,
    Spans,
    Why,
    holiday_on,
    never_opens,
    override_ends_at,
    state_at,
)
from ivr.menu.texts import text_of
from tests.ivr.menu.hours_for_tests import DAY_S, LONG, OFFICE, SHORT, at, daily, office, override

# The week


@pytest.mark.parametrize(
    ("when", "is_open", "changes", "opens", "closes"),
    [
        ("2026-10-05 07:59", False, "2026-10-05 08:00", "2026-10-05 08:00", None),
        ("2026-10-05 08:00", True, "2026-10-05 16:30", None, "2026-10-05 16:30"),
        ("2026-10-05 16:29", True, "2026-10-05 16:30", None, "2026-10-05 16:30"),
        ("2026-10-05 16:30", False, "2026-10-06 08:00", "2026-10-06 08:00", None),
        ("2026-10-09 12:30", False, "2026-10-09 13:00", "2026-10-09 13:00", None),
        ("2026-10-09 15:00", False, "2026-10-12 08:00", "2026-10-12 08:00", None),
        ("2026-10-11 12:00", False, "2026-10-12 08:00", "2026-10-12 08:00", None),
    ],
)
def test_the_week_decides_on_ordinary_days(
    when: str, is_open: bool, changes: str, opens: str | None, closes: str | None
) -> None:
    expected = HoursState(
        is_open=is_open,
        why=Why.WEEKLY,
        holiday="",
        reason=None,
        override=None,
        changes_at=at(changes),
        opens_at=at(opens) if opens else None,
        closes_at=at(closes) if closes else None,
    )
    assert state_at(OFFICE, at(when)) == expected


def test_hours_that_touch_are_one_opening() -> None:
    touching = (Span(8 * 60, 12 * 60), Span(12 * 60, 15 * 60))
    assert state_at(daily(*touching), at("2026-10-05 09:00")).closes_at == at("2026-10-05 15:00")
    nights = daily(Span(0, 6 * 60), Span(22 * 60, 24 * 60))
    assert state_at(nights, at("2026-10-05 23:00")).closes_at == at("2026-10-06 06:00")
    assert state_at(nights, at("2026-10-05 23:00")).changes_at == at("2026-10-06 06:00")


def test_hours_around_the_clock_close_on_the_three_eves_unless_set() -> None:
    whole: Spans = (Span(0, 24 * 60),)
    summer = state_at(daily(*whole), at("2026-07-01 12:00"))
    assert (summer.is_open, summer.why, summer.closes_at) == (True, Why.WEEKLY, at("2026-12-24 00:00"))
    eves = dict.fromkeys(("public holidays", "midsummer-eve", "christmas-eve", "new-years-eve"), whole)
    always = state_at(office(eves, hours=daily(*whole)), at("2026-07-01 12:00"))
    assert (always.closes_at, always.changes_at) == (None, at("2026-10-31 00:00"))  # All Saints' Day says so


# Holidays, eves and bridge days


@pytest.mark.parametrize(
    ("when", "key", "opens"),
    [
        ("2026-12-24 10:00", "christmas-eve", "2026-12-28 08:00"),  # de facto
        ("2026-12-25 10:00", "christmas-day", "2026-12-28 08:00"),
        ("2026-06-19 10:00", "midsummer-eve", "2026-06-22 08:00"),
        ("2027-01-06 10:00", "epiphany", "2027-01-07 08:00"),
    ],
)
def test_public_holidays_and_three_eves_are_closed(when: str, key: str, opens: str) -> None:
    state = state_at(OFFICE, at(when))
    assert (state.is_open, state.why, state.holiday, state.opens_at) == (False, Why.HOLIDAY, key, at(opens))


@pytest.mark.parametrize(
    "when",
    [
        "2026-04-02 15:00",  # Maundy Thursday
        "2026-04-30 15:00",  # Walpurgis Night
        "2026-05-15 14:00",  # the bridge day after Ascension Day
        "2026-12-23 15:00",
    ],
)
def test_other_eves_and_bridge_days_are_ordinary_unless_set(when: str) -> None:
    state = state_at(OFFICE, at(when))
    assert (state.is_open, state.why, state.holiday) == (True, Why.WEEKLY, "")


def test_a_sunday_is_no_holiday() -> None:
    state = state_at(daily(*LONG), at("2026-10-11 12:00"))
    assert (state.is_open, state.why) == (True, Why.WEEKLY)


@pytest.mark.parametrize(
    ("holidays", "day", "expected"),
    [
        ({"national-day": SHORT}, "2026-06-06", ("national-day", True)),  # a Saturday: its own name holds
        ({"public holidays": SHORT}, "2027-03-29", ("easter-monday", True)),
        ({"public holidays": SHORT, "easter-monday": ()}, "2027-03-29", ("easter-monday", False)),
        ({"public holidays": SHORT}, "2026-12-24", ("christmas-eve", False)),  # not public by law
        ({"christmas-eve": SHORT}, "2026-12-24", ("christmas-eve", True)),
        ({"eves": ()}, "2026-04-02", ("maundy-thursday", False)),
        ({"eves": (), "maundy-thursday": SHORT}, "2026-04-02", ("maundy-thursday", True)),
        ({"eves": SHORT}, "2028-04-30", ("", False)),  # a Sunday: nobody works anyhow
        ({"eves": ()}, "2026-12-23", ("", True)),  # no eve by custom, only banks close early
        ({"day-before-christmas-eve": ()}, "2026-12-23", ("day-before-christmas-eve", False)),
        ({"easter-eve": SHORT}, "2026-04-04", ("easter-eve", True)),  # always a Saturday
        ({"bridge days": ()}, "2026-05-15", ("bridge-day", False)),
        ({"bridge days": ()}, "2026-01-02", ("bridge-day", False)),  # Friday after New Year's Day
        ({"bridge days": (), "eves": SHORT}, "2026-01-05", ("bridge-day", False)),  # Monday, an eve as well
        ({"bridge days": (), "twelfth-night": SHORT}, "2026-01-05", ("twelfth-night", True)),
        ({"eves": SHORT}, "2026-01-05", ("twelfth-night", True)),
    ],
)
def test_a_setting_decides_on_its_days(
    holidays: dict[str, Spans], day: str, expected: tuple[str, bool]
) -> None:
    hours = office(holidays)
    state = state_at(hours, at(f"{day} 10:00"))
    assert (state.holiday, state.is_open) == expected
    assert holiday_on(hours, date.fromisoformat(day)) == expected[0]


# Dated exceptions


def test_an_exception_decides_with_its_reason() -> None:
    reason = text_of("hours/office/2026-11-27", sv="Vi flyttar.")
    closed = DatedException(date(2026, 11, 27), date(2026, 11, 27), (), reason)
    state = state_at(office(exceptions=(closed,)), at("2026-11-27 10:00"))
    assert (state.is_open, state.why, state.reason) == (False, Why.EXCEPTION, reason)
    assert state.changes_at == at("2026-11-28 00:00")  # still closed, and no longer for this reason
    assert state.opens_at == at("2026-11-30 08:00")


def test_an_exception_holds_from_its_first_to_its_last_day() -> None:
    summer = DatedException(date(2026, 7, 6), date(2026, 7, 31), SHORT)
    whys = [
        state_at(office(exceptions=(summer,)), at(f"{day} 10:00")).why
        for day in ("2026-07-03", "2026-07-06", "2026-07-31", "2026-08-03")
    ]
    assert whys == [Why.WEEKLY, Why.EXCEPTION, Why.EXCEPTION, Why.WEEKLY]


def test_a_holiday_comes_before_an_exception() -> None:
    party = DatedException(date(2026, 12, 23), date(2026, 12, 26), LONG)
    state = state_at(office(exceptions=(party,)), at("2026-12-25 10:00"))
    assert (state.is_open, state.why, state.holiday) == (False, Why.HOLIDAY, "christmas-day")


# Overrides


def test_an_override_comes_before_a_holiday() -> None:
    by_hand = override(at("2026-12-24 09:00"), is_open=True, until=at("2026-12-24 11:00"))
    assert state_at(OFFICE, at("2026-12-24 10:00"), [by_hand]) == HoursState(
        is_open=True,
        why=Why.OVERRIDE,
        holiday="",
        reason=None,
        override=by_hand,
        changes_at=at("2026-12-24 11:00"),
        opens_at=None,
        closes_at=at("2026-12-24 11:00"),
    )
    assert state_at(OFFICE, at("2026-12-24 11:00"), [by_hand]).why is Why.HOLIDAY
    assert state_at(OFFICE, at("2026-12-24 08:59"), [by_hand]).opens_at == at("2026-12-24 09:00")


def test_an_emergency_closes_whatever_else_says() -> None:
    """Even an emergency that claims to be open, and an override that is newer."""
    fire = override(at("2026-10-05 09:00"), is_open=True, is_emergency=True, sticky=True)
    opened = override(at("2026-10-05 09:30"), is_open=True, sticky=True)
    state = state_at(OFFICE, at("2026-10-05 10:00"), [fire, opened])
    assert state == HoursState(
        is_open=False,
        why=Why.EMERGENCY,
        holiday="",
        reason=None,
        override=fire,
        changes_at=None,
        opens_at=None,
    )


def test_of_several_overrides_the_latest_decides() -> None:
    early = override(at("2026-10-05 09:00"), sticky=True)
    late = override(at("2026-10-05 09:30"), is_open=True, until=at("2026-10-05 20:00"))
    for both in ([early, late], [late, early]):
        state = state_at(OFFICE, at("2026-10-05 17:00"), both)
        assert (state.override, state.closes_at) == (late, at("2026-10-05 20:00"))
        assert state_at(OFFICE, at("2026-10-05 21:00"), both).override == early


@pytest.mark.parametrize(
    ("since", "until", "sticky", "ends"),
    [
        ("2026-10-05 10:00", None, False, "2026-10-05 16:30"),
        ("2026-10-05 16:30", None, False, "2026-10-06 08:00"),  # at the change itself: the one after
        ("2026-10-09 10:00", None, False, "2026-10-09 12:00"),  # lunch is a change
        ("2026-12-23 20:00", None, False, "2026-12-28 08:00"),  # Christmas makes no opening
        ("2026-10-05 10:00", "2026-10-07 10:00", False, "2026-10-07 10:00"),
        ("2026-10-05 10:00", "2026-10-07 10:00", True, "2026-10-07 10:00"),
        ("2026-10-05 10:00", None, True, None),
    ],
)
def test_an_override_ends(since: str, until: str | None, sticky: bool, ends: str | None) -> None:
    by_hand = override(at(since), until=at(until) if until else None, sticky=sticky)
    assert override_ends_at(OFFICE, by_hand) == (at(ends) if ends else None)
    assert state_at(OFFICE, at(since), [by_hand]).override == by_hand
    if ends is not None:
        assert state_at(OFFICE, at(ends) - 1, [by_hand]).override == by_hand
        assert state_at(OFFICE, at(ends), [by_hand]).override is None


def test_who_closes_by_hand_in_the_morning_opens_the_next_day() -> None:
    by_hand = override(at("2026-10-05 10:00"))
    state = state_at(OFFICE, at("2026-10-05 10:00"), [by_hand])
    assert (state.changes_at, state.opens_at) == (at("2026-10-05 16:30"), at("2026-10-06 08:00"))


def test_an_override_of_hours_that_never_change_never_ends() -> None:
    assert override_ends_at(daily(), override(at("2026-10-05 10:00"), is_open=True)) is None


def test_an_override_that_ends_before_it_begins_is_none() -> None:
    by_hand = override(at("2026-10-05 10:00"), until=at("2026-10-05 09:00"))
    assert state_at(OFFICE, at("2026-10-05 09:30"), [by_hand]) == state_at(OFFICE, at("2026-10-05 09:30"))


# Never


def test_hours_that_never_open_are_found() -> None:
    assert [
        never_opens(daily(), at("2026-10-05 10:00")),
        state_at(daily(), at("2026-10-05 10:00")).opens_at,
    ] == [
        True,
        None,
    ]
    assert not never_opens(OFFICE, at("2026-10-05 10:00"))
    assert not never_opens(OFFICE, at("2026-10-10 10:00"))


def test_an_opening_is_looked_for_400_days_ahead() -> None:
    day = date(2027, 8, 16)
    fair = office(exceptions=(DatedException(day, day, SHORT),), hours=daily())
    opens = at("2027-08-16 08:00")
    assert [
        never_opens(fair, opens - HORIZON_DAYS * DAY_S - 1),
        never_opens(fair, opens - HORIZON_DAYS * DAY_S),
    ] == [
        True,
        False,
    ]
    assert state_at(fair, opens - HORIZON_DAYS * DAY_S - 1).opens_at is None
    assert state_at(fair, opens - HORIZON_DAYS * DAY_S).opens_at == opens


# Clock changes: 2026-03-29 has no 02:00-03:00, 2026-10-25 has it twice


@pytest.mark.parametrize(
    ("span", "day", "opens", "closes", "hours"),
    [
        ((1, 5), "2026-03-29", ("01:00", 0), ("05:00", 0), 3),
        ((0, 24), "2026-03-29", None, None, 23),
        ((1, 2.5), "2026-03-29", ("01:00", 0), ("03:00", 0), 1),  # until the clocks jump
        ((2.5, 5), "2026-03-29", ("03:00", 0), ("05:00", 0), 2),  # from the jump
        ((1, 5), "2026-10-25", ("01:00", 0), ("05:00", 0), 5),
        ((0, 24), "2026-10-25", None, None, 25),
        ((1, 2.5), "2026-10-25", ("01:00", 0), ("02:30", 0), 1.5),  # the first 02:30
        ((2.5, 5), "2026-10-25", ("02:30", 0), ("05:00", 0), 3.5),
        ((2.25, 2.75), "2026-10-25", ("02:15", 0), ("02:45", 0), 0.5),  # once only
        ((2, 3), "2026-10-25", ("02:00", 0), ("03:00", 0), 2),
    ],
)
def test_spans_over_a_clock_change_are_told_in_real_time(
    span: tuple[float, float],
    day: str,
    opens: tuple[str, int] | None,
    closes: tuple[str, int] | None,
    hours: float,
) -> None:
    once = DatedException(
        date.fromisoformat(day), date.fromisoformat(day), (Span(*(int(h * 60) for h in span)),)
    )
    calendar = office(exceptions=(once,), hours=daily())
    state = state_at(calendar, at(f"{day} 00:00") - 60)
    assert state.opens_at == at(f"{day} {opens[0]}" if opens else f"{day} 00:00")
    assert state.opens_at is not None
    after = state_at(calendar, state.opens_at)
    next_day = date.fromisoformat(day) + timedelta(days=1)
    assert after.closes_at == at(f"{day} {closes[0]}" if closes else f"{next_day} 00:00")
    assert after.closes_at is not None
    assert (after.closes_at - state.opens_at) / 3600 == hours


def test_a_span_in_the_missing_hour_is_no_opening_that_day() -> None:
    calendar = daily(Span(2 * 60 + 15, 2 * 60 + 45))
    assert state_at(calendar, at("2026-03-28 12:00")).opens_at == at("2026-03-30 02:15")
    around = daily(Span(60, 90), Span(2 * 60 + 15, 2 * 60 + 45), Span(3 * 60, 240))
    state = state_at(around, at("2026-03-29 01:45"))
    assert (state.is_open, state.opens_at) == (False, at("2026-03-29 03:00"))


def test_a_zone_may_lack_midnight() -> None:
    """Beirut's clocks jump from 00:00 to 01:00: that day begins at one o'clock."""
    beirut = ZoneInfo("Asia/Beirut")
    calendar = Hours("day", beirut, ((Span(0, 120),),) * 7, {})
    before = datetime(2026, 3, 28, 12, tzinfo=beirut).timestamp()
    opens = datetime(2026, 3, 29, 1, tzinfo=beirut).timestamp()
    assert state_at(calendar, before).opens_at == opens
    assert state_at(calendar, opens).closes_at == opens + 3600
