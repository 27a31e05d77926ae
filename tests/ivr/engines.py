"""The whole engine on loopback beside a fake Asterisk: what tests of the service need of both.

Owns the start and end of an engine with settings of its own. Must not know any story.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from ivr.demo.stand import free_port
from ivr.following import Following
from ivr.service import Engine, Parts
from ivr.settings import Settings
from queues.calllog.errors import CallLogError
from queues.calllog.readings import list_contacts
from queues.journal.reader import read_journal
from queues.journal.writer import JournalWriter
from routing.events import AgentOffered, AgentStateChanged, TelephoneState
from tests.fakes.ami import SECRET, FakeAmi
from tests.fakes.fastagi import FakeChannel
from tests.fakes.prompts import NamedPrompts
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from routing.events import Event

T = TypeVar("T")

CASE = "c1"
POLL_S = 0.01  # for what other processes do, and for what the engine tells nobody


class NoFollowing(Following):
    """Nobody follows the journal: no other process and no thread, so that time can jump."""

    async def keep(self) -> NoReturn:
        """Do nothing, for ever."""
        while True:
            await asyncio.sleep(3600)


def engine_for(settings: Settings, *, has_log: bool = True) -> Engine:
    """Make an engine; without `has_log` it leaves the call log alone."""
    following = Following if has_log else NoFollowing
    journal = JournalWriter.open(settings.journal)
    return Engine(Parts(settings, journal, [number_for_tests()], NamedPrompts(), "0", following))


def settings_in(folder: Path) -> Settings:
    """Return settings for an engine of its own in this folder."""
    (folder / "secrets").mkdir(mode=0o700)
    (folder / "secrets" / "ami").write_text(f"{SECRET}\n", "ascii")
    return Settings(state=folder, agi_port=free_port(), ami_port=free_port())


class Stand:
    """An engine, its fake Asterisk, and what the journal says of both."""

    def __init__(self, settings: Settings, *, has_log: bool = True) -> None:
        self.settings = settings
        self.asterisk = FakeAmi()
        self.asterisk.port = settings.ami_port
        self.asterisk.device_states["PJSIP/vera"] = "NOT_INUSE"  # by this we see that AMI has been read
        self.engine = engine_for(settings, has_log=has_log)
        self.channels: list[FakeChannel] = []
        self._children = children()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the engine; return when it has read AMI."""
        self._running = asyncio.create_task(self.engine.run(), name="engine")
        await self.engine.ready.wait()
        await until(lambda: AgentStateChanged("vera", TelephoneState.FREE) in self.events())

    async def stop(self) -> None:
        """Let the engine end, and raise what its `run` raises."""
        self.engine.stop()
        await self.end()

    async def end(self) -> None:
        """Return when the engine has ended, and raise what its `run` raises."""
        if self._running is not None:
            await self._running

    def ended(self) -> bool:
        """Say whether the engine has ended."""
        return self._running is not None and self._running.done()

    def log(self, kind: type[T]) -> list[T]:
        return [event for event in self.events() if isinstance(event, kind)]

    def events(self) -> list[Event]:
        return [recorded.event for recorded in read_journal(self.settings.journal)]

    def followers(self) -> set[int]:
        """Return the processes that the engine has started and that have not ended."""
        return children() - self._children

    async def call(self, case: str = CASE, *kept: str) -> FakeChannel:
        """Let a caller enter the engine who wants the school; its channel has kept this of its place."""
        arguments = ("+46858028500", case, "allowed", *kept)
        channel = FakeChannel(case, callerid="0701740605", arguments=arguments, keys=["1"], real_time=True)
        await channel.connect(self.settings.agi_host, self.settings.agi_port)
        self.channels.append(channel)
        return channel

    async def leg(self, script: str, *arguments: str) -> FakeChannel:
        """Let a telephone of ours enter the engine by one of the dialplan's scripts."""
        channel = FakeChannel("leg-1.7", script=script, arguments=arguments, real_time=True)
        await channel.connect(self.settings.agi_host, self.settings.agi_port)
        self.channels.append(channel)
        return channel

    async def waiting(self, case: str = CASE) -> FakeChannel:
        """Let a caller come to the queue, nobody being free."""
        channel = await self.call(case)
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        return channel

    async def offered(self) -> FakeChannel:
        """Let a caller come to where anna's telephone rings."""
        channel = await self.waiting()
        self.asterisk.emit("DeviceStateChange", Device="PJSIP/anna", State="NOT_INUSE")
        await channel.reached(lambda c: bool(c.dialled))
        assert self.log(AgentOffered)[-1].agent == "anna"
        return channel

    def is_logged(self) -> bool:
        """Say whether the caller has come to the call log."""
        try:
            return CASE in {record.contact for record in list_contacts(self.settings.database_url)}
        except CallLogError:
            return False


@asynccontextmanager
async def serving(stand: Stand) -> AsyncIterator[Stand]:
    """Run an engine that has read AMI; whatever `run` raises is raised at the end."""
    async with stand.asterisk:
        try:
            await stand.start()
            yield stand
        finally:
            for channel in stand.channels:
                channel.kill()
                await channel.reached(lambda c: c.closed)
            await stand.stop()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(POLL_S)


def children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()}
