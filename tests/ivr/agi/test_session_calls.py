"""The session: what is sent, and what the caller does meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from ivr.agi.errors import (
    BadNameError,
    CommandInProgressError,
    ForbiddenCharacterError,
    LineTooLongError,
    SessionClosedError,
)
from ivr.agi.outcomes import (
    Digits,
    Done,
    Executed,
    HungUp,
    PromptMissing,
    TimedOut,
)
from ivr.agi.session import ALL_KEYS
from tests.fakes.fastagi import Dialled, FakeChannel
from tests.ivr.agi.virtual import call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from ivr.agi.session import AgiSession

T = TypeVar("T")


def outcome(channel: FakeChannel, command: Callable[[AgiSession], Awaitable[T]]) -> T:
    """Return what one command comes to."""

    async def on_call(session: AgiSession, _: FakeChannel) -> T:
        return await command(session)

    return call(channel, on_call)


def outcome_while(
    channel: FakeChannel,
    command: Callable[[AgiSession], Coroutine[object, object, T]],
    running: str,
    then: Callable[[FakeChannel], None],
) -> T:
    """Return what one command comes to when `then` happens while Asterisk runs it."""

    async def on_call(session: AgiSession, channel: FakeChannel) -> T:
        task = asyncio.get_running_loop().create_task(command(session))
        await channel.reached(lambda c: c.running == running)
        then(channel)
        return await task

    return call(channel, on_call)


# --- what is sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (lambda s: s.get_data(["a"], 5, 2), ("GET DATA", "a", "5000", "2")),
        (lambda s: s.get_data([], 0, 1), ("GET DATA", "", "1", "1")),  # 0 would be Asterisk's own 6 s
        (lambda s: s.stream_file("a b", "1#"), ("STREAM FILE", "a b", "1#")),
        (lambda s: s.wait_for_digit(0.25), ("WAIT FOR DIGIT", "250")),
        (lambda s: s.wait_for_digit(0), ("WAIT FOR DIGIT", "1")),
        (lambda s: s.set_music(on=True), ("SET MUSIC", "ON")),
        (lambda s: s.set_music(on=False), ("SET MUSIC", "OFF")),
        (lambda s: s.execute("Dial", 'PJSIP/x,20,g"\\'), ("EXEC", "Dial", 'PJSIP/x,20,g"\\')),
        (lambda s: s.execute("Answer"), ("EXEC", "Answer", "")),
        (lambda s: s.set_variable("A", "${B} åäö"), ("SET VARIABLE", "A", "${B} åäö")),
        (lambda s: s.get_variable("DIALSTATUS"), ("GET VARIABLE", "DIALSTATUS")),
        (lambda s: s.answer(), ("ANSWER",)),
        (lambda s: s.hangup(), ("HANGUP",)),
        (lambda s: s.channel_status(), ("CHANNEL STATUS",)),
        (lambda s: s.noop(), ("NOOP",)),
    ],
)
def test_what_asterisk_reads(
    command: Callable[[AgiSession], Awaitable[object]], sent: tuple[str, ...]
) -> None:
    channel = FakeChannel(keys=[None], real_time=True, dials=[Dialled()])
    outcome(channel, command)
    assert channel.commands == [sent]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (lambda s: s.set_variable("SHELL(id)", "x"), BadNameError),
        (lambda s: s.get_variable("SHELL(id)"), BadNameError),
        (lambda s: s.execute('Set" "', "x"), BadNameError),
        (lambda s: s.set_variable("A", "x\nHANGUP"), ForbiddenCharacterError),
        (lambda s: s.stream_file("x\0"), ForbiddenCharacterError),
        (lambda s: s.set_variable("A", "x" * 1024), LineTooLongError),
        (lambda s: s.set_variable("A", "å" * 512), LineTooLongError),
        (lambda s: s.set_variable("A", "\ud800"), ForbiddenCharacterError),
        (lambda s: s.execute("Set", "x" * 100_000), LineTooLongError),
    ],
)
def test_what_must_not_be_sent_is_refused_and_the_session_lives(
    command: Callable[[AgiSession], Awaitable[object]], error: type[Exception]
) -> None:
    async def on_call(session: AgiSession, _: FakeChannel) -> object:
        with pytest.raises(error):
            await command(session)
        return await session.noop()

    channel = FakeChannel()
    assert call(channel, on_call) == Done()
    assert channel.commands == [("NOOP",)]


def test_prompts_are_played_in_order_and_any_key_may_stop_them() -> None:
    channel = FakeChannel(keys=["12"])
    assert outcome(channel, lambda s: s.get_data(["a", "b", "c"], 5, 2)) == Digits("12")
    assert channel.commands == [
        ("STREAM FILE", "a", ALL_KEYS),
        ("STREAM FILE", "b", ALL_KEYS),
        ("GET DATA", "c", "5000", "2"),
    ]


@pytest.mark.parametrize("missing", ["a", "b", "c"])
def test_a_missing_prompt_is_named(missing: str) -> None:
    channel = FakeChannel(missing_sounds=[missing], keys=["12"])
    assert outcome(channel, lambda s: s.get_data(["a", "b", "c"], 5, 2)) == PromptMissing(missing)


# --- the caller does something ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "expected"), [("12", Digits("12")), ("7#", Digits("7")), ("#", Digits("")), ("7", TimedOut("7"))]
)
def test_keys_end_a_question(keys: str, expected: object) -> None:
    def then(channel: FakeChannel) -> None:
        for key in keys:
            channel.press(key)
        channel.expire()

    assert outcome_while(FakeChannel(), lambda s: s.get_data(["a"], 5, 2), "GET DATA", then) == expected


@pytest.mark.parametrize("flag_first", [True, False])
@pytest.mark.parametrize("exit_on_hangup", [True, False])
@pytest.mark.parametrize("running", ["GET DATA", "WAIT FOR DIGIT"])
def test_a_hang_up_ends_a_question_and_a_wait(running: str, exit_on_hangup: bool, flag_first: bool) -> None:
    command: Callable[[AgiSession], Coroutine[object, object, object]] = (
        (lambda s: s.get_data(["a"], 5, 2)) if running == "GET DATA" else (lambda s: s.wait_for_digit(5))
    )
    channel = FakeChannel(exit_on_hangup=exit_on_hangup)
    assert outcome_while(channel, command, running, lambda c: c.hang_up(flag_first=flag_first)) == HungUp()


def test_dial_runs_until_the_talk_ends_and_the_session_goes_on() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        talk = asyncio.get_running_loop().create_task(session.execute("Dial", "PJSIP/x,20,g"))
        await channel.reached(lambda c: c.running == "EXEC")
        channel.finish(0, "ANSWER")
        return await talk, await session.get_variable("DIALSTATUS"), session.hung_up

    assert call(FakeChannel(), on_call) == (Executed(0), "ANSWER", False)


def test_a_transfer_during_dial_ends_the_session_after_dials_answer() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        talk = asyncio.get_running_loop().create_task(session.execute("Dial", "PJSIP/x,20,g"))
        await channel.reached(lambda c: c.running == "EXEC")
        channel.finish(0)
        channel.hang_up()
        return await talk, await session.get_variable("DIALSTATUS"), session.hung_up

    assert call(FakeChannel(), on_call) == (Executed(0), None, True)


def test_one_command_at_a_time() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = asyncio.get_running_loop().create_task(session.wait_for_digit(5))
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        with pytest.raises(CommandInProgressError, match="got NOOP while WAIT FOR DIGIT runs"):
            await session.noop()
        channel.press("5")
        return await wait, await session.noop()

    assert call(FakeChannel(), on_call) == (Digits("5"), Done())


def test_our_own_close_ends_a_running_command_with_an_error() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        wait = asyncio.get_running_loop().create_task(session.wait_for_digit(5))
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        session.close()
        with pytest.raises(SessionClosedError):
            await wait
        with pytest.raises(SessionClosedError):
            await session.noop()
        await channel.reached(lambda c: c.closed)
        return session.closed, session.hung_up

    assert call(FakeChannel(), on_call) == (True, False)


def test_keys_are_not_shown() -> None:
    assert repr(Digits("4711")) == "Digits()"
    assert repr(TimedOut("4711")) == "TimedOut()"


def test_the_session_is_named_by_its_channel() -> None:
    async def on_call(session: AgiSession, _: FakeChannel) -> str:
        return repr(session)

    assert call(FakeChannel("17.1", callerid="0700000001"), on_call) == "<AgiSession 17.1>"
