"""Whose turn it is: the order of callers across queues that share people.

Owns the score, when a caller is overdue, and the order that follows. Pure functions of places and times.

The order is fair by construction: who is overdue goes before everybody else, the first who came first. So
no agent who may answer an overdue caller is ever given somebody who came later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from routing.line import Waiting
    from routing.policy import Queue

OVERDUE = 3.0  # times the queue's target
FULL = 100.0  # points for having waited as long as the target


class Rank(NamedTuple):
    """Where a caller stands among all: the least goes first."""

    is_in_time: bool
    falling_score: float  # 0 for who is overdue: then only who came first counts
    since: float
    order: int


def score(at: float, queue: Queue, since: float, points: float) -> float:
    """Return waited * 100 / target + points, of the queue and of the caller's kind."""
    return (at - since) * FULL / queue.target_s + queue.points + points


def is_overdue(at: float, queue: Queue, since: float) -> bool:
    """Tell whether who waits since then has waited more than three times the queue's target."""
    return at - since > OVERDUE * queue.target_s


def overdue_at(queue: Queue, since: float) -> float:
    """Return the UTC second after which who waits since then is overdue."""
    return since + OVERDUE * queue.target_s


def kept_until(at: float, queue: Queue, since: float) -> float:
    """Return until when who comes at UTC second `at` is kept for who helped them last: never till overdue."""
    hold_s = 0.0 if queue.same_agent is None else queue.same_agent.hold_s
    return min(at + hold_s, overdue_at(queue, since))


def rank(at: float, queue: Queue, place: Waiting, points: float) -> Rank:
    """Return where a caller of this queue stands at UTC second `at`."""
    if is_overdue(at, queue, place.since):
        return Rank(False, 0.0, place.since, place.order)
    return Rank(True, -score(at, queue, place.since, points), place.since, place.order)


def is_ahead(
    at: float, queue: Queue, one: Waiting, points: float, other: Waiting, others_points: float
) -> bool:
    """Tell whether one caller of a queue is served before another."""
    return rank(at, queue, one, points) < rank(at, queue, other, others_points)
