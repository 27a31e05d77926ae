"""A caller who is handed over: the people of such a scene, and what the log says of it.

Owns what the tests of transfers have in common. Knows no single way of handing over.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.demo.call import Call
from ivr.demo.outcomes import Transferred
from ivr.demo.telephone import Answer
from routing.events import (
    CallerQueued,
    CallTransferred,
    OfferAnswered,
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ivr.demo.telephone import Behaviour, Telephone
    from routing.events import Event
    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange
    from tests.system.story import Story

FREE_S = 1.0  # an agent who has handed a caller over is free again within it
QUEUE, OFFICER = "405", "501"  # of krisby: `secret`, which `named` answers, and the officer's telephone


@dataclass
class Scene:
    """A caller who talks with talk-1, an officer, and whoever answers in the other queue."""

    exchange: RealExchange
    caller: Caller
    agent: Telephone
    officer: Telephone
    named: Telephone
    talk: Call

    @property
    def story(self) -> Story:
        """The caller's one contact, as far as it has come."""
        (story,) = self.exchange.stories(self.caller.number)
        return story

    async def until(self, kind: type[Event], times: int = 1) -> None:
        """Wait until the contact has had so many events of a kind."""
        what = f"{kind.__name__} {times} times: {[type(r.event).__name__ for r in self.story.events]}"
        await self.exchange.until(lambda: len(self.story.of(kind)) == times, what, 5.0)

    async def agent_is_free(self) -> None:
        """Wait until the agent is nobody's any more: within a second."""
        agent = self.agent.account.user
        await self.exchange.until(lambda: agent not in self.exchange.busy(), f"{agent} is free", FREE_S)

    async def consult(self, target: str) -> Call:
        """Let the agent put the caller on hold and call somebody else."""
        assert await self.talk.hold()
        return self.agent.place(target)

    async def officer_rings(self) -> Call:
        """Return the officer's call, whose telephone rings."""
        call = await self.officer.ringing(5.0)
        assert isinstance(call, Call)
        return call

    async def ask(self) -> tuple[Call, Call]:
        """Let the agent talk with the officer; return the agent's call to them, and the officer's own."""
        consult = await self.consult(OFFICER)
        officers = await self.officer_rings()
        await officers.answered(5.0)
        await asyncio.sleep(0.3)  # until Asterisk has connected the two
        return consult, officers

    async def hand_over_ringing(self) -> Call:
        """Let the agent hand the caller over while the officer's telephone rings; return that call."""
        consult = await self.consult(OFFICER)
        ringing = await self.officer_rings()
        assert await self.talk.transfer_to(consult) == Transferred()
        await self.until(CallTransferred)
        return ringing

    async def send(self, target: str, way: str) -> None:
        """Let the agent hand the caller over unasked."""
        if way == "refer":
            assert await self.talk.transfer(target) == Transferred()
        else:
            assert await self.talk.press("##" + target, gap_s=0.15)
        await self.until(CallTransferred)
        await self.agent_is_free()

    async def end(self, who: str) -> None:
        """Let the caller, or whoever the caller talks with, hang up."""
        await asyncio.sleep(0.5)
        if who == "caller":
            await self.caller.leave()
            return
        telephone = {"named": self.named, "officer": self.officer}[who]
        await telephone.calls[0].hang_up()
        await self.caller.cut_off()


@asynccontextmanager
async def scene(
    exchange: RealExchange,
    officer: Behaviour | None = None,
    *,
    people: tuple[str, str, str] = ("talk-1", "officer", "named"),
) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        agent = await enter(exchange.telephone(people[0], Answer(0.1), calls_at_once=2))
        outside = await enter(exchange.telephone(people[1], officer or Answer(0.3), calls_at_once=2))
        named = await enter(exchange.telephone(people[2], Answer(0.3)))
        await exchange.register(agent, named)
        await outside.register(5.0)
        caller = await enter(exchange.caller())
        await caller.press("4")
        talk = await agent.ringing(5.0)
        assert isinstance(talk, Call)
        await exchange.until_has(caller, OfferAnswered)
        yield Scene(exchange, caller, agent, outside, named, talk)


def run(
    exchange: RealExchange, play: Callable[[Scene], Awaitable[None]], officer: Behaviour | None = None
) -> Story:
    """Let it happen, and return the caller's contact, closed."""
    callers: list[str] = []

    async def main() -> None:
        async with scene(exchange, officer) as at:
            callers.append(at.caller.number)
            await play(at)

    exchange.run(main())
    exchange.settle()
    story = exchange.story(callers[0])
    assert story.ends[0].outcome is Outcome.ANSWERED
    return story


def handed(story: Story) -> list[tuple[str, str, str]]:
    """Return who handed the caller to whom, and how."""
    return [(e.by, e.target, e.manner) for e in story.of(CallTransferred)]  # type: ignore[union-attr]


def places(story: Story) -> list[tuple[str, float]]:
    """Return the queues in which the caller waited, and since when."""
    return [(e.queue, e.since) for e in story.of(CallerQueued)]  # type: ignore[union-attr,misc]
