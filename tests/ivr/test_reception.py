"""Who opens a session: a caller who was sent, by whomever, however much of it AMI has missed, goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Phase
from routing.events import (
    AgentPaused,
    AgentResumed,
    CallArrived,
    CallEnded,
    CallerQueued,
    CallTransferred,
    EngineStarted,
    OfferAnswered,
    OfficerAnswered,
    OfficerCalled,
)
from tests.fakes.fastagi import FakeChannel
from tests.ivr.engines import CASE, Stand, serving, settings_in, until
from tests.ivr.test_service_restart import NOW, RUNG, before, channels, queued
from tests.ivr.test_service_restart import run as run_again

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from routing.events import Event

STORY_S = 8.0
SENT_BY_ANNA, SENT_BY_OLLE = "PJSIP/anna-00000002", "PJSIP/olle-00000007"
TO_GENERAL = ("moved", "school", "", "queue:general")
TO_GENERAL_BY_ANNA = (*TO_GENERAL, SENT_BY_ANNA)
DEAD = ("+46858028500", CASE, "allowed", *TO_GENERAL_BY_ANNA)


def run(folder: Path, story: Callable[[Stand], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(STORY_S), serving(Stand(settings_in(folder))) as stand:
            await story(stand)

    asyncio.run(main())


async def talking(stand: Stand) -> FakeChannel:
    """Let anna talk with the caller."""
    channel = await stand.offered()
    stand.asterisk.channels = [
        [("Uniqueid", CASE), ("ChanVariable", f"VAXEL_CASE={CASE}"), ("BridgeId", "b")]
    ]
    stand.asterisk.emit("BridgeEnter", Uniqueid=CASE, Linkedid=CASE, BridgeNumChannels="2")
    await until(lambda: stand.engine.exchange.core.contacts[CASE].phase is Phase.TALKING)
    return channel


async def sent(stand: Stand, *kept: str) -> FakeChannel:
    """Let the caller's channel come where somebody has sent it."""
    first = stand.channels[0]
    channel = await stand.call(CASE, *kept)
    first.hang_up()
    return channel


def test_who_was_sent_waits_where_they_were_sent_although_ami_told_nothing(tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        await talking(stand)
        channel = await sent(stand, *TO_GENERAL, SENT_BY_ANNA)
        await channel.reached(lambda c: c.running in {"WAIT FOR DIGIT", "EXEC"})
        assert stand.log(CallTransferred) == [CallTransferred(CASE, "anna", "queue", "general", "blind")]

    run(tmp_path, story)


def test_whom_an_officer_sends_on_of_whom_ami_told_nothing_is_not_lost(tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        await talking(stand)
        channel = await sent(stand, *TO_GENERAL, SENT_BY_OLLE)
        await channel.reached(lambda c: c.running in {"WAIT FOR DIGIT", "EXEC"})
        assert stand.log(CallTransferred) == [
            CallTransferred(CASE, "anna", "officer", "olle", "attended", answered=True),
            CallTransferred(CASE, "olle", "queue", "general", "blind"),
        ]
        assert stand.log(CallEnded) == []

    run(tmp_path, story)


def test_who_was_sent_to_an_officer_is_connected(tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        await talking(stand)
        channel = await sent(stand, "moved", "school", "", "officer:olle", SENT_BY_ANNA)
        await channel.reached(lambda c: bool(c.dialled))
        assert channel.dialled == ["PJSIP/olle,30,gmtU(vaxel-onanswer)"]
        assert stand.log(OfficerCalled) == [OfficerCalled(CASE, "olle", 30.0)]
        channel.finish(status="BUSY")
        await channel.reached(lambda c: c.running in {"WAIT FOR DIGIT", "EXEC"})

    run(tmp_path, story)


def test_who_was_sent_where_nothing_leads_goes_back_to_the_old_place(tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        await talking(stand)
        channel = await sent(stand, "moved", "school", "", "", SENT_BY_ANNA)
        await channel.reached(lambda c: c.running in {"WAIT FOR DIGIT", "EXEC"})
        contact = stand.engine.exchange.core.contacts[CASE]
        assert contact.queued is not None
        assert contact.queued.queue == "school"

    run(tmp_path, story)


SENT_ON = OfferAnswered(CASE, "anna"), CallTransferred(CASE, "anna", "officer", "olle", "attended")
MOVED_ON = (
    OfferAnswered(CASE, "anna"),
    CallTransferred(CASE, "anna", "queue", "school", "blind"),
    CallerQueued(CASE, "school", NOW - 60),
    RUNG._replace(agent="gun"),
)
OLLE = "PJSIP/olle,30,gmtU(vaxel-onanswer)"


@pytest.mark.parametrize(
    ("happened", "kept", "dialled"),
    [
        (SENT_ON, ("consult", "", "", "officer:olle"), []),
        (SENT_ON, ("handed", "school", f"{NOW - 60:.6f}"), []),
        (SENT_ON, ("moved", "", "", "officer:olle", SENT_BY_ANNA), [OLLE]),
        (MOVED_ON, ("moved", "", "", "queue:school", SENT_BY_ANNA), []),
        (MOVED_ON, ("consult", "", "", "queue:school"), []),
    ],
    ids=[
        "officer was called in vain",
        "the same, by us",
        "officer not called yet",
        "to a queue",
        "by consulting",
    ],
)
def test_who_was_handed_over_as_the_engine_died_is_not_let_go(
    tmp_path: Path, happened: tuple[Event, ...], kept: tuple[str, ...], dialled: list[str]
) -> None:
    settings = settings_in(tmp_path)
    before(settings, EngineStarted("0"), *queued(CASE, NOW - 60), RUNG, *happened)

    async def story(stand: Stand) -> None:
        channel = await stand.call(CASE, *kept)
        await channel.reached(lambda c: c.running in {"WAIT FOR DIGIT", "EXEC"} or c.closed)
        assert (channel.closed, channel.dialled) == (False, dialled)
        place = stand.engine.exchange.core.contacts[CASE].queued
        assert place is not None
        assert (place.queue, round(place.since, 3)) == ("school", round(NOW - 60, 3))
        if dialled:
            channel.finish(status="BUSY")
            await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    run_again(settings, story, channels=channels(CASE))


OFFERED = (EngineStarted("0"), *queued(CASE, NOW - 60), RUNG)
SENT_BY_OFFICER = ("moved", "school", "", "queue:general", SENT_BY_OLLE)


@pytest.mark.parametrize(
    ("happened", "kept", "answer"),
    [
        (OFFERED, TO_GENERAL_BY_ANNA, OfferAnswered(CASE, "anna")),
        ((*OFFERED, *SENT_ON), SENT_BY_OFFICER, OfficerAnswered(CASE, "olle")),
    ],
    ids=["an agent", "an officer"],
)
def test_who_sends_a_caller_has_answered_although_nobody_told(
    tmp_path: Path, happened: tuple[Event, ...], kept: tuple[str, ...], answer: Event
) -> None:
    settings = settings_in(tmp_path)
    before(settings, *happened)

    async def story(stand: Stand) -> None:
        channel = await stand.call(CASE, *kept)
        await channel.reached(lambda c: c.running in {"WAIT FOR DIGIT", "EXEC"})
        assert answer in stand.events()
        contact = stand.engine.exchange.core.contacts[CASE]
        assert contact.answered
        assert contact.queued is not None
        assert contact.queued.queue == "general"
        if channel.dialled:
            channel.finish(status="BUSY")
            await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    run_again(settings, story, channels=channels(CASE))


def test_a_session_that_was_over_before_we_served_it_tells_nothing(tmp_path: Path) -> None:
    """As after a hang: Asterisk has given it up, and its own queue may have the caller."""

    async def story(stand: Stand) -> None:
        await talking(stand)
        told = len(stand.events())
        request = FakeChannel(CASE, callerid="0701740605", arguments=DEAD).request
        _, writer = await asyncio.open_connection(stand.settings.agi_host, stand.settings.agi_port)
        writer.write(request + b"HANGUP\n")
        writer.write_eof()
        await asyncio.sleep(0.3)
        writer.close()
        assert stand.events()[told:] == []

    run(tmp_path, story)


def test_an_agent_pauses_with_two_beeps_and_comes_back_with_one(tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        for what, beeps in (("pause", 2), ("resume", 1)):
            leg = await stand.leg("duty", what, "anna")
            await leg.reached(lambda c: c.closed)
            assert leg.played == ["beep"] * beeps
        assert stand.log(AgentPaused) == [AgentPaused("anna")]
        assert stand.log(AgentResumed) == [AgentResumed("anna")]

    run(tmp_path, story)


@pytest.mark.parametrize("case", ["/x", "a b", "", "å"])
def test_an_id_that_asterisk_does_not_make_is_refused(tmp_path: Path, case: str) -> None:
    """AMI would take some for more than one channel, and AGI has no password."""

    async def story(stand: Stand) -> None:
        channel = await stand.call(case)
        await channel.reached(lambda c: c.closed)
        assert stand.log(CallArrived) == []

    run(tmp_path, story)
