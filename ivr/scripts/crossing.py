"""The way of one script's commands from its thread to the event loop, and of their answers back.

Owns both sides' meeting: one command at a time, the limit on the script's time, and the end after which
nothing of the script reaches the session any more. Must not know pyst2 or which commands are allowed.

Not `asyncio.run_coroutine_threadsafe`: a coroutine that waits in a loop that then closes would never be
awaited, and its task could not be waited for.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.agi.codec import CODE_OK, Reply
from ivr.agi.errors import (
    AgiError,
    CommandOverdueError,
    RemoteProtocolError,
    SessionClosedError,
)
from ivr.agi.outcomes import Digits, HungUp
from ivr.agi.session import MARGIN_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession
    from ivr.scripts.commands import Command

    OnCommand: TypeAlias = Callable[[float], Awaitable[None]]

_NO_KEY: Final = Reply(CODE_OK, "0")
_FAILED = "-1"


class Crossing:
    """Carry one script's commands until `stop` or `finish`."""

    def __init__(
        self, session: AgiSession, name: str, *, limit_s: float, on_command: OnCommand | None
    ) -> None:
        """Begin in the event loop; the script's `limit_s` seconds run from here."""
        self._session = session
        self._name = name
        self._on_command = on_command
        self._loop = asyncio.get_running_loop()
        self._until = self._loop.time() + limit_s
        self._turn = threading.Lock()  # a script may have threads of its own
        self._lock = threading.Lock()  # between the end and a command that sets out
        self._stopped = False
        self._answer: concurrent.futures.Future[Reply | None] | None = None
        self._task: asyncio.Task[Reply | None] | None = None
        self._stoppable = False
        self.failure: AgiError | None = None  # why the session is closed, when the script learnt it first

    # --- in the script's thread -----------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether nothing of the script reaches the session any more."""
        return self._stopped

    @property
    def hung_up(self) -> bool:
        """Whether the session has lost its caller."""
        return self._session.hung_up

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._session.closed

    def ask(self, command: Command) -> Reply | None:
        """Send a command and wait for its answer; None when the caller has gone.

        Raises:
            concurrent.futures.CancelledError: the script was stopped.
            AgiError: as the session does.
            Exception: what `on_command` raises.
        """
        with self._turn:
            with self._lock:
                if self._stopped:
                    raise concurrent.futures.CancelledError
                answer: concurrent.futures.Future[Reply | None] = concurrent.futures.Future()
                self._answer = answer
                self._loop.call_soon_threadsafe(self._begin, command, answer)
            return answer.result()

    # --- in the event loop ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Let nothing more of the script reach the session; a running command is given up."""
        with self._lock:
            self._stopped = True
            answer = self._answer
        if self._task is not None:
            self._task.cancel()
        if answer is not None:
            answer.cancel()

    async def finish(self) -> None:
        """Stop, but wait for a running command that more bytes would not end.

        Giving such a one up would leave the session busy with it until it is closed as overdue.
        """
        with self._lock:
            self._stopped = True
        if self._task is not None and not self._stoppable:
            await asyncio.wait({self._task})
        self.stop()
        if self._task is not None:
            await asyncio.wait({self._task})

    def _begin(self, command: Command, answer: concurrent.futures.Future[Reply | None]) -> None:
        if answer.cancelled():
            return

        def ended(task: asyncio.Task[Reply | None]) -> None:
            self._task = None
            if task.cancelled():
                answer.cancel()
                return
            error = task.exception()
            if answer.cancelled():
                return
            if error is None:
                answer.set_result(task.result())
            else:
                answer.set_exception(error)

        self._stoppable = command.stoppable
        self._task = self._loop.create_task(self._send(command), name=f"script {self._name}: {command.name}")
        self._task.add_done_callback(ended)

    async def _send(self, command: Command) -> Reply | None:
        lasts_s = command.lasts_s
        if command.stoppable:  # the script's own limit ends it
            lasts_s = min(lasts_s, max(0.0, self._until - self._loop.time()))
        try:
            if self._on_command is not None:
                await self._on_command(lasts_s)
            if command.name == "WAIT FOR DIGIT":
                return await self._wait(lasts_s)
            reply = await self._session.command(
                command.name, *command.arguments, limit_s=lasts_s + MARGIN_S, stoppable=command.stoppable
            )
            return reply if reply is None or reply.result != _FAILED else await self._failed(reply)
        except (CommandOverdueError, RemoteProtocolError, SessionClosedError) as error:
            self.failure = error
            raise

    async def _wait(self, lasts_s: float) -> Reply | None:
        """Wait for a key by the session's own method, which the engine can end."""
        match await self._session.wait_for_digit(lasts_s):
            case Digits(key):
                return Reply(CODE_OK, str(ord(key)))
            case HungUp():
                return None
            case _:
                return _NO_KEY

    async def _failed(self, reply: Reply) -> Reply | None:
        """Tell the two meanings of -1 apart: the caller has gone, or it did not work."""
        gone = self._session.hung_up or isinstance(await self._session.channel_status(), HungUp)
        return None if gone else reply
