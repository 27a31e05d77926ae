"""What is said, in every language of a number.

Owns the words `Text` (something to be said, in all languages), `Prompt` (the same in one language, as it is
spoken) and `Pace`. Must not know YAML, menus or how a prompt becomes sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Pace(StrEnum):
    """How quickly a prompt is spoken, and how long the pauses between prompts are."""

    SLOW = "slow"
    NORMAL = "normal"
    FAST = "fast"

    @property
    def words_a_minute(self) -> int:
        """How quickly a speech program is told to speak."""
        return _WORDS_A_MINUTE[self]

    @property
    def pause_s(self) -> float:
        """The pause between two prompts that are said together, in seconds."""
        return _PAUSES_S[self]


# Normal is slower than espeak-ng's own 175: many callers are old, or new to the language.
_WORDS_A_MINUTE = {Pace.SLOW: 125, Pace.NORMAL: 150, Pace.FAST: 175}
_PAUSES_S = {Pace.SLOW: 0.5, Pace.NORMAL: 0.3, Pace.FAST: 0.2}  # .3 s is about a full stop's pause


class Prompt(NamedTuple):
    """Something to be said: its name within the number, for the log, its text, and how it is spoken."""

    name: str
    text: str
    language: str  # ISO 639, such as sv
    pace: Pace = Pace.NORMAL
    recording: str = ""  # the path of a WAV file in which somebody says the text; empty: there is none


@dataclass(frozen=True, slots=True)
class Text:
    """One prompt in each language of its number. The loader sees to it that none is missing."""

    name: str
    prompts: Mapping[str, Prompt]

    def said_in(self, language: str) -> Prompt:
        """Return the prompt that a caller with this language hears."""
        return self.prompts[language]


def text_of(name: str, *, pace: Pace = Pace.NORMAL, **texts: str) -> Text:
    """Make a text of its words by language: `text_of("top/greeting", sv="Välkommen.", en="Welcome.")`."""
    return Text(name, {language: Prompt(name, words, language, pace) for language, words in texts.items()})
