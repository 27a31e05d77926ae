"""What a caller is played for the prompts of one command: the sounds, and how long they last.

Owns that keyed digits are said one by one, and what is heard in place of a prompt that could not be made.
Must not know how sounds are made, nor sessions.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ivr.menu.announcements import digit_prompt
from ivr.menu.commands import KEYED_DIGITS
from ivr.prompts.errors import PromptError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ivr.menu.texts import Prompt

log = logging.getLogger(__name__)


class Sounds(Protocol):
    """Where the sounds of prompts come from: the prompt library, or texts alone."""

    def sound(self, prompts: Iterable[Prompt]) -> str:
        """Give the name by which these prompts are played, one after the other."""
        ...

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Give how long that plays, in seconds."""
        ...


class Playing(NamedTuple):
    """What is played one after the other, and how long all of it lasts."""

    sounds: list[str]
    lasts_s: float


def playing(sounds: Sounds, prompts: Sequence[Prompt], digits: str, trouble: Prompt) -> Playing:
    """Return what is played for these prompts; `digits` stand where keyed digits are to be said.

    What cannot be played is left out, and said in the log; when nothing is left, `trouble` is played: nobody
    is cut off, or let go without a word, for a file that is missing.
    """
    names: list[str] = []
    lasts_s = 0.0
    for together in _together(prompts, digits):
        singles = [(prompt,) for prompt in together] if len(together) > 1 else []
        for part in (together, *singles):
            try:
                length_s, name = sounds.length_s(part), sounds.sound(part)
            except PromptError as error:
                log.error("%s", error)  # noqa: TRY400  # the error says all
                continue
            names.append(name)
            lasts_s += length_s
            if part is together:
                break
    if prompts and not names and prompts[0] != trouble:
        return playing(sounds, (trouble,), "", trouble)
    return Playing(names, lasts_s)


def _together(prompts: Sequence[Prompt], digits: str) -> Iterator[tuple[Prompt, ...]]:
    """Give what is said as one sound each; keyed digits one by one, so that no file ever holds them."""
    together: list[Prompt] = []
    for prompt in prompts:
        if prompt.name != KEYED_DIGITS:
            together.append(prompt)
            continue
        if together:
            yield tuple(together)
        together = []
        for digit in digits:
            yield (digit_prompt(prompt.language, digit),)
    if together:
        yield tuple(together)
