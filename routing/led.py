"""A router that is led through history: it says what it would do, and goes on with what was done.

Owns the one hook that comparisons and reasons need, `follow`. Apart from the router, so that the live one
carries nothing that it does not use. Knows how the router keeps callers and agents, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.desk import Desk
from routing.events import AgentOffered, Rule
from routing.order import kept_until
from routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routing.events import Decision, Event


class LedRouter(Router):
    """The router, which can also be led."""

    def follow(self, at: float, event: Event, decided: Iterable[AgentOffered] = ()) -> list[Decision]:
        """Take an event as `step` does, and return what this router decides; but go on as history did.

        `decided` are the offers that followed in history. Afterwards these are under way and no others: of
        its own offers each is taken back (the caller at the same place, kept for whom they were kept for, the
        agent as free and as long idle as before) and is made again by the next event; history's are taken
        up, whatever this policy says of them: of an agent who would rest, whose ring is not open, or whom it
        does not know. A caller who does not wait here is passed over.
        """
        kept = {
            contact: engagement.kept_until
            for contact, engagement in self._callers.engagements.items()
            if engagement.kept_until is not None
        }
        decisions = self.step(at, event)
        for offer in reversed(decisions):
            if isinstance(offer, AgentOffered):
                self._take_back(at, offer, kept)
        for offer in decided:
            self._go_by(at, offer)
        return decisions

    def _take_back(self, at: float, offer: AgentOffered, kept: Mapping[str, float]) -> None:
        engagement = self._callers.engagements[offer.contact]
        desk = self._staff.desks[offer.agent]
        desk.contact = None
        if offer.rule is Rule.SAME_AGENT:
            lane = engagement.lane
            until = kept.get(offer.contact)
            if until is None:  # it began with this event
                until = kept_until(at, lane.line.queue, engagement.place.since)
            engagement.lane, engagement.kept_until = lane.line.hold(lane.points, offer.agent), until
        self._callers.wait_again(at, engagement)
        self._staff.settle(at, desk)  # stirs the agent's lines: what was taken back is looked at again

    def _go_by(self, at: float, offer: AgentOffered) -> None:
        engagement = self._callers.engagements.get(offer.contact)
        if engagement is None or engagement.phase != "waiting":
            return
        self._callers.offer(at, offer.contact, offer.agent)
        desk = self._staff.desks.setdefault(offer.agent, Desk(offer.agent))
        desk.contact, desk.is_talking = offer.contact, False
        self._staff.settle(at, desk)
