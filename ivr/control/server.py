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
            self._serve, sock=listening, limit=LONGEST_LINE, backlog=BACKLOG
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ORDER_S):
                line = await reader.readline()
            try:
                order = read_order(line)
                user = _user(writer)
                log.info("order by %s: %s", user, type(order).__name__)
                answer = await self._carry_out(order, user)
            except OrderRefusedError as refusal:
                answer = Answer(is_done=False, lines=(str(refusal),))
            writer.write(write_answer(answer))
            async with asyncio.timeout(ORDER_S):
                await writer.drain()
        except (OSError, ValueError, TimeoutError):
            pass  # whoever asked has gone, or said nothing
        finally:
            writer.close()


def _user(writer: asyncio.StreamWriter) -> str:
    """Return who is at the other end, as the system knows them."""
    connection = writer.get_extra_info("socket")
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(found)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}" if uid != os.getuid() else "the engine's own user"
