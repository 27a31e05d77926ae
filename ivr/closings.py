"""When queues close that do not serve those who still wait.

Owns which of them is looked at when: at its next closing by the calendar, and at once when it may have closed
before. Pure. Must not know callers, nor what becomes of them.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ivr.menu.announcements import hours_state, is_closed

if TYPE_CHECKING:
    from ivr.attendant import Attendant
    from routing.policy import Queue


class Closings:
    """The next closing of each queue that somebody waits in, by the stream's time (UTC seconds)."""

    def __init__(self, attendant: Attendant) -> None:
        self._attendant = attendant
        self._due: dict[str, float] = {}

    def watch(self, at: float, queue: Queue) -> None:
        """Remember when this queue closes next, unless that is known."""
        if self._due.get(queue.id, inf) > at and queue.id in self._due:
            return
        number = self._attendant.live(queue.number)
        if not queue.hours or queue.hours not in number.menu.hours:
            return
        moment = self._attendant.moment(at, number.id)
        closes_at = hours_state(number.menu, queue.hours, moment).closes_at
        if closes_at is not None:
            self._due[queue.id] = at + (closes_at - moment.at)

    def look_at(self, at: float, queue: Queue) -> None:
        """Let a queue be due at once: its hours may be others by now, or have ended before."""
        self._due[queue.id] = at

    def clear(self) -> None:
        """Watch nothing any more."""
        self._due.clear()

    def due(self, at: float) -> list[str]:
        """Take the queues whose time has come."""
        found = [queue for queue, due in self._due.items() if due <= at]
        for queue in found:
            del self._due[queue]
        return found

    def is_closed(self, at: float, queue: Queue) -> bool:
        """Tell whether a queue is closed at UTC second `at` of the stream."""
        number = self._attendant.live(queue.number)
        known = queue.hours in number.menu.hours
        return known and is_closed(number.menu, queue.hours, self._attendant.moment(at, number.id))

    def next_due(self) -> float | None:
        """Return the first of these times, or None."""
        return min(self._due.values(), default=None)
