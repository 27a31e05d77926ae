"""Another policy in the middle of it all: places, offers and talks stay, what is new holds at once."""

from __future__ import annotations

from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerHungUp,
    CallerQueued,
    Considered,
    Event,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Rule,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from routing.policy import Policy, Ring
from routing.router import Router
from tests.routing.policies import generalist, policy, queue, specialist

FREE, BUSY = TelephoneState.FREE, TelephoneState.BUSY
SCHOOL, STREETS = queue("school"), queue("streets")
ANNA, BO = specialist("anna", "school"), specialist("bo", "streets")
BEFORE = policy([SCHOOL, STREETS], [ANNA, BO])
ANYTHING = TimerFired()


class Stage:
    """A router and the offers that it makes."""

    def __init__(self, before: Policy, *free: str) -> None:
        self.router = Router(before)
        for agent in free:
            self.offers(0, AgentStateChanged(agent, FREE))

    def offers(self, at: float, event: Event) -> list[tuple[str, str]]:
        decisions = self.router.step(at, event)
        return [(d.contact, d.agent) for d in decisions if isinstance(d, AgentOffered)]


def test_who_waits_keeps_the_place() -> None:
    stage = Stage(BEFORE)
    for at, contact in ((1, "c1"), (2, "c2"), (3, "c3")):
        stage.offers(at, CallerQueued(contact, "school", at))
    stage.router.change(policy([queue("school", ring_s=9.0), STREETS], [ANNA, BO]))
    assert stage.offers(4, AgentStateChanged("anna", FREE)) == [("c1", "anna")]
    assert stage.offers(5, CallerHungUp("c1")) == [("c2", "anna")]


def test_another_ring_time_holds_from_the_next_offer_on() -> None:
    stage = Stage(BEFORE)
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.router.change(policy([queue("school", ring_s=9.0)], [ANNA]))
    assert stage.router.step(2, AgentStateChanged("anna", FREE)) == [
        AgentOffered(
            *("c1", "anna", "school", Rule.SPECIALIST, 0, 1.0, 1, 9.0),
            score=100 / 60,
            considered=Considered(free=1),
        )
    ]


def test_a_new_agent_is_offered_who_waits_as_soon_as_the_telephone_is_there() -> None:
    stage = Stage(BEFORE)
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.router.change(policy([SCHOOL], [ANNA, specialist("cia", "school")]))
    assert stage.offers(2, ANYTHING) == []
    assert stage.offers(3, AgentStateChanged("cia", FREE)) == [("c1", "cia")]


def test_a_new_skill_counts_for_an_agent_who_is_free_already() -> None:
    stage = Stage(BEFORE, "bo")
    assert stage.offers(1, CallerQueued("c1", "school", 1)) == []
    stage.router.change(policy([SCHOOL, STREETS], [ANNA, specialist("bo", "streets", "school")]))
    assert stage.offers(2, ANYTHING) == [("c1", "bo")]


def test_a_skill_that_is_taken_away_is_not_asked_for_again() -> None:
    stage = Stage(BEFORE, "anna")
    stage.router.change(policy([SCHOOL, STREETS], [specialist("anna", "streets"), BO]))
    assert stage.offers(1, CallerQueued("c1", "school", 1)) == []


def test_rings_that_open_sooner_open_for_who_waits_already() -> None:
    agents = [ANNA, generalist("gun", "school")]
    stage = Stage(policy([SCHOOL], agents), "gun")
    stage.offers(0, AgentStateChanged("anna", BUSY))
    assert stage.offers(10, CallerQueued("c1", "school", 10)) == []
    assert stage.router.next_due() == 40
    rings = (Ring(0.0, "specialists"), Ring(12.0, "everybody"))
    stage.router.change(policy([queue("school", rings=rings)], agents))
    assert stage.offers(15, ANYTHING) == []
    assert stage.router.next_due() == 22
    assert stage.offers(22, TimerFired()) == [("c1", "gun")]


def test_an_offer_to_an_agent_who_is_no_more_may_be_answered() -> None:
    stage = Stage(BEFORE, "anna")
    assert stage.offers(1, CallerQueued("c1", "school", 1)) == [("c1", "anna")]
    stage.router.change(policy([SCHOOL, STREETS], [specialist("cia", "school"), BO]))
    assert stage.offers(2, OfferAnswered("c1", "anna")) == []
    assert stage.offers(3, TalkEnded("c1", "anna", "caller")) == []
    assert not stage.router.knows("c1")


def test_an_offer_that_fails_by_an_agent_who_is_no_more_goes_to_another() -> None:
    stage = Stage(BEFORE, "anna")
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.router.change(policy([SCHOOL, STREETS], [specialist("cia", "school"), BO]))
    stage.offers(2, AgentStateChanged("cia", FREE))
    assert stage.offers(3, OfferFailed("c1", "anna", OfferFailure.NO_ANSWER)) == [("c1", "cia")]


def test_an_agent_who_is_no_more_gets_nobody_after_the_talk() -> None:
    stage = Stage(BEFORE, "anna")
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.offers(2, OfferAnswered("c1", "anna"))
    stage.offers(2, CallerQueued("c2", "school", 2))
    stage.router.change(policy([SCHOOL, STREETS], [BO]))
    assert stage.offers(3, TalkEnded("c1", "anna", "caller")) == []
    assert stage.offers(4, AgentStateChanged("anna", BUSY)) == []
    assert stage.offers(5, AgentStateChanged("anna", FREE)) == []


def test_an_agent_who_comes_back_into_the_policy_is_as_free_as_before() -> None:
    stage = Stage(BEFORE, "anna")
    stage.router.change(policy([SCHOOL, STREETS], [BO]))
    assert stage.offers(1, CallerQueued("c1", "school", 1)) == []
    stage.router.change(BEFORE)
    assert stage.offers(2, ANYTHING) == [("c1", "anna")]


def test_nobody_is_asked_to_answer_a_queue_that_is_no_more_and_its_callers_can_move() -> None:
    stage = Stage(BEFORE)
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.offers(2, CallerQueued("c2", "streets", 2))
    stage.router.change(policy([STREETS], [ANNA, BO]))
    assert stage.offers(3, AgentStateChanged("anna", FREE)) == []
    assert stage.router.knows("c1")
    assert stage.offers(4, CallerQueued("c1", "streets", 1)) == []
    assert stage.offers(5, AgentStateChanged("bo", FREE)) == [("c1", "bo")]


def test_a_talk_of_a_queue_that_is_no_more_ends_with_its_wrap_up() -> None:
    before = policy([queue("school", wrap_up_s=10.0), STREETS], [specialist("anna", "school", "streets")])
    stage = Stage(before, "anna")
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.offers(2, OfferAnswered("c1", "anna"))
    for _ in range(2):  # the second change may not forget it either
        stage.router.change(policy([STREETS], [specialist("anna", "streets")]))
    stage.offers(3, CallerQueued("c2", "streets", 3))
    assert stage.offers(4, TalkEnded("c1", "anna", "caller")) == []
    assert stage.router.next_due() == 14
    assert stage.offers(14, TimerFired()) == [("c2", "anna")]


def test_a_queue_that_comes_back_has_its_callers_still() -> None:
    stage = Stage(BEFORE)
    stage.offers(1, CallerQueued("c1", "school", 1))
    stage.router.change(policy([STREETS], [BO]))
    stage.router.change(BEFORE)
    assert stage.offers(2, AgentStateChanged("anna", FREE)) == [("c1", "anna")]
