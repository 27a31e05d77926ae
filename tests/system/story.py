"""One caller's contact, as the journal tells it: what tests on real Asterisk ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.events import CallArrived, CallEnded

if TYPE_CHECKING:
    from routing.events import Event, Recorded


@dataclass(frozen=True, slots=True)
class Story:
    """One contact from its arrival to its end, as the journal tells it."""

    caller: str
    events: tuple[Recorded, ...]

    @property
    def contact(self) -> str:
        """The contact's id."""
        arrival = self.events[0].event
        assert isinstance(arrival, CallArrived)
        return arrival.contact

    def of(self, kind: type[Event]) -> list[Event]:
        """Return the contact's events of one kind."""
        return [recorded.event for recorded in self.events if isinstance(recorded.event, kind)]

    def at(self, kind: type[Event]) -> float:
        """Return when the first event of that kind happened, UTC seconds."""
        return next(recorded.at for recorded in self.events if isinstance(recorded.event, kind))

    @property
    def ends(self) -> list[CallEnded]:
        """Every `CallEnded`: there must be one."""
        return [recorded.event for recorded in self.events if isinstance(recorded.event, CallEnded)]
