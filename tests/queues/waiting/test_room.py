"""The waiting room: who is looked at when, what it remembers of callers and talks, and who is sent on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from queues.waiting.room import QUIET_S, WaitingRoom
from routing.events import (
    AgentStateChanged,
    AsteriskConnected,
    CallerHungUp,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    ChoiceOffered,
    ContactCarried,
    EngineStarted,
    EngineStopping,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    RestorationEnded,
    TalkEnded,
    TelephoneState,
    TimerFired,
    WaitTold,
    WayOut,
)
from routing.policy import Agent, Announcing, Conditions, Policy, Queue, Ring, Skill

if TYPE_CHECKING:
    from routing.events import Decision, Event

RINGS = (Ring(0.0, "everybody"),)
A = Queue("a", "A", "testby", RINGS, announcing=Announcing())
B = replace(A, id="b", name="B")
ANNA = Agent("anna", "Anna", {"a": Skill("specialist", 3)})
BO = Agent("bo", "Bo", {"a": Skill("specialist", 1), "b": Skill("specialist", 1)})
FREE, AWAY = TelephoneState.FREE, TelephoneState.UNREACHABLE


class Room(WaitingRoom):
    """A room that keeps what it decided."""

    def __init__(self, *queues: Queue, stays: tuple[str, ...] = ()) -> None:
        queues = queues or (A, B)
        mine = {agent.id: agent for agent in (ANNA, BO)}
        super().__init__(
            Policy({queue.id: queue for queue in queues}, mine), lambda contact, _: contact in stays
        )
        self.at = 1000.0
        self.decided: list[tuple[float, Decision]] = []
        self.happens(AsteriskConnected("run"))

    def happens(self, *events: Event, after_s: float = 0.0) -> list[Decision]:
        """Let time pass, and then these happen; return what the last one came to."""
        self.passes(after_s)
        decisions: list[Decision] = []
        for event in events:
            decisions = self.take(event)
        return decisions

    def take(self, event: Event) -> list[Decision]:
        """Let this happen now."""
        decisions = self.step(self.at, event)
        self.decided += ((self.at - 1000.0, decision) for decision in decisions)
        return decisions

    def passes(self, s: float) -> None:
        """Fire each timer as it falls due."""
        until = self.at + s
        while (due := self.next_due()) is not None and due <= until:
            assert due >= self.at
            self.at = due
            self.take(TimerFired())
            assert self.next_due() != due, "it falls due again and again"
        self.at = until

    def waits(self, *contacts: str, queue: str = "a") -> list[Decision]:
        """Let these come, a second after each other's entry."""
        decisions: list[Decision] = []
        for contact in contacts:
            decisions = self.happens(CallerQueued(contact, queue, self.at), after_s=1)
        return decisions

    def told(self, contact: str) -> list[tuple[float, str, int]]:
        """Return when and where a caller was told which place."""
        return [
            (at, decision.queue, decision.position)
            for at, decision in self.decided
            if isinstance(decision, WaitTold) and decision.contact == contact
        ]

    def sent_on(self) -> list[tuple[str, WayOut]]:
        """Return who was sent on and why."""
        return [(sent.contact, sent.way_out) for _, sent in self.decided if isinstance(sent, CallerSentOn)]


def test_only_those_whose_place_can_be_said_are_looked_at_when_somebody_leaves() -> None:
    room = Room()
    room.waits(*(f"c{place}" for place in range(1, 31)))
    before = room._count
    room.happens(CallerHungUp("c1"), after_s=20)
    assert room._count - before <= 11  # the first ten, and who was due in these seconds
    assert room.told("c11")[-1] == (50.0, "a", 10)
    assert len(room.told("c30")) == 1


@pytest.mark.parametrize("news", ["returned", "failed"])
@pytest.mark.parametrize("announcing", [None, Announcing()])
def test_an_offer_of_an_earlier_run_that_fails_leaves_a_caller_who_waits(
    news: str, announcing: Announcing | None
) -> None:
    """Nobody queued them in this run: they are known from what was carried."""
    conditions = Conditions(nobody_logged_in=True, waited_above_s=60.0)
    room = Room(replace(A, announcing=announcing, send_on=conditions))
    room.happens(EngineStarted("0"))
    carried = ContactCarried("c1", "c1", "testby", "offered", None, "a", 990.0, "anna", None, "caller")
    room.happens(carried)
    failed = OfferFailed("c1", "anna", OfferFailure.NO_ANSWER)
    room.happens(CallerReturned("c1") if news == "returned" else failed)
    room.happens(RestorationEnded(0))
    assert room.told("c1") == ([] if announcing is None else [(0.0, "a", 1)])
    room.passes(60)
    assert room.sent_on() == [("c1", WayOut.WAITED)]


def test_who_is_moved_to_another_queue_is_told_there_15_s_after_the_last_announcement_began() -> None:
    room = Room()
    room.waits("c1")
    room.happens(CallerQueued("c1", "b", 1000.0), after_s=5)
    room.passes(60)
    assert room.told("c1") == [(1.0, "a", 1), (16.0, "b", 1)]


def test_who_left_by_a_key_and_comes_again_hears_the_first_place_as_a_new_one() -> None:
    room = Room()
    room.waits("c1", "c2")
    room.happens(CallerSentOn("c1", "a", WayOut.CHOSEN, "node"), after_s=20)
    assert room.told("c2")[-1] == (22.0, "a", 1)  # at once, not at the next event
    room.happens(CallerQueued("c1", "a", 1022.0), after_s=20)
    assert room.told("c1")[-1] == (42.0, "a", 2)


def test_who_left_by_a_key_and_hangs_up_is_no_abandoned_entry() -> None:
    room = Room()
    room.waits("c1")
    room.happens(CallerSentOn("c1", "a", WayOut.CHOSEN, "node"), CallerHungUp("c1"))
    assert room._record("a").abandon_share == 0.0


def test_the_question_about_a_key_is_left_alone_and_what_fell_due_is_told_then() -> None:
    room = Room()
    room.waits("c1")
    room.happens(ChoiceOffered("c1", "a", "9"), after_s=85)
    room.passes(QUIET_S + 5)
    assert room.told("c1") == [(1.0, "a", 1), (101.0, "a", 1)]


def test_nothing_is_told_while_offers_are_halted() -> None:
    room = Room()
    room.waits("c1")
    room.happens(EngineStopping())
    room.passes(300)
    assert room.next_due() is None
    assert len(room.told("c1")) == 1


def test_a_queue_without_announcements_needs_no_timer() -> None:
    room = Room(replace(A, announcing=None))
    room.waits("c1")
    assert room.next_due() is None


# --- conditions ------------------------------------------------------------------------------------------


def full(*stays: str) -> Room:
    """Return a room with room for two callers for each agent, anna, who talks."""
    room = Room(replace(A, announcing=None, send_on=Conditions(per_agent_above=2.0)), stays=stays)
    room.happens(AgentStateChanged("anna", FREE))
    room.waits("t")
    room.happens(OfferAnswered("t", "anna"))
    return room


def test_the_last_is_sent_on_until_the_limit_holds() -> None:
    room = full()
    room.happens(AgentStateChanged("bo", TelephoneState.BUSY))
    room.waits("c1", "c2", "c3", "c4")
    assert room.sent_on() == []
    room.happens(AgentStateChanged("bo", AWAY))
    assert room.sent_on() == [("c4", WayOut.PER_AGENT), ("c3", WayOut.PER_AGENT)]


def test_who_stays_whatever_the_conditions_shields_nobody() -> None:
    room = full("c3", "c5")
    room.happens(AgentStateChanged("bo", TelephoneState.BUSY))
    room.waits("c1", "c2", "c3", "c4")
    room.happens(AgentStateChanged("bo", AWAY))
    assert room.sent_on() == [("c4", WayOut.PER_AGENT)]
    room.waits("c5", "c6")
    assert room.sent_on()[1:] == [("c6", WayOut.PER_AGENT)]


def test_who_stays_is_not_sent_on_by_time_either() -> None:
    room = Room(replace(A, send_on=Conditions(waited_above_s=60.0)), stays=("c1",))
    room.waits("c1", "c2")
    room.passes(600)
    assert room.sent_on() == [("c2", WayOut.WAITED)]


def test_while_somebody_is_free_nobody_is_reckoned_to_wait() -> None:
    room = Room(replace(A, turn_away=Conditions(estimate_above_s=1.0)))
    room.happens(AgentStateChanged("anna", FREE))
    assert room.way_out("a") is None
    room.waits("t")
    assert room.way_out("a") is WayOut.ESTIMATE


def test_two_queues_that_share_an_agent_have_half_of_her_each() -> None:
    room = Room(replace(A, turn_away=Conditions(estimate_above_s=100.0)), B)
    room.happens(AgentStateChanged("bo", TelephoneState.BUSY))
    assert room.way_out("a") is WayOut.ESTIMATE  # 90 s for the first, by half an agent
    room.happens(AgentStateChanged("anna", TelephoneState.BUSY))
    assert room.way_out("a") is None


def test_those_who_are_released_leave_in_order() -> None:
    room = Room(stays=("c2",))
    room.waits("c1", "c2", "c3")
    assert [sent.contact for sent in room.release(room.at, "a")] == ["c1", "c2", "c3"]  # type: ignore[union-attr]
    assert room.router.line("a").size == 0


# --- the record ------------------------------------------------------------------------------------------


def test_a_talk_counts_from_its_true_beginning_to_its_true_end_with_the_wrap_up() -> None:
    room = Room(replace(A, wrap_up_s=30.0))
    room.happens(AgentStateChanged("anna", FREE))
    room.waits("c1")
    room.happens(OfferAnswered("c1", "anna", room.at + 5), after_s=10)
    room.happens(TalkEnded("c1", "anna", "agent", room.at + 45), after_s=100)
    assert room._record("a").handling_s == 50 + 30


def test_a_talk_that_ends_before_it_began_counts_nothing() -> None:
    room = Room()
    room.happens(AgentStateChanged("anna", FREE))
    room.waits("c1")
    room.happens(OfferAnswered("c1", "anna"), TalkEnded("c1", "anna", "agent", room.at - 10))
    assert room._record("a").handling_s == 0.0


@pytest.mark.parametrize("known", ["fallback", "carried"])
def test_talks_that_began_without_us_are_counted(known: str) -> None:
    room = Room()
    if known == "fallback":
        room.happens(FallbackAnswered("c1", "a", "anna"))
    else:
        carried = ("c1", "c1", "testby", "talking", None, "a", 900.0, "anna", None, "caller", True, 1000.0)
        room.happens(ContactCarried(*carried))  # type: ignore[arg-type]
    room.happens(TalkEnded("c1", "anna", "agent"), after_s=60)
    assert (room._record("a").samples, room._record("a").handling_s) == (1, 60.0)


def test_a_new_run_begins_with_nothing() -> None:
    room = Room()
    room.happens(AgentStateChanged("anna", FREE))
    room.waits("c1")
    room.happens(OfferAnswered("c1", "anna"), EngineStarted("0"))
    room.happens(TalkEnded("c1", "anna", "agent"), after_s=60)
    assert room._record("a").samples == 0
    assert room.next_due() is None
