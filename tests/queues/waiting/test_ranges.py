"""A spoken range holds what it was made of, is one of few, and is compared by what callers plan with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.waiting.ranges import ENDS_MIN, WIDEST, WaitRange, all_ranges, falls, rises, rounded

HOUR_S = 3600.0


def minutes(least: float, most: float) -> WaitRange:
    """Make a range of minutes."""
    return WaitRange(60.0 * least, 60.0 * most)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0, 0), minutes(0, 1)),
        ((-50, 59.9), minutes(0, 1)),
        ((0, 60), minutes(0, 2)),
        ((59, 61), minutes(0, 2)),
        ((60, 61), minutes(1, 2)),
        ((300, 300), minutes(5, 6)),
        ((290, 420), minutes(4, 8)),
        ((60, 239), minutes(1, 4)),
        ((60, 240), minutes(0, 5)),
        ((2500, 3599), minutes(40, 60)),
        ((2500, 3600), None),
    ],
)
def test_a_range_is_rounded_outwards(seconds: tuple[float, float], expected: WaitRange | None) -> None:
    assert rounded(*seconds) == expected


@given(st.floats(-HOUR_S, 2 * HOUR_S), st.floats(0, 2 * HOUR_S))
def test_whatever_is_said_holds_what_was_meant_and_is_known_beforehand(
    least_s: float, width_s: float
) -> None:
    most_s = max(0.0, least_s + width_s)
    spoken = rounded(least_s, most_s)
    assert (spoken is None) == (most_s >= HOUR_S)
    if spoken is not None:
        assert spoken in all_ranges()
        assert spoken.least_s <= max(0.0, least_s) <= most_s < spoken.most_s


def test_all_ranges_are_few_and_each_can_come_up() -> None:
    everything = all_ranges()
    assert len(everything) == len(set(everything)) == 58
    assert [rounded(least_s, most_s - 1) for least_s, most_s in everything] == list(everything)
    assert all(most_s <= WIDEST * least_s for least_s, most_s in everything if least_s)
    assert ENDS_MIN[-1] * 60 == HOUR_S


@pytest.mark.parametrize(
    ("spoken", "last", "rise", "fall"),
    [
        (minutes(4, 6), None, False, True),
        (minutes(4, 6), minutes(4, 6), False, False),
        (minutes(4, 8), minutes(4, 6), True, False),
        (minutes(0, 8), minutes(4, 6), True, False),
        (minutes(4, 6), minutes(0, 10), False, True),
        (minutes(4, 6), minutes(0, 6), True, False),
        (minutes(0, 6), minutes(4, 6), False, True),
    ],
)
def test_a_range_rises_or_falls_by_its_end_and_then_by_its_least(
    spoken: WaitRange, last: WaitRange | None, rise: bool, fall: bool
) -> None:
    assert (rises(spoken, last), falls(spoken, last)) == (rise, fall)


@given(st.sampled_from(all_ranges()), st.sampled_from(all_ranges()))
def test_of_two_ranges_one_falls_to_the_other(one: WaitRange, other: WaitRange) -> None:
    assert rises(one, other) == falls(other, one)
    assert rises(one, other) + falls(one, other) == (one != other)
