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
from ivr.menu_views.leads import By, Lead, day_of, first_text, kind_of, leads_of, length_words
from ivr.menu_views.lettering import first_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from ivr.menu.model import Menu, Node, Way
    from ivr.menu.number import Number

START = ":start"  # no node's id begins with a colon
OFFERED_KEY = "0"  # after a message that ends the call
WORDS_LENGTH = 32  # characters of what is said for a key


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
    """All that leads from one box to another in the same manner.

    `words`: the beginning of what is said for the last of the labels, where it is the only one said.
    """

    source: str
    target: str
    labels: tuple[str, ...]
    by_silence: bool = False
    words: str = ""

    @property
    def label(self) -> str:
        """What is written at it, in one line."""
        return ": ".join(part for part in (", ".join(self.labels), self.words) if part)


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
    ways: list[Edge] = []
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
                way = _labelled(node_id, _word(lead), lead.way, zone, by_silence=lead.by is By.SILENCE)
                said = _said_for(menu, node, lead)
                ways += (edge._replace(words=said) for edge in way)
        if isinstance(node, QueueNode):
            ways += _out_of(menu, node, zone)
        if _offers_a_person(menu, node):
            ways.append(Edge(node_id, menu.person, (OFFERED_KEY,)))
    return Graph(f"{number.name} ({number.id})", tuple(boxes), tuple(_joined(ways)))


def _out_of(menu: Menu, node: QueueNode, zone: tzinfo) -> Iterator[Edge]:
    """Go through where callers go who leave the queue unanswered: by its overflow, or by a key."""
    waiting = menu.waiting.get(node.queue)
    if waiting is None:
        return
    if waiting.overflow is not None:
        yield from _labelled(node.id, "overflow", waiting.overflow, zone, by_silence=True)
    for digit, key in waiting.keys.items():
        said = first_words(key.text.said_in(menu.languages[0]).text, WORDS_LENGTH)
        yield from (edge._replace(words=said) for edge in _labelled(node.id, digit, key.way, zone))


def _labelled(source: str, word: str, way: Way, zone: tzinfo, *, by_silence: bool = False) -> Iterator[Edge]:
    """Go through where a way leads, each time with its own label."""
    if not way.changes:
        yield Edge(source, way.to, (word,) if word else (), by_silence)
        return
    first = day_of(way.changes[0].since, zone)
    yield Edge(source, way.to, (f"{word} before {first}".strip(),), by_silence)
    for change in way.changes:
        label = f"{word} from {day_of(change.since, zone)}".strip()
        yield Edge(source, change.to, (label,), by_silence)


def _joined(ways: list[Edge]) -> Iterator[Edge]:
    """Make one edge of all that leads between the same boxes in the same manner."""
    together: dict[tuple[str, str, bool], list[Edge]] = {}
    for edge in ways:
        together.setdefault((edge.source, edge.target, edge.by_silence), []).append(edge)
    for (source, target, by_silence), edges in together.items():
        # Words are the last at a line: where there is no room, they are cut and no key is.
        said = [edge for edge in edges if edge.words]
        last = said[0] if len(said) == 1 else None
        ranked = sorted(edges, key=lambda edge: edge is last)
        labels = tuple(dict.fromkeys(label for edge in ranked for label in edge.labels))
        yield Edge(source, target, labels, by_silence, "" if last is None else last.words)


def _said_for(menu: Menu, node: Node, lead: Lead) -> str:
    """Return the beginning of what is said for a key, in the first language."""
    option = node.option(lead.word) if isinstance(node, ChoiceNode) and lead.by is By.KEY else None
    if option is None or option.text is None:
        return ""
    return first_words(" ".join(option.text.said_in(menu.languages[0]).text.split()), WORDS_LENGTH)


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
    text = first_text(number.menu, node)
    said = "" if text is None else text.said_in(language).text
    notes = tuple(_notes(number, node_id, node))
    is_person = node_id == number.menu.person
    return Box(node_id, Kind(kind_of(node)), node_id, " ".join(said.split()), notes, is_person)


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
