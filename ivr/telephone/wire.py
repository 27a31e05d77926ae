"""One FastAGI connection from Asterisk's side: the engine's lines in, our answers out.

Owns the socket and its deadlines. Must not know what a line says.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from ivr.telephone.errors import EngineBrokeOffError, EngineUnreachableError, NobodyListensError

if TYPE_CHECKING:
    from typing import Self

CONNECT_LIMIT_S: Final = 2.0  # Asterisk's own
SILENCE_LIMIT_S: Final = 15.0  # an engine answers within milliseconds, or tells that it is still there
WRITE_LIMIT_S: Final = 5.0
_READ_LIMIT: Final = 16_384  # twice the longest line of AGI


class Wire:
    """A connection. Make it by `connect`; `close` it."""

    def __init__(self, where: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.where = where
        self._reader = reader
        self._writer = writer
        self._next: asyncio.Task[bytes] | None = None

    @classmethod
    async def connect(cls, host: str, port: int) -> Self:
        """Connect to an engine. Raises `NobodyListensError` and `EngineUnreachableError`."""
        where = f"the engine at {host} port {port}"
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                reader, writer = await asyncio.open_connection(host, port, limit=_READ_LIMIT)
        except ConnectionRefusedError as error:
            raise NobodyListensError(f"{where} cannot be reached: nobody listens there") from error
        except TimeoutError as error:
            raise EngineUnreachableError(
                f"{where} cannot be reached: no answer within {CONNECT_LIMIT_S:g} s"
            ) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EngineUnreachableError(f"{where} cannot be reached: {reason}") from error
        return cls(where, reader, writer)

    async def send(self, text: str | bytes) -> None:
        """Send this; what the engine no longer takes is lost, as its next line will tell."""
        data = text if isinstance(text, bytes) else text.encode()
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                self._writer.write(data)
                await self._writer.drain()
        except ConnectionError:
            pass
        except TimeoutError as error:
            raise EngineBrokeOffError(f"{self.where} broke off: it takes nothing any more") from error

    def coming(self) -> asyncio.Task[bytes]:
        """Return what waits for the next line; the same until `line` has taken it."""
        if self._next is None:
            self._next = asyncio.create_task(self._read(), name="the engine's next line")
        return self._next

    async def line(self, limit_s: float = SILENCE_LIMIT_S) -> bytes:
        """Return the next line with its end, or nothing when the engine has closed.

        Raises `EngineBrokeOffError` when none comes in time, or one without an end.
        """
        coming = self.coming()
        done, _ = await asyncio.wait({coming}, timeout=limit_s)
        if not done:
            raise EngineBrokeOffError(f"{self.where} broke off: it says nothing for {limit_s:g} s")
        self._next = None
        return coming.result()

    async def close(self) -> None:
        """Close the connection."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.wait({self._next})
            self._next = None
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._writer.wait_closed()

    async def _read(self) -> bytes:
        try:
            return await self._reader.readline()
        except ConnectionError:
            return b""
        except ValueError as error:  # of the stream: longer than its limit
            raise EngineBrokeOffError(f"{self.where} is none: it sends what is no AGI") from error
