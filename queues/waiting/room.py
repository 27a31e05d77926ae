"""The waiting room: everybody in the queues of all numbers, who gets them, and what they are told meanwhile.

Owns how the router, the announcements and the conditions for staying come together: for each event what all
of them decide, and when something is due by time alone. Pure. Must not know menus, prompts or telephones:
where a caller goes who is sent on is for others to say.

Nothing here goes through all callers. When somebody ahead has left, only those are looked at whose place can
be said (the first ten, say); everybody else when their own time has come. Conditions are tested on the caller
whom they concern first: the last of the line, or the one who waits longest. Only where the last has come to
stay, and a condition holds, are those before them gone through.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING

from queues.waiting.announcing import LEAST_BETWEEN_S, NOTHING_HEARD, Heard, hear, look
from queues.waiting.conditions import QueueView, way_out_at_entry, way_out_while_waiting
from queues.waiting.estimate import Record, estimated_wait_s, spoken_range
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    AsteriskDisconnected,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallTransferred,
    ChoiceOffered,
    ContactCarried,
    EngineStarted,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    RestorationEnded,
    TalkEnded,
    WaitTold,
    WayOut,
    true_time,
)
from routing.policy import NEVER
from routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.events import Decision, Event
    from routing.line import Line
    from routing.policy import Policy, Queue


QUIET_S = 15.0  # after a key was pressed: the question what it means is heard whole, and may be answered
GRACE_S = 1.0  # "above 30 min" holds from the next second on


class Guest:
    """One caller who waits or is being offered: what they have heard, and when to look again."""

    __slots__ = ("entry", "heard", "next_look_s", "queue", "quiet_until", "since", "stays")

    def __init__(self, queue: str, since: float, *, stays: bool = False) -> None:
        self.queue = queue
        self.since = since
        self.stays = stays  # whatever the conditions: they have been elsewhere, and have come again
        self.heard: Heard = NOTHING_HEARD
        self.quiet_until = -inf
        self.next_look_s = inf
        self.entry = 0  # of the heap: no other of theirs counts, were it for the same time


class WaitingRoom:
    """Take every event of the stream in order; return what the router and the room decide.

    A `CallerSentOn` that it returns leads nowhere yet (`leads_to` is empty): who composes this says where.
    """

    def __init__(self, policy: Policy, stays: Callable[[str, str], bool] | None = None) -> None:
        """Go by this policy; `stays` tells of a contact and a queue whether its conditions count no more."""
        self.router = Router(policy)
        self._queues = policy.queues
        self._may_stay = stays
        self._count = 0
        self._clear()

    def _clear(self) -> None:
        self._guests: dict[str, Guest] = {}
        self._looks: list[tuple[float, int, str]] = []  # heap of (when, count, contact)
        self._told_at: dict[str, float] = {}  # by contact: when the last announcement began, in any queue
        self._talks: dict[str, tuple[str, float]] = {}  # by contact: the queue, and when it began
        self._records: dict[str, Record] = {}
        self._stirred: dict[str, None] = {}  # queues in which places, or the number of agents, have changed
        self._knows_agents = False  # Asterisk has told in this run who is logged in

    def change(self, at: float, policy: Policy) -> None:
        """Go by another policy from the next step on; what is told, or how long one stays, may be new."""
        self._queues = policy.queues
        self.router.change(policy)
        self._stirred.update(dict.fromkeys(self._queues))
        for contact, guest in self._guests.items():
            self._look_again(contact, guest, at)

    def step(self, at: float, event: Event) -> list[Decision]:
        """Take one event at UTC second `at`."""
        decisions = self.router.step(at, event)
        self._note(at, event)
        for decision in decisions:
            self._note(at, decision)
        while not self.router.is_halted:
            while self._stirred:
                stirred, self._stirred = self._stirred, {}
                for queue in stirred:
                    self._look_at(at, queue, decisions)
            self._look_at_due(at, decisions)
            if not self._stirred:  # else somebody was sent on: who is behind them has a better place now
                break
        return decisions

    def way_out(self, queue: str) -> WayOut | None:
        """Return why a caller who comes to this queue is not let in, or None."""
        conditions = self._queues[queue].turn_away
        if conditions == NEVER or not self._knows_agents or self.router.is_halted:
            return None
        line = self.router.line(queue)
        return way_out_at_entry(conditions, self._view(line, line.size, line.size))

    def release(self, at: float, queue: str) -> list[Decision]:
        """Send everybody on who waits in a queue that closes."""
        decisions: list[Decision] = []
        for contact in self.router.first(queue, at, self.router.line(queue).size):
            self._leaves(at, contact, WayOut.CLOSED, decisions)
        return decisions

    def next_due(self) -> float | None:
        """Return when a `TimerFired` is wanted, UTC seconds, or None."""
        due = self.router.next_due()
        if self.router.is_halted:
            return due
        looks = self._looks
        while looks and not self._counts(looks[0][1], looks[0][2]):
            heappop(looks)
        if not looks:
            return due
        return looks[0][0] if due is None else min(due, looks[0][0])

    # --- what is remembered -------------------------------------------------------------------------

    def _note(self, at: float, event: Event) -> None:
        match event:
            case CallerQueued(contact, queue, since):
                self._enters(at, contact, queue, since)
            case AgentOffered(_, _, queue):
                self._stirred[queue] = None
            case OfferAnswered(contact):
                if (guest := self._forget(contact)) is not None:
                    self._talk_began(contact, guest.queue, true_time(at, event))
            case FallbackAnswered(contact, queue):
                self._talk_began(contact, queue, true_time(at, event))
            case ContactCarried(contact, stage="offered", queue=str(queue)) if self.router.knows(contact):
                self._enters(at, contact, queue, at if event.since is None else event.since)
            case ContactCarried(contact, stage="talking", queue=str(queue)) if self.router.knows(contact):
                self._talks[contact] = queue, at if event.met_at is None else event.met_at
            case OfferFailed(contact) | CallerReturned(contact):
                if (guest := self._guests.get(contact)) is not None:
                    self._look_again(contact, guest, at)
            case TalkEnded(contact) | CallTransferred(contact):
                self._talked(true_time(at, event), contact)
            case CallerHungUp(contact):
                if (guest := self._forget(contact)) is not None:
                    self._record(guest.queue).add_entry(abandoned=True)
                self._has_gone(true_time(at, event), contact)
            case CallerLost(contact):
                self._forget(contact)
                self._has_gone(true_time(at, event), contact)
            case CallerFellBack(contact):
                self._forget(contact)
                self._talked(true_time(at, event), contact)
            case CallerSentOn(contact):
                self._forget(contact)
            case ChoiceOffered(contact):
                if (guest := self._guests.get(contact)) is not None:
                    guest.quiet_until = at + QUIET_S
            case AgentStateChanged(agent) | AgentPaused(agent) | AgentResumed(agent) | AgentAutoPaused(agent):
                self._agent_changed(agent)
            case AsteriskConnected() | RestorationEnded():
                self._knows_agents = self._knows_agents or type(event) is AsteriskConnected
                self._stirred.update(dict.fromkeys(self._queues))
            case AsteriskDisconnected():
                self._knows_agents = False
            case EngineStarted():
                self._clear()
            case _:
                pass  # concerns nobody who waits

    def _enters(self, at: float, contact: str, queue: str, since: float) -> None:
        guest = self._guests.get(contact)
        if guest is None or guest.queue != queue:
            self._forget(contact)
            stays = self._may_stay is not None and self._may_stay(contact, queue)
            guest = self._guests[contact] = Guest(queue, since, stays=stays)
            guest.quiet_until = self._told_at.get(contact, -inf) + LEAST_BETWEEN_S
        self._stirred[queue] = None
        self._look_again(contact, guest, at)

    def _forget(self, contact: str) -> Guest | None:
        guest = self._guests.pop(contact, None)
        if guest is not None:
            self._stirred[guest.queue] = None
        return guest

    def _has_gone(self, at: float, contact: str) -> None:
        self._talked(at, contact)
        self._told_at.pop(contact, None)

    def _talk_began(self, contact: str, queue: str, at: float) -> None:
        self._record(queue).add_entry(abandoned=False)
        self._talks[contact] = queue, at

    def _talked(self, at: float, contact: str) -> None:
        talk = self._talks.pop(contact, None)
        if talk is not None:
            queue, began = talk
            wrap_up_s = self._queues[queue].wrap_up_s if queue in self._queues else 0.0
            self._record(queue).add_talk(max(0.0, at - began) + wrap_up_s)

    def _record(self, queue: str) -> Record:
        return self._records.setdefault(queue, Record())

    def _agent_changed(self, agent: str) -> None:
        self._stirred.update(dict.fromkeys(self.router.queues_of(agent)))

    # --- looking ------------------------------------------------------------------------------------

    def _look_at(self, at: float, queue_id: str, decisions: list[Decision]) -> None:
        """Look at a queue in which somebody has come, gone or moved, or whose agents have changed."""
        queue = self._queues.get(queue_id)
        if queue is None:
            return  # it is no more; who waits in it is moved
        line = self.router.line(queue_id)
        if queue.send_on != NEVER and self._knows_agents:
            self._send_on(at, queue, line, decisions)
        announcing = queue.announcing
        if announcing is not None and announcing.position:
            for place, contact in enumerate(self.router.first(queue_id, at, announcing.most_position), 1):
                if place < self._guests[contact].heard.position:
                    self._look(at, contact, place, decisions)

    def _send_on(self, at: float, queue: Queue, line: Line, decisions: list[Decision]) -> None:
        """Send on whom a condition concerns: who is last has the most callers and the longest time ahead."""
        while line.size:
            contact = self.router.last(queue.id, at)
            way = self._way_on(queue, line, line.size)
            if way is None:
                return
            if self._guests[contact].stays:
                break
            self._leaves(at, contact, way, decisions)
        else:
            return
        everybody = self.router.first(queue.id, at, line.size)
        for place in range(len(everybody), 0, -1):
            contact = everybody[place - 1]
            way = self._way_on(queue, line, place)
            if way is None:
                return
            if not self._guests[contact].stays:
                self._leaves(at, contact, way, decisions)

    def _way_on(self, queue: Queue, line: Line, place: int) -> WayOut | None:
        """Return why the caller at this place is sent on, but for how long they have waited."""
        return way_out_while_waiting(queue.send_on, self._view(line, place, place - 1))

    def _look_at_due(self, at: float, decisions: list[Decision]) -> None:
        looks = self._looks
        while looks and looks[0][0] <= at:
            _, entry, contact = heappop(looks)
            if self._counts(entry, contact):
                self._guests[contact].next_look_s = inf
                position = self.router.position(contact, at)
                if position:  # nothing is said while a telephone rings
                    self._look(at, contact, position, decisions)

    def _look(self, at: float, contact: str, position: int, decisions: list[Decision]) -> None:
        """Let one caller be told what is due, or be sent on who has waited for too long."""
        guest = self._guests[contact]
        queue = self._queues.get(guest.queue)
        if queue is None:
            return
        limit_s = queue.send_on.waited_above_s
        leaves_at = inf if limit_s is None or guest.stays else guest.since + limit_s + GRACE_S
        if leaves_at <= at:
            self._leaves(at, contact, WayOut.WAITED, decisions)
            return
        again = inf
        if at < guest.quiet_until:
            again = guest.quiet_until
        elif queue.announcing is not None:
            span = None
            if queue.announcing.estimate:
                span = spoken_range(self._record(guest.queue), position - 1, self._agents(guest.queue))
            told, again = look(guest.heard, at, position, span, queue.announcing)
            if told is not None:
                guest.heard = hear(guest.heard, at, told)
                self._told_at[contact] = at
                decisions.append(WaitTold(contact, guest.queue, told.position, *(told.range or (None, None))))
        self._look_again(contact, guest, min(again, leaves_at))

    def _look_again(self, contact: str, guest: Guest, at: float) -> None:
        if at != guest.next_look_s:
            guest.next_look_s = at
            self._count += 1
            guest.entry = self._count
            if at == inf:
                return
            heappush(self._looks, (at, self._count, contact))

    def _counts(self, entry: int, contact: str) -> bool:
        """Tell whether an entry of the heap is the caller's last."""
        guest = self._guests.get(contact)
        return guest is not None and guest.entry == entry

    def _leaves(self, at: float, contact: str, way: WayOut, decisions: list[Decision]) -> None:
        guest = self._guests.get(contact)
        if guest is not None:
            sent = CallerSentOn(contact, guest.queue, way, "")
            self._forget(contact)
            decisions.append(sent)
            decisions += self.router.step(at, sent)

    def _view(self, line: Line, waiting: int, ahead: int) -> QueueView:
        """Return the queue as a caller finds it with so many ahead. While somebody is free, nobody waits."""
        queue = line.queue.id
        estimate_s = 0.0
        if line.size or not line.free:
            estimate_s = estimated_wait_s(self._record(queue), ahead, self._agents(queue))
        return QueueView(line.logged_in, sum(line.available), waiting, estimate_s)

    def _agents(self, queue: str) -> float:
        """Return the agents who may answer a queue, one who is shared by k queues counting 1/k."""
        shares = self.router.line(queue).shares
        return sum(count / queues for queues, count in shares.items())
