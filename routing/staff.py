"""All agents: what each is doing, and the lines that count on them.

Owns the desks, and that each queue's line always knows who is free, how many are in which condition, and
which rings are empty. An agent's change costs as much as they have queues, however many there are of either.
Knows no callers; it says which lines must be looked at again.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from routing.desk import AWAY, COOL_DOWN, FREE, WRAP_UP, Desk, Seat
from routing.events import TelephoneState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routing.line import Line


class Staff:
    """Everybody who answers. `stirred` are the lines in which somebody may be served now who could not be."""

    def __init__(self, agents: Iterable[str]) -> None:
        self.desks = {agent: Desk(agent) for agent in agents}
        self.stirred: dict[Line, None] = {}
        self._resting: list[tuple[float, str]] = []  # heap of (ready at, agent)

    def sit(self, agents: Iterable[str], lines: Mapping[str, Line], at: float) -> None:
        """Give everybody their places in these new lines, at UTC second `at`; who is new gets a desk."""
        for agent in agents:
            if agent not in self.desks:
                self.desks[agent] = Desk(agent)
        for desk in self.desks.values():
            desk.seats = ()
        seats: dict[str, list[Seat]] = {}
        for line in lines.values():
            for ring, falling_level, agent in line.seats:
                seats.setdefault(agent, []).append(Seat(line, ring, falling_level))
        for agent, theirs in seats.items():
            desk = self.desks[agent]
            desk.seats = tuple(theirs)
            # As if they had come just now: the lines have counted nobody yet.
            desk.condition, desk.is_logged_in, desk.is_available = AWAY, False, False
            for line, ring, _ in theirs:
                line.counts[ring][AWAY] += 1
            self.settle(at, desk)

    def wake(self, at: float) -> None:
        """End the rests that are over by UTC second `at`."""
        resting = self._resting
        while resting and resting[0][0] <= at:
            self.settle(at, self.desks[heappop(resting)[1]])

    def next_ready(self) -> float | None:
        """Return when the next rest ends, UTC seconds, or None."""
        resting = self._resting
        while resting:
            ready_at, agent = resting[0]
            desk = self.desks[agent]
            if desk.ready_at == ready_at and desk.condition in {WRAP_UP, COOL_DOWN}:
                return ready_at
            heappop(resting)  # something else has come between; if it rests again, it is put here again
        return None

    def release(self, at: float, desk: Desk, rest_s: float, rests: int) -> None:
        """Let an agent go from a contact; they rest first. `rests`: WRAP_UP or COOL_DOWN."""
        desk.contact, desk.is_talking = None, False
        desk.ready_at, desk.rests = at + rest_s, rests
        self.settle(at, desk)

    def settle(self, at: float, desk: Desk) -> None:
        """Let the agent's lines know what they are doing now."""
        now, before = desk.condition_at(at), desk.condition
        if before == FREE and (now != FREE or desk.free_since != desk.idle_since):
            for line, ring, falling_level in desk.seats:
                line.leaves(ring, falling_level, desk)
            before_was_free = False
        else:
            before_was_free = before == FREE
        if now != before:
            desk.condition = now
            if now in (WRAP_UP, COOL_DOWN):
                heappush(self._resting, (desk.ready_at, desk.agent))
            for line, ring, _ in desk.seats:
                line.changed(ring, before, now)
        if now == FREE and not before_was_free:
            desk.free_since = desk.idle_since
            for line, ring, falling_level in desk.seats:
                line.joins(ring, falling_level, desk)
                if line.size:
                    self.stirred[line] = None
        self._count(desk)

    def _count(self, desk: Desk) -> None:
        is_logged_in = desk.state is not TelephoneState.UNREACHABLE
        if is_logged_in is not desk.is_logged_in:
            desk.is_logged_in = is_logged_in
            for line, _, _ in desk.seats:
                line.logged_in += 1 if is_logged_in else -1
        is_available = is_logged_in and not desk.is_paused
        if is_available is not desk.is_available:
            desk.is_available = is_available
            by, queues = 1 if is_available else -1, len(desk.seats)
            for line, ring, _ in desk.seats:
                if line.becomes_available(ring, queues, by) and line.size:
                    self.stirred[line] = None
