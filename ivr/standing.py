"""What stands until further notice: crisis messages and overridden hours, kept over restarts.

Owns the file of them in the state folder, one event a line as the journal writes it. A crisis message may be
switched on while no engine runs: it is heard from the next start on. Errors:

    Exception
    └── StandingUnusableError    the file cannot be written, or holds something else
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from queues.journal.errors import UnreadableLineError, UnwritableEventError
from queues.journal.format import format_line, parse_line
from routing.events import CrisisBegan, CrisisEnded, HoursOverridden, OverrideEnded, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from routing.events import Event

    Standing: TypeAlias = CrisisBegan | HoursOverridden
    Change: TypeAlias = Standing | CrisisEnded | OverrideEnded


RECORDINGS = "recordings"  # of crisis messages: a folder beside the file


class StandingUnusableError(Exception):
    """The file cannot be used; the message says what to do."""


class StandingFile:
    """The file at `path`, which need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Standing, ...]:
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

    def change(self, change: Change, at: float) -> None:
        """Add what stands from now on, or take away what no longer does. Raises `StandingUnusableError`."""
        left = [event for event in self.read() if not _replaces(change, event)]
        if isinstance(change, CrisisBegan | HoursOverridden):
            left.append(change)
        self.write(left, at)

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

    def write(self, events: Iterable[Standing], at: float) -> None:
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

    def _unusable(self, why: str) -> StandingUnusableError:
        return StandingUnusableError(f"standing messages {self.path}: {why}")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    whole = path.with_name(f".{path.name}")
    whole.write_bytes(content)
    whole.replace(path)


def _replaces(change: Change, event: Standing) -> bool:
    match change:
        case CrisisBegan(number, crisis) | CrisisEnded(number, crisis):
            return isinstance(event, CrisisBegan) and (event.number, event.crisis) == (number, crisis)
        case HoursOverridden(number, hours) | OverrideEnded(number, hours):
            return isinstance(event, HoursOverridden) and (event.number, event.hours) == (number, hours)
