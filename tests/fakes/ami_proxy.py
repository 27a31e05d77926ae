"""A TCP proxy between the engine and Asterisk's AMI that breaks the connection as its test says.

Owns the faults: cut, refused, half open, slow, events lost or made up. Knows of AMI only that an event
ends with an empty line.

    async with AmiProxy(host, port) as proxy:
        ... let the engine connect to proxy.port ...
        proxy.cut()
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
_END = b"\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing sends RST
_READ = 65_536


@dataclass(eq=False, slots=True)
class _Connection:
    """One connection of the engine's and ours to Asterisk behind it."""

    engine: asyncio.StreamWriter
    asterisk: asyncio.StreamWriter
    is_deaf: bool = False  # half open: it swallows everything, both ways
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class AmiProxy:
    """Pass AMI through; set its fields, or call it, to break it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._server: asyncio.Server | None = None
        self._connections: list[_Connection] = []
        self.refuses = False  # new connections
        self.delay_s = 0.0  # each way
        self.lost: tuple[bytes, ...] = ()  # events with one of these in them never arrive
        self.lost_events = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()

    @property
    def port(self) -> int:
        """Where the engine finds AMI."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Reset every connection."""
        for connection in self._connections:
            for writer in (connection.engine, connection.asterisk):
                sock = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                writer.transport.abort()
            for task in connection.tasks:
                task.cancel()
        self._connections.clear()

    def deafen(self) -> None:
        """Let the present connections stand, and swallow everything on them."""
        for connection in self._connections:
            connection.is_deaf = True

    def tell(self, **event: str) -> None:
        """Tell the engine of an event that Asterisk never had; the name comes first, as `Event`."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in event.items())
        for connection in self._connections:
            connection.engine.write(lines.encode() + b"\r\n")

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        try:
            from_asterisk, to_asterisk = await asyncio.open_connection(*self._address)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, to_asterisk)
        self._connections.append(connection)
        connection.tasks = [
            asyncio.create_task(
                self._pump(connection, reader, to_asterisk, by_event=False), name="to asterisk"
            ),
            asyncio.create_task(
                self._pump(connection, from_asterisk, writer, by_event=True), name="to engine"
            ),
        ]

    async def _pump(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        by_event: bool,
    ) -> None:
        loop, kept = asyncio.get_running_loop(), b""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if by_event:  # the greeting is a line without an empty one behind it
                writer.write(await reader.readuntil(b"\r\n"))
            while data := await reader.read(_READ):
                if connection.is_deaf:
                    continue
                if by_event:
                    whole, end, kept = (kept + data).rpartition(_END)
                    data = self._filtered(whole + end)
                if self.delay_s:
                    loop.call_later(self.delay_s, self._write, connection, writer, data)
                else:
                    self._write(connection, writer, data)
        if not connection.is_deaf:
            writer.close()

    def _write(self, connection: _Connection, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not connection.is_deaf and not writer.is_closing():
            writer.write(data)

    def _filtered(self, data: bytes) -> bytes:
        if not self.lost:
            return data
        events = data.split(_END)
        kept = [event for event in events if not any(lost in event for lost in self.lost)]
        self.lost_events += len(events) - len(kept)
        return _END.join(kept)
