"""Announcements end by themselves, by a key, or at once by an interruption: races and what comes next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.agi.outcomes import Digits, Done, HungUp, Interrupted, PromptEnded, PromptMissing
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.speeches import Speech
from tests.ivr.agi.virtual import call, now
from tests.ivr.agi.waits import answer_read

if TYPE_CHECKING:
    from ivr.agi.outcomes import Streamed
    from ivr.agi.session import AgiSession

PLAY = ("STREAM FILE", "sv/place", "9")
MARKER = ("GET VARIABLE", "UNIQUEID")


async def saying(
    session: AgiSession, channel: FakeChannel, after_s: float = 1.0
) -> asyncio.Task[Streamed | Interrupted]:
    """Begin an announcement that Asterisk has taken."""
    task = asyncio.get_running_loop().create_task(session.announce("sv/place", "9"))
    await channel.reached(lambda c: c.running == "STREAM FILE")
    await asyncio.sleep(after_s)
    return task


def test_an_announcement_plays_to_its_end() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        at = now()
        return await session.announce("sv/place", "9"), now() - at, channel.played

    assert call(Speech(), on_call) == (PromptEnded(), 10.0, ["sv/place"])


def test_only_its_keys_end_it() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        channel.press("5")
        await asyncio.sleep(1)
        assert not said.done()
        channel.press("9")
        return await said

    assert call(Speech(), on_call) == Digits("9")


def test_an_interruption_ends_it_at_once_and_sends_nothing() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        session.interrupt()
        at = now()
        return await said, now() - at, channel.running, channel.commands

    assert call(Speech(), on_call) == (Interrupted(), 0.0, "STREAM FILE", [PLAY])


def test_the_next_command_cuts_the_sound_off_and_gets_its_own_answer() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        session.interrupt()
        await said
        at = now()
        return await session.set_music(on=True), now() - at, await session.get_variable("A")

    channel = Speech()
    channel.variables["A"] = "b"
    assert call(channel, on_call) == (Done(), 0.0, "b")
    assert channel.commands == [PLAY, MARKER, ("SET MUSIC", "ON"), ("GET VARIABLE", "A")]


def test_a_sound_that_ended_by_itself_as_it_was_interrupted_leaves_nothing_behind() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        session.interrupt()
        channel.expire()
        return await said, await session.noop(), await session.get_variable("A")

    channel = Speech()
    channel.variables["A"] = "b"
    assert call(channel, on_call) == (Interrupted(), Done(), "b")


def test_a_key_that_raced_the_interruption_is_not_taken_for_a_later_one() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        session.interrupt()
        channel.press("9")
        first = await said
        await session.noop()
        return first, session.take_late_digit()

    assert call(Speech(), on_call) == (Interrupted(), None)


def test_an_interruption_after_its_end_is_for_the_next() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        channel.expire()
        await answer_read(session)
        session.interrupt()
        return await said, await session.announce("sv/more", "9"), channel.played

    assert call(Speech(), on_call) == (PromptEnded(), Interrupted(), ["sv/place"])


def test_an_interruption_that_is_forgotten_cuts_nothing_off() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        del channel
        session.interrupt()
        session.forget_interruption()
        return await session.announce("sv/place", "9")

    assert call(Speech(), on_call) == PromptEnded()


def test_what_a_menu_says_is_cut_off_by_no_interruption() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        task = asyncio.get_running_loop().create_task(session.stream_file("sv/menu", ""))
        await channel.reached(lambda c: c.running == "STREAM FILE")
        session.interrupt()
        return await task

    assert call(Speech(), on_call) == PromptEnded()


def test_a_task_that_is_cancelled_while_it_announces_leaves_the_session_in_step() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        said.cancel()
        with pytest.raises(asyncio.CancelledError):
            await said
        return await session.get_variable("A")

    channel = Speech()
    channel.variables["A"] = "b"
    assert call(channel, on_call) == "b"


def test_a_sound_that_is_not_there_is_said_so() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        del channel
        return await session.announce("sv/place", "9")

    assert call(FakeChannel(missing_sounds=["sv/place"]), on_call) == PromptMissing("sv/place")


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_hang_up_during_an_announcement(interrupted: bool) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        said = await saying(session, channel)
        if interrupted:
            session.interrupt()
        channel.hang_up()
        return await said, await session.announce("sv/more"), session.hung_up

    first = Interrupted() if interrupted else HungUp()
    assert call(Speech(), on_call) == (first, HungUp(), True)
