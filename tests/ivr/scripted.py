"""Scripts on a fake channel, in real time: their threads know no virtual clock.

Owns the way from a channel to `run_script` and back. Must not know what is tested.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ivr.agi.server import FastAgiServer
from ivr.scripts.running import run_script

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ivr.agi.session import AgiSession
    from ivr.scripts.running import ScriptEnded, ScriptFunction
    from tests.fakes.fastagi import FakeChannel

LONG_S = 20.0  # never reached, unless a test fails


def call(channel: FakeChannel, on_call: Callable[[AgiSession], Awaitable[Any]]) -> Any:
    """Let `channel` call a server in real time, and return what `on_call` returns."""

    async def main() -> Any:
        ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def serve(session: AgiSession) -> None:
            try:
                ended.set_result(await on_call(session))
            except Exception as error:  # noqa: BLE001 - handed to the test
                ended.set_exception(error)

        async with FastAgiServer("127.0.0.1", 0, serve) as server, asyncio.timeout(LONG_S):
            await channel.connect("127.0.0.1", server.port)
            return await ended

    return asyncio.run(main())


async def started(
    session: AgiSession,
    function: ScriptFunction,
    values: Mapping[str, str] | None = None,
    *,
    limit_s: float = LONG_S,
    withheld: bool = False,
    on_command: Callable[[float], Awaitable[None]] | None = None,
    max_threads: int = 30,
) -> ScriptEnded:
    return await run_script(
        session,
        function,
        values or {},
        name="tax:main",
        limit_s=limit_s,
        withheld=withheld,
        on_command=on_command,
        max_threads=max_threads,
    )


def ended(channel: FakeChannel, function: ScriptFunction, **how: Any) -> Any:
    return call(channel, lambda session: started(session, function, **how))
