"""One FastAGI connection: a line out, its answer in, one at a time.

Owns the socket's protocol, deadlines, and keeping commands and answers in step when a command was given
up. Must not know what commands mean, beyond how they end. One object per caller, mostly idle: no task, no
stream and no queue of its own.

Giving a command up (`interrupt()`, or its task was cancelled) sends nothing. The next command first
*settles*: it writes a marker, whose answer cannot be taken for another's, and reads up to that:

    given up            what Asterisk does on the marker's bytes           read before the marker's answer
    WAIT FOR DIGIT      ends the wait, `1`, or a digit that raced          exactly one answer
    STREAM FILE,        stops playing **without an answer**; or has        none or one
      GET DATA            just ended and answered
    EXEC, quick ones    finishes first                                     exactly one answer

Bytes that come before Asterisk has begun to wait are read into its buffer together with the waiting
command, and then do not end the wait: hence `TAKEN_S`, and one more marker, the nudge, after `NUDGE_S`.
"""

from __future__ import annotations

import asyncio
import socket
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, cast

from ivr.agi.codec import CODE_OK, Decoder, Fault, Hangup, Reply, encode
from ivr.agi.errors import (
    AgiError,
    CommandInProgressError,
    CommandOverdueError,
    RemoteProtocolError,
    SessionClosedError,
)
from ivr.agi.outcomes import INTERRUPTED, Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.agi.request import AgiRequest

# How long after a command was written Asterisk has surely read it. Measured on Asterisk 22 on a busy
# two-core machine: of 60 interruptions 55 stalled after .2 ms, 17 after 2 ms, none after 5 ms.
TAKEN_S: Final = 0.010
NUDGE_S: Final = 0.2  # a marker is answered within 1 ms unless it is stuck in Asterisk's buffer
SETTLE_LIMIT_S: Final = 5.0

_READ_BYTES: Final = 16_384  # the largest usual read is a request, under 1 kB
_MARKER: Final = encode("GET VARIABLE", "UNIQUEID")  # always set, also on a dead channel
# Not on every system. Asterisk's socket delays the second of two small answers until the first is
# acknowledged, and the system delays that by 40 ms unless told: measured 44 ms against .5 ms.
_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)


class Ending(Enum):
    """How a command ends when more bytes come."""

    ANSWERED = auto()  # it ends by itself and answers
    WOKEN = auto()  # at once, with an answer
    STOPPED = auto()  # at once, without one
    CUT = auto()  # the same, and `interrupt` may do it


class Connection(asyncio.BufferedProtocol):
    """Carry one command at a time over one FastAGI connection."""

    __slots__ = (
        "_certain",
        "_decoder",
        "_ending",
        "_future",
        "_given_up",
        "_late",
        "_loop",
        "_markers",
        "_name",
        "_on_lost",
        "_on_request",
        "_settled",
        "_stale",
        "_timer",
        "_transport",
        "_view",
        "_wake",
        "_written_at",
        "busy",
        "failure",
        "hung_up",
        "label",
        "lost",
    )

    def __init__(
        self,
        on_request: Callable[[Connection, AgiRequest], None],
        on_lost: Callable[[Connection], None],
        *,
        buffer: bytearray | None = None,
    ) -> None:
        """Begin unconnected; `buffer` may be shared by all connections of one event loop."""
        self._loop = asyncio.get_running_loop()
        self._view = memoryview(bytearray(_READ_BYTES) if buffer is None else buffer)
        self._decoder = Decoder()
        self._on_request = on_request
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._future: asyncio.Future[Reply | Interrupted | None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._name = ""
        self._ending = Ending.ANSWERED
        self._written_at = 0.0
        self._given_up: Ending | None = None
        self._certain = False  # the given-up command's answer comes before the marker's
        self._markers = 0  # written and not yet answered
        self._stale = 0  # answers to markers still to come, before any other
        self._settled: asyncio.Future[None] | None = None
        self._wake = False
        self._late: Reply | None = None
        self.failure: AgiError | None = None  # why we closed
        self.label = "AGI session"
        self.busy = False
        self.hung_up = False  # HANGUP was seen, or Asterisk closed the connection
        self.lost = False  # nothing can be sent any more

    # --- what the session does ------------------------------------------------------------------

    async def command(
        self, name: str, line: bytes, limit_s: float, ending: Ending = Ending.ANSWERED
    ) -> Reply | Interrupted | None:
        """Send `line` and return its answer; None when Asterisk has closed the connection.

        `Interrupted` comes only for a command that is `WOKEN` or `CUT`.

        Raises:
            CommandInProgressError: another command runs.
            CommandOverdueError: no answer within `limit_s`; the connection is closed.
            SessionClosedError: we closed the connection.
            RemoteProtocolError: the answer cannot be read; the connection is closed.
        """
        if self.busy:
            raise CommandInProgressError(
                f"{self.label}: got {name} while {self._name} runs, expected one at a time"
            )
        self.busy = True
        try:
            if self._given_up is not None:
                await self._settle()
            if self.lost:
                if self.failure is not None:
                    raise SessionClosedError(
                        f"{self.label}: got {name} after the session was closed: {self.failure}"
                    ) from self.failure
                return None
            if ending is Ending.WOKEN and self._late is not None:
                return self.take_late()  # the caller's key comes before our interruption
            if self._wake and (ending is Ending.WOKEN or ending is Ending.CUT):
                self._wake = False
                return INTERRUPTED
            return await self._exchange(name, line, limit_s, ending)
        finally:
            self.busy = False

    def interrupt(self) -> None:
        """End a running wait or playing at once, or the next one as it begins. Sends nothing."""
        future = self._future
        if future is not None and self._ending in {Ending.WOKEN, Ending.CUT} and not future.done():
            self._give_up(self._ending)
            future.set_result(INTERRUPTED)
        else:
            self._wake = True

    def forget_interruption(self) -> None:
        """Let the next wait or playing begin, whatever was interrupted before it."""
        self._wake = False

    def take_late(self) -> Reply | None:
        """Take the key's answer of a wait that was given up, if a key had raced."""
        late, self._late = self._late, None
        return late

    def close(self, failure: AgiError | None = None) -> None:
        """Close from our side; a running command raises `failure`. Asterisk's dialplan goes on."""
        if self.lost:
            return
        self.lost = True
        self.failure = failure or SessionClosedError(f"{self.label}: closed by us")
        if self._transport is not None:
            if failure is None:
                self._transport.close()
            else:
                self._transport.abort()
        self._release(self.failure)

    # --- one command ----------------------------------------------------------------------------

    async def _exchange(
        self, name: str, line: bytes, limit_s: float, ending: Ending
    ) -> Reply | Interrupted | None:
        loop = self._loop
        self._name = name
        self._ending = ending
        future: asyncio.Future[Reply | Interrupted | None] = loop.create_future()
        self._future = future
        self._written_at = loop.time()
        self._timer = loop.call_later(limit_s, self._overdue, limit_s)
        self._write(line)
        try:
            return await future
        except asyncio.CancelledError:
            if self._future is future:
                self._give_up(ending)
            elif future.done() and not future.cancelled() and future.exception() is None:
                answer = future.result()
                if isinstance(answer, Reply):
                    self._keep(answer)
            raise

    def _give_up(self, ending: Ending) -> None:
        self._future = None
        self._stop_timer()
        self._given_up = Ending.STOPPED if ending is Ending.CUT else ending

    def _overdue(self, limit_s: float) -> None:
        self.close(
            CommandOverdueError(
                f"{self.label}: {self._name}: got no answer, expected one within {limit_s:g} s"
            )
        )

    async def _settle(self) -> None:
        self._name = "settling after a command given up"
        early_s = self._written_at + TAKEN_S - self._loop.time()
        if early_s > 0 and not self._markers:
            await asyncio.sleep(early_s)
        if self._given_up is None or self.lost:
            return  # it has answered by itself
        if not self._markers:
            self._certain = self._given_up is not Ending.STOPPED
            self._send_marker()
        self._settled = self._loop.create_future()
        nudge = self._loop.call_later(NUDGE_S, self._send_marker)
        self._timer = self._loop.call_later(SETTLE_LIMIT_S, self._overdue, SETTLE_LIMIT_S)
        try:
            await self._settled
        finally:
            self._settled = None
            nudge.cancel()
            self._stop_timer()
        if self.failure is not None:
            raise self.failure

    def _send_marker(self) -> None:
        self._markers += 1
        self._write(_MARKER)

    def _write(self, line: bytes) -> None:
        if self._transport is not None:
            self._transport.write(line)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- what Asterisk says -----------------------------------------------------------------------

    def _answered(self, reply: Reply) -> None:
        future = self._future
        if self._stale:
            self._stale -= 1
            self._acknowledge()
        elif future is not None:
            self._future = None
            self._stop_timer()
            if future.done():  # its task was cancelled a moment ago
                self._keep(reply)
            else:
                future.set_result(reply)
        elif self._given_up is None:
            self.close(RemoteProtocolError(f"{self.label}: got an answer that nothing asked for"))
        elif not self._markers:
            self._given_up = None
            self._keep(reply)
        elif self._certain:
            self._certain = False
            self._keep(reply)
            self._acknowledge()
        elif reply.text is not None and reply.text != "timeout":  # the marker's: no other answer is like it
            # The nudge may sit in Asterisk's buffer until the next command's bytes come.
            self._stale = self._markers - 1
            self._markers = 0
            self._given_up = None
            if self._settled is not None and not self._settled.done():
                self._settled.set_result(None)

    def _keep(self, reply: Reply) -> None:
        # 0 is a time-out, 1 ended by our bytes, -1 a hang-up; a key is its character's code.
        if self._ending is Ending.WOKEN and reply.code == CODE_OK and reply.result not in {"0", "1", "-1"}:
            self._late = reply

    def _acknowledge(self) -> None:
        if _QUICKACK is not None and self._transport is not None:
            self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _release(self, failure: AgiError | None) -> None:
        """Let whoever waits go on: with the failure, or with None when Asterisk has closed."""
        self._stop_timer()
        future, self._future = self._future, None
        if future is not None and not future.done():
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(None)

    # --- asyncio's side -----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport. Small lines are sent at once: asyncio sets TCP_NODELAY itself."""
        # Not asked by isinstance: an event loop other than asyncio's own has classes of its own.
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the buffer that the next bytes are read into."""
        del sizehint
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Take the bytes that were read."""
        for event in self._decoder.feed(bytes(self._view[:nbytes])):
            if self.lost:
                return
            if isinstance(event, Reply):
                self._answered(event)
            elif isinstance(event, Hangup):
                self.hung_up = True
            elif isinstance(event, Fault):
                self.close(event.error)
            else:
                self._on_request(self, event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end: Asterisk's, unless we closed first."""
        del exc  # a reset is Asterisk's way to close while a line of ours is on its way
        if not self.lost:
            self.lost = True
            self.hung_up = True
            self._release(None)
        self._transport = None
        self._on_lost(self)
