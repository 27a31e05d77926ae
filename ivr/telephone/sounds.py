"""What is heard in a sound, and when: the telephone's ear.

Owns the port `Ear`, its adapter for sounds that lie in files, and the sounds of an engine for one call, which
are texts only and leave no files. Must not know AGI.
"""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from ivr.menu.lengths import estimated_s
from ivr.menu.texts import Prompt
from ivr.prompts import PromptError, Said, said_in
from ivr.sound import HEADER, RATE, WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ASTERISKS_S: Final = 1.0  # sounds that come with Asterisk are beeps and single words
CHARACTER_S: Final = 0.83  # measured: a digit said by Asterisk


class Part(NamedTuple):
    """One prompt of a sound: when it begins in it and how long it lasts, in seconds."""

    begins_s: float
    length_s: float
    said: Said


class Heard(NamedTuple):
    """A sound's parts in their order, and how long it lasts altogether, in seconds."""

    parts: tuple[Part, ...]
    length_s: float


class Ear(Protocol):
    """Whoever knows what is heard in a sound."""

    def hear(self, sound: str) -> Heard | None:
        """Return what is heard in the sound that Asterisk plays by this name; None when there is none."""
        ...


class FileEar:
    """Hear sounds on this machine, by the texts that lie beside them."""

    def hear(self, sound: str) -> Heard | None:
        """Read the sound's length and text. Raises `PromptError` for a file that cannot be read."""
        path = Path(f"{sound}.wav")
        if not path.is_absolute():
            return _whole(sound, ASTERISKS_S)
        try:
            length_s = max(0.0, (path.stat().st_size - HEADER) / (WIDTH * RATE))
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = error.strerror or "unknown reason"
            raise PromptError(f"sound {path}: {reason}; run as a user who may read the prompts") from error
        said = said_in(path)
        if not said:
            return _whole(path.stem, length_s)
        return _shared_out([Prompt(one.name, one.text, one.language) for one in said], length_s)


class TextSounds:
    """Sounds that are texts, for an engine in this process: named as it asks, heard as the telephone asks.

    They last as long as their speech is estimated. The names tell nothing, and are good for this run only.
    """

    def __init__(self) -> None:
        self._names: dict[tuple[Prompt, ...], str] = {}
        self._prompts: list[tuple[Prompt, ...]] = []

    def sound(self, prompts: Iterable[Prompt]) -> str:
        """Name the sound of these prompts."""
        said = tuple(prompts)
        if said not in self._names:
            self._names[said] = f"text/{len(self._prompts)}"
            self._prompts.append(said)
        return self._names[said]

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Estimate how long it lasts, in seconds."""
        return estimated_s(*prompts)

    def hear(self, sound: str) -> Heard | None:
        """Return what is heard; a sound that is none of ours is taken for one of Asterisk's."""
        kind, _, place = sound.partition("/")
        if kind != "text" or not place.isdecimal() or int(place) >= len(self._prompts):
            return _whole(sound, ASTERISKS_S)
        prompts = self._prompts[int(place)]
        return _shared_out(prompts, estimated_s(*prompts))


def _whole(name: str, length_s: float) -> Heard:
    return Heard((Part(0.0, length_s, Said("", name, "")),), length_s)


def _shared_out(prompts: Sequence[Prompt], length_s: float) -> Heard:
    """Share a sound's length out to its prompts, by how long each is estimated to be."""
    if not prompts:
        return Heard((), length_s)
    estimates = [estimated_s(prompt) for prompt in prompts]
    pause_s = min(prompts[0].pace.pause_s, length_s / len(prompts))
    spoken_s = length_s - pause_s * (len(prompts) - 1)
    factor = spoken_s / (sum(estimates) or 1.0)
    lengths = [estimate * factor for estimate in estimates]
    begins = accumulate((length + pause_s for length in lengths[:-1]), initial=0.0)
    return Heard(
        tuple(
            Part(begin_s, part_s, Said.by(prompt))
            for begin_s, part_s, prompt in zip(begins, lengths, prompts, strict=True)
        ),
        length_s,
    )


def spelt(text: str) -> Heard:
    """Return what is heard when Asterisk says digits, letters or a number itself, in a sound of its own."""
    length_s = CHARACTER_S * max(1, len(text))
    return Heard((Part(0.0, length_s, Said("", "said by Asterisk", text)),), length_s)
