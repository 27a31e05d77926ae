"""An event loop whose clock jumps to the next timer when no socket has anything to say.

Sockets on loopback are real: what was written is there at once, so time only passes when everybody waits.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

from ivr.agi.server import FastAgiServer

if TYPE_CHECKING:
    from ivr.agi.session import AgiSession
    from tests.fakes.fastagi import FakeChannel

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Poll; when nothing is ready, let `timeout` have passed."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("everybody waits and no timer runs: this would hang for ever")
        self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Keep time by jumps."""

    def __init__(self) -> None:
        self.clock = _JumpingSelector()
        super().__init__(self.clock)

    def time(self) -> float:
        """Return virtual seconds."""
        return self.clock.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def now() -> float:
    """Return the running loop's virtual seconds."""
    return asyncio.get_running_loop().time()


def call(channel: FakeChannel, on_call: Callable[[AgiSession, FakeChannel], Awaitable[T]]) -> T:
    """Let `channel` call a server and return what `on_call` returns, or raise what it raises."""

    async def main() -> T:
        ended: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def serve(session: AgiSession) -> None:
            try:
                ended.set_result(await on_call(session, channel))
            except Exception as error:  # noqa: BLE001 - handed to the test
                ended.set_exception(error)

        async with FastAgiServer("127.0.0.1", 0, serve) as server:
            await channel.connect("127.0.0.1", server.port)
            return await ended

    return run(main())
