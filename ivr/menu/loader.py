"""`menu.yaml` to a checked menu, or everything that is wrong with it.

Owns how each kind of node is read (ivr.menu.language has their keys; ivr.menu.checks what is held against the
whole). Must not know queues and officers but by their ids, nor telephones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ivr.menu.checks import check_nodes, most_steps
from ivr.menu.commands import PERSON_KEY
from ivr.menu.language import CHANGE, KINDS, MENU, OPTION, OUTCOMES, RETRY
from ivr.menu.model import (
    NEXT_KEY_S,
    SILENCES,
    WAIT_S,
    WRONG_KEYS,
    Change,
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    Menu,
    MessageNode,
    OfficerNode,
    Option,
    PatienceNode,
    QueueNode,
    Retry,
    ScriptNode,
    Way,
)
from ivr.menu.wording import PACES, Wording
from ivr.scripts.folder import find_script
from queues.definitions import ID, ID_WORDS
from queues.yamlfile import read_file, suggestion
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from ivr.menu.hours import Hours
    from ivr.menu.messages import Messages
    from ivr.menu.model import Extension, Node
    from ivr.menu.texts import Pace, Text
    from queues.yamlfile import Findings, Section, Value

MENU_FILE = "menu.yaml"

MAX_NODES = 1_000
MAX_COUNT = 5  # wrong keys or silences before it leads on: nobody tries a sixth time
LEAST_WAIT_S, MOST_WAIT_S = 1.0, 30.0
LEAST_NEXT_KEY_S, MOST_NEXT_KEY_S = 0.5, 10.0
MOST_DIGITS = 20  # an IBAN has more, a telephone nobody's patience

_KEYS = re.compile(r"[0-9]{1,3}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LENGTH = re.compile(r"([1-9][0-9]?)(?:\s*-\s*([1-9][0-9]?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a menu may refer to, and how its texts and dates are read."""

    wording: Wording
    messages: Messages
    queues: Mapping[str, str] = field(
        default_factory=dict
    )  # id → the id of its hours; none known: not checked
    officers: Collection[str] = ()
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    entrances: Collection[str] = ()  # nodes at which callers of old numbers begin
    scripts: Path | None = None  # the folder of departments' own scripts
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Stockholm"))


class Loaded:
    """A menu as far as it could be read: `nodes`, and where each id stands (`places`)."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.around = surroundings
        self.nodes: dict[str, Node] = {}
        self.places: dict[str, Value] = {}
        self.person = ""
        self.start = Way("")


def load_menu(path: Path, around: Surroundings, findings: Findings) -> Menu | None:
    """Load a menu. None when anything is wrong with it; all of it is in `findings` then."""
    root = read_file(path, findings)
    return None if root is None else check_menu(root, around, findings)


def check_menu(root: Value, around: Surroundings, findings: Findings) -> Menu | None:
    """Make a menu of what was read, as `load_menu` does."""
    already = findings.errors
    loaded = Loaded(around)
    section = root.shaped(MENU)
    values: dict[str, Value] = {}
    for key, value in section.entries("nodes", what="nodes, each with its id as key"):
        key.text(what=ID_WORDS, pattern=ID)
        node_id = key.written or ""
        loaded.places[node_id], values[node_id] = key, value
    if len(values) > MAX_NODES:
        root.error(f"expected at most {MAX_NODES} nodes, found {len(values)}")
    loaded.person = _node_id(section.get("person"), loaded)
    loaded.start = way_of(section.get("start"), loaded)
    for node_id, value in values.items():
        node = _node(node_id, value, loaded)
        if node is not None:
            loaded.nodes[node_id] = node
    person = section.get("person")
    node = loaded.nodes.get(loaded.person)
    if person is not None and node is not None and not isinstance(node, QueueNode):
        person.error(f'expected a node of kind "queue", because a person answers there, found {person.found}')
    if findings.errors == already:  # else nobody can say what was to lead where
        starts = [*loaded.start.all, *(node_id for node_id in around.entrances if node_id in loaded.nodes)]
        check_nodes(loaded.nodes, loaded.places, starts, loaded.person)
    if findings.errors > already or findings.full:
        return None
    return Menu(
        loaded.start,
        loaded.person,
        loaded.nodes,
        around.wording.languages,
        around.messages.sentences,
        around.messages.templates,
        most_steps(loaded.nodes, starts),
        hours=around.hours,
        queue_hours=around.queues,
        extensions=around.extensions,
    )


def way_of(value: Value | None, loaded: Loaded) -> Way:
    """Read a destination: a node's id, or a list of it and of those that follow it on a date."""
    if value is None:
        return Way(loaded.person)
    if value.written is not None:
        return Way(_node_id(value, loaded))
    items = value.items(what="a node's id, or a list that begins with one", least=1, most=20)
    first = _node_id(items[0], loaded) if items else ""
    changes: list[Change] = []
    for item in items[1:]:
        section = item.shaped(CHANGE)
        since = _midnight(section.get("from"), loaded.around.zone)
        if changes and since is not None and since <= changes[-1].since:
            item.error("expected a later day than the change before it")
        changes.append(Change(since or 0.0, _node_id(section.get("to"), loaded)))
    return Way(first, tuple(changes))


def _midnight(value: Value | None, zone: ZoneInfo) -> float | None:
    """Return when the day begins, UTC seconds."""
    if value is None:
        return None
    written = value.written or ""
    try:
        day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        day = None
    if day is None or day.year < 2000:  # noqa: PLR2004  # before, time zones have too much history
        value.expected("a day such as 2026-12-01")
        return None
    return datetime.combine(day, time(), zone).timestamp()


def _node_id(value: Value | None, loaded: Loaded) -> str:
    node_id = "" if value is None else value.text(what="a node's id")
    return _known(value, node_id, loaded.places, "node")


def _known(value: Value | None, found: str, known: Collection[str], what: str) -> str:
    if value is not None and found and found not in known:
        value.error(f'unknown {what} "{found[:40]}"; {suggestion(found, known)}')
        return ""
    return found


# --- the kinds of node --------------------------------------------------------------------------


def _node(node_id: str, value: Value, loaded: Loaded) -> Node | None:
    kind_value = next((inner for key, inner in value.entries() if key.written == "kind"), None)
    if kind_value is None:
        value.error(f'the key "kind" is missing; there is: {", ".join(KINDS)}')
        return None
    kind = kind_value.choice({kind: kind for kind in KINDS})
    if kind_value.written != kind:
        return None
    shape = KINDS[kind]
    section = value.section(required=("kind", *shape.required), optional=shape.optional)
    return _READERS[kind](_Read(node_id, section, loaded))


class _Read:
    """One node's section, with the readings that several kinds share."""

    def __init__(self, node_id: str, section: Section, loaded: Loaded) -> None:
        self.id = node_id
        self.section = section
        self.loaded = loaded
        pace = section.get("pace")
        self.pace: Pace | None = None if pace is None else pace.choice(PACES)

    def text(self, key: str, name: str = "") -> Text | None:
        """Read a text."""
        value = self.section.get(key)
        return None if value is None else self._said(value, name or key.replace(" ", "-"))

    def required_text(self, key: str) -> Any:
        """Read a text that has to be there; without it the menu is not used."""
        return self.text(key)

    def way(self, key: str) -> Way:
        """Read a destination; the person's queue when it is not there."""
        return way_of(self.section.get(key), self.loaded)

    def way_or_none(self, key: str) -> Way | None:
        """Read a destination; None when it is not there."""
        return None if self.section.get(key) is None else self.way(key)

    def known(self, key: str, known: Collection[str], what: str) -> str:
        """Read an id that has to be one of these; with none of them known it is not checked."""
        value = self.section.get(key)
        found = "" if value is None else value.text(what=f"a {what}'s id")
        return _known(value, found, known, what) if known else found

    def retry(self, key: str, count: int) -> Retry:
        """Read what follows a wrong key or silence."""
        value = self.section.get(key)
        if value is None:
            return Retry(Way(self.loaded.person), count)
        inner = value.shaped(RETRY)
        said = inner.get("text")
        text = None if said is None else self._said(said, key.replace(" ", "-"))
        way = way_of(inner.get("to"), self.loaded)
        return Retry(way, inner.integer("count", count, least=1, most=MAX_COUNT), text)

    def wait_s(self) -> float:
        """Read how long to wait for a key."""
        return self.section.seconds("wait", WAIT_S, least=LEAST_WAIT_S, most=MOST_WAIT_S)

    def outcome(self) -> Outcome:
        """Read what the call counts as."""
        value = self.section.get("counts as")
        return Outcome.SELF_SERVED if value is None else value.choice(OUTCOMES)

    def option(self, key: Value, value: Value) -> Option:
        """Read one option."""
        digits = key.text(
            what="a key from 0 to 9, or up to three of them (* repeats, # goes back)", pattern=_KEYS
        )
        section = value.shaped(OPTION)
        said = section.get("text")
        if said is None and digits != PERSON_KEY and not section.boolean("unsaid"):
            value.error('the key "text" is missing; an option that is not to be said has "unsaid: yes"')
        text = None if said is None else self._said(said, f"option-{digits}")
        return Option(digits, way_of(section.get("to"), self.loaded), text)

    def _said(self, value: Value, name: str) -> Text | None:
        return self.loaded.around.wording.read(value, f"{self.id}/{name}", self.pace)


def _choice(read: _Read) -> ChoiceNode:
    section = read.section
    entries = section.entries("options", what="options, each with its key (0 to 9)")
    options = [read.option(key, value) for key, value in entries]
    place = section.get("options")
    if place is not None and not options:
        place.expected("at least one option")
    if all(option.key != PERSON_KEY for option in options):
        options.append(Option(PERSON_KEY, Way(read.loaded.person)))
    return ChoiceNode(
        id=read.id,
        greeting=read.required_text("greeting"),
        short_greeting=read.text("short greeting"),
        options=tuple(options),
        wrong_key=read.retry("wrong key", WRONG_KEYS),
        silence=read.retry("silence", SILENCES),
        wait_s=read.wait_s(),
        next_key_s=section.seconds("next key", NEXT_KEY_S, least=LEAST_NEXT_KEY_S, most=MOST_NEXT_KEY_S),
        accepted=section.text("accepted_because"),
    )


def _queue(read: _Read) -> QueueNode:
    queues = read.loaded.around.queues
    queue = read.known("queue", queues, "queue")
    return QueueNode(read.id, queue, read.text("text"), queues.get(queue, ""))


def _officer(read: _Read) -> OfficerNode:
    officers = read.loaded.around.officers
    value = read.section.get("officer")
    officer = "" if value is None else value.text(what="an officer's id")
    return OfficerNode(
        read.id, _known(value, officer, officers, "officer"), read.way("away"), read.text("text")
    )


def _extension(read: _Read) -> OfficerNode | QueueNode | None:
    around, value = read.loaded.around, read.section.get("extension")
    if value is None:
        return None
    found = _known(value, value.text(what="an extension"), around.extensions, "extension")
    if not found:
        return None
    extension, text = around.extensions[found], read.text("text")
    if extension.kind == "queue":
        return QueueNode(read.id, extension.id, text, around.queues.get(extension.id, ""))
    return OfficerNode(read.id, extension.id, read.way("away"), text)


def _hours(read: _Read) -> HoursNode:
    value = read.section.get("hours")
    hours = "" if value is None else value.text(what="the id of opening hours")
    hours = _known(value, hours, read.loaded.around.hours, "opening hours")
    return HoursNode(read.id, hours, read.way("open"), read.way_or_none("closed"))


def _language(read: _Read) -> LanguageNode:
    languages = read.loaded.around.wording.languages
    return LanguageNode(read.id, read.known("language", languages, "language"), read.way("then"))


def _digits(read: _Read) -> DigitsNode:
    section = read.section
    least, most = _length(section.get("length"))
    dials, then = section.boolean("dials"), read.way_or_none("then")
    if not dials and then is None:
        section.value.error('the key "then" is missing: the node that follows, or "dials: yes"')
    if dials and then is not None:
        section.value.error('expected either "then" or "dials", found both')
    if dials and section.boolean("secret"):
        section.value.error('expected either "secret" or "dials", found both: an extension is no secret')
    if dials and not read.loaded.around.extensions:
        section.value.error("no queue and no officer has an extension that could be dialled")
    return DigitsNode(
        id=read.id,
        text=read.required_text("text"),
        least=least,
        most=most,
        wrong_key=read.retry("wrong key", WRONG_KEYS),
        silence=read.retry("silence", SILENCES),
        then=then,
        reads_back=section.boolean("read back"),
        is_secret=section.boolean("secret"),
        dials=dials,
        wait_s=read.wait_s(),
    )


def _length(value: Value | None) -> tuple[int, int]:
    if value is None:
        return 1, 1
    match = _LENGTH.fullmatch(value.written or "")
    least, most = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= least <= most <= MOST_DIGITS:
        value.expected(f"a number of digits from 1 to {MOST_DIGITS} such as 10, or two such as 4-8")
        return 1, 1
    return least, most


def _script(read: _Read) -> ScriptNode:
    value = read.section.get("script")
    script = "" if value is None else value.text(what="a script such as parking:main")
    if value is not None and script:
        folder = read.loaded.around.scripts
        problem = "no folder of scripts is set" if folder is None else find_script(folder, script)
        if problem is not None:
            value.error(problem)
    results: dict[str, Way] = {}
    for key, inner in read.section.entries("results", what="results, each with where it leads"):
        results[key.text(what="a result")] = way_of(inner, read.loaded)
    return ScriptNode(read.id, script, read.way("then"), read.way("failed"), results, read.text("text"))


_READERS: Mapping[str, Callable[[_Read], Node | None]] = {
    "menu": _choice,
    "message": lambda read: MessageNode(read.id, read.required_text("text"), read.way_or_none("then")),
    "queue": _queue,
    "officer": _officer,
    "extension": _extension,
    "hours": _hours,
    "language": _language,
    "patience": lambda read: PatienceNode(read.id, read.way("then"), read.text("text")),
    "digits": _digits,
    "script": _script,
    "goodbye": lambda read: GoodbyeNode(read.id, read.required_text("text"), read.outcome()),
    "hang up": lambda read: GoodbyeNode(read.id, None, read.outcome()),
}
