"""Callers who are handed over, in every way there is, and everybody hanging up at each point."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ivr.core import OFFICER_RING_S
from ivr.dead_man import STEP_MARGIN_S
from ivr.demo.call import Call
from ivr.demo.outcomes import Answered, TimedOut, Transferred, TransferRefused
from ivr.demo.telephone import Answer, Refuse, Ring
from routing.events import (
    CallerQueued,
    CallTransferred,
    ConsultBegan,
    ConsultEnded,
    OfferAnswered,
    OfficerAnswered,
    OfficerFailed,
    Outcome,
    TalkEnded,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ivr.demo.telephone import Behaviour, Telephone
    from routing.events import Event
    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange, Story

pytestmark = pytest.mark.asterisk

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


@pytest.mark.parametrize("way", ["refer", "code"])
@pytest.mark.parametrize("who", ["caller", "named"])
def test_blind_to_a_queue(exchange: RealExchange, way: str, who: str) -> None:
    async def play(at: Scene) -> None:
        await at.send(QUEUE, way)
        await at.until(OfferAnswered, 2)
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "secret", "blind")]
    first, second = places(story)
    assert (first[0], second[0], second[1]) == ("talk", "secret", first[1])
    assert story.ends[0].by == ("caller" if who == "caller" else "agent")


@pytest.mark.parametrize("way", ["refer", "code"])
@pytest.mark.parametrize("who", ["caller", "officer"])
def test_blind_to_an_officer(exchange: RealExchange, way: str, who: str) -> None:
    async def play(at: Scene) -> None:
        await at.send(OFFICER, way)
        await at.until(OfficerAnswered)
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "blind")]
    assert story.ends[0].by == ("caller" if who == "caller" else "agent")


def test_blind_to_an_officer_who_is_busy_brings_the_caller_back_to_the_old_place(
    exchange: RealExchange,
) -> None:
    async def play(at: Scene) -> None:
        assert await at.talk.transfer(OFFICER) == Transferred()  # Asterisk says so before it has rung
        await at.until(OfficerFailed)
        await at.until(OfferAnswered, 2)  # by the agent, who was free at once
        await at.caller.leave()

    story = run(exchange, play, Refuse(486))
    first, second = places(story)
    assert first == second
    assert [e.cause for e in story.of(OfficerFailed)] == ["busy"]  # type: ignore[union-attr]


def test_a_caller_who_gives_up_while_the_officer_rings(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        await at.send(OFFICER, "refer")
        ringing = await at.officer.ringing(5.0)
        assert isinstance(ringing, Call)
        await at.caller.leave()
        assert not isinstance(await ringing.ended(2.0), TimedOut)

    assert handed(run(exchange, play, Ring())) == [("talk-1", "officer", "blind")]


@pytest.mark.parametrize("asked_in", ["the talk", "the consulting call"])
@pytest.mark.parametrize("who", ["caller", "officer"])
def test_attended_to_an_officer_who_has_answered(exchange: RealExchange, asked_in: str, who: str) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(OFFICER)
        officers = await at.officer.ringing(5.0)
        assert isinstance(officers, Call)
        await officers.answered(5.0)
        await asyncio.sleep(0.3)  # until Asterisk has connected the two
        one, other = (at.talk, consult) if asked_in == "the talk" else (consult, at.talk)
        assert await one.transfer_to(other) == Transferred()
        await at.until(CallTransferred)
        await at.agent_is_free()
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "attended")]
    assert story.ends[0].by == ("caller" if who == "caller" else "agent")
    assert len(places(story)) == 1


@pytest.mark.parametrize("who", ["caller", "officer"])
def test_attended_while_the_officer_rings_who_then_answers(exchange: RealExchange, who: str) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(OFFICER)
        ringing = await at.officer.ringing(5.0)
        assert isinstance(ringing, Call)
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.until(CallTransferred)
        await at.agent_is_free()
        ringing.answer()
        await at.until(OfficerAnswered)
        await at.end(who)

    story = run(exchange, play, Ring())
    assert handed(story) == [("talk-1", "officer", "attended")]
    assert story.ends[0].by == ("caller" if who == "caller" else "agent")


def test_attended_while_the_officer_rings_who_then_declines(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(OFFICER)
        ringing = await at.officer.ringing(5.0)
        assert isinstance(ringing, Call)
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.until(CallTransferred)
        ringing.refuse(603)
        await at.until(OfficerFailed)
        await at.until(OfferAnswered, 2)
        await at.caller.leave()

    story = run(exchange, play, Ring())
    first, second = places(story)
    assert first == second


def test_attended_while_the_officer_rings_and_the_caller_gives_up(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(OFFICER)
        ringing = await at.officer.ringing(5.0)
        assert isinstance(ringing, Call)
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.until(CallTransferred)
        await at.caller.leave()
        assert not isinstance(await ringing.ended(2.0), TimedOut)

    assert handed(run(exchange, play, Ring())) == [("talk-1", "officer", "attended")]


def test_an_officer_who_rings_to_the_end_and_a_talk_that_outlives_the_consulting_calls_switch(
    exchange: RealExchange,
) -> None:
    """What was armed for the consulting call goes on for the caller, and must not cut the talk."""

    async def never(at: Scene) -> None:
        consult = await at.consult("502")
        assert isinstance(await at.officer.ringing(5.0), Call)
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.exchange.until_has(at.caller, OfficerFailed, OFFICER_RING_S + 5)
        await at.until(OfferAnswered, 2)
        await at.caller.leave()

    async def late(at: Scene) -> None:
        consult = await at.consult(OFFICER)
        ringing = await at.officer.ringing(5.0)
        assert isinstance(ringing, Call)
        assert await at.talk.transfer_to(consult) == Transferred()
        ringing.answer()
        await at.until(OfficerAnswered)
        await asyncio.sleep(OFFICER_RING_S + STEP_MARGIN_S)
        assert ringing.is_up
        await at.end("officer")

    async def main() -> tuple[str, str]:
        async with (
            scene(exchange, Ring()) as one,
            scene(exchange, Ring(), people=("talk-2", "other", "both")) as two,
        ):
            await asyncio.gather(late(one), never(two))
            return one.caller.number, two.caller.number

    one, two = exchange.run(main())
    exchange.settle()
    assert handed(exchange.story(one)) == [("talk-1", "officer", "attended")]
    assert [e.cause for e in exchange.story(two).of(OfficerFailed)] == ["no_answer"]  # type: ignore[union-attr]


@pytest.mark.parametrize("asked_in", ["the talk", "the consulting call"])
@pytest.mark.parametrize("who", ["caller", "named"])
def test_attended_to_a_queue(exchange: RealExchange, asked_in: str, who: str) -> None:
    async def play(at: Scene) -> None:
        at.named.behaviour = Ring()
        consult = await at.consult(QUEUE)
        assert isinstance(await consult.answered(5.0), Answered)
        await at.until(ConsultBegan)
        one, other = (at.talk, consult) if asked_in == "the talk" else (consult, at.talk)
        assert await one.transfer_to(other) == Transferred()
        await at.until(CallTransferred)
        await at.agent_is_free()
        ringing = await at.named.ringing(5.0)
        assert isinstance(ringing, Call), "\n".join(str(r) for r in at.story.events)
        ringing.answer()
        await at.until(OfferAnswered, 2)
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "secret", "attended")]
    first, second = places(story)
    assert (first[0], second[0], second[1]) == ("talk", "secret", first[1])


def test_a_telephone_that_hangs_both_calls_up_at_once_loses_nobody(exchange: RealExchange) -> None:
    """Its own end may overtake the handing over, of which Asterisk says all the same that it went well."""
    for _ in range(5):

        async def play(at: Scene) -> None:
            consult = await at.consult(QUEUE)
            assert isinstance(await consult.answered(5.0), Answered)
            await at.until(ConsultBegan)
            assert await at.talk.transfer_to(consult) == Transferred()
            await consult.hang_up()
            await at.until(OfferAnswered, 2)
            await at.end("caller")

        assert handed(run(exchange, play)) == [("talk-1", "secret", "attended")]


@pytest.mark.parametrize("target", [OFFICER, QUEUE])
def test_a_caller_who_gives_up_on_hold(exchange: RealExchange, target: str) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(target)
        assert isinstance(await consult.answered(5.0), Answered)
        await at.caller.leave()
        assert consult.is_up
        await consult.hang_up()

    story = run(exchange, play)
    assert (handed(story), story.ends[0].by) == ([], "caller")


@pytest.mark.parametrize("target", [OFFICER, QUEUE])
def test_an_agent_who_comes_back_from_asking(exchange: RealExchange, target: str) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(target)
        await at.until(ConsultBegan)
        await consult.hang_up()
        assert await at.talk.resume()
        await at.until(ConsultEnded)
        await asyncio.sleep(0.3)
        await at.talk.hang_up()
        await at.caller.cut_off()

    story = run(exchange, play)
    assert (handed(story), story.ends[0].by) == ([], "agent")
    assert len(story.of(TalkEnded)) == 1


def test_an_officer_hands_the_caller_on(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        await at.send(OFFICER, "refer")
        await at.until(OfficerAnswered)
        assert await at.officer.calls[0].transfer(QUEUE) == Transferred()
        await at.until(OfferAnswered, 2)
        await at.end("named")

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "blind"), ("officer", "secret", "blind")]


def test_an_officer_who_was_asked_first_hands_the_caller_on(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        consult = await at.consult(OFFICER)
        officers = await at.officer.ringing(5.0)
        assert isinstance(officers, Call)
        await officers.answered(5.0)
        await asyncio.sleep(0.3)  # until Asterisk has connected the two
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.until(CallTransferred)
        assert await officers.transfer(QUEUE) == Transferred()
        await at.until(OfferAnswered, 2)
        await at.end("caller")

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "attended"), ("officer", "secret", "blind")]


@pytest.mark.parametrize("target", ["999", "T", "s", "0858028500", "talk-2", "slow"])
def test_nobody_is_sent_where_nothing_leads(exchange: RealExchange, target: str) -> None:
    async def play(at: Scene) -> None:
        outcome = await at.talk.transfer(target)
        assert isinstance(outcome, TransferRefused), outcome
        assert at.talk.is_up
        await asyncio.sleep(0.3)
        assert not at.caller.call.is_over
        await at.caller.leave()

    assert handed(run(exchange, play)) == []
