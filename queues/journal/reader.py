"""Read the journal from any place on, and go on reading as it grows.

Owns the walk over segments and lines. A line counts once its line feed stands: what a kill or a full disk
left without one is passed over until the writer has cut it off. Never writes, never waits; whoever follows
chooses when to poll. Knows no database.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Self

from queues.journal.errors import JournalGapError, JournalMissingError, UnreadableLineError
from queues.journal.format import LINE_LIMIT, parse_line, read_sequence
from queues.journal.segments import Segment, list_segments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from routing.events import Recorded

CHUNK_BYTES = 4 * LINE_LIMIT
"""Most bytes that one poll reads: about 1,500 events, so that a backlog is taken in batches."""

# A quote within a text is escaped, so these stand only where an event's name stands.
_START = b'"event":"EngineStarted"'
_START_IS_OVER = b'"event":"RestorationEnded"'
_STANDING = re.compile(
    rb'"event":"(?:EngineStarted|ClockStepped|AsteriskConnected|AgentPaused|AgentAutoPaused|AgentResumed)"'
)
"""What stands until the next of its kind, or to the run's end, and is of use however old it is."""


class JournalTail:
    """The events after `after_seq`, in order, each once, as they come to stand in the journal.

    A folder that does not exist yet is an empty journal. A journal whose beginning has been deleted is read
    from where it now begins, if `after_seq` is 0.
    """

    __slots__ = ("_after", "_fd", "_folder", "_offset", "_seen", "_segment", "anchor")

    def __init__(self, folder: Path, after_seq: int = 0) -> None:
        self._folder = folder
        self._after = after_seq
        self._seen = 0  # the last line walked over, also before `after_seq`
        self._fd = -1
        self._segment: Segment | None = None
        self._offset = 0
        self.anchor: Recorded | None = None
        """The event at `after_seq`, once polled, if it still stands: tells if this is the same journal."""

    @property
    def position(self) -> int:
        """Sequence number of the last event given out, or `after_seq`."""
        return max(self._after, self._seen)

    def poll(self) -> list[Recorded]:
        """Return what has come since, or an empty list; at most `CHUNK_BYTES` of it.

        Raises `UnreadableLineError` for a damaged line and `JournalGapError` where events are missing.
        """
        while True:
            if self._segment is None and not self._open_first():
                return []
            data = os.pread(self._fd, CHUNK_BYTES, self._offset)
            end = data.rfind(b"\n") + 1
            if end:
                events = self._read(data[:end])
                if events:
                    return events
            elif len(data) > LINE_LIMIT:
                got = f"more than {LINE_LIMIT} bytes without an end"
                raise UnreadableLineError(self._file, self._offset, got, "one event")
            elif not self._open_next():
                return []

    def close(self) -> None:
        """Close the segment that is open; closing again does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
        self._segment = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _file(self) -> str:
        return str(self._segment.path) if self._segment else str(self._folder)

    def _read(self, lines: bytes) -> list[Recorded]:
        events: list[Recorded] = []
        for line in lines.splitlines(keepends=True):
            if self._seen < self._after:
                seq = read_sequence(line, file=self._file, offset=self._offset)
                if seq == self._after:
                    self.anchor = parse_line(line, file=self._file, offset=self._offset)
            else:
                recorded = parse_line(line, file=self._file, offset=self._offset)
                seq = recorded.seq
                events.append(recorded)
            if seq != self._seen + 1:
                raise UnreadableLineError(self._file, self._offset, f"event {seq}", f"event {self._seen + 1}")
            self._seen = seq
            self._offset += len(line)
        return events

    def _open_first(self) -> bool:
        segments = list_segments(self._folder)
        if not segments:
            return False
        before = [segment for segment in segments if segment.first_seq <= self._after + 1]
        if not before and self._after:
            got = f"a first segment that begins with event {segments[0].first_seq}"
            raise JournalGapError(self._folder, got, f"event {self._after + 1}")
        self._open(before[-1] if before else segments[0])
        return True

    def _open_next(self) -> bool:
        """Go on to the next segment if there is one; it begins with the event after the last one read."""
        assert self._segment is not None  # noqa: S101  poll opens one before it reads
        later = [
            segment for segment in list_segments(self._folder) if segment.first_seq > self._segment.first_seq
        ]
        if later and later[0].first_seq == self._seen + 1:
            self._open(later[0])
            return True
        if later:
            # Whoever rolled over had written every line before: they stand here now, or nowhere.
            if b"\n" in os.pread(self._fd, CHUNK_BYTES, self._offset):
                return True
            got = f"a segment that begins with event {later[0].first_seq}"
            raise JournalGapError(self._folder, got, f"event {self._seen + 1}")
        if self._seen < self._after:
            # Only what stood here was ever given out, so these events stood here once.
            raise JournalGapError(self._folder, f"an end after event {self._seen}", f"event {self._after}")
        return False

    def _open(self, segment: Segment) -> None:
        fd = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
        self.close()
        self._fd, self._segment, self._offset = fd, segment, 0
        self._seen = segment.first_seq - 1


def read_journal(folder: Path, after_seq: int = 0) -> Iterator[Recorded]:
    """Give the events after `after_seq` that stand in the journal now, in order.

    Raises `JournalMissingError` when there is no such folder, else as `JournalTail.poll`.
    """
    if not folder.is_dir():
        raise JournalMissingError(folder)
    with JournalTail(folder, after_seq) as tail:
        while events := tail.poll():
            yield from events


def read_since_start(folder: Path, horizon: float) -> Iterator[Recorded]:
    """Give the events since the last start of an engine that went well, so far as they stand in the journal.

    A start went well when it came to its `RestorationEnded`: before it every contact that was open stands
    anew. Of segments that ended before `horizon` (UTC seconds), unless one is the newest, only what stands
    until it is changed is given: an engine may run for months. Never is more than one segment in memory.
    Raises `UnreadableLineError` for a damaged line. A journal that does not exist is empty.
    """
    wanted, place = _START_IS_OVER, -1
    segments: list[Segment] = []  # newest first
    whole = 0  # so many of them are given whole
    for segment in reversed(list_segments(folder)):
        if whole == len(segments) and (not segments or segment.path.stat().st_mtime >= horizon):
            whole += 1
        segments.append(segment)
        wanted, place = _find_start(segment.path.read_bytes(), wanted)
        if place >= 0:
            break
    offset = max(place, 0)
    while segments:
        read = _read_lines if len(segments) <= whole else _read_standing
        yield from read(segments.pop().path, offset)
        offset = 0


def _read_lines(file: Path, offset: int) -> Iterator[Recorded]:
    with file.open("rb") as lines:
        lines.seek(offset)
        for line in lines:
            if line.endswith(b"\n"):
                yield parse_line(line, file=str(file), offset=offset)
            offset += len(line)


def _read_standing(file: Path, offset: int) -> Iterator[Recorded]:
    data = file.read_bytes()
    for found in _STANDING.finditer(data, offset):
        begin, end = data.rfind(b"\n", 0, found.start()) + 1, data.find(b"\n", found.end()) + 1
        if end:
            yield parse_line(data[begin:end], file=str(file), offset=begin)


def _find_start(data: bytes, wanted: bytes) -> tuple[bytes, int]:
    """Look for the last good start's end and, before that, its beginning, in whole lines only.

    Returns what is still to be found in earlier segments, and the offset of the line with which the start
    began, or -1.
    """
    end = data.rfind(b"\n") + 1
    if wanted == _START_IS_OVER:
        end = data.rfind(_START_IS_OVER, 0, end)
        if end < 0:
            return _START_IS_OVER, -1
    place = data.rfind(_START, 0, end)
    return _START, data.rfind(b"\n", 0, place) + 1 if place >= 0 else -1
