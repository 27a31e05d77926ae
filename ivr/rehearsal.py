"""Rehearsals: calls that are led by the live menus as things stand now, and of which nothing is left.

Owns the room that such a session meets: a core, an exchange and telephones of its own, so that the books, the
router, the agents and the statistics hear nothing of it. What leads the caller is the same as ever. Must not
know who calls, nor what Asterisk is.

The AGI script is `rehearsal`. Its arguments, of which any may be empty:

    1  the called number in any form, or the name of its folder; empty: the default number
    2  the caller's number          3  its presentation, as CALLERID(num-pres) has it
    4  the local time that callers are told the opening hours of, such as 2026-12-24T10:00
    5  `away` when officers do not answer; else they do
    6  what departments' scripts are said to have returned    7  `run-scripts`: they run instead

What the channel is told beside what every channel is, as variables:

    VAXEL_NUMBER, VAXEL_VERSION, VAXEL_CALLED    first: the folder, its content's hash, the number as read
    VAXEL_OFFICER                                whose telephone would ring now
    VAXEL_ENDS                                   last: what the call counts as, unless the caller hung up
    VAXEL_REFUSED                                last: why there is no rehearsal, or no more of it
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.arrivals import UNREAD, Arrivals
from ivr.call import CallSession
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.installation import default_number
from ivr.menu.number import policy
from ivr.numbers import NumberPlan
from ivr.prompts import PromptError
from ivr.proving.scenario import WORDS
from ivr.ring import CallerGone, NotAnswered, Talked
from ivr.scripts.shelf import ScriptShelf
from queues.problems import suggestion
from routing.events import EngineStarted, OfferFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ivr.agi.session import AgiSession
    from ivr.attendant import Attendant
    from ivr.clock import EngineClock
    from ivr.menu.circumstances import Standing
    from ivr.menu.number import Number
    from ivr.ring import Rung
    from ivr.scripts.bridge import ScriptAgi
    from ivr.scripts.running import ScriptFunction
    from ivr.settings import Settings
    from ivr.voice import Sounds
    from routing.events import CallArrived, Event

    # As `ivr.speaking.prepare`: makes what callers of these numbers may hear from a UTC second on.
    Prepare = Callable[[Iterable[Number], float, Mapping[str, Standing]], None]

SCRIPT: Final = "rehearsal"
MOST_AT_ONCE: Final = 20  # everybody who edits menus, and then some; 2,000 callers go first
LIMIT_S: Final = 1800.0  # whoever left the telephone off the hook
SIGN_S: Final = 2.0  # how often the other side is told that we are still there while prompts are made
LONGEST_REASON: Final = 400  # characters; a channel's variable holds 1,023 bytes
YEARS: Final = range(2000, 3000)  # beyond them calendars end, and hours that are looked for run over
AWAY: Final = "away"
RUN_SCRIPTS: Final = "run-scripts"

log = logging.getLogger(__name__)


class RehearsalRefusedError(Exception):
    """There is no rehearsal, or no more of it; the text says why."""


class Wishes(NamedTuple):
    """What is to be rehearsed, as the session's arguments say."""

    called: str
    caller: tuple[str, str]  # number and presentation
    at: float | None  # UTC seconds, as calendars go
    officers_answer: bool
    script_result: str | None
    runs_scripts: bool

    def __repr__(self) -> str:
        """Leave the caller out."""
        return f"Wishes(called={self.called!r}, at={self.at})"


class Rehearsal:
    """Serve rehearsals beside the live calls: `await rehearsal.serve(session)` for each.

    `attendant` is the live core's, and only read. `prepare` makes the prompts for another time than now, in a
    thread; None where prompts need not be made.
    """

    def __init__(
        self,
        attendant: Attendant,
        settings: Settings,
        sounds: Sounds,
        clock: EngineClock,
        scripts: Callable[[str], ScriptFunction] = ScriptShelf(None),  # noqa: B008  # it holds nothing
        prepare: Prepare | None = None,
    ) -> None:
        self._attendant = attendant
        self._settings = settings
        self._sounds = sounds
        self._clock = clock
        self._scripts = scripts
        self._prepare = prepare
        self._preparing = asyncio.Lock()  # one at a time: live calls share the machine
        self._under_way = 0

    async def serve(self, session: AgiSession) -> None:
        """Rehearse one call until it ends."""
        if self._under_way >= MOST_AT_ONCE:
            await _refuse(session, f"{self._under_way} rehearsals are under way; try again in a while")
            return
        self._under_way += 1
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._rehearse(session)
        except RehearsalRefusedError as refused:
            await _refuse(session, str(refused))
        except TimeoutError:
            await _refuse(session, f"a rehearsal ends after {LIMIT_S / 60:.0f} minutes")
        finally:
            self._under_way -= 1

    async def _rehearse(self, session: AgiSession) -> None:
        wishes = self._wishes(session.request.arguments)
        numbers = dict(self._attendant.numbers)
        arrival = self._arrival(session, wishes, numbers)
        number = numbers[arrival.number]
        now = self._clock.now()
        at = self._attendant.moment(now, number.id).at if wishes.at is None else wishes.at
        told = f"VAXEL_NUMBER={number.id},VAXEL_VERSION={number.content_hash},VAXEL_CALLED={arrival.called}"
        await session.execute("MSet", told)
        if wishes.at is not None:
            await self._make_prompts(session, number, at)
        core = Core(numbers, policy(numbers.values()), is_rehearsal=True)
        exchange = Exchange(core, _NoJournal(), self._clock, _nothing_rings)
        try:
            exchange.happened(EngineStarted(SCRIPT, calendar_shift_s=at - now))
            core.attendant.standing.update(self._attendant.standing)
            exchange.happened(arrival)
            contact = core.contacts[arrival.contact]
            ring = _NoTelephones(session, number.officers, wishes.officers_answer)
            scripts = self._scripts if wishes.runs_scripts else _told_scripts(wishes.script_result)
            await CallSession(
                exchange, self._sounds, contact, session, ring, _NoRenewals(), scripts=scripts
            ).run()
            if contact.outcome is not None and not session.hung_up:
                await session.set_variable("VAXEL_ENDS", WORDS.get(contact.outcome, contact.outcome))
        finally:
            exchange.close()

    def _wishes(self, arguments: Sequence[str]) -> Wishes:
        called, caller, presentation, at, officers, result, runs = (*arguments, *[""] * 7)[:7]
        moment: float | None = None
        if at:
            try:
                local = datetime.fromisoformat(at)
            except ValueError:
                raise RehearsalRefusedError(
                    f"expected a local time such as 2026-12-24T10:00, found {at[:40]!r}"
                ) from None
            if local.year not in YEARS:
                raise RehearsalRefusedError(
                    f"expected a time from {YEARS[0]} to {YEARS[-1]}, found {at[:40]!r}"
                )
            zone = local.tzinfo or self._settings.time_zone
            moment = local.replace(tzinfo=zone).timestamp()
        told = (caller, presentation or ("allowed" if caller else "unavailable"))
        return Wishes(called, told, moment, officers != AWAY, result or None, runs == RUN_SCRIPTS)

    def _arrival(self, session: AgiSession, wishes: Wishes, numbers: Mapping[str, Number]) -> CallArrived:
        called = wishes.called
        if called and called not in numbers:
            plan = NumberPlan(self._settings.region, self._settings.area)
            if plan.e164(called) is None:
                raise RehearsalRefusedError(
                    f"{called[:40]!r} is neither a telephone number nor the name of a folder of menus; "
                    f"{suggestion(called, numbers)}"
                )
        else:
            number = numbers[called] if called else default_number(self._settings, tuple(numbers.values()))
            called = next(iter(number.called), UNREAD)
        # The pseudonym is of a key that nobody keeps, as nobody keeps the pseudonym.
        arrivals = Arrivals(tuple(numbers.values()), self._settings, secrets.token_bytes())
        case = session.request.uniqueid
        arrival = arrivals.learned(case, called, wishes.caller, 0.0)._replace(when=None)
        return arrival if wishes.called not in numbers else arrival._replace(number=wishes.called)

    async def _make_prompts(self, session: AgiSession, number: Number, at: float) -> None:
        """Make what is said at another time than now: "we open again on Monday" was never needed before."""
        if self._prepare is None:
            return
        making = asyncio.create_task(self._made(self._prepare, number, at), name="prompts of a rehearsal")
        try:
            while not making.done() and not session.hung_up:
                await asyncio.wait({making}, timeout=SIGN_S)
                await session.noop()
            if making.done():
                making.result()
        except PromptError as error:
            raise RehearsalRefusedError(str(error)) from error
        finally:
            making.cancel()

    async def _made(self, prepare: Prepare, number: Number, at: float) -> None:
        async with self._preparing:
            await asyncio.to_thread(prepare, [number], at, self._attendant.standing)


async def _refuse(session: AgiSession, why: str) -> None:
    log.info("%r: a rehearsal was refused", session)  # why may tell what somebody typed
    if not session.hung_up:
        await session.set_variable("VAXEL_REFUSED", " ".join(why.split())[:LONGEST_REASON])


def _told_scripts(result: str | None) -> Callable[[str], ScriptFunction]:
    """Return what finds, in place of each department's script, one that only says so."""

    def find(name: str) -> ScriptFunction:
        def script(agi: ScriptAgi) -> str | None:
            gives = "nothing" if result is None else result
            agi.verbose(f"the script {name} is not run; it is said to have returned {gives}")
            return result

        return script

    return find


class _NoJournal:
    """Keep nothing."""

    trouble: str | None = None
    kept = 0

    def append_all(self, at: float, events: Sequence[Event]) -> None:
        """Forget the events."""

    def catch_up(self) -> int:
        """Have nothing to write."""
        return 0


class _NoRenewals:
    """Nothing sets the dead-man's switch but the session itself."""

    def can_set(self) -> bool:
        """Tell that AMI is none of ours."""
        return False

    def set(self, channel: str, after_s: int) -> None:
        """Do nothing."""


class _NoTelephones:
    """Ring nobody: agents cannot be reached, officers are said to have answered at once, or not."""

    def __init__(self, session: AgiSession, officers: Mapping[str, object], officers_answer: bool) -> None:
        self._session = session
        self._officers = officers
        self._officers_answer = officers_answer

    async def ring(self, agent: str, ring_s: float, is_over: Callable[[], bool]) -> Rung:
        """Tell the channel whose telephone would ring, if it is an officer's."""
        del ring_s, is_over
        if agent not in self._officers:
            return NotAnswered(OfferFailure.UNREACHABLE)
        await self._session.execute("MSet", f"VAXEL_OFFICER={agent}")
        if self._session.hung_up:
            return CallerGone()
        return Talked() if self._officers_answer else NotAnswered(OfferFailure.NO_ANSWER)


def _nothing_rings(contact: str) -> None:
    """Withdraw nothing: nobody is offered a caller."""
