"""Small histories for tests of what-if: two queues, three agents, and what happened as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.events import (
    AgentStateChanged,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    OfferAnswered,
    Outcome,
    Recorded,
    TalkEnded,
    TelephoneState,
)
from routing.policy import Agent, Policy, Queue, Ring, Skill
from routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.events import Event

FREE, BUSY, AWAY = TelephoneState.FREE, TelephoneState.BUSY, TelephoneState.UNREACHABLE
RINGS = (Ring(0.0, "specialists"), Ring(30.0, "generalists"))
QUEUES = {name: Queue(name, name.title(), "n", RINGS) for name in ("school", "general")}
AGENTS = {
    "anna": Agent("anna", "Anna", {"school": Skill("specialist", 3)}),
    "gun": Agent("gun", "Gun", {"school": Skill("generalist", 2), "general": Skill("specialist", 2)}),
}
POLICY = Policy(QUEUES, AGENTS)


def changed(**rings: tuple[Ring, ...]) -> Policy:
    """Return the policy with other rings of a queue."""
    queues = {name: Queue(name, name.title(), "n", rings.get(name, RINGS)) for name in QUEUES}
    return Policy(queues, AGENTS)


def recorded(*events: tuple[float, Event]) -> list[Recorded]:
    return [Recorded(seq, at, event) for seq, (at, event) in enumerate(events, start=1)]


def lived(events: Iterable[tuple[float, Event]], policy: Policy = POLICY) -> list[Recorded]:
    """Return these events with what the live router decided upon each."""
    router, stream = Router(policy), list[tuple[float, "Event"]]()
    for at, event in events:
        stream += [(at, event), *((at, decision) for decision in router.step(at, event))]
    return recorded(*stream)


def answered(contact: str, agent: str, at: float, talk_s: float) -> list[tuple[float, Event]]:
    """Return that an offer was answered and how the call went on to its end."""
    end = at + talk_s
    return [
        (at, OfferAnswered(contact, agent)),
        (at, AgentStateChanged(agent, BUSY)),
        (end, TalkEnded(contact, agent, "caller")),
        (end, CallerHungUp(contact)),
        (end, CallEnded(contact, Outcome.ANSWERED, "caller")),
        (end, AgentStateChanged(agent, FREE)),
    ]


def queued(contact: str, at: float, queue: str = "school") -> tuple[float, Event]:
    return at, CallerQueued(contact, queue, at)
