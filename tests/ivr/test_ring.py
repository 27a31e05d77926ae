"""Ringing through Dial: its words, and what each of its ends means."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.ring import CallerGone, DialRing, NotAnswered, Talked
from routing.events import OfferFailure
from tests.fakes.fastagi import Dialled, FakeChannel
from tests.ivr.agi.virtual import call

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.agi.session import AgiSession
    from ivr.ring import Rung


def rung(channel: FakeChannel) -> Rung:
    async def on_call(session: AgiSession, _: FakeChannel) -> Rung:
        return await DialRing(session).ring("anna", 20.0, lambda: False)

    return call(channel, on_call)


@pytest.mark.parametrize(
    ("status", "cause", "expected"),
    [
        ("ANSWER", "16", Talked()),
        ("NOANSWER", "0", NotAnswered(OfferFailure.NO_ANSWER)),
        ("BUSY", "17", NotAnswered(OfferFailure.BUSY)),
        ("CONGESTION", "34", NotAnswered(OfferFailure.UNREACHABLE)),
        ("CHANUNAVAIL", "3", NotAnswered(OfferFailure.UNREACHABLE)),
        ("CHANUNAVAIL", "21", NotAnswered(OfferFailure.DECLINED)),
        ("CANCEL", "0", NotAnswered(OfferFailure.CALLER_GONE)),
        ("A LATER WORD", "0", NotAnswered(OfferFailure.UNREACHABLE)),
    ],
)
def test_each_end_of_dial_has_its_meaning(status: str, cause: str, expected: Rung) -> None:
    assert rung(FakeChannel(dials=[Dialled(status)], variables={"HANGUPCAUSE": cause})) == expected


def test_a_talk_that_is_known_is_not_asked_for() -> None:
    channel = FakeChannel(dials=[Dialled("ANSWER")])

    async def on_call(session: AgiSession, _: FakeChannel) -> Rung:
        return await DialRing(session).ring("anna", 20.0, lambda: True)

    assert call(channel, on_call) == Talked()
    assert [command[0] for command in channel.commands] == ["EXEC"]


def test_the_agents_telephone_is_dialled_with_music_and_the_answers_subroutine() -> None:
    channel = FakeChannel(dials=[Dialled()])
    rung(channel)
    assert channel.commands[0] == ("EXEC", "Dial", "PJSIP/anna,20,gmtU(vaxel-onanswer)")


@pytest.mark.parametrize("end", [FakeChannel.hang_up, FakeChannel.kill])
def test_a_caller_who_goes_while_it_rings_is_gone(end: Callable[[FakeChannel], None]) -> None:
    async def on_call(session: AgiSession, channel: FakeChannel) -> Rung:
        ringing = asyncio.get_running_loop().create_task(DialRing(session).ring("anna", 20.0, lambda: False))
        await channel.reached(lambda c: c.running == "EXEC")
        end(channel)
        return await ringing

    assert call(FakeChannel(), on_call) == CallerGone()
