"""What has become of each prompt, for whoever looks after the recordings.

Owns the words for a prompt's state. Builds nothing; must not know tables or JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ivr.menu.texts import Prompt
    from ivr.prompts.library import PromptLibrary
    from ivr.prompts.sources import Source


class State(StrEnum):
    """Where a prompt's sound comes from, or why there is none."""

    RECORDED = "recorded"
    SYNTHETIC = "synthetic"  # spoken by the speech program
    STALE = "stale"  # the recording is older than the text, which is spoken by the program instead
    MISSING = "missing"  # not built yet


@dataclass(frozen=True, slots=True)
class Listed:
    """One prompt: its state, how long it plays (None: its sound is not there), and the place of its sound."""

    prompt: Prompt
    state: State
    length_s: float | None
    path: Path


def listing(library: PromptLibrary, prompts: Iterable[Prompt]) -> tuple[Listed, ...]:
    """List each prompt once, in the order given.

    Raises `RecordingUnusableError` and `PromptFolderUnusableError`.
    """
    return tuple(
        Listed(
            source.prompt,
            _state(source, is_built=source.sound.exists()),
            library.length_s((source.prompt,)) if source.sound.exists() else None,
            source.sound,
        )
        for source in library.sources(dict.fromkeys(prompts))
    )


def _state(source: Source, *, is_built: bool) -> State:
    if source.is_stale:
        return State.STALE
    if not is_built:
        return State.MISSING
    return State.RECORDED if source.is_recorded else State.SYNTHETIC
