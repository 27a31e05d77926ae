"""The live board when queues do not keep their callers: who is where, and under which queue they count."""

from __future__ import annotations

import pytest

from queues.board import Board
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentResumed,
    CallArrived,
    CallEnded,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    Event,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    Rule,
    WayOut,
)
from tests.queues.calllog.streams import START, record

ARRIVED = CallArrived("c-1", "pj-1", "jarfalla", "+46858028500", None, "withheld")
QUEUED = CallerQueued("c-1", "school", START)
SENT_ON = CallerSentOn("c-1", "school", WayOut.WAITED, "rut")
TURNED_AWAY = CallerTurnedAway("c-1", "school", WayOut.WAITING, "rut")
CALLED = OfficerCalled("c-1", "rut-holm", 30.0, "rut")


def board(*events: Event) -> Board:
    fold = Board(("school", "general"), ("anna",))
    for recorded in record(*events):
        fold.apply(recorded)
    return fold


@pytest.mark.parametrize("ways_out", [(QUEUED, SENT_ON), (TURNED_AWAY,)])
def test_who_is_not_kept_is_in_the_menu_and_counts_under_that_queue(ways_out: tuple[Event, ...]) -> None:
    now = board(ARRIVED, *ways_out).snapshot()
    school, general = now.queues
    assert (now.in_menu, school.waiting, school.totals.entered, general.totals.entered) == (1, (), 1, 0)
    ended = board(ARRIVED, *ways_out, CallEnded("c-1", Outcome.OVERFLOWED, "caller")).snapshot()
    assert ended.queues[0].totals.outcomes[Outcome.OVERFLOWED] == 1
    assert (ended.totals.offered, ended.totals.entered, ended.in_menu) == (1, 1, 0)


def test_who_waits_in_the_next_queue_has_waited_since_the_first_and_counts_there() -> None:
    moved = QUEUED._replace(queue="general")
    school, general = board(ARRIVED, QUEUED, SENT_ON, moved).snapshot().queues
    assert [(caller.contact, caller.since) for caller in general.waiting] == [("c-1", START)]
    assert (school.totals.still_open, general.totals.still_open) == (1, 0)


def test_whose_telephone_rang_and_who_is_sent_on_then_leaves_the_agent() -> None:
    offered = AgentOffered("c-1", "anna", "school", Rule.SPECIALIST, 0, 1.0, 1, 20.0)
    failed = OfferFailed("c-1", "anna", OfferFailure.NO_ANSWER)
    now = board(ARRIVED, QUEUED, offered, failed, SENT_ON).snapshot()
    assert (now.agents[0].work, now.in_menu) == ("idle", 1)


@pytest.mark.parametrize(
    ("then", "in_menu"),
    [
        ((), 0),
        ((OfficerAnswered("c-1", "rut-holm"),), 0),
        ((OfficerFailed("c-1", "rut-holm", OfferFailure.NO_ANSWER),), 1),
    ],
)
def test_an_officer_after_a_queue_who_does_not_answer_leaves_the_caller_in_the_menu(
    then: tuple[Event, ...], in_menu: int
) -> None:
    assert board(ARRIVED, QUEUED, SENT_ON, CALLED, *then).snapshot().in_menu == in_menu


def test_an_agent_whom_we_paused_shows_so_until_they_come_back() -> None:
    paused = board(AgentAutoPaused("anna", 2))
    assert paused.snapshot().agents[0].is_paused
    (resumed,) = record(AgentAutoPaused("anna", 2), AgentResumed("anna"))[1:]
    paused.apply(resumed)
    assert not paused.snapshot().agents[0].is_paused
