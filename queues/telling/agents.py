"""What each agent of a queue was doing as one of them was rung: a line each.

Owns these lines. Other callers are not named. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from queues.telling.sentences import duration
from queues.telling.words import CONDITIONS
from routing.words import Condition, Rule

if TYPE_CHECKING:
    from routing.events import AgentOffered
    from routing.reasons import AgentReason, Why


def agent_lines(why: Why, offer: AgentOffered, open_ring: int, at: float) -> tuple[str, ...]:
    """Say of each agent what they did at UTC second `at`, in the order in which they would be asked.

    `open_ring` is the last ring that was open for the caller of this offer.
    """
    return tuple(_line(each, offer, open_ring, at) for each in why.agents)


def _line(each: AgentReason, offer: AgentOffered, open_ring: int, at: float) -> str:
    closed = ", not open yet" if each.ring > open_ring else ""
    where = f"{each.agent} (ring {each.ring + 1}{closed}; level {each.level})"
    if each.agent == offer.agent:
        return f"{where}: free, and rung"
    doing = CONDITIONS[each.condition]
    if each.condition in {Condition.OFFERED, Condition.TALKING}:
        whom = "for" if each.condition is Condition.OFFERED else "with"
        doing = f"{doing} {whom} another caller"
    if each.until is not None and each.until > at:
        doing = f"{doing}, for {duration(each.until - at)} more"
    if each.condition is Condition.FREE and each.ring <= open_ring:
        doing = "free: of a later ring or a lower level, or not idle for as long"
        if offer.rule is Rule.SAME_AGENT:
            doing = f"free, but the caller was kept for {offer.agent}"
    return f"{where}: {doing}"
