"""The router's rules on real Asterisk: rings, specialists, confidentiality, cool-down, two numbers' agent."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.demo.telephone import Answer, Ring
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    AgentResumed,
    CallerQueued,
    CallerTurnedAway,
    OfferAnswered,
    OfferFailed,
    Outcome,
    Rule,
    WayOut,
)
from tests.system.exchange import GRANBY, KOBY
from tests.system.test_duty import dial

if TYPE_CHECKING:
    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk

COOL_DOWN_S = 4.0  # of the queue `rings` after no answer
OPENS_S = 3.0  # its second ring


def offers(exchange: RealExchange, caller: Caller) -> list[AgentOffered]:
    story = exchange.stories(caller.number)[0]
    return [event for event in story.of(AgentOffered) if isinstance(event, AgentOffered)]


async def until_offered(exchange: RealExchange, caller: Caller, times: int = 1) -> AgentOffered:
    await exchange.until(
        lambda: bool(exchange.stories(caller.number)) and len(offers(exchange, caller)) >= times,
        f"offer {times} of {caller.number}",
    )
    return offers(exchange, caller)[times - 1]


def test_a_ring_opens_after_its_time_and_a_specialist_is_preferred(exchange: RealExchange) -> None:
    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            special = await enter(exchange.telephone("ring-special", Answer(0.1)))
            general = await enter(exchange.telephone("ring-general", Answer(0.1)))
            await exchange.register(special, general)
            first = await enter(exchange.caller(KOBY))
            await first.press("1")
            offer = await until_offered(exchange, first)
            assert (offer.agent, offer.rule, offer.ring) == ("ring-special", Rule.SPECIALIST, 0)
            assert (offer.considered.free, offer.considered.closed) == (1, 1)
            await exchange.until_has(first, OfferAnswered)
            second = await enter(exchange.caller(KOBY))
            await second.press("1")
            offer = await until_offered(exchange, second)
            assert (offer.agent, offer.rule, offer.ring) == ("ring-general", Rule.WIDENED, 1)
            assert OPENS_S <= offer.waited_s < OPENS_S + 0.1
            assert offer.considered.talking == 1
            await exchange.until_has(second, OfferAnswered)

    exchange.run(play())


def test_an_empty_ring_is_skipped_at_once(exchange: RealExchange) -> None:
    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            general = await enter(exchange.telephone("ring-general", Answer(0.1)))
            await exchange.register(general)
            caller = await enter(exchange.caller(KOBY))
            await caller.press("1")
            offer = await until_offered(exchange, caller)
            assert (offer.agent, offer.rule) == ("ring-general", Rule.RING_EMPTY)
            assert offer.waited_s < 0.5
            await exchange.until_has(caller, OfferAnswered)

    exchange.run(play())


def test_a_confidential_queue_rings_its_named_people_alone_also_without_the_engine(
    exchange: RealExchange,
) -> None:
    exchange.declared.fallback_rings = True

    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            general = await enter(exchange.telephone("ring-general", Answer(0.1)))
            special = await enter(exchange.telephone("ring-special", Answer(0.1)))
            await exchange.register(general, special)
            caller = await enter(exchange.caller(KOBY))
            await caller.press("2")
            await exchange.until_has(caller, CallerQueued)
            await asyncio.sleep(OPENS_S + 1)
            assert offers(exchange, caller) == []
            exchange.declared.cut_off.add(caller.number)
            await exchange.stand.kill_engine()
            await caller.cut_off()  # with an apology: nobody named is there
            assert not general.calls
            assert not special.calls
            await exchange.stand.start_engine()
            again = await enter(exchange.caller(KOBY))
            await again.press("2")
            named = await enter(exchange.telephone("ring-named", Answer(0.1)))
            await exchange.register(named)
            assert (await until_offered(exchange, again)).agent == "ring-named"
            await exchange.until_has(again, OfferAnswered)

    exchange.run(play())


def test_who_does_not_answer_is_left_alone_and_paused_the_second_time(exchange: RealExchange) -> None:
    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            special = await enter(exchange.telephone("ring-special", Ring()))
            await exchange.register(special)
            caller = await enter(exchange.caller(KOBY))
            await caller.press("1")
            await until_offered(exchange, caller)
            await exchange.until_has(caller, OfferFailed)
            failed_at = exchange.stories(caller.number)[0].at(OfferFailed)
            await until_offered(exchange, caller, times=2)
            again_at = [at for _, at, event in exchange.stream if isinstance(event, AgentOffered)][-1]
            assert COOL_DOWN_S <= again_at - failed_at < COOL_DOWN_S + 0.1
            await exchange.until(lambda: exchange.count(AgentAutoPaused) == 1, "the pause of our own")
            members = await exchange.stand.asterisk.ask("queue show vaxel-rings")
            assert "(paused" in members
            await asyncio.sleep(COOL_DOWN_S + 1)
            assert len(offers(exchange, caller)) == 2
            resumed = exchange.count(AgentResumed)
            special.behaviour = Answer(0.1)
            await dial(special, "*50")
            await exchange.until(lambda: exchange.count(AgentResumed) > resumed, "back")
            await exchange.until_has(caller, OfferAnswered)

    exchange.run(play())


def test_an_agent_of_two_numbers_has_one_caller_at_a_time_in_the_order_they_came(
    exchange: RealExchange,
) -> None:
    async def play() -> None:
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            first = await enter(exchange.caller(GRANBY))
            await first.press("1")
            await exchange.until_has(first, CallerQueued)
            second = await enter(exchange.caller(KOBY))
            await second.press("4")
            await exchange.until_has(second, CallerQueued)
            shared = await enter(exchange.telephone("two-towns", Answer(0.1)))
            await exchange.register(shared)
            await exchange.until_has(first, OfferAnswered)
            await asyncio.sleep(1.0)
            assert offers(exchange, second) == []
            await first.leave()
            await exchange.until_has(second, OfferAnswered)
            for caller, queue in ((first, "neighbours"), (second, "shared")):
                (offer,) = offers(exchange, caller)
                assert (offer.agent, offer.queue) == ("two-towns", queue)

    exchange.run(play())


def test_who_finds_the_queue_full_is_told_and_counts_as_overflowed(exchange: RealExchange) -> None:
    async def play() -> tuple[str, str]:
        async with exchange.caller(KOBY) as waiting, exchange.caller(KOBY) as turned_away:
            await waiting.press("5")
            await exchange.until_has(waiting, CallerQueued)
            await turned_away.press("5")
            await exchange.until_has(turned_away, CallerTurnedAway)
            await turned_away.cut_off()
            return waiting.number, turned_away.number

    waiting, third = exchange.run(play())
    exchange.settle()
    (away,) = exchange.story(third).of(CallerTurnedAway)
    assert isinstance(away, CallerTurnedAway)
    assert (away.way_out, away.leads_to) == (WayOut.WAITING, "sorry")
    assert exchange.story(third).ends[0].outcome is Outcome.OVERFLOWED
    assert exchange.story(waiting).ends[0].outcome is Outcome.ABANDONED
