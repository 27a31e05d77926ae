"""The session: what each command's answers come to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from ivr.agi.errors import (
    CommandRefusedError,
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
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.virtual import call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession

T = TypeVar("T")


class Scripted(FakeChannel):
    """A channel that answers each line with the next text, whatever was asked."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self._answers = iter(answers)

    def _perform(self, name: str, arguments: list[str]) -> None:
        del name, arguments
        self.send(next(self._answers) + "\n")


def outcome(channel: FakeChannel, command: Callable[[AgiSession], Awaitable[T]]) -> T:
    """Return what one command comes to."""

    async def on_call(session: AgiSession, _: FakeChannel) -> T:
        return await command(session)

    return call(channel, on_call)


# --- every command, every answer --------------------------------------------------------------------------

ALIVE, DEAD = "200 result=6", "511 Command Not Permitted"

OUTCOMES: list[tuple[Callable[[AgiSession], Awaitable[object]], tuple[str, ...], object]] = [
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=12",), Digits("12")),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=7 (timeout)",), TimedOut("7")),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result= (timeout)",), TimedOut()),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=",), Digits("")),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=-1", ALIVE), PromptMissing("a")),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=-1", DEAD), HungUp()),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=-1", f"HANGUP\n{ALIVE}"), HungUp()),
    (lambda s: s.get_data(["a"], 5, 2), ("HANGUP\n200 result=-1",), HungUp()),
    (lambda s: s.get_data(["a"], 5, 2), ("200 result=-1\nHANGUP",), HungUp()),
    (lambda s: s.get_data([], 5, 2), ("200 result=-1",), HungUp()),  # no sound: nothing can be missing
    (lambda s: s.get_data(["a"], 5, 2), (DEAD,), HungUp()),
    (lambda s: s.get_data(["a", "b"], 5, 1), ("200 result=50 endpos=8",), Digits("2")),
    (lambda s: s.get_data(["a", "b"], 5, 2), ("200 result=50 endpos=8", "200 result=3"), Digits("23")),
    (lambda s: s.get_data(["a", "b"], 5, 2), ("200 result=50 endpos=8", "200 result="), Digits("2")),
    (
        lambda s: s.get_data(["a", "b"], 5, 2),
        ("200 result=50 endpos=8", "200 result= (timeout)"),
        TimedOut("2"),
    ),
    (lambda s: s.get_data(["a", "b"], 5, 2), ("200 result=35 endpos=8",), Digits("")),
    (lambda s: s.stream_file("a"), ("200 result=0 endpos=8512",), PromptEnded()),
    (lambda s: s.stream_file("a", "12"), ("200 result=49 endpos=80",), Digits("1")),
    (lambda s: s.stream_file("a"), ("200 result=-1 endpos=0", ALIVE), PromptMissing("a")),
    (lambda s: s.stream_file("a"), ("200 result=-1 endpos=0", DEAD), HungUp()),
    (lambda s: s.stream_file("a"), ("200 result=-1 endpos=0\nHANGUP\nHANGUP",), HungUp()),
    (lambda s: s.wait_for_digit(5), ("200 result=0",), TimedOut()),
    (lambda s: s.wait_for_digit(5), ("200 result=1",), TimedOut()),
    (lambda s: s.wait_for_digit(5), ("200 result=35",), Digits("#")),
    (lambda s: s.wait_for_digit(5), ("HANGUP\n200 result=53",), Digits("5")),
    (lambda s: s.wait_for_digit(5), ("200 result=-1",), HungUp()),
    (lambda s: s.wait_for_digit(5), (DEAD,), HungUp()),
    (lambda s: s.set_music(on=True), ("200 result=0",), Done()),
    (lambda s: s.set_music(on=False), (DEAD,), HungUp()),
    (lambda s: s.execute("Dial", "PJSIP/x"), ("200 result=0",), Executed(0)),
    (lambda s: s.execute("Dial", "PJSIP/x"), ("200 result=-1",), Executed(-1)),
    (lambda s: s.execute("Dial", "PJSIP/x"), ("200 result=-1\nHANGUP",), Executed(-1)),
    (lambda s: s.execute("Dial", "PJSIP/x"), (DEAD,), HungUp()),
    (lambda s: s.set_variable("A", "b"), ("200 result=1",), Done()),
    (lambda s: s.get_variable("A"), ("200 result=1 (b)",), "b"),
    (lambda s: s.get_variable("A"), ("200 result=1 ()",), ""),
    (lambda s: s.get_variable("A"), ("200 result=0",), None),
    (lambda s: s.get_variable("A"), (DEAD,), None),
    (lambda s: s.answer(), ("200 result=0",), Done()),
    (lambda s: s.answer(), ("200 result=-1",), HungUp()),
    (lambda s: s.hangup(), ("200 result=1",), Done()),
    (lambda s: s.channel_status(), (ALIVE,), ChannelState.UP),
    (lambda s: s.channel_status(), ("200 result=-1",), HungUp()),
    (lambda s: s.channel_status(), (DEAD,), HungUp()),
    (lambda s: s.noop(), ("200 result=0",), Done()),
]


@pytest.mark.parametrize(("command", "answers", "expected"), OUTCOMES)
def test_each_answer_has_its_outcome(
    command: Callable[[AgiSession], Awaitable[object]], answers: tuple[str, ...], expected: object
) -> None:
    channel = Scripted(*answers)
    assert outcome(channel, command) == expected
    assert channel.count == len(answers)


EVERY: dict[str, Callable[[AgiSession], Awaitable[object]]] = {
    "get data": lambda s: s.get_data(["a"], 5, 2),
    "get data of two": lambda s: s.get_data(["a", "b"], 5, 2),
    "stream file": lambda s: s.stream_file("a"),
    "wait": lambda s: s.wait_for_digit(5),
    "music": lambda s: s.set_music(on=True),
    "execute": lambda s: s.execute("Dial", "PJSIP/x"),
    "set variable": lambda s: s.set_variable("A", "b"),
    "answer": lambda s: s.answer(),
    "hang up": lambda s: s.hangup(),
    "status": lambda s: s.channel_status(),
    "noop": lambda s: s.noop(),
}


class Silent(FakeChannel):
    """A channel that takes every line and says nothing."""

    def _perform(self, name: str, arguments: list[str]) -> None:
        del arguments
        self.running = name


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize(
    "end", [FakeChannel.kill, lambda channel: channel.send("HANGUP\nHANGUP\n") or channel.kill()]
)
def test_the_end_of_the_connection_is_a_hang_up_in_every_command(
    command: str, end: Callable[[FakeChannel], None]
) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> tuple[object, ...]:
        task = asyncio.ensure_future(EVERY[command](session))
        await channel.reached(lambda c: c.running != "")
        end(channel)
        during = await task
        return (
            during,
            await EVERY[command](session),
            await session.get_variable("A"),
            session.hung_up,
            session.closed,
        )

    assert call(Silent(), on_call) == (HungUp(), HungUp(), None, True, True)


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("510 Invalid or unknown command", CommandRefusedError),
        ("520-Usage\nHow\n520 End", CommandRefusedError),
        ("200 what", RemoteProtocolError),
        ("garbage", RemoteProtocolError),
    ],
)
def test_a_refusal_or_nonsense_is_a_typed_error(command: str, answer: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^AGI|<AgiSession 1700000000\.1>: "):
        outcome(Scripted(answer), EVERY[command])


@pytest.mark.parametrize(
    ("command", "answer", "text"),
    [
        (lambda s: s.get_data(["a"], 5, 2), "200 result=-7", "GET DATA: got another answer than keys"),
        (
            lambda s: s.get_data(["a"], 5, 2),
            "200 result=x (timeout)",
            "GET DATA: got another answer than keys",
        ),
        (lambda s: s.stream_file("a"), "200 result=", "STREAM FILE: got another answer than a number"),
        (
            lambda s: s.stream_file("a"),
            "200 result=1",
            "STREAM FILE: got another answer than the character code",
        ),
        (
            lambda s: s.wait_for_digit(5),
            "200 result=97",
            "got another answer than the character code of a key",
        ),
        (lambda s: s.wait_for_digit(5), "200 result=99999999999", "got another answer than a number"),
        (lambda s: s.channel_status(), "200 result=12", "CHANNEL STATUS: got another answer than a state"),
    ],
)
def test_an_answer_of_another_kind_closes_the_session(
    command: Callable[[AgiSession], Awaitable[object]], answer: str, text: str
) -> None:
    async def on_call(session: AgiSession, _: FakeChannel) -> object:
        with pytest.raises(RemoteProtocolError, match=text):
            await command(session)
        with pytest.raises(SessionClosedError):
            await session.noop()
        return session.closed, session.hung_up

    assert call(Scripted(answer), on_call) == (True, False)


def test_an_answer_that_nothing_asked_for_closes_the_session() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> None:
        channel.send("200 result=0\n")
        await channel.reached(lambda c: c.closed)
        with pytest.raises(SessionClosedError):
            await session.noop()

    call(FakeChannel(), on_call)


def test_an_application_that_is_not_loaded_is_named() -> None:
    with pytest.raises(CommandRefusedError, match="no application NoSuch; is its module loaded"):
        outcome(FakeChannel(), lambda s: s.execute("NoSuch"))
