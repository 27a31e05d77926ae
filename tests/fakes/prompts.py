"""A library of prompts without sounds: every text has a name and plays for one second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts import PromptLibrary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.menu.model import Prompt

SECONDS = 1.0  # of each prompt


class NamedPrompts(PromptLibrary):
    """Names the sound of some prompts by their names, joined with a plus."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def sound(self, language: str, prompts: Iterable[Prompt]) -> str:
        """Name the sound."""
        return f"{language}/{'+'.join(prompt.name for prompt in prompts)}"

    def length_s(self, language: str, prompts: Iterable[Prompt]) -> float:
        """Tell how long it plays."""
        del language
        return SECONDS * len(tuple(prompts))
