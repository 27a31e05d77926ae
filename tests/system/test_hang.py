"""The engine hangs while callers are everywhere, on real Asterisk: its own queues have them within 15 s."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from ivr.demo.telephone import Answer, Ring
from routing.events import (
    CallerFellBack,
    CallerQueued,
    CallerReturned,
    FallbackAnswered,
    OfferAnswered,
    PromptPlayed,
)
from tests.system import pbx
from tests.system.exchange import answered_by, serve_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

OUT_S = 15.0  # until a caller of a hung engine is in a queue of Asterisk's own
LOOK_S = 0.3


@contextmanager
def stopped(exchange: RealExchange) -> Iterator[float]:
    """Stop the engine in its tracks; give the UTC second."""
    pid = exchange.stand.engine_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield time.time()
    finally:
        os.kill(pid, signal.SIGCONT)


def test_callers_of_a_hung_engine_are_in_asterisks_own_queues_and_come_back(
    exchange: RealExchange, fault: Fault
) -> None:
    fault.is_that(
        "The engine hangs",
        "SIGSTOP with callers in a menu, in a long text, waiting, ringing and talking; SIGCONT when "
        "Asterisk's own queues had them all",
    )
    exchange.declared.fallback_rings = True

    async def play() -> None:
        async with AsyncExitStack() as stack:
            both = await stack.enter_async_context(exchange.telephone("both", Answer(0.1)))
            slow = await stack.enter_async_context(exchange.telephone("slow", Ring()))
            talk = await stack.enter_async_context(exchange.telephone("talk-1", Answer(0.3)))
            await exchange.register(both, slow, talk)

            async def phone(key: str, kind: type = CallerQueued) -> Caller:
                caller = await stack.enter_async_context(exchange.caller())
                await caller.press(key) if key else None
                await exchange.until_has(caller, kind)
                return caller

            talking = await phone("1", OfferAnswered)
            ringing = await phone("3")
            waiting = [await phone("1"), await phone("2"), await phone("1")]
            in_text = await phone("6", PromptPlayed)
            await exchange.until(
                lambda: said(exchange, in_text) == ["welcome", "long"], "the long text is said"
            )
            in_menu = await phone("", PromptPlayed)
            await asyncio.sleep(1.0)

            places = {"menu": in_menu, "long text": in_text, "ringing": ringing}
            places |= {f"waiting {n}": caller for n, caller in enumerate(waiting)}
            contacts = {exchange.contact_of(caller): place for place, caller in places.items()}
            with stopped(exchange) as since:
                while contacts.keys() - (came := await pbx.fallen_back(exchange.stand.asterisk)).keys():
                    assert time.time() < since + OUT_S + 2, f"not there: {contacts.keys() - came.keys()}"
                    await asyncio.sleep(LOOK_S)
                fault.out_s = {place: came[contact] - since for contact, place in contacts.items()}
                assert max(fault.out_s.values()) < OUT_S
                # Who has chosen nothing comes to the person whom the menu leads to.
                assert not in_menu.call.is_over
            fell_back = [in_menu, in_text, ringing, *waiting]
            await exchange.until(
                lambda: all(exchange.has(c, CallerFellBack) for c in fell_back), "the engine learns of it"
            )
            await exchange.until(
                lambda: all(
                    exchange.has(c, CallerReturned) or exchange.has(c, FallbackAnswered) for c in fell_back
                ),
                "the engine fetches them back",
            )
            fault.heard(*fell_back, limit_s=OUT_S)
            connected = [c for c in fell_back if exchange.has(c, FallbackAnswered)]
            assert len(connected) == 1  # one of the two whom talk-1 may answer
            await talking.leave()
            await serve_each(exchange, waiting, 0.3)
            served = answered_by(exchange, "both")[-len(waiting) :]
            fault.kept(served, [exchange.contact_of(caller) for caller in waiting])
            slow.behaviour = Answer(0.1)
            for call in slow.calls:
                call.answer()
            await exchange.until_has(ringing, OfferAnswered)

    exchange.run(play())


def said(exchange: RealExchange, caller: Caller) -> list[str]:
    """Return the nodes that were said to the caller."""
    (story,) = exchange.stories(caller.number)
    return [event.node for event in story.of(PromptPlayed)]  # type: ignore[union-attr, misc]


def test_what_happens_during_a_hang_is_logged_at_its_time(exchange: RealExchange) -> None:

    async def play() -> None:
        async with (
            exchange.telephone("talk-1", Answer(0.1)) as first,
            exchange.telephone("slow", Ring()) as slow,
            exchange.caller() as talking,
            exchange.caller() as ringing,
            exchange.caller() as waiting,
        ):
            await exchange.register(first, slow)
            await talking.press("4")
            await exchange.until_has(talking, OfferAnswered)
            await ringing.press("3")
            await waiting.press("1")
            await exchange.until_has(waiting, CallerQueued)
            await exchange.until(lambda: "slow" in exchange.busy(), "slow's telephone rings")
            await asyncio.sleep(1.0)
            with stopped(exchange):
                await waiting.leave()
                await first.calls[0].hang_up()
                slow.calls[0].answer()
                await asyncio.sleep(3.0)
            await exchange.until_has(ringing, OfferAnswered)
            await asyncio.sleep(1.0)

    exchange.run(play())
    exchange.settle()
