"""`number.yaml`: what a number is called, which languages it speaks, and what is said before everything else.

Owns that file's keys and their meaning. Must not know the menu but for the nodes that old numbers lead to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ivr.menu.model import Replaced
from ivr.menu.surroundings import way_of
from ivr.menu.texts import Pace, Prompt, Text
from ivr.menu.wording import PACE, PACES, Wording
from ivr.spoken.moments import LANGUAGES, telephone
from ivr.spoken.sentences import filled
from queues.shapes import SAID, SPOKEN_IN, TEXT, TIME, WAY, YES_NO, Shape, described, either, keyed, listed
from queues.yesno import SHORTEST_SENTENCE, hint, yes_or_no

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.menu.messages import Messages
    from ivr.menu.surroundings import Loaded
    from queues.yamlfile import Section, Value

_OLD_NUMBERS = "old telephone numbers, each with where it leads"
MAX_CALLED_NUMBERS = 100
MAX_LANGUAGES = 20
MOST_EXTRA_WAIT_S = 20.0

LANGUAGE = Shape({}, {"pace": PACE, "extra wait": described(TIME, "more time for keys in this language")})
REPLACED = Shape({"to": WAY}, {"text": SAID})
_SENTENCE = either(YES_NO, SAID)
FRONT = Shape(
    {
        "name": TEXT,
        "languages": described(
            either(listed(TEXT, least=1), keyed("^[a-z]{2,3}$", LANGUAGE.schema)),
            "the first is spoken until the caller chooses another",
        ),
        "called numbers": described(listed(TEXT, least=1), "with the country's code"),
        "trouble": described(SAID, "heard when something is broken on our side"),
    },
    {
        "emergency sentence": described(_SENTENCE, "yes: in danger to life, dial 112; or your own text"),
        "privacy notice": described(_SENTENCE, "yes, or your own text"),
        "replaced numbers": keyed(r"^\+[0-9 -]+$", REPLACED.schema, "old numbers that still lead here"),
    },
)

# ITU-T E.164: at most 15 digits with the country's code, which never begins with 0.
_E164 = re.compile(r"\+[1-9](?:[ -]?[0-9]){6,14}", re.ASCII)
_E164_WORDS = "a telephone number with + and the country's code, such as +46858028500"
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)  # ISO 639
_LANGUAGE_WORDS = "a language's code such as sv or en"
# What begins every call, in this order, and the exchange's own words for it.
_OPENING = (("emergency sentence", "emergency number"), ("privacy notice", "privacy"))


class Front(NamedTuple):
    """What `number.yaml` says; `called` and `replaced` have the place of each telephone number."""

    name: str
    trouble: Prompt | None  # None when it is wrong
    opening: tuple[Text, ...]
    extra_wait_s: Mapping[str, float]
    called: Mapping[str, Value]
    replaced: Mapping[str, Value]


def read_languages(section: Section | None, recordings: Path) -> Wording:
    """Read which languages are spoken, and how; what everything else is read with.

    None are known when something is wrong with them.
    """
    value = None if section is None else section.get("languages")
    if value is None:
        return Wording((), recordings=recordings)
    already = value.findings.errors
    languages = tuple(code for code, _ in _languages(value))
    is_usable = value.findings.errors == already and not value.findings.full
    return Wording(languages if is_usable else (), _paces(value), recordings)


def read_front(section: Section, wording: Wording, messages: Messages) -> Front:
    """Read everything but where old numbers lead."""
    trouble = section.get("trouble")
    said = None if trouble is None else wording.read(trouble, "trouble")
    opening = [text for key, own in _OPENING if (text := _opening(section, key, own, wording, messages))]
    called = _called(section)
    replaced: dict[str, Value] = {}
    for key, _ in section.entries("replaced numbers", what=_OLD_NUMBERS):
        number = _telephone(key)
        if number in called:
            key.error(
                f"this number stands also among the called numbers, line {called[number].line}; remove one"
            )
        elif number in replaced:
            key.error(f"this number stands twice; the first is on line {replaced[number].line}")
        elif number:
            replaced[number] = key
    name = section.text("name", what="the number's name")
    extra_wait_s = _extra_waits(section)
    first = None if said is None or not wording.languages else said.said_in(wording.languages[0])
    return Front(name, first, tuple(opening), extra_wait_s, called, replaced)


def entrances(section: Section | None) -> tuple[str, ...]:
    """Return the ids of nodes that old numbers lead to, as they are written: callers may begin there too."""
    found: list[str] = []
    for _, value in () if section is None else section.entries("replaced numbers", what=_OLD_NUMBERS):
        to = next((inner for key, inner in value.entries() if key.written == "to"), None)
        if to is not None:
            found += to.words()
    return tuple(found)


def replaced_numbers(
    section: Section, messages: Messages, front: Front, loaded: Loaded
) -> dict[str, Replaced]:
    """Read where old numbers lead. Without a text of its own, each names the first of the called numbers.

    Where no node could be read, it is not checked where they lead.
    """
    replaced: dict[str, Replaced] = {}
    for key, value in section.entries("replaced numbers", what=_OLD_NUMBERS):
        number = _telephone(key)
        inner = value.shaped(REPLACED)
        own = inner.get("text")
        name = f"replaced/{number.removeprefix('+')}"
        text = (
            _has_been_replaced(messages, front, name)
            if own is None
            else loaded.around.wording.read(own, name)
        )
        way = way_of(inner.get("to"), loaded) if loaded.places else None
        if way is not None and number and text is not None:
            replaced[number] = Replaced(way, (text,))
    return replaced


def replaced_without_text(section: Section) -> bool:
    """Tell whether some old number is told in the exchange's own words, which name the new one."""
    entries = section.entries("replaced numbers", what=_OLD_NUMBERS)
    return any(all(key.written != "text" for key, _ in value.entries()) for _, value in entries)


def _has_been_replaced(messages: Messages, front: Front, name: str) -> Text | None:
    if not front.called:
        return None
    new = next(iter(front.called))
    prompts: dict[str, Prompt] = {
        language: prompt._replace(name=name, text=filled(prompt.text, number=telephone(language, new)))
        for language, prompt in messages.templates["replaced"].prompts.items()
        if language in LANGUAGES  # else it is noted that numbers cannot be said in it
    }
    return Text(name, prompts)


def _opening(section: Section, key: str, own: str, wording: Wording, messages: Messages) -> Text | None:
    value = section.get(key)
    meaning = None if value is None else yes_or_no(value.written)
    if value is None or meaning is False:
        return None
    if meaning:
        return messages.sentences[own]
    written = value.written
    if written and len(wording.languages) > 1:
        what = f"yes, no, or your own text in each language ({wording.keys})"
        value.expected(what, hint(written))
        return None
    if written and len(written) < SHORTEST_SENTENCE:
        value.expected("yes, no, or your own sentence", hint(written))
        return None
    for code, inner in () if written is not None else value.entries():
        said = inner.written  # short in Chinese, so that its length says nothing here
        if code.written != SPOKEN_IN and said and (yes_or_no(said) is not None or hint(said)):
            inner.expected("a sentence", f"; yes or no stands alone: {key}: yes")
    return wording.read(value, key.replace(" ", "-"))


def _languages(value: Value) -> list[tuple[str, Value | None]]:
    """Return each language with its settings, if it has any."""
    if value.is_list:
        items = value.items(what="languages such as [sv, en]", least=1, most=MAX_LANGUAGES)
        found: list[tuple[Value, Value | None]] = [(item, None) for item in items]
    else:
        found = list(value.entries(what="languages such as [sv, en]"))
        if value.is_empty:
            value.expected("at least one language, such as [sv]")
    seen: dict[str, Value] = {}
    for place, _ in found:
        code = place.text(what=_LANGUAGE_WORDS, pattern=_LANGUAGE)
        if code in seen:
            place.error(f"this language stands twice; the first is on line {seen[code].line}")
        seen.setdefault(code, place)
    return [(place.written or "", inner) for place, inner in found]


def _paces(value: Value) -> dict[str, Pace]:
    paces: dict[str, Pace] = {}
    for language, inner in _languages(value):
        pace = None if inner is None else inner.shaped(LANGUAGE).get("pace")
        if pace is not None:
            paces[language] = pace.choice(PACES)
    return paces


def _extra_waits(section: Section) -> dict[str, float]:
    value = section.get("languages")
    waits: dict[str, float] = {}
    for language, inner in [] if value is None else _languages(value):
        if inner is not None:
            waits[language] = inner.shaped(LANGUAGE).seconds("extra wait", most=MOST_EXTRA_WAIT_S)
    return waits


def _called(section: Section) -> dict[str, Value]:
    called: dict[str, Value] = {}
    what = "a list of telephone numbers"
    for item in section.items("called numbers", what=what, least=1, most=MAX_CALLED_NUMBERS):
        telephone_number = _telephone(item)
        if telephone_number in called:
            item.error(f"this number stands twice; the first is on line {called[telephone_number].line}")
        elif telephone_number:
            called[telephone_number] = item
    return called


def _telephone(value: Value) -> str:
    return value.text(what=_E164_WORDS, pattern=_E164).replace(" ", "").replace("-", "")
