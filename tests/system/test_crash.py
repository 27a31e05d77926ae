"""The engine is killed while callers are everywhere, on real Asterisk: nobody is lost and order is kept."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.demo.outcomes import TimedOut
from ivr.demo.telephone import Answer, Ring
from routing.events import AgentOffered, CallerQueued, CallerReturned, OfferAnswered, Outcome, PromptPlayed
from tests.system.exchange import answered_by

if TYPE_CHECKING:
    from ivr.demo.telephone import Behaviour, Telephone
    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

TALKERS = {"talk-1", "talk-2", "talk-3"}
TELEPHONES: dict[str, Behaviour] = {
    "both": Ring(),
    "slow": Ring(),
    **dict.fromkeys(sorted(TALKERS), Answer(0.2)),
}
WAITING = 60
DEAD_S = 3.0  # no longer without sound after the engine's death


async def serve_in_turn(telephone: Telephone, callers: int) -> None:
    """Let one agent take so many calls, one after the other."""
    for served in range(callers):
        call = await telephone.ringing(10.0)
        assert not isinstance(call, TimedOut), f"rung for {served} of {callers}"
        call.answer()
        await call.answered(5.0)
        await asyncio.sleep(0.1)
        await call.hang_up()


def test_a_killed_engine_loses_nobody(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that(
        "The engine is killed and started again",
        f"SIGKILL with {WAITING} callers waiting, one in a menu, one ringing and three talking",
    )

    async def play() -> None:
        async with AsyncExitStack() as stack:
            both, slow, *talkers = [
                await stack.enter_async_context(exchange.telephone(agent, behaviour))
                for agent, behaviour in TELEPHONES.items()
            ]
            await exchange.register(slow, *talkers)
            talking = [await stack.enter_async_context(exchange.caller()) for _ in talkers]
            for caller in talking:
                await caller.press("4")
                await exchange.until_has(caller, OfferAnswered)
            ringing = await stack.enter_async_context(exchange.caller())
            await ringing.press("3")
            waiting: list[Caller] = []
            for n in range(WAITING):
                waiting.append(await stack.enter_async_context(exchange.caller(listens=n < 2)))
                await waiting[-1].press("12"[n % 2])
            await exchange.until(lambda: all(exchange.has(c, CallerQueued) for c in waiting), "all wait")
            menu = await stack.enter_async_context(exchange.caller())
            await exchange.until_has(menu, PromptPlayed)
            await asyncio.sleep(2.0)

            await exchange.stand.kill_engine()
            await exchange.stand.start_engine()
            back = (menu, *waiting)
            await exchange.until(lambda: all(exchange.has(c, CallerReturned) for c in back), "all are back")
            await asyncio.sleep(1.0)
            assert len(exchange.stories(menu.number)[0].of(PromptPlayed)) == 2  # the menu is said again
            fault.heard(menu, *waiting[:2], limit_s=DEAD_S)
            await both.register(5.0)
            await serve_in_turn(both, WAITING)
            call = await slow.ringing(5.0)
            assert not isinstance(call, TimedOut)
            call.answer()  # it has rung through the crash
            await exchange.until_has(ringing, OfferAnswered)
            assert not any(caller.call.is_over for caller in (*talking, ringing))

            served = answered_by(exchange, "both")[-WAITING:]
            entered = sorted(waiting, key=lambda c: exchange.stories(c.number)[0].at(CallerQueued))
            fault.kept(served, [exchange.contact_of(caller) for caller in entered])
            for caller in (*talking, ringing, *waiting):
                assert (
                    len(exchange.stories(caller.number)[0].of(AgentOffered)) == 1
                )  # nobody is offered twice
            for caller in talking:
                await caller.leave()
            for telephone in talkers:
                await telephone.close()
            await exchange.until(lambda: not TALKERS & exchange.busy(), "agents are free")

    exchange.run(play())
    exchange.settle()
    assert {story.ends[0].outcome for story in exchange.all_stories()[-WAITING - 5 :]} == {
        Outcome.ANSWERED,
        Outcome.LEFT_IN_MENU,
    }
