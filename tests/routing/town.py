"""A town that does anything in any order, to the router and to the oracle alike.

Owns what callers, agents and their telephones may do, and what is held of it: after each event both routers
must have decided the same, and the books (`tests.routing.books`) must allow it. Knows no reload and no end of
the engine: those are in `tests.routing.machine`. Numbers choose among what there is at the time (`n % how
many`): that is much quicker than drawing from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from routing.events import (
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallTransferred,
    ClockStepped,
    Event,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    RestorationEnded,
    TalkEnded,
    TelephoneState,
    TimerFired,
    WayOut,
)
from routing.router import Router
from tests.routing.books import Books, Together
from tests.routing.drawn_policies import AGENTS, MOST, PERSON, policy_of
from tests.routing.oracle import ScanningRouter

if TYPE_CHECKING:
    from collections.abc import Iterable


T = TypeVar("T")
NUMBERS = st.integers(0, 59)  # as many as divide well
AGENT = st.sampled_from(AGENTS)
POLICY = st.integers(0, MOST)
POINTS = st.sampled_from([0.0, 0.0, 100.0, -20.0])
ABSENT = st.sampled_from([0, 0, 0, 1, 6, 2 ** len(AGENTS) - 1])  # a bit for each agent
CAUSES = st.sampled_from([*[OfferFailure.NO_ANSWER] * 6, *OfferFailure])
STATES = st.sampled_from([*[TelephoneState.FREE] * 4, *TelephoneState])
AGO_S = st.sampled_from([0.0, 0.0, 0.0, 10.0, 45.0, 130.0])
WAYS_OUT = (CallerHungUp("c"), CallerLost("c", "pbx"), CallerSentOn("c", "", WayOut.WAITED, "node"))


def one_of(things: Iterable[T], n: int) -> T:
    """Return the thing that the number chooses."""
    among = list(things)
    return among[n % len(among)]


class Town(RuleBasedStateMachine):
    """Callers, agents, administrators and machines that do anything."""

    is_well = False  # neither begun nor failed

    @initialize(policy=POLICY, absent=ABSENT)
    def begins(self, policy: int, absent: int) -> None:
        self.at = self.stepped_at = 1000.0
        self.callers = self.calm = 0
        self.is_changed = False
        self.books = Books(policy_of(policy))
        self.router, self.oracle = Router(self.books.policy), ScanningRouter(self.books.policy)
        for bit, agent in enumerate(AGENTS):
            if not absent >> bit & 1:
                self.telephone_changes(agent, TelephoneState.FREE)

    # --- each event, to both ----------------------------------------------------------------------

    def happens(self, event: Event) -> None:
        self.is_well = False
        decisions, expected = self.router.step(self.at, event), self.oracle.step(self.at, event)
        assert decisions == expected, f"{event}:\n{decisions}, not\n{expected}"
        assert [type(each) for each in decisions] == [type(each) for each in expected]
        self.stepped_at, self.is_changed = self.at, False
        self.calm += 1
        for decision in decisions:
            self.books.enter(self.at, decision)
        self.books.check_nobody_is_idle_beside_a_caller(self.at)
        for contact in self.books.waiting:
            assert self.router.position(contact, self.at) == self.oracle.position(contact, self.at)
        due = self.router.next_due()
        assert due is None or due > self.at, "a time that has passed was asked for"
        assert due is None or (self.books.waiting and not self.books.is_halted), "asked for to do nothing"
        self.is_well = True

    def new_name(self) -> str:
        self.callers += 1
        return f"c{self.callers}"

    def waits(self, place: CallerQueued) -> None:
        """Let a caller wait, for a person where the queue is no more."""
        if place.queue not in self.books.policy.queues:
            place = place._replace(queue=PERSON)
        self.books.wait(place)
        self.happens(place)

    # --- time -------------------------------------------------------------------------------------

    @rule(s=st.integers(0, 60))
    def time_passes(self, s: int) -> None:
        if self.books.are_coming_back:  # for which there is only so much time
            self.books.are_coming_back = False
            self.happens(RestorationEnded(0))
        until = self.at + s
        while True:
            dues = self.router.next_due(), self.oracle.next_due()
            due = min((each for each in dues if each is not None), default=until + 1)
            if due > until:
                break
            assert due > self.stepped_at
            self.at = max(self.at, due)
            is_asked = self.is_changed or (dues[0] is not None and dues[0] <= self.at)
            waited = len(self.books.waiting)
            self.happens(TimerFired())
            assert is_asked or len(self.books.waiting) == waited, "the router would have missed it"
        self.at = until

    @rule(s=st.integers(1, 60))
    def timers_are_late(self, s: int) -> None:
        self.at += s

    # --- callers ----------------------------------------------------------------------------------

    @rule(n=NUMBERS, ago_s=AGO_S, points=POINTS)
    def arrives(self, n: int, ago_s: float, points: float) -> None:
        queue = one_of(self.books.policy.queues, n)
        self.waits(
            CallerQueued(self.new_name(), queue, self.at - ago_s, points, self.last_agent(queue, n // 5))
        )

    @rule(count=st.integers(2, 5), n=NUMBERS)
    def many_arrive(self, count: int, n: int) -> None:
        for each in range(count):
            self.arrives(n + each, 0.0, 0.0)

    def last_agent(self, queue: str, n: int) -> str:
        agents = [agent.id for agent in self.books.policy.agents.values() if queue in agent.skills]
        return one_of(["", "", "nobody", *agents], n)

    @precondition(lambda self: self.books.waiting)
    @rule(n=NUMBERS, to=NUMBERS)
    def moves(self, n: int, to: int) -> None:
        place = one_of(self.books.waiting.values(), n)
        queue = one_of(self.books.policy.queues, to)
        self.waits(place._replace(queue=queue, last_agent=self.last_agent(queue, to)))

    @precondition(lambda self: self.books.waiting or self.books.together)
    @rule(n=NUMBERS, way_out=st.sampled_from(WAYS_OUT))
    def leaves(self, n: int, way_out: CallerHungUp | CallerLost | CallerSentOn) -> None:
        contact = one_of((*self.books.waiting, *self.books.together), n)
        self.books.close(self.at, contact, Outcome.ABANDONED)
        self.happens(way_out._replace(contact=contact))

    @precondition(lambda self: self.books.waiting or self.books.together)
    @rule(n=NUMBERS)
    def falls_back(self, n: int) -> None:
        contact = one_of((*self.books.waiting, *self.books.together), n)
        self.books.away[contact] = self.books.take_out(self.at, contact)
        self.happens(CallerFellBack(contact, PERSON))

    @precondition(lambda self: self.books.away)
    @rule(n=NUMBERS)
    def comes_back(self, n: int) -> None:
        place = one_of(self.books.away.values(), n)
        self.happens(CallerReturned(place.contact))
        del self.books.away[place.contact]
        self.waits(place)

    @precondition(lambda self: self.books.away)
    @rule(n=NUMBERS, agent=AGENT)
    def fallback_answers(self, n: int, agent: str) -> None:
        contact = one_of(self.books.away, n)
        queue = one_of([*self.books.policy.queues, "closed-down"], n)
        fits = agent in self.books.known and agent not in self.books.engaged() and queue != "closed-down"
        if fits:
            del self.books.away[contact]
            place = CallerQueued(contact, queue, self.at)
            self.books.together[contact] = Together(place, agent, is_talk=True)
        self.happens(FallbackAnswered(contact, queue, agent))
        assert self.router.knows(contact) == fits

    # --- offers and talks -------------------------------------------------------------------------

    def those(self, *, talk: bool) -> list[Together]:
        return [each for each in self.books.together.values() if each.is_talk == talk]

    @precondition(lambda self: self.those(talk=False))
    @rule(n=NUMBERS)
    def answers(self, n: int) -> None:
        place, agent, _ = one_of(self.those(talk=False), n)
        self.books.answer(place.contact)
        self.happens(OfferAnswered(place.contact, agent))

    @precondition(lambda self: self.those(talk=False))
    @rule(n=NUMBERS, cause=CAUSES)
    def offer_fails(self, n: int, cause: OfferFailure) -> None:
        place, agent, _ = one_of(self.those(talk=False), n)
        self.books.put_back(self.at, place.contact, cause)
        self.happens(OfferFailed(place.contact, agent, cause))

    @precondition(lambda self: self.those(talk=False))
    @rule()
    def nobody_answers(self) -> None:
        self.time_passes(20)
        for place, agent, _ in self.those(talk=False):
            self.books.put_back(self.at, place.contact, OfferFailure.NO_ANSWER)
            self.happens(OfferFailed(place.contact, agent, OfferFailure.NO_ANSWER))

    @precondition(lambda self: self.those(talk=False))
    @rule(n=NUMBERS)
    def returns_from_an_offer(self, n: int) -> None:
        contact = one_of(self.those(talk=False), n).place.contact
        self.books.put_back(self.at, contact, OfferFailure.WITHDRAWN)
        self.happens(CallerReturned(contact))

    @precondition(lambda self: self.those(talk=True))
    @rule(n=NUMBERS)
    def talk_ends(self, n: int) -> None:
        place, agent, _ = one_of(self.those(talk=True), n)
        self.books.close(self.at, place.contact, Outcome.ANSWERED)
        self.happens(TalkEnded(place.contact, agent, "agent"))

    @precondition(lambda self: self.those(talk=True))
    @rule(n=NUMBERS, to=NUMBERS)
    def is_transferred(self, n: int, to: int) -> None:
        place, agent, _ = one_of(self.those(talk=True), n)
        queue = one_of([*self.books.policy.queues, ""], to)
        event = CallTransferred(place.contact, agent, "queue" if queue else "officer", queue, "blind")
        if queue:
            self.books.take_out(self.at, place.contact)
            self.happens(event)
            self.waits(place._replace(queue=queue, last_agent=self.last_agent(queue, to)))
        else:
            self.books.close(self.at, place.contact, Outcome.ANSWERED)
            self.happens(event)

    @precondition(lambda self: self.callers)
    @rule(n=NUMBERS, which=NUMBERS, agent=st.sampled_from([*AGENTS, "nobody"]))
    def news_is_stale(self, n: int, which: int, agent: str) -> None:
        contact = f"c{1 + n % self.callers}"
        together = self.books.together.get(contact)
        news: list[Event] = [
            AgentPaused("nobody"),
            ClockStepped(-3600.0),
        ]  # the engine's own time goes on evenly
        if together is None or together.agent != agent:
            news += [OfferAnswered(contact, agent), OfferFailed(contact, agent, OfferFailure.NO_ANSWER)]
            news += [TalkEnded(contact, agent, "caller")]
            news += [CallTransferred(contact, agent, "officer", "oskar", "blind")]
        if together is None or together.is_talk:
            news += [CallerReturned(contact)]
        if contact in self.books.outcomes:
            news += [CallerHungUp(contact), CallerSentOn(contact, PERSON, WayOut.WAITED, "node")]
        self.happens(one_of(news, which))

    # --- agents -----------------------------------------------------------------------------------

    @rule(agent=AGENT, state=STATES)
    def telephone_changes(self, agent: str, state: TelephoneState) -> None:
        if agent in self.books.known:
            self.books.telephones[agent] = state
        self.happens(AgentStateChanged(agent, state))

    @rule(agent=AGENT, resumes=st.booleans())
    def pauses_or_resumes(self, agent: str, *, resumes: bool) -> None:
        if resumes or agent in self.books.paused:
            self.books.paused.discard(agent)
            self.happens(AgentResumed(agent))
        else:
            if agent in self.books.known:
                self.books.paused.add(agent)
            self.happens(AgentPaused(agent))

    def teardown(self) -> None:
        """End all calls: each has one outcome then, and the router knows none of them."""
        if not self.is_well:
            return  # it has failed already
        for contact in (*self.books.waiting, *self.books.together):
            assert self.router.knows(contact), "lost"
        for contact in self.books.open_contacts():
            self.books.close(self.at, contact, Outcome.ABANDONED)
            self.happens(CallerHungUp(contact))
        assert self.books.outcomes.keys() == {f"c{n + 1}" for n in range(self.callers)}
        assert not any(self.router.knows(contact) for contact in self.books.outcomes)
        assert self.router.next_due() is None
