"""What is said, in every language of a number.

Owns the words `Text` (something to be said, in all languages) and `Prompt` (the same in one language, as it is
spoken). Must not know YAML, menus or how a prompt becomes sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Pace(StrEnum):
    """How quickly a prompt is spoken, and how long the pauses between prompts are."""

    SLOW = "slow"
    NORMAL = "normal"
    FAST = "fast"


class Prompt(NamedTuple):
    """Something to be said: its name within the number, for the log, its text, and how it is spoken."""

    name: str
    text: str
    language: str  # ISO 639, such as sv
    pace: Pace = Pace.NORMAL


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
