"""Random streams of events such as an exchange can produce: legal for every contact and every agent.

Drawn numbers choose among what may happen next, so a failing stream shrinks to a short one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    AsteriskDisconnected,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallTransferred,
    ConsultBegan,
    ConsultEnded,
    ContactCarried,
    DigitPressed,
    EndedBy,
    EngineStarted,
    EngineStopping,
    Event,
    FallbackAnswered,
    GhostRemoved,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    PromptPlayed,
    Recorded,
    RestorationEnded,
    Rule,
    Stage,
    TalkEnded,
    TelephoneState,
    TimerFired,
    WaitTold,
    WayOut,
)

if TYPE_CHECKING:
    from collections.abc import Callable

QUEUES = ("elder-care", "school", "general")
AGENTS = ("anna", "bo", "cecilia")
OFFICERS = ("olle", "olga")
START = 1_763_782_800.0
MENU_ENDS = (Outcome.SELF_SERVED, Outcome.LEFT_IN_MENU, Outcome.REFUSED, Outcome.LOST_IN_MENU)
QUEUE_ENDS = (Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.ENGINE_LOST, Outcome.PBX_LOST)


@dataclass
class Exchange:
    """What is going on, as far as it decides what may happen next."""

    free: list[str] = field(default_factory=lambda: list(AGENTS))
    phase: dict[str, str] = field(default_factory=dict)
    agent: dict[str, str] = field(default_factory=dict)
    officer: dict[str, str] = field(default_factory=dict)  # rung for the caller, or talking with them
    since: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)  # when we heard of each last
    answered: set[str] = field(default_factory=set)  # whatever comes, they end as answered
    arrived: int = 0

    def part(self, contact: str) -> str | None:
        """Free whoever is rung for the caller or talks with them, and return who it is."""
        if contact in self.agent:
            self.free.append(self.agent[contact])
        return self.agent.pop(contact, self.officer.pop(contact, None))

    def meanwhile(self, contact: str, at: float) -> float:
        """Return a time between what was told last of the contact and now."""
        return (self.told.get(contact, at) + at) / 2


def next_events(exchange: Exchange, at: float, which: int, how: int) -> list[Event]:
    """Choose a contact by `which` and what happens to it by `how`; what happens together is one list."""
    contacts = list(exchange.phase)
    index = which % (len(contacts) + 1)
    if index == len(contacts):
        return _elsewhere(exchange, at, how)
    contact = contacts[index]
    match exchange.phase[contact]:
        case "menu":
            return _in_menu(exchange, contact, at, how)
        case "waiting":
            return _while_waiting(exchange, contact, at, how)
        case "offered":
            return _while_offered(exchange, contact, at, how)
        case "fallback":
            return _in_fallback(exchange, contact, at, how)
        case "handed":
            return _while_handed(exchange, contact, at, how)
        case "talking":
            return _while_talking(exchange, contact, at, how)
        case _:
            return _after(exchange, contact, at, how)


def _elsewhere(exchange: Exchange, at: float, how: int) -> list[Event]:
    if how % 12 == 0:
        return [AgentPaused(AGENTS[how % 3]), AgentPaused(AGENTS[how % 7 % 3]), AgentResumed(AGENTS[how % 3])]
    if how % 12 == 5:
        return _new_run(exchange, at)
    if how % 12 == 9:
        return [AsteriskDisconnected(), AsteriskConnected(f"run {how}"), *_learnt(exchange, at)]
    if how % 4 == 0:
        return [AgentStateChanged(AGENTS[how % 3], list(TelephoneState)[how % 4]), TimerFired()]
    exchange.arrived += 1
    contact = f"c-{exchange.arrived}"
    exchange.phase[contact] = "menu"
    kind = ("known", "withheld", "unreadable")[how % 3]
    caller = f"{how:032x}" if kind == "known" else None
    return [CallArrived(contact, f"pj-{exchange.arrived}", "jarfalla", "+46858028500", caller, kind)]  # type: ignore[arg-type]


def _new_run(exchange: Exchange, at: float) -> list[Event]:
    """End the engine and begin with everybody who is open."""
    carried: list[Event] = []
    for contact, phase in exchange.phase.items():
        stage: Stage = "leaving" if phase == "after" else phase  # type: ignore[assignment]  # the same words
        since = exchange.since.get(contact, at)
        agent = exchange.agent.get(contact, exchange.officer.get(contact))
        queue = None if phase == "menu" else QUEUES[0]
        carried.append(
            ContactCarried(contact, contact, "jarfalla", stage, None, queue, since, agent, None, "caller")
        )
    return [EngineStopping(), EngineStarted("0"), *carried, RestorationEnded(0)]


def _learnt(exchange: Exchange, at: float) -> list[Event]:
    """Let a call have come to Asterisk's own queue without us."""
    exchange.arrived += 1
    contact, when = f"c-{exchange.arrived}", at - 20
    exchange.phase[contact], exchange.since[contact] = "fallback", when + 5
    arrival = CallArrived(contact, contact, "jarfalla", "+46858028500", None, "unreadable", when)
    return [arrival, CallerFellBack(contact, QUEUES[1], when + 5, when + 5)]


def _fall_back(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    exchange.phase[contact] = "fallback"
    exchange.since.setdefault(contact, at)
    exchange.part(contact)
    since = at if how % 2 else None
    return [CallerFellBack(contact, QUEUES[how % 3], since, exchange.meanwhile(contact, at))]


def _in_fallback(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    when = exchange.meanwhile(contact, at)
    if how % 4 == 0:
        return [CallerReturned(contact), _queue(exchange, contact, at, how)]
    if how % 4 == 1:
        lost = CallerLost(contact, "engine", when)
        return [lost, *_end(exchange, contact, Outcome.ENGINE_LOST, "engine", when)]
    if not exchange.free:
        return [GhostRemoved(contact, "caller", None), *_hang_up(exchange, contact)]
    agent = exchange.agent[contact] = exchange.free.pop()
    exchange.phase[contact] = "talking"
    return [FallbackAnswered(contact, QUEUES[how % 3], agent, when if how % 4 == 2 else None)]


def _hang_up(exchange: Exchange, contact: str) -> list[Event]:
    return [CallerHungUp(contact), *_end(exchange, contact, Outcome.ABANDONED, "caller")]


def _in_menu(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    if how % 5 == 0:
        ends = QUEUE_ENDS if contact in exchange.since else MENU_ENDS  # who has left a queue
        return _end(exchange, contact, ends[how % 4], "caller")
    if how % 5 == 1:
        return [PromptPlayed(contact, "main", ("welcome",)), DigitPressed(contact, "3")]
    if how % 15 == 2:
        return _fall_back(exchange, contact, at, how)
    if how % 15 == 7:
        return [CallerReturned(contact), PromptPlayed(contact, "main", ("welcome",))]
    return [
        MenuAnswered(contact, "main", MenuResult.MATCH, "queue"),
        _queue(exchange, contact, at, how),
    ]


def _queue(exchange: Exchange, contact: str, at: float, how: int) -> Event:
    exchange.phase[contact] = "waiting"
    since = exchange.since.setdefault(contact, at)
    return CallerQueued(contact, QUEUES[how % 3], since)


def _while_waiting(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    if how % 6 == 0:
        return [CallerHungUp(contact), *_end(exchange, contact, QUEUE_ENDS[how % 4], "caller")]
    if how % 6 == 1:
        return [_queue(exchange, contact, at, how)]
    if how % 12 == 2:
        return _fall_back(exchange, contact, at, how)
    if how % 12 == 8:
        return [CallerReturned(contact, QUEUES[how % 3], exchange.since[contact])]
    if how % 6 == 3:
        span = (None, None) if how % 4 == 1 else (60.0 * (how % 5), 60.0 * (how % 5) + 120)
        return [WaitTold(contact, QUEUES[how % 4 % 3], how % 3, *span)]
    if how % 12 == 4:
        exchange.phase[contact] = "menu"
        return [CallerSentOn(contact, QUEUES[how % 3], WayOut.CHOSEN, "main")]
    if not exchange.free:
        return [TimerFired()]
    agent = exchange.free.pop(how % len(exchange.free))
    exchange.phase[contact] = "offered"
    exchange.agent[contact] = agent
    waited_s = at - exchange.since[contact]
    return [AgentOffered(contact, agent, QUEUES[how % 3], Rule.SPECIALIST, 0, waited_s, 1, 20.0)]


def _while_offered(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    agent = exchange.agent[contact]
    if how % 5 == 0:
        return _hang_up(exchange, contact)
    if how % 10 == 3:
        return _fall_back(exchange, contact, at, how)
    if how % 10 == 8:
        exchange.phase[contact] = "waiting"
        exchange.free.append(exchange.agent.pop(contact))
        return [CallerReturned(contact)]
    if how % 5 <= 2:
        cause = list(OfferFailure)[how % 6]
        exchange.phase[contact] = "waiting"
        exchange.free.append(exchange.agent.pop(contact))
        withdrawn: list[Event] = [OfferWithdrawn(contact, agent, cause)] if how % 5 == 1 else []
        return [*withdrawn, OfferFailed(contact, agent, cause)]
    exchange.phase[contact] = "talking"
    return [OfferAnswered(contact, agent, exchange.meanwhile(contact, at) if how % 2 else None)]


def _while_talking(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    if how % 4 == 0:
        when = exchange.meanwhile(contact, at) if how % 8 else None
        lost = CallerLost(contact, "pbx", when)
        return [lost, *_end(exchange, contact, Outcome.ANSWERED, "pbx", when)]
    if how % 4 == 3:
        return _hand_over(exchange, contact, at, how)
    if how % 12 == 5:
        return _fall_back(exchange, contact, at, how)
    who = exchange.part(contact)
    assert who is not None
    ghost: list[Event] = [GhostRemoved(contact, "talk", who)] if how % 4 == 1 else []
    exchange.phase[contact] = "after"
    return [*ghost, TalkEnded(contact, who, "caller" if how % 2 else "agent")]


def _hand_over(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    """Let whoever talks with the caller hand them over; the talk's end may be told before."""
    who = exchange.part(contact)
    assert who is not None
    when = exchange.meanwhile(contact, at) if how % 8 == 3 else None  # some of them
    before: list[Event] = [TalkEnded(contact, who, "agent", when)] if how % 5 == 1 else []
    if how % 5 == 2:
        before = [ConsultBegan(contact, who, "officer", "olle"), ConsultEnded(contact, who)]
    if how % 3 == 0:
        sent = CallTransferred(contact, who, "queue", QUEUES[how % 3], "blind", when=when)
        return [*before, sent, _queue(exchange, contact, at, how)]
    officer = exchange.officer[contact] = OFFICERS[who == OFFICERS[0]]
    if how % 3 == 1:
        exchange.phase[contact] = "talking"
        return [*before, CallTransferred(contact, who, "officer", officer, "attended", True, when)]
    exchange.phase[contact] = "handed"
    sent = CallTransferred(contact, who, "officer", officer, "blind", when=when)
    return [*before, sent, OfficerCalled(contact, officer, 30.0)]


def _while_handed(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    officer = exchange.officer[contact]
    if how % 6 == 0:
        return [CallerHungUp(contact), *_end(exchange, contact, Outcome.ANSWERED, "caller")]
    if how % 6 == 1:
        return _fall_back(exchange, contact, at, how)
    if how % 6 <= 3:  # a third of them
        back = CallerReturned(contact) if how % 6 == 2 else OfficerFailed(contact, officer, OfferFailure.BUSY)
        exchange.part(contact)
        return [back, _queue(exchange, contact, at, how)]
    exchange.phase[contact] = "talking"
    return [OfficerAnswered(contact, officer, exchange.meanwhile(contact, at) if how % 2 else None)]


def _after(exchange: Exchange, contact: str, at: float, how: int) -> list[Event]:
    if how % 4 == 0:
        return [_queue(exchange, contact, at, how)]
    return [CallerHungUp(contact), *_end(exchange, contact, Outcome.ANSWERED, "agent")]


def _end(
    exchange: Exchange, contact: str, outcome: Outcome, by: EndedBy, when: float | None = None
) -> list[Event]:
    del exchange.phase[contact]
    exchange.part(contact)
    return [CallEnded(contact, Outcome.ANSWERED if contact in exchange.answered else outcome, by, when)]


def play(steps: list[tuple[int, int, float]], exchange: Exchange | None = None) -> list[Recorded]:
    """Turn drawn numbers (which contact, what happens, seconds later) into a stream."""
    exchange = exchange or Exchange()
    stream: list[Recorded] = []
    at = START
    for which, how, later_s in steps:
        at += later_s
        for event in next_events(exchange, at, which, how):
            stream.append(Recorded(len(stream) + 1, at, event))
            if contact := getattr(event, "contact", None):
                exchange.told[contact] = at
            if isinstance(event, OfferAnswered | FallbackAnswered):
                exchange.answered.add(event.contact)
    return stream


STEPS = st.tuples(st.integers(0, 20), st.integers(0, 59), st.integers(0, 400).map(lambda tick: tick / 4))


def streams(max_size: int = 60) -> st.SearchStrategy[list[Recorded]]:
    """Draw streams; contacts may be left open at their end, as in a journal that is being written."""
    return st.lists(STEPS, max_size=max_size).map(play)


def record(*events: Event, clock: Callable[[int], float] = lambda index: START + index) -> list[Recorded]:
    """Number events that a test writes out, one second apart."""
    return [Recorded(index + 1, clock(index), event) for index, event in enumerate(events)]
