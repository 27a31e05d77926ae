"""What the router waits for by time alone: the next ring of a lane's head, and the end of keeping a caller.

Owns two heaps and which of their entries still count: one whose caller is served or gone meanwhile is passed
over when it comes up. Decides nothing.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routing.desk import Engagement
    from routing.line import Lane


class Watches:
    """Times at which something is to be looked at again; UTC seconds."""

    def __init__(self) -> None:
        self._openings: list[tuple[float, int, int, Lane]] = []  # due, count, the head's order, lane
        self._keepings: list[tuple[float, int, Engagement]] = []  # until, count, who is kept
        self._count = 0  # no two entries are equal, and the first comes first

    def watch(self, at: float, lane: Lane) -> None:
        """Wait for the next ring of the lane's first caller, if there is one."""
        wanted: tuple[int, float] | None = None
        head = lane.head
        if head is not None and lane.held_for is None:
            line = lane.line
            ring = line.ring_by_time(at, head.since) + 1
            if ring < len(line.afters):
                wanted = head.order, head.since + line.afters[ring]
        # Also when nothing is wanted: an earlier entry may be passed over meanwhile, and be needed again.
        before, lane.watched = lane.watched, wanted
        if wanted is not None and wanted != before:
            self._count += 1
            heappush(self._openings, (wanted[1], self._count, wanted[0], lane))

    def keep(self, engagement: Engagement, until: float) -> None:
        """Wait for the end of keeping a caller for an agent."""
        self._count += 1
        heappush(self._keepings, (until, self._count, engagement))

    def opened(self, at: float) -> Iterator[Lane]:
        """Give each lane whose first caller has another ring open by UTC second `at`."""
        openings = self._openings
        while openings and openings[0][0] <= at:
            _, _, order, lane = heappop(openings)
            head = lane.head
            if head is not None and head.order == order:
                yield lane

    def ended(self, at: float) -> Iterator[Engagement]:
        """Give each caller who is kept for nobody any more by UTC second `at`."""
        keepings = self._keepings
        while keepings and keepings[0][0] <= at:
            until, _, engagement = heappop(keepings)
            if engagement.kept_until == until:
                yield engagement

    def next_due(self) -> float | None:
        """Return the first of all these times, or None."""
        openings, keepings = self._openings, self._keepings
        while openings and ((head := openings[0][3].head) is None or head.order != openings[0][2]):
            heappop(openings)
        while keepings and keepings[0][2].kept_until != keepings[0][0]:
            heappop(keepings)
        if not openings:
            return keepings[0][0] if keepings else None
        return min(openings[0][0], keepings[0][0]) if keepings else openings[0][0]
