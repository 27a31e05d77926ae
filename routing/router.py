"""The router: which agent is offered which caller, and by which rule.

Owns the waiting lines and the agents' desks as the policy sees them. Pure: events with their time
go in, decisions come out; the same router answers the live telephone, the simulator and the
replay. Knows no clock, no telephone and no menu.

Why a step is cheap: callers of one queue are served in one order and rings only open with
waiting time, so when a queue's first caller cannot be served, nobody behind can. A step looks at
the head of each line only, and at nothing at all while nobody waits or nobody is free.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from routing.desk import COOL_DOWN_S, Desk, Engagement
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
    CallTransferred,
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
)
from routing.line import Waiting, lines_of

if TYPE_CHECKING:
    from routing.desk import Phase
    from routing.events import Decision, Event
    from routing.line import Candidate, Line
    from routing.policy import Policy


class Router:
    """Give callers to agents by a policy, one event at a time.

    `step` must be fed every event of the stream in order with its time (UTC seconds); events that do
    not concern routing cost one look-up. `next_due` says when a `TimerFired` is wanted.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._reset()

    def _reset(self) -> None:
        self._lines = lines_of(self._policy, {}, ())
        self._desks = {agent: Desk() for agent in self._policy.agents}
        self._engagements: dict[str, Engagement] = {}
        self._free: set[str] = set()
        self._resting: list[tuple[float, str]] = []  # heap of (ready at, agent)
        self._waiting_count = 0
        self._arrivals = 0
        self._at = 0.0  # the last step's time: what was due until then has been done
        self._holds = False  # nobody is offered while callers are still coming back, or the engine ends
        self._is_ending = False

    def step(self, at: float, event: Event) -> list[Decision]:
        """Take one event at time `at` and return the decisions that follow from it, in order."""
        self._at = at
        decisions: list[Decision] = []
        match event:
            case CallerQueued(contact, queue, since):
                self._join(contact, queue, since)
            case AgentStateChanged(agent, state):
                self._telephone_changed(at, agent, state, decisions)
            case AgentPaused(agent):
                self._pause(at, agent, is_paused=True)
            case AgentResumed(agent):
                self._pause(at, agent, is_paused=False)
            case OfferAnswered(contact, agent):
                if (engagement := self._offered(contact, agent)) is not None:
                    engagement.phase = "talking"
                return decisions  # frees nobody
            case OfferFailed(contact, agent, cause):
                self._offer_failed(at, contact, agent, cause)
            case TalkEnded(contact, agent) | CallTransferred(contact, agent):
                self._talk_ended(at, contact, agent)
            case CallerHungUp(contact) | CallerLost(contact, _) | CallerFellBack(contact):
                self._leave(at, contact)
            case CallerReturned(contact):
                self._returned(at, contact)
            case FallbackAnswered(contact, queue, agent):
                self._take_up(contact, queue, at, agent, "talking")
            case ContactCarried(contact, agent=str(agent), queue=str(queue), since=since, stage=stage):
                if stage == "offered" or stage == "talking":  # noqa: PLR1714  # narrows the type
                    self._take_up(contact, queue, at if since is None else since, agent, stage)
                self._holds = True
            case ContactCarried():
                self._holds = True
            case EngineStopping():
                self._holds = self._is_ending = True
            case RestorationEnded():
                self._holds = self._is_ending  # told to end meanwhile, the engine begins nothing
            case EngineStarted():
                self._reset()
            case _:
                pass  # TimerFired: only the time has changed; the rest concerns the menu or the log
        if self._waiting_count and not self._holds:
            self._match(at, decisions)
        return decisions

    def change(self, policy: Policy) -> None:
        """Go by another policy from the next step on; talks, offers and places stay."""
        self._policy = policy
        self._lines = lines_of(policy, self._lines, {each.queue for each in self._engagements.values()})
        for agent in policy.agents:
            self._desks.setdefault(agent, Desk())

    def knows(self, contact: str) -> bool:
        """Tell whether the contact has a place in a queue or an agent."""
        return contact in self._engagements

    def next_due(self) -> float | None:
        """Return when the next ring opens for a head caller or the next agent's rest ends, if anybody waits.

        UTC seconds; None when only an event can change anything. Times that have passed are not
        returned again: `step` acted on them.
        """
        if not self._waiting_count or self._holds:
            return None
        due = self._resting[0][0] if self._resting else None
        if self._free:
            for line in self._lines.values():
                if line.waiting:
                    opening = self._next_opening(line, line.waiting[0])
                    if opening is not None and (due is None or opening < due):
                        due = opening
        return due

    # --- what events do -------------------------------------------------------------------------

    def _join(self, contact: str, queue: str, since: float) -> None:
        if contact in self._engagements:
            self._forget(contact)  # moved to another queue: `since` carries the waiting time
        line = self._lines.get(queue)
        if line is None:
            known = ", ".join(sorted(self._lines))
            raise ValueError(f"router: contact {contact} was queued in {queue!r}; the policy has {known}")
        self._arrivals += 1
        place = Waiting(since, self._arrivals, contact)
        self._engagements[contact] = Engagement(place, queue)
        insort(line.waiting, place)
        self._waiting_count += 1

    def _telephone_changed(
        self, at: float, agent: str, state: TelephoneState, decisions: list[Decision]
    ) -> None:
        desk = self._desks.get(agent)
        if desk is None:
            return  # somebody that this policy does not know
        if desk.state is TelephoneState.UNREACHABLE and state is not TelephoneState.UNREACHABLE:
            desk.idle_since = at
        desk.state = state
        self._settle(at, agent, desk)
        if state is TelephoneState.UNREACHABLE and desk.contact is not None:
            engagement = self._engagements.get(desk.contact)
            if engagement is not None and engagement.phase == "offered":
                decisions.append(OfferWithdrawn(desk.contact, agent, OfferFailure.UNREACHABLE))

    def _offer_failed(self, at: float, contact: str, agent: str, cause: OfferFailure) -> None:
        engagement = self._offered(contact, agent)
        if engagement is None:
            return
        self._release(at, agent, COOL_DOWN_S[cause])
        engagement.phase = "waiting"
        engagement.agent = None
        insort(self._lines[engagement.queue].waiting, engagement.place)  # the same place as before
        self._waiting_count += 1

    def _talk_ended(self, at: float, contact: str, agent: str) -> None:
        engagement = self._engagements.get(contact)
        if engagement is None or engagement.agent != agent or engagement.phase == "waiting":
            return
        del self._engagements[contact]
        self._release(at, agent, self._lines[engagement.queue].queue.wrap_up_s)
        self._desks[agent].idle_since = at

    def _returned(self, at: float, contact: str) -> None:
        """Take a caller back who was offered: whatever came of the offer, it is over, and by our doing."""
        engagement = self._engagements.get(contact)
        if engagement is not None and engagement.phase == "offered" and engagement.agent is not None:
            self._offer_failed(at, contact, engagement.agent, OfferFailure.WITHDRAWN)

    def _take_up(self, contact: str, queue: str, since: float, agent: str, phase: Phase) -> None:
        """Know an offer or a talk that began without us."""
        desk = self._desks.get(agent)
        known = queue in self._lines and contact not in self._engagements
        if desk is None or desk.contact is not None or not known:
            return  # the policy has changed since
        self._arrivals += 1
        place = Waiting(since, self._arrivals, contact)
        self._engagements[contact] = Engagement(place, queue, phase, agent)
        desk.contact = contact
        self._free.discard(agent)

    def _pause(self, at: float, agent: str, *, is_paused: bool) -> None:
        desk = self._desks.get(agent)
        if desk is not None:
            desk.is_paused = is_paused
            desk.idle_since = at
            self._settle(at, agent, desk)

    def _leave(self, at: float, contact: str) -> None:
        engagement = self._engagements.get(contact)
        if engagement is None:
            return
        if engagement.agent is not None:
            talked = engagement.phase == "talking"
            rest_s = self._lines[engagement.queue].queue.wrap_up_s if talked else 0.0
            self._release(at, engagement.agent, rest_s)
            if talked:
                self._desks[engagement.agent].idle_since = at
        self._forget(contact)

    def _offered(self, contact: str, agent: str) -> Engagement | None:
        engagement = self._engagements.get(contact)
        if engagement is None or engagement.phase != "offered" or engagement.agent != agent:
            return None  # the caller has gone, or it was another offer: the news is stale
        return engagement

    def _forget(self, contact: str) -> None:
        engagement = self._engagements.pop(contact)
        if engagement.phase == "waiting":
            waiting = self._lines[engagement.queue].waiting
            del waiting[bisect_left(waiting, engagement.place)]
            self._waiting_count -= 1

    def _release(self, at: float, agent: str, rest_s: float) -> None:
        desk = self._desks[agent]
        desk.contact = None
        desk.ready_at = at + rest_s
        self._settle(at, agent, desk)

    def _settle(self, at: float, agent: str, desk: Desk) -> None:
        """Put the desk among the free or the resting, or take it away from the free."""
        if desk.contact is None and desk.state is TelephoneState.FREE and not desk.is_paused:
            if desk.ready_at <= at:
                self._free.add(agent)
                return
            heappush(self._resting, (desk.ready_at, agent))
        self._free.discard(agent)

    # --- matching -------------------------------------------------------------------------------

    def _match(self, at: float, decisions: list[Decision]) -> None:
        while self._resting and self._resting[0][0] <= at:
            _, agent = heappop(self._resting)
            self._settle(at, agent, self._desks[agent])
        while self._free and self._waiting_count:
            best: tuple[Waiting, Line, AgentOffered] | None = None
            for line in self._lines.values():
                if line.waiting and (best is None or line.waiting[0] < best[0]):
                    offer = self._best_offer(at, line, line.waiting[0])
                    if offer is not None:
                        best = (line.waiting[0], line, offer)
            if best is None:
                return
            _, line, offer = best
            self._reserve(line, offer)
            decisions.append(offer)

    def _best_offer(self, at: float, line: Line, head: Waiting) -> AgentOffered | None:
        """Return the offer for the head of a line: lowest ring, highest level, longest idle."""
        open_ring = self._open_ring(at, line, head)
        chosen: Candidate | None = None
        chosen_idle = 0.0
        free = 0
        for candidate in line.candidates:
            if candidate.ring > open_ring:
                break
            if candidate.agent not in self._free:
                continue
            free += 1
            idle_since = self._desks[candidate.agent].idle_since
            if chosen is None or (candidate[:2] == chosen[:2] and idle_since < chosen_idle):
                chosen, chosen_idle = candidate, idle_since
        if chosen is None:
            return None
        queue = line.queue
        if chosen.ring == 0:
            rule = Rule.SPECIALIST
        elif head.since + queue.rings[chosen.ring].after_s <= at:
            rule = Rule.WIDENED
        else:
            rule = Rule.RING_EMPTY
        waited_s = max(0.0, at - head.since)
        return AgentOffered(
            head.contact, chosen.agent, queue.id, rule, chosen.ring, waited_s, free, queue.ring_s
        )

    def _open_ring(self, at: float, line: Line, head: Waiting) -> int:
        """Return the last open ring: its time has come, or nobody is reachable in the rings before it."""
        rings = line.queue.rings
        ring = 0
        while ring + 1 < len(rings) and (
            head.since + rings[ring + 1].after_s <= at or not self._anybody_reachable(line, ring)
        ):
            ring += 1
        return ring

    def _next_opening(self, line: Line, head: Waiting) -> float | None:
        rings = line.queue.rings
        for ring in range(1, len(rings)):
            opening = head.since + rings[ring].after_s
            if opening > self._at and self._anybody_free(line, ring):
                return opening
        return None

    def _anybody_free(self, line: Line, ring: int) -> bool:
        return any(c.ring == ring and c.agent in self._free for c in line.candidates)

    def _anybody_reachable(self, line: Line, ring: int) -> bool:
        return any(
            c.ring <= ring
            and (desk := self._desks[c.agent]).state is not TelephoneState.UNREACHABLE
            and not desk.is_paused
            for c in line.candidates
        )

    def _reserve(self, line: Line, offer: AgentOffered) -> None:
        line.waiting.pop(0)
        self._waiting_count -= 1
        engagement = self._engagements[offer.contact]
        engagement.phase = "offered"
        engagement.agent = offer.agent
        self._desks[offer.agent].contact = offer.contact
        self._free.discard(offer.agent)
