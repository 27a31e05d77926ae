"""Keeps one AMI connection alive for ever, and its owner's picture of Asterisk true.

Owns login, resync, keepalive and reconnecting. Must not know what an event means.

AMI replays nothing. So each connection goes the same way: connect, log in, wait for `FullyBooted`,
let the owner read everything anew (`on_connected`), and only then give it the events, those first
that came meanwhile. These may tell of changes that the owner has read already: an event about a
channel that it does not know, or a device's passing state, is to be expected then. The last event
about a thing is never older than what was read.
"""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from ivr.ami.codec import encode
from ivr.ami.errors import (
    AmiError,
    ConnectionLostError,
    DeadlineError,
    ErrorResponseError,
    LoginRefusedError,
    quoted,
)
from ivr.ami.link import EVENTS_MAX, Link

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from ivr.ami.codec import Event, Response

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the client waits for what, in seconds."""

    connect_s: float = 5.0
    login_s: float = 5.0  # Asterisk itself takes 1 s to refuse a login
    boot_s: float = 120.0  # a large Asterisk on a small machine; loading takes 2 s here
    action_s: float = 5.0
    list_s: float = 15.0
    ping_after_s: float = 10.0  # of silence
    ping_s: float = 5.0  # so a half-open connection is noticed within 15 s
    first_retry_s: float = 0.25
    last_retry_s: float = 2.0
    steady_s: float = 10.0  # a connection that lived so long was a good one: retry quickly again


class AmiClient:
    """Asterisk's AMI for one owner.

    Args:
        host: where AMI listens; loopback, as the secret goes over it in clear.
        port: its TCP port.
        username: the section in manager.conf.
        secret: never shown in a repr, a log or an error.
        on_event: takes each event, in order; must not raise and not block.
        on_connected: reads channels and device states anew; events wait until it returns. An
            `AmiError` from it ends this connection and the next one is tried.
        on_lost: hears why the connection ended; called once for each time that `on_connected` was.
        pace: how long to wait for what.
        events_max: how many events may wait for the owner before the connection is given up.

    Raises:
        LocalError: the user or the secret cannot be sent.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        on_event: Callable[[Event], None],
        on_connected: Callable[[AmiClient], Awaitable[None]],
        on_lost: Callable[[AmiError], None] | None = None,
        pace: Pace | None = None,
        events_max: int = EVENTS_MAX,
    ) -> None:
        self.peer = f"{host}:{port}"
        self._host = host
        self._port = port
        self._username = username
        self._login = (("Username", username), ("Secret", secret))
        encode("Login", self._login)
        self._on_event = on_event
        self._on_connected = on_connected
        self._on_lost = on_lost
        self._pace = pace or Pace()
        self._events_max = events_max
        self._link: Link | None = None
        self._connected_at: float | None = None
        self._ever_connected = False
        self._delivering = False

    def __repr__(self) -> str:
        """Show where, as whom, and whether connected."""
        return f"AmiClient({self._username} at {self.peer}, connected={self.connected})"

    @property
    def connected(self) -> bool:
        """Tell whether actions can be sent: from before `on_connected` until the connection is lost."""
        return self._link is not None and not self._link.closed.done()

    async def run(self) -> NoReturn:
        """Stay connected until cancelled.

        Raises `LoginRefusedError` when the very first login is refused: that is a wrong setting. Later
        refusals are retried like any other loss, as Asterisk's settings may be under repair. What
        `on_event` or `on_connected` raise, other than `AmiError`, is raised too.
        """
        loop = asyncio.get_running_loop()
        retry_s = self._pace.first_retry_s
        while True:
            try:
                await self._one_connection()
            except AmiError as error:
                if isinstance(error, LoginRefusedError) and not self._ever_connected:
                    raise
                was_up_at, self._connected_at = self._connected_at, None
                if was_up_at is not None:
                    if loop.time() - was_up_at >= self._pace.steady_s:
                        retry_s = self._pace.first_retry_s
                    if self._on_lost is not None:
                        self._on_lost(error)
                log.warning("%s; trying again in %.2f s", error, retry_s)
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, self._pace.last_retry_s)

    async def action(
        self, name: str, /, *, deadline_s: float | None = None, **headers: str | Sequence[str]
    ) -> Response:
        """Send an action and give its answer; a header with several values is repeated.

        Raises `ErrorResponseError`, `DeadlineError`, `ConnectionLostError` or `LocalError`.
        """
        link = self._connected_link(name)
        wait_s = self._pace.action_s if deadline_s is None else deadline_s
        response = await link.ask(name, _pairs(headers), wait_s)
        if response.status == "Error":
            raise ErrorResponseError(self.peer, name, response)
        return response

    def tell(self, name: str, /, **headers: str | Sequence[str]) -> None:
        """Send an action whose answer does not matter; it is lost when AMI is away. Raises `LocalError`."""
        if self._link is not None:
            self._link.tell(name, _pairs(headers))

    async def list_action(
        self, name: str, /, *, deadline_s: float | None = None, **headers: str | Sequence[str]
    ) -> list[Event]:
        """Send an action that answers with a list, and give its items, without the closing event.

        Raises as `action` does.
        """
        link = self._connected_link(name)
        wait_s = self._pace.list_s if deadline_s is None else deadline_s
        return await link.ask_list(name, _pairs(headers), wait_s)

    def _connected_link(self, action: str) -> Link:
        if self._link is None:
            raise ConnectionLostError(f"AMI at {self.peer}: {action}: not connected")
        return self._link

    async def _one_connection(self) -> NoReturn:
        link = await self._connect()
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._log_in(link)
            begin = asyncio.create_task(self._begin(link), name="ami-begin")
            tasks = [begin, asyncio.create_task(self._keep_alive(link), name="ami-keepalive")]
            await asyncio.wait((begin, link.closed), return_when=asyncio.FIRST_COMPLETED)
            if self._delivering:  # what came before the end is still true: the waiting events go first
                await asyncio.wait((begin,))
            fault = begin.exception() if begin.done() else None
            if fault is not None and not (isinstance(fault, AmiError) and link.closed.done()):
                raise fault
            await asyncio.wait((link.closed,))
            raise link.fault or link.closed.result()
        finally:
            self._link = None
            self._delivering = False
            link.fail(ConnectionLostError(f"AMI at {self.peer}: closed by us"))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _connect(self) -> Link:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._pace.connect_s):
                _, link = await loop.create_connection(
                    lambda: Link(self.peer, events_max=self._events_max), self._host, self._port
                )
        except TimeoutError:
            raise DeadlineError(
                f"AMI at {self.peer}: got no connection, expected one within {self._pace.connect_s} s"
            ) from None
        except OSError as error:
            number = error.errno or 0  # a failed name look-up's is negative and its text is good
            why = os.strerror(number) if number > 0 else error.strerror or type(error).__name__
            raise ConnectionLostError(f"AMI at {self.peer}: got no connection: {why}") from None
        return link

    async def _log_in(self, link: Link) -> None:
        try:
            async with asyncio.timeout(self._pace.login_s):
                await link.greeted()
        except TimeoutError:
            raise DeadlineError(
                f"AMI at {self.peer}: got no greeting, expected one within {self._pace.login_s} s"
            ) from None
        response = await link.ask("Login", self._login, self._pace.login_s)
        if response.status == "Error":
            raise LoginRefusedError(
                f"AMI at {self.peer}: login as {self._username}: got {quoted(response.get('Message') or '')};"
                " expected the user and secret of manager.conf"
            )

    async def _begin(self, link: Link) -> None:
        try:
            async with asyncio.timeout(self._pace.boot_s):
                await link.booted()
        except TimeoutError:
            raise DeadlineError(
                f"AMI at {self.peer}: got no FullyBooted, expected it within {self._pace.boot_s} s"
                " (is Asterisk starting, and may this user read 'system'?)"
            ) from None
        self._link = link
        self._connected_at = asyncio.get_running_loop().time()
        self._ever_connected = True
        await self._on_connected(self)
        self._delivering = True
        await link.deliver(self._on_event)

    async def _keep_alive(self, link: Link) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(link.heard_at + self._pace.ping_after_s - loop.time())
            if loop.time() - link.heard_at < self._pace.ping_after_s:
                continue
            try:
                await link.ask("Ping", (), self._pace.ping_s)
            except DeadlineError as error:
                link.fail(ConnectionLostError(f"{error}: the connection is dead"))


def _pairs(headers: dict[str, str | Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if isinstance(value, str):
            yield name, value
        else:
            for one in value:
                yield name, one
