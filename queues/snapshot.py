"""A snapshot of the live board: what a display shows.

Owns these immutable records, in the words of the call log. `queues.board` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.events import TelephoneState

AgentWork: TypeAlias = Literal["idle", "offered", "talking"]

LOST = (Outcome.LOST_IN_MENU, Outcome.ENGINE_LOST, Outcome.PBX_LOST)


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of contacts: `entered` = the sum of `outcomes` + `still_open`.

    `offered` are those who entered a queue: in a queue's own totals that is everybody.
    """

    entered: int
    offered: int
    outcomes: Mapping[Outcome, int]  # every outcome, also those at 0
    still_open: int

    @property
    def answered(self) -> int:
        """Contacts that talked with an agent."""
        return self.outcomes[Outcome.ANSWERED]

    @property
    def abandoned(self) -> int:
        """Contacts that hung up in a queue."""
        return self.outcomes[Outcome.ABANDONED]

    @property
    def self_served(self) -> int:
        """Contacts that a menu message answered."""
        return self.outcomes[Outcome.SELF_SERVED]

    @property
    def left_in_menu(self) -> int:
        """Contacts that hung up before any queue."""
        return self.outcomes[Outcome.LEFT_IN_MENU]

    @property
    def lost(self) -> int:
        """Contacts that we cut off, in the menu or while they waited."""
        return sum(self.outcomes[outcome] for outcome in LOST)

    def as_json(self) -> dict[str, int]:
        """Return the counts by the names of the call log, every outcome among them."""
        counts = {
            "entered": self.entered,
            "offered": self.offered,
            "open": self.still_open,
            "lost": self.lost,
        }
        return counts | {str(outcome): count for outcome, count in self.outcomes.items()}


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """One caller in a queue; `offered_to` is the agent whose telephone rings for them."""

    contact: str
    since: float  # UTC seconds; kept over moves between queues
    offered_to: str | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue: its callers, longest waiting first, and the contacts whose first queue it was."""

    queue: str
    waiting: tuple[WaitingCaller, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent: the telephone, and what they do for us with which contact, `since` when (UTC seconds)."""

    agent: str
    telephone: TelephoneState
    is_paused: bool
    work: AgentWork
    contact: str | None
    since: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The board after event `seq`, at that event's time `at` (UTC seconds)."""

    seq: int
    at: float
    totals: Totals
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]
    in_menu: int

    def as_json(self) -> dict[str, object]:
        """Return the totals with `by_queue`, as a demonstration prints them."""
        by_queue = {view.queue: view.totals.as_json() for view in self.queues}
        return {**self.totals.as_json(), "by_queue": by_queue}
