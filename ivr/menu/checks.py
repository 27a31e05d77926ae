"""What must be so of a whole menu, before any caller hears it.

Owns the checks that follow ways from node to node. Must not know how a node was written, but where.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    QueueNode,
    ScriptNode,
    destinations,
)
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from ivr.menu.model import Node
    from ivr.menu.waysout import Waiting
    from queues.yamlfile import Value

MOST_OPTIONS = 6  # said: who hears a seventh has forgotten the first

COUNTED = '"counts as: out of hours" or "counts as: refused"'
# Where a caller does something, or a telephone rings: nobody is led past these without an end.
ASKING = (ChoiceNode, DigitsNode, OfficerNode, ScriptNode)


def check_nodes(
    nodes: Mapping[str, Node],
    places: Mapping[str, Value],
    starts: Sequence[str],
    person: str,
    waiting: Mapping[str, Waiting] = MappingProxyType({}),
    dialled: Collection[str] = (),
) -> None:
    """Note at its place everything that is wrong with how the nodes lead to each other.

    `waiting` has the ways out of queues, by the queue's id; `dialled` are queues that callers also come to by
    an extension. What is wrong with the ways out of queues themselves `ivr.menu.overflows` notes.
    """
    _unreachable(nodes, places, [*starts, person, *_ways_out(waiting, dialled)], waiting)
    _rings(nodes, places)
    _without_person(nodes, places)
    _dead_ends(nodes, places, starts)
    for node_id, node in nodes.items():
        if isinstance(node, ChoiceNode):
            _options(node, places[node_id])


def most_steps(
    nodes: Mapping[str, Node],
    starts: Sequence[str],
    waiting: Mapping[str, Waiting] = MappingProxyType({}),
    dialled: Collection[str] = (),
) -> int:
    """Return how many keys, silences and messages a call may take before a person follows.

    It is 3 * (tries + 1) * depth: `tries` is the highest count of wrong keys or silences, `depth` how many
    nodes lie on the shortest way to the remotest one; digits that are read back are two.
    """
    tries = max(
        (
            max(node.wrong_key.count, node.silence.count)
            for node in nodes.values()
            if isinstance(node, ChoiceNode | DigitsNode)
        ),
        default=1,
    )
    depth: dict[str, int] = {}
    ahead = [(_height(nodes[node_id]), node_id) for node_id in (*starts, *_ways_out(waiting, dialled))]
    heapify(ahead)
    while ahead:  # Dijkstra's: heights differ, so that who comes first need not have come the shortest way
        height, node_id = heappop(ahead)
        if node_id not in depth:
            depth[node_id] = height
            for to in _following(nodes[node_id], waiting):
                heappush(ahead, (height + _height(nodes[to]), to))
    return 3 * (tries + 1) * max(1, *depth.values())


def _height(node: Node) -> int:
    if isinstance(node, DigitsNode):
        return 1 + node.reads_back
    return 0 if isinstance(node, HoursNode | LanguageNode) else 1


def _ways_out(waiting: Mapping[str, Waiting], queues: Iterable[str]) -> Iterator[str]:
    """List the nodes that callers come to who leave these queues."""
    for queue_id in queues:
        if queue_id in waiting:
            for way in waiting[queue_id].ways:
                yield from way.all


def _following(node: Node, waiting: Mapping[str, Waiting]) -> tuple[str, ...]:
    """List the nodes that a caller may come to from this one, also out of its queue."""
    if isinstance(node, QueueNode):
        return tuple(_ways_out(waiting, (node.queue,)))
    return destinations(node)


def _reached(nodes: Mapping[str, Node], first: Iterable[str], waiting: Mapping[str, Waiting]) -> set[str]:
    ahead, reached = list(first), set[str]()
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(_following(nodes[node_id], waiting))
    return reached


def _unreachable(
    nodes: Mapping[str, Node],
    places: Mapping[str, Value],
    starts: Sequence[str],
    waiting: Mapping[str, Waiting],
) -> None:
    reached = _reached(nodes, starts, waiting)
    for node_id in nodes:
        if node_id not in reached:
            places[node_id].error(f'nothing leads to this node from "{starts[0]}"; lead to it or remove it')


def _rings(nodes: Mapping[str, Node], places: Mapping[str, Value]) -> None:
    """Note each ring of nodes that ask nothing: its caller would be led round and round."""
    clear: set[str] = set()
    for first in nodes:
        way: list[str] = []  # the nodes that we are in, each with what is left of its destinations
        left = [iter((first,))]
        while left:
            to = next(left[-1], None)
            if to is None:
                left.pop()
                if way:
                    clear.add(way.pop())
            elif to in way:
                ring = " → ".join([*way[way.index(to) :], to])
                places[to].error(
                    f"callers are led round and round here without being asked: {ring}; lead one of these"
                    " elsewhere"
                )
            elif to not in clear and not isinstance(nodes[to], ASKING):
                way.append(to)
                left.append(iter(dict.fromkeys(destinations(nodes[to]))))


def _without_person(nodes: Mapping[str, Node], places: Mapping[str, Value]) -> None:
    """Note each place where callers are asked and from which no way leads to a person."""
    ends = _leading_to(nodes, {node_id for node_id, node in nodes.items() if _is_person(node)})
    for node_id, node in nodes.items():
        if isinstance(node, ChoiceNode | DigitsNode) and node_id not in ends:
            places[node_id].error(
                "no key and no silence ever leads to a person from here; let one lead to a queue"
            )


def _leading_to(nodes: Mapping[str, Node], ends: Collection[str]) -> set[str]:
    """Return the nodes from which some way leads to one of `ends`."""
    before: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for node_id, node in nodes.items():
        for to in destinations(node):
            before[to].append(node_id)
    leading, ahead = set(ends), list(ends)
    while ahead:
        for node_id in before[ahead.pop()]:
            if node_id not in leading:
                leading.add(node_id)
                ahead.append(node_id)
    return leading


def _is_person(node: Node) -> bool:
    return isinstance(node, QueueNode | OfficerNode)


def is_dead_end(node: Node) -> bool:
    """Tell whether the call ends here as if it had been answered."""
    return isinstance(node, GoodbyeNode) and node.outcome is Outcome.SELF_SERVED


def _dead_ends(nodes: Mapping[str, Node], places: Mapping[str, Value], starts: Sequence[str]) -> None:
    """Note each place where the call ends as if it had been answered, without anything that answered."""
    for start in dict.fromkeys(starts):
        if is_dead_end(nodes[start]):
            places[start].error(
                "dead end: calls begin here and end at once, and nobody has helped; begin elsewhere, or write"
                f" here {COUNTED}"
            )
    for node_id, node in nodes.items():
        if isinstance(node, MessageNode):
            continue  # a message offers a person before the call ends
        ends = {to for to in destinations(node) if is_dead_end(nodes[to])}
        for to in sorted(ends):
            places[node_id].error(
                f'dead end: the call ends at "{to}" and nobody has helped; lead to a message, which offers a'
                f" person, or write there {COUNTED}"
            )


def _options(node: ChoiceNode, place: Value) -> None:
    said = sum(option.text is not None for option in node.options)
    if said > MOST_OPTIONS and not node.accepted:
        place.warning(
            f"expected at most {MOST_OPTIONS} options that are said, found {said}: nobody remembers more;"
            ' divide the menu, or say "accepted_because: …" why not'
        )
