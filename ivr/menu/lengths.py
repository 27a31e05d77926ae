"""How long a text will be heard, before anybody has spoken it.

Owns the estimate, for checks ("longer than 30 s") and for rehearsals in virtual time. A pure function: knows
no speech program and no files. Whoever has the sound asks the prompt library instead, which knows exactly.

The constants were fitted in November 2026 to espeak-ng 1.52 as `ivr.prompts` runs it (ends cut), with 20 to
23 sentences a language as municipalities say them, among them all of menus/jarfalla, each at 125, 150 and 175
words a minute. Length is proportional to the pace: the three fits differ by less than 1 %. What is left:

    language    half of the sentences within    the worst
    sv                   3 %                      11 %
    en                   3 %                      10 %
    fi                   4 %                      14 %      (numerals: "112" is 16 sounds)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.texts import Prompt


class Speech(NamedTuple):
    """How a language turns text to time."""

    characters_a_word: float  # what is spoken of a text in 60 s / the words a minute
    characters_a_digit: int  # one digit is as long as so many letters


SPEECH: Final[Mapping[str, Speech]] = {"sv": Speech(5.78, 6), "en": Speech(6.45, 6), "fi": Speech(5.46, 8)}
OTHER: Final = Speech(
    5.46, 8
)  # a language that was not measured: as the slowest one, so that checks err safely
CHARACTERS_A_STOP: Final = 4  # a full stop, comma or the like within a text is a pause of so many letters
_STOP = re.compile(r"[.,:;!?](?= )")
_DIGIT = re.compile(r"[0-9]")


def estimated_s(*prompts: Prompt) -> float:
    """Estimate how long these prompts are heard, one after the other with pauses between them, in seconds.

    A recording is taken to be as long as its text is spoken.
    """
    pauses_s = prompts[0].pace.pause_s * (len(prompts) - 1) if prompts else 0.0
    return sum(map(_spoken_s, prompts)) + pauses_s


def _spoken_s(prompt: Prompt) -> float:
    text = " ".join(prompt.text.split())
    speech = SPEECH.get(prompt.language, OTHER)
    digits, stops = len(_DIGIT.findall(text)), len(_STOP.findall(text))
    characters = len(text) + digits * (speech.characters_a_digit - 1) + stops * (CHARACTERS_A_STOP - 1)
    return characters / speech.characters_a_word * 60 / prompt.pace.words_a_minute
