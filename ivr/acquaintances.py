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
        self._met: dict[str, dict[str, Met]] = {}  # by queue and pseudonym; who was met last is the last
        self._days: dict[str, float] = {}
        self._go_by(queues)

    def change(self, queues: Mapping[str, Queue], at: float) -> None:
        """Go by these queues from now on; what none of them asks for is forgotten."""
        self._go_by(queues)
        self._forget(at)

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues for which it is remembered."""
        return tuple(self._days)

    @property
    def longest_s(self) -> float:
        """How long ago a talk may be that still counts anywhere."""
        return max(self._days.values(), default=0) * DAY_S

    @property
    def callers(self) -> frozenset[str]:
        """The pseudonyms that are remembered."""
        return frozenset(caller for callers in self._met.values() for caller in callers)

    def met(self, caller: str, queue: str, agent: str, at: float) -> None:
        """Remember that the agent helped the caller in this queue, unless somebody did later."""
        self._keep(caller, Met(queue, agent, at))
        self._forget(at)

    def answered(self, contact: Contact, at: float) -> None:
        """Remember whom a contact talks with since `at`."""
        if contact.caller is not None and contact.queued is not None and contact.agent is not None:
            self.met(contact.caller, contact.queued.queue, contact.agent, at)

    def learn(self, earlier: Iterable[tuple[str, Met]], at: float) -> None:
        """Remember what the call log knows of callers, by pseudonym, as far as it counts at `at`."""
        for caller, met in earlier:
            self._keep(caller, met)
        for queue, callers in self._met.items():
            self._met[queue] = dict(sorted(callers.items(), key=lambda each: each[1].at))
        self._forget(at)

    def of(self, caller: str | None, at: float) -> tuple[Met, ...]:
        """Return who helped a caller last in each queue, as far as it counts at UTC second `at`."""
        if caller is None:
            return ()
        found = (callers.get(caller) for callers in self._met.values())
        return tuple(met for met in found if met is not None and self._counts(met, at))

    def _go_by(self, queues: Mapping[str, Queue]) -> None:
        self._days = {
            queue.id: queue.same_agent.within_days
            for queue in queues.values()
            if queue.same_agent is not None
        }
        self._met = {queue: self._met.get(queue, {}) for queue in self._days}

    def _keep(self, caller: str, met: Met) -> None:
        callers = self._met.get(met.queue)
        if callers is None:
            return
        before = callers.get(caller)
        if before is None or before.at <= met.at:
            callers.pop(caller, None)
            callers[caller] = met

    def _counts(self, met: Met, at: float) -> bool:
        return at - met.at <= self._days[met.queue] * DAY_S

    def _forget(self, at: float) -> None:
        """Keep no pseudonym for longer than it counts, in whichever queue."""
        for callers in self._met.values():
            while (first := next(iter(callers), None)) is not None and not self._counts(callers[first], at):
                del callers[first]
