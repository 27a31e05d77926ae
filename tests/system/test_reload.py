"""Asterisk's configuration is loaded anew under calls, as operation.md says: nobody is cut off."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.asterisk.render import write
from ivr.demo.telephone import Answer
from routing.events import AsteriskDisconnected, CallerQueued, OfferAnswered

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk

SILENCE_S = 3.0


def test_nobody_is_cut_off_by_a_new_configuration_and_a_new_engine(exchange: RealExchange) -> None:
    asterisk = exchange.stand.asterisk

    async def play() -> None:
        async with (
            exchange.telephone("talk-1", Answer(0.1)) as agent,
            exchange.telephone("both", Answer(0.1)) as other,
            exchange.caller() as talking,
            exchange.caller() as waiting,
        ):
            await exchange.register(agent)
            await talking.press("4")
            await exchange.until_has(talking, OfferAnswered)
            await waiting.press("1")
            await exchange.until_has(waiting, CallerQueued)
            disconnected = exchange.count(AsteriskDisconnected)
            write(asterisk.site, asterisk.site.folders.config)
            await asterisk.ask("core reload")
            await asyncio.sleep(0.5)
            assert exchange.count(AsteriskDisconnected) == disconnected
            await exchange.stand.stop_engine()
            await exchange.stand.start_engine()
            await exchange.register(other)
            await exchange.until_has(waiting, OfferAnswered)
            await asyncio.sleep(0.5)
            assert max(talking.longest_gap_s(), waiting.longest_gap_s()) < SILENCE_S
            assert not talking.call.is_over
            await waiting.leave()
            await talking.leave()

    exchange.run(play())
