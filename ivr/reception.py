"""Who opens a session: a caller, one who comes back or was sent, or a telephone of ours; and serving them.

Owns the reading of what a session is for, and what is told of it before it is served. Decides nothing about
callers, and knows neither AMI nor files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ivr import rehearsal
from ivr.call import CallSession
from ivr.consult import Consults, ConsultSession, Target, read_target
from ivr.contact import Leave, Phase
from ivr.fallback import arrived_at, seconds_of
from ivr.ring import DialRing
from routing.events import AgentPaused, AgentResumed, CallerReturned, CallTransferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.acquaintances import Acquaintances
    from ivr.agi.session import AgiSession
    from ivr.arrivals import Arrivals, Entry
    from ivr.contact import Contact
    from ivr.dead_man import Renewals
    from ivr.exchange import Exchange
    from ivr.prompts import PromptLibrary
    from ivr.rehearsal import Rehearsal
    from ivr.scripts.running import ScriptFunction
    from ivr.translator import Translator
    from routing.events import Input

SENT = "moved"  # the dialplan's phase of a caller whom somebody has sent
LATE_S = 3.0  # a call's id tells its second, and Asterisk answers before it calls us
BEEP = "beep"  # of Asterisk's own sounds


def _proves_an_answer(entry: Entry, contact: Contact) -> bool:
    """Tell whether the caller was sent by whom we believe to be rung for them.

    An agent who was rung before and has sent them may be the first to be offered them: AMI has told then.
    """
    is_first = contact.phase is Phase.HANDED or not contact.answered
    return entry.phase == SENT and contact.rings and is_first and entry.sent_by == contact.agent


class Rooms(NamedTuple):
    """What a session meets in the engine."""

    exchange: Exchange
    arrivals: Arrivals
    prompts: PromptLibrary
    translator: Translator
    consults: Consults
    renewals: Renewals
    tell: Callable[[Input], bool]  # what concerns agents, so that Asterisk's own queues hear of it too
    scripts: Callable[[str], ScriptFunction]  # departments' own, by name
    rehearsal: Rehearsal  # which shares nothing with the rest but what callers hear
    acquaintances: Acquaintances


class Reception:
    """Serve AGI sessions: `await reception.serve(session)` for each."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._exchange = rooms.exchange

    async def serve(self, session: AgiSession) -> None:
        """Serve one AGI session: a caller's, one of a telephone of ours, or a rehearsal's."""
        match session.request.script:
            case "consult":
                await self._consult(session)
            case "duty":
                await self._duty(session)
            case rehearsal.SCRIPT:
                await self._rooms.rehearsal.serve(session)
            case _:
                await self._caller(session)

    async def _caller(self, session: AgiSession) -> None:
        entry = self._rooms.arrivals.read(session.request)
        arrival = entry.arrival
        case = arrival.contact
        came_at = self._exchange.of_wall(arrived_at(case))
        if came_at is not None and self._exchange.now() - came_at > LATE_S:  # we hung meanwhile, or were away
            arrival = arrival._replace(when=came_at)
        if met := self._rooms.acquaintances.of(arrival.caller, self._exchange.now()):
            arrival = arrival._replace(met=met)
        is_new = self._exchange.happened(arrival)
        if is_new:
            self._rooms.translator.arrived(case)
        contact = self._exchange.core.contacts.get(case)
        if contact is None:
            return  # it is over: AMI told its end before AGI told its beginning
        if session.hung_up:
            return  # opened while we hung; where the caller is by now is told otherwise
        if _proves_an_answer(entry, contact):
            await self._learn_answer(contact, session)
        has_been_here = not is_new or entry.queue is not None or arrival.when is not None
        if has_been_here and not self._was_sent(entry, contact):
            self._exchange.happened(CallerReturned(case, entry.queue, entry.since))
        await self._call(contact, session).run()

    def _was_sent(self, entry: Entry, contact: Contact) -> bool:
        """Tell where somebody has sent the caller, unless AMI has told; return whether they go on there.

        Whoever is sent where nothing leads goes back to where they waited. A caller who comes by the
        dialplan's way for those who were sent, and whom we believe in a talk, has left it: without AMI we may
        not even know with whom. In what was a consulting call the target is no news, but what has been tried.
        """
        if entry.target is None and entry.phase != SENT:
            return False
        place = contact.queued.queue if contact.queued is not None else contact.number.menu.person_queue
        target = entry.target or Target("queue", place)
        if contact.agent is not None and entry.sent_by not in {None, contact.agent}:
            # Whom they talked with in between, we have missed.
            missed = CallTransferred(
                contact.id, contact.agent, "officer", entry.sent_by or "", "attended", answered=True
            )
            self._exchange.happened(missed)
        by = contact.agent or ""
        if self._exchange.happened(CallTransferred(contact.id, by, target.kind, target.id, "blind")):
            return True
        # AMI has told; they may have been offered to an agent by now. An offer of before us is over.
        return entry.phase == SENT and not contact.away and not isinstance(contact.task, Leave)

    async def _learn_answer(self, contact: Contact, session: AgiSession) -> None:
        """Tell of an answer that nobody told: who answered has sent the caller."""
        when = seconds_of(await session.get_variable("VAXEL_ANSWERED") or "")
        if contact.rings:  # asked again: events go on meanwhile
            self._exchange.happened(contact.answer(self._exchange.of_wall(when)))

    async def _duty(self, session: AgiSession) -> None:
        """Let an agent pause, which two beeps confirm, or come back, which one does."""
        what, agent = (*session.request.arguments, "", "")[:2]
        self._rooms.tell(AgentPaused(agent) if what == "pause" else AgentResumed(agent))
        if agent in self._exchange.core.telephones:
            for _ in range(1 + (agent in self._exchange.core.paused)):
                await session.stream_file(BEEP)

    async def _consult(self, session: AgiSession) -> None:
        """Serve a telephone that calls a queue or an officer, then the caller whom it hands over by that."""
        target_text, agent = (*session.request.arguments, "", "")[:2]
        target = read_target(target_text)
        if target is None:
            return
        consult = ConsultSession(self._exchange, session, agent, target, self._rooms.renewals.can_set)
        self._rooms.consults.begin(session.request.uniqueid, consult)
        try:
            became = await consult.run()
        finally:
            self._rooms.consults.end(session.request.uniqueid)
        if became is not None:
            contact, rung = became
            call = self._call(contact, session)
            if rung is None or await call.reached(contact.id, target.id, rung):
                await call.run()

    def _call(self, contact: Contact, session: AgiSession) -> CallSession:
        rooms = self._rooms
        return CallSession(
            self._exchange,
            rooms.prompts,
            contact,
            session,
            DialRing(session),
            rooms.renewals,
            rooms.consults.of,
            rooms.scripts,
        )
