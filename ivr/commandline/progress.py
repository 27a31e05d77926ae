"""How far the speaking of texts has come, in as few lines as people need.

Owns when a line is due. Must not know what a text is.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 25  # texts a line
EVERY_S = 1.0  # or a second: nobody thinks that it stands still


class Progress:
    """Tell `done` of `of` now and then: `tell` gets lines, `now` gives seconds that only grow."""

    def __init__(
        self, tell: Callable[[str], object], before: str = "", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._before = before
        self._now = now
        self._told = 0
        self._told_at = now()

    def __call__(self, done: int, of: int) -> None:
        """Tell of it when a line is due, and at the end."""
        now = self._now()
        if done < self._told:
            self._told = 0  # of other texts
        if done < of and done - self._told < EVERY and now - self._told_at < EVERY_S:
            return
        self._told, self._told_at = done, now
        self._tell(f"{self._before}{done} of {of} spoken")
