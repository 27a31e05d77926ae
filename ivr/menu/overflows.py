"""What must be so of the ways out of queues, before any caller waits in one.

Owns the checks that follow these ways; `ivr.menu.checks` has those of the menu itself. Must not know how a
way was written, but where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.checks import ASKING, COUNTED, is_dead_end
from ivr.menu.model import ChoiceNode, DigitsNode, QueueNode, destinations
from queues.naming import where
from routing.policy import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ivr.menu.model import Node
    from ivr.menu.waysout import Waiting
    from queues.definitions import Definitions
    from queues.yamlfile import Value
    from routing.policy import Queue

    Nodes = Mapping[str, Node]
    Next = Callable[[Node], tuple[str, ...]]


def check_overflows(nodes: Nodes, waiting: Mapping[str, Waiting], definitions: Definitions) -> None:
    """Note at its place in queues.yaml everything that is wrong with where callers leave queues to."""
    places = {
        queue_id: place
        for queue_id, section in definitions.queue_sections.items()
        if (place := section.get("overflow")) is not None and queue_id in waiting
    }
    _rounds(nodes, waiting, definitions, places)
    _confidence(nodes, waiting, definitions, places)
    for queue_id, out in waiting.items():
        keys = definitions.queue_sections[queue_id].get("while waiting")
        _dead_ends(nodes, () if out.overflow is None else out.overflow.all, places.get(queue_id))
        for key, each in out.keys.items():
            place = None if keys is None else keys.peek(key)
            _dead_ends(nodes, each.way.all, place)


def _dead_ends(nodes: Nodes, ends: Iterable[str], place: Value | None) -> None:
    for to in dict.fromkeys(ends):
        if place is not None and is_dead_end(nodes[to]):
            place.error(
                f'dead end: the call ends at "{to}" and nobody has helped; lead to a message, which offers a'
                f" person, or write there {COUNTED}"
            )


def _rounds(
    nodes: Nodes, waiting: Mapping[str, Waiting], definitions: Definitions, places: Mapping[str, Value]
) -> None:
    """Note each round of queues whose callers, asked nothing, would come back to where they were."""
    leads: dict[str, tuple[str, ...]] = {}
    for queue_id, out in waiting.items():
        if out.overflow is not None and _is_used(definitions.queues[queue_id]):
            met = _queues_met(nodes, out.overflow.all, _unless_asked)
            leads[queue_id] = tuple(dict.fromkeys(queue for _, queue in met))
    told: set[frozenset[str]] = set()
    for first in leads:
        for ring in _rings_from(first, leads):
            if frozenset(ring) in told:
                continue
            told.add(frozenset(ring))
            if len(ring) == 1:
                places[first].error(
                    f'this leads back to the queue "{first}" itself; lead to another queue, or to a message'
                )
                continue
            others = " and ".join(f'"{queue}" overflows in {where(places[queue])}' for queue in ring[1:])
            way = " → ".join(f'"{queue}"' for queue in (*ring, first))
            places[first].error(
                f"callers would be sent round: {way}; {others}; let one of them lead elsewhere"
            )


def _rings_from(first: str, leads: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Give the shortest ring through `first`, if there is any."""
    ahead: list[tuple[str, ...]] = [(first,)]
    seen: set[str] = set()
    while ahead:
        way = ahead.pop(0)
        for to in leads.get(way[-1], ()):
            if to == first:
                yield way
                return
            if to not in seen:
                seen.add(to)
                ahead.append((*way, to))


def _confidence(
    nodes: Nodes, waiting: Mapping[str, Waiting], definitions: Definitions, places: Mapping[str, Value]
) -> None:
    """Note each confidential queue whose callers, pressing nothing, come to people outside."""
    for queue_id, out in waiting.items():
        if out.overflow is None or not definitions.queues[queue_id].confidential:
            continue
        for node_id, to in _queues_met(nodes, out.overflow.all, _pressing_nothing):
            queue = definitions.queues.get(to)
            if queue is not None and not queue.confidential:
                places[queue_id].error(
                    f'expected a way to confidential queues only, because "{queue_id}" is confidential, found'
                    f' one to "{to}" (by the node "{node_id}"): nobody else may learn who has phoned it; lead'
                    " to a confidential queue, a message or a goodbye"
                )


def _queues_met(nodes: Nodes, first: Iterable[str], following: Next) -> Iterator[tuple[str, str]]:
    """Go along these ways until a queue, and give it with its node."""
    ahead, seen = list(first), set[str]()
    while ahead:
        node_id = ahead.pop(0)
        if node_id in seen:
            continue
        seen.add(node_id)
        node = nodes[node_id]
        if isinstance(node, QueueNode):
            yield node_id, node.queue
        else:
            ahead += following(node)


def _unless_asked(node: Node) -> tuple[str, ...]:
    return () if isinstance(node, ASKING) else destinations(node)


def _pressing_nothing(node: Node) -> tuple[str, ...]:
    """List where a caller may come to who is silent."""
    return node.silence.way.all if isinstance(node, ChoiceNode | DigitsNode) else destinations(node)


def _is_used(queue: Queue) -> bool:
    """Whether anybody ever comes to the queue's overflow."""
    return queue.turn_away != NEVER or queue.send_on != NEVER or queue.at_closing == "release"
