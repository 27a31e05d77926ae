"""Texts in the languages of a number, as they stand in its files.

Owns how a text is written in one language, in several, or in one that is not the caller's, and which
recording stands beside it. Must not know what a text is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.menu.lengths import estimated_s
from ivr.menu.texts import Pace, Prompt, Text
from queues.problems import suggestion
from queues.shapes import SPOKEN_IN, described, one_of_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from queues.yamlfile import Value

RECORDINGS = "recordings"  # the folder: recordings/sv/welcome/greeting.wav is heard for welcome's greeting
LONGEST_PROMPT_S = 30.0  # of one text: nobody listens longer

PACES: Mapping[str, Pace] = {pace.value: pace for pace in Pace}
PACE = described(one_of_words(*PACES), "how quickly it is spoken")


@dataclass(frozen=True, slots=True)
class Wording:
    """Reads texts for these languages, the first of which is spoken to begin with.

    Without any, the languages could not be read: a text is then not held against them.
    """

    languages: tuple[str, ...]
    paces: Mapping[str, Pace] = field(default_factory=dict)
    recordings: Path | None = None

    def read(self, value: Value, name: str, pace: Pace | None = None) -> Text | None:
        """Read a text; None, and why noted, when it is wrong or missing in a language."""
        if value.written is not None:
            return self._plain(value, name, pace)
        pairs = value.entries(what=(what := f"a text, or one in each language ({self.keys})"))
        if value.is_empty:
            value.expected(what)
        if any(key.written == SPOKEN_IN for key, _ in pairs):
            return self._foreign(value, name, pace)
        texts: dict[str, str] = {}
        for key, inner in pairs:
            language = key.written or ""
            if self.languages and language not in self.languages:
                key.error(
                    f"this is none of the languages in number.yaml; {suggestion(language, self.languages)}"
                )
                continue
            texts[language] = inner.text()
            self._check_length(inner, texts[language], language, pace)
        missing = [language for language in self.languages if language not in texts]
        if missing and pairs:
            wanted = ", ".join(f'"{language}: …"' for language in missing)
            value.error(f"the text in {', '.join(missing)} is missing; add {wanted}")
        if missing or not texts or not all(texts.values()):
            return None
        return self.text(name, {code: (code, texts[code]) for code in self.languages or texts}, pace)

    def _plain(self, value: Value, name: str, pace: Pace | None) -> Text | None:
        text = value.text()
        if not text or not self.languages:
            return None
        if len(self.languages) > 1:
            value.error(f"expected the text in each language ({self.keys}), found only {value.found}")
            return None
        language = self.languages[0]
        self._check_length(value, text, language, pace)
        return self.text(name, {language: (language, text)}, pace)

    def _foreign(self, value: Value, name: str, pace: Pace | None) -> Text | None:
        """Read a text that everybody hears in the same language, such as "For English, press 8"."""
        section = value.section(required=(SPOKEN_IN, "text"))
        spoken_in, text = section.get(SPOKEN_IN), section.text("text")
        if spoken_in is None or not text or not self.languages:
            return None
        voice = spoken_in.choice({language: language for language in self.languages})
        self._check_length(section.values["text"], text, voice, pace)
        return self.text(name, dict.fromkeys(self.languages, (voice, text)), pace)

    @property
    def keys(self) -> str:
        """How a text in each language is written."""
        return ", ".join(f"{language}: …" for language in self.languages) or "sv: …, en: …"

    def _pace(self, voice: str, pace: Pace | None) -> Pace:
        return pace or self.paces.get(voice, Pace.NORMAL)

    def _check_length(self, value: Value, text: str, voice: str, pace: Pace | None) -> None:
        lasts_s = estimated_s(Prompt("", text, voice, self._pace(voice, pace)))
        if lasts_s > LONGEST_PROMPT_S:
            value.error(
                f"expected at most {LONGEST_PROMPT_S:g} s of speech in one text, found about {lasts_s:.0f} s;"
                " say less, or divide it"
            )

    def text(self, name: str, texts: Mapping[str, tuple[str, str]], pace: Pace | None = None) -> Text:
        """Make a text of its words and voice by language, spoken and recorded as this number has it."""
        return Text(
            name,
            {
                language: Prompt(
                    name,
                    words,
                    voice,
                    self._pace(voice, pace),
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
