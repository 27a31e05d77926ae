"""A sound that is being played: which of its prompts have begun, and how much of them was heard.

Owns the telling of that. Must not know commands; time is passed in.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.prompts import Said
from ivr.proving.course import beginning
from ivr.telephone.happenings import Begun, Spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.telephone.happenings import Happening
    from ivr.telephone.sounds import Heard

WHOLE_S: Final = 0.001  # closer than this, two moments are one, as in trials of scenarios
CUT: Final = "…"


class _Current(NamedTuple):
    begun_s: float
    length_s: float
    said: Said


class Playing:
    """What is heard now; `tell` hears of each prompt as it begins, and when it is over."""

    def __init__(self, tell: Callable[[Happening], None]) -> None:
        self._tell = tell
        self._coming: deque[_Current] = deque()
        self._current: _Current | None = None

    @property
    def next_s(self) -> float:
        """When the next prompt begins; infinite when none does."""
        return self._coming[0].begun_s if self._coming else inf

    def start(self, now_s: float, heard: Heard) -> float:
        """Begin to play a sound; return when it will be over."""
        self.stop(now_s)
        self._coming.extend(_Current(now_s + part.begins_s, part.length_s, part.said) for part in heard.parts)
        return now_s + heard.length_s

    def go_on(self, now_s: float) -> None:
        """Let the next prompt begin."""
        self._finish(now_s)
        self._current = self._coming.popleft()
        self._tell(Begun(self._current.begun_s, self._current.said))

    def stop(self, now_s: float) -> None:
        """Play nothing any more."""
        self._coming.clear()
        self._finish(now_s)

    def _finish(self, now_s: float) -> None:
        current, self._current = self._current, None
        if current is None:
            return
        heard_s = now_s - current.begun_s
        if heard_s >= current.length_s - WHOLE_S:
            self._tell(Spoken(current.begun_s, current.said))
            return
        said = current.said
        text = beginning(said.text, heard_s / current.length_s) + CUT
        self._tell(Spoken(current.begun_s, Said(said.language, said.name, text), is_cut=True))
