"""The router gives each caller to the right agent, in order, once, and says why."""

from __future__ import annotations

import pytest

from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerHungUp,
    CallerQueued,
    Considered,
    Decision,
    EngineStarted,
    Event,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    Rule,
    TalkEnded,
    TelephoneState,
    TimerFired,
    Turn,
)
from routing.policy import CoolDowns, Policy, Ring
from routing.router import Router
from tests.routing.policies import generalist, policy, queue, specialist

FREE, BUSY, RINGING, UNREACHABLE = (
    TelephoneState.FREE,
    TelephoneState.BUSY,
    TelephoneState.RINGING,
    TelephoneState.UNREACHABLE,
)


class Stage:
    """A router with a clock of its own: `happens` passes an event at a second and keeps the offers."""

    def __init__(self, policy: Policy, *free: str) -> None:
        self.router = Router(policy)
        for agent in free:
            self.happens(0, AgentStateChanged(agent, FREE))

    def happens(self, at: float, event: Event) -> list[Decision]:
        return self.router.step(at, event)

    def offered(self, at: float, event: Event) -> list[tuple[str, str]]:
        """Pass the event and return the (contact, agent) pairs that are offered."""
        return [(d.contact, d.agent) for d in self.happens(at, event) if isinstance(d, AgentOffered)]

    def queued(self, at: float, contact: str, queue: str = "school") -> list[tuple[str, str]]:
        return self.offered(at, CallerQueued(contact, queue, at))


SCHOOL = queue("school")
STREETS = queue("streets")


def test_free_specialist_is_offered_at_once_and_the_rule_says_so() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]), "anna")
    assert stage.happens(10, CallerQueued("c1", "school", 10)) == [
        AgentOffered("c1", "anna", "school", Rule.SPECIALIST, 0, 0.0, 1, 20.0, considered=Considered(free=1))
    ]


def test_generalist_is_offered_only_when_the_ring_opens() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school"), generalist("gun", "school")]), "gun")
    stage.happens(0, AgentStateChanged("anna", BUSY))
    assert stage.queued(10, "c1") == []
    assert stage.router.next_due() == 40
    assert stage.happens(40, TimerFired()) == [
        AgentOffered(
            *("c1", "gun", "school", Rule.WIDENED, 1, 30.0, 1, 20.0),
            score=50.0,
            considered=Considered(free=1, busy=1),
        )
    ]


def test_ring_with_nobody_reachable_is_skipped_at_once() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school"), generalist("gun", "school")]), "gun")
    assert stage.happens(10, CallerQueued("c1", "school", 10)) == [
        AgentOffered(
            *("c1", "gun", "school", Rule.RING_EMPTY, 1, 0.0, 1, 20.0), considered=Considered(free=1, away=1)
        )
    ]


def test_last_specialist_leaving_opens_the_next_ring_for_who_waits() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school"), generalist("gun", "school")]), "gun")
    stage.happens(0, AgentStateChanged("anna", BUSY))
    stage.queued(10, "c1")
    assert stage.offered(12, AgentStateChanged("anna", UNREACHABLE)) == [("c1", "gun")]


def test_a_level_below_the_ring_waits_for_the_ring_that_asks_everybody() -> None:
    low = generalist("gun", "school", level=1)
    stage = Stage(policy([SCHOOL], [specialist("anna", "school"), generalist("eva", "school"), low]), "gun")
    stage.happens(0, AgentStateChanged("anna", BUSY))
    stage.happens(0, AgentStateChanged("eva", BUSY))
    stage.queued(0, "c1")
    assert stage.offered(30, TimerFired()) == []
    assert stage.router.next_due() == 90
    assert stage.offered(90, TimerFired()) == [("c1", "gun")]


def test_confidential_queue_is_never_widened_past_its_named_people() -> None:
    secret = queue("social", confidential=True)
    stage = Stage(policy([secret], [specialist("sara", "social"), generalist("gun", "social")]), "gun")
    assert stage.queued(0, "c1", "social") == []
    assert stage.offered(1000, TimerFired()) == []


def test_longest_waiting_first_within_and_across_queues() -> None:
    both = specialist("anna", "school", "streets")
    stage = Stage(policy([SCHOOL, STREETS], [both]))
    stage.queued(1, "s1", "streets")
    stage.queued(2, "c1", "school")
    stage.queued(3, "s2", "streets")
    assert stage.offered(4, AgentStateChanged("anna", FREE)) == [("s1", "anna")]
    stage.happens(5, OfferAnswered("s1", "anna"))
    assert stage.offered(9, TalkEnded("s1", "anna", "caller")) == [("c1", "anna")]


def test_highest_level_then_longest_idle() -> None:
    agents = [specialist("anna", "school"), specialist("bo", "school"), specialist("ny", "school", level=1)]
    stage = Stage(policy([SCHOOL], agents), "ny")
    stage.happens(1, AgentStateChanged("bo", FREE))
    stage.happens(2, AgentStateChanged("anna", FREE))
    assert stage.queued(3, "c1") == [("c1", "bo")]
    assert stage.queued(3, "c2") == [("c2", "anna")]
    assert stage.queued(3, "c3") == [("c3", "ny")]


@pytest.mark.parametrize("state", [RINGING, BUSY, UNREACHABLE])
def test_agent_whose_telephone_is_not_free_gets_nobody(state: TelephoneState) -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]), "anna")
    stage.happens(1, AgentStateChanged("anna", state))
    assert stage.queued(2, "c1") == []
    assert stage.offered(3, AgentStateChanged("anna", FREE)) == [("c1", "anna")]


def test_unanswered_offer_goes_to_the_next_agent_and_the_caller_keeps_the_place() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school"), specialist("bo", "school")]), "anna")
    assert stage.queued(1, "c1") == [("c1", "anna")]
    stage.queued(2, "c2")
    stage.happens(5, AgentStateChanged("bo", BUSY))
    assert stage.offered(21, OfferFailed("c1", "anna", OfferFailure.NO_ANSWER)) == []
    assert stage.offered(22, AgentStateChanged("bo", FREE)) == [("c1", "bo")]  # before c2


@pytest.mark.parametrize("cause", list(OfferFailure))
def test_agent_rests_after_a_failed_offer_as_long_as_its_cause_says(cause: OfferFailure) -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]), "anna")
    stage.queued(0, "c1")
    rest = CoolDowns().after(cause)
    again = stage.offered(20, OfferFailed("c1", "anna", cause))
    if rest == 0:
        assert again == [("c1", "anna")]
        return
    assert again == []
    assert stage.offered(20 + rest - 0.001, TimerFired()) == []
    assert stage.router.next_due() == 20 + rest
    assert stage.offered(20 + rest, TimerFired()) == [("c1", "anna")]


def test_wrap_up_counts_from_the_end_of_the_talk() -> None:
    stage = Stage(policy([queue("school", wrap_up_s=15.0)], [specialist("anna", "school")]), "anna")
    stage.queued(0, "c1")
    stage.happens(1, OfferAnswered("c1", "anna"))
    stage.queued(2, "c2")
    assert stage.offered(60, TalkEnded("c1", "anna", "agent")) == []
    assert stage.router.next_due() == 75
    assert stage.offered(75, TimerFired()) == [("c2", "anna")]


def test_caller_who_hangs_up_is_never_offered() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]))
    stage.queued(0, "c1")
    stage.queued(1, "c2")
    stage.happens(2, CallerHungUp("c1"))
    assert stage.offered(3, AgentStateChanged("anna", FREE)) == [("c2", "anna")]


def test_caller_who_hangs_up_while_ringing_sets_the_agent_free() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]), "anna")
    stage.queued(0, "c1")
    stage.happens(1, AgentStateChanged("anna", RINGING))
    stage.happens(2, CallerHungUp("c1"))
    assert stage.queued(2.5, "c2") == []  # the telephone still rings
    assert stage.offered(3, AgentStateChanged("anna", FREE)) == [("c2", "anna")]
    assert stage.offered(4, OfferFailed("c1", "anna", OfferFailure.CALLER_GONE)) == []  # stale news


def test_telephone_that_goes_away_while_ringing_withdraws_the_offer_and_costs_the_agent_nothing() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]), "anna")
    stage.queued(0, "c1")
    assert stage.happens(1, AgentStateChanged("anna", UNREACHABLE)) == [
        OfferWithdrawn("c1", "anna", OfferFailure.UNREACHABLE)
    ]
    stage.happens(1.1, OfferFailed("c1", "anna", OfferFailure.WITHDRAWN))
    assert stage.offered(2, AgentStateChanged("anna", FREE)) == [("c1", "anna")]


def test_moved_caller_keeps_the_waiting_time() -> None:
    stage = Stage(policy([SCHOOL, STREETS], [specialist("anna", "school"), specialist("stig", "streets")]))
    stage.queued(5, "s1", "streets")
    stage.happens(1, CallerQueued("c1", "school", 1))
    stage.happens(6, CallerQueued("c1", "streets", 1))
    assert stage.offered(7, AgentStateChanged("stig", FREE)) == [("c1", "stig")]


def test_engine_start_forgets_everything_that_a_dead_engine_knew() -> None:
    stage = Stage(policy([SCHOOL], [specialist("anna", "school")]), "anna")
    stage.queued(0, "c1")
    stage.happens(1, EngineStarted("0"))
    assert stage.queued(2, "c2") == []
    assert stage.offered(3, AgentStateChanged("anna", FREE)) == [("c2", "anna")]


def test_unknown_queue_is_said_with_what_is_known() -> None:
    with pytest.raises(ValueError, match=r"contact c1 was queued in 'skola'; the policy has school"):
        Stage(policy([SCHOOL], [])).queued(0, "c1", "skola")


def test_nothing_is_due_while_nobody_waits() -> None:
    stage = Stage(
        policy([queue("school", rings=(Ring(0.0, "everybody"),))], [specialist("anna", "school")]), "anna"
    )
    assert stage.router.next_due() is None


def test_the_next_ring_opens_for_a_caller_whose_offer_failed_while_the_line_was_empty() -> None:
    agents = [specialist("anna", "school"), generalist("gun", "school"), specialist("bo", "streets")]
    stage = Stage(policy([SCHOOL, STREETS], agents), "anna", "gun")
    stage.queued(0, "other", "streets")  # nobody answers it, so that somebody waits all the time
    assert stage.queued(1, "c1") == [("c1", "anna")]
    stage.router.next_due()
    stage.happens(21, OfferFailed("c1", "anna", OfferFailure.NO_ANSWER))
    assert stage.offered(31, TimerFired()) == [("c1", "gun")]


def test_the_next_ring_opens_though_somebody_who_waited_longer_was_first_meanwhile() -> None:
    agents = [specialist("anna", "school"), generalist("gun", "school"), specialist("bo", "streets")]
    stage = Stage(policy([SCHOOL, STREETS], agents))
    for agent in ("anna", "gun"):
        stage.happens(0, AgentStateChanged(agent, BUSY))
    stage.queued(100, "c1")
    stage.happens(101, CallerQueued("old", "school", 0))  # all rings are open to whom nobody keeps
    stage.router.next_due()
    stage.happens(102, CallerHungUp("old"))
    assert stage.offered(110, AgentStateChanged("gun", FREE)) == []
    assert stage.router.next_due() == 130
    assert stage.offered(130, TimerFired()) == [("c1", "gun")]


def test_two_policies_one_after_the_other_leave_one_order() -> None:
    agents = [specialist("anna", "school"), specialist("bo", "school")]
    stage = Stage(policy([SCHOOL], []))
    stage.queued(0, "c1")
    stage.queued(300, "c2")
    stage.router.change(policy([SCHOOL], agents))
    stage.router.change(policy([SCHOOL], agents))
    first = stage.happens(300, AgentStateChanged("anna", FREE))
    second = stage.happens(300, AgentStateChanged("bo", FREE))
    turns = [(d.contact, d.turn) for d in (*first, *second) if isinstance(d, AgentOffered)]
    assert turns == [("c1", Turn.OVERDUE), ("c2", Turn.SCORE)]


def test_a_caller_who_moves_while_a_telephone_rings_sets_that_agent_free() -> None:
    stage = Stage(policy([SCHOOL, STREETS], [specialist("anna", "school")]), "anna")
    assert stage.queued(1, "c1") == [("c1", "anna")]
    stage.queued(2, "c1", "streets")
    assert stage.queued(3, "c2") == [("c2", "anna")]
