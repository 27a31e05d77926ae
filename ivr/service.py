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
from ivr.ami.actions import hang_up, set_absolute_timeout, set_variable
from ivr.ami.client import AmiClient
from ivr.ami.errors import AmiError
from ivr.arrivals import Arrivals
from ivr.call import CallSession
from ivr.clock import EngineClock
from ivr.consult import Consults, ConsultSession, Target, read_target
from ivr.contact import Phase
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.installation import default_number, targets
from ivr.menu.number import policy
from ivr.mirror import FallbackMirror
from ivr.open_files import allow_open_files
from ivr.reconciliation import Known, Reconciliation
from ivr.restoration import fit, restore
from ivr.ring import DialRing
from ivr.transfers import Transfers
from ivr.translator import Translator
from queues.calllog.database import migrate
from queues.calllog.errors import CallLogError, DatabaseUnavailableError
from queues.calllog.follower import follower_command
from queues.journal.errors import JournalError
from queues.journal.reader import read_since_start
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskDisconnected,
    CallerReturned,
    CallTransferred,
    ClockStepped,
    ConfigurationChanged,
    EngineStarted,
    EngineStopping,
    OfferAnswered,
    OfficerAnswered,
    RestorationEnded,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ivr.agi.session import AgiSession
    from ivr.arrivals import Entry
    from ivr.contact import Contact
    from ivr.menu.number import Number
    from ivr.prompts import PromptLibrary
    from ivr.restoration import Restored
    from ivr.settings import Settings
    from routing.events import Input, Recorded
    from routing.policy import Policy

log = logging.getLogger(__name__)

SENT = "moved"  # the dialplan's phase of a caller whom somebody has sent
BEEP = "beep"  # of Asterisk's own sounds
LONGEST_CALL_S = 86_400.0  # older events of the journal tell of no call that goes on
RESTORATION_S = 3.0  # for callers of an earlier run to come back
RESTORATION_LOOK_S = 0.02
DRAIN_S = 30.0  # for telephones that ring as the engine is told to end
DRAIN_LOOK_S = 0.1
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
        self._restored = self._read_journal(everybody)
        core = Core({number.id: number for number in parts.numbers}, everybody)
        self.exchange = Exchange(core, self._journal, self._clock, self._withdraw)
        self._mirror = FallbackMirror(everybody, core.telephones, core.paused)
        self._consults = Consults()
        transfers = Transfers(
            self._tell,
            core.contacts,
            targets(parts.numbers),
            self._consults,
            lambda contact: self.set(contact, 0),
        )
        self._translator = Translator(self._tell, core.contacts, everybody.agents, self._withdraw, transfers)
        self._arrivals = Arrivals(parts.numbers, settings, settings.secrets.pseudonym_key())
        known = Known(self._restored.asterisk_run, self._restored.ended)
        reconciliation = Reconciliation(self.exchange, self._translator, self._arrivals, self._mirror, known)
        self._ami = AmiClient(
            settings.ami_host,
            settings.ami_port,
            settings.ami_user,
            settings.secrets.open().ami.reveal(),
            on_event=self._translator.take,
            on_connected=reconciliation.connected,
            on_lost=self._disconnected,
        )
        self._reconciliation = reconciliation
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
                    group.create_task(self._reconciliation.keep(self._ami), name="reconciliation"),
                    group.create_task(self._end_restoration(), name="restoration"),
                    group.create_task(self._watch_clock(), name="clock"),
                    group.create_task(self._keep_following(), name="follower"),
                ]
                log.info("answering on %s:%d", settings.agi_host, settings.agi_port)
                self.ready.set()
                await self._stopping.wait()
                await self._drain()
                await server.close()
                for task in tasks:
                    task.cancel()
        finally:
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
        self.exchange.happened(EngineStarted(self._parts.version))
        for contact in self._restored.contacts:
            self.exchange.happened(contact)
        for agent in self._restored.paused:
            self.exchange.happened(AgentPaused(agent))
        repair = self._journal.repair
        if repair is not None:
            log.warning("the journal ended within an event: %d bytes were cut off", repair.cut_bytes)
        for number in self._parts.numbers:
            self.exchange.happened(ConfigurationChanged(number.id, number.content_hash))

    async def _answer(self, session: AgiSession) -> None:
        """Serve one AGI session: a caller's, or one of a telephone of ours."""
        match session.request.script:
            case "consult":
                await self._consult(session)
            case "duty":
                await self._duty(session)
            case _:
                await self._caller(session)

    async def _caller(self, session: AgiSession) -> None:
        entry = self._arrivals.read(session.request)
        case = entry.arrival.contact
        is_new = self.exchange.happened(entry.arrival)
        if is_new:
            self._translator.arrived(case)
        contact = self.exchange.core.contacts.get(case)
        if contact is None:
            return  # it is over: AMI told its end before AGI told its beginning
        has_been_here = not is_new or entry.queue is not None
        if has_been_here and not self._was_sent(entry, contact):
            self.exchange.happened(CallerReturned(case, entry.queue, entry.since))
        await self._call(contact, session).run()

    def _was_sent(self, entry: Entry, contact: Contact) -> bool:
        """Tell where somebody has sent the caller, unless AMI has told; return whether it is so.

        Whoever is sent where nothing leads goes back to where they waited.
        """
        target = entry.target
        if target is None and entry.phase == SENT and contact.queued is not None:
            target = Target("queue", contact.queued.queue)
        if target is None:
            return False
        by = entry.sent_by or contact.agent or ""
        self.exchange.happened(CallTransferred(contact.id, by, target.kind, target.id, "blind"))
        return not contact.away and contact.phase in {Phase.WAITING, Phase.HANDED}

    async def _duty(self, session: AgiSession) -> None:
        """Let an agent pause, which two beeps confirm, or come back, which one does."""
        what, agent = (*session.request.arguments, "", "")[:2]
        self._tell(AgentPaused(agent) if what == "pause" else AgentResumed(agent))
        if agent in self.exchange.core.telephones:
            for _ in range(1 + (agent in self.exchange.core.paused)):
                await session.stream_file(BEEP)

    async def _consult(self, session: AgiSession) -> None:
        """Serve a telephone that calls a queue or an officer, then the caller whom it hands over by that."""
        target_text, agent = (*session.request.arguments, "", "")[:2]
        target = read_target(target_text)
        if target is None:
            return
        consult = ConsultSession(self.exchange, session, agent, target, self.can_set)
        self._consults.begin(session.request.uniqueid, consult)
        try:
            became = await consult.run()
        finally:
            self._consults.end(session.request.uniqueid)
        if became is not None:
            contact, rung = became
            call = self._call(contact, session)
            if rung is None or await call.reached(contact.id, target.id, rung):
                await call.run()

    def _call(self, contact: Contact, session: AgiSession) -> CallSession:
        prompts = self._parts.prompts
        return CallSession(
            self.exchange, prompts, contact, session, DialRing(session), self, self._consults.of
        )

    def can_set(self) -> bool:
        """Tell whether a dead-man's switch can be set by AMI."""
        return self._ami.connected

    def set(self, channel: str, after_s: int) -> None:
        """Set a channel's dead-man's switch by AMI."""
        set_absolute_timeout(self._ami, channel, after_s)

    def _tell(self, event: Input) -> bool:
        """Pass on what AMI told, and let Asterisk's own queues know of agents who come and go."""
        before = (
            self.exchange.core.telephones.get(event.agent) if isinstance(event, AgentStateChanged) else None
        )
        happened = self.exchange.happened(event)
        if happened and isinstance(event, AgentStateChanged) and before is not None:
            self._mirror.telephone_changed(self._ami, event.agent, before)
        if happened and isinstance(event, AgentPaused | AgentResumed):
            self._mirror.pause_changed(self._ami, event.agent)
        if happened and isinstance(event, OfficerAnswered):
            # In what was a consulting call the dialplan cannot tell the caller's channel of the answer.
            set_absolute_timeout(self._ami, event.contact, 0)
            set_variable(self._ami, event.contact, "VAXEL_PHASE", Phase.TALKING)
        if happened and isinstance(event, OfferAnswered) and not self.exchange.is_attached(event.contact):
            set_absolute_timeout(
                self._ami, event.contact, 0
            )  # we have renewed it since an earlier run's offer
        return happened

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
