"""The writer: one whole line per event, whatever the disk and the kill do."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from queues.journal.errors import (
    JournalInUseError,
    JournalUnwritableError,
    UnreadableLineError,
    UnwritableEventError,
)
from queues.journal.format import format_line
from queues.journal.reader import read_journal
from queues.journal.segments import list_segments
from queues.journal.writer import JournalWriter, Repair
from routing.events import ClockStepped, EngineStarted, Event, PromptEnded, Recorded, TimerFired

if TYPE_CHECKING:
    from pathlib import Path

EVENTS: list[Event] = [EngineStarted("1"), TimerFired(), PromptEnded("c-1"), PromptEnded("c-2"), TimerFired()]


def write(folder: Path, events: list[Event] = EVENTS, segment_bytes: int = 1_000_000) -> list[Recorded]:
    with JournalWriter.open(folder, segment_bytes=segment_bytes) as writer:
        return [writer.append(float(i), event) for i, event in enumerate(events)]


def test_events_get_consecutive_numbers_and_stand_at_once(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path / "new" / "journal") as writer:
        first = writer.append(10.0, TimerFired())
        second = writer.append(11.0, PromptEnded("c"))
        assert [Recorded(1, 10.0, TimerFired()), Recorded(2, 11.0, PromptEnded("c"))] == [first, second]
        assert (
            format_line(first) + format_line(second)
            == (tmp_path / "new/journal/000000000001.jsonl").read_bytes()
        )
        assert writer.last_seq == 2


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    write(tmp_path / "journal")
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "journal/000000000001.jsonl").stat().st_mode) == 0o600


def test_numbers_go_on_after_reopening(tmp_path: Path) -> None:
    written = write(tmp_path) + write(tmp_path)
    assert list(range(1, 11)) == [recorded.seq for recorded in written]
    assert written == list(read_journal(tmp_path))


def test_a_full_segment_is_followed_by_one_named_after_its_first_event(tmp_path: Path) -> None:
    written = write(tmp_path, segment_bytes=60) + write(tmp_path, segment_bytes=60)
    assert [(segment.first_seq, segment.path.name) for segment in list_segments(tmp_path)][:3] == [
        (1, "000000000001.jsonl"),
        (3, "000000000003.jsonl"),
        (5, "000000000005.jsonl"),
    ]
    assert written == list(read_journal(tmp_path))


@pytest.mark.parametrize("segment_bytes", [60, 1_000_000])
def test_a_kill_at_any_byte_loses_no_whole_event_and_leaves_no_torn_one(
    tmp_path: Path, segment_bytes: int
) -> None:
    written = write(tmp_path / "whole", segment_bytes=segment_bytes)
    last = list_segments(tmp_path / "whole")[-1]
    before = [recorded for recorded in written if recorded.seq < last.first_seq]
    in_last = [recorded for recorded in written if recorded.seq >= last.first_seq]
    content = last.path.read_bytes()
    for cut in range(len(content) + 1):
        folder = tmp_path / f"cut-{cut}"
        folder.mkdir()
        for segment in list_segments(tmp_path / "whole")[:-1]:
            (folder / segment.path.name).write_bytes(segment.path.read_bytes())
        torn = folder / last.path.name
        torn.write_bytes(content[:cut])
        whole = content[:cut].rfind(b"\n") + 1
        survivors = before + in_last[: content[:cut].count(b"\n")]
        assert survivors == list(read_journal(folder))
        with JournalWriter.open(folder) as writer:
            expected = Repair(torn, whole, cut - whole) if cut > whole else None
            assert expected == writer.repair
            assert len(survivors) == writer.last_seq
            added = writer.append(99.0, TimerFired())
        assert [*survivors, added] == list(read_journal(folder))


def test_a_second_engine_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path), pytest.raises(JournalInUseError) as raised:
        JournalWriter.open(tmp_path)
    assert f"journal {tmp_path}: another engine writes here; stop it, or use another state folder" == str(
        raised.value
    )
    JournalWriter.open(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalUnwritableError) as raised:
        JournalWriter.open(tmp_path / "file" / "journal")
    reason = "cannot be written: Not a directory; expected a folder this user may write in"
    assert f"journal {tmp_path}/file/journal: {reason}" == str(raised.value)


def test_a_last_line_that_is_no_event_is_not_written_over(tmp_path: Path) -> None:
    write(tmp_path)
    file = tmp_path / "000000000001.jsonl"
    offset = file.stat().st_size
    with file.open("ab") as stream:
        stream.write(b"rubbish\n")
    with pytest.raises(UnreadableLineError) as raised:
        JournalWriter.open(tmp_path)
    assert offset == raised.value.offset
    file.write_bytes(file.read_bytes()[:offset])
    JournalWriter.open(tmp_path).close()  # the failed opening kept no lock


def test_an_event_that_has_no_line_costs_no_number(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as writer:
        with pytest.raises(UnwritableEventError):
            writer.append(0.0, ClockStepped(float("nan")))
        assert writer.append(0.0, TimerFired()).seq == 1


def test_a_segment_that_cannot_be_begun_keeps_events_in_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "000000000002.jsonl").mkdir(parents=True)
    (tmp_path / "000000000002.jsonl").rmdir()
    with JournalWriter.open(tmp_path, segment_bytes=1) as writer:
        writer.append(0.0, TimerFired())
        (tmp_path / "000000000002.jsonl").mkdir()  # in the way
        assert writer.append(1.0, TimerFired()).seq == 2
        (tmp_path / "000000000002.jsonl").rmdir()
        assert writer.append(2.0, TimerFired()).seq == 3
    assert [s.path.name for s in list_segments(tmp_path)] == ["000000000001.jsonl", "000000000003.jsonl"]
    assert [recorded.seq for recorded in read_journal(tmp_path)] == [1, 2, 3]
