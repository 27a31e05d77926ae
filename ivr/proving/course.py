"""The course of a tried call: all that happened in it, and where it came to.

Owns these values, and what is heard of a text that is cut off. Must not know how a call is tried, nor what
was expected of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never

from ivr.proving.scenario import WORDS, Aspect

if TYPE_CHECKING:
    from routing.events import EndedBy, Outcome


class Heard(NamedTuple):
    """The caller heard this; `is_cut`: and no more of it, because they did something."""

    at: float  # UTC seconds
    text: str
    language: str
    is_cut: bool = False


def beginning(text: str, part: float) -> str:
    """Return the whole words of about this part of a text: what was heard of it."""
    end = int(len(text) * part)
    begun = text[:end]
    return begun.rstrip() if text[end : end + 1].isspace() else begun.rpartition(" ")[0].rstrip()


class Pressed(NamedTuple):
    """The caller pressed a key; these are a scenario's keys, nobody's own."""

    at: float
    key: str


class What(StrEnum):
    """What else can happen to a tried call; each but silence and patience with its name."""

    SILENCE = "silence"
    LANGUAGE = "language"
    PATIENCE = "patience"
    QUEUE = "queue"
    AGENT = "agent"
    OFFICER = "officer"
    AWAY = "away"
    TALK = "talk"
    SCRIPT = "script"


class Came(NamedTuple):
    """Something else happened: `name` is whose queue, telephone, and so on."""

    at: float
    what: What
    name: str = ""


class Ended(NamedTuple):
    """The call is over."""

    at: float
    outcome: Outcome
    by: EndedBy


Happening: TypeAlias = Heard | Pressed | Came | Ended


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a scenario's call: all that happened, in order, and what it is judged by."""

    happened: tuple[Happening, ...]
    outcome: Outcome
    node: str
    language: str
    queue: str | None = None
    officer: str | None = None
    agent: str | None = None
    script: str | None = None

    @property
    def heard(self) -> tuple[Heard, ...]:
        """All that the caller heard."""
        return tuple(each for each in self.happened if isinstance(each, Heard))

    def found(self, aspect: Aspect) -> str | None:
        """Return what came of an aspect, in the words of `Scenario.expects`; None: nothing."""
        match aspect:
            case Aspect.ENDS:
                return WORDS.get(self.outcome, self.outcome)
            case Aspect.QUEUE:
                return self.queue
            case Aspect.OFFICER:
                return self.officer
            case Aspect.AGENT:
                return self.agent
            case Aspect.NODE:
                return self.node
            case Aspect.LANGUAGE:
                return self.language
            case Aspect.SCRIPT:
                return self.script
            case _:
                assert_never(aspect)
