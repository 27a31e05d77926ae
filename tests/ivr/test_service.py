"""The whole engine on loopback: it serves callers whatever becomes of the call log, the follower and AMI."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Phase
from ivr.following import END_S as FOLLOWER_END_S
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerLost,
    ClockStepped,
    EngineStarted,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    Outcome,
    RestorationEnded,
    TelephoneState,
)
from tests.fakes.full_disk import disk_full_at
from tests.ivr.engines import CASE, Stand, engine_for, serving, settings_in, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ivr.settings import Settings
    from routing.events import Input

STORY_S = 8.0  # far longer than any story takes; the slow one says so itself
ANNA = "PJSIP/anna-00000002"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings for an engine of its own in `tmp_path`."""
    return settings_in(tmp_path)


def run(settings: Settings, story: Callable[[Stand], Awaitable[None]], most_s: float = STORY_S) -> None:
    """Let `story` happen; one that does not come to its end fails."""

    async def main() -> None:
        async with asyncio.timeout(most_s), serving(Stand(settings)) as stand:
            await story(stand)

    asyncio.run(main())


def locked_call_log(settings: Settings) -> closing[sqlite3.Connection]:
    """Hold the call log's lock until the connection is closed."""
    connection = sqlite3.connect(settings.state / "calls.sqlite", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return closing(connection)


# --- the call log ---


@pytest.mark.thorough
def test_a_call_log_locked_at_the_start_stops_no_caller_and_is_written_later(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(stand: Stand) -> None:
        await stand.waiting()
        await until(lambda: "database is locked; calls are answered all the same" in caplog.text)
        lock.close()
        await until(stand.is_logged)

    with locked_call_log(settings) as lock:  # of a log without tables
        run(settings, story)


def test_callers_stay_served_while_the_follower_cannot_be_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", str(settings.state / "no-such-python"))

    async def story(stand: Stand) -> None:
        before = await stand.waiting("c0")
        await until(lambda: "the call log's follower could not be started" in caplog.text)
        after = await stand.waiting()
        assert (before.closed, after.closed) == (False, False)
        assert stand.followers() == set()

    run(settings, story)


@pytest.mark.load  # the follower is given FOLLOWER_END_S
def test_the_engine_ends_in_peace_while_the_call_log_is_locked(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        await stand.waiting()
        await until(stand.is_logged)
        with locked_call_log(settings):
            stand.asterisk.emit("Hangup", Uniqueid=CASE)
            await until(lambda: stand.log(CallEnded) != [])
            await stand.stop()
            assert stand.followers() == set()
        assert stand.log(CallEnded) == [CallEnded(CASE, Outcome.ABANDONED, "caller")]

    run(settings, story, FOLLOWER_END_S + STORY_S)


def test_the_end_closes_sessions_ends_the_follower_and_frees_the_journal(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.waiting()
        await until(stand.is_logged)
        assert len(stand.followers()) == 1
        await stand.stop()
        await channel.reached(lambda c: c.closed)
        assert stand.followers() == set()
        JournalWriter.open(settings.journal).close()

    run(settings, story)


def test_an_event_that_a_kill_cut_off_is_told_of_and_the_journal_goes_on(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with JournalWriter.open(settings.journal) as journal:
        journal.append(1.0, ClockStepped(1.0))
    (last,) = settings.journal.glob("*.jsonl")
    with last.open("ab") as segment:
        segment.write(b'{"seq":2')

    async def story(stand: Stand) -> None:
        assert stand.events()[:2] == [ClockStepped(1.0), EngineStarted("0")]

    run(settings, story)
    warning = "the journal ended within an event: 8 bytes were cut off"
    assert caplog.record_tuples.count(("ivr.service", logging.WARNING, warning)) == 1


def test_what_stands_before_a_damaged_line_goes_on_in_the_new_run(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with JournalWriter.open(settings.journal) as journal:
        journal.append_all(1.0, [EngineStarted("0"), RestorationEnded(0), AgentPaused("anna")])
        (file,) = settings.journal.iterdir()
        offset = file.stat().st_size
        with file.open("ab") as stream:
            stream.write(b"rubbish\n")
        journal.append(2.0, AgentPaused("vera"))
    engine = engine_for(settings)
    engine._journal.close()
    assert engine._restored.paused == ("anna",)
    assert f"callers may have to begin again: journal {file}, line at byte {offset}: got" in caplog.text


# --- the disk is full ---


def test_calls_go_on_while_the_disk_is_full_and_the_journal_has_them_all_afterwards(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(stand: Stand) -> None:
        first = await stand.waiting("c0")
        await until(lambda: stand.followers() != set())  # whose files are its own
        before = stand.events()
        with disk_full_at(segment.stat().st_size):
            stand.asterisk.emit("DeviceStateChange", Device="PJSIP/anna", State="NOT_INUSE")
            await first.reached(lambda c: bool(c.dialled))
            await stand.waiting()
            assert stand.events() == before
            assert "events are kept in memory" in caplog.text
        await until(lambda: "the journal can be written again" in caplog.text)
        assert [arrived.contact for arrived in stand.log(CallArrived)] == ["c0", CASE]
        assert [offer.contact for offer in stand.log(AgentOffered)] == ["c0"]
        await until(stand.is_logged)

    segment = settings.journal / "000000000001.jsonl"
    run(settings, story)


def test_what_was_kept_is_written_as_the_engine_ends(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        with disk_full_at(segment.stat().st_size):
            await stand.waiting()
        await stand.stop()
        assert [arrived.contact for arrived in stand.log(CallArrived)] == [CASE]

    segment = settings.journal / "000000000001.jsonl"
    run(settings, story)


# --- who tells first ---


def test_a_hang_up_told_before_the_session_makes_one_arrival_and_one_end(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        stand.asterisk.emit("Hangup", Uniqueid=CASE)
        stand.asterisk.emit("DeviceStateChange", Device="PJSIP/vera", State="INUSE")
        await until(lambda: AgentStateChanged("vera", TelephoneState.BUSY) in stand.events())
        channel = await stand.call()
        await channel.reached(lambda c: c.closed)
        assert [arrived.contact for arrived in stand.log(CallArrived)] == [CASE]
        assert stand.log(CallEnded) == [CallEnded(CASE, Outcome.LEFT_IN_MENU, "caller")]
        assert stand.engine.exchange.core.contacts == {}
        assert channel.commands == []

    run(settings, story)


def test_a_second_session_of_a_case_that_is_over_is_closed_and_leaves_no_trace(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        first = await stand.waiting()
        stand.asterisk.emit("Hangup", Uniqueid=CASE)
        await first.reached(lambda c: c.closed)
        before = stand.events()
        second = await stand.call()
        await second.reached(lambda c: c.closed)
        assert second.commands == []
        assert stand.events() == before
        assert stand.engine.exchange.core.contacts == {}

    run(settings, story)


def test_an_agent_who_can_no_longer_be_reached_stops_ringing_by_ami(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.offered()
        stand.asterisk.emit("DialBegin", Uniqueid=CASE, Linkedid=CASE, DestChannel=ANNA)
        stand.asterisk.emit("DeviceStateChange", Device="PJSIP/anna", State="UNAVAILABLE")
        await stand.asterisk.received("Hangup")
        assert ("Channel", ANNA) in stand.asterisk.actions[-1]
        channel.finish(status="CHANUNAVAIL")
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert stand.log(OfferWithdrawn) == [OfferWithdrawn(CASE, "anna", OfferFailure.UNREACHABLE)]
        assert stand.log(OfferFailed) == [OfferFailed(CASE, "anna", OfferFailure.WITHDRAWN)]

    run(settings, story)


# --- while AMI is away ---


def test_a_talk_that_began_while_ami_was_away_counts_as_answered(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.offered()
        stand.asterisk.cut()
        stand.asterisk.device_states["PJSIP/anna"] = "INUSE"
        stand.asterisk.channels = [
            [("Uniqueid", CASE), ("BridgeId", "b1"), ("ChanVariable", f"VAXEL_CASE={CASE}")],
            [("Uniqueid", "leg"), ("BridgeId", "b1"), ("Channel", "PJSIP/anna-00000001")],
        ]
        await until(lambda: stand.log(OfferAnswered) == [OfferAnswered(CASE, "anna")])
        assert stand.engine.exchange.core.contacts[CASE].phase is Phase.TALKING
        stand.asterisk.emit("BridgeLeave", Uniqueid=CASE, Linkedid=CASE, BridgeNumChannels="1")
        channel.hang_up()
        stand.asterisk.emit("Hangup", Uniqueid=CASE)
        await until(lambda: stand.engine.exchange.core.contacts == {})
        assert stand.log(CallEnded) == [CallEnded(CASE, Outcome.ANSWERED, "caller")]

    run(settings, story)


@pytest.mark.parametrize(
    ("started", "told", "end"),
    [
        ("12:00:00", CallerHungUp(CASE), CallEnded(CASE, Outcome.ABANDONED, "caller")),
        ("12:00:07", CallerLost(CASE, "pbx"), CallEnded(CASE, Outcome.PBX_LOST, "pbx")),
    ],
    ids=["the same Asterisk", "Asterisk has started anew"],
)
def test_a_caller_who_is_gone_when_ami_is_back_was_lost_only_if_asterisk_was(
    settings: Settings, started: str, told: Input, end: CallEnded
) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.waiting()
        stand.asterisk.cut()
        stand.asterisk.started = started
        await channel.reached(lambda c: c.closed)
        assert stand.log(CallerHungUp) + stand.log(CallerLost) == [told]
        assert stand.log(CallEnded) == [end]

    run(settings, story)


def test_who_arrives_while_ami_is_read_anew_is_not_taken_for_gone(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        stand.asterisk.hold = {"CoreShowChannels"}
        stand.asterisk.device_states["PJSIP/anna"] = "NOT_INUSE"
        stand.asterisk.cut()
        await stand.asterisk.received("CoreShowChannels", 2)
        channel = await stand.waiting()
        stand.asterisk.release()  # the list does not have the caller
        await channel.reached(lambda c: bool(c.dialled))
        assert stand.log(CallEnded) == []

    run(settings, story)
