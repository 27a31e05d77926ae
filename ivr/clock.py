"""The engine's time: the wall clock at the start plus the monotonic clock since.

Owns how the engine tells the time and how it notices that somebody moved the machine's clock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_S = 0.5  # a wall clock further off than this was moved; time servers slew smaller errors away


class EngineClock:
    """Tell UTC seconds that never jump within a run.

    Durations stay right when the machine's clock is set; `step_s` tells by how much it was.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._seen_offset = self._offset

    def now(self) -> float:
        """Return UTC seconds since 1970, to the microsecond."""
        return round(self._monotonic() + self._offset, 6)

    def wall_ago_s(self, wall_s: float) -> float:
        """Return how many seconds ago a UTC second of the machine's clock was, as that is set now."""
        return self._wall() - wall_s

    def of_wall(self, wall_s: float) -> float:
        """Return the engine's time for a UTC second of the machine's clock, as that is set now."""
        ahead_s = self._wall() - self.now()
        return wall_s if abs(ahead_s) < STEP_S else round(wall_s - ahead_s, 6)

    def step_s(self) -> float | None:
        """Return by how many seconds the wall clock was moved since the last call, or None."""
        offset = self._wall() - self._monotonic()
        moved = offset - self._seen_offset
        if abs(moved) < STEP_S:
            return None
        self._seen_offset = offset
        return round(moved, 3)
