"""Policies that the routing tests share: small, with names that say what they are for."""

from __future__ import annotations

from routing.policy import Agent, Policy, Queue, Ring, Skill

SPECIALISTS_THEN_GENERALISTS = (
    Ring(0.0, "specialists"),
    Ring(30.0, "generalists", 2),
    Ring(90.0, "everybody"),
)


def queue(name: str, **changes: object) -> Queue:
    """Return a queue with the usual three rings; `changes` replace its fields."""
    fields: dict[str, object] = {"rings": SPECIALISTS_THEN_GENERALISTS, **changes}
    return Queue(name, name.title(), "testby", **fields)  # type: ignore[arg-type]


def specialist(name: str, *queues: str, level: int = 3) -> Agent:
    """Return an agent who is a specialist in `queues`."""
    return Agent(name, name.title(), {q: Skill("specialist", level) for q in queues})


def generalist(name: str, *queues: str, level: int = 2) -> Agent:
    """Return an agent who is a generalist in `queues`."""
    return Agent(name, name.title(), {q: Skill("generalist", level) for q in queues})


def policy(queues: list[Queue], agents: list[Agent]) -> Policy:
    """Return the policy of these queues and agents."""
    return Policy({q.id: q for q in queues}, {a.id: a for a in agents})
