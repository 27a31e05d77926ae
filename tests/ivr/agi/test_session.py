"""The session: what each command's answers come to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from ivr.agi.errors import (
    AgiError,
    BadNameError,
    CommandInProgressError,
    CommandRefusedError,
    LocalProtocolError,
    RemoteProtocolError,
    SessionClosedError,
)
from ivr.agi.outcomes import (
    ChannelState,
    Digits,
    Done,
    Executed,
    HungUp,
    PromptEnded,
    PromptMissing,
    TimedOut,
)
from tests.fakes.fastagi import Dialled, FakeChannel
from tests.ivr.agi.virtual import call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession

T = TypeVar("T")


async def while_running(
    command: Awaitable[T], channel: FakeChannel, running: str, then: Callable[[FakeChannel], None]
) -> T:
    """Let `then` happen while Asterisk runs the command; return its outcome."""
    task = asyncio.ensure_future(command)
    await channel.reached(lambda c: c.running == running)
    then(channel)
    return await task


def press(keys: str) -> Callable[[FakeChannel], None]:
    def then(channel: FakeChannel) -> None:
        for key in keys:
            channel.press(key)

    return then


def expire_after(keys: str) -> Callable[[FakeChannel], None]:
    def then(channel: FakeChannel) -> None:
        press(keys)(channel)
        channel.expire()

    return then


# --- GET DATA ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (press("12"), Digits("12")),
        (press("*0"), Digits("*0")),
        (press("7#"), Digits("7")),
        (press("#"), Digits("")),
        (expire_after("7"), TimedOut("7")),
        (expire_after(""), TimedOut("")),
        (FakeChannel.hang_up, HungUp()),
        (lambda channel: channel.hang_up(flag_first=True), HungUp()),
        (FakeChannel.kill, HungUp()),
    ],
)
def test_get_data(then: Callable[[FakeChannel], None], expected: Digits | TimedOut | HungUp) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        return await while_running(session.get_data(["hej"], 5, 2), channel, "GET DATA", then)

    channel = FakeChannel()
    assert call(channel, on_call) == expected
    assert channel.commands == [("GET DATA", "hej", "5000", "2")]


@pytest.mark.parametrize("exit_on_hangup", [True, False])
def test_a_hang_up_is_told_from_a_missing_prompt(exit_on_hangup: bool) -> None:
    """-1 without the HANGUP line, which comes a moment later: the channel's status decides."""

    def minus_one_first(channel: FakeChannel) -> None:
        channel.running = ""
        channel.dead = True
        channel.send("200 result=-1\n")

    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        return await while_running(session.get_data(["hej"], 5, 2), channel, "GET DATA", minus_one_first)

    assert call(FakeChannel(exit_on_hangup=exit_on_hangup), on_call) == HungUp()


async def ask(session: AgiSession, channel: FakeChannel) -> object:
    del channel
    return await session.get_data(["a", "b", "c"], 5, 2)


def test_prompts_are_played_in_order_and_keys_taken_at_the_last() -> None:
    channel = FakeChannel(keys=["12"])
    assert call(channel, ask) == Digits("12")
    assert channel.played == ["a", "b", "c"]
    assert channel.commands[-1] == ("GET DATA", "c", "5000", "2")


@pytest.mark.parametrize("missing", ["a", "b", "c"])
def test_a_missing_prompt_is_named_when_the_caller_is_still_there(missing: str) -> None:
    channel = FakeChannel(missing_sounds=[missing], keys=["12"])
    assert call(channel, ask) == PromptMissing(missing)


@pytest.mark.parametrize(
    ("max_digits", "first", "then", "expected", "played"),
    [
        (1, 50, None, Digits("2"), []),
        (2, 50, "200 result=3", Digits("23"), [("GET DATA", "", "5000", "1")]),
        (2, 50, "200 result= (timeout)", TimedOut("2"), [("GET DATA", "", "5000", "1")]),
        (2, 50, "200 result=", Digits("2"), [("GET DATA", "", "5000", "1")]),
        (2, 35, None, Digits(""), []),
        (2, 42, "200 result=0", Digits("*0"), [("GET DATA", "", "5000", "1")]),
    ],
)
def test_a_key_during_an_early_prompt_stops_the_playing_and_counts(
    max_digits: int, first: int, then: str | None, expected: object, played: list[tuple[str, ...]]
) -> None:
    answers = iter([f"200 result={first} endpos=800", *([] if then is None else [then])])
    channel = Scripted(answers)

    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        del channel
        return await session.get_data(["a", "b"], 5, max_digits)

    assert call(channel, on_call) == expected
    assert channel.commands == [("STREAM FILE", "a", "0123456789*#ABCD"), *played]


def test_silence_of_no_length_is_not_asterisks_default() -> None:
    channel = FakeChannel(keys=[None])

    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        del channel
        return await session.get_data([], 0, 1)

    assert call(channel, on_call) == TimedOut("")
    assert channel.commands == [("GET DATA", "", "1", "1")]


class Scripted(FakeChannel):
    """A channel that answers each line with the next text, whatever was asked."""

    def __init__(self, answers: object) -> None:
        super().__init__()
        self._answers = iter(answers)  # type: ignore[call-overload]

    def _perform(self, name: str, arguments: list[str]) -> None:
        del name, arguments
        self.send(f"{next(self._answers)}\n")


def answered(command: Callable[[AgiSession], Awaitable[object]], *answers: str) -> object:
    """Return what `command` comes to when Asterisk says `answers`."""

    async def on_call(session: AgiSession, channel: FakeChannel) -> object:
        del channel
        return await command(session)

    return call(Scripted(answers), on_call)


# --- every command ----------------------------------------------------------------------------------------

TABLE: list[tuple[Callable[[AgiSession], Awaitable[object]], str, object]] = [
    (lambda s: s.stream_file("a"), "200 result=0 endpos=8512", PromptEnded()),
    (lambda s: s.stream_file("a", "12"), "200 result=49 endpos=80", Digits("1")),
    (lambda s: s.stream_file("a"), "200 result=-1 endpos=0\n200 result=6", PromptMissing("a")),
    (lambda s: s.stream_file("a"), "200 result=-1 endpos=0\n511 dead", HungUp()),
    (lambda s: s.stream_file("a"), "200 result=-1 endpos=0\nHANGUP", HungUp()),
    (lambda s: s.wait_for_digit(5), "200 result=0", TimedOut()),
    (lambda s: s.wait_for_digit(5), "200 result=1", TimedOut()),
    (lambda s: s.wait_for_digit(5), "200 result=35", Digits("#")),
    (lambda s: s.wait_for_digit(5), "200 result=53", Digits("5")),
    (lambda s: s.wait_for_digit(5), "HANGUP\n200 result=53", Digits("5")),
    (lambda s: s.wait_for_digit(5), "200 result=-1", HungUp()),
    (lambda s: s.wait_for_digit(5), "511 dead", HungUp()),
    (lambda s: s.set_music(on=True), "200 result=0", Done()),
    (lambda s: s.set_music(on=False), "511 dead", HungUp()),
    (lambda s: s.execute("Dial", "PJSIP/x"), "200 result=0", Executed(0)),
    (lambda s: s.execute("Dial", "PJSIP/x"), "200 result=-1", Executed(-1)),
    (lambda s: s.execute("Dial", "PJSIP/x"), "HANGUP\n200 result=-1", Executed(-1)),
    (lambda s: s.set_variable("A", "b"), "200 result=1", Done()),
    (lambda s: s.get_variable("A"), "200 result=1 (b)", "b"),
    (lambda s: s.get_variable("A"), "200 result=1 ()", ""),
    (lambda s: s.get_variable("A"), "200 result=1 (timeout)", "timeout"),
    (lambda s: s.get_variable("A"), "200 result=0", None),
    (lambda s: s.answer(), "200 result=0", Done()),
    (lambda s: s.answer(), "200 result=-1", HungUp()),
    (lambda s: s.hangup(), "200 result=1", Done()),
    (lambda s: s.channel_status(), "200 result=6", ChannelState.UP),
    (lambda s: s.channel_status(), "200 result=-1", HungUp()),
    (lambda s: s.channel_status(), "511 dead", HungUp()),
    (lambda s: s.noop(), "200 result=0", Done()),
]


@pytest.mark.parametrize(("command", "answer", "expected"), TABLE)
def test_each_answer_has_its_outcome(
    command: Callable[[AgiSession], Awaitable[object]], answer: str, expected: object
) -> None:
    if answer.endswith("endpos=0\nHANGUP"):  # the channel's status is never asked
        assert answered(command, answer) == expected
    else:
        first, *rest = answer.split("\n200 result=6")
        assert answered(command, *([first, "200 result=6"] if rest else answer.rsplit("\n511", 1)[:1])) == expected
