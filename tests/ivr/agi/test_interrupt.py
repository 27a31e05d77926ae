"""Waking a waiting caller, and commands that were given up: races, stalls and their answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.agi.connection import NUDGE_S, SETTLE_LIMIT_S, TAKEN_S
from ivr.agi.errors import CommandOverdueError
from ivr.agi.outcomes import Digits, Done, Executed, HungUp, Interrupted
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.virtual import call, now
from tests.ivr.agi.waits import Slow, answer_read, waiting

if TYPE_CHECKING:
    from ivr.agi.session import AgiSession

MARKER = ("GET VARIABLE", "UNIQUEID")
WAIT = ("WAIT FOR DIGIT", "10000")


def test_an_interrupted_wait_returns_at_once_and_sends_nothing() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        session.interrupt()
        at = now()
        return await wait, now() - at, channel.running, channel.commands

    assert call(FakeChannel(), on_call) == (Interrupted(), 0.0, "WAIT FOR DIGIT", [WAIT])


def test_the_next_command_ends_asterisks_wait_and_gets_its_own_answer() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        session.interrupt()
        await wait
        at = now()
        music = await session.set_music(on=True)
        return music, now() - at, await session.get_variable("A"), session.take_late_digit()

    channel = FakeChannel(variables={"A": "b"})
    assert call(channel, on_call) == (Done(), 0.0, "b", None)
    assert channel.commands == [WAIT, MARKER, ("SET MUSIC", "ON"), ("GET VARIABLE", "A")]


def test_an_interruption_without_a_wait_is_remembered_once() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        session.interrupt()
        session.interrupt()
        first = await session.wait_for_digit(10)
        wait = await waiting(session, channel)
        channel.press("5")
        return first, await wait

    channel = FakeChannel()
    assert call(channel, on_call) == (Interrupted(), Digits("5"))
    assert channel.commands == [WAIT]


def test_an_interruption_during_another_command_wakes_the_next_wait() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        talk = asyncio.get_running_loop().create_task(session.execute("Dial", "PJSIP/x"))
        await channel.reached(lambda c: c.running == "EXEC")
        session.interrupt()
        channel.finish()
        return await talk, await session.wait_for_digit(10)

    assert call(FakeChannel(), on_call) == (Executed(0), Interrupted())


def test_an_interruption_that_comes_after_the_key_wakes_the_next_wait() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        channel.press("5")
        await answer_read(session)
        session.interrupt()
        return await wait, await session.wait_for_digit(10)

    assert call(FakeChannel(), on_call) == (Digits("5"), Interrupted())


def test_a_key_that_raced_the_interruption_is_kept() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        session.interrupt()
        channel.press("5")
        return await wait, await session.noop(), session.take_late_digit(), session.take_late_digit()

    channel = FakeChannel()
    assert call(channel, on_call) == (Interrupted(), Done(), "5", None)


def test_a_key_that_raced_comes_first_from_the_next_wait() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        session.interrupt()
        channel.press("5")
        session.interrupt()
        return await wait, await session.wait_for_digit(10), await session.wait_for_digit(10)

    assert call(FakeChannel(), on_call) == (Interrupted(), Digits("5"), Interrupted())


@pytest.mark.parametrize("end", ["expire", "press"])
def test_a_wait_that_ended_by_itself_needs_no_settling(end: str) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        session.interrupt()
        await wait
        channel.expire() if end == "expire" else channel.press("*")
        await asyncio.sleep(1)
        return await session.noop(), session.take_late_digit()

    channel = FakeChannel()
    assert call(channel, on_call) == (Done(), None if end == "expire" else "*")
    assert channel.commands == [WAIT, ("NOOP",)]


def test_a_wait_that_has_just_begun_is_not_disturbed_before_asterisk_has_taken_it() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> tuple[object, object, float]:
        wait = await waiting(session, channel, after_s=0.0025)
        session.interrupt()
        first = await wait
        at = now()
        return first, await session.noop(), now() - at

    first, second, took_s = call(FakeChannel(), on_call)
    assert (first, second) == (Interrupted(), Done())
    assert took_s == pytest.approx(0.0075)  # 10 ms: none of 60 stalled after 5


@pytest.mark.parametrize("then", ["nothing", "press", "expire"])
def test_a_stalled_marker_is_nudged_and_everything_stays_in_step(then: str) -> None:
    """The wait and the marker come in one read: Asterisk waits on, and does not see the marker."""

    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        assert isinstance(channel, Slow)
        channel.asleep = True
        wait = asyncio.get_running_loop().create_task(session.wait_for_digit(10))
        await asyncio.sleep(1)
        session.interrupt()
        await wait
        at = now()
        noop = asyncio.get_running_loop().create_task(session.noop())
        await asyncio.sleep(0.05)
        channel.wake()
        if then == "press":
            channel.press("5")
        elif then == "expire":
            channel.expire()
        return await noop, now() - at, session.take_late_digit(), await session.get_variable("A")

    channel = Slow()
    channel.variables["A"] = "b"
    late = "5" if then == "press" else None
    assert call(channel, on_call) == (Done(), pytest.approx(NUDGE_S), late, "b")
    assert channel.commands == [WAIT, MARKER, MARKER, ("NOOP",), ("GET VARIABLE", "A")]


def test_an_asterisk_that_never_settles_is_given_up() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        assert isinstance(channel, Slow)
        wait = await waiting(session, channel)
        session.interrupt()
        await wait
        channel.asleep = True
        at = now()
        with pytest.raises(
            CommandOverdueError, match=r"settling after a command given up: got no answer.*5 s"
        ):
            await session.noop()
        return now() - at, session.closed

    assert call(Slow(), on_call) == (pytest.approx(SETTLE_LIMIT_S), True)


@pytest.mark.parametrize("flag_first", [True, False])
@pytest.mark.parametrize("exit_on_hangup", [True, False])
def test_a_hang_up_after_the_interruption_is_seen_by_the_next_command(
    exit_on_hangup: bool, flag_first: bool
) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        session.interrupt()
        channel.hang_up(flag_first=flag_first)
        return await wait, await session.set_music(on=True), session.hung_up, await session.wait_for_digit(10)

    channel = FakeChannel(exit_on_hangup=exit_on_hangup)
    assert call(channel, on_call) == (Interrupted(), HungUp(), True, HungUp())


@pytest.mark.parametrize("moment", ["settling", "early"])
def test_the_end_of_the_connection_while_settling_is_a_hang_up(moment: str) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        assert isinstance(channel, Slow)
        wait = await waiting(session, channel, after_s=0 if moment == "early" else 1)
        session.interrupt()
        await wait
        channel.asleep = True
        noop = asyncio.get_running_loop().create_task(session.noop())
        await asyncio.sleep(TAKEN_S / 2)
        channel.kill()
        return await noop

    assert call(Slow(), on_call) == HungUp()
