"""A caller's whole way by ear: no gap of two seconds but for an announced wait for a key."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.dead_man import RENEWAL_S
from ivr.demo.sound import tone
from ivr.demo.telephone import Answer, Ring
from routing.events import CallerQueued, OfferAnswered, OfferFailed, OfficerAnswered

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

SILENCE_S = 2.0
OFFICER = "501"


def test_a_caller_hears_something_all_the_way(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that(
        "Nothing breaks",
        "menu, a wait of some renewals, a telephone that nobody answers, a talk, an officer by transfer",
    )

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            caller = await enter(exchange.caller())
            await asyncio.sleep(2.0)
            await caller.press("4")
            await exchange.until_has(caller, CallerQueued)
            await asyncio.sleep(RENEWAL_S + 1)
            away = await enter(exchange.telephone("talk-1", Ring()))
            await exchange.register(away)
            await exchange.until_has(caller, OfferFailed)
            there = await enter(exchange.telephone("talk-2", Answer(1.0), voice=tone()))
            officer = await enter(exchange.telephone("officer", Answer(3.0), voice=tone()))
            await officer.register(5.0)
            await exchange.register(there)
            await exchange.until_has(caller, OfferAnswered)
            await asyncio.sleep(2.0)
            await there.calls[0].transfer(OFFICER)
            await exchange.until_has(caller, OfficerAnswered)
            await asyncio.sleep(2.0)
            fault.heard(caller, limit_s=SILENCE_S)
            await officer.calls[0].hang_up()
            await caller.cut_off()

    exchange.run(play())
