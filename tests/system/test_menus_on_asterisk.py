"""The parts of the language of menus, as callers on real Asterisk meet them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ivr.demo.telephone import Answer
from routing.events import (
    CallEnded,
    CallerQueued,
    LanguageChosen,
    MenuAnswered,
    OfficerAnswered,
    OfficerFailed,
    Outcome,
    PromptPlayed,
    ScriptEnded,
)
from tests.system.exchange import ORDBY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.caller import Caller
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk

SECRET = "8675309"
CHRISTMAS_EVE = datetime(2026, 12, 24, 10, 0)  # noqa: DTZ001  # local, as in the settings
OLD_NUMBER = "+46858000096"


def prompts(exchange: RealExchange, caller: str) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (e.node, e.prompts) for e in exchange.story(caller).of(PromptPlayed) if isinstance(e, PromptPlayed)
    ]


async def at_node(exchange: RealExchange, caller: Caller, node: str, times: int = 1) -> None:
    """Wait until the caller is being told or asked something at a node, for the `times`th time."""

    def is_there() -> bool:
        stories = exchange.stories(caller.number)
        played = [e for story in stories for e in story.of(PromptPlayed) if isinstance(e, PromptPlayed)]
        return sum(event.node == node for event in played) >= times

    await exchange.until(is_there, f"the caller comes to {node}")


def queues(exchange: RealExchange, caller: str) -> list[str]:
    return [e.queue for e in exchange.story(caller).of(CallerQueued) if isinstance(e, CallerQueued)]


def test_the_chosen_language_is_spoken_from_then_on(exchange: RealExchange) -> None:
    async def play() -> str:
        async with exchange.caller(ORDBY) as caller:
            await at_node(exchange, caller, "welcome")
            await caller.press("1")
            await at_node(exchange, caller, "welcome", times=2)
            await asyncio.sleep(1.5)
            assert caller.heard(1.0).longest_gap_s < 0.9
            return caller.number

    caller = exchange.run(play())
    exchange.settle()
    story = exchange.story(caller)
    assert [e.language for e in story.of(LanguageChosen) if isinstance(e, LanguageChosen)] == ["en"]
    assert story.ends[0].outcome is Outcome.LEFT_IN_MENU


def test_one_and_several_keys_are_told_apart_by_the_time_between_them(exchange: RealExchange) -> None:
    async def play() -> tuple[str, str]:
        async with exchange.caller(ORDBY) as short, exchange.caller(ORDBY) as long:
            await at_node(exchange, short, "welcome")
            await at_node(exchange, long, "welcome")
            await short.press("7")
            await long.press("75", gap_s=0.1)  # as quick as fingers are
            await exchange.until_has(long, CallerQueued)
            await exchange.until_has(short, CallerQueued)
            return short.number, long.number

    short, long = exchange.run(play())
    exchange.settle()
    assert (queues(exchange, short), queues(exchange, long)) == (["desk"], ["other"])


def test_a_pyst2_script_has_the_caller_and_secret_digits_are_kept_nowhere(exchange: RealExchange) -> None:
    async def play() -> str:
        async with exchange.caller(ORDBY) as caller:
            await at_node(exchange, caller, "welcome")
            await caller.press("2")
            await at_node(exchange, caller, "card")
            await asyncio.sleep(0.3)
            await caller.press(SECRET)
            await asyncio.sleep(1.0)  # the script begins; its beep is short
            await caller.press("6")
            await exchange.until_has(caller, CallerQueued)
            return caller.number

    caller = exchange.run(play())
    exchange.settle()
    (ended,) = exchange.story(caller).of(ScriptEnded)
    assert isinstance(ended, ScriptEnded)
    assert (ended.result, ended.has_failed) == ("member", False)
    assert queues(exchange, caller) == ["other"]
    for path in exchange.stand.settings.state.rglob("*"):
        if path.is_file() and path.suffix != ".wav":
            assert SECRET.encode() not in path.read_bytes(), path


def test_digits_are_read_back_and_confirmed(exchange: RealExchange) -> None:
    async def play() -> str:
        async with exchange.caller(ORDBY) as caller:
            await at_node(exchange, caller, "welcome")
            await caller.press("3")
            await at_node(exchange, caller, "code")
            await asyncio.sleep(0.3)
            await caller.press("42#")
            await at_node(exchange, caller, "code", times=2)
            await asyncio.sleep(6.0)  # "du slog: fyra, två; om det stämmer …"
            await caller.press("1")
            await exchange.until_has(caller, CallerQueued)
            return caller.number

    caller = exchange.run(play())
    exchange.settle()
    assert prompts(exchange, caller)[2] == (
        "code",
        ("sentences/read-back", "keyed digits", "sentences/confirm"),
    )
    assert queues(exchange, caller) == ["other"]


def test_a_caller_is_connected_with_an_officer_and_goes_on_where_nobody_answers(
    exchange: RealExchange,
) -> None:
    async def play() -> tuple[str, str]:
        async with exchange.telephone("rut-ord", Answer(0.2)) as officer:
            await exchange.register(officer)
            async with exchange.caller(ORDBY) as caller:
                await at_node(exchange, caller, "welcome")
                await caller.press("5")
                await at_node(exchange, caller, "dial")
                await asyncio.sleep(0.3)
                await caller.press("523")
                await exchange.until_has(caller, OfficerAnswered)
                await asyncio.sleep(1.0)
        async with exchange.caller(ORDBY) as in_vain:
            await at_node(exchange, in_vain, "welcome")
            await in_vain.press("4")
            await exchange.until_has(in_vain, OfficerFailed)
            await exchange.until_has(in_vain, CallerQueued)
        return caller.number, in_vain.number

    met, in_vain = exchange.run(play())
    exchange.settle()
    assert exchange.story(met).ends[0].outcome is Outcome.CONNECTED_DIRECTLY
    assert queues(exchange, in_vain) == ["desk"]


def test_an_old_number_says_so_and_connects(exchange: RealExchange) -> None:
    async def play() -> str:
        async with exchange.caller(OLD_NUMBER) as caller:
            await exchange.until_has(caller, CallerQueued, 30.0)
            return caller.number

    caller = exchange.run(play())
    exchange.settle()
    assert prompts(exchange, caller) == [("desk", ("replaced/46858000096",))]
    row = next(row for row in exchange.rows() if row.contact == exchange.story(caller).contact)
    assert row.called == OLD_NUMBER


@pytest.fixture
def on_christmas_eve(session_exchange: RealExchange) -> Iterator[RealExchange]:
    """An engine that tells callers the hours of Christmas Eve."""
    stand, run = session_exchange.stand, session_exchange.run
    usual = stand.settings
    session_exchange.settle()
    run(stand.stop_engine())
    stand.settings = replace(usual, as_if=CHRISTMAS_EVE)
    run(stand.start_engine())
    yield session_exchange
    session_exchange.settle()
    run(stand.stop_engine())
    stand.settings = usual
    run(stand.start_engine())


def test_closed_on_a_holiday_says_why_and_when_it_opens(on_christmas_eve: RealExchange) -> None:
    exchange = on_christmas_eve

    async def play() -> str:
        async with exchange.caller(ORDBY) as caller:
            await asyncio.sleep(2.0)
            assert caller.heard(1.5).longest_gap_s < 1.0  # speech
            await caller.cut_off(40.0)
            return caller.number

    caller = exchange.run(play())
    exchange.settle()
    (said,) = prompts(exchange, caller)
    assert said == ("counter", ("sentences/closed-holiday", "sentences/opens") * 2)
    assert [(e.outcome, e.by) for e in exchange.story(caller).ends] == [(Outcome.OUT_OF_HOURS, "engine")]
    spoken = _texts_of_the_sound(exchange, "julafton")
    assert "Vi öppnar igen på måndag klockan åtta." in spoken
    assert exchange.story(caller).of(MenuAnswered) == []
    assert exchange.story(caller).of(CallEnded)


def _texts_of_the_sound(exchange: RealExchange, word: str) -> str:
    """Return what is written beside the sound in which a word is heard."""
    texts = (path.read_text("utf-8") for path in exchange.stand.settings.prompts.glob("*.txt"))
    return "\n".join(text for text in texts if word in text)
