"""What a supervisor asks of a running engine: answers about the queues as they are now.

Owns the answers. Changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.control.orders import Answer, OrderRefusedError
from queues.telling.waiting import why_json, why_lines, without_others
from queues.yamlfile import suggestion

if TYPE_CHECKING:
    from ivr.exchange import Exchange


def why_waits(exchange: Exchange, queue: str) -> Answer:
    """Tell why the first caller of a queue is still waiting; `OrderRefusedError` for a queue that is none."""
    lobby, at = exchange.core.lobby, exchange.now()
    if queue not in lobby.policy.queues:
        raise OrderRefusedError(f'there is no queue "{queue}"; {suggestion(queue, lobby.policy.queues)}')
    asked = lobby.policy.queues[queue]
    contacts = exchange.core.contacts.values()
    callers = {each.id for each in contacts if each.queued is not None and each.queued.queue == queue}
    why = without_others(lobby.router.why(queue, at), callers)
    lines = why_lines(why, asked, at, is_halted=lobby.router.is_halted)
    return Answer(is_done=True, lines=lines, fields=why_json(why, asked, at))
