"""What stands until further notice: crisis messages and overridden hours, kept over restarts.

Owns the file of them in the state folder, one event a line as the journal writes it, and the recordings
beside it. A crisis message may be switched on while no engine runs: it is heard from the next start on. Times
are those of the calendar, which a trial moves. Errors:

    Exception
    └── StandingUnusableError    the file cannot be written, or holds something else
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ivr.menu.circumstances import is_over
from queues.journal.errors import UnreadableLineError, UnwritableEventError
from queues.journal.format import format_line, parse_line
from routing.events import CrisisBegan, CrisisEnded, HoursOverridden, OverrideEnded, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.events import Event

    StandingEvent: TypeAlias = CrisisBegan | HoursOverridden
    Change: TypeAlias = StandingEvent | CrisisEnded | OverrideEnded


RECORDINGS = "recordings"  # of crisis messages: a folder beside the file
UNUSED_S = 86_400.0  # that a recording stays when no message names it: calls that began with it have ended


class StandingUnusableError(Exception):
    """The file cannot be used; the message says what to do."""


class StandingFile:
    """The file at `path`, which need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[StandingEvent, ...]:
        """Return what stands. Raises `StandingUnusableError`."""
        try:
            lines = list(enumerate(self.path.read_bytes().splitlines(), start=1))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error.strerror or "unknown reason") from error
        events: list[Event] = []
        for number, line in lines:
            try:
                events.append(parse_line(line).event)
            except UnreadableLineError as error:
                what = f"line {number}: got {error.got}, expected {error.expected}"
                then = "mend it, or remove the file and switch on again what is to stand"
                raise self._unusable(f"{what}; {then}") from error
        return tuple(event for event in events if isinstance(event, CrisisBegan | HoursOverridden))

    def change(self, changes: Iterable[Change], at: float) -> None:
        """Add what stands from now on, and take away what no longer does, by itself or by a change.

        All of it by one write: every change is noted or none. Raises `StandingUnusableError`.
        """
        before = self.read()
        left = [event for event in before if not is_over(event.until, at)]
        for change in changes:
            left = [event for event in left if not _replaces(change, event)]
            if isinstance(change, CrisisBegan | HoursOverridden):
                left.append(change)
        self._mark_unused(_recordings(before) - _recordings(left))
        self.write(left, at)
        self._remove_unused(_recordings(left))

    def keep_recording(self, recording: Path) -> Path:
        """Copy a recording to where it stays, and return that place. Raises `StandingUnusableError`."""
        try:
            content = recording.read_bytes()
            kept = self.path.parent / RECORDINGS / f"{hashlib.sha256(content).hexdigest()[:32]}.wav"
            kept.parent.mkdir(parents=True, exist_ok=True)
            _write(kept, content)
        except OSError as error:
            raise StandingUnusableError(
                f"recording {recording}: cannot be kept in {self.path.parent / RECORDINGS}: "
                f"{error.strerror or 'unknown reason'}"
            ) from error
        return kept

    def write(self, events: Iterable[StandingEvent], at: float) -> None:
        """Let exactly this stand. Raises `StandingUnusableError`."""
        try:
            lines = [format_line(Recorded(seq, at, event)) for seq, event in enumerate(events, start=1)]
        except UnwritableEventError as error:
            raise self._unusable(str(error)) from error
        content = b"".join(lines)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _write(self.path, content)
        except OSError as error:
            raise self._unusable(error.strerror or "unknown reason") from error

    def _mark_unused(self, names: Iterable[str]) -> None:
        """Let these recordings be as old as the end of their message, from which `UNUSED_S` counts."""
        for name in names:
            with contextlib.suppress(OSError):  # it is not there; what cannot be marked can hardly be removed
                os.utime(self.path.parent / RECORDINGS / name)

    def _remove_unused(self, named: Iterable[str]) -> None:
        """Remove the recordings that no message has named for `UNUSED_S`, by the file system's own clock."""
        with contextlib.suppress(OSError):  # tried again at the next change
            now = self.path.stat().st_mtime  # it has just been written
            for recording in (self.path.parent / RECORDINGS).glob("*.wav"):
                if recording.name not in named and recording.stat().st_mtime < now - UNUSED_S:
                    recording.unlink()

    def _unusable(self, why: str) -> StandingUnusableError:
        return StandingUnusableError(f"standing messages {self.path}: {why}")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    whole = path.with_name(f".{path.name}")
    whole.write_bytes(content)
    whole.replace(path)


def _recordings(events: Iterable[StandingEvent]) -> set[str]:
    """Return the names of their recordings' files."""
    return {Path(each.recording).name for each in events if isinstance(each, CrisisBegan) and each.recording}


def _replaces(change: Change, event: StandingEvent) -> bool:
    match change:
        case CrisisBegan(number, crisis) | CrisisEnded(number, crisis):
            return isinstance(event, CrisisBegan) and (event.number, event.crisis) == (number, crisis)
        case HoursOverridden(number, hours) | OverrideEnded(number, hours):
            return isinstance(event, HoursOverridden) and (event.number, event.hours) == (number, hours)
