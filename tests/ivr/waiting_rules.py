"""What holds of every stream with waiting callers, whatever happens: a fold that fails where it does not.

Owns these rules alone. Must not know how the stream was made.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from queues.waiting.announcing import LEAST_BETWEEN_S
from routing.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    EngineStarted,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfficerAnswered,
    Outcome,
    WaitTold,
)

if TYPE_CHECKING:
    from routing.events import Event

UNANSWERED = {Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.ENGINE_LOST, Outcome.PBX_LOST}


class Heard:
    """One caller, as the stream tells of them."""

    def __init__(self) -> None:
        self.rings = False
        self.queue = ""
        self.since: float | None = None
        self.first = ""  # queue or officer: whom they came to first
        self.is_answered = False  # by a queue
        self.told_at = -inf
        self.place = inf
        self.most_s = inf
        self.story: list[str] = []

    def begins_anew(self) -> None:
        """Hear what is said next as the first of its kind."""
        self.place = self.most_s = inf


class Rules:
    """Take every event of the stream; `AssertionError` where one breaks a rule."""

    def __init__(self) -> None:
        self.open: dict[str, Heard] = {}
        self.ended: dict[str, Outcome] = {}

    def take(self, at: float, event: Event) -> None:
        """Hold the rules against the next event."""
        if isinstance(event, CallArrived):
            assert event.contact not in self.open
            assert event.contact not in self.ended
            self.open[event.contact] = Heard()
        elif isinstance(event, EngineStarted):
            for heard in self.open.values():
                heard.begins_anew()
                heard.told_at, heard.rings = -inf, False
        elif (heard := self.open.get(getattr(event, "contact", ""))) is not None:  # type: ignore[assignment]
            self._take(at, event, heard)
        else:
            assert not isinstance(event, CallEnded), "somebody ended twice"

    def _take(self, at: float, event: Event, heard: Heard) -> None:
        heard.story.append(type(event).__name__)
        match event:
            case CallerQueued(_, queue, since):
                assert heard.since in {None, since}, "somebody's waiting began anew"
                if queue != heard.queue:
                    heard.begins_anew()
                heard.queue, heard.since, heard.first = queue, since, heard.first or "queue"
            case CallerTurnedAway():
                heard.queue, heard.first = "", heard.first or "queue"
            case CallerSentOn(_, queue):
                assert queue == heard.queue, "sent on from a queue that they were not in"
                assert not heard.rings, "sent on while a telephone rang"
                heard.queue = ""
            case AgentOffered(_, _, queue):
                assert queue == heard.queue
                heard.rings = True
            case OfferAnswered() | FallbackAnswered():
                heard.rings, heard.queue, heard.is_answered = False, "", True
            case CallTransferred():
                heard.rings, heard.queue = False, ""
            case OfficerAnswered():
                heard.first = heard.first or "officer"
            case OfferFailed() | CallerReturned() | CallerHungUp() | CallerLost():
                heard.rings = False
            case CallerFellBack():
                heard.rings, heard.queue, heard.first = False, "", heard.first or "queue"
            case WaitTold():
                self._told(at, event, heard)
            case CallEnded(contact, outcome):
                del self.open[contact]
                self.ended[contact] = outcome
                _check_outcome(outcome, heard)
            case _:
                pass

    def _told(self, at: float, told: WaitTold, heard: Heard) -> None:
        assert told.queue == heard.queue, "told of a queue that they are not in"
        assert not heard.rings, "told something while a telephone rang"
        assert at - heard.told_at >= LEAST_BETWEEN_S, "two announcements began too close together"
        heard.told_at = at
        if told.position:
            assert told.position <= heard.place, "a worse place was told"
            heard.place = told.position
        if told.most_s is not None:
            assert told.most_s <= heard.most_s, "a longer wait was told"
            heard.most_s = told.most_s


def _check_outcome(outcome: Outcome, heard: Heard) -> None:
    if heard.is_answered:
        assert outcome is Outcome.ANSWERED, heard.story
    elif heard.first == "queue":
        assert outcome in UNANSWERED, heard.story
    elif heard.first == "officer":
        assert outcome is Outcome.CONNECTED_DIRECTLY, heard.story
    else:
        assert outcome not in {*UNANSWERED, Outcome.ANSWERED, Outcome.CONNECTED_DIRECTLY}
