"""Callers who are handed over after asking, in every way there is, and everybody hanging up at each point."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.contact import OFFICER_RING_S
from ivr.dead_man import STEP_MARGIN_S
from ivr.demo.call import Call
from ivr.demo.outcomes import Answered, TimedOut, Transferred
from ivr.demo.telephone import Ring
from routing.events import (
    CallTransferred,
    ConsultBegan,
    ConsultEnded,
    OfferAnswered,
    OfficerAnswered,
    OfficerFailed,
    TalkEnded,
)
from tests.system.handing import OFFICER, QUEUE, Scene, handed, places, run, scene

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk


@pytest.mark.parametrize("asked_in", ["the talk", "the consulting call"])
@pytest.mark.parametrize("who", ["caller", "officer"])
def test_attended_to_an_officer_who_has_answered(exchange: RealExchange, asked_in: str, who: str) -> None:
    async def play(at: Scene) -> None:
        consult, _ = await at.ask()
        one, other = (at.talk, consult) if asked_in == "the talk" else (consult, at.talk)
        assert await one.transfer_to(other) == Transferred()
        await at.until(CallTransferred)
        await at.agent_is_free()
        await at.end(who)

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "attended")]
    assert story.ends[0].by == ("caller" if who == "caller" else "agent"), story.events
    assert len(places(story)) == 1


@pytest.mark.parametrize("who", ["caller", "officer"])
def test_attended_while_the_officer_rings_who_then_answers(exchange: RealExchange, who: str) -> None:
    async def play(at: Scene) -> None:
        ringing = await at.hand_over_ringing()
        await at.agent_is_free()
        ringing.answer()
        await at.until(OfficerAnswered)
        await at.end(who)

    story = run(exchange, play, Ring())
    assert handed(story) == [("talk-1", "officer", "attended")]
    assert story.ends[0].by == ("caller" if who == "caller" else "agent"), story.events


def test_attended_while_the_officer_rings_who_then_declines(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        ringing = await at.hand_over_ringing()
        ringing.refuse(603)
        await at.until(OfficerFailed)
        await at.until(OfferAnswered, 2)
        await at.caller.leave()

    story = run(exchange, play, Ring())
    first, second = places(story)
    assert first == second


def test_attended_while_the_officer_rings_and_the_caller_gives_up(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        ringing = await at.hand_over_ringing()
        await at.caller.leave()
        assert not isinstance(await ringing.ended(2.0), TimedOut)

    assert handed(run(exchange, play, Ring())) == [("talk-1", "officer", "attended")]


def test_an_officer_who_rings_to_the_end_and_a_talk_that_outlives_the_consulting_calls_switch(
    exchange: RealExchange,
) -> None:
    """What was armed for the consulting call goes on for the caller, and must not cut the talk."""

    async def never(at: Scene) -> None:
        consult = await at.consult("502")
        await at.officer_rings()
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.exchange.until_has(at.caller, OfficerFailed, OFFICER_RING_S + 5)
        await at.until(OfferAnswered, 2)
        await at.caller.leave()

    async def late(at: Scene) -> None:
        ringing = await at.hand_over_ringing()
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


def test_an_officer_who_was_asked_first_hands_the_caller_on(exchange: RealExchange) -> None:
    async def play(at: Scene) -> None:
        consult, officers = await at.ask()
        assert await at.talk.transfer_to(consult) == Transferred()
        await at.until(CallTransferred)
        assert await officers.transfer(QUEUE) == Transferred()
        await at.until(OfferAnswered, 2)
        await at.end("caller")

    story = run(exchange, play)
    assert handed(story) == [("talk-1", "officer", "attended"), ("officer", "secret", "blind")]
