"""Who helped which caller last, for queues that keep callers for the same agent.

Owns this memory, by pseudonym: filled from the call log as the engine begins, and by each answer from then
on. What an arriving call brings of it is written into the stream with the arrival, so that a replay needs no
memory. Must not know how a caller is kept for somebody: the router does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from routing.events import Met

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ivr.contact import Contact
    from routing.policy import Queue

DAY_S: Final = 86_400.0


class Acquaintances:
    """The last agent of each caller in each queue that asks for it. Times are UTC seconds."""

    def __init__(self, queues: Mapping[str, Queue]) -> None:
        self._met: dict[str, dict[str, Met]] = {}  # who was met last is the last
        self.change(queues)

    def change(self, queues: Mapping[str, Queue]) -> None:
        """Go by these queues from now on."""
        self._days = {
            queue.id: queue.same_agent.within_days
            for queue in queues.values()
            if queue.same_agent is not None
        }

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues for which it is remembered."""
        return tuple(self._days)

    @property
    def longest_s(self) -> float:
        """How long ago a talk may be that still counts anywhere."""
        return max(self._days.values(), default=0) * DAY_S

    def met(self, caller: str, queue: str, agent: str, at: float) -> None:
        """Remember that the agent helped the caller in this queue, unless somebody did later."""
        if queue in self._days:
            by_queue = self._met.pop(caller, {})
            before = by_queue.get(queue)
            if before is None or before.at <= at:
                by_queue[queue] = Met(queue, agent, at)
            self._met[caller] = by_queue
            self._forget_before(at - self.longest_s)

    def answered(self, contact: Contact, at: float) -> None:
        """Remember whom a contact talks with since `at`."""
        if contact.caller is not None and contact.queued is not None and contact.agent is not None:
            self.met(contact.caller, contact.queued.queue, contact.agent, at)

    def learn(self, earlier: Iterable[tuple[str, Met]]) -> None:
        """Remember what the call log knows of callers, by pseudonym."""
        for caller, (queue, agent, at) in earlier:
            self.met(caller, queue, agent, at)

    def of(self, caller: str | None, at: float) -> tuple[Met, ...]:
        """Return who helped a caller last in each queue, as far as it counts at UTC second `at`."""
        by_queue = {} if caller is None else self._met.get(caller, {})
        return tuple(
            met
            for met in by_queue.values()
            if met.queue in self._days and at - met.at <= self._days[met.queue] * DAY_S
        )

    def _forget_before(self, at: float) -> None:
        """Keep no pseudonym for longer than it counts."""
        while (caller := next(iter(self._met), None)) is not None:
            if any(met.at >= at for met in self._met[caller].values()):
                return
            del self._met[caller]
