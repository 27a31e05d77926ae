"""All callers who wait, are offered or talk, and the lines in which they have their places.

Owns the places: how one is taken, kept over an offer that fails, kept for one agent, moved to the lines of
another policy and given up. Says which lines an event has stirred, and decides nothing. Knows agents only by
who is available to be waited for.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from routing.desk import Engagement
from routing.line import Line, Waiting, candidates_of
from routing.order import kept_until, overdue_at, rank
from routing.watches import Watches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routing.desk import Desk, Phase
    from routing.events import CallerQueued
    from routing.line import Lane
    from routing.policy import Policy
    from routing.staff import Staff


class Callers:
    """Everybody who has a place in a queue or an agent, by contact, in the lines of this policy."""

    def __init__(self, policy: Policy, staff: Staff, at: float) -> None:
        self.engagements: dict[str, Engagement] = {}
        self.lines: dict[str, Line] = {}
        self.waiting = 0
        self._staff = staff
        self._watches = Watches()
        self._arrivals = 0
        self.sit(at, policy)

    # --- places -------------------------------------------------------------------------------------

    def join(self, at: float, event: CallerQueued) -> None:
        """Let a caller wait who does not yet. Raises `ValueError` for a queue that the policy has not."""
        line = self.lines.get(event.queue)
        if line is None:
            known = ", ".join(sorted(self.lines))
            raise ValueError(
                f"router: contact {event.contact} was queued in {event.queue!r}; the policy has {known}"
            )
        engagement = self._engage(line, event, "waiting")
        if event.last_agent and line.queue.same_agent is not None:
            self._keep(at, engagement, line, event.last_agent)
        self._wait(at, engagement)

    def take_up(self, line: Line, place: CallerQueued, agent: str, phase: Phase) -> None:
        """Know an offer or a talk that began without us."""
        self._engage(line, place, phase, agent)

    def offer(self, at: float, contact: str, agent: str) -> None:
        """Take a caller out of the line for an agent who is rung; the place is remembered."""
        engagement = self.engagements[contact]
        engagement.phase, engagement.agent = "offered", agent
        self._take_away(at, engagement)
        self._be_anybodys(engagement)

    def wait_again(self, at: float, engagement: Engagement) -> None:
        """Give a caller the same place as before an offer."""
        engagement.phase, engagement.agent = "waiting", None
        self._wait(at, engagement)

    def forget(self, at: float, contact: str) -> None:
        """Give up the caller's place, or what they have of an agent."""
        engagement = self.engagements.pop(contact)
        engagement.kept_until = None
        if engagement.phase == "waiting":
            self._take_away(at, engagement)

    def offered(self, contact: str, agent: str) -> Engagement | None:
        """Return the engagement of a contact whom this agent is being rung for, or None."""
        engagement = self.engagements.get(contact)
        if engagement is None or engagement.phase != "offered" or engagement.agent != agent:
            return None  # the caller has gone, or it was another offer: the news is stale
        return engagement

    def position(self, at: float, contact: str) -> int:
        """Return the caller's place in the order of their queue, from 1; 0 for who does not wait."""
        engagement = self.engagements.get(contact)
        if engagement is None or engagement.phase != "waiting":
            return 0
        lane, place = engagement.lane, engagement.place
        return 1 + sum(other.ahead_of(at, lane, place) for other in lane.line.all_lanes())

    def first(self, at: float, queue: str, most: int) -> list[Waiting]:
        """Return the first callers of a queue in the order in which they are served, at most so many."""
        line = self.lines[queue]
        ranked = (
            ((rank(at, line.queue, place, lane.points), place) for place in lane) for lane in line.all_lanes()
        )
        return [place for _, place in islice(merge(*ranked), most)]

    def last(self, at: float, queue: str) -> Waiting:
        """Return the last caller of a queue in that order. Raises `ValueError` when nobody waits."""
        line = self.lines[queue]
        tails = [
            (rank(at, line.queue, lane.tail, lane.points), lane.tail) for lane in line.all_lanes() if lane
        ]
        return max(tails)[1]

    def _engage(self, line: Line, place: CallerQueued, phase: Phase, agent: str | None = None) -> Engagement:
        self._arrivals += 1
        waiting = Waiting(place.since, self._arrivals, place.contact)
        engagement = Engagement(waiting, line.lane(place.points), phase, agent)
        self.engagements[place.contact] = engagement
        return engagement

    def _wait(self, at: float, engagement: Engagement) -> None:
        """Let a caller wait in their lane; the first of one may be served at once."""
        lane = engagement.lane
        lane.add(engagement.place)
        self.waiting += 1
        if lane.head is engagement.place:
            self._watches.watch(at, lane)
            if lane.line.free:
                self._staff.stirred[lane.line] = None

    def _take_away(self, at: float, engagement: Engagement) -> None:
        lane = engagement.lane
        lane.remove(engagement.place)
        self.waiting -= 1
        self._watches.watch(at, lane)
        if lane.held_for is not None and not lane:
            del lane.line.held[lane.held_for, lane.points]

    # --- time ---------------------------------------------------------------------------------------

    def pass_time(self, at: float) -> None:
        """Let rings open, and callers be kept no longer, up to UTC second `at`."""
        for engagement in self._watches.ended(at):
            self._keep_no_longer(at, engagement)
        for lane in self._watches.opened(at):
            self._staff.stirred[lane.line] = None
            self._watches.watch(at, lane)

    def next_due(self) -> float | None:
        """Return the next time at which a ring opens for a first caller, or one is kept no longer."""
        return self._watches.next_due()

    # --- callers who are kept for one agent ---------------------------------------------------------

    def keep_nobody_for(self, at: float, desk: Desk) -> None:
        """Let all callers be anybody's who were kept for this agent."""
        for line, _, _ in desk.seats:
            self._open_up(at, [lane for lane in line.held.values() if lane.held_for == desk.agent])

    def _keep(self, at: float, engagement: Engagement, line: Line, agent: str) -> None:
        """Keep a caller for an agent who could be asked at once, but not until the caller is overdue."""
        since = engagement.place.since
        until = kept_until(at, line.queue, since)
        desk = self._staff.desks.get(agent)
        if desk is None or not desk.is_available or until <= at:
            return
        ring = next((ring for theirs, ring, _ in desk.seats if theirs is line), None)
        if ring is not None and ring <= line.open_ring(at, since):
            engagement.lane = line.hold(engagement.lane.points, agent)
            engagement.kept_until = until
            self._watches.keep(engagement, until)

    def _keep_no_longer(self, at: float, engagement: Engagement) -> None:
        self._take_away(at, engagement)
        self._be_anybodys(engagement)
        self._wait(at, engagement)

    def _be_anybodys(self, engagement: Engagement) -> None:
        engagement.kept_until = None
        engagement.lane = engagement.lane.line.lane(engagement.lane.points)

    def _keep_no_longer_than_overdue(self, at: float, lane: Lane) -> None:
        """Hold what was promised at the joining when another policy has shortened the target."""
        for place in tuple(lane):
            engagement = self.engagements[place.contact]
            latest = overdue_at(lane.line.queue, place.since)
            if latest <= at:
                self._keep_no_longer(at, engagement)
            elif engagement.kept_until is not None and latest < engagement.kept_until:
                engagement.kept_until = latest
                self._watches.keep(engagement, latest)

    def _open_up(self, at: float, lanes: list[Lane]) -> None:
        for lane in lanes:
            for place in tuple(lane):
                self._keep_no_longer(at, self.engagements[place.contact])

    # --- the policy ---------------------------------------------------------------------------------

    def sit(self, at: float, policy: Policy) -> None:
        """Make the lines of this policy; who waits keeps the place, who talks keeps talking."""
        before, candidates = self.lines, candidates_of(policy)
        self.lines = {queue.id: Line(queue, candidates[queue.id]) for queue in policy.queues.values()}
        needed = {engagement.lane.line.queue.id for engagement in self.engagements.values()}
        for queue_id, old in before.items():
            if queue_id not in self.lines:
                if queue_id not in needed:
                    continue
                self.lines[queue_id] = Line(old.queue, ())  # its agents may be no more either
            self.lines[queue_id].take_over(old)
        self._staff.sit(policy.agents, self.lines, at)
        for line in self.lines.values():
            answering = set() if line.queue.same_agent is None else {seat.agent for seat in line.seats}
            self._open_up(at, [lane for lane in line.held.values() if lane.held_for not in answering])
            for lane in tuple(line.held.values()):
                self._keep_no_longer_than_overdue(at, lane)
            for lane in line.lanes.values():
                self._watches.watch(at, lane)
        self._staff.stirred.clear()  # of the lines that these replace
        self.stir_all()

    def stir_all(self) -> None:
        """Let everybody who waits be looked at."""
        self._staff.stirred.update(dict.fromkeys(self._who_wait()))

    def _who_wait(self) -> Iterator[Line]:
        return (line for line in self.lines.values() if line.size)
