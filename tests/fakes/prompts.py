"""A library of prompts without sounds: every text has a name, plays for one second, and is there at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts import PromptLibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ivr.menu.texts import Prompt

SECONDS = 1.0  # of each prompt


class NamedPrompts(PromptLibrary):
    """Names the sound of some prompts by their language and names, joined with a plus.

    `built` lists what was to be built, in order.
    """

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self.built: list[Prompt] = []

    def sound_name(self, prompt: Prompt) -> str:
        """Name the sound of one prompt."""
        return self.sound((prompt,))

    def sound(self, prompts: Iterable[Prompt]) -> str:
        """Name the sound."""
        said = tuple(prompts)
        return f"{said[0].language}/{'+'.join(prompt.name for prompt in said)}"

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Tell how long it plays."""
        return SECONDS * len(tuple(prompts))

    def missing(self, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
        """Miss nothing."""
        del prompts
        return ()

    def build(
        self,
        prompts: Iterable[Prompt],
        said_together: Iterable[tuple[Prompt, ...]],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Note what is to be built."""
        del said_together, progress
        self.built.extend(prompts)
