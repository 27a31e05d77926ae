"""Menus, crisis messages and hours change under calls on real Asterisk: nobody is lost, nobody mixed up."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from ivr.demo.agents import Manner
from routing.events import (
    CallArrived,
    CallerInformed,
    CallerQueued,
    ConfigurationChanged,
    Outcome,
    PromptPlayed,
    TelephoneState,
)
from tests.system.exchange import ORDBY, TESTBY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk

CALLS = 300
CALLS_PER_S = 20


async def vaxel(exchange: RealExchange, *words: str) -> str:
    """Run a command as an administrator does; return what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli",
        "--settings",
        str(exchange.stand.settings_file),
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return f"{process.returncode} {said.decode().strip()}"


@pytest.fixture
def edited(exchange: RealExchange) -> Iterator[RealExchange]:
    """The exchange, whose files are as before after the test, and live so."""
    menus = exchange.stand.settings.menus
    before = menus.with_name("menus-before")
    shutil.copytree(menus, before)
    yield exchange
    shutil.rmtree(menus)
    before.rename(menus)
    exchange.run(vaxel(exchange, "menus", "reload"))


@pytest.mark.load
def test_a_reload_under_20_calls_a_second_loses_none(edited: RealExchange) -> None:
    exchange = edited
    crowd_agents = [agent for agent in exchange.policy.agents if agent.startswith("crowd-")]
    citizens = [exchange.citizen("4", first_s=1.0) for _ in range(CALLS)]
    menu = exchange.stand.settings.menus / "testby" / "menu.yaml"
    said: list[str] = []

    text = menu.read_text("utf-8")

    async def edit() -> None:
        for turn in range(3):
            await asyncio.sleep(3.0)
            menu.write_text(text.replace("älkommen till", f"älkommen {turn} till"), "utf-8")
            said.append(await vaxel(exchange, "menus", "reload"))

    async def play() -> None:
        manner = Manner(answer_s=(0.1, 0.3), talk_s=(0.3, 0.8))
        async with exchange.agents(crowd_agents, manner):
            await exchange.until(
                lambda: set(crowd_agents) <= exchange.agents_in(TelephoneState.FREE), "agents are free"
            )
            editing = asyncio.create_task(edit())
            async with exchange.crowd(citizens, TESTBY, calls=CALLS_PER_S) as crowd:
                report = await crowd.finished(120.0)
            await editing
        assert report.successful == CALLS, report.problems

    exchange.run(play())
    exchange.settle()
    assert [line.splitlines()[0].startswith("0 testby: live, version") for line in said] == [True] * 3, said
    assert exchange.count(ConfigurationChanged) >= 3
    assert [exchange.story(c.caller).ends[0].outcome for c in citizens] == [Outcome.ANSWERED] * CALLS


def test_a_call_under_way_finishes_on_its_menu_and_a_broken_one_changes_nothing(
    edited: RealExchange,
) -> None:
    exchange = edited
    menu = exchange.stand.settings.menus / "testby" / "menu.yaml"

    async def play() -> tuple[str, str, str]:
        async with exchange.caller(TESTBY) as before:
            await exchange.until_has(before, PromptPlayed)
            text = menu.read_text("utf-8")
            swapped = text.replace('1.", to: solo', '1.", to: pair').replace('2.", to: pair', '2.", to: solo')
            menu.write_text(swapped, "utf-8")
            reloaded = await vaxel(exchange, "menus", "reload")
            async with exchange.caller(TESTBY) as after:
                await exchange.until_has(after, PromptPlayed)
                await after.press("1")
                await before.press("1")
                await exchange.until_has(after, CallerQueued)
                await exchange.until_has(before, CallerQueued)
            menu.write_text(menu.read_text("utf-8").replace("to: pair", "to: pear"), "utf-8")
            refused = await vaxel(exchange, "menus", "reload")
            async with exchange.caller(TESTBY) as later:
                await exchange.until_has(later, PromptPlayed)
                await later.press("1")
                await exchange.until_has(later, CallerQueued)
            assert reloaded.startswith("0 testby: live"), reloaded
            assert refused.startswith("1 "), refused
            assert 'unknown node "pear"; did you mean "pair"?' in refused
            return before.number, after.number, later.number

    before, after, later = exchange.run(play())
    exchange.settle()
    queued = [
        [e.queue for e in exchange.story(caller).of(CallerQueued) if isinstance(e, CallerQueued)]
        for caller in (before, after, later)
    ]
    assert queued == [["solo"], ["pair"], ["pair"]]


def test_a_crisis_message_goes_on_and_off_during_calls(exchange: RealExchange) -> None:
    async def play() -> tuple[str, str, str, str]:
        async with exchange.caller(ORDBY) as before:
            await exchange.until_has(before, PromptPlayed)
            on = await vaxel(
                exchange, "crisis", "on", "--number", "ordby",
                "--text", "Vattnet är avstängt i Ordby.", "--text", "en: The water is off.",
            )  # fmt: skip
            async with exchange.caller(ORDBY) as during:
                await exchange.until_has(during, CallerInformed)
                await asyncio.sleep(2.0)
                assert during.heard(1.5).longest_gap_s < 1.0
            async with exchange.caller(TESTBY) as elsewhere:
                await exchange.until_has(elsewhere, PromptPlayed)
            off = await vaxel(exchange, "crisis", "off", "--number", "ordby")
            async with exchange.caller(ORDBY) as after:
                await exchange.until_has(after, PromptPlayed)
            assert on.startswith("0 ordby: crisis message"), on
            assert off.startswith("0 ordby: crisis message"), off
            return before.number, during.number, elsewhere.number, after.number

    numbers = exchange.run(play())
    exchange.settle()
    before, during, elsewhere, after = (exchange.story(number) for number in numbers)
    assert [bool(s.of(CallerInformed)) for s in (before, during, elsewhere, after)] == [
        False, True, False, False,
    ]  # fmt: skip
    assert during.ends[0].outcome is Outcome.INFORMED
    assert {story.ends[0].outcome for story in (before, elsewhere, after)} == {Outcome.LEFT_IN_MENU}
    assert all(story.of(CallArrived) for story in (before, during, elsewhere, after))
