"""The live service: one process that answers the municipal numbers.

Owns the wiring of journal, core, FastAGI server, AMI client and follower, and their start and end.
One event loop, one task group, named tasks. Decides nothing about callers.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from typing import TYPE_CHECKING, NamedTuple

from ivr.agi.server import FastAgiServer
from ivr.ami.client import AmiClient
from ivr.ami.errors import AmiError
from ivr.ami.snapshots import hang_up, read_channels, read_device_states, read_start, read_version
from ivr.arrivals import Arrivals
from ivr.call import CallSession
from ivr.clock import EngineClock
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.menu.number import policy
from ivr.open_files import allow_open_files
from ivr.ring import DialRing
from ivr.toolbox import is_outdated
from ivr.translator import Translator
from queues.calllog.database import migrate
from queues.calllog.errors import CallLogError, DatabaseUnavailableError
from queues.calllog.follower import follower_command
from queues.journal.writer import JournalWriter
from routing.events import ClockStepped, ConfigurationChanged, EngineStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.agi.session import AgiSession
    from ivr.menu.number import Number
    from ivr.prompts import PromptLibrary
    from ivr.settings import Settings

log = logging.getLogger(__name__)

CLOCK_CHECK_S = 5.0  # how often the machine's clock is held against the monotonic one
FOLLOWER_FIRST_PAUSE_S = 2.0  # before it is started again, then twice as long each time
FOLLOWER_LAST_PAUSE_S = 60.0
FOLLOWER_END_S = 10.0  # what the follower gets to write down the rest when the engine stops


class Parts(NamedTuple):
    """What the engine is built of, made before it starts."""

    settings: Settings
    numbers: Sequence[Number]
    prompts: PromptLibrary
    version: str


class Engine:
    """Answer calls until told to stop. Make one, then `await run()`."""

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self._parts = parts
        self._clock = EngineClock()
        self._journal = JournalWriter.open(settings.journal)
        everybody = policy(parts.numbers)
        core = Core({number.id: number for number in parts.numbers}, everybody)
        self.exchange = Exchange(core, self._journal, self._clock, self._withdraw)
        self._translator = Translator(self.exchange.happened, core.contacts, everybody.agents, self._withdraw)
        self._arrivals = Arrivals(parts.numbers, settings, settings.secrets.pseudonym_key())
        self._ami = AmiClient(
            settings.ami_host,
            settings.ami_port,
            settings.ami_user,
            settings.secrets.open().ami.reveal(),
            on_event=self._translator.take,
            on_connected=self._resync,
        )
        self._asterisk_start = ""  # unknown before the first connection
        self._withdrawals: set[asyncio.Task[None]] = set()
        self._is_migrated = False
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()  # calls are answered from now on

    def stop(self) -> None:
        """Let `run` end."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve until `stop` is called or SIGTERM or SIGINT comes."""
        settings = self._parts.settings
        allow_open_files()
        self._begin_stream()
        server = FastAgiServer(settings.agi_host, settings.agi_port, self._answer)
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self.stop)
        try:
            async with asyncio.TaskGroup() as group:
                await server.start()
                tasks = [
                    group.create_task(self._ami.run(), name="ami"),
                    group.create_task(self._watch_clock(), name="clock"),
                    group.create_task(self._keep_following(), name="follower"),
                ]
                log.info("answering on %s:%d", settings.agi_host, settings.agi_port)
                self.ready.set()
                await self._stopping.wait()
                await server.close()
                for task in tasks:
                    task.cancel()
        finally:
            self.exchange.close()
            self._journal.close()
            log.info("stopped")

    def _begin_stream(self) -> None:
        self.exchange.happened(EngineStarted(self._parts.version))
        repair = self._journal.repair
        if repair is not None:
            log.warning("the journal ended within an event: %d bytes were cut off", repair.cut_bytes)
        for number in self._parts.numbers:
            self.exchange.happened(ConfigurationChanged(number.id, number.content_hash))

    async def _answer(self, session: AgiSession) -> None:
        """Serve one AGI session: a new caller, or one who comes back from the dialplan."""
        arrival = self._arrivals.read(session.request)
        if self.exchange.happened(arrival):
            self._translator.arrived(arrival.contact)
        contact = self.exchange.core.contacts.get(arrival.contact)
        if contact is None:
            return  # it is over: AMI told its end before AGI told its beginning
        ring = DialRing(session)
        await CallSession(self.exchange, self._parts.prompts, contact, session, ring).run()

    async def _resync(self, client: AmiClient) -> None:
        """Read again what may have changed while AMI was away."""
        known = list(self.exchange.core.contacts)  # asked first: who arrives meanwhile may not be in the list
        if not self._asterisk_start and is_outdated(version := await read_version(client)):
            log.warning("Asterisk %s lacks known security fixes: bring it up to date", version)
        start = await read_start(client)
        channels = await read_channels(client)
        living = {channel.uniqueid for channel in channels}
        for device, state in (await read_device_states(client)).items():
            self._translator.device(device, state)
        for channel in channels:
            if channel.bridge_id is not None:
                self._translator.bridged(channel.uniqueid)
        gone = [contact for contact in known if contact not in living]
        self._translator.gone(gone, cut_off=self._asterisk_start not in {"", start})
        self._asterisk_start = start

    def _withdraw(self, contact: str) -> None:
        channel = self._translator.ringing_channel(contact)
        if channel is None:
            return  # it does not ring yet: the translator calls again when it does
        task = asyncio.get_running_loop().create_task(self._hang_up(channel), name=f"withdraw {contact}")
        self._withdrawals.add(task)
        task.add_done_callback(self._withdrawals.discard)

    async def _hang_up(self, channel: str) -> None:
        try:
            await hang_up(self._ami, channel)
        except AmiError as error:
            log.warning("a telephone rings on, up to its ring time: %s", error)

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_CHECK_S)
            moved_s = self._clock.step_s()
            if moved_s is not None:
                log.warning("the machine's clock was moved by %.3f s; ours goes on as before", moved_s)
                self.exchange.happened(ClockStepped(moved_s))

    async def _keep_following(self) -> None:
        """Keep the follower's process alive; the call path does not wait for it.

        Raises `CallLogError` at once for an address that is none or a database of a newer version.
        """
        try:
            await asyncio.to_thread(self._migrate)
        except DatabaseUnavailableError as error:
            log.error("%s; calls are answered all the same", error)  # noqa: TRY400  # the error says all
        loop, pause_s = asyncio.get_running_loop(), FOLLOWER_FIRST_PAUSE_S
        while True:
            began = loop.time()
            why = await self._follow()
            if loop.time() - began > FOLLOWER_LAST_PAUSE_S:
                pause_s = FOLLOWER_FIRST_PAUSE_S
            log.error("the call log's follower %s; starting it again in %g s", why, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, FOLLOWER_LAST_PAUSE_S)

    async def _follow(self) -> str:
        """Let one follower run to its end and say how that came."""
        settings = self._parts.settings
        command, address = follower_command(settings.journal, settings.database_url)
        try:
            if not self._is_migrated:
                await asyncio.to_thread(self._migrate)
            process = await asyncio.create_subprocess_exec(*command, env=os.environ | address)
        except (CallLogError, OSError, RuntimeError) as error:  # RuntimeError: no thread can be started
            return f"could not be started: {error}"
        try:
            return f"ended with status {await process.wait()}"
        finally:
            if process.returncode is None:
                await _end(process)

    def _migrate(self) -> None:
        migrate(self._parts.settings.database_url)
        self._is_migrated = True


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the follower; the journal keeps what it could not write down in time."""
    process.terminate()
    try:
        async with asyncio.timeout(FOLLOWER_END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
