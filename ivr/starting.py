"""The numbers that an engine starts with: the menus as they are, or as they last were good.

Owns that choice. The line is never dead because of a file: a folder with an error, or with a scenario that
fails, is taken from the last version that was live. Must not know the engine.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from ivr.menu.number import load_numbers
from ivr.prompts import PromptLibrary
from ivr.publishing.candidate import make_candidate
from ivr.publishing.publisher import job_of
from ivr.publishing.versions import Versions
from ivr.speaking import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.menu.number import Number
    from ivr.settings import Settings

log = logging.getLogger(__name__)


def numbers_to_start_with(
    settings: Settings, progress: Callable[[int, int], None] | None = None
) -> Sequence[Number]:
    """Return the numbers that may go live, with every prompt spoken.

    Raises `ConfigurationError` for menus that are wrong when there is no earlier version, any `PromptError`,
    and `VersionsError`.
    """
    kept = Versions(settings.versions).all()
    live = kept[-1].hashes if kept else {}
    candidate = make_candidate(job_of(settings, time.time(), "start", live), progress)
    for line in candidate.lines:
        log.error("menus stay as they last were: %s", line)
    for line in candidate.warnings:
        log.warning("%s", line)
    if candidate.numbers:
        return candidate.numbers
    # Without an earlier version, a scenario that fails is no reason to leave the line dead.
    numbers = load_numbers(kept[-1].menus if kept else settings.menus, settings.ground)
    prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(time.time()), progress=progress)
    return numbers
