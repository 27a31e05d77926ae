"""Scripts whose time is over or whose engine ends: they are told, and the caller goes on."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from asterisk.agi import AGIHangup  # type: ignore[import-untyped]

from ivr.agi.outcomes import Done, TimedOut
from ivr.scripts.bridge import ScriptStopped
from ivr.scripts.running import ScriptOverdue
from tests.fakes.agi_lines import words
from tests.fakes.answering import AnsweringChannel
from tests.fakes.fastagi import FakeChannel
from tests.ivr.scripted import LONG_S, call, ended, started

if TYPE_CHECKING:
    import pytest

    from ivr.agi.session import AgiSession
    from ivr.scripts.running import ScriptEnded, ScriptFunction

SHORT_S = 0.02


def stopped_while(running_command: str, main: ScriptFunction) -> tuple[FakeChannel, Any, Any]:
    """Let a script's time end during a command; return how it ended, and the caller's next step."""
    channel = FakeChannel()

    async def on_call(session: AgiSession) -> tuple[ScriptEnded, object]:
        end = await started(session, main, limit_s=SHORT_S)
        assert channel.running in {running_command, ""}
        going_on = asyncio.create_task(session.wait_for_digit(LONG_S))
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT" and c.count > 1)
        channel.expire()
        return end, await going_on

    end, next_step = call(channel, on_call)
    return channel, end, next_step


def test_an_overdue_script_is_told_at_its_command_and_the_caller_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[type[BaseException]] = []
    over = threading.Event()

    def main(agi: Any) -> None:
        for _ in range(2):
            try:
                agi.get_data("hello", 60_000, 4)
            except AGIHangup as hangup:
                told.append(type(hangup))
        over.set()

    _, end, next_step = stopped_while("GET DATA", main)
    assert end == ScriptOverdue()
    assert next_step == TimedOut()
    assert over.wait(1.0)
    assert told == [ScriptStopped, ScriptStopped]
    assert "script tax:main: did not end within 0.02 s; is at " in caplog.text
    assert "in main > " in caplog.text


def test_a_script_that_hangs_in_its_own_code_does_not_hold_the_caller() -> None:
    let_go = threading.Event()
    told: list[type[BaseException]] = []
    over = threading.Event()

    def main(agi: Any) -> None:
        let_go.wait(LONG_S)
        try:
            agi.noop()
        except AGIHangup as hangup:
            told.append(type(hangup))
        over.set()

    async def on_call(session: AgiSession) -> tuple[ScriptEnded, object]:
        return await started(session, main, limit_s=SHORT_S), await session.noop()

    assert call(FakeChannel(), on_call) == (ScriptOverdue(), Done())
    let_go.set()
    assert over.wait(1.0)
    assert told == [ScriptStopped]


def test_what_more_bytes_would_not_end_is_waited_for() -> None:
    channel = AnsweringChannel({"EXEC": None})

    async def on_call(session: AgiSession) -> tuple[ScriptEnded, object]:
        running_script = asyncio.create_task(
            started(session, lambda agi: agi.appexec("Playback", "long"), limit_s=SHORT_S)
        )
        await channel.reached(lambda c: c.running == "EXEC")
        asyncio.get_running_loop().call_later(2 * SHORT_S, channel.finish)
        return await running_script, await session.noop()

    assert call(channel, on_call) == (ScriptOverdue(), Done())
    assert [words(line)[0] for line in channel.lines] == ["EXEC", "NOOP"]  # nothing had to be settled


def test_when_the_engine_stops_the_scripts_next_command_raises() -> None:
    channel = FakeChannel()
    told: list[type[BaseException]] = []
    over = threading.Event()

    def main(agi: Any) -> None:
        for _ in range(2):
            try:
                agi.wait_for_digit(-1)
            except AGIHangup as hangup:
                told.append(type(hangup))
        over.set()

    async def on_call(session: AgiSession) -> str:
        running_script = asyncio.create_task(started(session, main))
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        running_script.cancel()
        await asyncio.wait({running_script})
        return "cancelled" if running_script.cancelled() else "went on"

    assert call(channel, on_call) == "cancelled"
    assert over.wait(1.0)
    assert told == [ScriptStopped, ScriptStopped]


def test_a_script_that_outlives_the_event_loop_ends_in_peace() -> None:
    let_go = threading.Event()
    threads: list[threading.Thread] = []

    def main(agi: Any) -> None:
        threads.append(threading.current_thread())
        let_go.wait(LONG_S)
        agi.noop()

    assert ended(FakeChannel(), main, limit_s=SHORT_S) == ScriptOverdue()
    let_go.set()
    threads[0].join(1.0)
    assert not threads[0].is_alive()
    assert threads[0].daemon
