"""One queue's line: its callers in the order they are served, and the agents who may answer them.

Owns the order of waiting and the reading of a queue's rings. Knows no time and no agent's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from routing.policy import Agent, Policy, Queue, Reach, Skill


class Waiting(NamedTuple):
    """A caller's place: ordered by the time since when they wait, then by who came first."""

    since: float
    order: int
    contact: str


class Candidate(NamedTuple):
    """An agent as one queue sees them; sorted by ring, then highest level, then id."""

    ring: int
    falling_level: int
    agent: str


class Line:
    """One queue: its callers in order and the agents who may answer them."""

    __slots__ = ("candidates", "queue", "waiting")

    def __init__(self, queue: Queue, agents: Mapping[str, Agent]) -> None:
        self.queue = queue
        self.waiting: list[Waiting] = []
        self.candidates = sorted(
            Candidate(ring, -skill.level, agent.id)
            for agent in agents.values()
            if (skill := agent.skills.get(queue.id)) is not None
            and (ring := _first_ring(queue, skill)) is not None
        )


def lines_of(policy: Policy, before: Mapping[str, Line], needed: Collection[str]) -> dict[str, Line]:
    """Make the lines of a policy; who waited in the lines `before` keeps the place.

    A queue that is no more stays while it is among the `needed`, but nobody is asked to answer it: its agents
    may be no more either. Whoever tells of the change moves those who wait in it.
    """
    lines = {queue.id: Line(queue, policy.agents) for queue in policy.queues.values()}
    for queue_id, old in before.items():
        if queue_id in lines:
            lines[queue_id].waiting = old.waiting
        elif queue_id in needed:
            lines[queue_id] = Line(old.queue, {})
            lines[queue_id].waiting = old.waiting
    return lines


def _first_ring(queue: Queue, skill: Skill) -> int | None:
    """Return the index of the first ring of `queue` that asks somebody with `skill`, or None."""
    if queue.confidential and skill.role != "specialist":
        return None
    for index, ring in enumerate(queue.rings):
        if skill.level >= ring.least_level and _reaches(ring.reach, skill):
            return index
    return None


def _reaches(reach: Reach, skill: Skill) -> bool:
    return reach in {"everybody", f"{skill.role}s"}
