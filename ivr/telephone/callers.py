"""Who holds the telephone: their time, and what they do in it.

Owns the port `Caller`, the caller whose keys are known beforehand (in virtual time) and the one who types (in
real time). What a script of actions means is `ivr.proving.actions`'. Must not know AGI.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Final, Protocol

from ivr.proving.actions import HANG_UP, NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.proving.actions import Act

NO_MORE: Final = "no more"  # among what is typed: nothing more will be


class Caller(Protocol):
    """Whoever holds the telephone."""

    @property
    def now_s(self) -> float:
        """Seconds since the call was answered."""
        ...

    @property
    def is_done(self) -> bool:
        """Whether the caller will do nothing more."""
        ...

    def begin(self) -> None:
        """Note that the call was answered just now."""
        ...

    async def act(self, until_s: float, asked_s: float) -> str | None:
        """Let time pass until the caller acts, and return it: a key, `HANG_UP` or `NOTHING`.

        None when second `until_s` comes first. `asked_s`: when everything will have been said.
        """
        ...


class ScriptedCaller:
    """Does what is known beforehand, in virtual time: a wait takes none."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self._acts = acts
        self._done = 0
        self._acted_s = 0.0
        self.now_s = 0.0

    @property
    def is_done(self) -> bool:
        """Whether everything has been done."""
        return self._done == len(self._acts)

    def begin(self) -> None:
        """Begin at second 0."""

    async def act(self, until_s: float, asked_s: float) -> str | None:
        """Jump to the next act, or to `until_s`."""
        if not self.is_done:
            act = self._acts[self._done]
            due_s = asked_s if act.after_s is None else self._acted_s + act.after_s
            if due_s <= until_s and due_s < inf:
                self.now_s = self._acted_s = max(self.now_s, due_s)
                self._done += 1
                return act.does
        self.now_s = max(self.now_s, until_s)
        return None


class TypingCaller:
    """Types keys, at once and in real time. `typed` holds keys, `HANG_UP` or `NO_MORE`."""

    def __init__(self, typed: asyncio.Queue[str]) -> None:
        self._typed = typed
        self._began_s = 0.0
        self.is_done = False

    @property
    def now_s(self) -> float:
        """Seconds since the call was answered."""
        return asyncio.get_running_loop().time() - self._began_s

    def begin(self) -> None:
        """Note the time."""
        self._began_s = asyncio.get_running_loop().time()

    async def act(self, until_s: float, asked_s: float) -> str | None:
        """Wait for a key until `until_s`."""
        del asked_s  # a person presses whenever they like
        left_s = until_s - self.now_s
        if self.is_done:
            await asyncio.sleep(max(0.0, left_s))
            return None
        try:
            async with asyncio.timeout(max(0.0, left_s)):
                does = await self._typed.get()
        except TimeoutError:
            return None
        if does == NO_MORE:
            self.is_done = True
            return NOTHING
        return does


__all__ = ["HANG_UP", "NOTHING", "NO_MORE", "Caller", "ScriptedCaller", "TypingCaller"]
