"""A channel on which sounds last: what `STREAM FILE` does while it plays.

Owns keys, ends and cuts of a sound as Asterisk has them; the fake channel plays in no time. Must not know who
plays what.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.fastagi import FakeChannel

if TYPE_CHECKING:
    from collections.abc import Iterable


class Speech(FakeChannel):
    """A channel whose sounds each last so many seconds. Only escape keys end one."""

    def __init__(
        self, uniqueid: str = "c1", *, lasts_s: float = 10.0, keys: Iterable[str | None] = ()
    ) -> None:
        super().__init__(uniqueid, keys=keys, real_time=True)
        self.lasts_s = lasts_s
        self._escapes = ""

    def _perform(self, name: str, arguments: list[str]) -> None:
        if name != "STREAM FILE" or not self._play(arguments[0]):
            super()._perform(name, arguments)
            return
        self._escapes = arguments[1]
        self.running = name
        self._timer = asyncio.get_running_loop().call_later(self.lasts_s, self.expire)

    def expire(self) -> None:
        """Let the running command's time pass."""
        if self.running == "STREAM FILE":
            self._end("200 result=0 endpos=160")
        else:
            super().expire()

    def press(self, key: str) -> None:
        """Press one key."""
        if self.running != "STREAM FILE":
            super().press(key)
        elif key in self._escapes:
            self._end(f"200 result={ord(key)} endpos=80")
