"""What a supervisor asks of a running engine: answers about the queues as they are now.

Owns the answers. Changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.control.orders import Answer, OrderRefusedError
from queues.telling.waiting import why_lines
from queues.yamlfile import suggestion

if TYPE_CHECKING:
    from ivr.exchange import Exchange


def why_waits(exchange: Exchange, queue: str) -> Answer:
    """Tell why the first caller of a queue is still waiting; `OrderRefusedError` for a queue that is none."""
    lobby, at = exchange.core.lobby, exchange.now()
    if queue not in lobby.policy.queues:
        raise OrderRefusedError(f'there is no queue "{queue}"; {suggestion(queue, lobby.policy.queues)}')
    why = lobby.router.why(queue, at)
    lines = why_lines(why, lobby.policy.queues[queue], at, is_halted=lobby.router.is_halted)
    agents = [agent._asdict() for agent in why.agents]
    return Answer(is_done=True, lines=lines, fields={**why._asdict(), "agents": agents, "at": at})
