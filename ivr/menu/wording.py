"""Texts in the languages of a number, as they stand in its files.

Owns how a text is written in one language, in several, or in one that is not the caller's, and which
recording stands beside it. Must not know what a text is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.menu.texts import Pace, Prompt, Text
from queues.problems import suggestion
from queues.shapes import TEXT, described, either, keyed, one_of_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from queues.yamlfile import Value

RECORDINGS = "recordings"  # the folder: recordings/sv/welcome/greeting.wav is heard for welcome's greeting
SPOKEN_IN = "spoken in"

SAID = described(
    either(TEXT, keyed("^[a-z]{2,3}$", TEXT), {
        "type": "object",
        "properties": {SPOKEN_IN: TEXT, "text": TEXT},
        "required": [SPOKEN_IN, "text"],
        "additionalProperties": False,
    }),
    "what is said: one text, or one in each of the number's languages (sv: …, en: …)",
)  # fmt: skip
PACES: Mapping[str, Pace] = {pace.value: pace for pace in Pace}
PACE = described(one_of_words(*PACES), "how quickly it is spoken")


@dataclass(frozen=True, slots=True)
class Wording:
    """Reads texts for these languages, the first of which is spoken to begin with."""

    languages: tuple[str, ...]
    paces: Mapping[str, Pace] = field(default_factory=dict)
    recordings: Path | None = None

    def read(self, value: Value, name: str, pace: Pace | None = None) -> Text | None:
        """Read a text; None, and why noted, when it is wrong or missing in a language."""
        if value.written is not None:
            return self._plain(value, name, pace)
        pairs = value.entries(what="a text, or one in each language")
        if any(key.written == SPOKEN_IN for key, _ in pairs):
            return self._foreign(value, name, pace)
        texts: dict[str, str] = {}
        for key, inner in pairs:
            language = key.written or ""
            if language not in self.languages:
                key.error(f"unknown language; {suggestion(language, self.languages)}")
                continue
            texts[language] = inner.text()
        missing = [language for language in self.languages if language not in texts]
        if missing and pairs:
            value.error(f"the text in {', '.join(missing)} is missing")
        if missing or not all(texts.values()):
            return None
        return self._text(name, {language: (language, texts[language]) for language in self.languages}, pace)

    def _plain(self, value: Value, name: str, pace: Pace | None) -> Text | None:
        text = value.text()
        if not text:
            return None
        if len(self.languages) > 1:
            keys = " ".join(f"{language}: …" for language in self.languages)
            value.error(f"expected the text in each language ({keys}), found only {value.found}")
            return None
        return self._text(name, {self.languages[0]: (self.languages[0], text)}, pace)

    def _foreign(self, value: Value, name: str, pace: Pace | None) -> Text | None:
        """Read a text that everybody hears in the same language, such as "For English, press 8"."""
        section = value.section(required=(SPOKEN_IN, "text"))
        spoken_in, text = section.get(SPOKEN_IN), section.text("text")
        if spoken_in is None or not text:
            return None
        voice = spoken_in.choice({language: language for language in self.languages})
        return self._text(name, dict.fromkeys(self.languages, (voice, text)), pace)

    def _text(self, name: str, texts: Mapping[str, tuple[str, str]], pace: Pace | None) -> Text:
        return Text(
            name,
            {
                language: Prompt(
                    name,
                    words,
                    voice,
                    pace or self.paces.get(voice, Pace.NORMAL),
                    self._recording(voice, name),
                )
                for language, (voice, words) in texts.items()
            },
        )

    def _recording(self, language: str, name: str) -> str:
        if self.recordings is None:
            return ""
        path = self.recordings / language / f"{name}.wav"
        return str(path) if path.is_file() else ""
