"""Waits at chosen moments, for the tests of what ends them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.fastagi import FakeChannel

if TYPE_CHECKING:
    from ivr.agi.outcomes import Waited
    from ivr.agi.session import AgiSession


async def waiting(session: AgiSession, channel: FakeChannel, after_s: float = 1.0) -> asyncio.Task[Waited]:
    """Begin a wait that Asterisk has taken."""
    wait = asyncio.get_running_loop().create_task(session.wait_for_digit(10))
    await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
    await asyncio.sleep(after_s)
    return wait


async def answer_read(session: AgiSession) -> None:
    """Return when the answer has been read and its task has not yet been resumed."""
    while session._connection._future is not None:
        await asyncio.sleep(0)


class Slow(FakeChannel):
    """A channel whose Asterisk reads late: what has come meanwhile is read together with the first line."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep = False

    def data_received(self, data: bytes) -> None:
        self._socket += data
        if not self.asleep:
            self._go_on()

    def wake(self) -> None:
        self.asleep = False
        self._go_on()
