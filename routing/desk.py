"""What each contact and each agent is doing, as the router sees it.

Owns these two small states. Changed by the router only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from routing.events import Condition, TelephoneState

if TYPE_CHECKING:
    from routing.line import Lane, Line, Waiting

MOST_UNANSWERED = 2  # offers in a row that an agent may leave unanswered before we pause them

# By place, because they are counted in lists; `routing.events.Considered` has the same order.
CONDITIONS = (
    Condition.FREE,
    Condition.OFFERED,
    Condition.TALKING,
    Condition.BUSY,
    Condition.WRAP_UP,
    Condition.COOL_DOWN,
    Condition.PAUSED,
    Condition.AWAY,
)
FREE, OFFERED, TALKING, BUSY, WRAP_UP, COOL_DOWN, PAUSED, AWAY = range(len(CONDITIONS))

Phase: TypeAlias = Literal["waiting", "offered", "talking"]


class Engagement:
    """What one contact is doing: waiting in a lane, offered to an agent, or talking."""

    __slots__ = ("agent", "kept_until", "lane", "phase", "place")

    def __init__(
        self, place: Waiting, lane: Lane, phase: Phase = "waiting", agent: str | None = None
    ) -> None:
        self.place = place
        self.lane = lane  # where they wait, or waited last
        self.phase: Phase = phase
        self.agent = agent
        self.kept_until: float | None = None  # UTC second: for one agent, in a lane of its own


class Seat(NamedTuple):
    """An agent's place among those who answer a queue."""

    line: Line
    ring: int
    falling_level: int


class Desk:
    """What one agent is doing: the telephone's state, and our own reservation of it."""

    __slots__ = (
        "agent", "condition", "contact", "free_since", "idle_since", "is_available", "is_logged_in",
        "is_paused", "is_talking", "ready_at", "rests", "seats", "state", "unanswered",
    )  # fmt: skip

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.state = TelephoneState.UNREACHABLE
        self.is_paused = False
        self.contact: str | None = None  # offered to or talking with
        self.is_talking = False  # with that contact
        self.ready_at = 0.0  # UTC second: wrap-up or cool-down lasts until then
        self.rests = WRAP_UP  # which of the two
        self.idle_since = 0.0
        self.unanswered = 0  # offers in a row
        self.seats: tuple[Seat, ...] = ()
        # As the lines have counted it.
        self.condition = AWAY
        self.free_since = 0.0
        self.is_logged_in = False
        self.is_available = False  # logged in and not paused, whatever else

    def condition_at(self, at: float) -> int:
        """Return what the agent is doing at UTC second `at`."""
        if self.contact is not None:
            return TALKING if self.is_talking else OFFERED
        if self.state is TelephoneState.UNREACHABLE:
            return AWAY
        if self.is_paused:
            return PAUSED
        if self.state is not TelephoneState.FREE:
            return BUSY
        return FREE if self.ready_at <= at else self.rests
