"""Offer by offer: every difference is one step from history, and each offer of history is of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from queues.whatif.onestep import Compared, Kind, compare_offers
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerHungUp,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    TalkEnded,
    TimerFired,
)
from routing.led import LedRouter
from routing.policy import Agent, Policy, Queue, Ring, SameAgent, Skill
from routing.router import Router
from tests.queues.whatif.days import AGENTS, FREE, POLICY, QUEUES, answered, changed, lived, queued, recorded

if TYPE_CHECKING:
    from routing.events import Event, Recorded

SOONER = changed(school=(Ring(0.0, "specialists"), Ring(10.0, "generalists")))
NEVER = changed(school=(Ring(0.0, "specialists"),))
GUN_FREE = (1.0, AgentStateChanged("gun", FREE))
ANNA_FREE = (1.0, AgentStateChanged("anna", FREE))
ANNA_BUSY = (1.0, AgentStateChanged("anna", FREE)), queued("c0", 2.0), (3.0, OfferAnswered("c0", "anna"))


def compared(stream: list[Recorded], policy: Policy) -> Compared:
    return compare_offers(stream, policy, LedRouter(policy))


def kinds(stream: list[Recorded], policy: Policy) -> dict[str, int]:
    return {kind.name: count for kind, count in compared(stream, policy).kinds.items()}


def test_the_same_policy_offers_the_same() -> None:
    stream = lived([*ANNA_BUSY, GUN_FREE, queued("c1", 10.0), (40.0, TimerFired())])
    assert [each.event.agent for each in stream if isinstance(each.event, AgentOffered)] == ["anna", "gun"]
    assert kinds(stream, POLICY) == {"SAME": 2}


def test_a_ring_that_opens_sooner_offers_sooner_and_says_by_how_much() -> None:
    stream = lived([*ANNA_BUSY, GUN_FREE, queued("c1", 10.0), (40.0, TimerFired()), (50.0, TimerFired())])
    came = compared(stream, SOONER)
    assert dict(came.kinds) == {Kind.SAME: 1, Kind.SOONER: 1}
    (sooner,) = came.differences
    assert (sooner.at, sooner.sooner_s) == (20.0, 20.0)
    assert sooner.changed is not None
    assert sooner.recorded is not None
    assert (sooner.changed.agent, sooner.recorded.agent) == ("gun", "gun")


def test_a_ring_that_never_opens_makes_no_offer_then() -> None:
    stream = lived([*ANNA_BUSY, GUN_FREE, queued("c1", 10.0), (40.0, TimerFired())])
    assert kinds(stream, NEVER) == {"SAME": 1, "NOT_THEN": 1}


def test_other_levels_offer_another_agent() -> None:
    bo = Agent("bo", "Bo", {"school": Skill("specialist", 1)})
    was = Policy(QUEUES, {**AGENTS, "bo": bo})
    now = Policy(QUEUES, {**AGENTS, "bo": Agent("bo", "Bo", {"school": Skill("specialist", 3)})})
    bo_free = (0.5, AgentStateChanged("bo", FREE))
    stream = lived([bo_free, ANNA_FREE, queued("c1", 10.0)], was)
    (difference,) = compared(stream, now).differences
    assert difference.kind is Kind.OTHER_AGENT
    assert difference.changed is not None
    assert difference.changed.agent == "bo"


def test_other_targets_take_another_caller_first_who_then_comes_sooner() -> None:
    both = {"gun": Agent("gun", "Gun", {"school": Skill("specialist", 2), "general": Skill("specialist", 2)})}
    was = Policy(QUEUES, both)
    urgent = Queue("general", "General", "n", QUEUES["general"].rings, target_s=10.0)
    now = Policy({**QUEUES, "general": urgent}, both)
    events = [
        queued("c1", 10.0),
        queued("c2", 12.0, "general"),
        (20.0, AgentStateChanged("gun", FREE)),
        *answered("c1", "gun", 25.0, 60.0),
        *answered("c2", "gun", 90.0, 60.0),
    ]
    came = compared(lived(events, was), now)
    assert [each.kind for each in came.differences] == [Kind.OTHER_CALLER, Kind.SOONER]
    assert came.differences[0].changed is not None
    assert came.differences[0].changed.contact == "c2"


def test_who_left_without_an_offer_and_would_have_had_one_is_counted() -> None:
    stream = lived([*ANNA_BUSY, GUN_FREE, queued("c1", 10.0), (35.0, CallerHungUp("c1"))])
    came = compared(stream, SOONER)
    assert dict(came.kinds) == {Kind.SAME: 1, Kind.INSTEAD_OF_NONE: 1}
    assert (came.differences[0].seq, came.differences[0].at) == (0, 20.0)


def test_offers_of_a_queue_that_is_no_more_are_not_compared() -> None:
    stream = lived([GUN_FREE, queued("c1", 10.0, "general"), *answered("c1", "gun", 12.0, 30.0)])
    now = Policy({"school": QUEUES["school"]}, AGENTS)
    assert kinds(stream, now) == {"NO_SUCH_QUEUE": 1}


def test_an_agent_who_is_no_more_is_followed_all_the_same() -> None:
    events = [
        ANNA_FREE,
        GUN_FREE,
        queued("c1", 10.0),
        *answered("c1", "anna", 12.0, 30.0),
        queued("c2", 60.0),
    ]
    now = Policy(QUEUES, {"gun": AGENTS["gun"]})
    came = compared(lived(events), now)
    assert [each.kind for each in came.differences] == [Kind.OTHER_AGENT, Kind.OTHER_AGENT]
    assert [each.changed.agent for each in came.differences if each.changed] == ["gun", "gun"]


def test_a_caller_who_is_kept_for_an_agent_stays_kept_over_an_offer_that_history_did_not_make() -> None:
    same = SameAgent(7, 60.0)
    now = Policy(
        {**QUEUES, "school": Queue("school", "S", "n", QUEUES["school"].rings, same_agent=same)}, AGENTS
    )
    router = LedRouter(now)
    router.follow(1.0, AgentStateChanged("anna", FREE))
    event = queued("c1", 10.0)[1]._replace(last_agent="anna")  # type: ignore[call-arg]
    for at in (10.0, 11.0, 12.0):
        (offer,) = router.follow(at, event if at == 10.0 else TimerFired())
        assert isinstance(offer, AgentOffered)
        assert (offer.agent, offer.rule.value) == ("anna", "same_agent")


def test_what_was_taken_back_is_offered_again_until_history_offers_it() -> None:
    router = LedRouter(POLICY)
    router.follow(1.0, AgentStateChanged("anna", FREE))
    (first,) = router.follow(2.0, queued("c1", 2.0)[1])
    (again,) = router.follow(3.0, TimerFired())
    assert isinstance(first, AgentOffered)
    assert isinstance(again, AgentOffered)
    assert (first.contact, again.contact) == ("c1", "c1")
    router.follow(4.0, TimerFired(), [first])
    assert router.follow(5.0, TimerFired()) == []
    assert [type(each) for each in router.follow(6.0, OfferFailed("c1", "anna", OfferFailure.WITHDRAWN))] == [
        AgentOffered
    ]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 20)), max_size=40))
def test_every_offer_of_history_has_one_kind_whatever_happens(steps: list[tuple[int, int]]) -> None:
    router, at, callers = Router(POLICY), 0.0, 0
    stream: list[tuple[float, Event]] = []
    offers: list[AgentOffered] = []

    def happens(event: Event) -> None:
        decisions = router.step(at, event)
        offers.extend(each for each in decisions if isinstance(each, AgentOffered))
        stream.extend((at, each) for each in (event, *decisions))

    for what, after_s in steps:
        until = at + after_s
        while (due := router.next_due()) is not None and due < until:  # as the live engine does
            at = due
            happens(TimerFired())
        at = until
        match what:
            case 0 | 1 | 2:
                callers += 1
                happens(queued(f"c{callers}", at, "school" if what else "general")[1])
            case 3:
                happens(AgentStateChanged("anna", FREE))
            case 4:
                happens(AgentStateChanged("gun", FREE))
            case 5 if offers:
                happens(OfferAnswered(offers[-1].contact, offers[-1].agent))
            case 6 if offers:
                happens(TalkEnded(offers[-1].contact, offers[-1].agent, "agent"))
            case 7 if callers:
                happens(CallerHungUp(f"c{callers}"))
            case _:
                pass
    events = recorded(*stream)
    assert compared(events, POLICY).differences == ()
    for policy in (SOONER, NEVER):
        came = compared(events, policy)
        of_none = came.kinds[Kind.INSTEAD_OF_NONE]
        assert sum(came.kinds.values()) - of_none == came.offers == len(offers)
