"""The scribe: while the journal cannot be written nothing is lost, little is said, and it is tried again."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from ivr.scribe import RETRY_S, Scribe
from queues.journal.reader import read_journal
from queues.journal.writer import CATCH_UP_BYTES, JournalWriter
from routing.events import CallerQueued, ClockStepped, PromptEnded, TimerFired
from tests.fakes.full_disk import disk_full_at
from tests.ivr.agi.virtual import now, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from routing.events import Event

GROUP: list[Event] = [PromptEnded("c"), CallerQueued("c", "school", 1.0)]
FULL = "the journal cannot be written: {file}: File too large"
KEPT = f"{FULL}; events are kept in memory"


@pytest.fixture(autouse=True)
def _every_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ivr.scribe")


def said(caplog: pytest.LogCaptureFixture, folder: Path) -> list[str]:
    """Return what the scribe has said, the segment's path as `{file}`."""
    return [message.replace(f"{folder}/000000000001.jsonl", "{file}") for message in caplog.messages]


def events(folder: Path) -> list[Event]:
    return [recorded.event for recorded in read_journal(folder)]


def with_scribe(
    folder: Path, story: Callable[[Scribe, JournalWriter], Awaitable[None]], most_kept: int = 100_000
) -> None:
    """Let `story` happen in virtual time with a scribe on a real journal; then close both."""

    async def main() -> None:
        with JournalWriter.open(folder, most_kept=most_kept) as journal:
            scribe = Scribe(journal)
            await story(scribe, journal)
            scribe.close()

    run(main())


def test_a_disk_with_room_is_nothing_to_speak_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        scribe.write(1.0, GROUP)
        assert events(tmp_path) == GROUP

    with_scribe(tmp_path, story)
    assert said(caplog, tmp_path) == []


def test_events_are_kept_and_written_within_a_second_after_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        scribe.write(1.0, [TimerFired()])
        with disk_full_at((tmp_path / "000000000001.jsonl").stat().st_size):
            scribe.write(2.0, GROUP)
            await asyncio.sleep(60)
            scribe.write(3.0, GROUP)
            assert events(tmp_path) == [TimerFired()]
            assert said(caplog, tmp_path) == [KEPT]
        await asyncio.sleep(RETRY_S)
        assert events(tmp_path) == [TimerFired(), *GROUP, *GROUP]
        scribe.write(4.0, [TimerFired()])
        assert events(tmp_path) == [TimerFired(), *GROUP, *GROUP, TimerFired()]

    with_scribe(tmp_path, story)
    assert said(caplog, tmp_path) == [
        KEPT,
        "the journal can be written again: 4 events that were kept stand in it",
    ]


def test_a_second_full_disk_is_told_as_the_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        for _round in range(2):
            with disk_full_at(0):
                scribe.write(1.0, GROUP)
            await asyncio.sleep(RETRY_S)

    with_scribe(tmp_path, story)
    over = "the journal can be written again: 2 events that were kept stand in it"
    assert said(caplog, tmp_path) == [KEPT, over, KEPT, over]
    assert events(tmp_path) == [*GROUP, *GROUP]


def test_much_that_was_kept_is_written_without_pauses_and_without_holding_up_the_calls(
    tmp_path: Path,
) -> None:
    async def story(scribe: Scribe, journal: JournalWriter) -> None:
        with disk_full_at(0):
            for _round in range(3 * CATCH_UP_BYTES // 1000):
                scribe.write(1.0, [PromptEnded("c" * 1000)])
        began = now()
        turns = 0
        await asyncio.sleep(RETRY_S)
        while journal.kept:
            turns += 1
            await asyncio.sleep(0)
        assert turns >= 3
        assert now() == began + RETRY_S

    with_scribe(tmp_path, story)


def test_the_end_is_the_last_try(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        with disk_full_at(0):
            scribe.write(1.0, GROUP)
        scribe.close()
        assert events(tmp_path) == GROUP

    with_scribe(tmp_path, story)
    assert said(caplog, tmp_path) == [
        KEPT,
        "the journal can be written again: 2 events that were kept stand in it",
    ]


def test_what_is_lost_at_the_end_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        with disk_full_at(0):
            scribe.write(1.0, GROUP)
            scribe.close()
            await asyncio.sleep(60)

    with_scribe(tmp_path, story)
    assert said(caplog, tmp_path) == [KEPT, f"{FULL}; 2 events are lost"]


def test_beyond_what_can_be_kept_losses_are_counted_and_told_ever_more_seldom(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        with disk_full_at(0):
            for _round in range(12):
                scribe.write(1.0, GROUP)
        await asyncio.sleep(RETRY_S)

    with_scribe(tmp_path, story, most_kept=4)
    no_more = "journal {file}: File too large; 4 events are kept in memory, and no more can be"
    assert said(caplog, tmp_path) == [
        KEPT,
        *[f"{lost} events are lost: {no_more}" for lost in (2, 4, 8, 16)],
        "the journal can be written again: 4 events that were kept stand in it, 20 are lost",
    ]
    assert events(tmp_path) == [*GROUP, *GROUP]


def test_an_event_that_no_disk_could_take_is_missing_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(scribe: Scribe, _: JournalWriter) -> None:
        scribe.write(1.0, [ClockStepped(float("nan"))])
        scribe.write(1.0, GROUP)

    with_scribe(tmp_path, story)
    assert said(caplog, tmp_path) == [
        (
            "events are missing in the log, 1 of them: journal: a ClockStepped cannot be written: "
            "a field is neither text nor a finite number"
        )
    ]
    assert events(tmp_path) == GROUP
