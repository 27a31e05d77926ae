"""The engine's side: takes orders at a socket in the state folder, one a connection.

Owns the socket and who is at its other end. Must not know how an order is carried out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pwd
import socket
import struct
from typing import TYPE_CHECKING, Self

from ivr.control.orders import LONGEST_LINE, Answer, OrderRefusedError, read_order, write_answer
from ivr.control.sockets import short_path

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ivr.control.orders import Order

log = logging.getLogger(__name__)

ORDER_S = 10.0  # for the line to come
BACKLOG = 16
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7)


class ControlServer:
    """Listen at `path`: `async with ControlServer(path, carry_out): …`.

    `carry_out` gets each order and the name of the user who gave it.
    """

    def __init__(self, path: Path, carry_out: Callable[[Order, str], Awaitable[Answer]]) -> None:
        self._path = path
        self._carry_out = carry_out
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin to listen. Raises `OSError`. The state folder is ours alone: an old socket is nobody's."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with short_path(self._path) as short:
                listening.bind(short)
            self._path.chmod(0o600)
        except OSError:
            listening.close()
            raise
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listening, limit=LONGEST_LINE, backlog=BACKLOG
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more, and leave what is being carried out: nobody may be told of half an engine."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer), name="order")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ORDER_S):
                line = await _line(reader)
            if line:
                writer.write(write_answer(await self._answer(line, writer)))
                async with asyncio.timeout(ORDER_S):
                    await writer.drain()
        except (OSError, TimeoutError):
            pass  # whoever asked has gone, or said nothing
        finally:
            writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> Answer:
        try:
            order = read_order(line)
            user = _user(writer)
            log.info("order by %s: %s", user, type(order).__name__)
            return await self._carry_out(order, user)
        except OrderRefusedError as refusal:
            return Answer(is_done=False, lines=(str(refusal),))
        except Exception:  # a fault of ours may not end the engine
            log.exception("an order could not be carried out")
            return Answer(is_done=False, lines=("the engine has a fault; its log has the details",))


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Return the line that comes; of one that is too long, what is no order."""
    try:
        return await reader.readline()
    except ValueError:
        return b"too long"


def _user(writer: asyncio.StreamWriter) -> str:
    """Return who is at the other end, as the system knows them."""
    connection = writer.get_extra_info("socket")
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(found)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}" if uid != os.getuid() else "the engine's own user"
