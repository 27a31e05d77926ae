"""Whom a caller might have come to: what everybody did who answers the queue, at each offer of one call.

Owns the way through the journal to these moments. The router is led to each, and asked before history's offer
is made. Must not know the menu machine: only what the router heard is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from queues.telling.agents import agent_lines
from queues.whatif.onestep import is_heard
from routing.events import AgentOffered, ConfigurationChanged, EngineStarted, TimerFired
from routing.led import LedRouter

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.replaying.history import History
    from routing.events import Event, Recorded

CONFIDENTIAL = "the queue is confidential: who else answers it is not listed"
_NO_TIME = TimerFired()


def passed_over(
    history: History, contact: str, progress: Callable[[int, int], object] | None = None
) -> dict[int, tuple[str, ...]]:
    """Return for each offer of the contact, by its number, a line on each agent of the queue."""
    policies = {seq: policy for seq, _, policy in history.policies()}
    moments = _Moments(contact)
    for recorded in history.events(progress):
        event = recorded.event
        if isinstance(event, EngineStarted):
            moments.finish()
            moments.router = LedRouter(policies[recorded.seq])
        elif isinstance(event, ConfigurationChanged) and recorded.seq in policies and moments.router:
            moments.finish()
            moments.router.change(policies[recorded.seq])
        moments.take(recorded)
    moments.finish()
    return moments.found


class _Moments:
    def __init__(self, contact: str) -> None:
        self.found: dict[int, tuple[str, ...]] = {}
        self.router: LedRouter | None = None
        self._contact = contact
        self._heard: tuple[float, Event] | None = None
        self._decided: list[tuple[int, AgentOffered]] = []

    def take(self, recorded: Recorded) -> None:
        """Take the next event."""
        if isinstance(recorded.event, AgentOffered):
            self._decided.append((recorded.seq, recorded.event))
        elif is_heard(recorded.event):
            self.finish()
            self._heard = recorded.at, recorded.event

    def finish(self) -> None:
        """Let the router hear the latest event and go on as history did, asked on the way."""
        if self._heard is None or self.router is None:
            return
        (at, event), self._heard = self._heard, None
        decided, self._decided = self._decided, []
        if all(offer.contact != self._contact for _, offer in decided):
            self.router.follow(at, event, [offer for _, offer in decided])
            return
        self.router.follow(at, event)
        for seq, offer in decided:
            if offer.contact == self._contact:
                self.found[seq] = _lines(self.router, at, offer)
            self.router.follow(at, _NO_TIME, [offer])


def _lines(router: LedRouter, at: float, offer: AgentOffered) -> tuple[str, ...]:
    line = router.line(offer.queue)
    if line.queue.confidential:
        return (CONFIDENTIAL,)
    return agent_lines(router.why(offer.queue, at), offer, line.open_ring(at, at - offer.waited_s), at)
