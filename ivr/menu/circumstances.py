"""What is so at the moment, beside the menu itself: the time, overrides of opening hours, crisis messages.

Owns the words of it. Must not know menus, files or clocks: whoever steps a menu passes the moment in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.menu.hours import Override
    from ivr.menu.texts import Prompt


def is_over(until: float | None, at: float) -> bool:
    """Tell whether what ends at `until` (None: not by itself) is over at `at`, both in UTC seconds."""
    return until is not None and until <= at


@dataclass(frozen=True, slots=True)
class Crisis:
    """A message to everybody who phones about the same event, of a whole number or of one queue."""

    id: str
    prompts: Mapping[str, Prompt]  # by language; who has another hears the first
    queue: str = ""  # heard by those who come to this queue; empty: by everybody who phones
    since: float = 0.0  # UTC seconds
    until: float | None = None  # None: until it is switched off
    owner: str = ""
    is_drill: bool = False  # heard in rehearsals only

    def said_in(self, languages: Sequence[str]) -> tuple[Prompt, ...]:
        """Return what callers hear in these languages: the first of the texts if it is in none of them."""
        said = tuple(self.prompts[language] for language in languages if language in self.prompts)
        return said or (next(iter(self.prompts.values())),)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a number until further notice."""

    overrides: Mapping[str, Override] = field(default_factory=dict)  # by the hours' id
    crises: tuple[Crisis, ...] = ()


NOTHING = Standing()


class Moment(NamedTuple):
    """When a menu is stepped, and what is so then."""

    at: float  # UTC seconds, as calendars go
    standing: Standing = NOTHING
    is_rehearsal: bool = False

    def crises(self, queue: str = "") -> tuple[Crisis, ...]:
        """Return the crisis messages to be heard now: at a queue, or by everybody."""
        return tuple(
            crisis
            for crisis in self.standing.crises
            if crisis.queue == queue
            and crisis.since <= self.at
            and not is_over(crisis.until, self.at)
            and (self.is_rehearsal or not crisis.is_drill)
        )
