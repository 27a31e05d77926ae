"""One citizen's call as the core sees it, and the tasks that it gives the caller's session.

Owns the words for what a contact is doing. Changed by the core only; everybody else reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from ivr.menu.commands import Ask, Enqueue, Listen, Run, Say
from ivr.menu.machine import outcome_of_hang_up
from routing.events import CallerQueued, OfferAnswered, OfficerAnswered, Outcome, WayOut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.commands import Command, State, Step, Walk
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from queues.waiting.keptplaces import KeptPlace
    from routing.events import ContactCarried, EndedBy, Met, Stage


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
    """Let the caller wait under music until the core says otherwise. Only these keys are told."""

    keys: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """Say the prompts to a caller who waits; a key of `keys` ends that, and so does a new task."""

    prompts: tuple[Prompt, ...]
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """Ask a caller who waits whether `key` was meant; a key of `keys`, silence or a new task ends that."""

    key: str = field(repr=False)
    prompts: tuple[Prompt, ...]
    wait_s: float
    keys: str


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


Task: TypeAlias = Ask | Listen | Say | Run | Wait | Tell | Choose | Ring | Reach | Leave


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
        "agent", "answered", "away", "caller", "choices_told_at", "chosen", "ended_by", "group",
        "has_regained", "helped", "id", "is_back", "left_as", "met", "met_at", "number", "outcome", "phase",
        "queued", "refused_by", "regains", "since", "state", "task", "withdrawn",
    )  # fmt: skip

    def __init__(self, contact: str, number: Number, state: State) -> None:
        self.id = contact
        self.number = number
        self.state = state
        self.phase = Phase.MENU
        self.task: Task = Leave()
        self.chosen: CallerQueued | None = None  # the queue to enter when its prompt has been said
        self.queued: CallerQueued | None = None  # the place in a queue, or the last one
        self.since: float | None = None  # UTC second: when the waiting began, over all queues
        self.left_as: Outcome | None = None  # what it counts as that they left a queue unhelped
        self.refused_by: set[str] = set()  # queues that did not let them in
        self.caller: str | None = None  # the pseudonym
        self.group = ""  # of the number's list of callers
        self.met: tuple[Met, ...] = ()  # who helped them last, by queue
        self.regains: KeptPlace | None = None  # the place of a call that was cut off
        self.has_regained = False  # and has not been told so
        self.is_back = False  # has it: once
        self.choices_told_at: float | None = None  # UTC second: which keys there are while waiting
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
        contact.caller, contact.group = event.caller, event.group
        contact.away = contact.phase in {Phase.MENU, Phase.WAITING, Phase.FALLBACK}
        if event.queue is not None and event.since is not None:
            contact.queued = CallerQueued(contact.id, event.queue, event.since, event.points)
            contact.since = event.since
            contact.helped = event.outcome or Outcome.ANSWERED
            if contact.phase is not Phase.LEAVING:
                contact.outcome = None  # it is what they count as so far
        elif event.outcome is not None:
            contact.helped = event.outcome if event.answered else contact.helped
            if contact.phase is not Phase.LEAVING:
                contact.outcome = None
            if contact.phase is not Phase.LEAVING or event.outcome in {Outcome.ABANDONED, Outcome.OVERFLOWED}:
                # They have left a queue: that is what it counts as so far.
                contact.left_as, contact.since = event.outcome, event.since
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
    def walk(self) -> Walk:
        """What is remembered of the way through the menu."""
        return self.state.walk

    @property
    def language(self) -> str:
        """The language in which the caller is spoken to."""
        return self.state.walk.language

    @property
    def is_missing(self) -> bool:
        """Whether the caller has a place in a queue and is not back yet from an earlier run."""
        has_chosen = self.phase is Phase.MENU and self.chosen is not None
        return self.away and (has_chosen or self.phase is Phase.WAITING)

    @property
    def cut_off_from(self) -> CallerQueued | None:
        """The place that a caller loses whose call ends now, if it may be had back."""
        is_there = self.phase in {Phase.WAITING, Phase.OFFERED, Phase.FALLBACK}
        return self.queued if is_there and not self.is_back and not self.answered else None

    @property
    def has_talked(self) -> bool:
        """Whether the caller talks with somebody, or did a moment ago and has not been let go otherwise."""
        talked = self.outcome in {Outcome.ANSWERED, Outcome.CONNECTED_DIRECTLY}
        left = self.phase is Phase.LEAVING and (talked or (self.answered and self.outcome is self.helped))
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
        if self.queued is not None:
            self.helped = Outcome.ANSWERED
        elif self.left_as is not None and not self.answered:
            self.helped = self.left_as  # a queue has not answered them, whoever does now
        self.phase, self.task, self.agent, self.answered = Phase.TALKING, Leave(), agent, True
        self.met_at = at

    def turn_from(self, queue: str, way: WayOut, at: float) -> None:
        """Be sent on by a queue, or leave it with a key; whoever gives up from then on has left unhelped."""
        self.phase, self.agent, self.chosen, self.queued = Phase.MENU, None, None, None
        self.refused_by.add(queue)
        self.since = at if self.since is None else self.since
        self.left_as = Outcome.ABANDONED if way is WayOut.CHOSEN else Outcome.OVERFLOWED

    def leave(self, outcome: Outcome, by: EndedBy) -> None:
        """Be done, with what it came to settled: the caller's channel ends next."""
        self.phase, self.task, self.outcome, self.ended_by = Phase.LEAVING, Leave(), outcome, by

    def came_to(self, lost_by: EndedBy | None) -> Outcome:
        """Return what the contact came to, now that its channel has ended; `lost_by`: it was cut off."""
        if self.answered:  # whatever the menu says at its end to whom a queue has sent on since
            return self.helped if self.left_as is not None or self.outcome is None else self.outcome
        if self.left_as is not None and self.queued is None:
            return self.left_as if lost_by is None else _lost(lost_by)
        if self.outcome is not None:
            return self.outcome
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
                return _lost(lost_by)
            case _:
                assert_never(self.phase)


def _lost(by: EndedBy) -> Outcome:
    return Outcome.PBX_LOST if by == "pbx" else Outcome.ENGINE_LOST
