"""The callers and agents of the scanning router, and what each of them allows by itself.

Owns what that router remembers, whom a queue may ask, and what an agent without a caller is doing. Knows no
order of callers and no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from routing.events import Condition, TelephoneState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.policy import Agent, Queue, Skill


@dataclass(slots=True)
class Caller:
    """A contact that waits, is offered or talks. `order` counts those who joined."""

    contact: str
    queue: str
    since: float
    order: int
    points: float = 0.0
    doing: Literal["waiting", "offered", "talking"] = "waiting"
    agent: str = ""  # whom they are offered to or talk with
    kept_for: str = ""  # who alone may be offered this caller
    kept_until: float = 0.0


@dataclass(slots=True)
class Person:
    """What is known of an agent, apart from their callers."""

    telephone: TelephoneState = TelephoneState.UNREACHABLE
    is_paused: bool = False
    unanswered: int = 0  # in a row
    ready_at: float = 0.0
    rest: Condition = Condition.WRAP_UP  # what it is until then
    idle_since: float = 0.0

    @property
    def is_reachable(self) -> bool:
        """Logged in and not paused, whatever else they do."""
        return self.telephone is not TelephoneState.UNREACHABLE and not self.is_paused


class Candidate(NamedTuple):
    """Somebody whom a queue may ask, from which of its rings on."""

    agent: str
    ring: int
    level: int


def condition_of(at: float, person: Person) -> Condition:
    """Return what somebody is doing who has no caller of ours."""
    if person.telephone is TelephoneState.UNREACHABLE:
        return Condition.AWAY
    if person.is_paused:
        return Condition.PAUSED
    if person.telephone is not TelephoneState.FREE:
        return Condition.BUSY
    return person.rest if at < person.ready_at else Condition.FREE


def candidates_of(queue: Queue, agents: Mapping[str, Agent]) -> list[Candidate]:
    """Return all whom the queue may ever ask."""
    candidates: list[Candidate] = []
    for agent in agents.values():
        skill = agent.skills.get(queue.id)
        if skill is not None and (ring := first_ring(queue, skill)) is not None:
            candidates.append(Candidate(agent.id, ring, skill.level))
    return candidates


def first_ring(queue: Queue, skill: Skill) -> int | None:
    """Return the first of the queue's rings that asks somebody with this skill."""
    if queue.confidential and skill.role != "specialist":
        return None
    for number, ring in enumerate(queue.rings):
        if skill.level >= ring.least_level and ring.reach in {"everybody", skill.role + "s"}:
            return number
    return None
