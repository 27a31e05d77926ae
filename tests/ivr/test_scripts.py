"""Departments' scripts in their threads: what they are given, and each way in which they end."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from asterisk.agi import AGIHangup, AGISIGPIPEHangup  # type: ignore[import-untyped]

from ivr.agi.errors import RemoteProtocolError
from ivr.agi.outcomes import HUNG_UP
from ivr.agi.server import FastAgiServer
from ivr.scripts.bridge import TOLD_AT_ONCE
from ivr.scripts.running import ScriptFailed, ScriptReturned
from tests.fakes.answering import AnsweringChannel
from tests.fakes.fastagi import FakeChannel
from tests.ivr.scripted import LONG_S, call, ended, started

if TYPE_CHECKING:
    from ivr.agi.session import AgiSession
    from ivr.scripts.running import ScriptEnded, ScriptFunction

NUMBER = "0701234567"
SECRET = "198505171234"


def test_values_are_given_without_asking_asterisk_and_are_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = AnsweringChannel({"VERBOSE": "200 result=1"}, callerid=NUMBER)

    def main(agi: Any) -> str:
        digits = agi.get_variable("VAXEL_DIGITS")
        assert digits == agi.get_full_variable("${VAXEL_DIGITS}") == SECRET
        assert agi.get_variable("VAXEL_ELSE") == ""
        agi.verbose(f"{agi.env['agi_callerid']} keyed {digits}", 2)
        agi.appexec("noop", f"keyed {digits}")
        int(f"{digits}x")  # its text would tell them
        return "never"

    assert ended(channel, main, values={"VAXEL_DIGITS": SECRET}) == ScriptFailed("ValueError")
    sent = b"".join(channel.lines)
    assert b"*** keyed ***" in sent
    for told in (sent.decode(), caplog.text):
        assert SECRET not in told
        assert NUMBER not in told


def test_the_request_is_given_as_asterisk_told_it() -> None:
    channel = FakeChannel(callerid=NUMBER, dnid="+46858028500", arguments=["one", "two"])
    given: dict[str, str] = {}
    ended(channel, lambda agi: given.update(agi.env))
    assert given["agi_callerid"] == NUMBER
    assert given["agi_dnid"] == "+46858028500"
    assert given["agi_calleridname"] == "unknown"
    assert (given["agi_arg_1"], given["agi_arg_2"]) == ("one", "two")


def test_a_withheld_number_is_not_given() -> None:
    channel = FakeChannel(callerid=NUMBER, variables={"CALLERID(num)": NUMBER})

    def main(agi: Any) -> str:
        return f"{agi.env['agi_callerid']} {agi.get_variable('CALLERID(num)')}"

    assert ended(channel, main, withheld=True) == ScriptReturned("unknown ")
    assert channel.commands == []


def test_the_hook_is_told_how_long_each_command_may_take() -> None:
    told: list[float] = []

    async def on_command(lasts_s: float) -> None:
        told.append(lasts_s)

    def main(agi: Any) -> None:
        agi.set_variable("A", "1")
        agi.appexec("Wait", "30")
        agi.appexec("Playback", "hello")
        agi.get_variable("VAXEL_DIGITS")  # nothing is sent

    ended(FakeChannel(), main, on_command=on_command)
    assert told == [0.0, 30.0, 300.0]


def test_what_can_be_stopped_lasts_no_longer_than_the_script_may() -> None:
    told: list[float] = []

    async def on_command(lasts_s: float) -> None:
        told.append(lasts_s)

    ended(FakeChannel(keys=["1"]), lambda agi: agi.get_data("hello", -1, 1), on_command=on_command)
    assert LONG_S - 1 < told[0] <= LONG_S


def test_a_hang_up_in_the_middle_is_told_by_pyst2s_exception_and_ends_typed() -> None:
    seen: list[type[BaseException]] = []
    channel = FakeChannel()

    def main(agi: Any) -> None:
        try:
            agi.wait_for_digit(60_000)
        except AGIHangup as hangup:
            seen.append(type(hangup))
            raise

    async def on_call(session: AgiSession) -> ScriptEnded:
        running_script = asyncio.create_task(started(session, main))
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        channel.hang_up()
        return await running_script

    assert call(channel, on_call) == HUNG_UP
    assert len(seen) == 1


def test_minus_one_of_a_caller_who_has_gone_is_a_hang_up() -> None:
    answers = {"EXEC": "200 result=-1", "CHANNEL STATUS": "511 Command Not Permitted on a dead channel"}
    assert ended(AnsweringChannel(answers), lambda agi: agi.appexec("Playback", "hello")) == HUNG_UP


def test_a_script_that_takes_no_hang_up_for_an_answer_is_ended() -> None:
    told: list[int] = []

    def main(agi: Any) -> None:
        agi.hangup()
        while True:
            try:
                agi.wait_for_digit(60_000)
            except AGIHangup:
                told.append(1)

    assert ended(FakeChannel(), main) == HUNG_UP
    assert len(told) == TOLD_AT_ONCE


def test_a_session_that_asterisk_closes_silently_is_a_hang_up() -> None:
    seen: list[type[BaseException]] = []
    channel = AnsweringChannel({"EXEC": None})

    def main(agi: Any) -> None:
        try:
            agi.appexec("Playback", "hello")
        except AGIHangup as hangup:
            seen.append(type(hangup))

    async def on_call(session: AgiSession) -> ScriptEnded:
        running_script = asyncio.create_task(started(session, main))
        await channel.reached(lambda c: c.running == "EXEC")
        channel.kill()
        return await running_script

    assert call(channel, on_call) == HUNG_UP
    assert seen == [AGISIGPIPEHangup]


def raising(agi: Any) -> None:
    del agi
    try:
        int(SECRET + "x")
    except ValueError:
        raise KeyError(NUMBER) from None


def test_a_failure_is_logged_by_type_and_place_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    assert ended(FakeChannel(), raising) == ScriptFailed("KeyError")
    assert "script tax:main failed: KeyError at " in caplog.text
    assert "test_scripts.py" in caplog.text
    assert "in raising" in caplog.text
    assert "after ValueError" in caplog.text
    assert SECRET not in caplog.text
    assert NUMBER not in caplog.text


def leaving(code: object) -> ScriptFunction:
    def main(agi: Any) -> None:
        del agi
        raise SystemExit(code)

    return main


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda _: "tax-open", ScriptReturned("tax-open")),
        (lambda _: None, ScriptReturned(None)),
        (lambda _: 4711, ScriptFailed("returned int, expected str or None")),
        (leaving(None), ScriptReturned(None)),
        (leaving(0), ScriptReturned(None)),
        (leaving("broken"), ScriptFailed("SystemExit")),
    ],
)
def test_a_script_ends_as_what_it_gives_back(function: ScriptFunction, expected: ScriptEnded) -> None:
    assert ended(FakeChannel(), function) == expected


def test_what_a_script_gives_back_is_in_no_repr() -> None:
    assert SECRET not in repr(ScriptReturned(SECRET))


def test_a_session_that_is_closed_for_nonsense_tells_the_engine_so() -> None:
    seen: list[type[BaseException]] = []

    def main(agi: Any) -> None:
        try:
            agi.noop()
        except AGIHangup as hangup:
            seen.append(type(hangup))

    with pytest.raises(RemoteProtocolError):
        ended(AnsweringChannel({"NOOP": "nonsense"}), main)
    assert seen == [AGISIGPIPEHangup]


def test_twenty_scripts_at_once_each_have_their_own_caller() -> None:
    async def main() -> list[ScriptEnded]:
        ends: list[ScriptEnded] = []
        all_wait = threading.Barrier(20)

        def script(agi: Any) -> str:
            all_wait.wait(LONG_S)  # all twenty run at once
            for step in range(20):
                agi.set_variable("STEP", step)
            return f"{agi.env['agi_uniqueid']} {agi.get_variable('STEP')} {agi.get_variable('UNIQUEID')}"

        async def serve(session: AgiSession) -> None:
            ends.append(await started(session, script))

        channels = [FakeChannel(f"1700000000.{number}") for number in range(20)]
        async with FastAgiServer("127.0.0.1", 0, serve) as server, asyncio.timeout(LONG_S):
            for channel in channels:
                await channel.connect("127.0.0.1", server.port)
            for channel in channels:
                await channel.reached(lambda c: c.closed)
        return ends

    expected = {ScriptReturned(f"1700000000.{number} 19 1700000000.{number}") for number in range(20)}
    assert set(asyncio.run(main())) == expected


def test_more_scripts_than_there_may_be_are_refused() -> None:
    end = ended(FakeChannel(), lambda _: None, max_threads=0)
    assert end == ScriptFailed("0 scripts run, expected fewer than 0")


def test_a_command_through_the_bridge_costs_little() -> None:
    """Print the cost with `-s`; the bound is far above it, for a busy machine."""
    times: list[float] = []

    def main(agi: Any) -> None:
        for _ in range(300):
            agi.set_variable("A", "1")
        begun = time.process_time()
        for _ in range(1000):
            agi.set_variable("A", "1")
        times.append((time.process_time() - begun) / 1000)

    ended(FakeChannel(record=False), main)
    print(f"{times[0] * 1e6:.0f} µs of CPU per command, the fake's share included")  # noqa: T201 - with -s
    assert times[0] < 0.005
