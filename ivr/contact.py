"""One citizen's call as the core sees it, and the tasks that it gives the caller's session.

Owns the words for what a contact is doing. Changed by the core only; everybody else reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from ivr.menu.machine import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.machine import State
    from ivr.menu.number import Number
    from routing.events import CallerQueued, EndedBy, Outcome, Stage


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


Task: TypeAlias = Ask | Say | Wait | Ring | Reach | Leave


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
        "agent", "answered", "away", "chosen", "ended_by", "id", "number", "outcome", "phase", "queued",
        "state", "task", "withdrawn",
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
        self.withdrawn = False  # we take the present offer back: what comes of it is our doing
        self.outcome: Outcome | None = None  # settled before the caller's channel ends
        self.ended_by: EndedBy = "caller"
