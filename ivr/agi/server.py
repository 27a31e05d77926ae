"""The FastAGI server: takes Asterisk's connections and runs one task per call.

Owns listening, limits and the life of call tasks. Must not know what a call does.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
from typing import TYPE_CHECKING, Final, cast

from ivr.agi.connection import Connection
from ivr.agi.errors import AgiError, CannotListenError, NotLoopbackError, PortInUseError
from ivr.agi.session import AgiSession

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from ivr.agi.request import AgiRequest

BACKLOG: Final = 1024  # a burst of 300 calls in .15 s lost 54 with a backlog of 50 and none with 100
REQUEST_LIMIT_S: Final = 5.0  # Asterisk sends its request at once; whoever does not is not Asterisk
MAX_SESSIONS: Final = 4000  # twice the callers of the worst hour; each costs a descriptor and about 10 kB
CLOSE_LIMIT_S: Final = 5.0  # for call tasks to end when the server closes
_BUFFER_BYTES: Final = 16_384

_log = logging.getLogger(__name__)


class FastAgiServer:
    """Listen for Asterisk and run `on_call` for each call, in a task of its own.

    A call that fails is logged and closed; the others go on. Raises, on entering: `PortInUseError`,
    `CannotListenError`, `NotLoopbackError` (AGI has no authentication; `public=True` allows it).
    """

    def __init__(
        self,
        host: str,
        port: int,
        on_call: Callable[[AgiSession], Awaitable[None]],
        *,
        public: bool = False,
        max_sessions: int = MAX_SESSIONS,
    ) -> None:
        self._host = host
        self._port = port
        self._on_call = on_call
        self._public = public
        self._max_sessions = max_sessions
        self._server: asyncio.Server | None = None
        self._buffer = bytearray(_BUFFER_BYTES)  # one event loop reads one connection at a time
        self._connections: dict[Connection, asyncio.TimerHandle | None] = {}  # with the request's deadline
        self._calls: set[asyncio.Task[None]] = set()
        self._refused = 0

    @property
    def port(self) -> int:
        """The port that is listened on; the system chose it when 0 was asked for."""
        if self._server is None or not self._server.sockets:
            return self._port
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    @property
    def sessions(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    @property
    def refused(self) -> int:
        """How many connections were refused because `max_sessions` were open."""
        return self._refused

    async def __aenter__(self) -> Self:
        """Start listening."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def start(self) -> None:
        """Start listening; see the class for what it raises."""
        where = f"{self._host} port {self._port}"
        if not self._public and not _is_loopback(self._host):
            raise NotLoopbackError(
                f"FastAGI server: got address {where}, expected this machine's own (127.0.0.1)"
            )
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._connect, self._host, self._port, backlog=BACKLOG
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(
                    f"FastAGI server: {where} is in use by another program, expected it free"
                ) from error
            reason = error.strerror or type(error).__name__
            raise CannotListenError(f"FastAGI server: cannot listen on {where}: {reason}") from error

    async def close(self) -> None:
        """Stop listening, cancel the calls and close their sessions; Asterisk's dialplan takes them on."""
        if self._server is not None:
            self._server.close()
        for call in self._calls:
            call.cancel()
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=CLOSE_LIMIT_S)
            for call in late:
                _log.error("FastAGI server: %s did not end within %g s", call.get_name(), CLOSE_LIMIT_S)
        for connection in list(self._connections):
            connection.close()
        if self._server is not None:
            await self._server.wait_closed()

    def _connect(self) -> Connection | _Refusal:
        if len(self._connections) >= self._max_sessions:
            self._refused += 1
            _log.error("FastAGI server: refused a call: %d sessions are open", self._max_sessions)
            return _Refusal()
        connection = Connection(self._begin_call, self._end, buffer=self._buffer)
        loop = asyncio.get_running_loop()
        self._connections[connection] = loop.call_later(REQUEST_LIMIT_S, self._silent, connection)
        return connection

    def _silent(self, connection: Connection) -> None:
        _log.warning("FastAGI server: got no request, expected one within %g s; closed", REQUEST_LIMIT_S)
        connection.close()

    def _begin_call(self, connection: Connection, request: AgiRequest) -> None:
        deadline = self._connections.get(connection)
        if deadline is not None:
            deadline.cancel()
            self._connections[connection] = None
        call = asyncio.get_running_loop().create_task(
            self._run(AgiSession(connection, request)), name=f"call {request.uniqueid}"
        )
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _run(self, session: AgiSession) -> None:
        try:
            await self._on_call(session)
        except AgiError as error:
            _log.error("%s", error)
        except Exception:  # noqa: BLE001 - one call's fault must not end the others
            _log.exception("FastAGI server: the call of %r failed", session)
        finally:
            session.close()

    def _end(self, connection: Connection) -> None:
        deadline = self._connections.pop(connection, None)
        if deadline is None:
            return  # its call has begun, and meets the failure itself
        deadline.cancel()
        if connection.failure is not None:
            _log.warning("FastAGI server: a connection without a call: %s", connection.failure)


class _Refusal(asyncio.Protocol):
    """Close a connection at once: Asterisk's dialplan takes the caller to its fallback."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close."""
        cast("asyncio.Transport", transport).abort()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
