"""`messages.yaml`: a number's own words for what the exchange itself says. It need not be there.

Owns the joining of these with the sentences that come with the exchange. Must not know when they are said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ivr.spoken.errors import TemplateError
from ivr.spoken.sentences import SENTENCES, placeholders
from queues.problems import suggestion
from queues.shapes import SAID, Shape, keyed
from queues.yamlfile import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.menu.texts import Prompt, Text
    from ivr.menu.wording import Wording
    from queues.yamlfile import Findings, Value

MESSAGES_FILE = "messages.yaml"
MESSAGES = Shape({"messages": keyed("^[a-z][a-z ]+$", SAID, "each message in your own words")})


class Messages(NamedTuple):
    """What the exchange says: whole sentences, and those in which something is filled in at the braces."""

    sentences: Mapping[str, Text]
    templates: Mapping[str, Text]


def load_messages(folder: Path, wording: Wording, place: Value | None, findings: Findings) -> Messages:
    """Load a number's messages; `place` is where its languages stand.

    Noted at `place`: a language that the exchange has no words of its own in, as far as the file has none.
    """
    own = _own(folder / MESSAGES_FILE, wording, findings)
    sentences: dict[str, Text] = {}
    templates: dict[str, Text] = {}
    lacking: dict[str, list[str]] = {}
    for key, known in SENTENCES.items():
        name = f"sentences/{key.replace(' ', '-')}"
        text = own.get(key)
        if text is None:
            for language in wording.languages:
                if language not in known.words and key not in own:
                    lacking.setdefault(language, []).append(key)
            words = {language: (language, known.words.get(language, "")) for language in wording.languages}
            text = wording.text(name, words)
        (templates if known.fields else sentences)[key] = text
    for language, keys in lacking.items():
        if place is not None:
            wanted = ", ".join(f'"{key}"' for key in keys)
            place.error(
                f'the exchange has no sentences of its own in "{language}"; write these'
                f" in {MESSAGES_FILE}: {wanted}"
            )
    return Messages(sentences, templates)


def _own(path: Path, wording: Wording, findings: Findings) -> dict[str, Text | None]:
    """Return what stands in the file, None for what is wrong there."""
    own: dict[str, Text | None] = {}
    root = read_file(path, findings) if path.exists() else None
    if root is None:
        return own
    for key, value in root.shaped(MESSAGES).entries("messages", what="messages, each with its key"):
        word = key.written or ""
        known = SENTENCES.get(word)
        if known is None:
            key.error(f"the exchange says no such message; {suggestion(word, SENTENCES)}")
            continue
        text = wording.read(value, f"sentences/{word.replace(' ', '-')}")
        own[word] = None
        if text is None:
            continue
        fits = [_fits(value, known.fields, prompt) for prompt in text.prompts.values()]
        own[word] = text if all(fits) else None
    return own


def _fits(value: Value, fields: frozenset[str], prompt: Prompt) -> bool:
    """Tell whether exactly these places are in a text; it is noted when not."""
    inner = {} if value.written is not None else {key.written: each for key, each in value.entries()}
    place = inner.get(prompt.language, value)
    expected = " and ".join(f"{{{name}}}" for name in sorted(fields)) or "no braces"
    try:
        found = placeholders(prompt.text)
    except TemplateError:
        place.error(f"expected {expected} in this text, found other braces")
        return False
    if found != fields:
        there = " and ".join(f"{{{name}}}" for name in sorted(found)) or "no braces"
        place.error(f"expected {expected} in this text, found {there}")
    return found == fields
