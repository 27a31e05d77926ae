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
from ivr.menu.number import content_hash, folders_below, id_of, load_numbers
from ivr.prompts import PromptError, PromptLibrary
from ivr.publishing.candidate import make_candidate
from ivr.publishing.publisher import job_of
from ivr.publishing.refusals import Refusal, remember
from ivr.publishing.versions import Versions, VersionsError, live_since
from ivr.speaking import prepare
from ivr.standing import StandingFile, StandingUnusableError
from queues.problems import ConfigurationError, Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ivr.menu.number import Number
    from ivr.publishing.versions import Version
    from ivr.settings import Settings

log = logging.getLogger(__name__)


def numbers_to_start_with(
    settings: Settings, progress: Callable[[int, int], None] | None = None
) -> Sequence[Number]:
    """Return the numbers that may go live, with every prompt spoken that can be.

    Raises `ConfigurationError` and `PromptError` only when there is no earlier version to begin with. When no
    version can be kept, the log tells and the menus are as they last were, or as they are.
    """
    now = time.time()
    try:
        kept = Versions(settings.versions).all()
    except VersionsError as error:
        log.error("%s", error)  # noqa: TRY400  # the error says all
        kept = ()
    numbers = _published(settings, now, kept, progress) or _as_before(settings, now, kept, progress)
    try:  # what stood as the last run ended, callers hear from the first call on
        stood = standing_at(StandingFile(settings.standing).read(), settings.calendar_at(now))
        prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(now), stood, progress)
    except (StandingUnusableError, PromptError) as error:
        log.error("%s", error)  # noqa: TRY400  # the error says all
    return numbers


def _published(
    settings: Settings, now: float, kept: Sequence[Version], progress: Callable[[int, int], None] | None
) -> Sequence[Number]:
    """Publish the menus as they are now; return no numbers when nothing is new, or nothing good."""
    live = kept[-1].hashes if kept else {}
    if live and _hashes(settings.menus) == live:
        remember(settings.versions, Refusal(now, "start", (), ()))
        return ()
    try:
        candidate = make_candidate(job_of(settings, now, "start", live), progress)
    except VersionsError as error:
        log.error("no version is kept of the menus that go live: %s", error)  # noqa: TRY400  # it says all
        return ()
    for line in candidate.lines:
        log.error("menus stay as they last were: %s", line)
    for line in candidate.warnings:
        log.warning("%s", line)
    there = {number.id for number in candidate.numbers}
    for number in sorted(live.keys() - there if there else ()):
        log.warning("%s is live no more: its folder is gone", number)
    remember(settings.versions, Refusal(now, "start", candidate.lines, tuple(candidate.refused)))
    return candidate.numbers


def _hashes(menus: Path) -> dict[str, str]:
    """Return the content hash of each number's folder; nothing when one cannot be read."""
    try:
        return {id_of(folder): content_hash(folder) for folder in folders_below(menus, Findings())}
    except OSError:
        return {}


def _as_before(
    settings: Settings, now: float, kept: Sequence[Version], progress: Callable[[int, int], None] | None
) -> Sequence[Number]:
    """Load the newest copy that is whole, judged by the time it went live; else the files as they are.

    Files that have never been live must be without fault, and a voice must speak all of them.
    """
    for version in reversed(kept):
        since = live_since(kept, version.hashes)
        try:
            return load_numbers(version.menus, replace(settings.ground, live_since=since))
        except ConfigurationError as error:
            for problem in error.problems:
                log.error("version %d cannot be used: %s", version.id, problem)  # noqa: TRY400  # it says all
    numbers = load_numbers(settings.menus, settings.ground)
    prepare(PromptLibrary.of(settings), numbers, settings.calendar_at(now), progress=progress)
    return numbers
