"""The story of one call: what happened, in order, and why each agent was rung.

Owns which events are worth a line, and what a line says that one event alone does not: how long a telephone
rang, how long a talk took. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from queues.telling.reasons import reasons
from queues.telling.sentences import TOLD_ELSEWHERE, duration, sentence, told
from queues.telling.words import FAILURES
from routing.words import OfferFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from queues.calllog.readings import ContactEvent, ContactHistory
    from routing.policy import Queue

    QueueThen = Callable[[str, float], Queue | None]

_ANSWERS = frozenset({"OfferAnswered", "OfficerAnswered", "FallbackAnswered"})
_OF_TELEPHONES = {"AgentOffered": "agent", "OfficerCalled": "officer"}


class Step(NamedTuple):
    """One line of the story."""

    seq: int
    at: float  # UTC seconds: when it truly happened
    event: str
    text: str
    because: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()  # of an offer: everybody who answers the queue, where that is asked for


def story(
    history: ContactHistory, queue_then: QueueThen, agents: Mapping[int, tuple[str, ...]] | None = None
) -> tuple[Step, ...]:
    """Tell a call's story. `queue_then` gives a queue as it was at UTC second, None where that is not known.

    `agents` has for offers, by sequence number, what each agent was doing.
    """
    teller = _Teller(queue_then, agents or {})
    return tuple(step for event in history.events if (step := teller.tell(event)) is not None)


class _Teller:
    """What a line needs to know of the lines before."""

    def __init__(self, queue_then: QueueThen, agents: Mapping[int, tuple[str, ...]]) -> None:
        self._queue_then = queue_then
        self._agents = agents
        self._points = 0.0
        self._rung_at: dict[str, float] = {}
        self._talks_since: dict[str, float] = {}

    def tell(self, event: ContactEvent) -> Step | None:
        """Return the line of an event, None where another tells it."""
        detail = event.detail
        at = detail.get("when") or event.at
        text = self._text(event, at)
        self._remember(event, at)
        if event.event in TOLD_ELSEWHERE:
            return None
        if event.event != "AgentOffered":
            return Step(event.seq, at, event.event, text)
        queue = self._queue_then(detail["queue"], event.at)
        why = reasons(detail, queue, self._points)
        return Step(event.seq, at, event.event, text, why, self._agents.get(event.seq, ()))

    def _text(self, event: ContactEvent, at: float) -> str:
        detail, kind = event.detail, event.event
        who = _other(detail)
        if kind == "OfferFailed" and who in self._rung_at:
            rang_s = duration(at - self._rung_at[who])
            cause = OfferFailure(detail["cause"])
            how = f"within {rang_s}" if cause is OfferFailure.NO_ANSWER else f"after {rang_s}"
            return f"{who} {FAILURES[cause]} {how}; the caller kept the place"
        if kind == "WaitTold":
            queue = self._queue_then(detail["queue"], event.at)
            announcing = None if queue is None else queue.announcing
            most_position = None if announcing is None else announcing.most_position
            return f"The caller was told: {told(detail, most_position)}"
        text = sentence(kind, detail, at=at)
        if kind in _ANSWERS and who in self._rung_at:
            return f"{text} after {duration(at - self._rung_at[who])}"
        if kind in {"TalkEnded", "CallTransferred"} and who in self._talks_since:
            return f"{text}, after {duration(at - self._talks_since[who])} of talk"
        return text

    def _remember(self, event: ContactEvent, at: float) -> None:
        detail, kind = event.detail, event.event
        if kind == "CallerQueued":
            self._points = float(detail.get("points", 0.0))
        elif kind in _OF_TELEPHONES:
            self._rung_at[detail[_OF_TELEPHONES[kind]]] = at
        elif kind in _ANSWERS:
            self._talks_since[_other(detail)] = at
        elif kind == "CallTransferred" and detail.get("answered"):
            self._talks_since[detail["target"]] = at


def _other(detail: Mapping[str, Any]) -> str:
    """Return the agent or officer whom an event is about."""
    return str(detail.get("agent") or detail.get("officer") or detail.get("by") or "")
