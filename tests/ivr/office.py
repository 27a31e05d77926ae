"""An exchange in virtual time without Asterisk: core, journal in memory, FastAGI server, fake channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ivr.agi.server import FastAgiServer
from ivr.call import CallSession
from ivr.clock import EngineClock
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.menu.number import policy
from ivr.ring import DialRing
from routing.events import AgentStateChanged, CallArrived, CallEnded, TelephoneState
from tests.fakes.fastagi import FakeChannel
from tests.fakes.prompts import NamedPrompts
from tests.ivr.agi.virtual import now, run
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from ivr.agi.session import AgiSession
    from ivr.contact import Contact
    from routing.events import Event

T = TypeVar("T")
CASE = "c1"


class MemoryJournal:
    """Keep events in a list; `broken` keeps them aside, as a writer does whose disk is full."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.aside: list[Event] = []
        self.broken = False
        self.trouble: str | None = None

    @property
    def kept(self) -> int:
        """How many events are aside."""
        return len(self.aside)

    def append_all(self, at: float, events: Sequence[Event]) -> None:
        """Keep the events."""
        assert at >= 0
        if self.broken:
            self.trouble = "no space left on device"
        (self.aside if self.broken or self.aside else self.events).extend(events)

    def catch_up(self) -> int:
        """Take what is aside into the list."""
        if self.broken:
            return 0
        taken, self.aside = self.aside, []
        self.events += taken
        return len(taken)


class NotedRenewals:
    """Keep what was set by AMI; without `ami` nothing can be."""

    def __init__(self) -> None:
        self.ami = True
        self.made: list[tuple[str, int]] = []

    def can_set(self) -> bool:
        """Whether AMI is there."""
        return self.ami

    def set(self, channel: str, after_s: int) -> None:
        """Note it."""
        self.made.append((channel, after_s))


class Office:
    """Everything that a call meets in the engine. Made inside a running virtual loop."""

    def __init__(self) -> None:
        number = number_for_tests()
        self.core = Core({number.id: number}, policy([number]))
        self.journal = MemoryJournal()
        self.withdrawn: list[str] = []
        self.clock = EngineClock(now, now)
        self.exchange = Exchange(self.core, self.journal, self.clock, self.withdrawn.append)
        self.renewals = NotedRenewals()
        self.server = FastAgiServer("127.0.0.1", 0, self._answer)
        self.ended = 0  # sessions
        self.channels: list[FakeChannel] = []

    @property
    def contact(self) -> Contact:
        """The one contact."""
        return self.core.contacts[CASE]

    def log(self, kind: type[T]) -> list[T]:
        """Return the journal's events of one kind."""
        return [event for event in self.journal.events if isinstance(event, kind)]

    def free(self, *agents: str) -> None:
        """Let the telephones of these agents become free."""
        for agent in agents:
            self.exchange.happened(AgentStateChanged(agent, TelephoneState.FREE))

    async def call(self, keys: Iterable[str | None] = (), missing_sounds: Iterable[str] = ()) -> FakeChannel:
        """Let a caller, always the same case, enter the engine."""
        channel = FakeChannel(
            CASE, callerid="0701740605", keys=keys, missing_sounds=missing_sounds, real_time=True
        )
        self.channels.append(channel)
        await channel.connect("127.0.0.1", self.server.port)
        return channel

    async def waiting(self, keys: Iterable[str | None] = ("1",)) -> FakeChannel:
        """Let a caller come to the queue, nobody being free."""
        channel = await self.call(keys)
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        return channel

    async def offered(self) -> FakeChannel:
        """Let a caller come to where gun's telephone rings."""
        channel = await self.waiting()
        self.free("gun")
        await channel.reached(lambda c: c.running == "EXEC")
        return channel

    async def gone(self, channel: FakeChannel) -> None:
        """Return when the engine has let the channel's session go."""
        await channel.reached(lambda c: c.closed)

    async def _answer(self, session: AgiSession) -> None:
        if CASE not in self.core.contacts:
            self.exchange.happened(CallArrived(CASE, CASE, "testby", "+46858028500", None, "withheld"))
        ring = DialRing(session)
        await CallSession(self.exchange, NamedPrompts(), self.contact, session, ring, self.renewals).run()
        self.ended += 1

    def closed(self) -> bool:
        """Whether the contact has its end in the journal."""
        return bool(self.log(CallEnded))


def in_office(story: Callable[[Office], Awaitable[None]]) -> Office:
    """Let `story` happen in a new office, in virtual time; return the office."""

    async def main() -> Office:
        office = Office()
        async with office.server:
            await story(office)
        office.exchange.close()
        return office

    return run(main())
