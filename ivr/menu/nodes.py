"""The nodes of a menu, each kind as it stands in `menu.yaml`.

Owns how each kind is read; ivr.menu.language has their keys. Must not know how nodes lead to each other, nor
queues, officers and hours but by their ids.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from ivr.menu.commands import PERSON_KEY
from ivr.menu.language import KINDS, MAX_COUNT, MOST_DIGITS, OPTION, OUTCOMES, RETRY
from ivr.menu.model import (
    NEXT_KEY_S,
    SILENCES,
    WAIT_S,
    WRONG_KEYS,
    ChoiceNode,
    DigitsNode,
    Extension,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    Option,
    PatienceNode,
    QueueNode,
    Retry,
    ScriptNode,
    Way,
)
from ivr.menu.saidkeys import said_keys
from ivr.menu.surroundings import known, way_of
from ivr.menu.wording import PACES
from ivr.scripts.folder import find_script
from queues.naming import HOURS_FILE, OFFICERS_FILE, QUEUES_FILE
from queues.problems import MAX_WORD
from queues.shapes import TEXT, Shape
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ivr.menu.model import Node
    from ivr.menu.surroundings import Loaded
    from ivr.menu.texts import Pace, Text
    from queues.yamlfile import Section, Value

LEAST_WAIT_S, MOST_WAIT_S = 1.0, 30.0
LEAST_NEXT_KEY_S, MOST_NEXT_KEY_S = 0.5, 10.0

_KEYS = re.compile(r"[0-9]{1,3}", re.ASCII)
_LENGTH = re.compile(r"([1-9][0-9]?)(?:\s*-\s*([1-9][0-9]?))?", re.ASCII)


def read_node(node_id: str, value: Value, loaded: Loaded) -> Node | None:
    """Read a node; None when not even its kind can be told, which is noted as all that is wrong with it."""
    kind_value = value.peek("kind")
    if kind_value is None:
        entries = value.entries(what='keys with values, such as "kind: menu"')
        for key, _ in entries:
            if key.written is not None and difflib.get_close_matches(key.written[:MAX_WORD], ("kind",)):
                key.error('unknown key; did you mean "kind"?')
        if entries or value.is_empty:  # else it is told already
            value.error(f'the key "kind" is missing; there is: {", ".join(KINDS)}')
        return None
    kind = kind_value.choice({kind: kind for kind in KINDS})
    if kind_value.written != kind:
        return None
    shape = KINDS[kind]
    section = value.shaped(Shape({"kind": TEXT, **shape.required}, shape.optional))
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

    def known(self, key: str, ids: Collection[str], what: str, *files: str) -> str:
        """Read an id that has to be one of these, unless one of the files that have it could not be read."""
        value = self.section.get(key)
        found = "" if value is None else value.text(what=f"the id of {what}")
        if value is None or not self.loaded.around.unread.isdisjoint(files):
            return found
        return known(value, found, ids, what, " or ".join(files))

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
            what="a key from 0 to 9, or up to three of them (* and # are kept: repeat and go back)",
            pattern=_KEYS,
        )
        is_key = digits == "0" or not digits.startswith("0")
        if not is_key:
            key.expected("a key without a leading zero", f"; write {digits.lstrip('0') or '0'}")
        section = value.shaped(OPTION)
        said, unsaid = section.get("text"), section.boolean("unsaid")
        if said is None and digits != PERSON_KEY and section.get("unsaid") is None:
            value.error('the key "text" is missing; an option that is not to be said has "unsaid: yes"')
        if said is not None and unsaid:
            value.error('expected either "text" or "unsaid: yes", found both')
        text = None if said is None else self._said(said, f"option-{digits}")
        if said is not None and text is not None and digits and is_key:
            says_its_key(said, text, digits)
        return Option(digits, way_of(section.get("to"), self.loaded), text)

    def _said(self, value: Value, name: str) -> Text | None:
        before = value.findings.errors
        text = self.loaded.around.wording.read(value, f"{self.id}/{name}", self.pace)
        self.loaded.text_errors += value.findings.errors - before
        return text


def says_its_key(value: Value, text: Text, key: str) -> None:
    """Note each language in which an option tells callers to press other keys than its own."""
    places = {} if value.written is not None else {code.written: inner for code, inner in value.entries()}
    for prompt in dict.fromkeys(text.prompts.values()):
        keys = said_keys(prompt.text, prompt.language)
        if keys and key not in keys:
            said = " and ".join(dict.fromkeys(keys))
            place = places.get(prompt.language, places.get("text", value))
            place.warning(f"the text says key {said}, but this is key {key}; change one of them")


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
    queue = read.known("queue", queues, "queue", QUEUES_FILE)
    return QueueNode(read.id, queue, read.text("text"), queues.get(queue, ""))


def _officer(read: _Read) -> OfficerNode:
    officer = read.known("officer", read.loaded.around.officers, "officer", OFFICERS_FILE)
    return OfficerNode(read.id, officer, read.way("away"), read.text("text"))


def _extension(read: _Read) -> OfficerNode | QueueNode | None:
    around, text, away = read.loaded.around, read.text("text"), read.way("away")
    found = read.known("extension", around.extensions, "extension", QUEUES_FILE, OFFICERS_FILE)
    kind, target = around.extensions.get(found, Extension("officer", ""))
    if kind == "queue":
        return QueueNode(read.id, target, text, around.queues.get(target, ""))
    return OfficerNode(read.id, target, away, text)


def _hours(read: _Read) -> HoursNode:
    hours = read.known("hours", read.loaded.around.hours, "opening hours", HOURS_FILE)
    return HoursNode(read.id, hours, read.way("open"), read.way_or_none("closed"))


def _language(read: _Read) -> LanguageNode:
    value, languages = read.section.get("language"), read.loaded.around.wording.languages
    language = "" if value is None else value.text(what="a language of number.yaml")
    if languages:
        language = known(value, language, languages, "language")
    return LanguageNode(read.id, language, read.way("then"))


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
    around = read.loaded.around
    if dials and not around.extensions and not around.unread:
        section.value.error(
            "no queue and no officer has an extension that could be dialled; give them some with"
            f' "extension: 601" in {QUEUES_FILE} and {OFFICERS_FILE}'
        )
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
        missing = 'there is no folder of scripts; set it in vaxel.yaml with "scripts: FOLDER"'
        problem = missing if folder is None else find_script(folder, script)
        if problem is not None:
            (value.warning if read.loaded.around.is_live else value.error)(problem)
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
