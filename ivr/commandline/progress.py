"""How far something that takes long has come, in as few lines as people need.

Owns when a line is due. Must not know what is done: the speaking of texts, unless it is told.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 25  # texts a line
EVERY_S = 1.0  # or a second: nobody thinks that it stands still


class Progress:
    """Tell `done` of `of` now and then: `tell` gets lines, `now` gives seconds that only grow.

    A line comes after `every` more of them, or after a second. `after` is what has been done with them.
    """

    def __init__(
        self,
        tell: Callable[[str], object],
        before: str = "",
        now: Callable[[], float] = time.monotonic,
        *,
        after: str = "spoken",
        every: int = EVERY,
    ) -> None:
        self._tell = tell
        self._before = before
        self._after = after
        self._every = every
        self._now = now
        self._told = 0
        self._told_at = now()

    def __call__(self, done: int, of: int) -> None:
        """Tell of it when a line is due, and at the end."""
        now = self._now()
        if done < self._told:
            self._told = 0  # of other texts
        if done < of and done - self._told < self._every and now - self._told_at < EVERY_S:
            return
        self._told, self._told_at = done, now
        self._tell(f"{self._before}{done} of {of} {self._after}")
