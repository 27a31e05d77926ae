"""What each contact and each agent is doing, as the router sees it.

Owns these two small states and how long an agent is left alone after an offer that failed. Changed by the
router only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from routing.events import OfferFailure, TelephoneState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.line import Waiting

COOL_DOWN_S: Mapping[OfferFailure, float] = {
    OfferFailure.NO_ANSWER: 30.0,  # probably away from the desk: ask the others first
    OfferFailure.DECLINED: 30.0,
    OfferFailure.BUSY: 5.0,  # the telephone's state will tell; this only stops a tight loop
    OfferFailure.UNREACHABLE: 10.0,
    OfferFailure.WITHDRAWN: 0.0,  # by us: never counts against the agent
    OfferFailure.CALLER_GONE: 0.0,
}


Phase: TypeAlias = Literal["waiting", "offered", "talking"]


class Engagement:
    """What one contact is doing: waiting in a queue, offered to an agent, or talking."""

    __slots__ = ("agent", "phase", "place", "queue")

    def __init__(
        self, place: Waiting, queue: str, phase: Phase = "waiting", agent: str | None = None
    ) -> None:
        self.place = place
        self.queue = queue
        self.phase: Phase = phase
        self.agent = agent


class Desk:
    """What one agent is doing: the telephone's state, and our own reservation of it."""

    __slots__ = ("contact", "idle_since", "is_paused", "ready_at", "state")

    def __init__(self) -> None:
        self.state = TelephoneState.UNREACHABLE
        self.is_paused = False
        self.contact: str | None = None  # offered to or talking with
        self.ready_at = 0.0  # wrap-up or cool-down lasts until then
        self.idle_since = 0.0
