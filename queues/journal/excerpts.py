"""Read one file of the journal by itself, or only the few events of some kinds, without waiting.

Owns the quick search for lines by an event's name. A line counts once its line feed stands. Never is more
than one file in memory. Knows no database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from queues.journal.errors import JournalGapError, JournalMissingError, UnreadableLineError
from queues.journal.format import parse_line, read_sequence
from queues.journal.segments import NAME, Segment, list_segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from routing.events import Event, Recorded


def segments_of(journal: Path) -> list[Segment]:
    """List the files of a journal: of its folder, or the one that is named.

    Raises `JournalMissingError` where there is neither.
    """
    if journal.is_dir():
        return list_segments(journal)
    if journal.is_file() and NAME.fullmatch(journal.name):
        return [Segment(int(journal.stem), journal)]
    raise JournalMissingError(journal)


def read_segments(segments: Sequence[Segment], from_seq: int = 0) -> Iterator[Recorded]:
    """Give the events of these files from event `from_seq` on, in order.

    Raises `UnreadableLineError` for a damaged line, and `JournalGapError` where events are missing.
    """
    later = [segment.first_seq for segment in segments[1:]]
    wanted: int | None = None
    for segment, ends_before in zip(segments, [*later, None], strict=True):
        if ends_before is not None and ends_before <= from_seq:
            continue
        if wanted is not None and segment.first_seq != wanted:
            got = f"a segment that begins with event {segment.first_seq}"
            raise JournalGapError(segment.path.parent, got, f"event {wanted}")
        wanted = segment.first_seq
        for recorded in _read(segment):
            wanted = recorded.seq + 1
            if recorded.seq >= from_seq:
                yield recorded


def read_kinds(segments: Iterable[Segment], kinds: Iterable[type[Event]]) -> Iterator[Recorded]:
    """Give only the events of these kinds, in order: at the disk's pace. Raises `UnreadableLineError`."""
    names = "|".join(kind.__name__ for kind in kinds)
    # A quote within a text is escaped, so this stands only where an event's name stands.
    wanted = re.compile(rf'"event":"(?:{names})"'.encode("ascii"))
    for segment in segments:
        data = segment.path.read_bytes()
        for found in wanted.finditer(data):
            begin, end = data.rfind(b"\n", 0, found.start()) + 1, data.find(b"\n", found.end()) + 1
            if end:
                yield parse_line(data[begin:end], file=str(segment.path), offset=begin)


def _read(segment: Segment) -> Iterator[Recorded]:
    offset, wanted = 0, segment.first_seq
    with segment.path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return  # being written, or cut off
            recorded = parse_line(line, file=str(segment.path), offset=offset)
            if recorded.seq != wanted:
                raise UnreadableLineError(
                    str(segment.path), offset, f"event {recorded.seq}", f"event {wanted}"
                )
            yield recorded
            wanted += 1
            offset += len(line)


def last_sequence(segments: Sequence[Segment]) -> int:
    """Return the number of the last whole event in these files; 0 when there is none."""
    for segment in reversed(segments):
        lines = segment.path.read_bytes()
        end = lines.rfind(b"\n")
        if end >= 0:
            begin = lines.rfind(b"\n", 0, end) + 1
            return read_sequence(lines[begin : end + 1], file=str(segment.path), offset=begin)
    return 0
