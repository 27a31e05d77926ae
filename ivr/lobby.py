"""The lobby: callers between the menu and the talk. They come to queues, wait, hear how long, leave by a key.

Owns how a caller enters a queue or is turned away from it, what a waiting caller's session is to do, and
where those go on who are sent on: into the menu again. Composes the waiting room, which decides, and the
attendant, who leads through menus. Pure. Must not know telephones, transfers or how a contact ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.closings import Closings
from ivr.contact import Choose, Phase, Ring, Tell, Wait
from ivr.menu.commands import KeysPressed, Say, Saying, Step
from ivr.menu.entry import to_queue
from ivr.menu.machine import resume
from ivr.menu.model import QueueNode
from ivr.menu.waitingwords import choice_text, regained_text, waiting_texts
from ivr.menu.waysout import Waiting
from queues.waiting.announcing import Told
from queues.waiting.ranges import WaitRange
from queues.waiting.room import WaitingRoom
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    ChoiceOffered,
    OfferWithdrawn,
    Outcome,
    PlaceRegained,
    WaitTold,
    WayOut,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.attendant import Attendant
    from ivr.contact import Contact
    from ivr.menu.commands import Event as MenuEvent
    from ivr.menu.model import Menu, Way
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from routing.events import Decision, Event
    from routing.policy import Policy
    from routing.router import Router

CHOICE_WAIT_S = 5.0  # for the second press of a key, after its question
NOTHING = Waiting()


class Lobby:
    """Lead these contacts through queues of this policy. `paused` are the agents who have a pause."""

    def __init__(
        self, policy: Policy, attendant: Attendant, contacts: Mapping[str, Contact], paused: set[str]
    ) -> None:
        self.policy = policy
        self._attendant = attendant
        self._contacts = contacts
        self._paused = paused
        self._room = WaitingRoom(policy, self._comes_again)
        self._closings = Closings(attendant)
        self._secret_and_gone: set[str] = set()  # confidential queues that are no more

    @property
    def router(self) -> Router:
        """Who gets whom; to be read only."""
        return self._room.router

    def next_due(self) -> float | None:
        """Return when a `TimerFired` is wanted, UTC seconds, or None."""
        due, closing = self._room.next_due(), self._closings.next_due()
        if due is None or closing is None:
            return closing if due is None else due
        return min(due, closing)

    def change(self, at: float, policy: Policy) -> list[Decision]:
        """Go by another policy; who waits in a queue that is no more waits for a person instead.

        But who waited in a confidential one is let go with an apology: only its named people may have them.
        """
        gone = self.policy.queues.keys() - policy.queues.keys()
        self._secret_and_gone |= {queue for queue in gone if self.policy.queues[queue].confidential}
        self._secret_and_gone -= policy.queues.keys()
        self.policy = policy
        self._room.change(at, policy)
        decisions: list[Decision] = []
        for contact in sorted(self._contacts.values(), key=lambda c: c.queued.since if c.queued else at):
            decisions += self.moved(at, contact)
        return decisions

    def moved(self, at: float, contact: Contact) -> list[Decision]:
        """Let a caller whose queue is live no more wait for a person, in the same place by time."""
        queued = contact.queued if contact.phase is Phase.WAITING and not contact.away else None
        if queued is None or queued.queue in self.policy.queues:
            return []
        if queued.queue not in self._secret_and_gone:
            return self.enqueue(at, contact, queued)
        number = contact.number = self._attendant.live(contact.number.id)
        node, walk = number.menu.person, contact.walk
        apology = Step(Saying(node, walk, ends=Outcome.OVERFLOWED), (), Say(node, (number.trouble,)))
        contact.turn_from(queued.queue, WayOut.CLOSED, at)
        sent = CallerSentOn(contact.id, queued.queue, WayOut.CLOSED, node)
        return [sent, *self.route(at, sent), *self.follow(at, contact, apology)]

    def clear(self) -> None:
        """Know no queue's closing any more, nor what queues there were: a new run begins."""
        self._closings.clear()
        self._secret_and_gone.clear()

    # --- into a queue -------------------------------------------------------------------------------

    def follow(self, at: float, contact: Contact, then: Step) -> list[Decision]:
        """Let a contact go on in the menu, or come out of it to a queue."""
        decisions, queued = self._attendant.lead(at, contact, then)
        return decisions if queued is None else decisions + self.come(at, contact, queued)

    def come(self, at: float, contact: Contact, queued: CallerQueued) -> list[Decision]:
        """Let a caller into the queue that they chose, unless its conditions turn them away."""
        queued = self._live(contact, queued)
        queue = queued.queue
        back = contact.regains
        if back is not None and back.queue == queue and contact.since is None:
            contact.regains, contact.has_regained, contact.is_back = None, True, True
            queued = queued._replace(since=back.since)
            return [PlaceRegained(contact.id, queue), *self.take_back(at, contact, queued)]
        way = None if queue in contact.refused_by else self._room.way_out(queue)
        if way is not None and self._overflow(contact, queue) is not None:
            return self._lead_on(at, contact, queue, way)
        if contact.since is not None:  # they have waited before
            queued = queued._replace(since=contact.since)
        if queue in contact.refused_by:  # nor is it closed to them once more
            return self.enqueue(at, contact, queued)
        return self.take_back(at, contact, queued)

    def enqueue(self, at: float, contact: Contact, queued: CallerQueued) -> list[Decision]:
        """Let a caller wait, whatever the queue's conditions: somebody has sent or brought them here."""
        queued = self._live(contact, queued)
        queue = self.policy.queues[queued.queue]
        group = self._attendant.live(contact.number.id).callers.get(contact.group)
        last = next((met.agent for met in contact.met if met.queue == queue.id), "")
        queued = queued._replace(points=0.0 if group is None else group.points, last_agent=last)
        if contact.queued is None or contact.queued.queue != queue.id:
            contact.choices_told_at = None
        contact.since = queued.since
        contact.queued = queued
        self._wait(contact)
        if queue.at_closing == "release":
            self._closings.watch(at, queue)
        decisions = [queued, *self.route(at, queued)]
        if contact.has_regained and isinstance(contact.task, Wait):
            contact.has_regained = False
            menu = self._menu(contact, queue.id).menu
            contact.task = Tell((regained_text(menu, _language(menu, contact)),), contact.task.keys)
        return decisions

    def take_back(self, at: float, contact: Contact, queued: CallerQueued) -> list[Decision]:
        """Let a caller wait who was elsewhere meanwhile; the queue may have closed by now."""
        decisions = self.enqueue(at, contact, queued)
        self._may_have_closed(at, contact)
        return decisions

    def _live(self, contact: Contact, queued: CallerQueued) -> CallerQueued:
        if queued.queue in self.policy.queues:
            return queued
        # Of a menu that is live no more.
        return queued._replace(queue=self._attendant.live(contact.number.id).menu.person_queue)

    def _wait(self, contact: Contact) -> None:
        contact.wait()
        if contact.queued is not None:
            contact.task = Wait("".join(self._waiting(contact, contact.queued.queue).keys))

    def _comes_again(self, contact: str, queue: str) -> bool:
        """Whether a queue has not kept, or not let in, a caller who comes to it: then it keeps them now."""
        return queue in self._contacts[contact].refused_by

    # --- in it --------------------------------------------------------------------------------------

    def route(self, at: float, event: Event) -> list[Decision]:
        """Let the waiting room know what happened, and do what it decides."""
        return self._carry_out(at, self._room.step(at, event))

    def wait_again(self, at: float, contact: Contact) -> None:
        """Let a caller wait whose offer has failed; the queue may have closed while the telephone rang."""
        self._wait(contact)
        self._may_have_closed(at, contact)

    def attend(self, at: float, contact: Contact, event: MenuEvent) -> list[Decision] | None:
        """Take what a waiting caller's session tells: a key, silence after a question, or a text's end."""
        queued, task = contact.queued, contact.task
        key = event.digits if isinstance(event, KeysPressed) else ""
        chosen = None if queued is None else self._waiting(contact, queued.queue).keys.get(key)
        if queued is None or (chosen is None and isinstance(task, Wait)):
            return None  # nothing was said or asked
        self._wait(contact)
        if chosen is None:
            return []  # a text is over, or the question was answered by silence or another key
        menu, is_confirmed = (
            self._menu(contact, queued.queue).menu,
            isinstance(task, Choose) and task.key == key,
        )
        question = None if is_confirmed else choice_text(menu, _language(menu, contact), key)
        if question is None:
            return self._leave(at, contact, queued.queue, chosen.way.at(self._attendant.calendar(at)))
        keys = "".join(self._waiting(contact, queued.queue).keys)
        contact.task = Choose(key, (question,), CHOICE_WAIT_S, keys)
        offered = ChoiceOffered(contact.id, queued.queue, key)
        return [offered, *self.route(at, offered)]

    def _carry_out(self, at: float, decisions: list[Decision]) -> list[Decision]:
        done: list[Decision] = []
        leaving: list[tuple[Contact, Step]] = []
        for decision in decisions:
            match decision:
                case AgentOffered(contact_id, agent, ring_s=ring_s):
                    contact = self._contacts[contact_id]
                    contact.phase, contact.agent, contact.withdrawn = Phase.OFFERED, agent, False
                    contact.task = Ring(agent, ring_s)
                case WaitTold(contact_id):
                    self._tell(at, self._contacts[contact_id], decision)
                case OfferWithdrawn(contact_id):
                    self._contacts[contact_id].withdrawn = True
                case AgentAutoPaused(agent):
                    self._paused.add(agent)
                case CallerSentOn(contact_id, queue, way):
                    contact = self._contacts[contact_id]
                    node, then = self._onward(at, contact, queue)
                    contact.turn_from(queue, way, at)
                    leaving.append((contact, then))
                    done.append(decision._replace(leads_to=node))
                    continue
                case _:
                    pass
            done.append(decision)
        leaving.sort(key=lambda left: left[0].since or at)  # who has waited longest is first elsewhere, too
        for contact, then in leaving:
            done += self.follow(at, contact, then)
        return done

    def _tell(self, at: float, contact: Contact, told: WaitTold) -> None:
        """Let the session say it, and which keys there are where that has not been said for a while."""
        menu = self._menu(contact, told.queue).menu
        language = _language(menu, contact)
        announcing = self.policy.queues[told.queue].announcing
        if announcing is None:
            return
        said: list[Prompt] = []
        if contact.has_regained:
            contact.has_regained = False
            said.append(regained_text(menu, language))
        span = None if told.least_s is None or told.most_s is None else WaitRange(told.least_s, told.most_s)
        said += waiting_texts(menu, language, Told(told.position, span), announcing.most_position)
        keys = self._waiting(contact, told.queue).keys
        before = contact.choices_told_at
        if before is None or at - before >= announcing.every_s:
            contact.choices_told_at = at
            said += (key.text.said_in(language) for key in keys.values())
        if said:
            contact.task = Tell(tuple(said), "".join(keys))

    # --- out of it ----------------------------------------------------------------------------------

    def close(self, at: float) -> list[Decision]:
        """Send those on who wait in queues that have closed, where these do not serve them."""
        decisions: list[Decision] = []
        for queue_id in self._closings.due(at):
            queue = self.policy.queues.get(queue_id)
            if queue is None or queue.at_closing != "release" or not self.router.line(queue_id).size:
                continue
            if self._closings.is_closed(at, queue):
                decisions += self._carry_out(at, self._room.release(at, queue_id))
            else:
                self._closings.watch(at, queue)
        return decisions

    def hours_changed(self, at: float) -> list[Decision]:
        """Look at once at every queue that releases its callers: somebody may have closed it by hand."""
        self._closings.clear()
        for queue in self.policy.queues.values():
            if queue.at_closing == "release" and self.router.line(queue.id).size:
                self._closings.look_at(at, queue)
        return self.close(at)

    def _may_have_closed(self, at: float, contact: Contact) -> None:
        queue = None if contact.queued is None else self.policy.queues.get(contact.queued.queue)
        if queue is None or queue.at_closing != "release":
            return
        if self._closings.is_closed(at, queue):
            self._closings.look_at(at, queue)
        else:
            self._closings.watch(at, queue)

    def _leave(self, at: float, contact: Contact, queue: str, node: str) -> list[Decision]:
        """Let a caller leave the queue who has chosen to."""
        number = self._menu(contact, queue)
        then = resume(number.menu, node, contact.walk, self._attendant.moment(at, number.id))
        contact.number = number
        contact.turn_from(queue, WayOut.CHOSEN, at)
        sent = CallerSentOn(contact.id, queue, WayOut.CHOSEN, node)
        return [sent, *self.route(at, sent), *self.follow(at, contact, then)]

    def _lead_on(self, at: float, contact: Contact, queue: str, way: WayOut) -> list[Decision]:
        """Lead a caller on who is not let in."""
        node, then = self._onward(at, contact, queue)
        contact.turn_from(queue, way, at)
        return [CallerTurnedAway(contact.id, queue, way, node), *self.follow(at, contact, then)]

    def _overflow(self, contact: Contact, queue: str) -> tuple[Number, Way] | None:
        """Return a queue's overflow and whose it is: of the caller's own version, or else of the live one."""
        number = self._menu(contact, queue)
        for version in (number, self._attendant.live(number.id)):
            way = version.menu.waiting.get(queue, NOTHING).overflow
            if way is not None:
                return version, way
        return None

    def _onward(self, at: float, contact: Contact, queue_id: str) -> tuple[str, Step]:
        """Return where somebody goes on whom a queue does not keep, and by which step.

        A queue without an overflow says that it is closed: only closing sends anybody on there.
        """
        queue, overflow = self.policy.queues[queue_id], self._overflow(contact, queue_id)
        if overflow is not None:
            contact.number, way = overflow
            now, node = self._attendant.moment(at, contact.number.id), way.at(self._attendant.calendar(at))
            return node, resume(contact.number.menu, node, contact.walk, now)
        contact.number = number = self._attendant.live(queue.number)  # by whose hours it is closed
        here = QueueNode(number.menu.person, queue_id, hours=queue.hours)
        walk = contact.walk._replace(language=_language(number.menu, contact))
        return here.id, to_queue(number.menu, here, walk, self._attendant.moment(at, number.id))

    def _menu(self, contact: Contact, queue: str) -> Number:
        """Return the number whose menu has a queue's ways, in the version that the call began with."""
        number = self.policy.queues[queue].number
        return contact.number if contact.number.id == number else self._attendant.live(number)

    def _waiting(self, contact: Contact, queue: str) -> Waiting:
        if queue not in self.policy.queues:
            return NOTHING
        return self._menu(contact, queue).menu.waiting.get(queue, NOTHING)


def _language(menu: Menu, contact: Contact) -> str:
    """Return the caller's language, or the menu's first: a queue of another number may not speak it."""
    return contact.language if contact.language in menu.languages else menu.languages[0]
