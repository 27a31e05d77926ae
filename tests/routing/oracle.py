"""A router that is easy to believe: it looks at every caller and every agent each time anything happens.

Owns a second reading of the rules of who gets whom, written apart from `routing.router` and sharing nothing
with it but the vocabulary. The property tests hold the two against each other; the benchmark compares their
cost. It keeps plain dictionaries, has no order of its own, and nothing in it is clever.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from routing.events import (
    AgentAutoPaused,
    AgentOffered,
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
    Condition,
    Considered,
    ContactCarried,
    EngineStarted,
    EngineStopping,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    RestorationEnded,
    Rule,
    TalkEnded,
    TelephoneState,
    Turn,
)
from tests.routing.oracle_people import Caller, Person, candidates_of, condition_of

if TYPE_CHECKING:
    from routing.events import Decision, Event
    from routing.policy import Policy, Queue
    from tests.routing.oracle_people import Candidate

MOST_UNANSWERED = 2  # in a row; then the agent is paused
OVERDUE_TARGETS = 3.0  # who has waited for more than so many targets goes before all who came later


@dataclass(slots=True)
class ScanningRouter:
    """Give callers to agents by a policy, one event at a time; the interface is the router's."""

    policy: Policy
    queues: dict[str, Queue] = field(init=False)  # as last known, those that are no more included
    candidates: dict[str, list[Candidate]] = field(init=False)  # of the queues that there are
    callers: dict[str, Caller] = field(init=False)
    people: dict[str, Person] = field(init=False)
    at: float = field(init=False)
    joined: int = field(init=False)
    are_coming_back: bool = field(init=False)
    is_stopping: bool = field(init=False)

    def __post_init__(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.queues, self.callers, self.people = {}, {}, {}
        self.at, self.joined = 0.0, 0
        self.are_coming_back = self.is_stopping = False
        self.change(self.policy)

    # --- what is asked of it ----------------------------------------------------------------------

    def change(self, policy: Policy) -> None:
        """Go by another policy; only keepings that it does not allow end now."""
        self.policy = policy
        self.queues.update(policy.queues)
        self.candidates = {queue.id: candidates_of(queue, policy.agents) for queue in policy.queues.values()}
        for agent in policy.agents:
            self.people.setdefault(agent, Person())
        for caller in self.callers.values():
            if caller.kept_for:
                queue = policy.queues.get(caller.queue)
                agents = [candidate.agent for candidate in self._candidates(caller.queue)]
                if queue is None or queue.same_agent is None or caller.kept_for not in agents:
                    caller.kept_for = ""
                else:
                    caller.kept_until = min(
                        caller.kept_until, caller.since + OVERDUE_TARGETS * queue.target_s
                    )

    def knows(self, contact: str) -> bool:
        """Tell whether the contact waits, is offered or talks."""
        return contact in self.callers

    def position(self, contact: str, at: float) -> int:
        """Return the place of one who waits among all of the queue, from 1."""
        queue = self.callers[contact].queue
        waiting = [caller for caller in self._waiting() if caller.queue == queue]
        waiting.sort(key=lambda caller: self._turn_key(at, caller))
        return [caller.contact for caller in waiting].index(contact) + 1

    def next_due(self) -> float | None:
        """Return the next time at which a rest or a keeping ends or a ring opens, if anybody waits."""
        if self.are_coming_back or self.is_stopping or not self._waiting():
            return None
        times = [person.ready_at for person in self.people.values()]
        for caller in self._waiting():
            times += [caller.since + ring.after_s for ring in self.queues[caller.queue].rings]
            if caller.kept_for:
                times.append(caller.kept_until)
        return min((time for time in times if time > self.at), default=None)

    def step(self, at: float, event: Event) -> list[Decision]:
        """Take one event and return what follows from it."""
        self.at = at
        decisions = self._take(at, event)
        for caller in self.callers.values():
            if caller.kept_until <= at:
                caller.kept_for = ""
        if not self.are_coming_back and not self.is_stopping:
            decisions += self._match(at)
        return decisions

    # --- events -----------------------------------------------------------------------------------

    def _take(self, at: float, event: Event) -> list[Decision]:
        match event:
            case CallerQueued():
                self._join(at, event)
            case (
                CallerHungUp(contact) | CallerLost(contact) | CallerFellBack(contact) | CallerSentOn(contact)
            ):
                self._leave(at, contact)
            case OfferAnswered(contact, agent):
                caller = self.callers.get(contact)
                if caller and caller.doing == "offered" and caller.agent == agent:
                    caller.doing = "talking"
                    self.people[agent].unanswered = 0
            case OfferFailed(contact, agent, cause):
                return self._offer_failed(at, contact, agent, cause)
            case CallerReturned(contact):
                caller = self.callers.get(contact)
                if caller and caller.doing == "offered":
                    return self._offer_failed(at, contact, caller.agent, OfferFailure.WITHDRAWN)
            case TalkEnded(contact, agent) | CallTransferred(contact, agent):
                caller = self.callers.get(contact)
                if caller and caller.doing != "waiting" and caller.agent == agent:
                    caller.doing = "talking"  # what ends was a talk, though its beginning was not told
                    self._leave(at, contact)
            case FallbackAnswered(contact, queue, agent):
                self._take_up(CallerQueued(contact, queue, at), agent, "talking")
            case ContactCarried(contact, stage=stage, queue=queue, since=since, agent=agent, points=points):
                self.are_coming_back = True
                if (stage == "offered" or stage == "talking") and queue and agent:  # noqa: PLR1714  # narrows
                    place = CallerQueued(contact, queue, at if since is None else since, points)
                    self._take_up(place, agent, stage)
            case RestorationEnded():
                self.are_coming_back = False
            case EngineStopping():
                self.is_stopping = True
            case EngineStarted():
                self._begin_anew()
                self.at = at
            case AgentStateChanged(agent, state) if agent in self.people:
                return self._telephone_changed(at, agent, state)
            case AgentPaused(agent) if agent in self.people:
                self.people[agent].idle_since = at
                self._pause(agent)
            case AgentResumed(agent) if agent in self.people:
                person = self.people[agent]
                person.is_paused, person.unanswered, person.idle_since = False, 0, at
            case _:
                pass  # only the time has changed
        return []

    def _join(self, at: float, event: CallerQueued) -> None:
        if event.queue not in self.queues:
            raise ValueError(f"no queue {event.queue}")
        self._leave(at, event.contact)  # the queue before, if there was one
        self.joined += 1
        caller = Caller(event.contact, event.queue, event.since, self.joined, event.points)
        self.callers[event.contact] = caller
        queue = self.queues[event.queue]
        if event.last_agent and queue.same_agent is not None:
            until = min(at + queue.same_agent.hold_s, event.since + OVERDUE_TARGETS * queue.target_s)
            for candidate in self._candidates(event.queue):
                is_asked = candidate.agent == event.last_agent and candidate.ring <= self._open_ring(
                    at, caller
                )
                if is_asked and self.people[candidate.agent].is_reachable and until > at:
                    caller.kept_for, caller.kept_until = candidate.agent, until

    def _leave(self, at: float, contact: str) -> None:
        caller = self.callers.pop(contact, None)
        if caller and caller.doing == "offered":
            self._rest(caller.agent, at, Condition.COOL_DOWN)
        if caller and caller.doing == "talking":
            self._rest(caller.agent, at + self.queues[caller.queue].wrap_up_s, Condition.WRAP_UP)
            self.people[caller.agent].idle_since = at

    def _offer_failed(self, at: float, contact: str, agent: str, cause: OfferFailure) -> list[Decision]:
        caller = self.callers.get(contact)
        if caller is None or caller.doing != "offered" or caller.agent != agent:
            return []
        caller.doing, caller.agent, caller.kept_for = "waiting", "", ""
        self._rest(agent, at + self.queues[caller.queue].cool_downs.after(cause), Condition.COOL_DOWN)
        person = self.people[agent]
        if cause is OfferFailure.NO_ANSWER:
            person.unanswered += 1
        elif cause not in {OfferFailure.WITHDRAWN, OfferFailure.CALLER_GONE}:
            person.unanswered = 0
        if person.unanswered < MOST_UNANSWERED or person.is_paused:
            return []
        self._pause(agent)
        return [AgentAutoPaused(agent, person.unanswered)]

    def _take_up(self, place: CallerQueued, agent: str, doing: Literal["offered", "talking"]) -> None:
        contact, queue, since, points, _ = place
        is_engaged = any(caller.agent == agent for caller in self.callers.values())
        if queue in self.queues and agent in self.people and not is_engaged and contact not in self.callers:
            self.joined += 1
            caller = Caller(contact, queue, since, self.joined, points, doing, agent)
            self.callers[contact] = caller

    def _telephone_changed(self, at: float, agent: str, state: TelephoneState) -> list[Decision]:
        person = self.people[agent]
        before, person.telephone = person.telephone, state
        if state is not TelephoneState.UNREACHABLE:
            if before is TelephoneState.UNREACHABLE:
                person.idle_since = at
            return []
        person.unanswered = 0
        self._keep_nobody_for(agent)
        return [
            OfferWithdrawn(caller.contact, agent, OfferFailure.UNREACHABLE)
            for caller in self.callers.values()
            if caller.agent == agent and caller.doing == "offered"
        ]

    def _pause(self, agent: str) -> None:
        self.people[agent].is_paused = True
        self._keep_nobody_for(agent)

    def _keep_nobody_for(self, agent: str) -> None:
        for caller in self.callers.values():
            if caller.kept_for == agent:
                caller.kept_for = ""

    def _rest(self, agent: str, until: float, condition: Condition) -> None:
        self.people[agent].ready_at, self.people[agent].rest = until, condition

    # --- who gets whom ----------------------------------------------------------------------------

    def _match(self, at: float) -> list[Decision]:
        decisions: list[Decision] = []
        conditions = self._conditions(at)
        while Condition.FREE in conditions.values():
            asked = {caller.contact: self._asked(at, caller, conditions) for caller in self._waiting()}
            callers = [caller for caller in self._waiting() if asked[caller.contact]]
            if not callers:
                break
            caller = min(callers, key=lambda caller: self._turn_key(at, caller))
            decisions.append(self._offer(at, caller, asked[caller.contact], conditions))
            conditions[caller.agent] = Condition.OFFERED
        return decisions

    def _offer(
        self, at: float, caller: Caller, free: list[Candidate], conditions: dict[str, Condition]
    ) -> AgentOffered:
        queue = self.queues[caller.queue]
        best = min(free, key=lambda c: (c.ring, -c.level, self.people[c.agent].idle_since, c.agent))
        caller.doing, caller.agent = "offered", best.agent
        if caller.kept_for:
            rule = Rule.SAME_AGENT
        elif best.ring == 0:
            rule = Rule.SPECIALIST
        elif caller.since + queue.rings[best.ring].after_s <= at:
            rule = Rule.WIDENED
        else:
            rule = Rule.RING_EMPTY
        turn = Turn.OVERDUE if self._is_overdue(at, caller) else Turn.SCORE
        open_ring = self._open_ring(at, caller)
        counts = Counter(
            "closed" if candidate.ring > open_ring else conditions[candidate.agent].value
            for candidate in self._candidates(caller.queue)
        )
        waited_s, score = max(0.0, at - caller.since), self._score(at, caller)
        return AgentOffered(
            *(caller.contact, best.agent, queue.id, rule, best.ring, waited_s, len(free), queue.ring_s),
            *(turn, score, Considered(**counts)),
        )

    def _asked(self, at: float, caller: Caller, conditions: dict[str, Condition]) -> list[Candidate]:
        """Return who is free and may be offered this caller now."""
        free = [c for c in self._candidates(caller.queue) if conditions[c.agent] is Condition.FREE]
        if caller.kept_for:
            return [candidate for candidate in free if candidate.agent == caller.kept_for]
        return free and [candidate for candidate in free if candidate.ring <= self._open_ring(at, caller)]

    def _candidates(self, queue: str) -> list[Candidate]:
        """Return all whom the queue may ever ask: nobody, if it is no more."""
        return self.candidates.get(queue, [])

    def _open_ring(self, at: float, caller: Caller) -> int:
        """Return the last ring whose time has come, or a later one when nobody is reachable in those."""
        rings = self.queues[caller.queue].rings
        reachable = {c.ring for c in self._candidates(caller.queue) if self.people[c.agent].is_reachable}
        ring = max((i for i in range(len(rings)) if caller.since + rings[i].after_s <= at), default=0)
        while ring + 1 < len(rings) and ring not in reachable:
            ring += 1
        return ring

    def _conditions(self, at: float) -> dict[str, Condition]:
        doing = {caller.agent: Condition(caller.doing) for caller in self.callers.values() if caller.agent}
        return {
            agent: doing[agent] if agent in doing else condition_of(at, person)
            for agent, person in self.people.items()
        }

    def _waiting(self) -> list[Caller]:
        return [caller for caller in self.callers.values() if caller.doing == "waiting"]

    def _turn_key(self, at: float, caller: Caller) -> tuple[bool, float, float, int]:
        """Return what orders callers: the overdue first, by entry; then by score, highest first."""
        if self._is_overdue(at, caller):
            return (False, 0.0, caller.since, caller.order)
        return (True, -self._score(at, caller), caller.since, caller.order)

    def _score(self, at: float, caller: Caller) -> float:
        queue = self.queues[caller.queue]
        return (at - caller.since) * 100 / queue.target_s + queue.points + caller.points

    def _is_overdue(self, at: float, caller: Caller) -> bool:
        return at - caller.since > OVERDUE_TARGETS * self.queues[caller.queue].target_s
