"""Append events to the journal: one write of one whole line each, before anything else happens with them.

Owns the sequence numbers, the roll-over and the repair of a line that a kill cut off. Never syncs to disk:
the journal survives the engine's death, not the machine's. Knows no reader and no database.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING, NamedTuple, Self

from queues.journal.errors import JournalInUseError, JournalUnwritableError, JournalWriteError
from queues.journal.format import LINE_LIMIT, format_line, read_sequence
from queues.journal.segments import list_segments, segment_path
from routing.events import Recorded

if TYPE_CHECKING:
    from pathlib import Path

    from routing.events import Event

SEGMENT_BYTES = 8 * 1024 * 1024
"""A segment is full at this size: about a week of 16,000 calls a month, each twelve events of 170 bytes."""

FILE_MODE = 0o600  # pseudonyms and keyed digits are for the exchange's own user alone
FOLDER_MODE = 0o700
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC


class Repair(NamedTuple):
    """What opening cut away: the start of an event that a kill left without its end."""

    file: Path
    offset: int
    cut_bytes: int


class JournalWriter:
    """The one writer of a journal. Open it with `JournalWriter.open`, which takes the folder's lock."""

    __slots__ = ("_fd", "_folder", "_lock", "_path", "_segment_bytes", "_seq", "_size", "_torn", "repair")

    def __init__(self, folder: Path, lock: int, segment_bytes: int) -> None:
        self._folder = folder
        self._lock = lock
        self._segment_bytes = segment_bytes
        self._fd = -1
        self._path = folder
        self._seq = 0
        self._size = 0
        self._torn = False
        self.repair: Repair | None = None

    @classmethod
    def open(cls, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> Self:
        """Open the journal to go on after its last whole event; `repair` says what was cut off, if anything.

        Makes the folder where it is missing. Raises `JournalUnwritableError`, `JournalInUseError`, or
        `UnreadableLineError` when the last whole line is no event's.
        """
        lock = -1
        writer: Self | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            writer = cls(folder, lock, segment_bytes)
            writer._resume()
        except BlockingIOError:
            os.close(lock)
            raise JournalInUseError(folder) from None
        except BaseException as error:
            if writer is not None:
                writer.close()
            elif lock >= 0:
                os.close(lock)
            if isinstance(error, OSError):
                raise JournalUnwritableError(folder, error.strerror or str(error)) from None
            raise
        return writer

    @property
    def last_seq(self) -> int:
        """Sequence number of the last event that stands in the journal; 0 in an empty one."""
        return self._seq

    def append(self, at: float, event: Event) -> Recorded:
        """Give the event the next sequence number and write it; `at` is UTC seconds since 1970.

        Raises `JournalWriteError` when the line could not be written whole, `UnwritableEventError` when the
        event has none. After either the journal stands as before the call and takes the next event.
        """
        recorded = Recorded(self._seq + 1, at, event)
        line = format_line(recorded)
        if self._torn:
            self._cut_back(recorded.seq)
        if self._size >= self._segment_bytes:
            self._roll_over()
        try:
            written = os.write(self._fd, line)
        except OSError as error:
            raise JournalWriteError(self._path, recorded.seq, error.strerror or str(error)) from None
        if written != len(line):
            self._torn = True
            self._cut_back(recorded.seq)
            raise JournalWriteError(self._path, recorded.seq, f"room for {written} of {len(line)} bytes")
        self._size += written
        self._seq = recorded.seq
        return recorded

    def close(self) -> None:
        """Close the journal and give up its lock; closing again does nothing."""
        for fd in (self._fd, self._lock):
            if fd >= 0:
                os.close(fd)
        self._fd = self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _cut_back(self, seq: int) -> None:
        """Take away the piece of a line that a full disk let through."""
        try:
            os.ftruncate(self._fd, self._size)
        except OSError as error:
            raise JournalWriteError(self._path, seq, error.strerror or str(error)) from None
        self._torn = False

    def _roll_over(self) -> None:
        path = segment_path(self._folder, self._seq + 1)
        # A full segment still takes events: no free file handle, say, must not cost one. The next event
        # tries again.
        with contextlib.suppress(OSError):
            fd = os.open(path, _FLAGS | os.O_CREAT, FILE_MODE)
            os.close(self._fd)
            self._fd, self._path, self._size = fd, path, os.fstat(fd).st_size

    def _resume(self) -> None:
        segments = list_segments(self._folder)
        if not segments:
            self._path = segment_path(self._folder, 1)
            self._fd = os.open(self._path, _FLAGS | os.O_CREAT, FILE_MODE)
            return
        first_seq, self._path = segments[-1]
        self._fd = os.open(self._path, _FLAGS)
        length = os.fstat(self._fd).st_size
        self._size = _line_feed_before(self._fd, length)
        if self._size < length:
            os.ftruncate(self._fd, self._size)
            self.repair = Repair(self._path, self._size, length - self._size)
        if self._size == 0:
            self._seq = first_seq - 1
            return
        start = _line_feed_before(self._fd, self._size - 1)
        line = os.pread(self._fd, self._size - start, start)
        self._seq = read_sequence(line, file=str(self._path), offset=start)


def _line_feed_before(fd: int, end: int) -> int:
    """Find where the last whole line before byte `end` ends: the byte after its line feed, or 0."""
    while end > 0:
        start = max(0, end - LINE_LIMIT)
        found = os.pread(fd, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
