"""The engine is gone for a while, on real Asterisk: callers are answered, and the log is whole."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.demo.call import Call
from ivr.demo.telephone import Answer, Ring
from routing.events import (
    AgentOffered,
    CallerQueued,
    CallerReturned,
    FallbackAnswered,
    OfferAnswered,
    Outcome,
    PromptPlayed,
)
from tests.system import pbx
from tests.system.exchange import TESTBY, answered_by, serve_each

if TYPE_CHECKING:
    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

GONE_S = 30.0
OUT_S = 8.0  # until a queue of Asterisk's own has who has lost the engine: about 5 s
FREE_S = 1.0  # an agent whose talk has ended is free again within it
LOOK_S = 0.3


async def until_fallen_back(
    exchange: RealExchange, *contacts: str, within_s: float = OUT_S
) -> dict[str, float]:
    """Wait until Asterisk's own queues have these callers; return since when."""
    deadline = time.monotonic() + within_s
    while set(contacts) - (came := await pbx.fallen_back(exchange.stand.asterisk)).keys():
        assert time.monotonic() < deadline, f"not there: {set(contacts) - came.keys()}"
        await asyncio.sleep(LOOK_S)
    return came


async def until_heard_free(exchange: RealExchange, agent: str) -> None:
    """Wait until the engine knows the agent to be free."""
    await exchange.until(lambda: agent not in exchange.busy(), f"{agent} is free", FREE_S)


def test_callers_are_answered_while_the_engine_is_gone_for_30_s(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that(
        "The engine is killed and gone for 30 s",
        "SIGKILL with callers in menu and queues, ringing and talking; others phone and talk meanwhile",
    )
    exchange.declared.fallback_rings = True

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            both = await enter(exchange.telephone("both", Answer(0.1)))
            slow = await enter(exchange.telephone("slow", Ring()))
            first = await enter(exchange.telephone("talk-1", Ring()))
            second = await enter(exchange.telephone("talk-2", Answer(0.2)))
            named = await enter(exchange.telephone("named", Ring()))
            await exchange.register(both, slow, first, second, named)

            async def phone(key: str, kind: type = CallerQueued, called: str = "") -> Caller:
                caller = await enter(exchange.caller(called) if called else exchange.caller())
                await caller.press(key)
                await exchange.until_has(caller, kind)
                return caller

            talking = await phone("1", OfferAnswered)  # ends while it is gone
            rung_slow = await phone("3")  # answered while it is gone, over before it is back
            rung_first = await phone("4")  # answered while it is gone, over when it is back
            secret = await phone("5")
            left, right, gives_up = await phone("1"), await phone("2"), await phone("1")
            alone = await phone("1", called=TESTBY)  # nobody is there for this queue
            menu = await enter(exchange.caller())
            await exchange.until_has(menu, PromptPlayed)
            exchange.declared.cut_off.add(alone.number)
            await asyncio.sleep(1.0)

            await exchange.stand.kill_engine()
            killed_at = time.time()
            slow.calls[0].answer()
            first.calls[0].answer()
            await asyncio.sleep(1.0)
            await menu.leave()
            await gives_up.leave()
            came = await until_fallen_back(exchange, *map(exchange.contact_of, (left, right)))
            fault.out_s = {"waiting": max(came[exchange.contact_of(c)] for c in (left, right)) - killed_at}
            await alone.cut_off(GONE_S)
            await talking.leave()  # `both` is free for whom Asterisk asks for
            new = await enter(exchange.caller())
            exchange.declared.unreadable.add(new.number)
            await slow.calls[0].hang_up()
            answered = await second.ringing(OUT_S + 5)
            assert isinstance(answered, Call)
            again = await named.ringing(OUT_S)  # the engine's own ring was the first
            while isinstance(again, Call) and again.is_over:
                again = await named.ringing(OUT_S)
            assert isinstance(again, Call)
            again.answer()
            still_waits = await enter(exchange.caller())
            await asyncio.sleep(3.0)
            await answered.hang_up()
            await new.cut_off()
            second.behaviour = Ring()
            await asyncio.sleep(max(0.0, killed_at + GONE_S - time.time()))

            await exchange.stand.start_engine()
            await exchange.until_has(still_waits, CallerReturned)
            await asyncio.sleep(0.5)
            for caller in (left, right):
                assert len(exchange.stories(caller.number)) == 1
            in_talk, in_line = sorted(
                (left, right), key=lambda c: not exchange.has(c, FallbackAnswered)
            )  # `both` took one of them: Asterisk's queues know no order among each other
            assert exchange.has(in_talk, FallbackAnswered)
            await first.calls[0].hang_up()
            await until_heard_free(exchange, "talk-1")
            assert "slow" not in exchange.busy()
            await again.hang_up()
            await both.calls[0].hang_up()
            await exchange.until_has(in_line, OfferAnswered)
            fault.heard(left, right, secret, still_waits, limit_s=15.0)
            second.behaviour = Answer(0.1)
            for call in second.calls:
                call.answer()
            for call in first.calls:
                call.answer()
            await exchange.until_has(still_waits, OfferAnswered)
            rings = [ring.agent for ring in await exchange.seen.rings() if ring.caller == secret.number]
            assert set(rings) == {"named"}
            for caller in (rung_slow, rung_first):
                (story,) = exchange.stories(caller.number)
                assert len(story.of(AgentOffered)) == 1
            outcome = {c: exchange.stories(c.number)[0].ends[0].outcome for c in (alone, menu, gives_up)}
            assert outcome == {
                alone: Outcome.ENGINE_LOST,
                menu: Outcome.LEFT_IN_MENU,
                gives_up: Outcome.ABANDONED,
            }

    exchange.run(play())


def test_a_call_that_came_and_went_within_seconds_while_the_engine_was_gone_is_logged(
    exchange: RealExchange,
) -> None:
    async def play() -> None:
        await exchange.stand.kill_engine()
        async with exchange.caller() as caller:
            exchange.declared.unreadable.add(caller.number)
            await asyncio.sleep(1.5)
        await exchange.stand.start_engine()
        await asyncio.sleep(1.0)

    exchange.run(play())
    exchange.settle()


def test_an_engine_told_to_end_lets_telephones_ring_out_and_keeps_everybodys_place(
    exchange: RealExchange, fault: Fault
) -> None:
    fault.is_that("The engine is told to end", "SIGTERM while one telephone rings and three callers wait")

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            both = await enter(exchange.telephone("both", Answer(0.1)))
            slow = await enter(exchange.telephone("slow", Ring()))
            await exchange.register(slow)
            ringing = await enter(exchange.caller())
            await ringing.press("3")
            waiting = [await enter(exchange.caller()) for _ in range(3)]
            for caller, key in zip(waiting, "121", strict=True):
                await caller.press(key)
                await exchange.until_has(caller, CallerQueued)
            await exchange.until(lambda: "slow" in exchange.busy(), "slow's telephone rings")

            ending = asyncio.create_task(exchange.stand.stop_engine())
            await both.register(5.0)  # and is offered nobody any more
            await asyncio.sleep(1.5)
            assert not ending.done()
            slow.calls[0].answer()
            await asyncio.wait_for(ending, 3.0)
            await exchange.stand.start_engine()
            await serve_each(exchange, waiting, 0.2)
            served = answered_by(exchange, "both")[-len(waiting) :]
            fault.kept(served, [exchange.contact_of(caller) for caller in waiting])
            fault.heard(*waiting, limit_s=3.0)
            assert not ringing.call.is_over

    exchange.run(play())
