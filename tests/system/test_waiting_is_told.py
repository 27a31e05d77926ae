"""What waiting callers hear on real Asterisk, by their own RTP: their place, keys, and an agent at once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.demo.telephone import Answer
from ivr.lobby import CHOICE_WAIT_S
from ivr.menu.waitingwords import choice_text, regained_text, waiting_texts
from ivr.prompts import PromptLibrary
from queues.waiting.announcing import Told
from routing.events import (
    AgentOffered,
    CallerQueued,
    CallerSentOn,
    ChoiceOffered,
    OfferAnswered,
    PlaceRegained,
    WaitTold,
    WayOut,
)
from tests.system.exchange import KOBY
from tests.system.hearing import heard

if TYPE_CHECKING:
    from ivr.menu.texts import Prompt
    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange
    from tests.system.hearing import Played

pytestmark = pytest.mark.asterisk

MOST = 10  # the place that the queue `told` says at most
MUSIC_SHARE = 0.8  # of three seconds
CUT_S = 0.3  # an announcement is cut off within; RTP comes in frames of .02 s


class Sounds:
    """The sounds of Köby's queue `told`."""

    def __init__(self, exchange: RealExchange) -> None:
        self._menu = next(number for number in exchange.stand.numbers if number.id == "koby").menu
        self._library = PromptLibrary.of(exchange.stand.settings)

    def of(self, *prompts: Prompt | None) -> Path:
        """Return the file that plays these prompts."""
        return Path(self._library.sound([p for p in prompts if p is not None]) + ".wav")

    def place(self, position: int) -> tuple[Prompt, ...]:
        """Return what tells a place."""
        return waiting_texts(self._menu, "sv", Told(position=position), MOST)

    @property
    def key(self) -> Prompt:
        """Return what tells that there is the key 9."""
        return self._menu.waiting["told"].keys["9"].text.said_in("sv")

    @property
    def question(self) -> Prompt | None:
        """Return what is asked after it."""
        return choice_text(self._menu, "sv", "9")

    @property
    def regained(self) -> Prompt:
        """Return what somebody hears who is back."""
        return regained_text(self._menu, "sv")


async def until_heard(caller: Caller, sound: Path, within_s: float = 10.0) -> Played:
    deadline = asyncio.get_running_loop().time() + within_s
    while not (played := heard(caller, sound)):
        assert asyncio.get_running_loop().time() < deadline, f"{sound} was not heard"
        await asyncio.sleep(0.2)
    return played[-1]


async def until_music(caller: Caller) -> None:
    """Wait until the music is back, which has rests."""
    async with asyncio.timeout(6.0):
        while caller.heard(3.0).sound_share < MUSIC_SHARE:  # sound has no event
            await asyncio.sleep(0.2)


async def until_told(exchange: RealExchange, caller: Caller, position: int, within_s: float = 20.0) -> None:
    def was_told() -> bool:
        told = exchange.stories(caller.number)[0].of(WaitTold)
        return any(isinstance(event, WaitTold) and event.position == position for event in told)

    await exchange.until(was_told, f"{caller.number} is told place {position}", within_s)


def test_the_place_is_said_at_once_and_again_when_it_is_better(exchange: RealExchange) -> None:
    async def play() -> None:
        sounds = Sounds(exchange)
        async with exchange.caller(KOBY) as first, exchange.caller(KOBY) as second:
            await first.press("3")
            await exchange.until_has(first, WaitTold)
            await second.press("3")
            await exchange.until_has(second, WaitTold)
            played = await until_heard(first, sounds.of(*sounds.place(1), sounds.key))
            await asyncio.sleep(5.0)
            played = heard(first, sounds.of(*sounds.place(1), sounds.key))[0]
            assert played.share > 0.97
            await until_music(first)
            await until_heard(second, sounds.of(*sounds.place(2), sounds.key))
            await first.leave()
            await until_told(exchange, second, 1)
            await until_heard(second, sounds.of(*sounds.place(1)), 3.0)
            told = exchange.stories(second.number)[0]
            times = [at for _, at, event in told.events if isinstance(event, WaitTold)]
            assert times[1] - times[0] >= 15.0

    exchange.run(play())


def test_an_agent_cuts_the_announcement_off_at_once(exchange: RealExchange) -> None:
    async def play() -> None:
        sounds = Sounds(exchange)
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            teller = await enter(exchange.telephone("teller", Answer(0.5)))
            caller = await enter(exchange.caller(KOBY))
            await caller.press("3")
            await exchange.until_has(caller, WaitTold)
            await asyncio.sleep(1.0)
            await exchange.register(teller)
            await exchange.until_has(caller, AgentOffered)
            offered_at = asyncio.get_running_loop().time()
            await exchange.until_has(caller, OfferAnswered)
            (played,) = heard(caller, sounds.of(*sounds.place(1), sounds.key))
            assert played.share < 0.9, "it was over before the agent came"
            assert played.ended_at < offered_at + CUT_S

    exchange.run(play())


def test_a_key_leads_to_another_queue_once_it_is_confirmed_and_the_time_waited_counts(
    exchange: RealExchange,
) -> None:
    async def play() -> str:
        sounds = Sounds(exchange)
        async with exchange.caller(KOBY) as caller:
            await caller.press("3")
            await exchange.until_has(caller, WaitTold)
            await asyncio.sleep(1.0)
            await caller.press("9")  # during the announcement
            await exchange.until_has(caller, ChoiceOffered)
            await until_heard(caller, sounds.of(sounds.question))
            assert len(exchange.stories(caller.number)[0].of(CallerQueued)) == 1
            await caller.press("9")
            await exchange.until_has(caller, CallerSentOn)
            await exchange.until(
                lambda: len(exchange.stories(caller.number)[0].of(CallerQueued)) == 2, "the other queue"
            )
            return caller.number

    caller = exchange.run(play())
    exchange.settle()
    story = exchange.story(caller)
    first, second = (e for e in story.of(CallerQueued) if isinstance(e, CallerQueued))
    assert (first.queue, second.queue) == ("told", "shared")
    assert second.since == first.since
    (sent,) = story.of(CallerSentOn)
    assert isinstance(sent, CallerSentOn)
    assert sent.way_out is WayOut.CHOSEN


def test_a_key_that_is_not_confirmed_changes_nothing(exchange: RealExchange) -> None:
    async def play() -> None:
        async with exchange.caller(KOBY) as caller:
            await caller.press("3")
            await exchange.until_has(caller, WaitTold)
            await asyncio.sleep(6.0)
            await caller.press("9")  # under music
            await exchange.until_has(caller, ChoiceOffered)
            await asyncio.sleep(CHOICE_WAIT_S + 5.0)  # the question lasts for nearly five
            assert not exchange.has(caller, CallerSentOn)
            await until_music(caller)
            async with exchange.telephone("teller", Answer(0.1)) as teller:
                await exchange.register(teller)
                await exchange.until_has(caller, OfferAnswered)

    exchange.run(play())


def test_who_is_cut_off_and_phones_again_has_the_old_place(exchange: RealExchange) -> None:
    async def play() -> str:
        sounds = Sounds(exchange)
        async with exchange.caller(KOBY) as first:
            await first.press("3")
            await exchange.until_has(first, WaitTold)
            async with exchange.caller(KOBY) as second:
                await second.press("3")
                await exchange.until_has(second, WaitTold)
                await first.leave()
                async with exchange.caller_again(first) as back:
                    await asyncio.sleep(0.5)
                    await back.press("3")
                    await exchange.until(lambda: exchange.count(PlaceRegained) == 1, "the place is back")
                    await until_heard(back, sounds.of(sounds.regained, *sounds.place(1), sounds.key))
            return first.number

    number = exchange.run(play())
    exchange.settle()
    places = [
        event.since
        for story in exchange.stories(number)
        for event in story.of(CallerQueued)
        if isinstance(event, CallerQueued)
    ]
    assert len(places) == 2
    assert places[0] == places[1]
