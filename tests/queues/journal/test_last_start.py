"""What a new run reads of the journal: from the last start that went well, and no older than the horizon."""

from __future__ import annotations

import os
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.journal.errors import UnreadableLineError
from queues.journal.format import format_line
from queues.journal.reader import read_since_start
from queues.journal.segments import list_segments
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentPaused,
    AgentResumed,
    AsteriskConnected,
    EngineStarted,
    Event,
    PromptEnded,
    Recorded,
    RestorationEnded,
    TimerFired,
)

if TYPE_CHECKING:
    from pathlib import Path

START, READY, TICK = EngineStarted("1"), RestorationEnded(0), TimerFired()
ONE_SEGMENT, EACH_ITS_OWN = 1_000_000, 1
LOOKS_LIKE_A_START = PromptEnded('","event":"EngineStarted"')
STREAMS = st.lists(st.sampled_from([START, READY, TICK, LOOKS_LIKE_A_START]), max_size=20)


def write(folder: Path, events: list[Event], segment_bytes: int) -> list[Recorded]:
    with JournalWriter.open(folder, segment_bytes=segment_bytes) as writer:
        return [writer.append(float(i), event) for i, event in enumerate(events)]


def read(folder: Path, horizon: float = 0.0) -> list[Recorded]:
    return list(read_since_start(folder, horizon))


@pytest.mark.parametrize("segment_bytes", [ONE_SEGMENT, 100, EACH_ITS_OWN])
@pytest.mark.parametrize(
    ("before", "since"),
    [
        pytest.param([], [START, READY, TICK], id="the only start"),
        pytest.param([START, READY, TICK], [START, READY, TICK], id="the later of two"),
        pytest.param([START, READY, TICK], [START, READY], id="one that is just over"),
        pytest.param([START, READY], [START, READY, START, TICK], id="the last is unfinished"),
        pytest.param([START, READY], [START, READY, START, START, TICK], id="the last two are unfinished"),
        pytest.param([START], [START, READY, TICK], id="the first was unfinished"),
        pytest.param([], [START, TICK, START], id="none went well"),
        pytest.param([], [TICK, READY, TICK], id="its beginning has been deleted"),
        pytest.param([START, READY], [START, READY, LOOKS_LIKE_A_START], id="a text like a start"),
    ],
)
def test_reading_begins_with_the_last_start_that_went_well(
    tmp_path: Path, before: list[Event], since: list[Event], segment_bytes: int
) -> None:
    written = write(tmp_path, before + since, segment_bytes)
    assert read(tmp_path) == written[len(before) :]


@given(stream=STREAMS, segment_bytes=st.sampled_from([EACH_ITS_OWN, 100, 300, ONE_SEGMENT]))
def test_any_stream_in_any_segments_is_read_from_the_same_event_on(
    tmp_path_factory: pytest.TempPathFactory, stream: list[Event], segment_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    written = write(folder, stream, segment_bytes)
    kinds = [type(event) for event in stream]
    ready = [i for i, kind in enumerate(kinds) if kind is RestorationEnded][-1:]
    starts = [i for i, kind in enumerate(kinds[: ready[0]] if ready else []) if kind is EngineStarted]
    assert read(folder) == written[starts[-1] if starts else 0 :]


def end_at(folder: Path, times: list[float]) -> None:
    """Let the segments have ended at these times."""
    for segment, when in zip(list_segments(folder), times, strict=True):
        os.utime(segment.path, (when, when))


def test_of_segments_that_ended_before_the_horizon_only_what_still_stands_is_read(tmp_path: Path) -> None:
    standing: list[Event] = [AsteriskConnected("1"), AgentPaused("anna"), AgentResumed("anna")]
    written = write(tmp_path, [TICK, START, READY, *standing, TICK, TICK, TICK], EACH_ITS_OWN)
    end_at(tmp_path, [100.0 * n for n in range(1, 10)])
    known = [written[1], *written[3:6]]
    assert read(tmp_path, 700.5) == known + written[7:]
    assert read(tmp_path, 700.0) == known + written[6:]
    assert read(tmp_path, 99.0) == written[1:]


def test_what_stands_is_found_among_the_rest_of_a_segment_and_not_in_its_texts(tmp_path: Path) -> None:
    looks_so = PromptEnded('","event":"AgentPaused"')
    stream: list[Event] = [TICK, START, TICK, looks_so, AgentPaused("anna"), READY, AgentPaused("bo")]
    written = write(tmp_path, stream, ONE_SEGMENT)
    write(tmp_path, [TICK], EACH_ITS_OWN)
    end_at(tmp_path, [100.0, 200.0])
    assert read(tmp_path, 150.0)[:-1] == [written[1], written[4], written[6]]


def test_the_newest_segment_is_read_however_old_it_is(tmp_path: Path) -> None:
    written = write(tmp_path, [START, READY, TICK], EACH_ITS_OWN)
    end_at(tmp_path, [100.0, 200.0, 300.0])
    assert read(tmp_path, 1000.0) == [written[0], written[2]]


@pytest.mark.parametrize("event", [TICK, READY], ids=["any event", "a start's end"])
def test_a_torn_last_line_counts_for_nothing(tmp_path: Path, event: Event) -> None:
    written = write(tmp_path, [START, READY, START], ONE_SEGMENT)
    line = format_line(Recorded(4, 0.0, event))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for cut in range(len(line)):
        file.write_bytes(whole + line[:cut])
        assert read(tmp_path) == written


def test_an_empty_journal_and_none_at_all_hold_no_event(tmp_path: Path) -> None:
    write(tmp_path / "empty", [], ONE_SEGMENT)
    assert read(tmp_path / "empty") == []
    assert read(tmp_path / "none") == []


def test_an_empty_last_segment_does_not_hide_the_one_before(tmp_path: Path) -> None:
    written = write(tmp_path, [START, READY, TICK], ONE_SEGMENT)
    (tmp_path / "000000000004.jsonl").touch()
    assert read(tmp_path) == written


def test_what_stands_before_a_damaged_line_is_given_and_the_line_named(tmp_path: Path) -> None:
    written = write(tmp_path, [START, READY, TICK], ONE_SEGMENT)
    (file,) = tmp_path.iterdir()
    offset = file.stat().st_size
    with file.open("ab") as stream:
        stream.write(b"rubbish\n")
    events = read_since_start(tmp_path, 0.0)
    assert [next(events) for _ in written] == written
    with pytest.raises(UnreadableLineError) as raised:
        next(events)
    assert (raised.value.file, raised.value.offset) == (str(file), offset)


def test_no_more_than_one_segment_is_in_memory(tmp_path: Path) -> None:
    segment_bytes = 1_000_000
    write(tmp_path, [START, READY, *[PromptEnded("c" * 10_000)] * 500], segment_bytes)
    assert len(list_segments(tmp_path)) > 4
    tracemalloc.start()
    try:
        for _ in read_since_start(tmp_path, 0.0):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.2 * segment_bytes
