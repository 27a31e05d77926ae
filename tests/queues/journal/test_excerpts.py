"""Excerpts: one file by itself, few kinds of events at the disk's pace, and gaps that are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from queues.journal.errors import JournalGapError, JournalMissingError, UnreadableLineError
from queues.journal.excerpts import last_sequence, read_kinds, read_segments, segments_of
from queues.journal.format import format_line
from queues.journal.segments import segment_path
from routing.events import EngineStarted, PromptEnded, Recorded, ScriptEnded, TimerFired

if TYPE_CHECKING:
    from pathlib import Path

    from routing.events import Event

HAPPENED: list[Event] = [
    EngineStarted("1"),
    TimerFired(),
    PromptEnded("c1"),
    EngineStarted("2"),
    TimerFired(),
    TimerFired(),
]
EVENTS = [Recorded(seq, 100.0 + seq, event) for seq, event in enumerate(HAPPENED, start=1)]


def write(folder: Path, first: int, last: int, tail: bytes = b"") -> Path:
    """Write these events as one segment, and what else stands behind them."""
    path = segment_path(folder, first)
    path.write_bytes(b"".join(map(format_line, EVENTS[first - 1 : last])) + tail)
    return path


def test_events_of_several_files_come_in_order_from_where_they_are_wanted(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    write(tmp_path, 3, 4)
    write(tmp_path, 5, 6)
    segments = segments_of(tmp_path)
    assert list(read_segments(segments)) == EVENTS
    assert list(read_segments(segments, 4)) == EVENTS[3:]
    assert last_sequence(segments) == 6


def test_one_file_is_read_by_itself_and_may_be_the_middle(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    middle = write(tmp_path, 3, 4)
    assert list(read_segments(segments_of(middle))) == EVENTS[2:4]


def test_a_line_without_its_end_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, 1, 3, b'{"seq":4,"at":1')
    segments = segments_of(tmp_path)
    assert list(read_segments(segments)) == EVENTS[:3]
    assert last_sequence(segments) == 3


def test_only_the_events_of_some_kinds_are_read(tmp_path: Path) -> None:
    write(tmp_path, 1, 3)
    write(tmp_path, 4, 6)
    found = list(read_kinds(segments_of(tmp_path), (EngineStarted, PromptEnded)))
    assert found == [EVENTS[0], EVENTS[2], EVENTS[3]]


def test_a_kind_that_stands_in_a_text_is_not_that_kind(tmp_path: Path) -> None:
    said = Recorded(1, 1.0, ScriptEnded("c1", '"event":"EngineStarted"'))
    segment_path(tmp_path, 1).write_bytes(format_line(said))
    assert list(read_kinds(segments_of(tmp_path), (EngineStarted,))) == []


def test_missing_events_are_told(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    write(tmp_path, 4, 6)
    with pytest.raises(JournalGapError, match="got a segment that begins with event 4, expected event 3"):
        list(read_segments(segments_of(tmp_path)))


def test_a_wrong_number_is_told_with_its_place(tmp_path: Path) -> None:
    segment_path(tmp_path, 1).write_bytes(format_line(EVENTS[0]) + format_line(EVENTS[2]))
    with pytest.raises(UnreadableLineError, match="got event 3, expected event 2"):
        list(read_segments(segments_of(tmp_path)))


def test_a_journal_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="ascii")
    for path in (tmp_path / "none", tmp_path / "notes.txt"):
        with pytest.raises(JournalMissingError):
            segments_of(path)


def test_an_empty_journal_has_no_last_event(tmp_path: Path) -> None:
    assert last_sequence(segments_of(tmp_path)) == 0
