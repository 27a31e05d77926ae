"""The automatic attendant: each contact's way through the menu of its number, at the present moment.

Owns which version of each number is live and what stands for it until further notice (overridden hours,
crisis messages); calls under way go on by the version that they began with. Pure, like the menu machine that
it steps. Must not know the router or telephones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from ivr.contact import OFFICER_RING_S, Contact
from ivr.menu.circumstances import NOTHING, Crisis, Moment, Standing, is_over
from ivr.menu.commands import (
    Answered,
    Ask,
    Connect,
    Connecting,
    Enqueue,
    HangUp,
    Informed,
    LanguageSet,
    Left,
    Listen,
    PatienceSet,
    Run,
    Say,
    Walk,
)
from ivr.menu.hours import Override
from ivr.menu.machine import begin, resume, step
from ivr.menu.model import DigitsNode, OfficerNode
from ivr.menu.texts import Prompt
from routing.events import (
    CallerInformed,
    CallerQueued,
    ClockStepped,
    ConfigurationChanged,
    CrisisBegan,
    CrisisEnded,
    EngineStarted,
    HoursOverridden,
    LanguageChosen,
    MenuAnswered,
    OfficerCalled,
    OverrideEnded,
    PatienceChosen,
    PromptPlayed,
    ScriptStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ivr.menu.commands import Event as MenuEvent
    from ivr.menu.commands import Note, Step
    from ivr.menu.number import Number
    from routing.events import CallArrived, ContactCarried, Decision, Event


MOST_VERSIONS = 100  # of all numbers: 200 kB each


class Attendant:
    """Lead callers through these numbers' menus. `take` must be told every event that it knows."""

    def __init__(self, numbers: Mapping[str, Number], *, is_rehearsal: bool = False) -> None:
        self.numbers = dict(numbers)
        self.standing: dict[str, Standing] = {}
        self._versions = {(number.id, number.content_hash): number for number in numbers.values()}
        self._is_rehearsal = is_rehearsal
        self.shift_s = 0.0  # of the calendar: what day callers are told it is
        self._stepped_s = 0.0  # of the machine's clock, which the stream's own time does not follow

    def know(self, number: Number) -> None:
        """Know another version of a number, which `ConfigurationChanged` may make the live one.

        Of the version that is live, another copy takes the place: the recordings of the first may be removed.
        """
        self._versions.pop((number.id, number.content_hash), None)  # known again, it is the newest
        self._versions[number.id, number.content_hash] = number
        if len(self._versions) > MOST_VERSIONS:
            del self._versions[next(iter(self._versions))]  # the oldest; who began with it keeps it
        live = self.numbers.get(number.id)
        if live is not None and live.content_hash == number.content_hash:
            self.numbers[number.id] = number

    def live(self, number: str) -> Number:
        """Return the live version of a number; the first of all for one that is no more."""
        return self.numbers.get(number) or next(iter(self.numbers.values()))

    def take(self, event: Event) -> None:
        """Let an event change what callers are told from now on."""
        match event:
            case EngineStarted(calendar_shift_s=shift_s):
                self.standing.clear()
                self.shift_s, self._stepped_s = shift_s, 0.0
            case ClockStepped(by_s):
                self._stepped_s += by_s
            case ConfigurationChanged(number, ""):
                self.numbers.pop(number, None)
            case ConfigurationChanged(number, content_hash):
                live = self._versions.get((number, content_hash))
                if live is not None:
                    # By id, as they are loaded: the first is the default of an installation that names none.
                    self.numbers = dict(sorted({**self.numbers, number: live}.items()))
            case CrisisBegan(number):
                standing = self.stands(number)
                others = tuple(crisis for crisis in standing.crises if crisis.id != event.crisis)
                self.standing[number] = replace(standing, crises=(*others, crisis_of(event)))
            case CrisisEnded(number, crisis_id):
                standing = self.stands(number)
                left = tuple(crisis for crisis in standing.crises if crisis.id != crisis_id)
                self.standing[number] = replace(standing, crises=left)
            case HoursOverridden(number, hours):
                standing = self.stands(number)
                overrides = {**standing.overrides, hours: override_of(event)}
                self.standing[number] = replace(standing, overrides=overrides)
            case OverrideEnded(number, hours):
                standing = self.stands(number)
                overrides = {key: value for key, value in standing.overrides.items() if key != hours}
                self.standing[number] = replace(standing, overrides=overrides)
            case _:
                pass  # concerns no menu

    def begin(self, at: float, event: CallArrived) -> Step:
        """Take a new caller to the start of the live menu."""
        return begin(self.numbers[event.number].menu, self.moment(at, event.number), event.called)

    def carried(self, at: float, event: ContactCarried) -> Contact:
        """Know a contact of an earlier run, in the live menu where they were in an older one."""
        number = self.numbers[event.number]
        walk = Walk(
            event.language,
            has_chosen=bool(event.language),
            is_patient=event.is_patient,
            is_informed=event.is_informed,
        )
        then = resume(number.menu, event.node, walk, self.moment(at, event.number))
        there = number.menu.nodes.get(event.node or "")
        if event.stage == "handed" and isinstance(there, OfficerNode | DigitsNode):  # rung by the menu itself
            then = then._replace(state=Connecting(there.id, then.state.walk))
        return Contact.carried(event, number, then)

    def anew(self, at: float, contact: Contact) -> Step:
        """Take a caller who is back to where they were; what cannot be gone on with begins anew there."""
        state = contact.state
        node = None if isinstance(state, Left) else state.node
        return resume(contact.number.menu, node, state.walk, self.moment(at, contact.number.id))

    def lead(self, at: float, contact: Contact, then: Step) -> tuple[list[Decision], CallerQueued | None]:
        """Give the contact its next task; return the decisions, and the queue that it enters now, if any."""
        contact.state = then.state
        decisions: list[Decision] = [_noted(contact.id, note) for note in then.notes]
        command = then.command
        match command:
            case Ask() | Say():
                contact.task = command
                decisions.append(played(contact.id, command))
            case Listen():
                contact.task = command
            case Run(node, script):
                contact.task = command
                decisions.append(ScriptStarted(contact.id, node, script))
            case Connect(node, officer):
                contact.reach(officer)
                decisions.append(OfficerCalled(contact.id, officer, OFFICER_RING_S, node))
            case Enqueue(node, queue, prompts):
                # The place counts from the key press, not from the end of what is said after it.
                queued = CallerQueued(contact.id, queue, at)
                if not prompts:
                    return decisions, queued
                contact.chosen, contact.task = queued, Say(node, prompts)
                decisions.append(played(contact.id, contact.task))
            case HangUp(outcome=outcome):
                contact.leave(outcome, "engine")
            case _:
                assert_never(command)
        return decisions, None

    def step(self, at: float, contact: Contact, event: MenuEvent) -> Step:
        """Take a caller one step on, by the version of the menu that they began with."""
        return step(contact.number.menu, contact.state, event, self.moment(at, contact.number.id))

    def calendar(self, at: float) -> float:
        """Return the time by which hours and messages go, UTC seconds, at second `at` of the stream."""
        return at + self.shift_s + self._stepped_s

    def moment(self, at: float, number: str) -> Moment:
        """Return what is so for a number at UTC second `at`."""
        return Moment(self.calendar(at), self.stands(number), self._is_rehearsal)

    def stands(self, number: str) -> Standing:
        """Return what stands for a number until further notice."""
        return self.standing.get(number, NOTHING)


def played(contact: str, task: Ask | Say) -> PromptPlayed:
    """Return the decision that these prompts are played."""
    return PromptPlayed(contact, task.node, tuple(prompt.name for prompt in task.prompts))


def _noted(contact: str, note: Note) -> Decision:
    match note:
        case Answered(node, result, leads_to):
            return MenuAnswered(contact, node, result, leads_to)
        case LanguageSet(language):
            return LanguageChosen(contact, language)
        case PatienceSet():
            return PatienceChosen(contact)
        case Informed(crisis):
            return CallerInformed(contact, crisis)
        case _:
            assert_never(note)


def standing_at(events: Iterable[CrisisBegan | HoursOverridden], at: float) -> dict[str, Standing]:
    """Return what stands by these events for each number at `at`, UTC seconds."""
    attendant = Attendant({})
    for event in events:
        if not is_over(event.until, at):
            attendant.take(event)
    return attendant.standing


def crisis_of(event: CrisisBegan) -> Crisis:
    """Return the crisis message that began. A recording is in the first of its languages."""
    name = f"crisis/{event.crisis}"
    return Crisis(
        event.crisis,
        {
            language: Prompt(name, text, language, recording="" if place else event.recording)
            for place, (language, text) in enumerate(zip(event.languages, event.texts, strict=True))
        },
        event.queue,
        event.since,
        event.until,
        event.owner,
        event.is_drill,
    )


def override_of(event: HoursOverridden) -> Override:
    """Return how the hours are overridden."""
    reason = dict(zip(event.languages, event.texts, strict=True))
    return Override(event.is_open, event.is_emergency, reason, event.since, event.until, event.is_sticky)
