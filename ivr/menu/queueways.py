"""What `queues.yaml` says of the menu: where a queue's callers go who leave it, and the keys that work in it.

Owns the reading of these, with the number's wording and nodes. Must not know the queue's conditions, which
`queues.waitingrules` reads from the same place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ivr.menu.nodes import says_its_key
from ivr.menu.surroundings import way_of
from ivr.menu.waysout import Waiting, WaitingKey
from queues.waitingrules import DIGIT_KEY, WAITING_KEY

if TYPE_CHECKING:
    from ivr.menu.model import Way
    from ivr.menu.surroundings import Loaded
    from ivr.menu.texts import Text
    from queues.yamlfile import Section, Value

_KEY = re.compile(DIGIT_KEY, re.ASCII)
_KEY_WORDS = "one key from 0 to 9"
_WHAT = 'keys from 0 to 9, such as {9: {text: "För växeln, tryck 9.", to: switchboard}}'


def read_waiting(loaded: Loaded) -> dict[str, Waiting]:
    """Read what each queue has of it, by the queue's id. Where no node could be read, ways are left out."""
    found: dict[str, Waiting] = {}
    for queue_id, section in loaded.around.definitions.queue_sections.items():
        place = section.get("overflow")
        overflow = _way(place, loaded)
        keys = _keys(queue_id, section, loaded)
        if overflow is not None or keys:
            found[queue_id] = Waiting(overflow, keys)
    return found


def _keys(queue_id: str, section: Section, loaded: Loaded) -> dict[str, WaitingKey]:
    keys: dict[str, WaitingKey] = {}
    place = section.get("while waiting")
    if place is not None and place.is_empty:
        place.expected(_WHAT)
        return keys
    for key, value in section.entries("while waiting", what=_WHAT):
        digit = key.text(what=_KEY_WORDS, pattern=_KEY)
        inner = value.shaped(WAITING_KEY)
        text = _said(inner.get("text"), f"queues/{queue_id}/key-{digit}", digit, loaded)
        way = _way(inner.get("to"), loaded)
        if digit and text is not None and way is not None:
            keys[digit] = WaitingKey(way, text)
    return keys


def _said(value: Value | None, name: str, digit: str, loaded: Loaded) -> Text | None:
    if value is None:
        return None
    before = value.findings.errors
    text = loaded.around.wording.read(value, name)
    loaded.text_errors += value.findings.errors - before
    if text is not None and digit:
        says_its_key(value, text, digit)
    return text


def _way(value: Value | None, loaded: Loaded) -> Way | None:
    return way_of(value, loaded) if value is not None and loaded.places else None
