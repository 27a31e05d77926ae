"""The record forgets what is old and nothing else; the estimate is its formula, or silence."""

from __future__ import annotations

from math import inf, isclose
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.waiting.estimate import (
    LEAST_TALKS,
    RECENT_ENTRIES,
    RECENT_TALKS,
    Record,
    estimated_wait_s,
    spoken_range,
)
from queues.waiting.ranges import WaitRange

handling_times = st.lists(st.integers(1, 7_200_000).map(lambda ms: ms / 1000), max_size=120)


def record_of(*talks_s: float, answered: int = 0, abandoned: int = 0) -> Record:
    """Make a record of these talks, and of so many answered and abandoned entries."""
    record = Record()
    for handling_s in talks_s:
        record.add_talk(handling_s)
    for gave_up in [False] * answered + [True] * abandoned:
        record.add_entry(abandoned=gave_up)
    return record


ALIKE = [240.0] * LEAST_TALKS


def test_before_there_is_history_a_handling_takes_ninety_seconds_and_nothing_is_spoken() -> None:
    record = Record()
    assert (record.handling_s, record.abandon_share, record.samples) == (90.0, 0.0, 0)
    assert estimated_wait_s(record, 1, 2.0) == 90.0
    assert spoken_range(record, 1, 2.0) is None


@given(handling_times)
def test_the_mean_is_of_the_last_talks(talks_s: list[float]) -> None:
    record, last = record_of(*talks_s), talks_s[-RECENT_TALKS:]
    assert record.samples == len(last)
    assert isclose(record.handling_s, mean(last) if last else 90.0)
    if len(last) > 1:
        assert isclose(record.variation, stdev(last) / mean(last), rel_tol=1e-6, abs_tol=1e-6)


@given(st.lists(st.booleans(), max_size=250))
def test_the_share_is_of_the_last_entries(gave_up: list[bool]) -> None:
    record = Record()
    for abandoned in gave_up:
        record.add_entry(abandoned=abandoned)
    last = gave_up[-RECENT_ENTRIES:]
    assert record.abandon_share == (sum(last) / len(last) if last else 0.0)


@given(handling_times)
def test_what_is_forgotten_leaves_no_trace(talks_s: list[float]) -> None:
    """A record that is replayed from a later day on tells the same as one that has run for weeks."""
    late = [200.0 + second for second in range(RECENT_TALKS)]
    old, young = record_of(*talks_s, *late), record_of(*late)
    assert (old.handling_s, old.variation) == (young.handling_s, young.variation)


@pytest.mark.parametrize(
    ("ahead", "agents", "answered", "abandoned", "expected"),
    [
        (0, 1.0, 0, 0, 240.0),  # the agent has to become free all the same
        (0, 4.0, 0, 0, 60.0),
        (3, 4.0, 0, 0, 240.0),
        (3, 2.5, 0, 0, 384.0),
        (3, 4.0, 9, 1, 216.0),
        (3, 4.0, 0, 100, 120.0),  # where everybody gave up, the wait is not 0
        (3, 0.0, 9, 1, inf),
    ],
)
def test_the_estimate_is_the_formula(
    ahead: int, agents: float, answered: int, abandoned: int, expected: float
) -> None:
    record = record_of(*ALIKE, answered=answered, abandoned=abandoned)
    assert estimated_wait_s(record, ahead, agents) == pytest.approx(expected)


def test_a_range_lies_around_the_estimate_and_narrows_with_callers_and_samples() -> None:
    few = [60.0, 420.0] * (LEAST_TALKS // 2)  # 240 s, variation .79
    many = [60.0, 420.0] * (RECENT_TALKS // 2)  # .76
    assert [
        spoken_range(record_of(*talks), ahead, agents)
        for talks, ahead, agents in ((few, 0, 1.0), (few, 8, 3.0), (many, 8, 3.0), (ALIKE, 8, 3.0))
    ] == [WaitRange(0, 480), WaitRange(480, 1200), WaitRange(480, 900), WaitRange(720 - 120, 900)]


@pytest.mark.parametrize(
    ("record", "ahead", "agents"),
    [
        (record_of(*ALIKE[1:]), 0, 2.0),
        (record_of(*ALIKE), 0, 0.9),
        (record_of(*ALIKE), 0, 0.0),
        (record_of(*ALIKE, answered=9, abandoned=10), 0, 2.0),
        (record_of(*ALIKE), 30, 2.0),
    ],
    ids=["few talks", "few agents", "no agents", "most give up", "above an hour"],
)
def test_nothing_is_spoken_with(record: Record, ahead: int, agents: float) -> None:
    assert spoken_range(record, ahead, agents) is None


@given(handling_times, st.integers(0, 200), st.floats(0, 50), st.integers(0, 20), st.integers(0, 20))
def test_a_range_holds_the_estimate(
    talks_s: list[float], ahead: int, agents: float, answered: int, abandoned: int
) -> None:
    record = record_of(*talks_s, answered=answered, abandoned=abandoned)
    spoken, estimate_s = spoken_range(record, ahead, agents), estimated_wait_s(record, ahead, agents)
    assert spoken is None or spoken.least_s <= estimate_s <= spoken.most_s


def test_talks_that_took_no_time_give_no_error() -> None:
    record = record_of(*[0.0] * LEAST_TALKS)
    assert spoken_range(record, 5, 1.0) == WaitRange(0.0, 60.0)
