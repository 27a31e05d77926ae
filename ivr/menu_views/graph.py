"""A menu as boxes and arrows, before anybody draws them.

Owns what a picture tells of each node and each way. Must not know Mermaid, SVG or where anything stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, assert_never

from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    PatienceNode,
    QueueNode,
    ScriptNode,
)
from ivr.menu.number import STOCKHOLM
from ivr.menu_views.leads import By, Lead, day_of, kind_of, leads_of, length_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from ivr.menu.model import Menu, Node, Way
    from ivr.menu.number import Number
    from ivr.menu.texts import Text

START = ":start"  # no node's id begins with a colon
OFFERED_KEY = "0"  # after a message that ends the call


class Kind(StrEnum):
    """What a box stands for: a node of this kind, or a telephone number by which callers come in."""

    ENTRY = "callers"
    MENU = "menu"
    MESSAGE = "message"
    QUEUE = "queue"
    OFFICER = "officer"
    HOURS = "hours"
    LANGUAGE = "language"
    PATIENCE = "patience"
    DIGITS = "digits"
    SCRIPT = "script"
    GOODBYE = "goodbye"


class Box(NamedTuple):
    """A node or an entry. `text` is what is said first, in the first language, whole."""

    id: str
    kind: Kind
    title: str
    text: str = ""
    notes: tuple[str, ...] = ()
    is_person: bool = False


class Edge(NamedTuple):
    """All that leads from one box to another in the same manner."""

    source: str
    target: str
    labels: tuple[str, ...]
    by_silence: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A number's menu. The entries come before the nodes, the start first."""

    title: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def graph_of(number: Number, zone: tzinfo = STOCKHOLM) -> Graph:
    """Make the graph of a number's menu; days of changes are told in `zone`."""
    menu = number.menu
    boxes: list[Box] = []
    ways: list[tuple[str, str, str, bool]] = []
    telephones = tuple(called for called in number.called if called not in menu.replaced)
    boxes.append(Box(START, Kind.ENTRY, "Start", notes=telephones))
    ways += _labelled(START, "", menu.start, zone)
    for telephone, replaced in menu.replaced.items():
        entry = f":{telephone}"
        boxes.append(Box(entry, Kind.ENTRY, "Old number", notes=(telephone,)))
        ways += _labelled(entry, "", replaced.way, zone)
    for node_id, node in menu.nodes.items():
        boxes.append(_box(number, node_id, node))
        for lead in leads_of(node):
            if lead.way is not None:
                ways += _labelled(node_id, _word(lead), lead.way, zone, by_silence=lead.by is By.SILENCE)
        if _offers_a_person(menu, node):
            ways.append((node_id, menu.person, OFFERED_KEY, False))
    return Graph(f"{number.name} ({number.id})", tuple(boxes), tuple(_joined(ways)))


def _labelled(
    source: str, word: str, way: Way, zone: tzinfo, *, by_silence: bool = False
) -> Iterator[tuple[str, str, str, bool]]:
    """Go through where a way leads, each time with its own label."""
    if not way.changes:
        yield source, way.to, word, by_silence
        return
    first = day_of(way.changes[0].since, zone)
    yield source, way.to, f"{word} before {first}".strip(), by_silence
    for change in way.changes:
        yield source, change.to, f"{word} from {day_of(change.since, zone)}".strip(), by_silence


def _joined(ways: list[tuple[str, str, str, bool]]) -> Iterator[Edge]:
    """Make one edge of all that leads between the same boxes in the same manner."""
    labels: dict[tuple[str, str, bool], dict[str, None]] = {}
    for source, target, label, by_silence in ways:
        known = labels.setdefault((source, target, by_silence), {})
        if label:
            known[label] = None
    for (source, target, by_silence), words in labels.items():
        yield Edge(source, target, tuple(words), by_silence)


def _word(lead: Lead) -> str:
    match lead.by:
        case By.KEY:
            return lead.word
        case By.SILENCE:
            return f"{_ordinal(lead.times)}silence"
        case By.WRONG_KEY:
            return f"{_ordinal(lead.times)}wrong key"
        case By.RESULT:
            return f"result {lead.word}"
        case By.ANY_RESULT:
            return "any result"
        case By.THEN | By.DIGITS | By.OPEN | By.CLOSED | By.AWAY | By.FAILED:
            return lead.by.name.lower()
        case _:
            assert_never(lead.by)


def _ordinal(times: int) -> str:
    """Say which silence or wrong key leads on: the first goes without saying."""
    endings = {2: "2nd ", 3: "3rd "}
    return "" if times == 1 else endings.get(times, f"{times}th ")


def _offers_a_person(menu: Menu, node: Node) -> bool:
    """Tell whether a message may be the last thing that is said: then a person is offered, by a key."""
    if not isinstance(node, MessageNode):
        return False
    return node.then is None or any(isinstance(menu.nodes[to], GoodbyeNode) for to in node.then.all)


def _box(number: Number, node_id: str, node: Node) -> Box:
    language = number.menu.languages[0]
    text = _text(node)
    said = "" if text is None else text.said_in(language).text
    notes = tuple(_notes(number, node_id, node))
    is_person = node_id == number.menu.person
    return Box(node_id, Kind(kind_of(node)), node_id, " ".join(said.split()), notes, is_person)


def _text(node: Node) -> Text | None:
    match node:
        case ChoiceNode():
            return node.greeting
        case HoursNode() | LanguageNode():
            return None
        case _:
            return node.text


def _notes(number: Number, node_id: str, node: Node) -> Iterator[str]:
    match node:
        case QueueNode():
            queue = number.queues.get(node.queue)
            yield _named(node.queue, node_id, "" if queue is None else queue.name)
            if node.hours:
                yield f"answers by hours {node.hours}"
        case OfficerNode():
            officer = number.officers.get(node.officer)
            yield _named(node.officer, node_id, "" if officer is None else officer.name)
        case HoursNode():
            yield f"hours {node.hours}"
            if node.closed is None:
                yield "closed: the call ends"
        case LanguageNode():
            yield f"from here on in {node.language}"
        case PatienceNode():
            yield "from here on without hurry"
        case DigitsNode():
            secret = " secret" if node.is_secret else ""
            again = ", read back" if node.reads_back else ""
            yield f"takes {length_words(node)}{secret} digits{again}"
            if node.dials:
                yield "leads to the extension that is keyed"
        case ScriptNode():
            yield f"script {node.script}"
        case MessageNode():
            if node.then is None:
                yield "then the call ends"
        case GoodbyeNode():
            yield f"the call ends: {node.outcome.replace('_', ' ')}"
        case ChoiceNode():
            return
        case _:
            assert_never(node)


def _named(target: str, node_id: str, name: str) -> str:
    """Name a queue or an officer; the id is told too where the node has another."""
    if not name:
        return target
    return name if target == node_id else f"{name} ({target})"
