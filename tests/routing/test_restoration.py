"""The router over the engine's end and a new beginning: it holds, it pauses, and what goes on it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    ContactCarried,
    EngineStarted,
    EngineStopping,
    Event,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    RestorationEnded,
    Stage,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from routing.router import Router
from tests.routing.policies import generalist, policy, queue, specialist

if TYPE_CHECKING:
    from routing.policy import Policy

FREE, BUSY, UNREACHABLE = TelephoneState.FREE, TelephoneState.BUSY, TelephoneState.UNREACHABLE
ANNA = policy([queue("school", wrap_up_s=15.0), queue("streets")], [specialist("anna", "school", "streets")])
TWO = policy([queue("school")], [specialist("anna", "school"), specialist("bo", "school", level=2)])
WIDER = policy([queue("school")], [specialist("anna", "school"), generalist("gun", "school")])


def carried(
    stage: Stage, agent: str | None = None, contact: str = "c1", since: float = 1.0
) -> ContactCarried:
    return ContactCarried(contact, contact, "testby", stage, None, "school", since, agent, None, "caller")


class Story:
    """A router in which this has happened at second 100; then a second passes with each event."""

    def __init__(self, policy: Policy, *happened: Event) -> None:
        self.router = Router(policy)
        self.at = 100.0
        for event in happened:
            self.router.step(self.at, event)

    def offered(self, event: Event, *, at: float | None = None) -> list[tuple[str, str]]:
        """Let this happen; return whom of whom is offered."""
        self.at = self.at + 1 if at is None else at
        decisions = self.router.step(self.at, event)
        assert all(isinstance(d, AgentOffered | OfferWithdrawn) for d in decisions)
        return [(d.contact, d.agent) for d in decisions if isinstance(d, AgentOffered)]


IS_FREE = AgentStateChanged("anna", FREE)


def queued(contact: str, since: float = 100.0, queue: str = "school") -> CallerQueued:
    return CallerQueued(contact, queue, since)


# --- nobody is offered while callers come back, or the engine ends ---


@pytest.mark.parametrize(
    "holds", [carried("menu"), carried("waiting"), carried("fallback"), carried("leaving"), EngineStopping()]
)
def test_whoever_comes_is_offered_nobody_while_others_are_still_coming(holds: Event) -> None:
    story = Story(WIDER, holds, AgentStateChanged("anna", BUSY), AgentStateChanged("gun", FREE))
    assert story.offered(queued("c2")) == []
    assert story.router.next_due() is None
    assert story.offered(IS_FREE) == []
    assert story.offered(TimerFired(), at=500.0) == []


def test_the_end_of_the_restoration_offers_all_who_wait_in_the_order_of_their_old_places() -> None:
    story = Story(TWO, EngineStarted("0"), carried("waiting"), carried("waiting", contact="c2"))
    for event in (
        IS_FREE,
        AgentStateChanged("bo", FREE),
        queued("c3", 30),
        queued("c1", 20),
        queued("c2", 10),
    ):
        assert story.offered(event) == []
    assert story.offered(RestorationEnded(0)) == [("c2", "anna"), ("c1", "bo")]
    assert story.offered(CallerHungUp("c2")) == [("c3", "anna")]


def test_times_that_passed_while_nobody_was_offered_are_made_up_for() -> None:
    story = Story(WIDER, carried("menu"), AgentStateChanged("anna", BUSY), AgentStateChanged("gun", FREE))
    story.offered(queued("c1"))
    assert story.offered(RestorationEnded(0), at=140.0) == [("c1", "gun")]
    late = Story(WIDER, carried("menu"), AgentStateChanged("anna", BUSY), AgentStateChanged("gun", FREE))
    late.offered(queued("c1"))
    assert late.offered(RestorationEnded(0), at=110.0) == []
    assert late.router.next_due() == 130.0


def test_an_engine_that_was_told_to_end_offers_nobody_when_the_restoration_ends_later() -> None:
    story = Story(ANNA, carried("waiting"), EngineStopping(), IS_FREE, queued("c1"))
    assert story.offered(RestorationEnded(0)) == []
    assert story.router.next_due() is None


def test_a_new_start_ends_every_hold() -> None:
    story = Story(ANNA, carried("waiting"), EngineStopping(), EngineStarted("0"), IS_FREE)
    assert story.offered(queued("c1")) == [("c1", "anna")]


def test_an_offer_of_an_ending_engine_may_still_be_answered_and_end() -> None:
    story = Story(ANNA, IS_FREE, queued("c1"), EngineStopping(), OfferAnswered("c1", "anna"), queued("c2"))
    assert story.offered(TalkEnded("c1", "anna", "agent")) == []
    assert story.offered(TimerFired(), at=200.0) == []


# --- what goes on ---


@pytest.mark.parametrize("stage", ["offered", "talking"])
def test_a_carried_callers_agent_is_offered_to_nobody_else(stage: Stage) -> None:
    story = Story(ANNA, EngineStarted("0"), carried(stage, "anna"), IS_FREE, queued("c2"))
    assert story.offered(RestorationEnded(0)) == []
    assert story.offered(TimerFired(), at=900.0) == []


@pytest.mark.parametrize("stage", ["menu", "waiting", "fallback", "leaving"])
def test_an_agent_of_the_past_is_not_held(stage: Stage) -> None:
    story = Story(ANNA, EngineStarted("0"), carried(stage, "anna"), IS_FREE, queued("c2"))
    assert story.offered(RestorationEnded(0)) == [("c2", "anna")]


@pytest.mark.parametrize(
    ("stage", "ends", "rest_s"),
    [
        ("offered", (OfferFailed("c1", "anna", OfferFailure.NO_ANSWER), CallerHungUp("c1")), 30.0),
        ("offered", (CallerHungUp("c1"),), 0.0),
        ("offered", (CallerFellBack("c1", "school"),), 0.0),
        ("offered", (OfferAnswered("c1", "anna"), TalkEnded("c1", "anna", "agent")), 15.0),
        ("talking", (TalkEnded("c1", "anna", "caller"),), 15.0),
        ("talking", (CallerHungUp("c1"),), 15.0),
        ("talking", (CallerLost("c1", "pbx"),), 15.0),
    ],
)
def test_what_was_carried_ends_like_what_is_ours_and_the_agent_rests(
    stage: Stage, ends: tuple[Event, ...], rest_s: float
) -> None:
    story = Story(ANNA, carried(stage, "anna"), IS_FREE, RestorationEnded(0), *ends)
    offer = [("c2", "anna")]
    assert story.offered(queued("c2"), at=100.0) == ([] if rest_s else offer)
    if rest_s:
        assert story.router.next_due() == 100.0 + rest_s
        assert story.offered(TimerFired(), at=100.0 + rest_s) == offer


def test_a_carried_offer_that_fails_gives_the_caller_the_old_place_back() -> None:
    story = Story(
        ANNA, carried("offered", "anna", since=50.0), IS_FREE, queued("c2", 60), RestorationEnded(0)
    )
    assert story.offered(OfferFailed("c1", "anna", OfferFailure.WITHDRAWN)) == [("c1", "anna")]


def test_a_telephone_that_goes_while_a_carried_offer_rings_is_withdrawn() -> None:
    story = Story(ANNA, carried("offered", "anna"), IS_FREE)
    assert story.router.step(101.0, AgentStateChanged("anna", UNREACHABLE)) == [
        OfferWithdrawn("c1", "anna", OfferFailure.UNREACHABLE)
    ]


@pytest.mark.parametrize(
    "odd",
    [
        carried("talking", "anna")._replace(queue="closed-down"),
        carried("talking", "nobody"),
        carried("offered", "anna")._replace(queue=None),
    ],
)
def test_what_the_policy_does_not_know_holds_nobody(odd: ContactCarried) -> None:
    story = Story(ANNA, odd, IS_FREE, queued("c2"))
    assert story.offered(RestorationEnded(0)) == [("c2", "anna")]
    assert story.offered(TalkEnded("c1", "anna", "agent")) == []


def test_two_callers_of_one_agent_hold_them_once() -> None:
    story = Story(ANNA, carried("talking", "anna"), carried("offered", "anna", "c2"), IS_FREE, queued("c3"))
    assert story.offered(RestorationEnded(0)) == []
    assert story.offered(TalkEnded("c2", "anna", "agent")) == []
    assert story.offered(TimerFired(), at=500.0) == []


# --- callers who come back ---


def test_a_caller_who_comes_back_from_an_offer_is_offered_again_at_once_by_our_doing() -> None:
    story = Story(ANNA, IS_FREE, queued("c1"), queued("c2"))
    assert story.offered(CallerReturned("c1")) == [("c1", "anna")]
    assert story.offered(OfferAnswered("c1", "anna")) == []


@pytest.mark.parametrize("happened", [(), (IS_FREE, OfferAnswered("c1", "anna"))])
def test_a_caller_who_comes_back_while_waiting_or_talking_changes_nothing(
    happened: tuple[Event, ...],
) -> None:
    begun = (IS_FREE, queued("c1")) if happened else (queued("c1"),)
    story = Story(ANNA, *begun, *happened)
    assert story.offered(CallerReturned("c1")) == []
    assert story.offered(CallerReturned("nobody")) == []
    if not happened:
        assert story.offered(IS_FREE) == [("c1", "anna")]


# --- Asterisk's own queue ---


def test_a_caller_who_falls_back_while_ringing_sets_the_agent_free() -> None:
    story = Story(ANNA, IS_FREE, queued("c1"), queued("c2"))
    assert story.offered(CallerFellBack("c1", "school")) == [("c2", "anna")]
    assert story.offered(OfferAnswered("c1", "anna")) == []  # stale news


def test_a_caller_who_fell_back_waits_no_more_with_us() -> None:
    story = Story(ANNA, queued("c1"), queued("c2"), CallerFellBack("c1", "school"))
    assert story.offered(IS_FREE) == [("c2", "anna")]


def test_who_was_answered_by_asterisks_own_queue_holds_the_agent_and_leaves_them_their_wrap_up() -> None:
    story = Story(ANNA, IS_FREE, CallerFellBack("c1", "school"), FallbackAnswered("c1", "school", "anna"))
    assert story.offered(queued("c2")) == []
    assert story.offered(TalkEnded("c1", "anna", "caller"), at=150.0) == []
    assert story.router.next_due() == 165.0
    assert story.offered(TimerFired(), at=165.0) == [("c2", "anna")]


@pytest.mark.parametrize(
    "answered",
    [
        FallbackAnswered("c2", "closed-down", "anna"),
        FallbackAnswered("c2", "school", "nobody"),
        FallbackAnswered("c2", "school", "anna"),  # who is rung for c1
    ],
)
def test_an_answer_of_the_fallback_that_fits_nothing_changes_nothing(answered: FallbackAnswered) -> None:
    story = Story(ANNA, IS_FREE, queued("c1"), CallerFellBack("c2", "school"), answered)
    story.offered(OfferAnswered("c1", "anna"))
    story.offered(TalkEnded("c2", "anna", "agent"))
    story.offered(queued("c3"))
    assert story.offered(TimerFired(), at=400.0) == []
    assert story.offered(CallerHungUp("c1"), at=500.0) == []
    assert story.offered(TimerFired(), at=515.0) == [("c3", "anna")]


# --- pauses ---


def test_an_agent_who_pauses_gets_nobody_until_they_are_back() -> None:
    story = Story(ANNA, IS_FREE, AgentPaused("anna"))
    assert story.offered(queued("c1")) == []
    assert story.offered(AgentStateChanged("anna", BUSY)) == []
    assert story.offered(IS_FREE) == []
    assert story.offered(AgentResumed("anna")) == [("c1", "anna")]


def test_a_ring_whose_people_all_pause_is_passed_over_at_once() -> None:
    story = Story(WIDER, IS_FREE, AgentStateChanged("gun", FREE), AgentStateChanged("anna", BUSY))
    assert story.offered(queued("c1")) == []
    assert story.offered(AgentPaused("anna")) == [("c1", "gun")]


def test_a_pause_in_a_talk_counts_after_it() -> None:
    story = Story(ANNA, IS_FREE, queued("c1"), OfferAnswered("c1", "anna"), AgentPaused("anna"), queued("c2"))
    assert story.offered(TalkEnded("c1", "anna", "agent"), at=150.0) == []
    assert story.offered(TimerFired(), at=165.0) == []
    assert story.offered(AgentResumed("anna"), at=170.0) == [("c2", "anna")]


def test_a_short_pause_does_not_shorten_the_wrap_up() -> None:
    story = Story(ANNA, IS_FREE, queued("c1"), OfferAnswered("c1", "anna"), queued("c2"))
    story.offered(TalkEnded("c1", "anna", "agent"), at=150.0)
    assert story.offered(AgentPaused("anna"), at=151.0) == []
    assert story.offered(AgentResumed("anna"), at=152.0) == []
    assert story.router.next_due() == 165.0
    assert story.offered(TimerFired(), at=165.0) == [("c2", "anna")]


def test_whoever_comes_back_from_a_pause_has_been_idle_only_since_then() -> None:
    equal = policy([queue("school")], [specialist("anna", "school"), specialist("bo", "school")])
    story = Story(equal, IS_FREE, AgentPaused("anna"))
    story.offered(AgentStateChanged("bo", FREE))
    story.offered(AgentResumed("anna"))
    assert story.offered(queued("c1")) == [("c1", "bo")]


def test_a_new_run_begins_without_pauses_and_a_stranger_can_not_pause() -> None:
    story = Story(ANNA, AgentPaused("anna"), AgentPaused("nobody"), EngineStarted("0"), IS_FREE)
    assert story.offered(queued("c1")) == [("c1", "anna")]
