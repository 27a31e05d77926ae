"""Who uses the AMI client in these tests: remembers what it was told, and can be waited for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from ivr.ami.client import AmiClient
from tests.fakes.ami import SECRET, USER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ivr.ami.codec import Event
    from ivr.ami.errors import AmiError
    from tests.fakes.ami import FakeAmi


class Owner:
    """Who uses the client: remembers what it was told, and can be waited for."""

    def __init__(self, asterisk: FakeAmi, *, secret: str = SECRET, events_max: int = 20_000) -> None:
        self.events: list[str] = []
        self.resyncs = 0
        self.losses: list[AmiError] = []
        self.resync: Callable[[AmiClient], Awaitable[None]] | None = None
        self.changed = asyncio.Event()
        self.client = AmiClient(
            "127.0.0.1",
            asterisk.port,
            USER,
            secret,
            on_event=self.on_event,
            on_connected=self.on_connected,
            on_lost=self.on_lost,
            events_max=events_max,
        )

    def on_event(self, event: Event) -> None:
        self.events.append(event.get("N") or event.name)
        self.changed.set()

    async def on_connected(self, client: AmiClient) -> None:
        assert client is self.client
        self.resyncs += 1
        self.changed.set()
        if self.resync is not None:
            await self.resync(client)

    def on_lost(self, error: AmiError) -> None:
        self.losses.append(error)
        self.changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self.changed.clear()
            await self.changed.wait()

    async def until_connected(self, times: int = 1) -> None:
        await self.until(lambda: self.resyncs >= times and self.client.connected)


@asynccontextmanager
async def running(owner: Owner) -> AsyncIterator[None]:
    """Keep the client running for the length of a test."""
    task = asyncio.create_task(owner.client.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
