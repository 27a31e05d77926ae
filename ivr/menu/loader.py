"""`menu.yaml` to a checked menu, or everything that is wrong with it.

Owns the order of reading: the ids of all nodes, then each node, then how they lead to each other. Must not
know the kinds of node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.checks import check_nodes, most_steps
from ivr.menu.language import MENU
from ivr.menu.model import Menu, QueueNode
from ivr.menu.nodes import read_node
from ivr.menu.overflows import check_overflows
from ivr.menu.queueways import read_waiting
from ivr.menu.surroundings import Loaded, Surroundings, node_id_of, way_of
from queues.naming import ID, ID_WORDS
from queues.yamlfile import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from queues.yamlfile import Findings, Value

__all__ = ["MENU_FILE", "Loaded", "Surroundings", "check_menu", "load_menu", "read_menu"]

MENU_FILE = "menu.yaml"

MAX_NODES = 1_000


def load_menu(path: Path, around: Surroundings, findings: Findings) -> Menu | None:
    """Load a menu. None when anything is wrong with it; all of it is in `findings` then."""
    return read_menu(path, Loaded(around), findings)


def read_menu(path: Path, loaded: Loaded, findings: Findings) -> Menu | None:
    """Load a menu as `load_menu` does, into `loaded`, which then knows the nodes whatever is wrong."""
    root = read_file(path, findings)
    if root is None:
        read_waiting(loaded)  # what is wrong with its texts is told all the same
        return None
    return check_menu(root, loaded, findings)


def check_menu(root: Value, loaded: Loaded, findings: Findings) -> Menu | None:
    """Make a menu of what was read, as `read_menu` does."""
    already = findings.errors
    around = loaded.around
    section = root.shaped(MENU)
    values: dict[str, Value] = {}
    for key, value in section.entries("nodes", what="nodes, each with its id as key"):
        key.text(what=ID_WORDS, pattern=ID)
        node_id = key.written or ""
        loaded.places[node_id], values[node_id] = key, value
    place = section.get("nodes")
    if place is not None and place.is_empty:
        place.expected("nodes, each with its id as key")
    if len(values) > MAX_NODES:
        root.error(f"expected at most {MAX_NODES} nodes, found {len(values)}; divide the menu")
    loaded.person = node_id_of(section.get("person"), loaded)
    loaded.start = way_of(section.get("start"), loaded)
    for node_id, value in values.items():
        node = read_node(node_id, value, loaded)
        if node is not None:
            loaded.nodes[node_id] = node
    waiting = read_waiting(loaded)
    person = section.get("person")
    node = loaded.nodes.get(loaded.person)
    if person is not None and node is not None and not isinstance(node, QueueNode):
        person.error(f'expected a node of kind "queue", because a person answers there, found {person.found}')
    starts = [*loaded.start.all, *(node_id for node_id in around.entrances if node_id in loaded.nodes)]
    dialled = [extension.id for extension in around.extensions.values() if extension.kind == "queue"]
    # With other errors, or when no more are taken, nobody can say what was to lead where.
    if findings.errors == already + loaded.text_errors and not findings.full:
        check_nodes(loaded.nodes, loaded.places, starts, loaded.person, waiting, dialled)
        check_overflows(loaded.nodes, waiting, around.definitions)
    if findings.errors > already or findings.full:
        return None
    return Menu(
        loaded.start,
        loaded.person,
        loaded.nodes,
        around.wording.languages,
        around.messages.sentences,
        around.messages.templates,
        most_steps(loaded.nodes, starts, waiting, dialled),
        hours=around.hours,
        queue_hours=around.queues,
        extensions=around.extensions,
        waiting=waiting,
    )
