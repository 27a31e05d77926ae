"""Moments as people write them: a time is the next such time, a day needs its time."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.commandline.times import LOCAL_WORDS, local_moment, moment

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 11, 24, 12, tzinfo=STOCKHOLM)


def local(text: str, now: datetime = NOON) -> str:
    return f"{datetime.fromtimestamp(moment(text, now.astimezone(UTC), STOCKHOLM), STOCKHOLM):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("18:00", "2026-11-24 18:00"),
        ("8:00", "2026-11-25 08:00"),
        ("12:00", "2026-11-25 12:00"),
        ("12:01", "2026-11-24 12:01"),
        ("00:00", "2026-11-25 00:00"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00", "2026-12-24 18:00"),
        ("2026-01-01 00:00", "2026-01-01 00:00"),
    ],
)
def test_a_time_is_the_next_one_and_a_day_is_that_day(text: str, then: str) -> None:
    assert local(text) == then


def test_a_time_that_exists_twice_is_the_one_to_come_and_one_that_does_not_is_refused() -> None:
    first = datetime(2026, 10, 25, 2, 20, tzinfo=STOCKHOLM)
    assert moment("02:50", first, STOCKHOLM) - first.timestamp() == 1800.0
    second = first.replace(fold=1)
    assert moment("02:50", second, STOCKHOLM) - second.timestamp() == 1800.0
    assert moment("2026-10-25 02:50", second, STOCKHOLM) - second.timestamp() == 1800.0
    for text in ("02:30", "2026-03-29 02:30"):
        with pytest.raises(click.BadParameter, match="the clocks go forward then"):
            moment(text, datetime(2026, 3, 28, 12, tzinfo=STOCKHOLM), STOCKHOLM)


def test_a_time_that_did_not_exist_this_morning_is_tomorrows() -> None:
    assert local("02:30", datetime(2026, 3, 29, 10, tzinfo=STOCKHOLM)) == "2026-03-30 02:30"


def test_tomorrows_time_is_of_the_wall_clock_when_clocks_change() -> None:
    saturday = datetime(2026, 10, 24, 12, tzinfo=STOCKHOLM)
    assert local("10:00", saturday) == "2026-10-25 10:00"


@pytest.mark.parametrize(
    "text", ["", "18", "1800", "24:00", "12:60", "18:00:00", "2026-12-24", "2026-02-30 10:00", "imorgon",
             "\u0660\u0668:00", "2026-12-24 18:00+01:00", "20261224 1800"]
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        moment(text, NOON, STOCKHOLM)
    assert caught.value.message == (
        f"expected a time such as 18:00, or a day and a time such as 2026-12-24 18:00, found {text!r}"
    )


def test_what_is_never_over_is_not_said_by_a_far_year() -> None:
    assert local("2999-12-31 23:59") == "2999-12-31 23:59"
    with pytest.raises(click.BadParameter) as caught:
        moment("3000-01-01 00:00", NOON, STOCKHOLM)
    assert caught.value.message == "expected a year up to 2999, found '3000-01-01 00:00'"


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("10:00", "2026-11-24 10:00"),  # today, though it is over
        ("8:00", "2026-11-24 08:00"),
        ("tuesday 12:01", "2026-11-24 12:01"),
        ("Tuesday 12:00", "2026-12-01 12:00"),
        ("monday 10:00", "2026-11-30 10:00"),
        ("onsdag  9:30", "2026-11-25 09:30"),
        ("söndag 10:00", "2026-11-29 10:00"),
        ("2026-12-24 10:00", "2026-12-24 10:00"),
        ("2026-12-24T10:00:30", "2026-12-24 10:00"),
    ],
)
def test_a_calls_time_is_of_today_of_the_next_such_day_or_of_a_date(text: str, then: str) -> None:
    assert f"{local_moment(text, NOON.replace(tzinfo=None)):%Y-%m-%d %H:%M}" == then


@pytest.mark.parametrize(
    "text", ["", "soon", "24:00", "tuesdag 10:00", "tuesday", "2026-02-30 10:00", "x 10"]
)
def test_any_other_time_of_a_call_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        local_moment(text, NOON.replace(tzinfo=None))
    assert caught.value.message == f"expected {LOCAL_WORDS}, found {text!r}"


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{1,4}[-:][0-9]{2}([-: T][0-9:]+)?", fullmatch=True))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with contextlib.suppress(click.BadParameter):
        assert moment(text, NOON, STOCKHOLM) < 1e12
