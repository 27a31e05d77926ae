"""What of a tried call came otherwise than its scenario expects.

Owns the comparison. Must not know how a call is tried, nor how a difference is told. Parts of texts are found
without regard to capitals, line ends and where one text ends and the next begins.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.proving.course import Heard, Trial
    from ivr.proving.scenario import Aspect, Scenario

LEAST_RUN = 3  # letters in a row; fewer are alike by chance
LEAST_LIKENESS = 0.5  # of a part's letters that are alike: below, nothing is near enough to be helpful

_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")


class Otherwise(NamedTuple):
    """The call came to something else; `found` is None when it came to nothing of the kind."""

    aspect: Aspect
    expected: str
    found: str | None


class NotHeard(NamedTuple):
    """This was not heard, or only before `after`, the part that was to come before it."""

    part: str
    after: str = ""
    is_earlier: bool = False
    nearest: str = ""


class Overheard(NamedTuple):
    """This was heard and should not have been; `text` is what it was heard in."""

    part: str
    text: str


Difference: TypeAlias = Otherwise | NotHeard | Overheard


def differences(scenario: Scenario, trial: Trial) -> tuple[Difference, ...]:
    """Return everything that came otherwise than expected; nothing when the scenario passed."""
    wrong: list[Difference] = []
    for aspect, expected in scenario.expects.items():
        found = trial.found(aspect)
        if found != expected:
            wrong.append(Otherwise(aspect, expected, found))
    if scenario.hears or scenario.does_not_hear:
        heard = trial.heard
        said = _plain(" ".join(each.text for each in heard))
        wrong += _not_heard(scenario.hears, said, heard)
        wrong += (
            Overheard(part, _containing(part, heard))
            for part in scenario.does_not_hear
            if _plain(part) in said
        )
    return tuple(wrong)


def _not_heard(parts: Sequence[str], said: str, heard: Sequence[Heard]) -> list[NotHeard]:
    wrong: list[NotHeard] = []
    begins, after = 0, ""
    for part in parts:
        plain = _plain(part)
        at = said.find(plain, begins)
        if at >= 0:
            begins, after = at + len(plain), part
        elif plain in said:
            wrong.append(NotHeard(part, after, is_earlier=True))
        else:
            wrong.append(NotHeard(part, after, nearest=_nearest(plain, heard)))
    return wrong


def _nearest(plain: str, heard: Sequence[Heard]) -> str:
    """Return the sentence that has the most in common with a part; "" when none has much."""
    best, nearest = LEAST_LIKENESS, ""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    for sentence in dict.fromkeys(found for each in heard for found in _SENTENCE.findall(each.text)):
        matcher.set_seq1(_plain(sentence))
        alike = sum(block.size for block in matcher.get_matching_blocks() if block.size >= LEAST_RUN)
        likeness = alike / len(plain)
        if likeness > best:
            best, nearest = likeness, sentence.strip()
    return nearest


def _containing(part: str, heard: Sequence[Heard]) -> str:
    plain = _plain(part)
    return next((each.text for each in heard if plain in _plain(each.text)), part)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
