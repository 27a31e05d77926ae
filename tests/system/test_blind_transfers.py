"""Callers who are handed over unasked, by REFER and by keys, and everybody hanging up at each point."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.demo.outcomes import TimedOut, Transferred, TransferRefused
from ivr.demo.telephone import Refuse, Ring
from routing.events import (
    OfferAnswered,
    OfficerAnswered,
    OfficerFailed,
)
from tests.system.handing import OFFICER, QUEUE, Scene, handed, places, run

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk


@pytest.mark.parametrize("way", ["refer", "code"])
@pytest.mark.parametrize("who", ["caller", "named"])
def test_blind_to_a_queue(exchange: RealExchange, way: str, who: str) -> None:
    async def play(at: Scene) -> None:
        await at.send(QUEUE, way)
        await at.until(OfferAnswered, 2)
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "secret", "blind")]
    first, second = places(story)
    assert (first[0], second[0], second[1]) == ("talk", "secret", first[1])
    assert story.ends[0].by == ("caller" if who == "caller" else "agent"), story.events


@pytest.mark.parametrize("way", ["refer", "code"])
@pytest.mark.parametrize("who", ["caller", "officer"])
def test_blind_to_an_officer(exchange: RealExchange, way: str, who: str) -> None:
    async def play(at: Scene) -> None:
        await at.send(OFFICER, way)
        await at.until(OfficerAnswered)
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "blind")]
    assert story.ends[0].by == ("caller" if who == "caller" else "agent"), story.events


def test_blind_to_an_officer_who_is_busy_brings_the_caller_back_to_the_old_place(
    exchange: RealExchange,
) -> None:
    async def play(at: Scene) -> None:
        assert await at.talk.transfer(OFFICER) == Transferred()  # Asterisk says so before it has rung
        await at.until(OfficerFailed)
        await at.until(OfferAnswered, 2)  # by the agent, who was free at once
        await at.caller.leave()

    story = run(exchange, play, Refuse(486))
    first, second = places(story)
    assert first == second
    assert [e.cause for e in story.of(OfficerFailed)] == ["busy"]  # type: ignore[union-attr]


def test_a_caller_who_gives_up_while_the_officer_rings(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        await at.send(OFFICER, "refer")
        ringing = await at.officer_rings()
        await at.caller.leave()
        assert not isinstance(await ringing.ended(2.0), TimedOut)

    assert handed(run(exchange, play, Ring())) == [("talk-1", "officer", "blind")]


def test_an_officer_hands_the_caller_on(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        await at.send(OFFICER, "refer")
        await at.until(OfficerAnswered)
        assert await at.officer.calls[0].transfer(QUEUE) == Transferred()
        await at.until(OfferAnswered, 2)
        await at.end("named")

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "blind"), ("officer", "secret", "blind")]


@pytest.mark.parametrize("target", ["999", "T", "s", "0858028500", "talk-2", "slow"])
def test_nobody_is_sent_where_nothing_leads(exchange: RealExchange, target: str) -> None:
    async def play(at: Scene) -> None:
        outcome = await at.talk.transfer(target)
        assert isinstance(outcome, TransferRefused), outcome
        assert at.talk.is_up
        await asyncio.sleep(0.3)
        assert not at.caller.call.is_over
        await at.caller.leave()

    assert handed(run(exchange, play)) == []
