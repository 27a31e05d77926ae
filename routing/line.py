"""One queue's line: its callers in the order they are served, and the agents who may answer them.

Owns the order of waiting, the reading of a queue's rings, and how many of its agents are in which condition,
kept as they change. Knows no time but what it is asked for, and decides nothing.

A line is made of lanes: callers of equal points, in the order in which they entered. All scores of a queue
rise equally fast, and rings only open with waiting time, so the first of a lane has both its highest score
and its widest ring: when the first cannot be served, nobody behind can. That is why nothing ever looks
further than the heads.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from routing.desk import CONDITIONS
from routing.order import is_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routing.desk import Desk
    from routing.policy import Policy, Queue, Reach, Skill

COMPACT_AT = 64  # places before the head that are kept at most, unless the lane is longer


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


class Free(NamedTuple):
    """A candidate who is free: the least of them is asked first."""

    ring: int
    falling_level: int
    idle_since: float
    agent: str


class Lane:
    """Callers of one queue with equal points, in the order in which they entered.

    `held_for`: they are kept for this agent. Taking the first away costs the same however many wait.
    """

    __slots__ = ("_places", "_start", "held_for", "line", "points", "watched")

    def __init__(self, line: Line, points: float, held_for: str | None = None) -> None:
        self.line = line
        self.points = points
        self.held_for = held_for
        self.watched: tuple[int, float] | None = None  # the head's order, and the opening it waits for
        self._places: list[Waiting] = []
        self._start = 0  # what stands before has gone

    def __len__(self) -> int:
        return len(self._places) - self._start

    def __iter__(self) -> Iterator[Waiting]:
        for index in range(self._start, len(self._places)):
            yield self._places[index]

    @property
    def head(self) -> Waiting | None:
        """The first caller, or None."""
        places = self._places
        return places[self._start] if self._start < len(places) else None

    @property
    def tail(self) -> Waiting:
        """The last caller. Raises `IndexError` when nobody waits."""
        return self._places[-1]

    def add(self, place: Waiting) -> None:
        """Let a caller wait at this place."""
        places, start = self._places, self._start
        if start and start < len(places) and place < places[start]:
            self._start -= 1
            places[start - 1] = place
        else:
            insort(places, place, start)
        self.line.size += 1

    def remove(self, place: Waiting) -> None:
        """Take a caller away who waits here."""
        places, start = self._places, self._start
        index = bisect_left(places, place, start)
        if index == start:
            self._start = start = start + 1
            if start > COMPACT_AT and start * 2 > len(places):
                del places[:start]
                self._start = 0
        else:
            del places[index]
        self.line.size -= 1

    def ahead_of(self, at: float, lane: Lane, place: Waiting) -> int:
        """Return how many here are served before `place` of `lane`, a lane of the same queue."""
        if lane is self:
            return bisect_left(self._places, place, self._start) - self._start
        low, high = self._start, len(self._places)
        queue = self.line.queue
        while low < high:
            middle = (low + high) // 2
            if is_ahead(at, queue, self._places[middle], self.points, place, lane.points):
                low = middle + 1
            else:
                high = middle
        return low - self._start


class Line:
    """One queue: its callers in lanes, and the agents who may answer them."""

    __slots__ = (
        "afters", "available", "counts", "free", "held", "lanes", "logged_in", "opens", "queue", "seats",
        "shares", "size",
    )  # fmt: skip

    def __init__(self, queue: Queue, candidates: tuple[Candidate, ...]) -> None:
        self.queue = queue
        self.seats = candidates
        self.afters = tuple(ring.after_s for ring in queue.rings)
        self.size = 0  # callers who wait
        self.lanes: dict[float, Lane] = {}  # by points
        self.held: dict[tuple[str, float], Lane] = {}  # by the agent for whom callers are kept, and points
        self.free: list[Free] = []  # sorted
        self.counts = [[0] * len(CONDITIONS) for _ in queue.rings]  # agents by ring and condition
        self.available = [0] * len(queue.rings)  # agents by ring: logged in and not paused
        self.logged_in = 0
        self.shares: Counter[int] = Counter()  # available agents by the number of queues that they answer
        self.opens = self._openings()

    # --- the agents, as they change -----------------------------------------------------------------

    def changed(self, ring: int, before: int, now: int) -> None:
        """Count an agent of this ring in another condition."""
        counts = self.counts[ring]
        counts[before] -= 1
        counts[now] += 1

    def becomes_available(self, ring: int, queues: int, by: int) -> bool:
        """Count `by` agents more of this ring who may be asked; return whether other rings are open now."""
        self.available[ring] += by
        self.shares[queues] += by
        if self.available[ring] - max(by, 0) != 0:  # some before and some now
            return False
        before, self.opens = self.opens, self._openings()
        return before != self.opens

    def joins(self, ring: int, falling_level: int, desk: Desk) -> None:
        """Let a free agent be asked."""
        insort(self.free, Free(ring, falling_level, desk.free_since, desk.agent))

    def leaves(self, ring: int, falling_level: int, desk: Desk) -> None:
        """Ask an agent no more."""
        del self.free[bisect_left(self.free, Free(ring, falling_level, desk.free_since, desk.agent))]

    # --- the rings ----------------------------------------------------------------------------------

    def ring_by_time(self, at: float, since: float) -> int:
        """Return the last ring whose time has come for a caller who waits since then."""
        afters = self.afters
        ring = len(afters) - 1
        while ring and since + afters[ring] > at:
            ring -= 1
        return ring

    def open_ring(self, at: float, since: float) -> int:
        """Return the last open ring: its time has come, or nobody is available in the one before."""
        return self.opens[self.ring_by_time(at, since)]

    def _openings(self) -> list[int]:
        """Return for each ring which one is open when its time has come: empty ones are skipped."""
        last = len(self.available) - 1
        opens = [last] * (last + 1)
        for ring in range(last - 1, -1, -1):
            opens[ring] = ring if self.available[ring] else opens[ring + 1]
        return opens

    # --- the callers --------------------------------------------------------------------------------

    def lane(self, points: float) -> Lane:
        """Return the lane of callers with so many points."""
        lane = self.lanes.get(points)
        if lane is None:
            lane = self.lanes[points] = Lane(self, points)
        return lane

    def hold(self, points: float, agent: str) -> Lane:
        """Return the lane of callers with so many points who are kept for this agent."""
        lane = self.held.get((agent, points))
        if lane is None:
            lane = self.held[agent, points] = Lane(self, points, agent)
        return lane

    def all_lanes(self) -> tuple[Lane, ...]:
        """Return every lane, those of callers who are kept for somebody too."""
        return (*self.lanes.values(), *self.held.values())

    def take_over(self, before: Line) -> None:
        """Let those who wait in the line of an earlier policy keep their places here."""
        self.lanes, self.held, self.size = before.lanes, before.held, before.size
        for lane in self.all_lanes():
            lane.line = self
            lane.watched = None


def candidates_of(policy: Policy) -> dict[str, tuple[Candidate, ...]]:
    """Return who may answer each queue, in the order of rings, levels and ids."""
    found: dict[str, list[Candidate]] = {queue: [] for queue in policy.queues}
    for agent in policy.agents.values():
        for queue_id, skill in agent.skills.items():
            queue = policy.queues.get(queue_id)
            if queue is not None and (ring := _first_ring(queue, skill)) is not None:
                found[queue_id].append(Candidate(ring, -skill.level, agent.id))
    return {queue: tuple(sorted(candidates)) for queue, candidates in found.items()}


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
