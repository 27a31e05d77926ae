"""The live service: one process that answers the municipal numbers.

Owns the wiring of journal, core, FastAGI server, AMI client and follower, and their start and end.
One event loop, one task group, named tasks. Decides nothing about callers.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ivr.acquaintances import Acquaintances
from ivr.agi.server import FastAgiServer
from ivr.ami.client import AmiClient
from ivr.arrivals import Arrivals
from ivr.clock import EngineClock
from ivr.consult import Consults
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.following import Following
from ivr.installation import default_number, targets
from ivr.lateness import Lateness
from ivr.menu.number import policy
from ivr.mirror import FallbackMirror
from ivr.open_files import allow_open_files
from ivr.orders import Orders
from ivr.publishing.swap import Swap
from ivr.reception import Reception, Rooms
from ivr.reconciliation import Before, Reconciliation
from ivr.rehearsal import Rehearsal
from ivr.restoration import fit, restore
from ivr.scripts.shelf import ScriptShelf
from ivr.speaking import prepare
from ivr.transfers import Transfers
from ivr.translator import Translator
from ivr.upkeep import Upkeep
from queues.calllog.errors import CallLogError
from queues.calllog.readings import last_agents
from queues.journal.errors import JournalError
from queues.journal.reader import read_since_start
from routing.events import (
    AgentPaused,
    AsteriskDisconnected,
    ClockStepped,
    ConfigurationChanged,
    EngineStarted,
    EngineStopping,
    RestorationEnded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ivr.ami.codec import Event as AmiEvent
    from ivr.ami.errors import AmiError
    from ivr.menu.number import Number
    from ivr.prompts import PromptLibrary
    from ivr.restoration import Restored
    from ivr.settings import Settings
    from queues.journal.writer import JournalWriter
    from routing.events import Recorded
    from routing.policy import Policy

log = logging.getLogger(__name__)

LONGEST_CALL_S = 86_400.0  # older events of the journal tell of no call that goes on
RESTORATION_S = 3.0  # for callers of an earlier run to come back
RESTORATION_LOOK_S = 0.02
DRAIN_S = 30.0  # for telephones that ring as the engine is told to end
DRAIN_LOOK_S = 0.1
CLOCK_CHECK_S = 5.0  # how often the machine's clock is held against the monotonic one


class Parts(NamedTuple):
    """What the engine is built of, made before it starts."""

    settings: Settings
    journal: JournalWriter  # its lock is the state folder's: whoever has it may publish, too
    numbers: Sequence[Number]
    prompts: PromptLibrary
    version: str
    following: Callable[[Path, str], Following] = Following  # who brings the journal into the call log


class Engine:
    """Answer calls until told to stop. Make one, then `await run()`."""

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self._parts = parts
        self._clock = EngineClock()
        self._journal = parts.journal
        everybody = policy(parts.numbers)
        self._restored = self._read_journal(everybody)
        core = Core({number.id: number for number in parts.numbers}, everybody)
        mirror = FallbackMirror(everybody, core.telephones, core.paused)
        lateness = Lateness(self._clock)
        orders, consults = Orders(mirror, lateness), Consults()
        self._acquaintances = Acquaintances(everybody.queues)
        self.exchange = Exchange(
            *(core, self._journal, self._clock),
            orders.withdraw,
            orders.paused,
            self._acquaintances.answered,
        )
        led_to = targets(parts.numbers)
        transfers = Transfers(orders.tell, core.contacts, led_to, consults, orders.release)
        translator = Translator(orders.tell, core.contacts, core.telephones, orders.withdraw, transfers)

        def take(event: AmiEvent) -> None:
            lateness.begin(event)
            translator.take(event)
            lateness.end()

        arrivals = Arrivals(parts.numbers, settings, settings.secrets.pseudonym_key())
        known = Before(self._restored.asterisk_run, self._restored.ended, self._restored.until)
        self._reconciliation = Reconciliation(self.exchange, orders.tell, translator, arrivals, mirror, known)
        self._ami = AmiClient(
            settings.ami_host,
            settings.ami_port,
            settings.ami_user,
            settings.secrets.open().ami.reveal(),
            on_event=take,
            on_connected=self._reconciliation.connected,
            on_lost=self._disconnected,
        )
        orders.attach(self._ami, self.exchange, translator.ringing_channel)
        scripts = ScriptShelf(settings.scripts)
        rooms = Rooms(
            self.exchange,
            arrivals,
            parts.prompts,
            translator,
            consults,
            orders,
            orders.tell,
            scripts,
            Rehearsal(
                core.attendant, settings, parts.prompts, self._clock, scripts, partial(prepare, parts.prompts)
            ),
            self._acquaintances,
        )
        self._reception = Reception(rooms)
        swap = Swap(self.exchange, arrivals, mirror, led_to, scripts.forget, settings, self._acquaintances)
        self._upkeep = Upkeep(settings, parts.prompts, self.exchange, swap)
        self._following = parts.following(settings.journal, settings.database_url)
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
        server = FastAgiServer(settings.agi_host, settings.agi_port, self._reception.serve)
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self.stop)
        try:
            async with asyncio.TaskGroup() as group:
                await server.start()
                tasks = [
                    group.create_task(self._ami.run(), name="ami"),
                    group.create_task(self._reconciliation.keep(self._ami), name="reconciliation"),
                    group.create_task(self._end_restoration(), name="restoration"),
                    group.create_task(self._watch_clock(), name="clock"),
                    group.create_task(self._following.keep(), name="follower"),
                    group.create_task(self._upkeep.keep(), name="upkeep"),
                    group.create_task(self._learn_acquaintances(), name="acquaintances"),
                ]
                log.info("answering on %s:%d", settings.agi_host, settings.agi_port)
                self.ready.set()
                await self._stopping.wait()
                await self._drain()
                await server.close()
                self._parts.prompts.close()  # what is spoken ahead may take minutes, and must not hold us up
                for task in tasks:
                    task.cancel()
        finally:
            await server.close()  # also after a fault: nobody may be served by half an engine
            self.exchange.close()
            self._journal.close()
            log.info("stopped")

    def _read_journal(self, everybody: Policy) -> Restored:
        """Return what an earlier run left open, fitted to the present configuration."""
        restored = restore(self._earlier_events())
        numbers = {number.id: number for number in self._parts.numbers}
        default = default_number(self._parts.settings, self._parts.numbers)
        contacts = tuple(fit(contact, numbers, default, everybody) for contact in restored.contacts)
        return restored._replace(contacts=contacts)

    def _earlier_events(self) -> Iterator[Recorded]:
        """Give an earlier run's events; what stands before a damaged line is of use."""
        try:
            yield from read_since_start(self._parts.settings.journal, self._clock.now() - LONGEST_CALL_S)
        except JournalError as error:
            log.error("callers may have to begin again: %s", error)  # noqa: TRY400  # the error says all

    def _begin_stream(self) -> None:
        now = self._clock.now()
        shift_s = self._parts.settings.calendar_at(now) - now
        if shift_s:
            log.warning("callers are told the opening hours of %s, not of now", self._parts.settings.as_if)
        self.exchange.happened(EngineStarted(self._parts.version, self._restored.asterisk_run, shift_s))
        self._upkeep.begin()  # before anybody comes back: who was told that it is closed is told so again
        for contact in self._restored.contacts:
            self.exchange.happened(contact)
        for place in self._restored.places:
            if place.until >= self._clock.now() and place.queue in self.exchange.core.lobby.policy.queues:
                self.exchange.happened(place)
        for agent in self._restored.paused:
            self.exchange.happened(AgentPaused(agent))
        repair = self._journal.repair
        if repair is not None:
            log.warning("the journal ended within an event: %d bytes were cut off", repair.cut_bytes)
        for number in self._parts.numbers:
            self.exchange.happened(ConfigurationChanged(number.id, number.content_hash))

    def _disconnected(self, _: AmiError) -> None:
        self.exchange.happened(AsteriskDisconnected())

    async def _end_restoration(self) -> None:
        """Let offers begin when every caller who waited is back or proven gone, or has had the time for it.

        They come back within a second of each other, in no order: the first to come is not the first in line.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RESTORATION_S
        while (missing := self.exchange.core.missing()) and loop.time() < deadline:  # noqa: ASYNC110  # once a run
            await asyncio.sleep(RESTORATION_LOOK_S)
        self.exchange.happened(RestorationEnded(missing))
        if self._restored.contacts:
            log.info(
                "%d calls go on from an earlier run; %d are not back yet",
                len(self._restored.contacts),
                missing,
            )

    async def _drain(self) -> None:
        """Make no more offers, and let those that ring be answered; told to stop again, end at once."""
        self.exchange.happened(EngineStopping())
        self._stopping.clear()
        deadline = asyncio.get_running_loop().time() + DRAIN_S
        while self.exchange.rings() and asyncio.get_running_loop().time() < deadline:
            try:
                async with asyncio.timeout(DRAIN_LOOK_S):
                    await self._stopping.wait()
                    return
            except TimeoutError:
                pass

    async def _learn_acquaintances(self) -> None:
        """Learn from the call log who helped whom lately; calls do not wait for it."""
        queues, longest_s = self._acquaintances.queues, self._acquaintances.longest_s
        if not queues:
            return
        url, since = self._parts.settings.database_url, self._clock.now() - longest_s
        try:
            earlier = await asyncio.to_thread(last_agents, url, queues, since=since)
            self._acquaintances.learn(earlier, self._clock.now())
        except CallLogError as error:
            log.warning("who helped callers before is not known: %s", error)

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_CHECK_S)
            moved_s = self._clock.step_s()
            if moved_s is not None:
                log.warning("the machine's clock was moved by %.3f s; ours goes on as before", moved_s)
                self.exchange.happened(ClockStepped(moved_s))
