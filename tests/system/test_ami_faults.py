"""The engine's connection to AMI is cut, half open, slow or loses events, on real Asterisk behind a proxy."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.demo.registration import Registered
from ivr.demo.telephone import Answer, Ring
from routing.events import (
    AgentOffered,
    AsteriskConnected,
    AsteriskDisconnected,
    CallEnded,
    CallerQueued,
    GhostRemoved,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    TelephoneState,
)
from tests.system.exchange import answered_by

if TYPE_CHECKING:
    from tests.fakes.ami_proxy import AmiProxy
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

AWAY_S = 3.0  # AMI, after it was cut
NOTICED_S = 16.0  # a half-open connection: 10 s of silence, 5 s for the answer to a ping
GHOST_S = 11.0  # two looks at Asterisk
DELAY_S = 2.0


def test_ami_is_cut_for_3_s(exchange: RealExchange, proxy: AmiProxy, fault: Fault) -> None:
    fault.is_that(
        "AMI is cut for 3 s", "RST with callers waiting, ringing and talking; each changes meanwhile"
    )

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            both = await enter(exchange.telephone("both", Answer(0.1)))
            slow = await enter(exchange.telephone("slow", Ring()))
            late = await enter(exchange.telephone("talk-1", Answer(0.1)))
            await exchange.register(both, slow)
            talking, waiting, ringing, gives_up, unheard = [await enter(exchange.caller()) for _ in range(5)]
            await talking.press("1")
            await exchange.until_has(talking, OfferAnswered)
            for caller, key in ((waiting, "2"), (gives_up, "1"), (ringing, "3"), (unheard, "4")):
                await caller.press(key)
                await exchange.until_has(caller, CallerQueued)
            await exchange.until(lambda: "slow" in exchange.busy(), "slow's telephone rings")
            await asyncio.sleep(0.3)
            connected = exchange.count(AsteriskConnected)

            proxy.refuses = True
            proxy.cut()
            await asyncio.sleep(0.3)
            slow.calls[0].answer()
            await gives_up.leave()
            assert isinstance(await late.register(5.0), Registered)
            await both.calls[0].hang_up()
            new = await enter(exchange.caller())
            await new.press("1")
            await asyncio.sleep(AWAY_S - 0.3)
            proxy.refuses = False
            await exchange.until(lambda: exchange.count(AsteriskConnected) > connected, "AMI is back")
            await exchange.until_has(waiting, OfferAnswered)
            await exchange.until_has(ringing, OfferAnswered)
            await exchange.until_has(unheard, OfferAnswered)  # by the telephone that came meanwhile
            await asyncio.sleep(0.5)
            await waiting.leave()
            await exchange.until_has(new, OfferAnswered)
            served = answered_by(exchange, "both")[-2:]
            fault.kept(served, [exchange.contact_of(caller) for caller in (waiting, new)])
            fault.heard(waiting, ringing, unheard, new, limit_s=3.0)

    exchange.run(play())


def test_a_half_open_ami_is_noticed_and_nobody_waits_for_it(
    exchange: RealExchange, proxy: AmiProxy, fault: Fault
) -> None:
    fault.is_that("AMI is half open", "everything is swallowed both ways while callers phone, wait and talk")

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            both = await enter(exchange.telephone("both", Answer(0.1)))
            await exchange.register(both)
            talking, waiting = [await enter(exchange.caller()) for _ in range(2)]
            await talking.press("1")
            await exchange.until_has(talking, OfferAnswered)
            await waiting.press("2")
            await exchange.until_has(waiting, CallerQueued)
            lost, back = exchange.count(AsteriskDisconnected), exchange.count(AsteriskConnected)
            proxy.deafen()
            since = time.monotonic()
            await both.calls[0].hang_up()  # the caller's own session tells
            new = await enter(exchange.caller())
            await new.press("1")
            await exchange.until(
                lambda: exchange.count(AsteriskDisconnected) > lost, "it is noticed", NOTICED_S
            )
            fault.notes["noticed after"] = f"{time.monotonic() - since:.1f} s"
            await exchange.until(lambda: exchange.count(AsteriskConnected) > back, "AMI is back")
            await exchange.until_has(waiting, OfferAnswered)
            await asyncio.sleep(0.3)
            await waiting.leave()
            await exchange.until_has(new, OfferAnswered)
            fault.heard(waiting, new, limit_s=3.0)

    exchange.run(play())


def test_ami_is_slow(exchange: RealExchange, proxy: AmiProxy, fault: Fault) -> None:
    fault.is_that("AMI is slow", f"{DELAY_S:g} s each way, while two callers and one agent talk in turn")

    async def play() -> None:
        proxy.delay_s = DELAY_S
        try:
            async with AsyncExitStack() as stack:
                enter = stack.enter_async_context
                both = await enter(exchange.telephone("both", Answer(0.1)))
                await exchange.register(both)
                first, second = [await enter(exchange.caller()) for _ in range(2)]
                for caller, key in ((first, "1"), (second, "2")):
                    await caller.press(key)
                    await exchange.until_has(caller, CallerQueued)
                await exchange.until_has(first, OfferAnswered)
                await asyncio.sleep(0.5)
                await both.calls[0].hang_up()
                await exchange.until_has(second, OfferAnswered)
                await asyncio.sleep(0.5)
                await second.leave()
                await exchange.until(lambda: "both" not in exchange.busy(), "the agent is free")
                served = answered_by(exchange, "both")[-2:]
                fault.kept(served, [exchange.contact_of(caller) for caller in (first, second)])
                await exchange.until(
                    lambda: exchange.agents_in(TelephoneState.FREE) == {"both"}, "the telephone is free"
                )
        finally:
            proxy.delay_s = 0.0

    exchange.run(play())


def test_ghosts_are_removed(exchange: RealExchange, proxy: AmiProxy, fault: Fault) -> None:
    fault.is_that("Events are lost", "AMI never tells of hang-ups: one caller who waited, one who talked")

    async def play() -> None:
        async with (
            exchange.telephone("both", Answer(0.1)) as both,
            exchange.caller() as talking,
            exchange.caller() as waiting,
        ):
            await exchange.register(both)
            await talking.press("1")
            await exchange.until_has(talking, OfferAnswered)
            await waiting.press("2")
            await exchange.until_has(waiting, CallerQueued)
            proxy.lost = (b"Event: Hangup", b"Event: BridgeLeave", b"UserEvent: VaxelEnded")
            gone_at = time.time()
            await waiting.leave()
            await talking.leave()
            for caller in (waiting, talking):
                await exchange.until_has(caller, CallEnded, GHOST_S + 1)
                (story,) = exchange.stories(caller.number)
                (ghost,) = story.of(GhostRemoved)
                assert ghost.what == "caller"  # type: ignore[union-attr]
                assert story.at(CallEnded) - gone_at < GHOST_S
            fault.notes["removed after"] = f"{story.at(CallEnded) - gone_at:.1f} s"
            assert proxy.lost_events
            proxy.lost = ()
            assert "both" not in exchange.busy()
            async with exchange.caller() as next_:
                await next_.press("1")
                await exchange.until_has(next_, OfferAnswered)

    try:
        exchange.run(play())
    finally:
        proxy.lost = ()


def test_an_offer_that_we_take_back_never_counts_against_the_agent(
    exchange: RealExchange, proxy: AmiProxy, fault: Fault
) -> None:
    fault.is_that("An offer is taken back", "AMI says that the ringing telephone is gone, and it is not")

    async def play() -> None:
        async with exchange.telephone("slow", Ring()) as slow, exchange.caller() as caller:
            await exchange.register(slow)
            await caller.press("3")
            await slow.ringing(5.0)
            await exchange.until(
                lambda: not exchange.agents_in(TelephoneState.FREE), "AMI tells that it rings"
            )
            proxy.tell(Event="DeviceStateChange", Device="PJSIP/slow", State="UNAVAILABLE")
            await exchange.until_has(caller, OfferFailed)
            await slow.ringing(5.0)
            (story,) = exchange.stories(caller.number)
            assert [e.cause for e in story.of(OfferFailed)] == [OfferFailure.WITHDRAWN]  # type: ignore[union-attr]
            failed_at = story.at(OfferFailed)
            assert [e.agent for e in story.of(AgentOffered)] == ["slow", "slow"]  # type: ignore[union-attr]
            assert [r.at for r in story.events if isinstance(r.event, AgentOffered)][1] - failed_at < 1.0
            slow.calls[0].answer()
            await exchange.until_has(caller, OfferAnswered)

    exchange.run(play())
