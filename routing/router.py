"""The router: which agent is offered which caller, and by which rule.

Owns what each event does to callers and agents. Pure: events with their time go in, decisions come out; the
same router answers the live telephone, the simulator and the replay. Knows no clock, no telephone and no
menu.

Why a step is cheap: between two steps, no caller waits whom a free agent may answer. So only what an event
has stirred is looked at: the queues of an agent who became free, the queue whose first caller is another
one, whose next ring opens or is skipped; and of a queue only the heads of its lanes (`routing.line`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.callers import Callers
from routing.desk import COOL_DOWN, MOST_UNANSWERED, WRAP_UP
from routing.events import (
    AgentAutoPaused,
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
    ContactCarried,
    EngineStarted,
    EngineStopping,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    RestorationEnded,
    TalkEnded,
    TelephoneState,
)
from routing.matching import match
from routing.reasons import why
from routing.staff import Staff

if TYPE_CHECKING:
    from routing.desk import Engagement, Phase
    from routing.events import AgentOffered, Decision, Event
    from routing.line import Line
    from routing.policy import Policy
    from routing.reasons import Why

_UNREACHABLE = TelephoneState.UNREACHABLE


class Router:
    """Give callers to agents by a policy, one event at a time.

    `step` must be fed every event of the stream in order with its time (UTC seconds); events that do
    not concern routing cost one look-up. `next_due` says when a `TimerFired` is wanted.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._reset(0.0)

    def _reset(self, at: float) -> None:
        self._at = at
        self._staff = Staff(self._policy.agents)
        self._callers = Callers(self._policy, self._staff, at)
        self.is_halted = False  # nobody is offered while callers are still coming back, or the engine ends
        self._is_ending = False

    def step(self, at: float, event: Event) -> list[Decision]:
        """Take one event at time `at` and return the decisions that follow from it, in order."""
        self._at = at
        decisions: list[Decision] = []
        self._staff.wake(at)
        self._callers.pass_time(at)
        match event:
            case CallerQueued(contact):
                if self.knows(contact):
                    self._leave(at, contact)  # moved to another queue: `since` carries the waiting time
                self._callers.join(at, event)
            case AgentStateChanged(agent, state):
                self._telephone_changed(at, agent, state, decisions)
            case OfferAnswered(contact, agent):
                self._answered(at, contact, agent)
            case TalkEnded(contact, agent) | CallTransferred(contact, agent):
                self._talk_ended(at, contact, agent)
            case (
                CallerHungUp(contact) | CallerLost(contact) | CallerFellBack(contact) | CallerSentOn(contact)
            ):
                self._leave(at, contact)
            case OfferFailed(contact, agent, cause):
                self._offer_failed(at, contact, agent, cause, decisions)
            case AgentPaused(agent):
                self._pause(at, agent, is_paused=True)
            case AgentResumed(agent):
                self._pause(at, agent, is_paused=False)
            case CallerReturned(contact):
                self._returned(at, contact, decisions)
            case FallbackAnswered(contact, queue, agent):
                self._take_up(at, CallerQueued(contact, queue, at), agent, "talking")
            case ContactCarried():
                self._carried(at, event)
            case EngineStopping():
                self.is_halted = self._is_ending = True
            case RestorationEnded():
                self.is_halted = self._is_ending  # told to end meanwhile, the engine begins nothing
                self._callers.stir_all()
            case EngineStarted():
                self._reset(at)
            case _:
                pass  # TimerFired: only the time has changed; the rest concerns the menu or the log
        if self._staff.stirred:
            self._match(at, decisions)
        return decisions

    def change(self, policy: Policy) -> None:
        """Go by another policy from the next step on; talks, offers and places stay.

        A queue that is no more keeps its callers, but nobody is asked to answer them. Whoever tells of the
        change moves those who wait in it.
        """
        self._policy = policy
        self._callers.sit(self._at, policy)

    def knows(self, contact: str) -> bool:
        """Tell whether the contact has a place in a queue or an agent."""
        return contact in self._callers.engagements

    def queues_of(self, agent: str) -> list[str]:
        """Return the queues that an agent may answer; none for somebody whom the policy does not know."""
        desk = self._staff.desks.get(agent)
        return [] if desk is None else [seat.line.queue.id for seat in desk.seats]

    def position(self, contact: str, at: float) -> int:
        """Return the place of who waits in the order of their queue, from 1; 0 for anybody else."""
        return self._callers.position(at, contact)

    def first(self, queue: str, at: float, most: int) -> list[str]:
        """Return the contacts who are served next in a queue, at most so many."""
        return [place.contact for place in self._callers.first(at, queue, most)]

    def last(self, queue: str, at: float) -> str:
        """Return the contact who is served last in a queue. Raises `ValueError` when nobody waits."""
        return self._callers.last(at, queue).contact

    def line(self, queue: str) -> Line:
        """Return a queue's line, to be read only."""
        return self._callers.lines[queue]

    def why(self, queue: str, at: float) -> Why:
        """Tell why the first caller of a queue is still waiting at UTC second `at`."""
        first = self._callers.first(at, queue, 1)
        engagement = self._callers.engagements[first[0].contact] if first else None
        return why(at, self._callers.lines[queue], engagement, self._staff.desks)

    def next_due(self) -> float | None:
        """Return when the next ring opens for a head caller, or an agent's rest ends, if anybody waits.

        UTC seconds; None when only an event can change anything. Times that have passed are not
        returned again: `step` acted on them.
        """
        if self.is_halted or not self._callers.waiting:
            return None
        ready, due = self._staff.next_ready(), self._callers.next_due()
        if ready is None or due is None:
            return due if ready is None else ready
        return min(ready, due)

    # --- what events do -------------------------------------------------------------------------

    def _match(self, at: float, decisions: list[Decision]) -> None:
        """Offer callers of the stirred lines, unless there are no offers now: then all are stirred later."""

        def reserve(offer: AgentOffered) -> None:
            self._callers.offer(at, offer.contact, offer.agent)
            desk = self._staff.desks[offer.agent]
            desk.contact, desk.is_talking = offer.contact, False
            self._staff.settle(at, desk)
            decisions.append(offer)

        if not self.is_halted:
            match(at, self._staff.stirred, self._staff.desks, reserve)
        self._staff.stirred.clear()

    def _telephone_changed(
        self, at: float, agent: str, state: TelephoneState, decisions: list[Decision]
    ) -> None:
        desk = self._staff.desks.get(agent)
        if desk is None:
            return  # somebody that this policy does not know
        if desk.state is _UNREACHABLE and state is not _UNREACHABLE:
            desk.idle_since = at
        desk.state = state
        self._staff.settle(at, desk)
        if state is not _UNREACHABLE:
            return
        desk.unanswered = 0
        self._callers.keep_nobody_for(at, desk)
        if desk.contact is not None and not desk.is_talking:
            decisions.append(OfferWithdrawn(desk.contact, agent, OfferFailure.UNREACHABLE))

    def _pause(self, at: float, agent: str, *, is_paused: bool) -> None:
        desk = self._staff.desks.get(agent)
        if desk is None:
            return
        desk.is_paused = is_paused
        desk.idle_since = at
        self._staff.settle(at, desk)
        if is_paused:
            self._callers.keep_nobody_for(at, desk)
        else:
            desk.unanswered = 0

    def _answered(self, at: float, contact: str, agent: str) -> None:
        engagement = self._callers.offered(contact, agent)
        if engagement is not None:
            engagement.phase = "talking"
            desk = self._staff.desks[agent]
            desk.is_talking, desk.unanswered = True, 0
            self._staff.settle(at, desk)

    def _offer_failed(
        self, at: float, contact: str, agent: str, cause: OfferFailure, decisions: list[Decision]
    ) -> None:
        engagement = self._callers.offered(contact, agent)
        if engagement is None:
            return
        desk, queue = self._staff.desks[agent], engagement.lane.line.queue
        if cause is OfferFailure.NO_ANSWER:
            desk.unanswered += 1
        elif cause is not OfferFailure.WITHDRAWN and cause is not OfferFailure.CALLER_GONE:
            desk.unanswered = 0
        self._staff.release(at, desk, queue.cool_downs.after(cause), COOL_DOWN)
        if desk.unanswered >= MOST_UNANSWERED and not desk.is_paused:
            decisions.append(AgentAutoPaused(agent, desk.unanswered))
            self._pause(at, agent, is_paused=True)
        self._callers.wait_again(at, engagement)

    def _talk_ended(self, at: float, contact: str, agent: str) -> None:
        engagement = self._callers.engagements.get(contact)
        if engagement is not None and engagement.agent == agent and engagement.phase != "waiting":
            self._callers.forget(at, contact)
            self._let_go(at, agent, engagement)

    def _returned(self, at: float, contact: str, decisions: list[Decision]) -> None:
        """Take a caller back who was offered: whatever came of the offer, it is over, and by our doing."""
        engagement = self._callers.engagements.get(contact)
        if engagement is not None and engagement.phase == "offered" and engagement.agent is not None:
            self._offer_failed(at, contact, engagement.agent, OfferFailure.WITHDRAWN, decisions)

    def _carried(self, at: float, event: ContactCarried) -> None:
        stage, queue, agent = event.stage, event.queue, event.agent
        if (stage == "offered" or stage == "talking") and queue is not None and agent is not None:  # noqa: PLR1714  # narrows the type
            since = at if event.since is None else event.since
            self._take_up(at, CallerQueued(event.contact, queue, since, event.points), agent, stage)
        self.is_halted = True

    def _take_up(self, at: float, place: CallerQueued, agent: str, phase: Phase) -> None:
        """Know an offer or a talk that began without us."""
        desk, line = self._staff.desks.get(agent), self._callers.lines.get(place.queue)
        if desk is None or desk.contact is not None or line is None or self.knows(place.contact):
            return  # the policy has changed since
        self._callers.take_up(line, place, agent, phase)
        desk.contact, desk.is_talking = place.contact, phase == "talking"
        self._staff.settle(at, desk)

    def _leave(self, at: float, contact: str) -> None:
        engagement = self._callers.engagements.get(contact)
        if engagement is None:
            return
        self._callers.forget(at, contact)
        if engagement.agent is not None and engagement.phase == "talking":
            self._let_go(at, engagement.agent, engagement)
        elif engagement.agent is not None:
            self._staff.release(at, self._staff.desks[engagement.agent], 0.0, COOL_DOWN)

    def _let_go(self, at: float, agent: str, engagement: Engagement) -> None:
        """Let an agent whose talk is over wrap up; they are idle from the talk's end on."""
        desk = self._staff.desks[agent]
        desk.idle_since = at
        self._staff.release(at, desk, engagement.lane.line.queue.wrap_up_s, WRAP_UP)
