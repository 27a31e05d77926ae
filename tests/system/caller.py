"""A citizen on the line in the tests: what they do, and what they see and hear of it.

Owns one call of one citizen and its record for the ledger. Knows nothing of engine or log.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from ivr.demo.dialog import Account
from ivr.demo.outcomes import Answered, Ended
from ivr.demo.sound import measure
from ivr.demo.telephone import Telephone

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.demo.call import Call
    from ivr.demo.sound import Hearing

ANSWER_S = 5.0  # Asterisk answers at once
END_S = 10.0


class Caller:
    """One call: `async with Caller(number, server, called) as caller: …` phones, and hangs up in the end."""

    def __init__(self, number: str, server: tuple[str, int], called: str, *, listens: bool = True) -> None:
        self.number = number
        self.called = called
        self._telephone = Telephone(Account(number, "", server), listens=listens)
        self._call: Call | None = None
        self.began_at = 0.0  # UTC seconds
        self.ended_at: float | None = None
        self._left = False
        self._forget: Callable[[], object] = bool

    async def __aenter__(self) -> Self:
        await self.phone()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    @property
    def call(self) -> Call:
        """The call, once placed."""
        assert self._call is not None, "has not phoned yet"
        return self._call

    @property
    def was_cut_off(self) -> bool:
        """Whether the other side ended the call."""
        return self.call.is_over and not self._left

    async def phone(self) -> None:
        """Phone; return when Asterisk has answered."""
        await self._telephone.open()
        self.began_at = time.time()
        self._call = self._telephone.place(self.called)
        self._forget = self._call.when_over
        self._call.when_over = self._note_end
        answered = await self._call.answered(ANSWER_S)
        assert isinstance(answered, Answered), answered

    async def press(self, keys: str, *, gap_s: float = 0.0) -> None:
        """Press keys."""
        assert await self.call.press(keys, gap_s=gap_s), "the keys were not taken"

    def heard(self, window_s: float) -> Hearing:
        """Measure what the last seconds sounded like."""
        return self.call.sound.heard(window_s)

    def longest_gap_s(self) -> float:
        """Measure the longest time without sound from the answer until the end, or until now."""
        answered, now = self.call.answered_at, asyncio.get_running_loop().time()
        assert answered is not None
        until = now if self.ended_at is None else now - (time.time() - self.ended_at)
        return measure(self.call.sound._frames, until, until - answered).longest_gap_s

    async def cut_off(self, within_s: float = END_S) -> None:
        """Wait until the other side hangs up."""
        ended = await self.call.ended(within_s)
        assert isinstance(ended, Ended), f"{self.number}: still connected after {within_s:g} s"

    async def leave(self) -> None:
        """Hang up, unless it is over."""
        if self._call is not None and not self._call.is_over:
            self._left = True
            await self._call.hang_up()
        await self._telephone.close()

    def _note_end(self) -> None:
        self.ended_at = time.time()
        self._forget()
