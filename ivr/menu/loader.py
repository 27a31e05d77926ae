"""`menu.yaml` to a checked menu, or everything that is wrong with it.

Owns the language that administrators write menus in (docs/menus.md shows each part) and the checks that a
menu passes before any caller hears it. Must not know queues but by their ids, nor telephones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from ivr.menu.model import (
    SILENCES,
    WAIT_S,
    WRONG_KEYS,
    ChoiceNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    Node,
    Option,
    Prompt,
    QueueNode,
    Retry,
    destinations,
)
from queues.definitions import ID, ID_WORDS
from queues.yamlfile import read_file, suggestion
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from queues.yamlfile import Findings, Section, Value

MENU_FILE = "menu.yaml"

MAX_NODES = 1_000
MAX_COUNT = 5  # wrong keys or silences before it leads on: nobody tries a sixth time
LEAST_WAIT_S, MOST_WAIT_S = 1.0, 30.0
PERSON_KEY = "0"  # always reaches a person: where a menu does not say so, the loader does

_KEY = re.compile(r"[0-9]", re.ASCII)

Kind: TypeAlias = Literal["menu", "message", "queue", "goodbye"]
_KINDS: Mapping[str, Kind] = {
    "menu": "menu",
    "message": "message",
    "queue": "queue",
    "goodbye": "goodbye",
}
_OUTCOMES: Mapping[str, Outcome] = {
    "self-served": Outcome.SELF_SERVED,
    "out of hours": Outcome.OUT_OF_HOURS,
    "refused": Outcome.REFUSED,
}


@dataclass(frozen=True, slots=True)
class _Names:
    """What a node may refer to. `person` is "" when the file does not say it rightly."""

    nodes: Collection[str]
    queues: Collection[str]
    person: str


def load_menu(path: Path, queues: Collection[str], findings: Findings) -> Menu | None:
    """Load a menu whose queue nodes may lead to `queues` (none known: not checked).

    None when anything is wrong with it; all of it is in `findings` then.
    """
    root = read_file(path, findings)
    return None if root is None else check_menu(root, queues, findings)


def check_menu(root: Value, queues: Collection[str], findings: Findings) -> Menu | None:
    """Make a menu of what was read, as `load_menu` does."""
    already = findings.errors
    section = root.section(required=("start", "person", "nodes"))
    written: dict[str, tuple[Value, Value]] = {}
    for key, value in section.entries("nodes", what="nodes, each with its id as key"):
        key.text(what=ID_WORDS, pattern=ID)
        written[key.written or ""] = key, value
    if len(written) > MAX_NODES:
        root.error(f"expected at most {MAX_NODES} nodes, found {len(written)}")
    names = _Names(written, queues, "")
    start = _destination(section, "start", names)
    names = _Names(written, queues, _destination(section, "person", names))
    nodes: dict[str, Node] = {}
    for node_id, (_, value) in written.items():
        node = _node(node_id, value, names)
        if node is not None:
            nodes[node_id] = node
    person = section.get("person")
    if person is not None and names.person in nodes and not isinstance(nodes[names.person], QueueNode):
        person.error(f'expected a node of kind "queue", because a person answers there, found {person.found}')
    ways = [start, names.person, *(to for node in nodes.values() for to in destinations(node))]
    if all(ways) and len(nodes) == len(written):  # else nobody can say what was to lead where
        for node_id in _unreachable([start, names.person], nodes):
            written[node_id][0].error(f'nothing leads to this node from "{start}"; lead to it or remove it')
    _refuse_rings(nodes, written)
    return None if findings.errors > already or findings.full else Menu(start, names.person, nodes)


def _node(node_id: str, value: Value, names: _Names) -> Node | None:
    kind_value = next((inner for key, inner in value.entries() if key.written == "kind"), None)
    if kind_value is None:
        words = ", ".join(_KINDS)
        value.error(f'the key "kind" is missing; there is: {words}')
        return None
    kind = kind_value.choice(_KINDS)
    if kind_value.written != kind:
        return None
    match kind:
        case "menu":
            return _choice(node_id, value, names)
        case "message":
            section = value.section(required=("kind", "text"), optional=("then",))
            then = _destination(section, "then", names) if section.get("then") is not None else None
            return MessageNode(node_id, _required_prompt(section, "text", f"{node_id}/text"), then)
        case "queue":
            section = value.section(required=("kind", "queue"), optional=("text",))
            return QueueNode(node_id, _queue(section, names), _prompt(section, "text", f"{node_id}/text"))
        case "goodbye":
            section = value.section(required=("kind", "text"), optional=("counts as",))
            counts_as = section.get("counts as")
            outcome = Outcome.SELF_SERVED if counts_as is None else counts_as.choice(_OUTCOMES)
            return GoodbyeNode(node_id, _required_prompt(section, "text", f"{node_id}/text"), outcome)
        case _:
            assert_never(kind)


def _choice(node_id: str, value: Value, names: _Names) -> ChoiceNode:
    section = value.section(
        required=("kind", "greeting", "options"),
        optional=("short greeting", "wait", "wrong key", "silence"),
    )
    options = [
        _option(node_id, key, inner, names)
        for key, inner in section.entries("options", what="options, each with its key (0 to 9)")
    ]
    place = section.get("options")
    if place is not None and not options:
        place.expected("at least one option")
    if all(option.key != PERSON_KEY for option in options):
        options.append(Option(PERSON_KEY, names.person))
    return ChoiceNode(
        id=node_id,
        greeting=_required_prompt(section, "greeting", f"{node_id}/greeting"),
        short_greeting=_prompt(section, "short greeting", f"{node_id}/short-greeting"),
        options=tuple(options),
        wrong_key=_retry(section, "wrong key", f"{node_id}/wrong-key", WRONG_KEYS, names),
        silence=_retry(section, "silence", f"{node_id}/silence", SILENCES, names),
        wait_s=section.seconds("wait", WAIT_S, least=LEAST_WAIT_S, most=MOST_WAIT_S),
    )


def _option(node_id: str, key: Value, value: Value, names: _Names) -> Option:
    digit = key.text(what="a key from 0 to 9 (* repeats, # is kept free)", pattern=_KEY)
    unsaid = digit == PERSON_KEY
    section = value.section(
        required=("to",) if unsaid else ("text", "to"), optional=("text",) if unsaid else ()
    )
    prompt = _prompt(section, "text", f"{node_id}/option-{digit}")
    return Option(digit, _destination(section, "to", names), prompt)


def _retry(section: Section, key: str, name: str, count: int, names: _Names) -> Retry:
    value = section.get(key)
    if value is None:
        return Retry(names.person, count)
    inner = value.section(optional=("text", "count", "to"))
    to = _destination(inner, "to", names) if inner.get("to") is not None else names.person
    return Retry(to, inner.integer("count", count, least=1, most=MAX_COUNT), _prompt(inner, "text", name))


def _prompt(section: Section, key: str, name: str) -> Prompt | None:
    return None if section.get(key) is None else Prompt(name, section.text(key))


def _required_prompt(section: Section, key: str, name: str) -> Prompt:
    return Prompt(name, section.text(key))


def _destination(section: Section, key: str, names: _Names) -> str:
    value = section.get(key)
    node_id = "" if value is None else value.text(what="a node's id")
    if value is not None and node_id and node_id not in names.nodes:
        value.error(f"unknown node {value.found}; {suggestion(node_id, names.nodes)}")
        return ""
    return node_id


def _queue(section: Section, names: _Names) -> str:
    value = section.get("queue")
    queue_id = "" if value is None else value.text(what="a queue's id")
    if value is not None and queue_id and names.queues and queue_id not in names.queues:
        value.error(f"unknown queue {value.found}; {suggestion(queue_id, names.queues)}")
    return queue_id


def _unreachable(ahead: list[str], nodes: Mapping[str, Node]) -> list[str]:
    reached: set[str] = set()
    while ahead:
        node_id = ahead.pop()
        if node_id in nodes and node_id not in reached:
            reached.add(node_id)
            ahead.extend(destinations(nodes[node_id]))
    return [node_id for node_id in nodes if node_id not in reached]


def _refuse_rings(nodes: Mapping[str, Node], written: Mapping[str, tuple[Value, Value]]) -> None:
    """Note each message from which only messages follow, round and round: its caller would never be asked."""
    clear: set[str] = set()
    for node_id in nodes:
        way: dict[str, None] = {}
        at: str | None = node_id
        while at is not None and at not in way and at not in clear:
            way[at] = None
            node = nodes.get(at)
            at = node.then if isinstance(node, MessageNode) else None
        if at in way:
            ring = list(way)[list(way).index(at) :]
            written[at][0].error(f"these messages lead round and round: {' → '.join([*ring, at])}")
        clear.update(way)
