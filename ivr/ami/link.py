"""One TCP connection to Asterisk's AMI: answers matched to actions, events given to their owner.

Owns what lives and dies with a connection: its decoder, its open actions, its waiting events. Must
not know who logs in, when to connect again, or what an event means.

Asterisk cuts off a reader that lets it wait, so bytes are taken as they come. Until the owner is ready
events go to a bounded queue, and when that is full the connection is given up: a reconnect re-reads
everything, which is the only way to be right again after missing events. From then on the owner gets
each event within the read that brought it, without a task in between.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from ivr.ami.codec import Decoder, Event, Greeting, Response, encode
from ivr.ami.errors import (
    AmiError,
    ConnectionLostError,
    DeadlineError,
    ErrorResponseError,
    FellBehindError,
    ListTooLongError,
    RemoteError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Ten events for each of 2,000 callers, should all hang up at once; some 20 MB.
EVENTS_MAX = 20_000
# Between two batches of waiting events the event loop looks at its sockets, so that reading goes before
# delivering and no caller waits for long: 256 events of 10 µs are 2.5 ms. One read brings 256 kB at most,
# some 400 events.
BATCH = 256
# Two legs for each of 2,000 callers, five times over.
LIST_MAX = 20_000

_BOOTED = "FullyBooted"


@dataclass(slots=True)
class _Listing:
    """A list that is coming in."""

    complete: asyncio.Future[None]
    items: list[Event] = field(default_factory=list)


class Link(asyncio.Protocol):
    """One connection, from its greeting to its end; never used again after that."""

    def __init__(self, peer: str, *, events_max: int = EVENTS_MAX) -> None:
        """Prepare for `peer` (its host and port, for errors)."""
        loop = asyncio.get_running_loop()
        self.peer = peer
        self.closed: asyncio.Future[AmiError] = loop.create_future()  # gives why, never raises
        self.heard_at = loop.time()  # when bytes last came
        self._loop = loop
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self._greeted = asyncio.Event()
        self._booted = asyncio.Event()
        self._ids = count(1)
        self._replies: dict[str, asyncio.Future[Response]] = {}
        self._listings: dict[str, _Listing] = {}
        self._events: deque[Event] = deque()
        self._events_max = events_max
        self._owner: Callable[[Event], None] | None = None
        self.fault: Exception | None = None  # what the owner raised

    # --- what the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        # Not asked by isinstance: an event loop other than asyncio's own has classes of its own.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what came; what breaks the protocol ends the connection."""
        self.heard_at = self._loop.time()
        self._decoder.feed(data)
        try:
            for message in self._decoder.messages():
                self._take(message)
                if self.closed.done():
                    return
        except RemoteError as error:
            self.fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        why = "it was closed at the other end" if exc is None else type(exc).__name__
        self.fail(ConnectionLostError(f"AMI at {self.peer}: connection lost: {why}"))

    def fail(self, error: AmiError) -> None:
        """End the connection for this reason; the first reason stays."""
        if self.closed.done():
            return
        self.closed.set_result(error)
        if self._transport is not None:
            self._transport.abort()
        for reply in self._replies.values():
            _give_up(reply, error)
        for listing in self._listings.values():
            _give_up(listing.complete, error)
        self._greeted.set()
        self._booted.set()

    # --- messages ---

    def _take(self, message: Greeting | Response | Event) -> None:
        if isinstance(message, Event):
            self._take_event(message)
        elif isinstance(message, Response):
            reply = self._replies.get(message.get("ActionID") or "")
            if reply is not None and not reply.done():  # else: it came after its deadline
                reply.set_result(message)
        else:
            self._greeted.set()

    def _take_event(self, event: Event) -> None:
        if self._listings:
            listing = self._listings.get(event.get("ActionID") or "")
            if listing is not None:
                self._take_item(listing, event)
                return
        if not self._booted.is_set():  # what came before is in what the owner reads now
            if event.name == _BOOTED:
                self._booted.set()
            return
        if self._owner is not None:
            try:
                self._owner(event)
            except Exception as fault:  # noqa: BLE001  # the client raises it, once the connection is closed
                self.fault = fault
                self.fail(ConnectionLostError(f"AMI at {self.peer}: closed by us: an event was not taken"))
            return
        if len(self._events) >= self._events_max:
            self._events.clear()  # nobody will want these: everything is read anew
            self.fail(
                FellBehindError(
                    f"AMI at {self.peer}: cut by us: got {self._events_max} events that wait for their reader"
                )
            )
            return
        self._events.append(event)

    def _take_item(self, listing: _Listing, event: Event) -> None:
        if event.get("EventList") == "Complete" or event.name.endswith("Complete"):
            if not listing.complete.done():
                listing.complete.set_result(None)
        elif len(listing.items) >= LIST_MAX:
            self.fail(ListTooLongError(f"AMI at {self.peer}: got a list of over {LIST_MAX} items"))
        else:
            listing.items.append(event)

    # --- what the owner calls ---

    async def greeted(self) -> None:
        """Wait for the greeting; raises why the connection ended."""
        await self._greeted.wait()
        self._raise_if_closed()

    async def booted(self) -> None:
        """Wait until Asterisk has started fully; raises why the connection ended."""
        await self._booted.wait()
        self._raise_if_closed()

    async def deliver(self, owner: Callable[[Event], None]) -> None:
        """Give the owner the events that wait, oldest first, and from then on each as it comes."""
        while self._events:
            for _ in range(min(BATCH, len(self._events))):
                owner(self._events.popleft())
            await asyncio.sleep(0)
        self._owner = owner

    async def ask(self, action: str, headers: Iterable[tuple[str, str]], deadline_s: float) -> Response:
        """Send an action and wait for its answer, whatever its status.

        Raises `LocalError` (nothing was sent), `ConnectionLostError` or `DeadlineError`.
        """
        try:
            async with asyncio.timeout(deadline_s):
                return await self._ask(self._next_id(), action, headers)
        except TimeoutError:
            raise self._late(action, deadline_s) from None

    def tell(self, action: str, headers: Iterable[tuple[str, str]]) -> None:
        """Send an action whose answer nobody waits for; nothing happens when the connection is closed.

        Raises `LocalError`.
        """
        data = encode(action, (("ActionID", self._next_id()), *headers))
        if self._transport is not None and not self.closed.done():
            self._transport.write(data)

    async def ask_list(
        self, action: str, headers: Iterable[tuple[str, str]], deadline_s: float
    ) -> list[Event]:
        """Send an action that answers with a list, and wait for the whole of it.

        Raises as `ask` does, and `ErrorResponseError`.
        """
        action_id = self._next_id()
        listing = _Listing(self._loop.create_future())
        self._listings[action_id] = listing
        try:
            async with asyncio.timeout(deadline_s):
                response = await self._ask(action_id, action, headers)
                if response.status == "Error":
                    raise ErrorResponseError(self.peer, action, response)
                await listing.complete
        except TimeoutError:
            raise self._late(action, deadline_s) from None
        finally:
            del self._listings[action_id]
        return listing.items

    async def _ask(self, action_id: str, action: str, headers: Iterable[tuple[str, str]]) -> Response:
        data = encode(action, (("ActionID", action_id), *headers))
        self._raise_if_closed()
        if self._transport is None:
            raise ConnectionLostError(f"AMI at {self.peer}: {action}: not connected yet")
        reply: asyncio.Future[Response] = self._loop.create_future()
        self._replies[action_id] = reply
        self._transport.write(data)
        try:
            return await reply
        finally:
            del self._replies[action_id]

    def _next_id(self) -> str:
        return f"vaxel-{next(self._ids)}"

    def _late(self, action: str, deadline_s: float) -> DeadlineError:
        return DeadlineError(
            f"AMI at {self.peer}: {action}: got no answer, expected one within {deadline_s} s"
        )

    def _raise_if_closed(self) -> None:
        if self.closed.done():
            raise self.closed.result()


def _give_up(waiting: asyncio.Future[Any], error: AmiError) -> None:
    if not waiting.done():
        waiting.set_exception(ConnectionLostError(str(error)))
        waiting.exception()  # whoever waits still gets it; that nobody waits is no fault
