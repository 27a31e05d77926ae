"""What a journal tells of demand: who came to which queue, how long they waited and talked, who was there.

Owns the fold from recorded events to entries, to the agents' hours, and to what came of ringing them. An
*entry* is one caller's coming to one queue: who is handed over to another queue makes a second one. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallEnded,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    EngineStarted,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    TalkEnded,
    TelephoneState,
    WayOut,
    true_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.events import Recorded, Rule

Outcome: TypeAlias = Literal["answered", "abandoned", "sent on", "lost", "open"]
Presence: TypeAlias = AgentStateChanged | AgentPaused | AgentResumed

NOT_THEIRS = frozenset({OfferFailure.WITHDRAWN, OfferFailure.CALLER_GONE})
"""Ends of ringing that say nothing of the agent."""

NOT_OURS = frozenset({WayOut.CHOSEN, WayOut.CLOSED})
"""Ways out that no condition of a queue decides: taken after the same wait, whatever the policy."""


class Entry(NamedTuple):
    """One caller's coming to one queue; times are UTC seconds."""

    id: str
    queue: str
    at: float
    since: float  # that the order of callers goes by
    counts_from: float  # that the wait is measured from: `since` for a caller's first queue
    points: float
    last_agent: str
    outcome: Outcome
    left_at: float  # answered, hung up, sent on; or the end of what is known
    talk_s: float | None  # None: never talked
    has_talked_out: bool  # the talk's end is known
    rule: Rule | None  # by which they came to who answered
    follows: str  # the entry out of which they were sent on to this queue; empty: none
    leaves_anyway: bool  # sent on, for no condition of the queue

    @property
    def stayed_s(self) -> float:
        """How long they stayed in the queue, seconds."""
        return max(0.0, self.left_at - self.at)


class Ringing(NamedTuple):
    """What came of ringing an agent once; `failure` None: they answered, after `rang_s` seconds."""

    agent: str
    failure: OfferFailure | None
    rang_s: float


class Demand(NamedTuple):
    """Everything that a free run takes from history."""

    entries: tuple[Entry, ...]  # in the order they came
    presence: tuple[tuple[float, Presence], ...]  # logged in, paused, on calls of their own
    ringings: tuple[Ringing, ...]
    auto_pauses_s: tuple[float, ...]  # how long agents stayed away whom we had paused
    until: float  # the last event's time


def demand_of(events: Iterable[Recorded]) -> Demand:
    """Fold a journal's events."""
    fold = _Fold()
    for _, at, event in events:
        fold.take(at, event)
    return fold.done()


class _Open:
    """An entry that is not over, or whose talk is not."""

    def __init__(self, at: float, event: CallerQueued, number: int, follows: str) -> None:
        self.id = event.contact if number == 1 else f"{event.contact}#{number}"
        self.follows = follows
        self.leaves_anyway = False
        self.queued = event
        self.at = at
        self.counts_from = event.since if number == 1 else at
        self.offered_at = at
        self.agent: str | None = None  # offered to or talking with
        self.rule: Rule | None = None
        self.answered_at: float | None = None

    def entry(self, outcome: Outcome, at: float, talked_until: float | None) -> Entry:
        """Return the entry, left at UTC second `at`."""
        queued, answered = self.queued, self.answered_at
        talk_s = None
        if answered is not None:
            talk_s = max(0.0, (at if talked_until is None else talked_until) - answered)
        return Entry(
            self.id,
            queued.queue,
            self.at,
            queued.since,
            self.counts_from,
            queued.points,
            queued.last_agent,
            outcome,
            at if answered is None else answered,
            talk_s,
            talked_until is not None,
            self.rule,
            self.follows,
            self.leaves_anyway,
        )


class _Fold:
    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._numbers: dict[str, int] = {}
        self._sent_on: dict[str, str] = {}  # by contact: the entry out of which they came
        self._entries: list[tuple[float, int, Entry]] = []
        self._presence: list[tuple[float, Presence]] = []
        self._states: dict[str, TelephoneState] = {}
        self._paused: set[str] = set()
        self._auto_paused: dict[str, float] = {}
        self._auto_pauses_s: list[float] = []
        self._ringings: list[Ringing] = []
        self._engaged: dict[str, str] = {}  # agent: contact
        self._at = 0.0

    def take(self, at: float, event: object) -> None:
        """Take one event."""
        self._at = at
        match event:
            case CallerQueued():
                self._queued(at, event)
            case AgentOffered(contact, agent, rule=rule):
                if (entry := self._open.get(contact)) is not None:
                    entry.offered_at, entry.agent, entry.rule = at, agent, rule
                    self._engaged[agent] = contact
            case OfferFailed(contact, agent, cause):
                self._offer_failed(at, contact, agent, cause)
            case OfferAnswered(contact, agent) | FallbackAnswered(contact, _, agent):
                self._answered(true_time(at, event), contact, agent, by_us=isinstance(event, OfferAnswered))
            case TalkEnded(contact) | CallTransferred(contact):
                self._talk_ended(true_time(at, event), contact)
            case CallerTurnedAway(contact, queue):
                self._queued(at, CallerQueued(contact, queue, at))
                self._left(at, contact, "sent on")
            case CallerSentOn(contact, way_out=way):
                if (entry := self._open.get(contact)) is not None:
                    entry.leaves_anyway = way in NOT_OURS
                self._left(at, contact, "sent on")
            case CallerHungUp(contact):
                self._left(true_time(at, event), contact, "abandoned")
            case CallerLost(contact):
                self._left(true_time(at, event), contact, "lost")
            case CallEnded(contact):
                self._left(true_time(at, event), contact, "lost")  # if nothing else has told of it
                self._numbers.pop(contact, None)
                self._sent_on.pop(contact, None)
            case AgentStateChanged(agent, state):
                self._telephone_changed(at, agent, state)
            case AgentPaused(agent):
                self._pause(at, agent)
            case AgentAutoPaused(agent):
                self._auto_paused[agent] = at  # what came of the offers: a free run decides anew
            case AgentResumed(agent):
                self._resume(at, agent)
            case EngineStarted():
                self._restarted(at)
            case _:
                pass  # menus, officers, clocks

    def done(self) -> Demand:
        """Return what came together; who still waits or talks is known to do so until the last event."""
        for entry in tuple(self._open.values()):
            self._close(entry, "open" if entry.answered_at is None else "answered", self._at, None)
        self._auto_pauses_s += (self._at - since for since in self._auto_paused.values())
        entries = tuple(entry for _, _, entry in sorted(self._entries, key=lambda each: each[:2]))
        return Demand(
            entries, tuple(self._presence), tuple(self._ringings), tuple(self._auto_pauses_s), self._at
        )

    # --- callers ------------------------------------------------------------------------------------

    def _queued(self, at: float, event: CallerQueued) -> None:
        entry = self._open.get(event.contact)
        if entry is not None and entry.answered_at is None and entry.queued.queue == event.queue:
            self._let_go(entry)
            return  # back in the same place, after an absence of ours
        if entry is not None:
            self._left(at, event.contact, "sent on")
        number = self._numbers[event.contact] = self._numbers.get(event.contact, 0) + 1
        self._open[event.contact] = _Open(at, event, number, self._sent_on.pop(event.contact, ""))

    def _offer_failed(self, at: float, contact: str, agent: str, cause: OfferFailure) -> None:
        entry = self._open.get(contact)
        if entry is None or entry.agent != agent:
            return
        if cause not in NOT_THEIRS:
            self._ringings.append(Ringing(agent, cause, max(0.0, at - entry.offered_at)))
        self._let_go(entry)

    def _answered(self, at: float, contact: str, agent: str, *, by_us: bool) -> None:
        entry = self._open.get(contact)
        if entry is None or entry.answered_at is not None:
            return
        if by_us:
            self._ringings.append(Ringing(agent, None, max(0.0, at - entry.offered_at)))
        else:
            entry.rule = None
        self._let_go(entry)
        entry.agent, entry.answered_at = agent, at
        self._engaged[agent] = contact

    def _talk_ended(self, at: float, contact: str) -> None:
        entry = self._open.get(contact)
        if entry is not None and entry.answered_at is not None:
            self._close(entry, "answered", at, at)

    def _left(self, at: float, contact: str, outcome: Outcome) -> None:
        entry = self._open.get(contact)
        if entry is None:
            return
        if entry.answered_at is not None:
            self._close(entry, "answered", at, at)
        else:
            if outcome == "sent on":
                self._sent_on[contact] = entry.id
            self._close(entry, outcome, at, None)

    def _close(self, entry: _Open, outcome: Outcome, at: float, talked_until: float | None) -> None:
        self._let_go(entry)
        del self._open[entry.queued.contact]
        self._entries.append((entry.at, len(self._entries), entry.entry(outcome, at, talked_until)))

    def _let_go(self, entry: _Open) -> None:
        if entry.agent is not None and self._engaged.get(entry.agent) == entry.queued.contact:
            del self._engaged[entry.agent]
        entry.agent = None

    # --- agents -------------------------------------------------------------------------------------

    def _telephone_changed(self, at: float, agent: str, state: TelephoneState) -> None:
        """Tell what the telephone does but for us: a free run decides who rings it and when."""
        if state is not TelephoneState.UNREACHABLE and agent in self._engaged:
            state = TelephoneState.FREE
        elif state is TelephoneState.RINGING:
            state = TelephoneState.BUSY
        if self._states.get(agent, TelephoneState.UNREACHABLE) is not state:
            self._states[agent] = state
            self._presence.append((at, AgentStateChanged(agent, state)))

    def _pause(self, at: float, agent: str) -> None:
        if agent not in self._paused:
            self._paused.add(agent)
            self._presence.append((at, AgentPaused(agent)))

    def _resume(self, at: float, agent: str) -> None:
        if (since := self._auto_paused.pop(agent, None)) is not None:
            self._auto_pauses_s.append(at - since)
        if agent in self._paused:
            self._paused.discard(agent)
            self._presence.append((at, AgentResumed(agent)))

    def _restarted(self, at: float) -> None:
        """Know nobody's telephone, and nobody to pause, until the engine has heard of it anew."""
        for agent, state in self._states.items():
            if state is not TelephoneState.UNREACHABLE:
                self._presence.append((at, AgentStateChanged(agent, TelephoneState.UNREACHABLE)))
        self._states.clear()
        self._presence += ((at, AgentResumed(agent)) for agent in sorted(self._paused))
        self._paused.clear()
