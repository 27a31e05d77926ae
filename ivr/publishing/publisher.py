"""A publication: the files as they are now become what callers hear, as far as they are good.

Owns the asking for a candidate and what is done with it in the engine, one at a time. Must not know what
makes a candidate good, nor who asks for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ivr.publishing.candidate import Job
from ivr.publishing.refusals import Refusal, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.attendant import Attendant
    from ivr.menu.number import Number
    from ivr.publishing.candidate import Candidate
    from ivr.settings import Settings

log = logging.getLogger(__name__)

# Of the process that makes a candidate: its last line says what to mend. No code that Python ends with.
EXIT_MENDABLE = 65
CANDIDATE_S = 600.0  # a thousand new texts by a slow voice


class Published(NamedTuple):
    """What came of a publication: what people are told."""

    changed: tuple[str, ...]  # numbers that are live anew
    refused: Mapping[str, tuple[str, ...]]  # numbers that stay as they were, and why
    warnings: tuple[str, ...]
    version: int | None
    proven: int
    failure: str = ""  # nothing could be made at all
    removed: tuple[str, ...] = ()  # numbers that are live no more

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why something stays as it was, a line each."""
        lines = (self.failure, *(line for lines in self.refused.values() for line in lines))
        return tuple(dict.fromkeys(line for line in lines if line))


class Publisher:
    """Publish the menus of `settings`. `swap` lets exactly these numbers be live; `now` gives UTC seconds."""

    def __init__(
        self,
        settings: Settings,
        attendant: Attendant,
        swap: Callable[[tuple[Number, ...]], tuple[str, ...]],
        now: Callable[[], float],
        candidate_s: float = CANDIDATE_S,
    ) -> None:
        self._settings = settings
        self._attendant = attendant
        self._swap = swap
        self._now = now
        self._candidate_s = candidate_s
        self._one_at_a_time = asyncio.Lock()

    async def publish(self, why: str, numbers: tuple[str, ...] = ()) -> Published:
        """Let the menus go live as they are now; everything that is wrong is in what is returned.

        With `numbers` only these change; the others stay as they are live, whatever is in their files.
        """
        async with self._one_at_a_time:
            published = await self._publish(why, numbers)
            stay = tuple(published.refused) or numbers
            refusal = Refusal(self._now(), why, published.reasons, stay)
            remember(self._settings.versions, refusal, numbers)
        for line in published.reasons:
            log.error("menus stay as they were: %s", line)
        for line in published.warnings:
            log.warning("%s", line)
        if published.changed:
            names = ", ".join(published.changed)
            log.info("menus of %s are live: version %s, %s", names, published.version, why)
        for number in published.removed:
            log.warning("%s is live no more: its folder is gone; %s", number, why)
        return published

    async def _publish(self, why: str, numbers: tuple[str, ...]) -> Published:
        live = {number.id: number.content_hash for number in self._attendant.numbers.values()}
        now = self._now()
        job = job_of(self._settings, now, why, live)
        ground = replace(job.ground, at=now + self._attendant.shift_s)
        candidate = await self._candidate(
            replace(job, ground=ground, standing=dict(self._attendant.standing), only=numbers)
        )
        if isinstance(candidate, str):
            return Published((), {}, (), None, 0, candidate)
        there = {number.id for number in candidate.numbers}
        removed = tuple(number for number in live if there and number not in there)
        left_to_do: tuple[str, ...] = ()
        if there:
            left_to_do = self._swap(candidate.numbers)
        elif not candidate.refused:  # nothing is new but, perhaps, what departments' scripts do
            self._swap(tuple(self._attendant.numbers.values()))
        warnings = (*candidate.warnings, *left_to_do)
        return Published(
            candidate.changed, candidate.refused, warnings, candidate.version, candidate.proven, "", removed
        )

    async def _candidate(self, job: Job) -> Candidate | str:
        """Have a candidate made by another process; return why not, if it could not."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ivr.publishing",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                start_new_session=True,  # so that its speech programs can be ended with it
            )  # fmt: skip
        except OSError as error:
            return f"the process that checks menus could not be started: {error.strerror or error}"
        try:
            async with asyncio.timeout(self._candidate_s):
                made, said = await process.communicate(pickle.dumps(job))
        except TimeoutError:
            return f"checking and speaking the menus was not done after {self._candidate_s:g} s"
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode != 0:
            text = said.decode(errors="replace").strip()
            if process.returncode == EXIT_MENDABLE and text:
                return text.splitlines()[-1]
            log.error("the process that checks menus has a fault:\n%s", text)
            return f"the process that checks menus ended with status {process.returncode}; the log says more"
        try:
            candidate: Candidate = pickle.loads(made)  # noqa: S301  # from the process that we started
        except Exception as error:  # noqa: BLE001  # whatever a pickle that is none leads to
            return f"what the process that checks menus gave cannot be read: {type(error).__name__}"
        return candidate


def job_of(settings: Settings, at: float, why: str, live: Mapping[str, str]) -> Job:
    """Describe a publication at UTC second `at`; `live` has the content hash of each live number."""
    return Job(
        menus=settings.menus.absolute(),
        versions=settings.versions,
        prompts=settings.prompts.absolute(),
        speech=settings.speech_command,
        ground=settings.ground,
        why=why,
        made_at=at,
        default=settings.default_number,
        live=live,
    )
