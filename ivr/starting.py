"""The numbers that an engine starts with: the menus as they are, or as they last were good.

Owns that choice. The line is never dead because of a file: a folder with an error, or with a scenario that
fails, is taken from the last version that was live. Must not know the engine.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.attendant import standing_at
from ivr.menu.number import load_numbers
from ivr.prompts import PromptLibrary
from ivr.publishing.candidate import make_candidate
from ivr.publishing.publisher import job_of
from ivr.publishing.versions import Versions, VersionsError
from ivr.speaking import prepare
from ivr.standing import StandingFile, StandingUnusableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ivr.menu.circumstances import Standing
    from ivr.menu.number import Number
    from ivr.settings import Settings

log = logging.getLogger(__name__)


def numbers_to_start_with(
    settings: Settings, progress: Callable[[int, int], None] | None = None
) -> Sequence[Number]:
    """Return the numbers that may go live, with every prompt spoken.

    Raises `ConfigurationError` for menus that are wrong when there is no earlier version, and any `PromptError`.
    A folder of versions that cannot be used is told in the log: the menus are taken as they are.
    """
    now = time.time()
    standing = _standing(settings, now)
    try:
        kept = Versions(settings.versions).all()
        live = kept[-1].hashes if kept else {}
        job = replace(job_of(settings, now, "start", live), standing=standing)
        candidate = make_candidate(job, progress)
    except VersionsError as error:
        log.error("no version is kept of the menus that go live: %s", error)  # noqa: TRY400  # it says all
        numbers = load_numbers(settings.menus, settings.ground)
        prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(now), standing, progress)
        return numbers
    for line in candidate.lines:
        log.error("menus stay as they last were: %s", line)
    for line in candidate.warnings:
        log.warning("%s", line)
    if candidate.numbers:
        return candidate.numbers
    # Without an earlier version, a scenario that fails is no reason to leave the line dead.
    numbers = load_numbers(kept[-1].menus if kept else settings.menus, settings.ground)
    prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(now), standing, progress)
    return numbers


def _standing(settings: Settings, now: float) -> Mapping[str, Standing]:
    """Return what stood as the last run ended: callers hear it from the first call on."""
    try:
        return standing_at(StandingFile(settings.standing).read(), settings.calendar_at(now))
    except StandingUnusableError as error:
        log.error("%s", error)  # noqa: TRY400  # the error says all
        return {}
