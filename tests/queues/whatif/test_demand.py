"""Demand: entries with their true waits and talks, agents' hours without our own calls, and ringing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queues.whatif.demand import Demand, Entry, Ringing, demand_of
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    EngineStarted,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    Rule,
    TalkEnded,
    TelephoneState,
    WayOut,
)
from tests.queues.whatif.days import AWAY, BUSY, FREE, recorded

if TYPE_CHECKING:
    from routing.events import Event

OFFER = AgentOffered("c", "anna", "school", Rule.SPECIALIST, 0, 5.0, 1, 20.0)


def told(*events: tuple[float, Event]) -> Demand:
    return demand_of(recorded(*events))


def only(*events: tuple[float, Event]) -> Entry:
    (entry,) = told(*events).entries
    return entry


def test_an_answered_entry_has_its_wait_from_the_choice_and_its_talk() -> None:
    entry = only(
        (10.0, CallerQueued("c", "school", 8.0, 5.0, "anna")),
        (13.0, OFFER),
        (17.0, OfferAnswered("c", "anna")),
        (77.0, TalkEnded("c", "anna", "agent")),
    )
    assert entry == Entry(
        "c", "school", 10.0, 8.0, 8.0, 5.0, "anna", "answered", 17.0, 60.0, True, Rule.SPECIALIST, "", False
    )  # fmt: skip
    assert entry.stayed_s == 7.0


def test_who_hung_up_was_lost_or_still_waits_is_told_apart() -> None:
    ways: list[tuple[Event, str]] = [
        (CallerHungUp("c"), "abandoned"),
        (CallerLost("c", "pbx"), "lost"),
        (CallEnded("c", Outcome.OVERFLOWED, "engine"), "lost"),
        (CallerSentOn("c", "school", WayOut.WAITED, "general"), "sent on"),
        (AgentPaused("bo"), "open"),
    ]
    for event, outcome in ways:
        entry = only((10.0, CallerQueued("c", "school", 10.0)), (50.0, event))
        assert (entry.outcome, entry.stayed_s, entry.talk_s) == (outcome, 40.0, None)


def test_what_was_learnt_late_counts_when_it_happened() -> None:
    entry = only((10.0, CallerQueued("c", "school", 10.0)), (50.0, CallerHungUp("c", 30.0)))
    assert entry.stayed_s == 20.0


def test_only_ways_out_that_no_condition_decides_are_taken_anyway() -> None:
    for way in WayOut:
        entry = only((10.0, CallerQueued("c", "school", 10.0)), (50.0, CallerSentOn("c", "school", way, "x")))
        assert entry.leaves_anyway == (way in {WayOut.CHOSEN, WayOut.CLOSED})


def test_who_was_turned_away_came_all_the_same_and_where_they_went_follows_from_it() -> None:
    first, second = told(
        (10.0, CallerTurnedAway("c", "school", WayOut.WAITING, "general")),
        (12.0, CallerQueued("c", "general", 10.0)),
        (40.0, CallerHungUp("c")),
    ).entries
    assert (first.id, first.queue, first.outcome, first.stayed_s) == ("c", "school", "sent on", 0.0)
    assert (second.id, second.queue, second.follows) == ("c#2", "general", "c")


def test_who_was_handed_over_comes_a_second_time_and_waits_from_then() -> None:
    first, second = told(
        (10.0, CallerQueued("c", "school", 10.0)),
        (13.0, OFFER),
        (17.0, OfferAnswered("c", "anna")),
        (27.0, CallTransferred("c", "anna", "queue", "general", "blind")),
        (27.0, CallerQueued("c", "general", 10.0)),
        (67.0, CallerHungUp("c")),
    ).entries
    assert (first.outcome, first.talk_s) == ("answered", 10.0)
    assert (second.at, second.since, second.counts_from, second.follows) == (27.0, 10.0, 27.0, "")


def test_a_place_that_is_kept_over_an_absence_of_ours_is_one_entry() -> None:
    entry = only(
        (10.0, CallerQueued("c", "school", 10.0)),
        (20.0, EngineStarted("1")),
        (21.0, CallerQueued("c", "school", 10.0)),
        (30.0, CallerFellBack("c", "school")),
        (40.0, FallbackAnswered("c", "school", "anna")),
        (70.0, CallerHungUp("c")),
    )
    assert (entry.at, entry.outcome, entry.left_at, entry.talk_s, entry.rule) == (
        10.0,
        "answered",
        40.0,
        30.0,
        None,
    )


def test_a_talk_that_goes_on_is_known_to_be_as_long_as_that() -> None:
    entry = only(
        (10.0, CallerQueued("c", "school", 10.0)),
        (11.0, OFFER),
        (12.0, OfferAnswered("c", "anna")),
        (72.0, AgentPaused("bo")),
    )
    assert (entry.talk_s, entry.has_talked_out) == (60.0, False)


def test_ringing_is_known_by_agent_but_for_what_is_not_theirs() -> None:
    demand = told(
        (10.0, CallerQueued("c", "school", 10.0)),
        (11.0, OFFER),
        (31.0, OfferFailed("c", "anna", OfferFailure.NO_ANSWER)),
        (61.0, OFFER),
        (63.0, OfferFailed("c", "anna", OfferFailure.WITHDRAWN)),
        (71.0, OFFER),
        (74.0, OfferAnswered("c", "anna")),
    )
    assert demand.ringings == (Ringing("anna", OfferFailure.NO_ANSWER, 20.0), Ringing("anna", None, 3.0))


def test_telephones_are_busy_only_with_calls_that_are_not_ours() -> None:
    state = AgentStateChanged
    demand = told(
        (1.0, state("anna", FREE)),
        (10.0, CallerQueued("c", "school", 10.0)),
        (11.0, OFFER),
        (11.1, state("anna", TelephoneState.RINGING)),
        (14.0, OfferAnswered("c", "anna")),
        (14.1, state("anna", BUSY)),
        (50.0, TalkEnded("c", "anna", "caller")),
        (50.1, state("anna", FREE)),
        (60.0, state("anna", TelephoneState.RINGING)),
        (62.0, state("anna", BUSY)),
        (90.0, state("anna", FREE)),
        (99.0, state("anna", AWAY)),
    )
    assert demand.presence == (
        (1.0, state("anna", FREE)),
        (60.0, state("anna", BUSY)),
        (90.0, state("anna", FREE)),
        (99.0, state("anna", AWAY)),
    )


def test_own_pauses_are_taken_and_ours_are_measured() -> None:
    demand = told(
        (1.0, AgentPaused("anna")),
        (2.0, AgentPaused("anna")),
        (5.0, AgentResumed("anna")),
        (10.0, AgentAutoPaused("gun", 2)),
        (130.0, AgentResumed("gun")),
        (200.0, AgentAutoPaused("gun", 2)),
        (250.0, AgentPaused("bo")),
    )
    assert demand.presence == (
        (1.0, AgentPaused("anna")), (5.0, AgentResumed("anna")), (250.0, AgentPaused("bo"))
    )  # fmt: skip
    assert demand.auto_pauses_s == (120.0, 50.0)


def test_a_start_of_the_engine_knows_nobody_until_it_has_heard_of_them() -> None:
    demand = told(
        (1.0, AgentStateChanged("anna", FREE)),
        (2.0, AgentPaused("anna")),
        (9.0, EngineStarted("1")),
        (9.5, AgentPaused("anna")),
        (10.0, AgentStateChanged("anna", FREE)),
    )
    assert demand.presence[2:] == (
        (9.0, AgentStateChanged("anna", AWAY)),
        (9.0, AgentResumed("anna")),
        (9.5, AgentPaused("anna")),
        (10.0, AgentStateChanged("anna", FREE)),
    )
