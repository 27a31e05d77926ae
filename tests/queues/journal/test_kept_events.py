"""Events that cannot be written: kept in order, written once when there is room, never in pieces."""

from __future__ import annotations

import fcntl
import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.journal.errors import JournalWriteError, UnwritableEventError
from queues.journal.format import format_line
from queues.journal.reader import JournalTail, read_journal
from queues.journal.segments import list_segments
from queues.journal.writer import CATCH_UP_BYTES, JournalWriter
from routing.events import CallerQueued, ClockStepped, Event, PromptEnded, PromptPlayed, Recorded, TimerFired
from tests.fakes.full_disk import disk_full_at, no_more_files
from tests.queues.journal.events import EVENTS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

pytestmark = pytest.mark.thorough

GROUP: list[Event] = [
    PromptEnded("c"),
    CallerQueued("c", "school", 1.0),
    PromptPlayed("c", "wait", ("wait",)),
]


def recorded(first_seq: int, at: float, events: list[Event]) -> list[Recorded]:
    return [Recorded(seq, at, event) for seq, event in enumerate(events, first_seq)]


def size_of(folder: Path) -> int:
    """Return the size of the last segment."""
    return list_segments(folder)[-1].path.stat().st_size


def test_an_input_and_its_decisions_are_one_write(tmp_path: Path) -> None:
    lines = [format_line(event) for event in recorded(1, 1.0, GROUP)]
    with JournalWriter.open(tmp_path) as writer:
        with disk_full_at(5):
            writer.append_all(1.0, GROUP)
        file = tmp_path / "000000000001.jsonl"
        assert writer.trouble == f"{file}: room for 5 of {len(b''.join(lines))} bytes"
        writer.catch_up()
        assert file.read_bytes() == b"".join(lines)


def test_events_that_belong_together_stand_in_one_segment(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, segment_bytes=1) as writer:
        writer.append_all(1.0, GROUP)
        writer.append_all(2.0, GROUP)
        with disk_full_at(0):
            writer.append_all(3.0, GROUP)
            writer.append_all(4.0, GROUP)
        while writer.catch_up():
            pass
    assert [segment.first_seq for segment in list_segments(tmp_path)] == [1, 4, 7, 10]


def test_whatever_room_there_is_whole_lines_stand_and_the_rest_follows(tmp_path: Path) -> None:
    expected = recorded(1, 0.0, GROUP) + recorded(4, 1.0, GROUP)
    for room in range(sum(len(format_line(event)) for event in recorded(1, 0.0, GROUP)) + 1):
        folder = tmp_path / str(room)
        with JournalWriter.open(folder) as writer:
            with disk_full_at(room):
                writer.append_all(0.0, GROUP)
                writer.append_all(1.0, GROUP)
                stands = list(read_journal(folder))
                assert stands == expected[: len(stands)]
                assert (writer.kept, writer.last_seq) == (6 - len(stands), 6)
                assert writer.catch_up() == 0
            assert size_of(folder) == sum(len(format_line(event)) for event in stands)
            assert writer.catch_up() == 6 - len(stands)
            assert (writer.kept, writer.trouble) == (0, None)
            after = writer.append(2.0, TimerFired())
        assert list(read_journal(folder)) == [*expected, after]


def test_what_comes_later_never_overtakes_what_is_kept(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as writer:
        with disk_full_at(0):
            first = writer.append(0.0, TimerFired())
        second = writer.append(1.0, TimerFired())  # there is room again, but nobody has caught up
        assert list(read_journal(tmp_path)) == []
        assert writer.catch_up() == 2
        assert list(read_journal(tmp_path)) == [first, second]


def test_nothing_kept_is_nothing_to_catch_up_with(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, segment_bytes=1) as writer:
        writer.append(0.0, TimerFired())
        assert writer.catch_up() == 0
    assert len(list_segments(tmp_path)) == 1


def test_much_is_written_in_pieces(tmp_path: Path) -> None:
    event = PromptEnded("c" * 1000)
    with JournalWriter.open(tmp_path) as writer:
        with disk_full_at(0):
            kept = [writer.append(float(i), event) for i in range(2500)]
        pieces = []
        before = 0
        while writer.catch_up():
            pieces.append(size_of(tmp_path) - before)
            before = size_of(tmp_path)
        assert len(pieces) == 3
        assert max(pieces) <= CATCH_UP_BYTES + len(format_line(kept[-1]))
    assert list(read_journal(tmp_path)) == kept


def test_more_than_can_be_kept_is_refused_input_and_decisions_together(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, most_kept=7) as writer:
        file = tmp_path / "000000000001.jsonl"
        with disk_full_at(0):
            writer.append_all(0.0, GROUP)
            writer.append_all(1.0, GROUP)
            for _ in range(3):
                with pytest.raises(JournalWriteError) as raised:
                    writer.append_all(2.0, GROUP)
            last = writer.append(3.0, TimerFired())
            assert writer.kept == 7
        assert str(raised.value) == (
            f"journal {file}: File too large; 6 events are kept in memory, and no more can be"
        )
        writer.catch_up()
        after = writer.append(4.0, TimerFired())
    assert list(read_journal(tmp_path)) == [
        *recorded(1, 0.0, GROUP),
        *recorded(4, 1.0, GROUP),
        last,
        after,
    ]


def test_an_event_without_a_line_takes_those_with_it_that_belong_to_it(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as writer:
        with pytest.raises(UnwritableEventError):
            writer.append_all(0.0, [TimerFired(), ClockStepped(float("nan"))])
        after = writer.append(1.0, TimerFired())
    assert list(read_journal(tmp_path)) == [after]
    assert after.seq == 1


def test_numbers_have_no_gap_after_a_run_that_ended_with_events_kept(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as writer:
        first = writer.append(0.0, TimerFired())
        with disk_full_at(size_of(tmp_path) + 3):
            writer.append_all(1.0, GROUP)
    with JournalWriter.open(tmp_path) as writer:
        assert writer.repair is None
        second = writer.append(2.0, TimerFired())
    assert list(read_journal(tmp_path)) == [first, second]
    assert second.seq == 2


def test_nothing_is_written_behind_a_piece_that_cannot_be_taken_away(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as writer:
        sealed = os.memfd_create("segment", os.MFD_ALLOW_SEALING)
        fcntl.fcntl(sealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        os.dup2(sealed, writer._fd)
        with disk_full_at(5):
            writer.append_all(0.0, GROUP)
        assert (writer.catch_up(), writer.kept) == (0, 3)
        assert writer.trouble == f"{tmp_path}/000000000001.jsonl: Operation not permitted"
        assert os.pread(sealed, 100, 0) == format_line(Recorded(1, 0.0, GROUP[0]))[:5]
        os.close(sealed)


class Try(NamedTuple):
    """Append these events, or catch up if there are none, while the disk has room for so many bytes."""

    events: list[Event]
    room: int | None
    can_open: bool


TRIES = st.builds(Try, st.lists(EVENTS, max_size=4), st.none() | st.integers(0, 600), st.booleans())


@settings(max_examples=150)
@given(tries=st.lists(TRIES, max_size=15), segment_bytes=st.sampled_from([1, 300, 1_000_000]))
def test_any_failures_lose_nothing_double_nothing_and_break_no_line(
    tmp_path_factory: pytest.TempPathFactory, tries: list[Try], segment_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    appended: list[Recorded] = []
    seen: list[Recorded] = []
    with JournalWriter.open(folder, segment_bytes=segment_bytes) as writer, JournalTail(folder) as tail:

        def look() -> None:
            """Read on as the follower does; what has once been seen is never seen again."""
            for segment in list_segments(folder):
                assert segment.path.read_bytes()[-1:] in (b"", b"\n")
            while new := tail.poll():
                seen.extend(new)
            assert seen == appended[: len(seen)]
            assert len(appended) - len(seen) == writer.kept

        for i, (events, room, can_open) in enumerate(tries):
            limit: AbstractContextManager[None] = (
                nullcontext() if room is None else disk_full_at(size_of(folder) + room)
            )
            with limit, nullcontext() if can_open else no_more_files():
                if events:
                    writer.append_all(float(i), events)
                    appended += recorded(len(appended) + 1, float(i), events)
                else:
                    writer.catch_up()
            look()
        while writer.catch_up():
            pass
        look()
    assert seen == appended
    assert list(read_journal(folder)) == appended
    with JournalWriter.open(folder) as writer:
        assert (writer.last_seq, writer.repair) == (len(appended), None)
