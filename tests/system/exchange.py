"""A real exchange as the tests see it: who phones, who answers, what the log says, what Asterisk holds.

Owns the comparison after each test and the numbers that were phoned from. Knows no single test.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from typing import TYPE_CHECKING, TypeVar

from ivr.demo.agents import SimulatedAgents
from ivr.demo.citizens import Citizen, KeyPress, Sipp
from ivr.demo.dialog import Account
from ivr.demo.registration import Registered
from ivr.demo.sound import tone
from ivr.demo.stand import HOST, Stand, free_port
from ivr.demo.telephone import Telephone
from ivr.menu.number import policy
from ivr.toolbox import find_program
from queues.board import Board
from queues.calllog.readings import list_contacts
from queues.journal.reader import JournalTail
from routing.events import CallArrived, OfferAnswered, OfferFailed, Recorded, TelephoneState
from routing.policy import CoolDowns
from tests.system import pbx
from tests.system.books import Books, Declared
from tests.system.caller import Caller
from tests.system.ledger import Balance, balance
from tests.system.seen import Seen, SeenCrowd
from tests.system.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from ivr.demo.agents import Manner
    from ivr.demo.citizen_log import CitizensReport
    from ivr.demo.telephone import Behaviour
    from ivr.settings import Settings
    from queues.calllog.readings import ContactRecord
    from routing.events import Event

Result = TypeVar("Result")

JARFALLA = "+46858028500"
TESTBY = "+46858000099"
KRISBY = "+46858000098"
ORDBY = "+46858000097"
KOBY = "+46858000095"
GRANBY = "+46858000094"
FIRST_CALLER = 46_701_740_605  # from the block that is kept for fiction, and on upwards
WITHIN_S = 15.0  # for what should take a second
LOOK_S = 0.02
LOG_LOOK_S = 0.1  # between two looks into the database
EVERY_CONTACT = 1_000_000


class RealExchange:
    """Asterisk, engine and telephones for tests."""

    def __init__(self, runner: asyncio.Runner, settings: Settings) -> None:
        self._runner = runner
        self.stand = Stand(settings)
        self.policy = policy(self.stand.numbers)
        self.board = Board(self.policy.queues, self.policy.agents)
        self.stream: list[Recorded] = []
        self.callers: list[str] = []
        self.malformed_callers: list[str] = []  # Asterisk quotes what is no SIP message in its log
        self.seen = Seen()
        self.declared = Declared()  # what this test breaks on purpose
        self.balances: list[Balance] = []  # of every settling that had something to compare
        self._balanced = 0  # of the stream
        self._phoned: list[str] = []  # since then
        self._tail = JournalTail(settings.journal)
        self._numbers = itertools.count(FIRST_CALLER)

    @property
    def server(self) -> tuple[str, int]:
        """Asterisk's SIP address."""
        return HOST, self.stand.settings.sip_port

    def run(self, work: Coroutine[None, None, Result]) -> Result:
        """Run a coroutine in the exchange's loop."""
        return self._runner.run(work)

    def start(self) -> None:
        """Start Asterisk and the engine."""
        self.run(self.stand.__aenter__())

    def stop(self) -> None:
        """Stop both."""
        self.run(self.stand.stop())

    # --- people -----------------------------------------------------------------------------------

    def new_caller(self, *, malformed: bool = False) -> str:
        """Return a number that nobody has phoned from yet."""
        caller = f"+{next(self._numbers)}"
        (self.malformed_callers if malformed else self.callers).append(caller)
        if malformed:
            self.declared.malformed.add(caller)
        self._phoned.append(caller)
        return caller

    def citizen(
        self, keys: str = "", *, first_s: float = 0.8, gap_s: float = 2.5, **changes: object
    ) -> Citizen:
        """Return a citizen with a number of their own who presses `keys`, one every `gap_s`."""
        presses = tuple(KeyPress(gap_s if i else first_s, key) for i, key in enumerate(keys))
        return Citizen(self.new_caller(), presses, **changes)  # type: ignore[arg-type]

    def crowd(self, citizens: Sequence[Citizen], called: str = TESTBY, **pace: object) -> SeenCrowd:
        """Return SIPp with these citizens; by default they all phone at once."""
        sipp = Sipp(find_program("sipp").command, self.server, called, free_port(kind=socket.SOCK_DGRAM))
        pace = {"calls": max(1, len(citizens)), **pace}
        crowd = SeenCrowd(citizens, sipp, **pace)  # type: ignore[arg-type]
        self.seen.crowds.append(crowd)
        return crowd

    def caller(self, called: str = KRISBY, *, listens: bool = True) -> Caller:
        """Return a citizen who phones by a telephone of the tests' own, with a number of their own."""
        caller = Caller(self.new_caller(), self.server, called, listens=listens)
        self.seen.callers.append(caller)
        return caller

    async def phone(
        self, citizens: Sequence[Citizen], called: str = TESTBY, within_s: float = 60.0
    ) -> CitizensReport:
        """Let citizens phone, and wait until all of them have hung up."""
        async with self.crowd(citizens, called) as crowd:
            return await crowd.finished(within_s)

    def caller_again(self, before: Caller) -> Caller:
        """Return a citizen who phones the same number from the same telephone once more."""
        caller = Caller(before.number, self.server, before.called)
        self._phoned.append(before.number)
        self.seen.callers.append(caller)
        return caller

    def telephone(self, agent: str, behaviour: Behaviour, **extra: object) -> Telephone:
        """Return an agent's telephone, not yet open."""
        account = Account(agent, self.stand.password(agent), self.server)
        speaking = {"voice": tone(), **extra}  # a talk is no silence to the caller
        telephone = Telephone(account, behaviour=behaviour, **speaking)  # type: ignore[arg-type]
        self.seen.watch(telephone)
        return telephone

    def agents(self, agents: Sequence[str], manner: Manner) -> SimulatedAgents:
        """Return agents who work by themselves, not yet there."""
        people = SimulatedAgents(agents, self.stand.password, self.server, manner=manner)
        self.seen.watch(*people.telephones)
        return people

    async def register(self, *telephones: Telephone) -> None:
        """Register telephones and wait until the engine knows that they can be reached."""
        for outcome in await asyncio.gather(*(t.register(WITHIN_S) for t in telephones)):
            assert isinstance(outcome, Registered), outcome
        agents = {telephone.account.user for telephone in telephones}
        await self.until(
            lambda: not agents & self.agents_in(TelephoneState.UNREACHABLE), "the engine sees the telephones"
        )

    # --- what happened ------------------------------------------------------------------------------

    def look(self) -> None:
        """Read what the journal has gained."""
        for recorded in self._tail.poll():
            self.stream.append(recorded)
            self.board.apply(recorded)

    def reopen_journal(self) -> None:
        """Read on in files that have taken the place of those we read."""
        position = self._tail.position
        self._tail.close()
        self._tail = JournalTail(self.stand.settings.journal, position)

    async def until(self, is_so: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
        """Wait until the journal says so; `what` names it if it never does."""
        deadline = time.monotonic() + within_s
        while True:
            self.look()
            if is_so():
                return
            assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}; {self.summary()}"
            await asyncio.sleep(LOOK_S)

    def summary(self) -> str:
        """Say in short what the journal knows to be going on."""
        snapshot = self.board.snapshot()
        waiting = {view.queue: len(view.waiting) for view in snapshot.queues if view.waiting}
        agents = {
            v.agent: f"{v.telephone}, {v.work}" for v in snapshot.agents if v.telephone != "unreachable"
        }
        return f"open: {snapshot.totals.still_open}, in menu: {snapshot.in_menu}, {waiting=}, {agents=}"

    def agents_in(self, state: TelephoneState) -> set[str]:
        """Return the agents whose telephone the engine believes to be in that state."""
        return {view.agent for view in self.board.snapshot().agents if view.telephone is state}

    def stories(self, caller: str) -> list[Story]:
        """Return every contact of this caller."""
        self.look()
        pseudonym = self.stand.pseudonym(caller)
        return [
            self._story(caller, recorded.event.contact)
            for recorded in self.stream
            if isinstance(recorded.event, CallArrived) and recorded.event.caller == pseudonym
        ]

    def story(self, caller: str) -> Story:
        """Return the one contact of this caller, which must be closed exactly once."""
        stories = self.stories(caller)
        assert len(stories) == 1, f"{len(stories)} contacts for one call"
        assert len(stories[0].ends) == 1, stories[0].events
        return stories[0]

    def has(self, caller: Caller, kind: type[Event]) -> bool:
        """Say whether the caller's one contact has had an event of that kind."""
        stories = self.stories(caller.number)
        return len(stories) == 1 and bool(stories[0].of(kind))

    async def until_has(self, caller: Caller, kind: type[Event], within_s: float = WITHIN_S) -> None:
        """Wait until the caller's contact has had an event of that kind."""
        await self.until(lambda: self.has(caller, kind), f"{kind.__name__} of {caller.number}", within_s)

    def count(self, kind: type[Event]) -> int:
        """Return how many events of that kind there have been."""
        self.look()
        return sum(isinstance(recorded.event, kind) for recorded in self.stream)

    def contact_of(self, caller: Caller) -> str:
        """Return the id of the caller's contact."""
        (story,) = self.stories(caller.number)
        return story.contact

    def all_stories(self) -> list[Story]:
        """Return every contact, in the order they arrived."""
        self.look()
        return [
            self._story("", recorded.event.contact)
            for recorded in self.stream
            if isinstance(recorded.event, CallArrived)
        ]

    def busy(self) -> set[str]:
        """Return the agents who are offered a caller or talk with one."""
        self.look()
        return {view.agent for view in self.board.snapshot().agents if view.work != "idle"}

    def latest(self) -> Story:
        """Return the contact that arrived last, closed or not."""
        self.look()
        arrivals = [r.event for r in self.stream if isinstance(r.event, CallArrived)]
        return self._story("", arrivals[-1].contact)

    def _story(self, caller: str, contact: str) -> Story:
        events = (r for r in self.stream if getattr(r.event, "contact", None) == contact)
        return Story(caller, tuple(events))

    # --- what must be true after each test -----------------------------------------------------------

    def settle(self) -> None:
        """Wait until nothing is left over, and hold what everybody saw against each other: the ledger."""
        self.run(self._settle())

    async def _settle(self) -> None:
        def is_over() -> bool:
            snapshot = self.board.snapshot()
            return not snapshot.totals.still_open and all(view.work == "idle" for view in snapshot.agents)

        await self.until(is_over, "every contact is closed and every agent idle")
        deadline = time.monotonic() + WITHIN_S
        while left := await pbx.left_over(self.stand.asterisk, self.policy, self.board.snapshot()):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(LOOK_S)
            self.look()
        balanced = await self._balance()
        found = balanced._replace(differences=(*left, *balanced.differences))
        await self._let_nobody_rest()
        declared, self.declared = self.declared, Declared()
        self.seen.forget()
        self._balanced, self._phoned = len(self.stream), []
        self.balances.append(found)
        assert not found.differences, f"{found}\n{declared}"

    async def _let_nobody_rest(self) -> None:
        """Let agents who did not answer be asked at once again in the next test: by a new engine."""
        events = [recorded.event for recorded in self._unbalanced()]
        if any(isinstance(event, OfferFailed) and CoolDowns().after(event.cause) for event in events):
            await self.stand.stop_engine()
            await self.stand.start_engine()

    def _unbalanced(self) -> list[Recorded]:
        return self.stream[self._balanced :]

    async def _balance(self) -> Balance:
        """Balance the ledger, when the call log has caught up or had the time for it."""
        deadline = time.monotonic() + WITHIN_S
        calls, rings = self.seen.calls(), await self.seen.rings()
        watched = {call.caller for call in calls}
        unwatched = [caller for caller in self._phoned if caller not in watched]
        events = self._unbalanced()
        known = {event.contact for _, _, event in events if isinstance(event, CallArrived)}
        before = {
            event.contact for _, _, event in self.stream[: self._balanced] if isinstance(event, CallArrived)
        }
        pseudonyms = {caller: self.stand.pseudonym(caller) for caller in self._phoned}
        while True:
            rows = [row for row in self.rows() if row.contact not in before] if known or calls else []
            books = Books(calls, rings, unwatched, events, rows, self.policy.agents, pseudonyms)
            found = balance(books, self.declared)
            is_written = {row.contact for row in rows if row.ended_at is not None} >= known
            if is_written or time.monotonic() > deadline:
                return found
            await asyncio.sleep(LOG_LOOK_S)

    def rows(self) -> tuple[ContactRecord, ...]:
        """Return what the call log has."""
        return list_contacts(self.stand.settings.database_url, limit=EVERY_CONTACT)

    async def channels(self) -> list[str]:
        """Return the names of Asterisk's channels."""
        return [channel.name for channel in await pbx.channels(self.stand.asterisk)]


async def serve_each(exchange: RealExchange, callers: Sequence[Caller], talk_s: float) -> None:
    """Let these be answered one after the other, and each leave after a short talk."""
    for caller in callers:
        await exchange.until_has(caller, OfferAnswered)
        await asyncio.sleep(talk_s)
        await caller.leave()


def answered_by(exchange: RealExchange, agent: str) -> list[str]:
    """Return the contacts that this agent has answered for the engine, in order."""
    exchange.look()
    return [
        event.contact
        for _, _, event in exchange.stream
        if isinstance(event, OfferAnswered) and event.agent == agent
    ]
