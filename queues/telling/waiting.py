"""Why the first caller of a queue is still waiting, in plain words.

Owns these lines, the same for programs, and what stays hidden: who answers a confidential queue, and the
calls of other queues. Callers are named by their call alone. Pure.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from queues.telling.sentences import duration
from queues.telling.words import CONDITIONS, counted
from routing.words import Condition

if TYPE_CHECKING:
    from collections.abc import Collection

    from routing.policy import Queue
    from routing.reasons import AgentReason, Why


def without_others(why: Why, callers: Collection[str]) -> Why:
    """Leave out the calls that agents have of other queues: `callers` are those of this one.

    Else who asks about one queue would learn who talks with a caller of a confidential one.
    """
    agents = tuple(
        each if each.contact in callers else each._replace(contact=None)  # what they do is told all the same
        for each in why.agents
    )
    return why._replace(agents=agents)


def why_json(why: Why, queue: Queue, at: float) -> dict[str, Any]:
    """Return the answer for JSON; `conditions` counts the agents, whom `agents` lists unless confidential."""
    fields = {**why._asdict(), "conditions": _conditions(why), "at": at}
    if queue.confidential:
        return {**fields, "kept_for": None, "agents": []}
    return {**fields, "agents": [agent._asdict() for agent in why.agents]}


def why_lines(why: Why, queue: Queue, at: float, *, is_halted: bool = False) -> tuple[str, ...]:
    """Say who waits first, since when, for whom, and what everybody who may answer does at `at` (UTC s)."""
    lines = [_first(why, queue)]
    if is_halted:
        lines.append(
            "Nobody is offered just now: callers of an earlier run are still coming back, or it ends"
        )
    if why.kept_for is not None and why.kept_until is not None:
        rest = duration(max(0.0, why.kept_until - at))
        whom = "somebody" if queue.confidential else why.kept_for
        lines.append(f"Kept for {whom}, who helped this caller last, for {rest} more")
    lines.append(_rings(why, queue, at))
    if not why.agents:
        lines.append("  nobody may answer this queue")
    elif queue.confidential:
        lines.append(f"  {counted(_conditions(why))}; the queue is confidential: they are not named")
    else:
        lines += (f"  {_agent(each, at)}" for each in why.agents)
    return tuple(lines)


def _conditions(why: Why) -> dict[str, int]:
    """Count the agents by what they do."""
    return dict(Counter(each.condition.value for each in why.agents))


def _first(why: Why, queue: Queue) -> str:
    if why.contact is None:
        return f"{queue.id}: nobody waits"
    others = f", {why.waiting - 1} behind" if why.waiting > 1 else ""
    waited, target = duration(why.waited_s), duration(queue.target_s)
    overdue = "; overdue: goes before everybody who came later" if why.is_overdue else ""
    return (
        f"{queue.id}: call {why.contact} is first{others}; has waited {waited} of a target of {target}, which"
        f" is a score of {why.score:.0f}{overdue}"
    )


def _rings(why: Why, queue: Queue, at: float) -> str:
    is_all = why.open_ring + 1 == len(queue.rings)
    opened = "All rings are open" if is_all else f"Ring {why.open_ring + 1} of {len(queue.rings)} is open"
    if why.next_ring_at is None or is_all:
        return opened
    return f"{opened}; the next opens in {duration(max(0.0, why.next_ring_at - at))}"


def _agent(each: AgentReason, at: float) -> str:
    doing = CONDITIONS[each.condition]
    if each.contact is not None:
        doing = f"{doing} ({each.contact})"
    if each.until is not None:
        doing = f"{doing}, for {duration(max(0.0, each.until - at))} more"
    if each.is_closed and each.condition is Condition.FREE:
        doing = "free, but of a ring that is not open yet"
    return f"{each.agent} (ring {each.ring + 1}, level {each.level}): {doing}"
