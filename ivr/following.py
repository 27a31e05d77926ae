"""The call log's follower, a process of its own: kept alive beside the engine.

Owns its start, its end and the pauses between. The call path never waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING, NoReturn

from queues.calllog.database import migrate
from queues.calllog.errors import CallLogError, DatabaseUnavailableError
from queues.calllog.follower import follower_command

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 2.0  # before it is started again, then twice as long each time
LAST_PAUSE_S = 60.0
END_S = 10.0  # what the follower gets to write down the rest when the engine stops


class Following:
    """Let a follower bring `database_url` up with the journal, for ever: `await following.keep()`."""

    def __init__(self, journal: Path, database_url: str) -> None:
        self._journal = journal
        self._database_url = database_url
        self._is_migrated = False

    async def keep(self) -> NoReturn:
        """Keep the follower's process alive; the call path does not wait for it.

        Raises `CallLogError` at once for an address that is none or a database of a newer version.
        """
        try:
            await asyncio.to_thread(self._migrate)
        except DatabaseUnavailableError as error:
            log.error("%s; calls are answered all the same", error)  # noqa: TRY400  # the error says all
        loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while True:
            began = loop.time()
            why = await self._follow()
            if loop.time() - began > LAST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            log.error("the call log's follower %s; starting it again in %g s", why, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LAST_PAUSE_S)

    async def _follow(self) -> str:
        """Let one follower run to its end and say how that came."""
        command, address = follower_command(self._journal, self._database_url)
        try:
            if not self._is_migrated:
                await asyncio.to_thread(self._migrate)
            process = await asyncio.create_subprocess_exec(*command, env=os.environ | address)
        except (CallLogError, OSError, RuntimeError) as error:  # RuntimeError: no thread can be started
            return f"could not be started: {error}"
        try:
            return f"ended with status {await process.wait()}"
        finally:
            if process.returncode is None:
                await _end(process)

    def _migrate(self) -> None:
        migrate(self._database_url)
        self._is_migrated = True


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the follower; the journal keeps what it could not write down in time."""
    process.terminate()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
