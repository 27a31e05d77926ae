"""The pure core of the live service: every input in, every decision out, for all contacts.

Owns what each contact is doing (menu, waiting, offered, talking, leaving) and when a contact is
closed, exactly once. Composes the menu machine and the router; the same inputs always give the same
decisions, so that a journal can be replayed. Must not know sockets, files, clocks or asyncio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.attendant import Attendant, played
from ivr.contact import OFFICER_RING_S, Contact, Leave, Phase, Wait
from ivr.lobby import Lobby
from ivr.menu.commands import Ask, KeysPressed, NotReached, PromptDone, Say, ScriptDone, Silence
from ivr.menu.commands import SecretKeyed as SecretDigits
from ivr.menu.number import policy as merged
from queues.waiting.keptplaces import KEPT_S, KeptPlace, KeptPlaces
from routing.events import (
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    ConfigurationChanged,
    ConsultBegan,
    ConsultEnded,
    ContactCarried,
    DigitPressed,
    EngineStarted,
    FallbackAnswered,
    GhostRemoved,
    OfferAnswered,
    OfferFailed,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    PlaceKept,
    PromptEnded,
    ScriptEnded,
    SecretKeyed,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
    TimerFired,
    true_time,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.commands import Event as MenuEvent
    from ivr.menu.number import Number
    from routing.events import Decision, EndedBy, Input
    from routing.policy import Policy


REMEMBERED_ENDS = 10_000  # contacts that are over; a session of one of them may come this much later


class Core:
    """Turn inputs into decisions for every contact of every number.

    `step` returns None for an input that is stale or concerns nobody (a second hang-up, an answer to an
    offer that is over): such an input is not part of the stream and must not be recorded.
    """

    def __init__(self, numbers: Mapping[str, Number], policy: Policy, *, is_rehearsal: bool = False) -> None:
        self.attendant = Attendant(numbers, is_rehearsal=is_rehearsal)
        self.telephones = dict.fromkeys(policy.agents, TelephoneState.UNREACHABLE)
        self.contacts: dict[str, Contact] = {}
        self.paused: set[str] = set()
        self.lobby = Lobby(policy, self.attendant, self.contacts, self.paused)
        self._kept = KeptPlaces()
        self._over: dict[str, None] = {}  # the latest contacts that ended, the oldest first

    def with_agent(self, agent: str) -> Contact | None:
        """Return the contact whose caller talks with this agent or officer, if any."""
        return next(
            (c for c in self.contacts.values() if c.phase is Phase.TALKING and c.agent == agent), None
        )

    def missing(self) -> int:
        """Return how many carried callers have a place in a queue and are not back yet."""
        return sum(contact.is_missing for contact in self.contacts.values())

    def next_due(self) -> float | None:
        """Return when a `TimerFired` is wanted, UTC seconds, or None."""
        return self.lobby.next_due()

    def step(self, at: float, event: Input) -> list[Decision] | None:
        """Take one input at UTC second `at`; return the decisions in order, or None when it is stale."""
        match event:
            case CallArrived():
                return self._arrived(at, event)
            case CallerReturned():
                return self._returned(at, event)
            case CallerFellBack():
                if not self._fell_back(at, event):
                    return None
            case FallbackAnswered(contact, _, agent):
                caller = self.contacts.get(contact)
                if caller is None or caller.phase is not Phase.FALLBACK:
                    return None
                caller.talk(agent, true_time(at, event))
            case ContactCarried():
                self.contacts[event.contact] = self.attendant.carried(at, event)
            case PlaceKept(caller, queue, since, until):
                self._kept.keep(at, caller, KeptPlace(queue, since, until))
            case GhostRemoved(contact):
                if contact not in self.contacts:
                    return None
            case DigitPressed(contact, digits):
                return self._menu(at, contact, KeysPressed(digits))
            case SecretKeyed(contact, keys):
                return self._menu(at, contact, SecretDigits(keys))
            case ScriptEnded(contact, result, has_failed):
                return self._menu(at, contact, ScriptDone(result, has_failed))
            case SilenceElapsed(contact):
                return self._menu(at, contact, Silence())
            case PromptEnded(contact):
                return self._menu(at, contact, PromptDone())
            case CallerHungUp():
                return self._ended(at, event, None)
            case CallerLost(_, by):
                return self._ended(at, event, by)
            case AgentStateChanged(agent, state):
                if self.telephones.get(agent, state) is state:
                    return None
                self.telephones[agent] = state
            case AgentPaused(agent):
                if agent not in self.telephones or agent in self.paused:
                    return None
                self.paused.add(agent)
            case AgentResumed(agent):
                if agent not in self.paused:
                    return None
                self.paused.discard(agent)
            case OfferAnswered(contact, agent):
                if (offered := self._with(contact, agent, Phase.OFFERED)) is None:
                    return None
                offered.talk(agent, true_time(at, event))
            case OfferFailed(contact, agent, _):
                if (offered := self._with(contact, agent, Phase.OFFERED)) is None:
                    return None
                self.lobby.wait_again(at, offered)
                return self.lobby.route(at, event) + self.lobby.moved(at, offered)
            case TalkEnded(contact, agent, by):
                if (talk := self._with(contact, agent, Phase.TALKING)) is None:
                    return None
                talk.leave(talk.helped, by)
            case ConsultBegan(contact, agent) | ConsultEnded(contact, agent):
                if self._with(contact, agent, Phase.TALKING) is None:
                    return None
            case CallTransferred():
                return self._transferred(at, event)
            case OfficerAnswered(contact, officer):
                if (handed := self._with(contact, officer, Phase.HANDED)) is None:
                    return None
                handed.talk(officer, true_time(at, event))
            case OfficerFailed(contact, officer, _):
                if (handed := self._with(contact, officer, Phase.HANDED)) is None:
                    return None
                return self._not_reached(at, handed)
            case ConfigurationChanged():
                return self._reconfigure(at, event)
            case EngineStarted():
                self.attendant.take(event)
                self.contacts.clear()
                self.lobby.clear()
                self._kept.clear()
                self._over.clear()
                self.paused.clear()
                self.telephones.update(dict.fromkeys(self.telephones, TelephoneState.UNREACHABLE))
            case TimerFired():
                return self.lobby.route(at, event) + self.lobby.close(at)
            case _:
                self.attendant.take(event)  # the clock, crises and hours: no single contact
                return self.lobby.route(at, event) + self.lobby.hours_changed(at)
        return self.lobby.route(at, event)

    def _reconfigure(self, at: float, event: ConfigurationChanged) -> list[Decision]:
        """Go by the live numbers' queues and agents; an agent who is no more only gets no new callers."""
        self.attendant.take(event)
        decisions: list[Decision] = []
        live = self.lobby.policy if event.more_follow else merged(self.attendant.numbers.values())
        if live != self.lobby.policy:
            new = live.agents.keys() - self.telephones.keys()
            self.telephones.update(dict.fromkeys(sorted(new), TelephoneState.UNREACHABLE))
            decisions += self.lobby.change(at, live)
        return decisions + self.lobby.route(at, event) + self.lobby.hours_changed(at)

    def _with(self, contact_id: str, agent: str, phase: Phase) -> Contact | None:
        contact = self.contacts.get(contact_id)
        return contact if contact and (contact.phase, contact.agent) == (phase, agent) else None

    # --- transfers --------------------------------------------------------------------------------

    def _transferred(self, at: float, event: CallTransferred) -> list[Decision] | None:
        """Let the caller go on to whom they were handed; the talk's end may have been told before.

        Only who has the caller can hand them over: other news of it is old.
        """
        contact = self.contacts.get(event.contact)
        if contact is None or not contact.has_talked or contact.agent != event.by:
            return None
        decisions = self.lobby.route(at, event)
        contact.outcome, contact.ended_by, contact.away = None, "caller", False
        if event.kind == "queue":
            return decisions + self.lobby.enqueue(at, contact, self._place(at, contact, event.target))
        if event.answered:
            contact.talk(event.target, true_time(at, event))
            return decisions
        contact.reach(event.target)
        return [*decisions, OfficerCalled(contact.id, event.target, OFFICER_RING_S)]

    def _not_reached(self, at: float, contact: Contact) -> list[Decision]:
        """Let a caller go on whose officer did not answer: in the menu, or where they waited."""
        if contact.answered or contact.queued is not None:
            return self.lobby.enqueue(at, contact, self._place(at, contact, None))
        contact.phase, contact.agent = Phase.MENU, None
        return self.lobby.follow(at, contact, self.attendant.step(at, contact, NotReached()))

    def _place(self, at: float, contact: Contact, queue: str | None) -> CallerQueued:
        """Return the place of a caller who waits again: since the first time they waited."""
        before, since = contact.queued, contact.since
        if queue not in self.lobby.policy.queues or queue is None:
            queue = contact.number.menu.person_queue if before is None else before.queue
        if before is not None:
            since = before.since
        return CallerQueued(contact.id, queue, at if since is None else since)

    # --- after an absence of ours -----------------------------------------------------------------

    def _returned(self, at: float, event: CallerReturned) -> list[Decision] | None:
        contact = self.contacts.get(event.contact)
        if contact is None:
            return None
        away, contact.away = contact.away, False
        match contact.phase:
            case Phase.MENU if event.queue is not None and contact.queued is None and contact.left_as is None:
                # The channel knows of a place that never reached the journal.
                since = at if event.since is None else event.since
                return self.lobby.take_back(at, contact, CallerQueued(contact.id, event.queue, since))
            case Phase.MENU if contact.chosen is not None:
                return self.lobby.take_back(at, contact, contact.chosen)
            case Phase.MENU:
                task = contact.task
                if isinstance(task, Say) or (isinstance(task, Ask) and not task.reads_back):
                    return [played(contact.id, task)]
                return self.lobby.follow(at, contact, self.attendant.anew(at, contact))
            case Phase.WAITING | Phase.FALLBACK if away and contact.queued is not None:
                return self.lobby.take_back(at, contact, contact.queued)
            case Phase.WAITING | Phase.OFFERED if contact.queued and not self.lobby.router.knows(contact.id):
                # The agent of an earlier run's offer is no more, or is with somebody else by now.
                contact.agent = None
                return self.lobby.take_back(at, contact, contact.queued)
            case Phase.OFFERED:
                self.lobby.wait_again(at, contact)
            case Phase.HANDED:
                return self._not_reached(at, contact)
            case _:
                pass  # the caller had left the menu for good, or talks: there is nothing to go on with
        return self.lobby.route(at, event) + self.lobby.moved(at, contact)

    def _fell_back(self, at: float, event: CallerFellBack) -> bool:
        """Leave the caller to Asterisk's own queue; a note of before their talk began is no news."""
        contact = self.contacts.get(event.contact)
        if contact is None or contact.phase is Phase.FALLBACK or not contact.may_wait:
            return False
        is_note = event.since is not None
        if is_note and contact.met_at is not None and true_time(at, event) < contact.met_at:
            return False
        contact.outcome, contact.ended_by = None, "caller"
        contact.phase, contact.agent, contact.task, contact.away = Phase.FALLBACK, None, Wait(), True
        if contact.queued is None:
            since = event.waits_since(at) if contact.since is None else contact.since
            # The dialplan may still speak of a queue that is no more.
            queue = (
                event.queue if event.queue in self.lobby.policy.queues else contact.number.menu.person_queue
            )
            contact.queued = contact.chosen or CallerQueued(contact.id, queue, since)
        return True

    # --- the menu -------------------------------------------------------------------------------

    def _arrived(self, at: float, event: CallArrived) -> list[Decision] | None:
        if event.contact in self.contacts or event.contact in self._over:
            return None
        number = self.attendant.numbers[event.number]
        first = self.attendant.begin(at, event)
        contact = self.contacts[event.contact] = Contact(event.contact, number, first.state)
        contact.caller, contact.group, contact.met = event.caller, event.group, event.met
        contact.regains = self._kept.take(true_time(at, event), event.caller)
        if event.when is not None:  # learnt afterwards: nothing is said before they are with us
            contact.begin_away(first.command, event.when)
            return []
        return self.lobby.follow(at, contact, first)

    def _menu(self, at: float, contact_id: str, event: MenuEvent) -> list[Decision] | None:
        contact = self.contacts.get(contact_id)
        if contact is None:
            return None
        if contact.phase is Phase.WAITING and not contact.away:
            return self.lobby.attend(at, contact, event)
        if contact.phase is not Phase.MENU:
            return None
        if contact.chosen is not None:
            return self.lobby.come(at, contact, contact.chosen)
        return self.lobby.follow(at, contact, self.attendant.step(at, contact, event))

    # --- the queue, the talk and the end ----------------------------------------------------------

    def _ended(
        self, at: float, event: CallerHungUp | CallerLost, lost_by: EndedBy | None
    ) -> list[Decision] | None:
        contact = self.contacts.get(event.contact)
        if contact is None:
            return None
        decisions = self.lobby.route(at, event)
        outcome = contact.came_to(lost_by)
        if (place := contact.cut_off_from) is not None and contact.caller is not None:
            until = true_time(at, event) + KEPT_S
            self._kept.keep(at, contact.caller, KeptPlace(place.queue, place.since, until))
        elif contact.regains is not None and contact.caller is not None:
            self._kept.keep(at, contact.caller, contact.regains)  # they did not come so far
        decisions.append(CallEnded(contact.id, outcome, lost_by or contact.ended_by, event.when))
        contact.task = Leave()  # a session that outlives the contact has nothing more to do
        del self.contacts[contact.id]
        self._over[contact.id] = None
        if len(self._over) > REMEMBERED_ENDS:
            del self._over[next(iter(self._over))]
        return decisions
