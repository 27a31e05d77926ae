"""Deadlines: a silent Asterisk never holds a call's task for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.agi.errors import CommandOverdueError, SessionClosedError
from ivr.agi.session import EXECUTE_LIMIT_S, LONGEST_PROMPT_S, LONGEST_TALK_S, MARGIN_S
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.virtual import call, now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession


class Hung(FakeChannel):
    """A channel whose Asterisk takes lines and says nothing."""

    def _perform(self, name: str, arguments: list[str]) -> None:
        del name, arguments


@pytest.mark.parametrize(
    ("command", "limit_s"),
    [
        (lambda s: s.wait_for_digit(10), 10),
        (lambda s: s.wait_for_digit(0), 0),
        (lambda s: s.get_data(["a"], 5, 3), LONGEST_PROMPT_S + 15),
        (lambda s: s.get_data(["a", "b"], 5, 3), LONGEST_PROMPT_S),
        (lambda s: s.stream_file("a"), LONGEST_PROMPT_S),
        (lambda s: s.execute("Set", "A=b"), EXECUTE_LIMIT_S),
        (lambda s: s.execute("Dial", "PJSIP/x,20"), LONGEST_TALK_S),
        (lambda s: s.execute("Dial", "PJSIP/x,20", limit_s=30), 30),
        (lambda s: s.set_variable("A", "b"), 0),
        (lambda s: s.get_variable("A"), 0),
        (lambda s: s.set_music(on=True), 0),
        (lambda s: s.answer(), 0),
        (lambda s: s.hangup(), 0),
        (lambda s: s.channel_status(), 0),
        (lambda s: s.noop(), 0),
    ],
)
def test_a_missed_deadline_is_an_error_and_closes_the_session(
    command: Callable[[AgiSession], Awaitable[object]], limit_s: float
) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> tuple[float, bool]:
        with pytest.raises(
            CommandOverdueError, match=r"^AGI session 17\.1: [A-Z ]+: got no answer, expected one"
        ):
            await command(session)
        at = now()
        await channel.reached(lambda c: c.closed)
        with pytest.raises(SessionClosedError):
            await session.noop()
        return at, session.closed

    at, closed = call(Hung("17.1"), on_call)
    assert at == pytest.approx(limit_s + MARGIN_S)
    assert closed


def test_an_answer_in_time_stops_the_clock() -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> int:
        for _ in range(1000):
            await session.wait_for_digit(10)
        return channel.count

    assert call(FakeChannel(real_time=True), on_call) == 1000
