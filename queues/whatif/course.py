"""A free run: recorded demand in the live waiting room and router, under a policy that may be another.

Owns the clock of it and what people are taken to do: who hung up is as patient as they were, who was answered
talks as long as they did, who was there is there. What history does not say is drawn once for each entry, so
that two policies meet the same people. Where a caller goes who is sent on is not followed, but nobody is in
two queues: who still waits does not come to where history sent them. Pure.
"""

from __future__ import annotations

import math
from dataclasses import replace
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from queues.waiting.room import WaitingRoom
from queues.whatif.demand import Ringing
from queues.whatif.patience import ENOUGH, Patience, Stay
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    CallerHungUp,
    CallerQueued,
    CallerSentOn,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    TalkEnded,
    TimerFired,
)
from routing.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from queues.whatif.demand import Demand, Entry, Outcome
    from routing.events import Decision, Event, Rule

ENOUGH_RINGINGS = 10  # of one agent: with fewer, everybody's are drawn from
USUAL_TALK_S = 90.0  # before there is any history (behaviour.md)
USUAL_RINGING = Ringing("", None, 5.0)
USUAL_AUTO_PAUSE_S = 300.0


class Served(NamedTuple):
    """What became of an entry in the free run; `left_at` in UTC seconds."""

    entry: Entry
    outcome: Outcome
    left_at: float
    rule: Rule | None


class Person(NamedTuple):
    """What one caller would do."""

    patience_s: float
    talk_s: float
    seed: int  # of what comes of ringing somebody for them


class Rung(NamedTuple):
    """The telephone has rung for an entry, the `number`th time, for as long as it does."""

    contact: str
    number: int


class Back(NamedTuple):
    """An agent whom the free run has paused comes back."""

    agent: str


_What: TypeAlias = "Event | Policy | Rung | Back"


def people_of(demand: Demand, seed: int) -> tuple[Person, ...]:
    """Draw what history does not say of each entry."""
    fits, talks = patience_by_queue(demand), _talks(demand)
    people = []
    for number, entry in enumerate(demand.entries):
        chance = Random(f"{seed}:{number}")  # noqa: S311  # a simulation, not a secret
        drawn = fits.get(entry.queue, fits[""]).draw(chance.random(), entry.stayed_s)
        known = entry.outcome == "abandoned" or entry.leaves_anyway
        of = talks.get(entry.queue) or talks[""] or [USUAL_TALK_S]
        talk_s = of[int(chance.random() * len(of))]
        if entry.talk_s is not None:
            talk_s = entry.talk_s if entry.has_talked_out else max(entry.talk_s, talk_s)
        people.append(Person(entry.stayed_s if known else drawn, talk_s, chance.getrandbits(32)))
    return tuple(people)


def patience_by_queue(demand: Demand) -> dict[str, Patience]:
    """Fit each queue's patience where enough callers hung up; "" is of all queues together."""
    stays: dict[str, list[Stay]] = {"": []}
    for entry in demand.entries:
        stay = Stay(entry.stayed_s, entry.outcome == "abandoned")
        stays[""].append(stay)
        stays.setdefault(entry.queue, []).append(stay)
    fits = {queue: Patience(of) for queue, of in stays.items()}
    return {queue: fit for queue, fit in fits.items() if not queue or fit.hung_up >= ENOUGH}


def free_run(
    demand: Demand, policies: Sequence[tuple[float, Policy]], people: Sequence[Person]
) -> tuple[Served, ...]:
    """Let the demand be met; `policies` with the UTC second from which each holds, the first always."""
    return _Course(demand, policies, people).run()


class _Course:
    def __init__(
        self, demand: Demand, policies: Sequence[tuple[float, Policy]], people: Sequence[Person]
    ) -> None:
        self._entries = {entry.id: (number, entry) for number, entry in enumerate(demand.entries)}
        self._people = people
        self._ringings = _by_agent(demand.ringings)
        self._auto_pauses_s = demand.auto_pauses_s or (USUAL_AUTO_PAUSE_S,)
        self._auto_pauses = Random(len(people))  # noqa: S311  # a simulation, not a secret
        self._policy = _silent(policies[0][1])
        self._room = WaitingRoom(self._policy)
        self._room.step(policies[0][0], AsteriskConnected(""))  # who is logged in is known from the start
        self._paused: set[str] = set()  # agents, as in history
        self._back_at: dict[str, float] = {}  # agents whom the free run has paused, who took no pause since
        self._offers: dict[str, tuple[int, AgentOffered]] = {}  # by entry: how many, and the latest
        self._ringing: dict[str, tuple[AgentOffered, Ringing]] = {}  # by entry, and what will come of it
        self._waits: set[str] = set()
        self._served: dict[str, Served] = {}
        self._elsewhere: set[str] = set()  # entries that do not come: served before, or waiting still
        self._until = demand.until
        self._count = 0
        self._due: list[tuple[float, int, _What]] = []
        for at, policy in policies[1:]:
            self._plan(at, _silent(policy))
        for at, event in demand.presence:
            self._plan(at, event)
        for entry in demand.entries:
            self._plan(
                entry.at, CallerQueued(entry.id, entry.queue, entry.since, entry.points, entry.last_agent)
            )

    def run(self) -> tuple[Served, ...]:
        """Go on until nothing more can happen."""
        due, room = self._due, self._room
        passed = -math.inf
        while due:
            timer = room.next_due()
            if timer is not None and passed < timer <= due[0][0]:
                passed = timer
                self._decided(timer, room.step(timer, TimerFired()))
                continue
            at, _, what = heappop(due)
            self._happens(at, what)
        return tuple(
            self._served.get(entry.id, Served(entry, "open", self._until, None))
            for _, entry in self._entries.values()
            if entry.id not in self._elsewhere
        )

    def _plan(self, at: float, what: _What) -> None:
        self._count += 1
        heappush(self._due, (at, self._count, what))

    def _happens(self, at: float, what: _What) -> None:
        match what:
            case CallerQueued(contact, queue):
                self._enters(at, what, contact, queue)
            case CallerHungUp(contact):
                if contact in self._waits:
                    self._leaves(at, contact)
            case OfferAnswered(contact, agent):
                self._answered(at, what, contact, agent)
            case TalkEnded() | AgentStateChanged():
                self._step(at, what)
            case AgentPaused(agent):
                self._paused.add(agent)
                self._back_at.pop(agent, None)
                self._step(at, what)
            case AgentResumed(agent):
                if agent in self._paused:
                    self._paused.discard(agent)
                    self._step(at, what)
            case Back(agent):
                if self._back_at.get(agent) == at:
                    del self._back_at[agent]
                    self._step(at, AgentResumed(agent))
            case OfferFailed(contact, agent):
                if contact in self._ringing and self._ringing[contact][0].agent == agent:
                    del self._ringing[contact]
                    self._step(at, what)
            case Rung(contact, number):
                self._comes_of_it(at, contact, number)
            case Policy():
                self._policy = what
                self._room.change(at, what)
                self._step(at, TimerFired())  # it is told no time
            case _:
                pass  # nothing else is planned

    def _step(self, at: float, event: Event) -> None:
        self._decided(at, self._room.step(at, event))

    def _decided(self, at: float, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            match decision:
                case AgentOffered(contact):
                    number = self._offers[contact][0] + 1 if contact in self._offers else 1
                    self._offers[contact] = number, decision
                    came = self._came_of(decision, number)
                    self._ringing[contact] = decision, came
                    self._plan(at + min(came.rang_s, decision.ring_s), Rung(contact, number))
                case CallerSentOn(contact):
                    self._waits.discard(contact)
                    self._served[contact] = Served(self._entries[contact][1], "sent on", at, None)
                case OfferWithdrawn(contact, agent, cause):
                    self._plan(at, OfferFailed(contact, agent, cause))
                case AgentAutoPaused(agent):
                    back_at = at + self._auto_pauses.choice(self._auto_pauses_s)
                    self._back_at[agent] = back_at
                    self._plan(back_at, Back(agent))
                case _:
                    pass  # nothing else concerns who is served

    # --- callers ------------------------------------------------------------------------------------

    def _enters(self, at: float, event: CallerQueued, contact: str, queue: str) -> None:
        number, entry = self._entries[contact]
        if entry.follows and not self._has_been_sent_on(at, entry.follows):
            self._elsewhere.add(contact)
            return
        if queue not in self._policy.queues or self._room.way_out(queue) is not None:
            self._served[contact] = Served(entry, "sent on", at, None)
            return
        self._waits.add(contact)
        patience_s = self._people[number].patience_s
        if patience_s < math.inf:
            self._plan(at + patience_s, CallerHungUp(contact))
        self._step(at, event)

    def _has_been_sent_on(self, at: float, contact: str) -> bool:
        if contact in self._waits and self._entries[contact][1].leaves_anyway:
            self._leaves(at, contact)  # it is due this very moment, but for a rounding error
        served = self._served.get(contact)
        return served is not None and served.outcome == "sent on"

    def _leaves(self, at: float, contact: str) -> None:
        entry = self._entries[contact][1]
        self._waits.discard(contact)
        self._ringing.pop(contact, None)
        outcome: Outcome = "sent on" if entry.leaves_anyway else "abandoned"
        self._served[contact] = Served(entry, outcome, at, None)
        self._step(at, CallerHungUp(contact))

    def _answered(self, at: float, event: OfferAnswered, contact: str, agent: str) -> None:
        number, entry = self._entries[contact]
        self._waits.discard(contact)
        self._served[contact] = Served(entry, "answered", at, self._offers[contact][1].rule)
        self._plan(at + self._people[number].talk_s, TalkEnded(contact, agent, "agent"))
        self._step(at, event)

    # --- telephones ---------------------------------------------------------------------------------

    def _came_of(self, offer: AgentOffered, number: int) -> Ringing:
        """Draw what comes of an offer: one of the agent's own, or of everybody's where there are few."""
        own = self._ringings.get(offer.agent, [])
        of = own if len(own) >= ENOUGH_RINGINGS else self._ringings[""] or [USUAL_RINGING]
        chance = Random(self._people[self._entries[offer.contact][0]].seed + number)  # noqa: S311  # as above
        came = of[int(chance.random() * len(of))]
        if came.failure is OfferFailure.NO_ANSWER:
            return came._replace(rang_s=offer.ring_s)
        return came._replace(failure=OfferFailure.NO_ANSWER) if came.rang_s > offer.ring_s else came

    def _comes_of_it(self, at: float, contact: str, number: int) -> None:
        if contact not in self._ringing or self._offers[contact][0] != number:
            return  # the caller hung up, or the telephone was logged out meanwhile
        offer, came = self._ringing.pop(contact)
        if came.failure is None:
            self._happens(at, OfferAnswered(contact, offer.agent))
        else:
            self._step(at, OfferFailed(contact, offer.agent, came.failure))


def _silent(policy: Policy) -> Policy:
    """Return the policy without announcements: nobody is served otherwise for them."""
    queues = {queue.id: replace(queue, announcing=None) for queue in policy.queues.values()}
    return Policy(queues, policy.agents)


def _by_agent(ringings: Iterable[Ringing]) -> dict[str, list[Ringing]]:
    by_agent: dict[str, list[Ringing]] = {"": []}
    for ringing in ringings:
        by_agent[""].append(ringing)
        by_agent.setdefault(ringing.agent, []).append(ringing)
    return by_agent


def _talks(demand: Demand) -> Mapping[str, list[float]]:
    talks: dict[str, list[float]] = {"": []}
    for entry in demand.entries:
        if entry.talk_s is not None and entry.has_talked_out:
            talks[""].append(entry.talk_s)
            talks.setdefault(entry.queue, []).append(entry.talk_s)
    return talks
