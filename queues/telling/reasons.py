"""Why an agent was rung for a caller: the rule, the turn, and what the others were doing.

Owns these sentences. What a ring or a target was, the event does not say: it is told where the queue as it
was then is at hand, and explains the event. Pure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from queues.telling.sentences import duration
from queues.telling.words import counted
from routing.order import FULL
from routing.words import Condition, Rule, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.policy import Queue

_AT_ONCE_S = 1.0  # who waited less did not wait
_NEAR = 0.01  # a score that is told again is the same but for rounding


def reasons(offer: Mapping[str, Any], queue: Queue | None = None, points: float = 0.0) -> tuple[str, ...]:
    """Say why of an `AgentOffered`, as the call log keeps it; `points` are those of the caller's kind.

    `queue` is the queue as it was then, None where that is not known.
    """
    why = [_rule(offer, queue), _turn(offer, queue, points)]
    if (considered := offer.get("considered")) is not None:
        why.append(_others(considered, offer))
    return tuple(line for line in why if line)


def _rule(offer: Mapping[str, Any], queue: Queue | None) -> str:
    agent, ring, free = offer["agent"], offer["ring"], offer["free"]
    match Rule(offer["rule"]):
        case Rule.SPECIALIST:
            why = f"{agent} belongs to the first ring of {offer['queue']}"
        case Rule.WIDENED:
            opened = "by then"
            if (
                queue is not None
                and ring < len(queue.rings)
                and queue.rings[ring].after_s <= offer["waited_s"]
            ):
                opened = f"after {queue.rings[ring].after_s:g} s of waiting"
            why = f"{agent} belongs to ring {ring + 1}, which had opened {opened}"
        case Rule.RING_EMPTY:
            # Of rings before that one nothing is known.
            skipped = f"{'the first ring' if ring == 1 else 'the ring before it'} was skipped"
            nobody = "nobody in it was logged in and without a pause"
            why = f"{agent} belongs to ring {ring + 1}: {skipped}, because {nobody}"
        case Rule.SAME_AGENT:
            return f"{agent} helped this caller the last time"
    if free > 1:
        why += f"; of {free} who were free: lowest ring, highest level, then longest idle"
    return why


def _turn(offer: Mapping[str, Any], queue: Queue | None, points: float) -> str:
    waited_s, score = offer["waited_s"], offer.get("score", 0.0)
    if offer.get("turn", Turn.SCORE) == Turn.OVERDUE:
        target = "" if queue is None else f" of {queue.target_s:g} s"
        return f"waited more than three times the target{target}: nobody who came later may go before"
    if waited_s < _AT_ONCE_S and not score:
        return "nobody waited longer"
    if not score:
        return ""  # from before scores were kept
    told = f"score {score:.0f}, the highest among those whom {offer['agent']} may answer"
    if queue is None:
        return told
    more = queue.points + points
    if not math.isclose(waited_s * FULL / queue.target_s + more, score, rel_tol=_NEAR, abs_tol=_NEAR):
        return told  # the queue was another then
    added = f", and {more:g} points" if more else ""
    return f"{told}: waited {duration(waited_s)} of a target of {duration(queue.target_s)}{added}"


def _others(considered: Mapping[str, int], offer: Mapping[str, Any]) -> str:
    free = considered.get(Condition.FREE.value, 0)
    others = counted({**considered, Condition.FREE.value: max(0, free - 1)})  # the chosen one is none of them
    return f"the others of {offer['queue']}: {others}" if others else f"nobody else answers {offer['queue']}"
