"""Callers who wait, through the pure core: numbers with ways out of their queues, and a scene with time.

Owns how such numbers are made and how a story about many callers is told. Must not know what is tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from ivr.core import Core
from ivr.menu.hours import Hours, Span
from ivr.menu.model import ChoiceNode, GoodbyeNode, OfficerNode, Option, QueueNode, Retry, Way
from ivr.menu.number import policy
from ivr.menu.waysout import Waiting, WaitingKey
from ivr.restoration import restore
from queues.definitions import Definitions
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    AsteriskConnected,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerReturned,
    CallerSentOn,
    DigitPressed,
    EngineStarted,
    HoursOverridden,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    PlaceKept,
    PromptEnded,
    Recorded,
    RestorationEnded,
    TalkEnded,
    TelephoneState,
    TimerFired,
    WaitTold,
)
from tests.ivr.numbers_for_tests import number_for_tests, said
from tests.ivr.replay import assert_replays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.contact import Contact
    from ivr.menu.number import Number
    from routing.events import Decision, Event, Input, Outcome
    from routing.policy import Queue

T = TypeVar("T")

NINE = 1_795_510_800.0  # Tuesday 2026-11-24 10:00 in Stockholm
FOUR = NINE + 6 * 3600  # when the office closes
FREE, AWAY = TelephoneState.FREE, TelephoneState.UNREACHABLE
DAY = (Span(8 * 60, 16 * 60),)
OFFICE = Hours("office", ZoneInfo("Europe/Stockholm"), (DAY,) * 5 + ((), ()))

# Where callers may be sent: a goodbye; a question whether they wait on; an officer; a queue at once.
NODES = (
    GoodbyeNode("sorry", said("sorry.say", "Alla är upptagna. Ring gärna senare.")),
    ChoiceNode(
        "stay",
        said("stay.greeting", "Det är lång kö."),
        (Option("1", Way("back"), said("stay.1", "För att vänta, tryck 1.")),),
        wrong_key=Retry(Way("sorry"), 3, said("stay.wrong", "Fel knapp.")),
        silence=Retry(Way("sorry"), 2, said("stay.silence", "Vi hörde inget.")),
    ),
    QueueNode("back", "school"),
    OfficerNode("rut", "rut-holm", Way("sorry"), None),
)


@dataclass(frozen=True)
class Ways:
    """Where a queue's callers go: the node of its overflow, and the node of each key."""

    overflow: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)

    def waiting(self, queue: str) -> Waiting:
        """Return them as a menu has them."""
        keys = {
            key: WaitingKey(Way(to), said(f"queues/{queue}/key-{key}", f"Tryck {key}."))
            for key, to in self.keys.items()
        }
        return Waiting(Way(self.overflow) if self.overflow else None, keys)


def number_of(
    *queues: Queue, ways: Mapping[str, Ways] | None = None, hours: Hours | None = None, name: str = "testby"
) -> Number:
    """Return the number for tests with these queues in place of its own, and these ways out of them."""
    number = number_for_tests(name)
    menu = replace(
        number.menu,
        nodes={**number.menu.nodes, **{node.id: node for node in NODES}},
        waiting={queue: each.waiting(queue) for queue, each in (ways or {}).items()},
        hours={} if hours is None else {"office": hours},
    )
    changed = {**number.queues, **{queue.id: queue for queue in queues}}
    return replace(number, menu=menu, definitions=Definitions(changed, number.agents))


SCHOOL, GENERAL = (number_for_tests().queues[queue] for queue in ("school", "general"))


class Scene:
    """One engine's core and what happens to it. Timers fire as they fall due."""

    def __init__(self, *numbers: Number, at: float = NINE, knows_agents: bool = True) -> None:
        self.numbers = numbers
        self.core = Core({number.id: number for number in numbers}, policy(numbers))
        self.at = self.began = at
        self.stream: list[Recorded] = []
        if knows_agents:
            self.happens(AsteriskConnected("run"))

    def happens(self, *events: Input) -> list[Decision]:
        """Let these happen at this moment; return what the last of them came to. None may be stale."""
        decisions: list[Decision] | None = []
        for event in events:
            decisions = self.tried(event)
            assert decisions is not None, event
        return decisions or []

    def tried(self, event: Input) -> list[Decision] | None:
        """Let this happen; return None when it was stale."""
        decisions = self.core.step(self.at, event)
        for each in () if decisions is None else (event, *decisions):
            self.stream.append(Recorded(len(self.stream) + 1, self.at, each))
        return decisions

    def until(self, at: float) -> Scene:
        """Let time pass until UTC second `at`."""
        fired = 0
        while (due := self.core.next_due()) is not None and due <= at:
            fired = fired + 1 if due <= self.at else 0
            assert fired < 10, "a timer fires again and again"
            self.at = max(self.at, due)
            self.happens(TimerFired())
        self.at = at
        return self

    def passes(self, s: float) -> Scene:
        """Let so many seconds pass."""
        return self.until(self.at + s)

    # --- callers ------------------------------------------------------------------------------------

    def arrives(self, contact: str, caller: str | None = None, number: str = "testby") -> list[Decision]:
        """Let a caller come to the menu."""
        kind = "withheld" if caller is None else "known"
        return self.happens(
            CallArrived(contact, contact, number, "+46858028500", caller, kind)  # type: ignore[arg-type]
        )

    def waits(self, *contacts: str, caller: str | None = None) -> list[Decision]:
        """Let these come to the school's queue; return what the last one's coming came to."""
        decisions: list[Decision] = []
        for contact in contacts:
            self.arrives(contact, caller)
            decisions = self.happens(DigitPressed(contact, "1"), PromptEnded(contact))
        return decisions

    def hangs_up(self, contact: str) -> Outcome:
        """Let a caller go; return what the contact came to."""
        (end,) = [event for event in self.happens(CallerHungUp(contact)) if isinstance(event, CallEnded)]
        return end.outcome

    def __getitem__(self, contact: str) -> Contact:
        return self.core.contacts[contact]

    # --- agents -------------------------------------------------------------------------------------

    def logs_in(self, *agents: str) -> None:
        """Let these telephones become free."""
        for agent in agents:
            self.happens(AgentStateChanged(agent, FREE))

    def logs_out(self, *agents: str) -> None:
        """Let these telephones be reached no more."""
        for agent in agents:
            self.happens(AgentStateChanged(agent, AWAY))

    def answers(self, agent: str) -> str:
        """Let an agent answer who is rung; return the contact."""
        contact = next(c.id for c in self.core.contacts.values() if c.agent == agent)
        self.happens(OfferAnswered(contact, agent))
        return contact

    def does_not_answer(self, agent: str) -> list[Decision]:
        """Let an offer fail."""
        contact = next(c.id for c in self.core.contacts.values() if c.agent == agent)
        return self.happens(OfferFailed(contact, agent, OfferFailure.NO_ANSWER))

    def talks(self, agent: str, contact: str, s: float) -> None:
        """Let a whole call happen: it comes, the agent, who is free, answers, and it ends."""
        self.waits(contact)
        assert self.answers(agent) == contact
        self.passes(s).happens(TalkEnded(contact, agent, "agent"), CallerHungUp(contact))

    # --- what came of it ----------------------------------------------------------------------------

    def log(self, kind: type[T]) -> list[T]:
        """Return the events of one kind."""
        return [event for _, _, event in self.stream if isinstance(event, kind)]

    def told(self, contact: str) -> list[tuple[float, int]]:
        """Return when a caller was told which place, in seconds since the beginning."""
        return [
            (at - self.began, event.position)
            for _, at, event in self.stream
            if isinstance(event, WaitTold) and event.contact == contact
        ]

    def offered(self) -> list[tuple[str, str]]:
        """Return who was offered to whom, in order."""
        return [(offer.contact, offer.agent) for offer in self.log(AgentOffered)]

    def sent_on(self) -> list[tuple[str, str, str]]:
        """Return who was sent on from where and why, in order."""
        return [(sent.contact, sent.queue, sent.way_out.value) for sent in self.log(CallerSentOn)]

    def prompts(self, contact: str) -> list[str]:
        """Return the names of what the caller's present task says."""
        return [prompt.name for prompt in getattr(self[contact].task, "prompts", ())]

    # --- another engine -----------------------------------------------------------------------------

    def restarted(self, *numbers: Number, away_s: float = 1.0) -> Scene:
        """Return the scene of the next engine: who was open is carried, and nobody is back yet."""
        next_ = Scene(*(numbers or self.numbers), at=self.at + away_s, knows_agents=False)
        restored = restore(self.stream)
        next_.happens(EngineStarted("0"), *restored.contacts)
        next_.happens(*(place for place in restored.places if place.until >= next_.at))
        return next_

    def all_return(self) -> Scene:
        """Let everybody come back from the dialplan, and offers begin."""
        for contact in list(self.core.contacts):
            self.tried(CallerReturned(contact))
        self.happens(RestorationEnded(0))
        return self

    def replays(self, versions: Iterable[Number] = ()) -> None:
        """Check that the same inputs give the same decisions."""
        assert_replays(self.stream, self.numbers, versions)


def by_hand(at: float, *, is_open: bool) -> HoursOverridden:
    """Return the input by which somebody opens or closes until further notice."""
    return HoursOverridden("testby", "office", is_open, False, (), (), at, None, is_sticky=True)


def kinds(events: Sequence[Event]) -> list[str]:
    """Return the names of these events' kinds."""
    return [type(event).__name__ for event in events]


def place_kept(caller: str, queue: str, since: float, until: float) -> PlaceKept:
    """Return the input by which a new engine knows of a place."""
    return PlaceKept(caller, queue, since, until)
