"""The reader: each whole event once, in order, from any place, across segments, while the journal grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.journal.errors import JournalGapError, JournalMissingError, UnreadableLineError
from queues.journal.format import LINE_LIMIT, format_line
from queues.journal.reader import JournalTail, read_journal
from queues.journal.segments import list_segments
from queues.journal.writer import JournalWriter
from routing.events import Event, PromptEnded, Recorded, TimerFired
from tests.queues.journal.events import EVENTS

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, count: int, segment_bytes: int = 150) -> list[Recorded]:
    """Write `count` events, about three to a segment."""
    with JournalWriter.open(folder, segment_bytes=segment_bytes) as writer:
        return [writer.append(float(i), PromptEnded(f"c-{i}")) for i in range(count)]


@pytest.mark.parametrize("after", range(12))
def test_reading_begins_after_any_event(tmp_path: Path, after: int) -> None:
    written = write(tmp_path, 11)
    assert written[after:] == list(read_journal(tmp_path, after))


def test_the_anchor_is_the_event_that_was_read_last_time(tmp_path: Path) -> None:
    written = write(tmp_path, 11)
    tail = JournalTail(tmp_path, 4)
    assert written[4:6] == tail.poll()[:2]
    assert written[3] == tail.anchor


def test_a_tail_waits_for_the_folder_and_the_first_event(tmp_path: Path) -> None:
    with JournalTail(tmp_path / "later") as tail:
        assert tail.poll() == []
        with JournalWriter.open(tmp_path / "later") as writer:
            assert tail.poll() == []
            event = writer.append(0.0, TimerFired())
            assert [event] == tail.poll()
            assert tail.poll() == []
            assert tail.position == 1


@settings(max_examples=60)
@given(events=st.lists(EVENTS, max_size=20), polls=st.sets(st.integers(0, 20)), after=st.integers(0, 5))
def test_polling_at_any_moments_gives_each_event_once(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], polls: set[int], after: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    after = min(after, len(events))
    seen: list[Recorded] = []
    written: list[Recorded] = []
    tail: JournalTail | None = None
    with JournalWriter.open(folder, segment_bytes=300) as writer:
        for i, event in enumerate(events):
            written.append(writer.append(float(i), event))
            if i in polls and i >= after:
                tail = tail or JournalTail(folder, after)
                seen += tail.poll()
                assert written[after:][: len(seen)] == seen
    tail = tail or JournalTail(folder, after)
    while new := tail.poll():
        seen += new
    tail.close()
    assert written[after:] == seen
    assert len(events) == tail.position


def test_a_line_under_way_is_seen_only_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "000000000001.jsonl"
    line = format_line(Recorded(1, 0.0, TimerFired()))
    with JournalTail(tmp_path) as tail, file.open("wb", buffering=0) as stream:
        for byte in line[:-1]:
            stream.write(bytes([byte]))
            assert tail.poll() == []
        stream.write(line[-1:])
        assert [Recorded(1, 0.0, TimerFired())] == tail.poll()


def test_a_torn_line_that_the_writer_cuts_off_was_never_seen(tmp_path: Path) -> None:
    written = write(tmp_path, 1)
    with (tmp_path / "000000000001.jsonl").open("ab") as stream:
        stream.write(b'{"seq":2,"at":0.0,"event":"PromptEnded","contact":"the old one, torn"')
    with JournalTail(tmp_path) as tail:
        assert written == tail.poll()
        assert tail.poll() == []
        with JournalWriter.open(tmp_path) as writer:
            new = writer.append(5.0, TimerFired())
        assert [new] == tail.poll()


def test_a_damaged_line_says_file_and_byte(tmp_path: Path) -> None:
    write(tmp_path, 3, segment_bytes=10_000)
    file = tmp_path / "000000000001.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"x" + lines[1][1:] + lines[2])
    with pytest.raises(UnreadableLineError) as raised:
        list(read_journal(tmp_path))
    assert (str(file), len(lines[0])) == (raised.value.file, raised.value.offset)


def test_a_line_without_end_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    (tmp_path / "000000000001.jsonl").write_bytes(b"x" * (LINE_LIMIT + 1))
    with pytest.raises(UnreadableLineError, match="more than 65536 bytes without an end"):
        list(read_journal(tmp_path))


def test_a_missing_line_is_found(tmp_path: Path) -> None:
    write(tmp_path, 3, segment_bytes=10_000)
    file = tmp_path / "000000000001.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[2])
    with pytest.raises(UnreadableLineError, match="got event 3, expected event 2"):
        list(read_journal(tmp_path))


def test_a_missing_segment_is_found(tmp_path: Path) -> None:
    write(tmp_path, 9)
    list_segments(tmp_path)[1].path.unlink()
    with pytest.raises(JournalGapError, match="got a segment that begins with event"):
        list(read_journal(tmp_path))


def test_a_journal_that_ends_before_what_was_read_is_not_the_same_journal(tmp_path: Path) -> None:
    write(tmp_path, 3)
    with pytest.raises(JournalGapError, match="got an end after event 3, expected event 7"):
        list(read_journal(tmp_path, 7))


def test_a_deleted_beginning_is_passed_over_only_by_who_begins(tmp_path: Path) -> None:
    written = write(tmp_path, 9)
    first, second = list_segments(tmp_path)[:2]
    first.path.unlink()
    assert written[second.first_seq - 1 :] == list(read_journal(tmp_path))
    assert written[second.first_seq - 1 :] == list(read_journal(tmp_path, second.first_seq - 1))
    with pytest.raises(JournalGapError, match="got a first segment that begins with event"):
        list(read_journal(tmp_path, 1))


def test_a_journal_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(JournalMissingError) as raised:
        list(read_journal(tmp_path / "none"))
    assert f"journal {tmp_path}/none: no such folder; the engine makes it when it starts" == str(raised.value)
