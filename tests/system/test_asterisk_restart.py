"""Asterisk dies and is started again under a living engine: calls are closed, the next one is served."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.asterisk.errors import PortBusyError
from ivr.demo.telephone import Answer
from routing.events import AsteriskConnected, CallEnded, CallerQueued, OfferAnswered, Outcome

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

WAITING = 20
PORTS_FREE_S = 10.0
RECOVERED_S = 10.0


async def start_again(exchange: RealExchange) -> None:
    """Start Asterisk as soon as its ports are free."""
    deadline = time.monotonic() + PORTS_FREE_S
    while True:
        try:
            await exchange.stand.asterisk.start()
        except PortBusyError:
            assert time.monotonic() < deadline, "the dead Asterisk's ports are still taken"
            await asyncio.sleep(0.2)
        else:
            return


def test_asterisk_dies_with_20_callers_waiting(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that(
        "Asterisk is killed and started again", f"SIGKILL with {WAITING} callers waiting and one talking"
    )

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            both = await enter(exchange.telephone("both", Answer(0.1)))
            await exchange.register(both)
            talking = await enter(exchange.caller())
            await talking.press("1")
            await exchange.until_has(talking, OfferAnswered)
            waiting = [await enter(exchange.caller(listens=False)) for _ in range(WAITING)]
            for n, caller in enumerate(waiting):
                await caller.press("12"[n % 2])
            await exchange.until(lambda: all(exchange.has(c, CallerQueued) for c in waiting), "all wait")
            exchange.declared.cut_off |= {caller.number for caller in (talking, *waiting)}
            exchange.declared.end_unseen |= {caller.number for caller in (talking, *waiting)}
            connected = exchange.count(AsteriskConnected)

            pid = exchange.stand.asterisk.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            died_at = time.time()
            while exchange.stand.asterisk.pid is not None:
                await asyncio.sleep(0.02)
            both.calls[0].abandon()  # nobody is left to tell it
            await start_again(exchange)
            await exchange.until(lambda: exchange.count(AsteriskConnected) > connected, "AMI is back")
            for caller in waiting:
                await exchange.until_has(caller, CallEnded)
                (story,) = exchange.stories(caller.number)
                assert story.ends[0].outcome is Outcome.PBX_LOST
            fault.notes["closed after"] = f"{story.at(CallEnded) - died_at:.1f} s"
            assert exchange.busy() == set()
            await exchange.register(both)  # as telephones do that find their server gone
            async with exchange.caller() as next_:
                await next_.press("1")
                await exchange.until_has(next_, OfferAnswered)
            fault.notes["next call served after"] = f"{time.time() - died_at:.1f} s"
            for caller in (talking, *waiting):
                caller.call.abandon()

    exchange.run(play())
