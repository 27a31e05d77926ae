"""Why a caller is still waiting: what every agent of the queue is doing, and when more are asked.

Owns the record that answers it, made when somebody asks; a decision's own counts are in
`routing.events.Considered`. Reads lines and desks, changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routing.desk import CONDITIONS, COOL_DOWN, WRAP_UP
from routing.order import is_overdue, score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.desk import Desk, Engagement
    from routing.events import Condition
    from routing.line import Line


class AgentReason(NamedTuple):
    """What one agent of a queue is doing, and whether they may be asked for its first caller."""

    agent: str
    ring: int
    level: int
    condition: Condition
    is_closed: bool  # their ring is not open yet
    until: float | None  # UTC second: the end of a wrap-up or cool-down
    contact: str | None  # offered to them or talking with them


class Why(NamedTuple):
    """Why the first caller of a queue waits; times are UTC seconds.

    `contact` is None when nobody waits: then the rings are those of somebody who came just now.
    """

    queue: str
    waiting: int
    contact: str | None
    since: float | None
    waited_s: float
    score: float
    is_overdue: bool
    kept_for: str | None  # the agent who helped them last
    kept_until: float | None
    open_ring: int
    next_ring_at: float | None
    agents: tuple[AgentReason, ...]  # in the order in which they would be asked, were they free


def why(at: float, line: Line, engagement: Engagement | None, desks: Mapping[str, Desk]) -> Why:
    """Tell what keeps this caller, the first of the line, waiting at UTC second `at`."""
    since = at if engagement is None else engagement.place.since
    points = 0.0 if engagement is None else engagement.lane.points
    open_ring = line.open_ring(at, since)
    following = open_ring + 1
    agents = []
    for ring, falling_level, agent in line.seats:
        desk = desks[agent]
        condition = desk.condition_at(at)
        until = desk.ready_at if condition in {WRAP_UP, COOL_DOWN} else None
        agents.append(
            AgentReason(
                agent, ring, -falling_level, CONDITIONS[condition], ring > open_ring, until, desk.contact
            )
        )
    return Why(
        line.queue.id,
        line.size,
        None if engagement is None else engagement.place.contact,
        None if engagement is None else since,
        at - since,
        score(at, line.queue, since, points),
        is_overdue(at, line.queue, since),
        None if engagement is None else engagement.lane.held_for,
        None if engagement is None else engagement.kept_until,
        open_ring,
        since + line.afters[following] if following < len(line.afters) else None,
        tuple(agents),
    )
