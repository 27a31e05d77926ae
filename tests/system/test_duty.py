"""Agents who pause by telephone are rung neither by the router nor by Asterisk's own queues."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.demo.call import Call
from ivr.demo.outcomes import Answered
from ivr.demo.telephone import Answer
from routing.events import AgentPaused, AgentResumed, CallTransferred, OfferAnswered

if TYPE_CHECKING:
    from ivr.demo.telephone import Telephone
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk


async def dial(telephone: Telephone, code: str) -> None:
    call = telephone.place(code)
    assert isinstance(await call.answered(5.0), Answered)
    await call.ended(5.0)


def test_who_pauses_is_not_rung_until_back(exchange: RealExchange) -> None:
    async def play() -> None:
        async with exchange.telephone("both", Answer(0.1)) as both:
            await exchange.register(both)
            await dial(both, "*51")
            await exchange.until(lambda: exchange.count(AgentPaused) == 1, "the pause")
            members = await exchange.stand.asterisk.ask("queue show vaxel-left")
            assert "(paused" in members
            async with exchange.caller() as caller:
                await caller.press("1")
                await asyncio.sleep(1.0)
                assert not exchange.has(caller, OfferAnswered)
                await dial(both, "*50")
                await exchange.until_has(caller, OfferAnswered)
            members = await exchange.stand.asterisk.ask("queue show vaxel-left")
            assert "(paused" not in members
            assert exchange.count(AgentResumed) == 1

    exchange.run(play())


def test_a_caller_who_is_sent_to_a_code_goes_back_to_the_queue(exchange: RealExchange) -> None:
    async def play() -> None:
        async with exchange.telephone("both", Answer(0.1)) as both, exchange.caller() as caller:
            await exchange.register(both)
            await caller.press("1")
            talk = await both.ringing(5.0)
            assert isinstance(talk, Call)
            await exchange.until_has(caller, OfferAnswered)
            await talk.transfer("*51")
            await exchange.until_has(caller, CallTransferred)
            await exchange.until(
                lambda: len(exchange.stories(caller.number)[0].of(OfferAnswered)) == 2, "answered again"
            )

    exchange.run(play())
