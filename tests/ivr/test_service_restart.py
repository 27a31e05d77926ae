"""The engine's end and its new beginning: who rings is waited for, who comes back keeps the place."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import pytest

from ivr.dead_man import SILENCE_S
from ivr.service import DRAIN_S, RESTORATION_S
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    CallerReturned,
    ClockStepped,
    ConfigurationChanged,
    ContactCarried,
    EngineStarted,
    EngineStopping,
    OfferAnswered,
    OfferFailed,
    Outcome,
    PromptPlayed,
    RestorationEnded,
    Rule,
    TelephoneState,
)
from tests.ivr.ami.virtual_time import run as in_virtual_time
from tests.ivr.engines import CASE, Stand, serving, settings_in, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ivr.settings import Settings
    from routing.events import Event

LONG_S = 60.0  # of virtual time: a story that does not come to its end fails
NOW = time.time()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings for an engine of its own in `tmp_path`."""
    return settings_in(tmp_path)


def before(settings: Settings, *events: Event) -> None:
    """Let an earlier run have written this, a second after the other, the last one just now."""
    with JournalWriter.open(settings.journal) as journal:
        for n, event in enumerate(events):
            journal.append(NOW - len(events) + n, event)


def run(settings: Settings, story: Callable[[Stand], Awaitable[None]], **asterisk: object) -> None:
    """Start an engine beside an Asterisk of which this is so, and let `story` happen, in virtual time."""

    async def main() -> None:
        stand = Stand(settings, has_log=False)
        for name, value in asterisk.items():
            setattr(stand.asterisk, name, value)
        stand.asterisk.device_states["PJSIP/vera"] = "NOT_INUSE"
        async with asyncio.timeout(LONG_S), serving(stand):
            await story(stand)

    in_virtual_time(main())


def of_run(stand: Stand) -> list[Event]:
    """Return what the present run has written."""
    events = stand.events()
    started = max(n for n, event in enumerate(events) if isinstance(event, EngineStarted))
    return events[started:]


def arrived(case: str) -> CallArrived:
    return CallArrived(case, case, "testby", "+46858028500", None, "withheld")


def queued(case: str, since: float) -> tuple[Event, ...]:
    return arrived(case), CallerQueued(case, "school", since)


def channels(*cases: str) -> list[list[tuple[str, str]]]:
    return [[("Uniqueid", case), ("ChanVariable", f"VAXEL_CASE={case}")] for case in cases]


RUNG = AgentOffered(CASE, "anna", "school", Rule.SPECIALIST, 0, 1.0, 1, 20.0)
ANNA_IS_FREE = {"PJSIP/anna": "NOT_INUSE"}


# --- the beginning ---


def test_a_first_run_begins_at_once(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        await until(lambda: stand.log(RestorationEnded) == [RestorationEnded(0)])
        assert [type(event) for event in stand.events()[:3]] == [
            EngineStarted,
            ConfigurationChanged,
            RestorationEnded,
        ]

    run(settings, story)


def test_callers_who_come_back_in_any_order_are_offered_in_the_old_one_when_all_are_there(
    settings: Settings,
) -> None:
    before(settings, EngineStarted("0"), *queued("c1", NOW - 60), *queued("c2", NOW - 90), *queued("c3", NOW))

    async def story(stand: Stand) -> None:
        for case in ("c3", "c1"):
            await (await stand.call(case)).reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert AgentStateChanged("anna", TelephoneState.FREE) in of_run(stand)
        assert stand.log(RestorationEnded) + stand.log(AgentOffered) == []
        last = await stand.call("c2")
        await last.reached(lambda c: bool(c.dialled))
        assert stand.log(RestorationEnded) == [RestorationEnded(0)]
        assert [offer.contact for offer in stand.log(AgentOffered)] == ["c2"]
        assert [queued.contact for queued in of_run(stand) if isinstance(queued, CallerQueued)] == [
            "c3",
            "c1",
            "c2",
        ]
        assert not [event for event in of_run(stand) if isinstance(event, CallArrived | PromptPlayed)]

    run(settings, story, channels=channels("c1", "c2", "c3"), device_states=dict(ANNA_IS_FREE))


def test_who_does_not_come_back_is_waited_for_three_seconds_and_told_of(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before(settings, EngineStarted("0"), *queued("c1", NOW - 60), *queued("c2", NOW - 50))

    async def story(stand: Stand) -> None:
        began = asyncio.get_running_loop().time()
        await stand.waiting("c2")
        assert stand.log(AgentOffered) == []
        await until(lambda: stand.log(RestorationEnded) == [RestorationEnded(1)])
        waited_s = asyncio.get_running_loop().time() - began
        assert RESTORATION_S - 1 < waited_s < RESTORATION_S + 0.5
        assert [offer.contact for offer in stand.log(AgentOffered)] == ["c2"]

    with caplog.at_level(logging.INFO):
        run(settings, story, channels=channels("c1", "c2"), device_states=dict(ANNA_IS_FREE))
    assert "2 calls go on from an earlier run; 1 are not back yet" in caplog.messages


def test_who_is_proven_gone_is_not_waited_for(settings: Settings) -> None:
    before(settings, EngineStarted("0"), *queued("c1", NOW - 60))

    async def story(stand: Stand) -> None:
        began = asyncio.get_running_loop().time()
        await until(lambda: stand.log(RestorationEnded) == [RestorationEnded(0)])
        assert asyncio.get_running_loop().time() - began < 1
        assert stand.log(CallEnded) == [CallEnded("c1", Outcome.ABANDONED, "caller")]

    run(settings, story)


def test_agents_who_paused_pause_on_here_and_in_asterisks_own_queue(settings: Settings) -> None:
    before(settings, EngineStarted("0"), AgentPaused("vera"), AgentPaused("nobody any more"))

    async def story(stand: Stand) -> None:
        assert [event for event in of_run(stand) if isinstance(event, AgentPaused)] == [AgentPaused("vera")]
        await until(lambda: stand.asterisk.members == {("vaxel-general", "PJSIP/vera"): (0, "1")})

    run(settings, story)


def test_a_place_that_only_the_channel_knows_is_taken(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.call(CASE, "waiting", "school", f"{NOW - 60:.6f}")
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert stand.log(CallerReturned) == [CallerReturned(CASE, "school", round(NOW - 60, 6))]
        assert stand.log(CallerQueued) == [CallerQueued(CASE, "school", round(NOW - 60, 6))]

    run(settings, story)


def test_a_telephone_that_an_earlier_run_let_ring_rings_on_and_its_talk_is_not_cut(
    settings: Settings,
) -> None:
    before(settings, EngineStarted("0"), *queued(CASE, NOW - 60), RUNG)

    def switches(stand: Stand) -> list[str]:
        actions = [dict(action) for action in stand.asterisk.actions]
        return [a["Value"] for a in actions if a["Action"] == "Setvar" and a["Channel"] == CASE]

    async def story(stand: Stand) -> None:
        await stand.asterisk.received("Setvar")
        assert switches(stand) == [str(SILENCE_S)]
        stand.asterisk.emit("BridgeEnter", Uniqueid=CASE, Linkedid=CASE, BridgeNumChannels="2")
        await until(lambda: stand.log(OfferAnswered) == [OfferAnswered(CASE, "anna")])
        await stand.asterisk.received("Setvar", 2)
        assert switches(stand) == [str(SILENCE_S), "0"]
        assert stand.log(AgentOffered) == [RUNG]

    leg = [("Uniqueid", "leg"), ("ChanVariable", f"VAXEL_CASE={CASE}"), ("ChannelStateDesc", "Ringing")]
    run(settings, story, channels=[*channels(CASE), leg], device_states={"PJSIP/anna": "RINGING"})


def test_a_stopped_engines_caller_waits_on_in_the_next_one(settings: Settings) -> None:
    async def first(stand: Stand) -> None:
        await stand.waiting()

    async def second(stand: Stand) -> None:
        await stand.waiting()
        old, new = stand.log(CallerQueued)
        assert new == old
        assert [type(e) for e in of_run(stand) if isinstance(e, ContactCarried | CallerReturned)] == [
            ContactCarried,
            CallerReturned,
        ]

    run(settings, first)
    run(settings, second, channels=channels(CASE))


def test_what_stands_before_a_damaged_line_is_carried_and_the_damage_told(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before(settings, EngineStarted("0"), *queued("c1", NOW - 60), ClockStepped(1.0), ClockStepped(2.0))
    (segment,) = settings.journal.glob("*.jsonl")
    *lines, damaged, last = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join([*lines, b"?" + damaged[1:], last]))
    stand = Stand(settings, has_log=False)
    assert [contact.contact for contact in stand.engine._restored.contacts] == ["c1"]
    assert "callers may have to begin again: " in caplog.text
    stand.engine._journal.close()


# --- the mirror in Asterisk's own queues ---


def test_agents_who_come_and_go_come_and_go_in_asterisks_own_queues(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        members = stand.asterisk.members
        await until(lambda: members == {("vaxel-general", "PJSIP/vera"): (0, "0")})
        stand.asterisk.emit("DeviceStateChange", Device="PJSIP/gun", State="NOT_INUSE")
        await stand.asterisk.received("QueueAdd", 3)
        assert members == {
            ("vaxel-general", "PJSIP/vera"): (0, "0"),
            ("vaxel-general", "PJSIP/gun"): (0, "0"),
            ("vaxel-school", "PJSIP/gun"): (1, "0"),
        }
        stand.asterisk.emit("DeviceStateChange", Device="PJSIP/gun", State="INUSE")
        stand.asterisk.emit("DeviceStateChange", Device="PJSIP/gun", State="UNAVAILABLE")
        await stand.asterisk.received("QueueRemove", 2)
        assert members == {("vaxel-general", "PJSIP/vera"): (0, "0")}
        assert stand.asterisk.names().count("QueueAdd") == 3

    run(settings, story)


# --- the end ---


def test_an_engine_for_whom_nothing_rings_ends_at_once(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        await stand.waiting()
        began = asyncio.get_running_loop().time()
        await stand.stop()
        assert asyncio.get_running_loop().time() - began < 1
        assert stand.events()[-1] == EngineStopping()

    run(settings, story)


def test_a_telephone_that_rings_as_the_engine_is_told_to_end_may_be_answered(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        await stand.offered()
        second = await stand.waiting("c2")
        stand.engine.stop()
        stand.asterisk.emit("DeviceStateChange", Device="PJSIP/gun", State="NOT_INUSE")
        await asyncio.sleep(5)
        assert not stand.ended()
        assert [offer.agent for offer in stand.log(AgentOffered)] == ["anna"]
        assert second.running == "WAIT FOR DIGIT"
        stand.asterisk.emit("BridgeEnter", Uniqueid=CASE, Linkedid=CASE, BridgeNumChannels="2")
        await stand.end()
        assert stand.log(OfferAnswered) == [OfferAnswered(CASE, "anna")]

    run(settings, story)


def test_an_offer_that_fails_while_the_engine_ends_is_not_made_again(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        channel = await stand.offered()
        stand.engine.stop()
        await until(lambda: stand.log(EngineStopping) != [])
        channel.finish(status="NOANSWER")
        await stand.end()
        assert len(stand.log(OfferFailed)) == len(stand.log(AgentOffered)) == 1

    run(settings, story)


def test_a_telephone_that_nobody_answers_is_waited_for_no_longer_than_it_may_ring(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        await stand.offered()
        stand.asterisk.channels = channels(CASE)
        began = asyncio.get_running_loop().time()
        await stand.stop()
        assert DRAIN_S <= asyncio.get_running_loop().time() - began < DRAIN_S + 1

    run(settings, story)


def test_an_engine_that_is_told_twice_ends_although_a_telephone_rings(settings: Settings) -> None:
    async def story(stand: Stand) -> None:
        await stand.offered()
        stand.engine.stop()
        await asyncio.sleep(1)
        assert not stand.ended()
        began = asyncio.get_running_loop().time()
        await stand.stop()
        assert asyncio.get_running_loop().time() - began < 1
        assert stand.log(CallerHungUp) == []  # the caller rings on, and the next engine knows

    run(settings, story)
