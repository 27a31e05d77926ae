"""What is tried before a menu goes live: one call, what is so at its time, and what shall come of it.

Owns these values. Must not know files, nor how a call is tried.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.menu.commands import ScriptDone
    from ivr.proving.actions import Action

HoursWord: TypeAlias = Literal["open", "closed", "emergency"]

# How a tried call can end, in the words of menus. That Asterisk or we lose a caller cannot be tried.
ENDS: Mapping[str, Outcome] = {
    "self-served": Outcome.SELF_SERVED,
    "left in menu": Outcome.LEFT_IN_MENU,
    "out of hours": Outcome.OUT_OF_HOURS,
    "refused": Outcome.REFUSED,
    "informed": Outcome.INFORMED,
    "connected directly": Outcome.CONNECTED_DIRECTLY,
    "answered": Outcome.ANSWERED,
    "abandoned": Outcome.ABANDONED,
}
WORDS: Mapping[Outcome, str] = {outcome: word for word, outcome in ENDS.items()}


class Aspect(StrEnum):
    """What can be expected of a call."""

    QUEUE = "queue"  # that the caller came to last
    OFFICER = "officer"  # whose telephone rang last, answered or not
    AGENT = "agent"  # who was offered the caller first
    ENDS = "ends"  # what the call counts as, in the words of `ENDS`
    NODE = "node"  # of the menu: the last
    LANGUAGE = "language"  # in which the caller was spoken to last
    SCRIPT = "script"  # that had the caller last


@dataclass(frozen=True, slots=True)
class GivenCrisis:
    """A crisis message that stands: heard by everybody, or by those who come to `queue`."""

    texts: Mapping[str, str]  # by language
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What is so at the time of the call."""

    crises: tuple[GivenCrisis, ...] = ()
    hours: Mapping[str, HoursWord] = field(default_factory=dict)  # overridden, by the hours' id
    free: tuple[str, ...] = ()  # agents: their telephones are free, and they answer
    officers_answer: bool = True
    scripts: Mapping[str, ScriptDone] = field(default_factory=dict)  # what each returns; else nothing


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call. `path` and `line` say where it stands."""

    name: str
    path: Path
    line: int
    at: float  # UTC seconds: when the call is answered
    expects: Mapping[Aspect, str]
    to: str  # the called telephone number, E.164
    caller: str = field(default="mobile", repr=False)  # or "landline", "withheld", a telephone number (E.164)
    does: tuple[Action, ...] = ()
    given: Given = field(default_factory=Given)
    hears: tuple[str, ...] = ()  # parts of what is said, in this order
    does_not_hear: tuple[str, ...] = ()
