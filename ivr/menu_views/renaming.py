"""Nodes that have another id and are otherwise what they were.

Owns the finding of them: as in the comparison of automata (bisimulation), nodes are equal while nothing tells
them apart, neither what they say nor, step by step, where they lead. Must not know how that is told.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ivr.menu.model import ChoiceNode, DigitsNode, HoursNode, LanguageNode
from ivr.menu_views.leads import leads_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from ivr.menu.model import Menu, Node
    from ivr.menu.texts import Text


def renamed(old: Menu, new: Menu) -> dict[str, str]:
    """Return the old id of each node of `new` that has only been renamed."""
    gone = {node_id: node for node_id, node in old.nodes.items() if node_id not in new.nodes}
    come = {node_id: node for node_id, node in new.nodes.items() if node_id not in old.nodes}
    if not gone or not come:
        return {}
    # A node's colour: those of one colour have not been told apart so far.
    nodes: dict[str, Node] = {**gone, **come}
    known: dict[Hashable, int] = {}
    colours = {
        node_id: known.setdefault(_content(node, is_person=node_id in {old.person, new.person}), len(known))
        for node_id, node in nodes.items()
    }
    while True:
        known = {}
        finer = {
            node_id: known.setdefault((colours[node_id], _targets(node, colours)), len(known))
            for node_id, node in nodes.items()
        }
        if len(known) == len(set(colours.values())):
            break
        colours = finer
    of_colour: dict[int, list[str]] = defaultdict(list)
    for node_id in gone:
        of_colour[colours[node_id]].append(node_id)
    names: dict[str, str] = {}
    for node_id in come:
        same = of_colour[colours[node_id]]
        if same:
            names[node_id] = same.pop(0)
    return names


def _targets(node: Node, colours: Mapping[str, int]) -> Hashable:
    """Return where a node leads: by the colour of what is unmatched, by the id of what is in both menus."""
    return tuple(
        (
            lead.by,
            lead.word,
            lead.times,
            None
            if lead.way is None
            else (
                colours.get(lead.way.to, lead.way.to),
                tuple((change.since, colours.get(change.to, change.to)) for change in lead.way.changes),
            ),
        )
        for lead in leads_of(node)
    )


def _content(node: Node, *, is_person: bool) -> Hashable:
    """Return all of a node that does not name another, without its own name."""
    return (type(node), is_person, tuple(_texts(node)), tuple(_fields(node)))


def _texts(node: Node) -> Iterator[Hashable]:
    match node:
        case ChoiceNode():
            yield from map(_said, (node.greeting, node.short_greeting))
            yield from ((option.key, _said(option.text)) for option in node.options)
            yield from map(_said, (node.wrong_key.text, node.silence.text))
        case DigitsNode():
            yield from map(_said, (node.text, node.wrong_key.text, node.silence.text))
        case HoursNode() | LanguageNode():
            return
        case _:
            yield _said(node.text)


def _said(text: Text | None) -> Hashable:
    if text is None:
        return None
    return tuple(
        sorted(
            (language, *prompt._replace(name="", recording=str(bool(prompt.recording))))
            for language, prompt in text.prompts.items()
        )
    )


_OWN_NAMES = frozenset(
    {"id", "greeting", "short_greeting", "options", "wrong_key", "silence", "text", "accepted"}
)
_WAYS = frozenset({"then", "away", "open", "closed", "failed", "results"})


def _fields(node: Node) -> Iterator[tuple[str, Any]]:
    """Go through the plain values: a queue's or a script's name, how long to wait."""
    for name in type(node).__dataclass_fields__:
        if name not in _OWN_NAMES and name not in _WAYS and not (name == "hours" and hasattr(node, "queue")):
            yield name, getattr(node, name)
