"""An exchange in virtual time beside a fake Asterisk on loopback: AMI and reconciliation, no sessions.

Owns the wiring of core, journal in memory, translator and reconciliation to a real AMI client, and the words
for what Asterisk then shows and has noted.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from ivr.ami.client import AmiClient
from ivr.arrivals import Arrivals
from ivr.clock import EngineClock
from ivr.consult import Consults
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.fallback import CONTEXT, ENDS
from ivr.menu.number import policy
from ivr.mirror import FallbackMirror
from ivr.reconciliation import Before, Reconciliation
from ivr.settings import Settings
from ivr.transfers import Transfers
from ivr.translator import Translator
from routing.events import (
    AgentStateChanged,
    CallArrived,
    DigitPressed,
    OfferAnswered,
    PromptEnded,
    TelephoneState,
)
from tests.fakes.ami import SECRET, USER, FakeAmi
from tests.ivr.ami.virtual_time import run
from tests.ivr.numbers_for_tests import number_for_tests
from tests.ivr.office import MemoryJournal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from routing.events import Event, Input

T = TypeVar("T")

START = 1_763_782_800.0
RUN = "2026-11-22 12:00:00"  # how the fake Asterisk tells when it was started
CASE = "vaxel-1763782700.7"  # arrived 100 s before
LEG = "vaxel-1763782790.8"  # an agent's or an officer's
NOTHING_KNOWN = Before("", frozenset())

ARRIVED = CallArrived(CASE, CASE, "testby", "+46858028500", None, "withheld")
QUEUED_UP = (ARRIVED, DigitPressed(CASE, "1"), PromptEnded(CASE))
OFFERED = (AgentStateChanged("anna", TelephoneState.FREE), *QUEUED_UP)
TALKING = (*OFFERED, OfferAnswered(CASE, "anna"))


class Session:
    """One of ours that does nothing."""

    def task_changed(self) -> None:
        """Be told."""

    def talk_began(self) -> None:
        """Be told."""


class Reconciled:
    """Both sides. Make one, set what Asterisk has, then let a `story` happen in `run`."""

    def __init__(self, *happened: Input, known: Before = NOTHING_KNOWN) -> None:
        number = number_for_tests()
        self.asterisk = FakeAmi()
        self.core = Core({number.id: number}, policy([number]))
        self.journal = MemoryJournal()
        self._happened = happened
        self._known = known

    def channel(self, uniqueid: str = CASE, *, bridge: str = "", context: str = "", case: str = CASE) -> None:
        """Let Asterisk have this channel."""
        self.asterisk.channels.append(
            [
                ("Uniqueid", uniqueid),
                ("BridgeId", bridge),
                ("Context", context),
                ("ChanVariable", f"VAXEL_CASE={case}"),
            ]
        )

    def bridged(self, endpoint: str) -> None:
        """Let the caller be in one bridge with this telephone, and nothing else be there."""
        self.asterisk.channels.clear()
        self.channel(bridge="b1")
        self.channel(LEG, bridge="b1")
        self.asterisk.channels[1].append(("Channel", f"PJSIP/{endpoint}-00000001"))

    def ended(self, phase: str, at: float | str, answered: float | str = "", case: str = CASE) -> None:
        """Let the dialplan have noted an end."""
        notes = self.asterisk.database.setdefault(ENDS, {})
        notes[str(len(notes))] = f"{case}|{phase}|{at}|{answered}"

    def fell_back(self, note: str, case: str = CASE) -> None:
        """Let the dialplan have noted a call in the fallback."""
        self.asterisk.database.setdefault(CONTEXT, {})[case] = note
        has_answer = len(note.split("|")) > 4  # called, queue, since, entered; then who answered
        self.asterisk.variables[case, "VAXEL_PHASE"] = "talking" if has_answer else "fallback"

    def log(self, *kinds: type[T]) -> list[T]:
        """Return what was told since the beginning of the story, of these kinds."""
        events = self.journal.events[self._before :]
        return [event for event in events if isinstance(event, kinds)]

    def told(self, *without: type[Event]) -> list[Event]:
        """Return what was told since the beginning of the story, without some kinds."""
        return [event for event in self.journal.events[self._before :] if not isinstance(event, without)]

    def asked(self, action: str) -> list[dict[str, str]]:
        """Return what Asterisk was told to do by one action."""
        return [
            {name: value for name, value in one if name not in {"Action", "ActionID"}}
            for one in self.asterisk.actions
            if one[0][1] == action
        ]

    def notes(self) -> dict[str, str]:
        """Return the notes on calls in the fallback that Asterisk still has."""
        return self.asterisk.database.get(CONTEXT, {})

    async def look(self, times: int = 1) -> None:
        """Compare, and return when Asterisk has taken everything that it was told."""
        for _ in range(times):
            await self.reconciliation.look(self.client)
        await self.settled()

    async def settled(self) -> None:
        """Return when Asterisk has taken everything that it was told."""
        await self.client.action("Ping")

    async def connected_again(self) -> None:
        """Lose the connection, and return when the next one has been read."""
        self._read.clear()
        self.asterisk.cut()
        await self._read.wait()
        await self.settled()

    def run(self, story: Callable[[], Awaitable[None]] | None = None) -> Reconciled:
        """Let everything happen that has happened, connect, and let the story happen."""
        run(self._run(story))
        return self

    async def _run(self, story: Callable[[], Awaitable[None]] | None) -> None:
        time = asyncio.get_running_loop().time
        number = number_for_tests()
        self.exchange = Exchange(
            self.core, self.journal, EngineClock(lambda: START + time(), time), lambda _: None
        )
        tell, contacts = self.exchange.happened, self.core.contacts
        transfers = Transfers(tell, contacts, {}, Consults(), lambda _: None)
        self.translator = Translator(tell, contacts, self.core.telephones, lambda _: None, transfers)
        self.reconciliation = Reconciliation(
            self.exchange,
            self.exchange.happened,
            self.translator,
            Arrivals([number], Settings(), b"k" * 32),
            FallbackMirror(policy([number]), self.core.telephones, self.core.paused),
            self._known,
        )
        for event in self._happened:
            self.exchange.happened(event)
        self._before = len(self.journal.events)
        self._read = asyncio.Event()
        async with self.asterisk:
            self.client = AmiClient(
                "127.0.0.1",
                self.asterisk.port,
                USER,
                SECRET,
                on_event=self.translator.take,
                on_connected=self._connected,
            )
            connection = asyncio.create_task(self.client.run())
            try:
                await self._until_read(connection)
                await self.settled()
                if story is not None:
                    await story()
            finally:
                connection.cancel()
                with suppress(asyncio.CancelledError):
                    await connection
                self.exchange.close()

    async def _connected(self, client: AmiClient) -> None:
        await self.reconciliation.connected(client)
        self._read.set()

    async def _until_read(self, connection: asyncio.Task[None]) -> None:
        read = asyncio.create_task(self._read.wait())
        await asyncio.wait((connection, read), return_when=asyncio.FIRST_COMPLETED)
        read.cancel()
        if connection.done():
            await connection
