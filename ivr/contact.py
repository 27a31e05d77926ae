"""One citizen's call as the core sees it, and the tasks that it gives the caller's session.

Owns the words for what a contact is doing. Changed by the core only; everybody else reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from ivr.menu.commands import Ask, Enqueue, Listen, Run, Say
from ivr.menu.machine import outcome_of_hang_up
from routing.events import CallerQueued, OfferAnswered, OfficerAnswered, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.commands import Command, State, Step
    from ivr.menu.number import Number
    from routing.events import ContactCarried, EndedBy, Stage


OFFICER_RING_S = 30.0  # an officer who has not answered by then is away


class Phase(StrEnum):
    """What a contact is doing; also the value of VAXEL_PHASE that the dialplan branches on."""

    MENU = "menu"
    WAITING = "waiting"
    OFFERED = "offering"
    HANDED = "handed"  # an officer is rung, to whom somebody hands the caller
    TALKING = "talking"
    FALLBACK = "fallback"  # in Asterisk's own queue
    LEAVING = "done"


@dataclass(frozen=True, slots=True)
class Wait:
    """Let the caller wait under music until the core says otherwise."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the agent for at most `ring_s` seconds and connect them when they answer."""

    agent: str
    ring_s: float


@dataclass(frozen=True, slots=True)
class Reach:
    """Ring the officer for at most `ring_s` seconds and connect the caller who is handed over."""

    officer: str
    ring_s: float


@dataclass(frozen=True, slots=True)
class Leave:
    """Say nothing more and hang up."""


Task: TypeAlias = Ask | Listen | Say | Run | Wait | Ring | Reach | Leave


PHASES: Mapping[Stage, Phase] = {
    "menu": Phase.MENU,
    "waiting": Phase.WAITING,
    "offered": Phase.OFFERED,
    "handed": Phase.HANDED,
    "talking": Phase.TALKING,
    "fallback": Phase.FALLBACK,
    "leaving": Phase.LEAVING,
}


class Contact:
    """One citizen's call, as far as the core needs it. Changed by the core only."""

    __slots__ = (
        "agent", "answered", "away", "chosen", "ended_by", "helped", "id", "met_at", "number", "outcome",
        "phase",
        "queued", "state", "task", "withdrawn",
    )  # fmt: skip

    def __init__(self, contact: str, number: Number, state: State) -> None:
        self.id = contact
        self.number = number
        self.state = state
        self.phase = Phase.MENU
        self.task: Task = Leave()
        self.chosen: CallerQueued | None = None  # the queue to enter when its prompt has been said
        self.queued: CallerQueued | None = None  # the place in a queue, from the first on
        self.away = False  # from an earlier run, or in Asterisk's own queue: no session of ours, no place
        self.agent: str | None = None  # offered to or talking with; or the officer
        self.answered = False  # has talked with somebody
        self.helped = Outcome.CONNECTED_DIRECTLY  # what that counts as, unless it came of a queue
        self.met_at: float | None = None  # UTC second: when the present or last talk began
        self.withdrawn = False  # we take the present offer back: what comes of it is our doing
        self.outcome: Outcome | None = None  # settled before the caller's channel ends
        self.ended_by: EndedBy = "caller"

    @classmethod
    def carried(cls, event: ContactCarried, number: Number, then: Step) -> Contact:
        """Know a contact of an earlier run; a caller without a talk is away until they come back.

        `then` is what follows in the menu when they come back to it.
        """
        contact = cls(event.contact, number, then.state)
        contact.agent, contact.outcome, contact.ended_by = event.agent, event.outcome, event.ended_by
        contact.phase, contact.answered = PHASES[event.stage], event.answered
        contact.met_at = event.met_at
        contact.away = contact.phase in {Phase.MENU, Phase.WAITING, Phase.FALLBACK}
        if event.queue is not None and event.since is not None:
            contact.queued = CallerQueued(contact.id, event.queue, event.since)
            contact.helped = Outcome.ANSWERED
        if contact.phase is Phase.MENU:
            contact.begin_away(then.command, event.since)
        elif contact.phase is Phase.HANDED and event.agent is not None:
            contact.task = Reach(event.agent, OFFICER_RING_S)
        return contact

    def begin_away(self, command: Command, since: float | None) -> None:
        """Be away in the menu; `command` is what is performed once the caller is with us."""
        self.away = True
        match command:
            case Ask() | Say():
                self.task = command
            case Enqueue(queue=queue) if since is not None:
                self.chosen = CallerQueued(self.id, queue, since)
            case _:
                pass  # there is nothing to perform before the contact's next input

    @property
    def is_missing(self) -> bool:
        """Whether the caller has a place in a queue and is not back yet from an earlier run."""
        has_chosen = self.phase is Phase.MENU and self.chosen is not None
        return self.away and (has_chosen or self.phase is Phase.WAITING)

    @property
    def has_talked(self) -> bool:
        """Whether the caller talks with somebody, or did a moment ago and has not been let go otherwise."""
        left = self.phase is Phase.LEAVING and self.outcome in {Outcome.ANSWERED, Outcome.CONNECTED_DIRECTLY}
        return left or self.phase is Phase.TALKING

    @property
    def rings(self) -> bool:
        """Whether a telephone rings for the caller: an agent's, or an officer's."""
        return self.phase is Phase.OFFERED or self.phase is Phase.HANDED

    def answer(self, when: float | None) -> OfferAnswered | OfficerAnswered:
        """Return that the telephone which rings was answered; `when` as the events have it."""
        answered = OfferAnswered if self.phase is Phase.OFFERED else OfficerAnswered
        return answered(self.id, self.agent or "", when)

    @property
    def may_wait(self) -> bool:
        """Whether the caller may come to a queue: unless the menu, or we, let them go for good."""
        return self.phase is not Phase.LEAVING or self.has_talked

    def reach(self, officer: str) -> None:
        """Let an officer's telephone ring."""
        self.phase, self.agent, self.task = Phase.HANDED, officer, Reach(officer, OFFICER_RING_S)

    def wait(self) -> None:
        """Wait in a queue, with nobody."""
        self.phase, self.task, self.agent = Phase.WAITING, Wait(), None

    def talk(self, agent: str, at: float) -> None:
        """Talk with an agent or an officer, since UTC second `at`.

        Whoever comes to us during or after the talk, by whatever way, has been helped.
        """
        self.phase, self.task, self.agent, self.answered = Phase.TALKING, Leave(), agent, True
        self.met_at = at
        if self.queued is not None:
            self.helped = Outcome.ANSWERED

    def leave(self, outcome: Outcome, by: EndedBy) -> None:
        """Be done, with what it came to settled: the caller's channel ends next."""
        self.phase, self.task, self.outcome, self.ended_by = Phase.LEAVING, Leave(), outcome, by

    def came_to(self, lost_by: EndedBy | None) -> Outcome:
        """Return what the contact came to, now that its channel has ended; `lost_by`: it was cut off."""
        if self.outcome is not None:
            return self.outcome
        if self.answered:
            return self.helped
        match self.phase:
            case Phase.TALKING:
                return self.helped
            case Phase.MENU | Phase.HANDED | Phase.LEAVING:
                if lost_by is not None:
                    return Outcome.LOST_IN_MENU
                return outcome_of_hang_up(self.number.menu, self.state)
            case Phase.WAITING | Phase.OFFERED | Phase.FALLBACK:
                if lost_by is None:
                    return Outcome.INFORMED if self.state.walk.is_informed else Outcome.ABANDONED
                return Outcome.PBX_LOST if lost_by == "pbx" else Outcome.ENGINE_LOST
            case _:
                assert_never(self.phase)
