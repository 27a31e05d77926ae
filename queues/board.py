"""The live board: who waits where, what each agent does, and the day's counts: a fold over events.

Owns the live picture and its totals in the words of the call log: every contact that entered is open or has
exactly one outcome, and counts under the first queue it entered. Pure: no clock, no files. Knows no database
and no terminal; a display asks for a `Snapshot`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from queues.snapshot import AgentView, QueueView, Snapshot, Totals, WaitingCaller
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    EngineStarted,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferWithdrawn,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    TalkEnded,
    TelephoneState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from queues.snapshot import AgentWork
    from routing.events import Recorded, Stage


@dataclass(slots=True)
class _Contact:
    phase: Stage = "menu"
    first_queue: str | None = None
    queue: str = ""
    since: float = 0.0
    agent: str | None = None  # offered to, or talking with


@dataclass(slots=True)
class _Agent:
    telephone: TelephoneState = TelephoneState.UNREACHABLE
    is_paused: bool = False
    contact: str | None = None
    since: float = 0.0


@dataclass(slots=True)
class _Count:
    """Contacts of one first queue, or of all."""

    entered: int = 0
    ended: Counter[Outcome] = field(default_factory=Counter)

    def totals(self, offered: int) -> Totals:
        outcomes = {outcome: self.ended[outcome] for outcome in Outcome}
        return Totals(self.entered, offered, outcomes, self.entered - self.ended.total())


class Board:
    """Fold the event stream into the live picture, one `apply` per event in order.

    `queues` and `agents` are shown from the start, with nothing in them; others appear when an event names
    them. News of a contact that is not open, or of an offer that is over, changes nothing.
    """

    def __init__(self, queues: Iterable[str] = (), agents: Iterable[str] = ()) -> None:
        self._seq = 0
        self._at = 0.0
        self._all = _Count()
        self._queues = {queue: _Count() for queue in queues}
        self._agents = {agent: _Agent() for agent in agents}
        self._contacts: dict[str, _Contact] = {}

    def apply(self, recorded: Recorded) -> None:
        """Take the next event; an event that was taken already (by its `seq`) changes nothing."""
        seq, at, event = recorded
        if seq <= self._seq:
            return
        self._seq, self._at = seq, at
        match event:
            case CallArrived(contact=contact):
                if contact not in self._contacts:
                    self._contacts[contact] = _Contact()
                    self._all.entered += 1
            case CallerQueued(contact, queue, since):
                self._queued(at, contact, queue, since)
            case AgentOffered(contact, agent):
                self._offered(at, contact, agent)
            case OfferAnswered(contact, agent):
                if (caller := self._with_agent(contact, agent)) and caller.phase == "offered":
                    caller.phase = "talking"
                    self._agents[agent].since = at
            case OfferFailed(contact, agent) | OfferWithdrawn(contact, agent):
                if (caller := self._with_agent(contact, agent)) and caller.phase == "offered":
                    self._part(at, caller)
                    caller.phase = "waiting"
            case TalkEnded(contact, agent) if caller := self._with_agent(contact, agent):
                if caller.phase == "talking":
                    self._part(at, caller)
                    caller.phase = "leaving"
            case CallerHungUp(contact) | CallerLost(contact):
                if caller := self._contacts.get(contact):
                    self._part(at, caller)
                    caller.phase = "leaving"
            case CallEnded(contact, outcome):
                self._ended(at, contact, outcome)
            case OfficerCalled(contact) | OfficerAnswered(contact) | OfficerFailed(contact):
                self._officer(contact, event)
            case TalkEnded(contact) if (caller := self._contacts.get(contact)) and caller.agent is None:
                caller.phase = "leaving" if caller.phase == "talking" else caller.phase
            case CallTransferred(contact, _, kind):
                if caller := self._contacts.get(contact):
                    self._part(at, caller)
                    caller.phase = "handed" if kind == "officer" else caller.phase
            case CallerReturned(contact):
                if (caller := self._contacts.get(contact)) and caller.phase == "offered":
                    self._part(at, caller)
                    caller.phase = "waiting"
            case CallerFellBack(contact, queue):
                self._queued(at, contact, queue, event.waits_since(at))
            case FallbackAnswered(contact, _, agent):
                self._offered(at, contact, agent)
                if (caller := self._with_agent(contact, agent)) and caller.phase == "offered":
                    caller.phase = "talking"
            case CallerTurnedAway(contact, queue):
                self._queued(at, contact, queue, at)
                self._back_in_menu(at, contact)
            case CallerSentOn(contact):
                self._back_in_menu(at, contact)
            case AgentStateChanged(agent, state):
                self._agent(agent).telephone = state
            case AgentPaused(agent) | AgentAutoPaused(agent):
                self._agent(agent).is_paused = True
            case AgentResumed(agent):
                self._agent(agent).is_paused = False
            case EngineStarted():
                self._engine_started()
            case _:
                pass  # menus, clocks and configuration do not show here

    def snapshot(self) -> Snapshot:
        """Return the board as it stands, queues and agents in the order they became known."""
        waiting: dict[str, list[WaitingCaller]] = {queue: [] for queue in self._queues}
        for contact, caller in self._contacts.items():
            if caller.phase in {"waiting", "offered"}:
                waiting[caller.queue].append(WaitingCaller(contact, caller.since, caller.agent))
        return Snapshot(
            seq=self._seq,
            at=self._at,
            totals=self._all.totals(offered=sum(count.entered for count in self._queues.values())),
            queues=tuple(
                QueueView(
                    queue,
                    tuple(sorted(waiting[queue], key=lambda caller: caller.since)),
                    count.totals(offered=count.entered),
                )
                for queue, count in self._queues.items()
            ),
            agents=tuple(self._agent_view(name, agent) for name, agent in self._agents.items()),
            in_menu=sum(caller.phase == "menu" for caller in self._contacts.values()),
        )

    def _queued(self, at: float, contact: str, queue: str, since: float) -> None:
        caller = self._contacts.get(contact)
        if caller is None:
            return
        count = self._queues.setdefault(queue, _Count())
        if caller.first_queue is None:
            caller.first_queue, caller.since = queue, since
            count.entered += 1
        self._part(at, caller)
        caller.phase, caller.queue, caller.since = "waiting", queue, min(caller.since, since)

    def _back_in_menu(self, at: float, contact: str) -> None:
        if caller := self._contacts.get(contact):
            self._part(at, caller)
            caller.phase, caller.queue = "menu", ""

    def _offered(self, at: float, contact: str, name: str) -> None:
        caller = self._contacts.get(contact)
        if caller is None or caller.phase != "waiting":
            return
        agent = self._agent(name)
        if agent.contact is not None:  # Asterisk's own queue may connect whom we ring
            other = self._contacts[agent.contact]
            self._part(at, other)
            if other.phase == "offered":
                other.phase = "waiting"
        caller.phase, caller.agent = "offered", name
        agent.contact, agent.since = contact, at

    def _ended(self, at: float, contact: str, outcome: Outcome) -> None:
        caller = self._contacts.pop(contact, None)
        if caller is None:
            return
        self._part(at, caller)
        self._all.ended[outcome] += 1
        if caller.first_queue is not None:
            self._queues[caller.first_queue].ended[outcome] += 1

    def _engine_started(self) -> None:
        """Forget what the engine reads anew; who was on the line is so until the stream says otherwise."""
        for agent in self._agents.values():
            agent.telephone = TelephoneState.UNREACHABLE
            agent.is_paused = False

    def _officer(self, contact: str, event: OfficerCalled | OfficerAnswered | OfficerFailed) -> None:
        """Follow a caller to an officer, who has no place on the board."""
        caller = self._contacts.get(contact)
        if caller is None:
            return
        match event:
            case OfficerCalled():
                caller.phase = "handed"
            case OfficerAnswered():
                caller.phase = "talking"
            case OfficerFailed() if not caller.queue:
                caller.phase = "menu"
            case _:
                pass  # the caller's place in a queue comes next

    def _with_agent(self, contact: str, agent: str) -> _Contact | None:
        caller = self._contacts.get(contact)
        return caller if caller is not None and caller.agent == agent else None

    def _part(self, at: float, caller: _Contact) -> None:
        """Free the agent whom the caller is offered to or talks with, if any."""
        if caller.agent is not None:
            agent = self._agents[caller.agent]
            agent.contact, agent.since = None, at
            caller.agent = None

    def _agent(self, name: str) -> _Agent:
        agent = self._agents.get(name)
        if agent is None:
            agent = self._agents[name] = _Agent()
        return agent

    def _agent_view(self, name: str, agent: _Agent) -> AgentView:
        work: AgentWork = "idle"
        if agent.contact is not None:
            work = "talking" if self._contacts[agent.contact].phase == "talking" else "offered"
        return AgentView(name, agent.telephone, agent.is_paused, work, agent.contact, agent.since)
