"""Each condition begins just above its limit, and the first in a fixed order gives the reason."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.waiting.conditions import QueueView, way_out_at_entry, way_out_while_waiting
from routing.policy import NEVER, Conditions
from routing.words import WayOut

CALM = QueueView(logged_in=4, available=3, waiting=6, estimate_s=480.0)
EVERY = Conditions(
    nobody_logged_in=True,
    all_paused=True,
    estimate_above_s=600.0,
    per_agent_above=5.0,
    waiting_above=40,
    waited_above_s=1800.0,
)
views = st.builds(
    QueueView, st.integers(0, 3), st.integers(0, 3), st.integers(0, 50), st.floats(0, 1e4) | st.just(inf)
).filter(lambda view: view.available <= view.logged_in)
conditions = st.builds(
    Conditions,
    st.booleans(),
    st.booleans(),
    st.none() | st.floats(0, 1e4),
    st.none() | st.floats(0, 50),
    st.none() | st.integers(0, 50),
    st.none() | st.floats(0, 1e4),
)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (CALM, None),
        (QueueView(0, 0, 0, 0.0), WayOut.NOBODY_LOGGED_IN),
        (QueueView(0, 0, 99, inf), WayOut.NOBODY_LOGGED_IN),
        (QueueView(2, 0, 0, 0.0), WayOut.ALL_PAUSED),
        (QueueView(2, 0, 99, inf), WayOut.ALL_PAUSED),
        (CALM._replace(estimate_s=600.0), None),
        (CALM._replace(estimate_s=600.1), WayOut.ESTIMATE),
        (QueueView(2, 1, 99, 601.0), WayOut.ESTIMATE),
        (QueueView(4, 3, 15, 0.0), None),
        (QueueView(4, 3, 16, 0.0), WayOut.PER_AGENT),
        (QueueView(9, 9, 40, 0.0), None),
        (QueueView(9, 9, 41, 0.0), WayOut.WAITING),
        (QueueView(2, 2, 41, 0.0), WayOut.PER_AGENT),
    ],
)
def test_who_comes_is_turned_away_for_the_first_reason(view: QueueView, expected: WayOut | None) -> None:
    assert way_out_at_entry(EVERY, view) == expected


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (CALM, None),
        (QueueView(9, 9, 41, 0.0), None),  # how many there are is for letting in only
        (QueueView(2, 2, 11, 0.0), WayOut.PER_AGENT),
        (QueueView(2, 2, 11, 601.0), WayOut.ESTIMATE),
        (QueueView(2, 0, 1, inf), WayOut.ALL_PAUSED),
        (QueueView(0, 0, 1, inf), WayOut.NOBODY_LOGGED_IN),
    ],
)
def test_who_waits_is_sent_on_for_the_first_reason(view: QueueView, expected: WayOut | None) -> None:
    assert way_out_while_waiting(EVERY, view) == expected


def test_for_how_long_somebody_has_waited_is_no_matter_of_how_the_queue_is() -> None:
    assert way_out_at_entry(Conditions(waited_above_s=0.0), CALM) is None
    assert way_out_while_waiting(Conditions(waited_above_s=0.0), CALM) is None


def test_with_nobody_available_there_are_too_many_callers_for_each_agent_when_somebody_waits() -> None:
    few = Conditions(per_agent_above=5.0)
    assert way_out_at_entry(few, QueueView(2, 0, 0, inf)) is None
    assert way_out_at_entry(few, QueueView(2, 0, 1, inf)) is WayOut.PER_AGENT
    assert way_out_while_waiting(few, QueueView(2, 0, 1, inf)) is WayOut.PER_AGENT


def test_nobody_logged_in_is_not_that_all_are_paused() -> None:
    assert way_out_at_entry(Conditions(all_paused=True), QueueView(0, 0, 5, inf)) is None
    assert way_out_at_entry(Conditions(nobody_logged_in=True), QueueView(2, 0, 5, inf)) is None


def test_whoever_is_in_wrap_up_is_there() -> None:
    there = QueueView(logged_in=1, available=1, waiting=0, estimate_s=90.0)
    assert way_out_at_entry(Conditions(nobody_logged_in=True, all_paused=True), there) is None


@given(views)
def test_a_queue_without_conditions_lets_everybody_in_and_stay(view: QueueView) -> None:
    assert way_out_at_entry(NEVER, view) is None
    assert way_out_while_waiting(NEVER, view) is None


@given(conditions, views, st.integers(0, 5), st.floats(0, 1e4))
def test_more_callers_and_longer_waits_never_open_a_door(
    given_conditions: Conditions, view: QueueView, more: int, later_s: float
) -> None:
    worse = view._replace(waiting=view.waiting + more, estimate_s=view.estimate_s + later_s)
    if way_out_at_entry(given_conditions, view) is not None:
        assert way_out_at_entry(given_conditions, worse) is not None
    if way_out_while_waiting(given_conditions, view) is not None:
        assert way_out_while_waiting(given_conditions, worse) is not None


@given(st.floats(0, 20), views)
def test_one_agent_less_never_makes_room(per_agent_above: float, view: QueueView) -> None:
    few = Conditions(per_agent_above=per_agent_above)
    if view.available and way_out_at_entry(few, view) is not None:
        assert way_out_at_entry(few, view._replace(available=view.available - 1)) is not None
