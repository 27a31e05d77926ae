"""Append events to the journal: one write for an input and its decisions, before anything is acted on.

Owns the sequence numbers, the roll-over, the repair of a line that a kill cut off, and what is kept in memory
while the file cannot be written. A line that once stands whole is never taken back: a reader may have seen
it. Never syncs to disk: the journal survives the engine's death, not the machine's. Never waits: whoever
appends says when to try again. Knows no reader and no database.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Self

from queues.journal.errors import JournalInUseError, JournalUnwritableError, JournalWriteError
from queues.journal.format import LINE_LIMIT, format_line, read_sequence
from queues.journal.segments import list_segments, segment_path
from routing.events import Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from routing.events import Event

SEGMENT_BYTES = 8 * 1024 * 1024
"""A segment is full at this size: about a week of 16,000 calls a month, each twelve events of 170 bytes."""

KEPT_EVENTS = 200_000
"""Most events that are kept in memory: a weekend of a large city's 60,000 a day, in about 30 MB."""

CATCH_UP_BYTES = 1024 * 1024
"""Most bytes of what is kept that one call writes, in 1 to 2 ms: calls go on between two pieces."""

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

    __slots__ = (
        "_fd",
        "_folder",
        "_kept",
        "_lock",
        "_most_kept",
        "_path",
        "_segment_bytes",
        "_seq",
        "_size",
        "_stands",
        "_torn",
        "repair",
        "trouble",
    )

    def __init__(self, folder: Path, lock: int, segment_bytes: int, most_kept: int) -> None:
        self._folder = folder
        self._lock = lock
        self._segment_bytes = segment_bytes
        self._most_kept = most_kept
        self._fd = -1
        self._path = folder
        self._seq = 0  # the last number given to an event
        self._stands = 0  # the last event in the file; those after it are kept
        self._kept: deque[bytes] = deque()  # whole lines, those of one append together
        self._size = 0  # of the file, its whole lines only
        self._torn = False
        self.repair: Repair | None = None
        self.trouble: str | None = None
        """Why the last write went wrong; None: nothing is kept."""

    @classmethod
    def open(cls, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, most_kept: int = KEPT_EVENTS) -> Self:
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
            writer = cls(folder, lock, segment_bytes, most_kept)
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
        """Sequence number of the last event that was appended; 0 in an empty journal."""
        return self._seq

    @property
    def kept(self) -> int:
        """How many events are in memory only, because the file could not be written."""
        return self._seq - self._stands

    def append(self, at: float, event: Event) -> Recorded:
        """Append one event as `append_all` does, and return it with its number."""
        self.append_all(at, (event,))
        return Recorded(self._seq, at, event)

    def append_all(self, at: float, events: Sequence[Event]) -> None:
        """Give the events the next sequence numbers and write them, in one write; `at` is UTC seconds.

        What cannot be written is kept, and so is all that comes after it, until `catch_up` has written it.
        Raises `JournalWriteError` when no more can be kept, `UnwritableEventError` when an event has no line.
        After either none of these events is in the journal, and no number is lost.
        """
        seq, lines = self._seq, b""
        for event in events:
            seq += 1
            lines += format_line(Recorded(seq, at, event))
        if not self._kept:
            written = self._write(lines)
            if written < len(lines):
                self._kept.append(lines[written:])
        elif seq - self._stands <= self._most_kept:
            self._kept.append(lines)
        else:
            raise JournalWriteError(self.kept, self.trouble or "")
        self._seq = seq

    def catch_up(self) -> int:
        """Write what is kept, `CATCH_UP_BYTES` of it at most; return how many events stand that did not.

        It did not help if that is none: the file still cannot be written, `trouble` says why.
        """
        if not self._kept or (self._torn and not self._cut_back()):
            return 0
        if self._size >= self._segment_bytes:
            self._roll_over()
        before = self._stands
        written = self._write(self._next_kept())
        while self._kept and written >= len(self._kept[0]):
            written -= len(self._kept.popleft())
        if written:
            self._kept[0] = self._kept[0][written:]
        if not self._kept:
            self.trouble = None
        return self._stands - before

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

    def _write(self, lines: bytes) -> int:
        """Write what there is room for; return how many bytes of whole lines stand now."""
        if self._size >= self._segment_bytes:
            self._roll_over()
        try:
            written = os.write(self._fd, lines)
        except OSError as error:
            self.trouble = f"{self._path}: {error.strerror or error}"
            return 0
        if written < len(lines):
            self.trouble = f"{self._path}: room for {written} of {len(lines)} bytes"
            whole = lines.rfind(b"\n", 0, written) + 1
            self._size += whole
            self._stands += lines.count(b"\n", 0, whole)
            if whole < written:
                self._torn = True
                self._cut_back()
            return whole
        self._size += written
        self._stands += lines.count(b"\n")
        return written

    def _next_kept(self) -> bytes:
        """Join what is to be written next, up to where the segment is full."""
        room = self._segment_bytes - self._size
        most = min(room, CATCH_UP_BYTES) if room > 0 else CATCH_UP_BYTES
        batch, size = [], 0
        for lines in self._kept:
            batch.append(lines)
            size += len(lines)
            if size >= most:
                break
        return b"".join(batch)

    def _cut_back(self) -> bool:
        """Take away the piece of a line that a full disk let through; say whether it is gone."""
        try:
            os.ftruncate(self._fd, self._size)
        except OSError as error:
            self.trouble = f"{self._path}: {error.strerror or error}"
            return False
        self._torn = False
        return True

    def _roll_over(self) -> None:
        path = segment_path(self._folder, self._stands + 1)
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
            self._seq = self._stands = first_seq - 1
            return
        start = _line_feed_before(self._fd, self._size - 1)
        line = os.pread(self._fd, self._size - start, start)
        self._seq = self._stands = read_sequence(line, file=str(self._path), offset=start)


def _line_feed_before(fd: int, end: int) -> int:
    """Find where the last whole line before byte `end` ends: the byte after its line feed, or 0."""
    while end > 0:
        start = max(0, end - LINE_LIMIT)
        found = os.pread(fd, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
