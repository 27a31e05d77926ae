"""The numbers that an engine starts with: the menus as they are, or as they last were good.

Owns that choice. The line is never dead because of a file: a folder with an error, or with a scenario that
fails, is taken from the last version that was live. Must not know the engine.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from ivr.attendant import standing_at
from ivr.menu.number import load_numbers
from ivr.prompts import PromptError, PromptLibrary
from ivr.publishing.candidate import make_candidate
from ivr.publishing.publisher import job_of
from ivr.publishing.refusals import Refusal, forget_refusal, note_refusal
from ivr.publishing.versions import Versions, VersionsError
from ivr.speaking import prepare
from ivr.standing import StandingFile, StandingUnusableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.menu.number import Number
    from ivr.settings import Settings

log = logging.getLogger(__name__)


def numbers_to_start_with(
    settings: Settings, progress: Callable[[int, int], None] | None = None
) -> Sequence[Number]:
    """Return the numbers that may go live, with every prompt spoken.

    Raises `ConfigurationError` for wrong menus when there is no earlier version, and any `PromptError`. When
    no version can be kept, the log tells and the menus are taken as they are.
    """
    now = time.time()
    numbers = _numbers(settings, now, progress)
    try:  # what stood as the last run ended, callers hear from the first call on
        stood = standing_at(StandingFile(settings.standing).read(), settings.calendar_at(now))
        prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(now), stood, progress)
    except (StandingUnusableError, PromptError) as error:
        log.error("%s", error)  # noqa: TRY400  # the error says all
    return numbers


def _remember(settings: Settings, now: float, lines: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    """Keep what was refused for whoever asks later, or forget what is good now."""
    try:
        if lines:
            note_refusal(settings.versions, Refusal(now, "start", lines, numbers))
        else:
            forget_refusal(settings.versions)
    except OSError as error:
        log.warning("what became of the menus cannot be noted: %s", error)


def _numbers(settings: Settings, now: float, progress: Callable[[int, int], None] | None) -> Sequence[Number]:
    try:
        kept = Versions(settings.versions).all()
        live = kept[-1].hashes if kept else {}
        candidate = make_candidate(job_of(settings, now, "start", live), progress)
    except VersionsError as error:
        log.error("no version is kept of the menus that go live: %s", error)  # noqa: TRY400  # it says all
        kept, candidate = (), None
    if candidate is not None:
        for line in candidate.lines:
            log.error("menus stay as they last were: %s", line)
        for line in candidate.warnings:
            log.warning("%s", line)
        _remember(settings, now, candidate.lines, tuple(candidate.refused))
        if candidate.numbers:
            return candidate.numbers
    # Without an earlier version, a scenario that fails is no reason to leave the line dead.
    numbers = load_numbers(kept[-1].menus if kept else settings.menus, settings.ground)
    prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(now), progress=progress)
    return numbers
