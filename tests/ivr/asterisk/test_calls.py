"""Calls through the rendered dialplan on a real Asterisk: what the engine relies on."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.asterisk.process import AsteriskProcess
from ivr.toolbox import find_program
from tests.ivr.asterisk.calls import AgiSession, AmiEar, RtpEar, agi_server, citizen, officer, scenario, sipp
from tests.ivr.asterisk.sites import small_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ivr.asterisk.site import Site

pytestmark = pytest.mark.asterisk


@asynccontextmanager
async def exchange(**changes: object) -> AsyncIterator[tuple[Site, AsteriskProcess, AmiEar, Path]]:
    """Run an Asterisk of our own with an ear on its AMI."""
    with tempfile.TemporaryDirectory(prefix="vx-") as name:
        site = small_site(Path(name) / "a", **changes)
        async with AsteriskProcess(site) as asterisk, AmiEar.listening(site) as ear:
            yield site, asterisk, ear, Path(name) / "s"


def test_a_citizens_call_reaches_the_engine_and_its_end_is_told_once() -> None:
    """AGI gets the called number, the case, the presentation and the phase; VaxelEnded comes once."""

    async def scene() -> None:
        sessions: asyncio.Queue[AgiSession] = asyncio.Queue()

        async def serve(session: AgiSession) -> None:
            await session.ask('SET VARIABLE "__VAXEL_PHASE" "waiting"')
            await session.ask('SET MUSIC "ON"')
            sessions.put_nowait(session)
            await session.ask('WAIT FOR DIGIT "20000"')

        async with exchange() as (site, asterisk, ear, folder), agi_server(site, serve):
            async with sipp(folder, *citizen(site, "+46858028500", seconds=1)) as caller:
                session = await asyncio.wait_for(sessions.get(), 10)
                channel = session.variables["agi_uniqueid"]
                assert session.arguments == ("+46858028500", channel, "allowed_not_screened", *[""] * 5)
                assert channel.startswith("vaxel-")
                assert await asyncio.wait_for(caller.wait(), 10) == 0
            ended = await ear.event("UserEvent", UserEvent="VaxelEnded")
            assert (ended["Case"], ended["Phase"], ended["Uniqueid"]) == (channel, "waiting", channel)
            hangup = await ear.event("Hangup")
            assert hangup["ChanVariable"] == f"VAXEL_CASE={channel}"
            assert len(ear.events("UserEvent")) == 1
            assert "0 active channels" in await asterisk.ask("core show channels")

    asyncio.run(scene())


@pytest.mark.parametrize("called", ["s", "0858028500", "+46858028500", "08-58.02;x=1"])
def test_whatever_was_called_the_engine_gets_digits(called: str) -> None:
    """Nothing but digits and a plus reaches the AGI arguments."""

    async def scene() -> None:
        got: asyncio.Queue[str] = asyncio.Queue()

        async def serve(session: AgiSession) -> None:
            got.put_nowait(session.variables["agi_arg_1"])

        async with (
            exchange() as (site, _, _, folder),
            agi_server(site, serve),
            sipp(folder, *citizen(site, called, seconds=1)),
        ):
            number = await asyncio.wait_for(got.get(), 10)
        assert number == "".join(c for c in called.partition(";")[0] if c in "+0123456789")

    asyncio.run(scene())


def test_a_call_that_is_done_ends() -> None:
    """After the phase `done` the dialplan hangs up and does not call the engine again."""

    async def scene() -> None:
        sessions = 0

        async def serve(session: AgiSession) -> None:
            nonlocal sessions
            sessions += 1
            await session.ask('SET VARIABLE "__VAXEL_PHASE" "done"')

        async with (
            exchange() as (site, _, ear, folder),
            agi_server(site, serve),
            sipp(folder, *citizen(site, "0858028500", seconds=20)),
        ):
            ended = await ear.event("UserEvent", UserEvent="VaxelEnded")
        assert (ended["Phase"], sessions) == ("done", 1)

    asyncio.run(scene())


def test_while_no_engine_answers_the_caller_is_kept_and_the_engine_called_again() -> None:
    """An engine that comes back finds the same channel, case and phase."""

    async def scene() -> None:
        seen: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

        async def serve(session: AgiSession) -> None:
            seen.put_nowait((session.variables["agi_uniqueid"], *session.arguments[1:]))
            await session.ask('SET VARIABLE "__VAXEL_PHASE" "waiting"')

        async with exchange() as (site, _, _, folder), RtpEar.listening() as hearing:
            caller = citizen(site, "0858028500", seconds=9, scenario=await scenario(folder, hearing))
            async with sipp(folder, *caller):
                async with agi_server(site, serve):
                    first = await asyncio.wait_for(seen.get(), 10)
                began = time.monotonic()
                await asyncio.sleep(2.5)  # the engine's absence, as long as a restart
                async with agi_server(site, serve):
                    again = await asyncio.wait_for(seen.get(), 10)
                assert hearing.longest_gap_s(began, time.monotonic()) < 0.3  # music, without a break
        assert first == (first[0], first[0], "allowed_not_screened", *[""] * 5)
        assert again == (first[0], first[0], "allowed_not_screened", "waiting", *[""] * 4)

    asyncio.run(scene())


def test_an_engine_that_stays_away_ends_in_an_apology() -> None:
    """After the counted tries the call ends by us, and its phase says so."""

    async def scene() -> None:
        beep = find_program("asterisk").library().sounds / "beep"
        async with exchange(engine_tries=3, apology=beep) as (site, asterisk, ear, folder):
            began = time.monotonic()
            async with sipp(folder, *citizen(site, "0858028500", seconds=20)):
                ended = await ear.event("UserEvent", UserEvent="VaxelEnded")
            assert ended["Phase"] == "lost"
            assert 2.0 < time.monotonic() - began < 6  # two pauses of one second and a beep
            assert "beep" not in asterisk.log.read_text()  # it would be named if it were missing

    asyncio.run(scene())


def test_a_hung_engine_is_asked_once_more_and_then_loses_its_caller_to_the_fallback() -> None:
    """An engine that renews nothing is left at T; with music, it gets two seconds to say a first word."""

    async def scene() -> None:
        sessions: asyncio.Queue[tuple[float, AgiSession]] = asyncio.Queue()

        async def serve(session: AgiSession) -> None:
            if sessions.empty():
                await session.ask('EXEC "MSet" "VAXEL_PHASE=waiting,VAXEL_ASKING=,TIMEOUT(absolute)=3"')
            sessions.put_nowait((time.monotonic(), session))
            await session.ended()

        async with (
            exchange() as (site, _, ear, folder),
            agi_server(site, serve),
            sipp(folder, *citizen(site, "0858028500", seconds=15)),
        ):
            fell_back = await ear.event("UserEvent", UserEvent="VaxelFallback")
            fell_back_at = time.monotonic()
            (first_at, first), (again_at, again) = sessions.get_nowait(), sessions.get_nowait()
            assert sessions.empty()
            assert again.variables["agi_uniqueid"] == first.variables["agi_uniqueid"] == fell_back["Case"]
            assert 2.5 < again_at - first_at < 4
            assert 1.5 < fell_back_at - again_at < 3

    asyncio.run(scene())


@pytest.mark.parametrize(("options", "talk_s"), [("gU(vaxel-onanswer)", 5.0), ("g", 2.0)])
def test_an_answer_clears_the_dead_mans_switch_of_the_caller(options: str, talk_s: float) -> None:
    """A talk outlives the time-out that was armed for the ringing, by vaxel-onanswer and not without."""

    async def scene() -> None:
        results: asyncio.Queue[float] = asyncio.Queue()

        async def serve(session: AgiSession) -> None:
            await session.ask('EXEC "Set" "TIMEOUT(absolute)=2"')
            began = time.monotonic()
            await session.ask(f'EXEC "Dial" "PJSIP/trunk-loop,20,{options}"')
            results.put_nowait(time.monotonic() - began)
            await session.ask('SET VARIABLE "__VAXEL_PHASE" "done"')

        async with (
            exchange() as (site, asterisk, ear, folder),
            agi_server(site, serve),
            sipp(folder / "officer", *officer(site)),
            sipp(folder, *citizen(site, "0858028500", seconds=5)) as caller,
        ):
            await asyncio.wait_for(caller.wait(), 20)
            assert await asyncio.wait_for(results.get(), 10) == pytest.approx(talk_s, abs=0.8)
            await ear.event("Hangup", count=2)
            assert "0 active channels" in await asterisk.ask("core show channels")
            assert len(ear.events("UserEvent", UserEvent="VaxelEnded")) == 1
            names = {message["Event"] for message in ear.heard if "Event" in message}
        assert {"DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave", "Hangup", "DeviceStateChange"} <= names
        assert not names & {"Newchannel", "Newexten", "VarSet", "Newstate", "RTCPSent"}

    asyncio.run(scene())


def test_a_caller_whose_engine_died_in_the_talk_is_let_go_after_it() -> None:
    """Whoever has talked is done: no engine is asked what to do with them."""

    async def scene() -> None:
        sessions = 0

        async def serve(session: AgiSession) -> None:
            nonlocal sessions
            sessions += 1
            dial = "PJSIP/trunk-loop,20,gS(1)U(vaxel-onanswer)"  # S(1): the talk ends after a second
            session.writer.write(f'EXEC "Dial" "{dial}"\n'.encode())
            await session.writer.drain()

        async with (
            exchange() as (site, asterisk, ear, folder),
            agi_server(site, serve),
            sipp(folder / "officer", *officer(site)),
            sipp(folder, *citizen(site, "0858028500", seconds=20)),
        ):
            ended = await ear.event("UserEvent", UserEvent="VaxelEnded")
            await ear.event("Hangup", count=2)
            assert "0 active channels" in await asterisk.ask("core show channels")
        assert (ended["Phase"], sessions) == ("talking", 1)

    asyncio.run(scene())


def test_no_callers_number_stands_in_asterisks_log() -> None:
    """Neither a served call nor a refused one writes who phoned."""

    async def scene() -> tuple[str, str]:
        async def serve(session: AgiSession) -> None:
            await session.ask('STREAM FILE "no-such-prompt" ""')

        async with (
            exchange(engine_tries=2) as (site, asterisk, ear, folder),
            agi_server(site, serve),
            RtpEar.listening() as hearing,
        ):
            for called in ("0858028500", "no-such-extension"):
                file = await scenario(folder, hearing, number="0701740605")
                async with sipp(folder, *citizen(site, called, seconds=1, scenario=file)) as process:
                    await asyncio.wait_for(process.wait(), 20)
            await ear.event("UserEvent", UserEvent="VaxelEnded")
            return asterisk.log.read_text(), asterisk.console.read_text()

    log, console = asyncio.run(scene())
    assert "no-such-prompt" in log
    assert "0701740605" not in log + console
