"""Upkeep in a whole engine: orders and saved files change what new callers hear, and no fault ends a call."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.control.client import give
from ivr.control.orders import Answer, CrisisOn, Reload
from ivr.menu.number import load_number
from ivr.publishing.publisher import Publisher
from ivr.standing import StandingFile
from routing.events import CallEnded, ConfigurationChanged, CrisisBegan, CrisisEnded
from tests.ivr.engines import Stand, serving, settings_in, until
from tests.ivr.publishing.ground import speech_in, write_number

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ivr.control.orders import Order
    from ivr.settings import Settings

pytestmark = pytest.mark.thorough

STORY_S = 30.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings for an engine of its own; its menus are other than those that it starts with."""
    write_number(tmp_path / "menus", "testby")
    usual = settings_in(tmp_path)
    return replace(usual, menus=tmp_path / "menus", speech=speech_in(tmp_path), reloads=False)


def run(settings: Settings, story: Callable[[Stand], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(STORY_S), serving(Stand(settings, has_log=False)) as stand:
            await story(stand)

    asyncio.run(main())


async def given(stand: Stand, order: Order) -> Answer:
    await until(stand.settings.control.exists)
    return await asyncio.to_thread(give, stand.settings.control, order)


def test_a_reload_under_calls_ends_none_and_moves_who_waits(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.waiting()
        answer = await given(stand, Reload())
        assert answer.lines[0] == "testby: live, version 1"
        live = stand.engine.exchange.core.attendant.numbers["testby"].content_hash
        assert stand.log(ConfigurationChanged)[-1] == ConfigurationChanged("testby", live)
        contact = stand.engine.exchange.core.contacts["c1"]
        assert contact.queued is not None
        assert contact.queued.queue == "testby-people"
        assert not channel.closed
        assert stand.log(CallEnded) == []

    run(settings, story)


def test_a_saved_file_goes_live_by_itself(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        attendant = stand.engine.exchange.core.attendant
        published = len(stand.log(ConfigurationChanged))
        # What was saved as the engine started is published too.
        await until(lambda: len(stand.log(ConfigurationChanged)) > published)
        saved = load_number(write_number(settings.menus, "testby", greeting="Hej."))
        await until(lambda: attendant.numbers["testby"].content_hash == saved.content_hash)

    run(replace(settings, reloads=True), story)


def test_what_stood_stands_again_and_what_is_over_does_not(settings: Settings) -> None:
    event = CrisisBegan("testby", "c", ("sv",), ("Vatten.",), 1.0, None, "", "", "Kris")
    of_others, over = event._replace(number="nyby"), event._replace(crisis="d", until=2.0)
    StandingFile(settings.standing).write([event, of_others, over], 1.0)

    async def story(stand: Stand) -> None:
        assert stand.log(CrisisBegan) == [event]

    run(settings, story)


def test_what_stands_for_a_number_that_comes_back_is_heard_there(settings: Settings) -> None:
    event = CrisisBegan("nyby", "c", ("sv",), ("Vatten.",), 1.0, None, "", "", "Kris")
    StandingFile(settings.standing).write([event], 1.0)

    async def story(stand: Stand) -> None:
        assert stand.log(CrisisBegan) == []
        write_number(settings.menus, "nyby")
        assert (await given(stand, Reload())).is_done
        assert stand.log(CrisisBegan) == [event]

    run(settings, story)


def test_a_damaged_standing_file_is_logged_and_calls_are_answered(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.standing.write_bytes(b"rubbish\n")

    async def story(stand: Stand) -> None:
        await stand.waiting()
        answer = await given(stand, CrisisOn("testby", {"": "Vatten."}))
        assert not answer.is_done
        assert answer.lines[0].startswith(f"standing messages {settings.standing}: line 1: ")
        assert stand.log(CrisisBegan) == []

    run(settings, story)
    assert f"standing messages {settings.standing}: line 1: " in caplog.text


def test_a_crash_after_the_file_and_before_the_event_is_made_good_by_the_next_start(
    settings: Settings,
) -> None:
    event = CrisisBegan("testby", "c", ("sv",), ("Vatten.",), 1.0, None, "", "", "Kris")

    async def ended(stand: Stand) -> None:
        stand.engine.exchange.happened(event)
        StandingFile(settings.standing).change([CrisisEnded("testby", "c")], 2.0)

    async def after(stand: Stand) -> None:
        assert stand.engine.exchange.core.attendant.stands("testby").crises == ()

    run(settings, ended)
    run(settings, after)


def test_a_socket_that_cannot_be_made_ends_no_call(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.control.mkdir()

    async def story(stand: Stand) -> None:
        channel = await stand.waiting()
        await until(lambda: "upkeep of the menus: " in caplog.text)
        assert not channel.closed

    run(settings, story)
    assert f"Is a directory: '{settings.control}'; calls go on; trying again in 60 s" in caplog.text


class Faulty(Publisher):
    """A publisher with a fault."""

    async def publish(self, why: str) -> None:  # type: ignore[override]
        raise ZeroDivisionError(why)


def test_a_fault_of_the_publisher_ends_no_call_and_orders_are_taken(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.waiting()
        await until(stand.settings.control.exists)
        faulty = Faulty(settings, stand.engine.exchange.core.attendant, lambda _: (), lambda: 0.0)
        stand.engine._upkeep._publisher = stand.engine._upkeep._supervision._publisher = faulty
        write_number(settings.menus, "testby", greeting="Hej.")
        await until(lambda: "a fault while they were to go live" in caplog.text)
        assert (await given(stand, Reload())).lines == ("the engine has a fault; its log has the details",)
        assert (await given(stand, CrisisOn("testby", {"": "Vatten."}))).is_done
        assert not channel.closed

    run(replace(settings, reloads=True), story)


def test_an_engine_that_ends_in_the_middle_of_a_publication_leaves_no_child(settings: Settings) -> None:
    slow = replace(settings, speech=("sh", "-c", "exec sleep 30", "{output}"))

    async def story(stand: Stand) -> None:
        await until(stand.settings.control.exists)
        reloading = asyncio.create_task(given(stand, Reload()))
        await until(lambda: len(stand.followers()) == 1)
        await stand.stop()
        assert stand.followers() == set()
        with pytest.raises(Exception, match="ended before it answered"):
            await reloading

    run(slow, story)
