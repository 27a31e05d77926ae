"""Bringing callers and agents together: who goes first, and to whom.

Owns the order in which the heads of lanes are served and the choice of an agent: the lowest ring, in it the
highest level, among these who is idle longest. Each offer says by which rule, and how many others there were.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from routing.desk import FREE
from routing.events import AgentOffered, Considered, Rule, Turn
from routing.order import rank, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from routing.desk import Desk
    from routing.line import Lane, Line, Waiting
    from routing.order import Rank


class Bid(NamedTuple):
    """A head that can be served. No two have the same rank, for each place has an order of its own."""

    rank: Rank
    lane: Lane


def match(
    at: float, lines: Iterable[Line], desks: Mapping[str, Desk], reserve: Callable[[AgentOffered], None]
) -> None:
    """Offer agents callers of these lines, as long as there are both.

    `reserve` is told each offer, and takes the agent from the free and the caller from the lane. Agents only
    become fewer by it, so who could not be served once need not be looked at again.
    """
    bids: list[Bid] = []
    for line in lines:
        if line.free:
            for lane in line.lanes.values():
                _bid(at, lane, desks, bids)
            for lane in line.held.values():
                _bid(at, lane, desks, bids)
    heapify(bids)
    while bids:
        bid = heappop(bids)
        head = bid.lane.head
        chosen = None if head is None else _chosen(at, bid.lane, head, desks)
        if head is None or chosen is None:
            continue  # the agent went to somebody before
        agent, ring = chosen
        reserve(_offer(at, bid, head, agent, ring))
        _bid(at, bid.lane, desks, bids)


def _bid(at: float, lane: Lane, desks: Mapping[str, Desk], bids: list[Bid]) -> None:
    head = lane.head
    if head is not None and _chosen(at, lane, head, desks) is not None:
        heappush(bids, Bid(rank(at, lane.line.queue, head, lane.points), lane))


def _chosen(at: float, lane: Lane, head: Waiting, desks: Mapping[str, Desk]) -> tuple[str, int] | None:
    """Return the agent for the head of a lane, and the agent's ring."""
    line = lane.line
    if lane.held_for is not None:
        desk = desks[lane.held_for]
        if desk.condition != FREE:
            return None
        return next(((desk.agent, ring) for theirs, ring, _ in desk.seats if theirs is line), None)
    if not line.free:
        return None
    first = line.free[0]
    return (first.agent, first.ring) if first.ring <= line.open_ring(at, head.since) else None


def _offer(at: float, bid: Bid, head: Waiting, agent: str, ring: int) -> AgentOffered:
    lane, line = bid.lane, bid.lane.line
    queue = line.queue
    counts = considered(line, line.open_ring(at, head.since))
    if lane.held_for is not None:
        rule, free = Rule.SAME_AGENT, 1
    elif ring == 0:
        rule, free = Rule.SPECIALIST, counts.free
    elif head.since + line.afters[ring] <= at:
        rule, free = Rule.WIDENED, counts.free
    else:
        rule, free = Rule.RING_EMPTY, counts.free
    return AgentOffered(
        head.contact,
        agent,
        queue.id,
        rule,
        ring,
        max(0.0, at - head.since),
        free,
        queue.ring_s,
        Turn.SCORE if bid.rank.is_in_time else Turn.OVERDUE,
        score(at, queue, head.since, lane.points),
        counts,
    )


def considered(line: Line, open_ring: int) -> Considered:
    """Return how many of a queue's agents are in which condition while this ring is open."""
    if open_ring == 0:
        inside = line.counts[0]
    else:
        inside = [sum(column) for column in zip(*line.counts[: open_ring + 1], strict=True)]
    return Considered(inside[0], len(line.seats) - sum(inside), *inside[1:])
