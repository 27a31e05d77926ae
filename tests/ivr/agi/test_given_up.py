"""Commands whose task is cancelled, and any order of events: no key lost, answers in step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.agi.connection import NUDGE_S
from ivr.agi.outcomes import ChannelState, Digits, HungUp, Interrupted, TimedOut
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.virtual import call, now
from tests.ivr.agi.waits import Slow, answer_read, waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ivr.agi.outcomes import Waited
    from ivr.agi.session import AgiSession

# --- a command's task is cancelled ------------------------------------------------------------------------


@pytest.mark.parametrize("answered_first", [True, False])
@pytest.mark.parametrize("running", ["GET DATA", "WAIT FOR DIGIT", "EXEC"])
def test_a_cancelled_command_leaves_the_session_in_step(running: str, answered_first: bool) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        commands: dict[str, Callable[[], Coroutine[object, object, object]]] = {
            "GET DATA": lambda: session.get_data(["a"], 5, 2),
            "WAIT FOR DIGIT": lambda: session.wait_for_digit(10),
            "EXEC": lambda: session.execute("Dial", "PJSIP/x"),
        }
        task = asyncio.get_running_loop().create_task(commands[running]())
        await channel.reached(lambda c: c.running == running)
        if answered_first:
            channel.expire()
            channel.finish()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        channel.finish()
        return (
            await session.get_variable("A"),
            await session.channel_status(),
            await session.get_variable("A"),
        )

    channel = FakeChannel(variables={"A": "b"})
    assert call(channel, on_call) == ("b", ChannelState.UP, "b")


def test_a_cancelled_execute_that_runs_on_is_waited_for() -> None:
    """The marker and its nudge are read together when the application ends; the second sits in a buffer."""

    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        talk = asyncio.get_running_loop().create_task(session.execute("Dial", "PJSIP/x"))
        await channel.reached(lambda c: c.running == "EXEC")
        talk.cancel()
        await asyncio.wait([talk])
        ask = asyncio.get_running_loop().create_task(session.get_variable("A"))
        await asyncio.sleep(1)
        channel.finish()
        at = now()
        return await ask, await session.channel_status(), await session.get_variable("A"), now() - at

    channel = FakeChannel(variables={"A": "b"})
    assert call(channel, on_call) == ("b", ChannelState.UP, "b", 0.0)


def test_a_cancelled_settling_is_taken_up_by_the_next_command() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        assert isinstance(channel, Slow)
        wait = await waiting(session, channel)
        session.interrupt()
        await wait
        channel.asleep = True
        noop = asyncio.get_running_loop().create_task(session.noop())
        await asyncio.sleep(NUDGE_S / 2)
        noop.cancel()
        with pytest.raises(asyncio.CancelledError):
            await noop
        channel.wake()
        return await session.get_variable("A")

    channel = Slow()
    channel.variables["A"] = "b"
    assert call(channel, on_call) == "b"


def test_a_key_that_is_read_between_the_cancelling_and_the_cancelled_is_kept() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        channel.press("5")
        asyncio.get_running_loop().call_soon(wait.cancel)  # runs before the key is read, in the same turn
        await asyncio.wait([wait])
        return wait.cancelled(), await session.wait_for_digit(10)

    assert call(FakeChannel(), on_call) == (True, Digits("5"))


def test_a_key_that_was_answered_as_its_task_was_cancelled_is_kept() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = await waiting(session, channel)
        channel.press("5")
        await answer_read(session)
        wait.cancel()
        with pytest.raises(asyncio.CancelledError):
            await wait
        return await session.wait_for_digit(10)

    assert call(FakeChannel(), on_call) == Digits("5")


# --- any order of events ----------------------------------------------------------------------------------

steps = st.lists(
    st.sampled_from(["press", "expire", "interrupt", "command", "tick", "second", "cancel"]), max_size=25
)


@settings(max_examples=200, deadline=None)
@given(steps)
def test_whatever_races_no_key_is_lost_and_answers_stay_in_step(order: list[str]) -> None:
    """Each key that Asterisk took comes out once, in order; each command gets its own answer."""

    async def on_call(session: AgiSession, channel: FakeChannel) -> None:
        loop = asyncio.get_running_loop()
        pressed: list[str] = []
        got: list[str] = []
        number = 0
        wait: asyncio.Task[Waited] | None = None

        async def finish(task: asyncio.Task[Waited]) -> None:
            session.interrupt()
            match await task:
                case Digits(digits):
                    got.append(digits)
                case Interrupted() | TimedOut():
                    pass
                case HungUp():
                    pytest.fail("nobody hung up")

        for step in order:
            if wait is None:
                wait = loop.create_task(session.wait_for_digit(10))
            if step == "press" and channel.running == "WAIT FOR DIGIT":
                pressed.append("0123456789"[len(pressed) % 10])
                channel.press(pressed[-1])
            elif step == "expire":
                channel.expire()
            elif step == "interrupt":
                session.interrupt()
            elif step == "tick":
                await asyncio.sleep(0)
            elif step == "second":
                await asyncio.sleep(1)
            elif step == "cancel":
                wait.cancel()
                await asyncio.wait([wait])
                if not wait.cancelled() and isinstance(outcome := wait.result(), Digits):
                    got.append(outcome.digits)
                wait = None
            elif step == "command":
                await finish(wait)
                wait = None
                number += 1
                await session.set_variable("N", str(number))
                assert await session.get_variable("N") == str(number)
                if (late := session.take_late_digit()) is not None:
                    got.append(late)
        if wait is not None:
            await finish(wait)
        await session.noop()
        if (late := session.take_late_digit()) is not None:
            got.append(late)
        assert got == pressed

    call(FakeChannel(), on_call)
