"""A caller's session performs what the core says: each step under the dead-man's switch, no caller lost."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Leave, Phase, Ring, Wait
from ivr.dead_man import RENEWAL_S, SILENCE_S
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    DigitPressed,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.agi.virtual import now
from tests.ivr.office import CASE, Office, in_office

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.fakes.fastagi import FakeChannel

MENU = "sv/start.greeting+start.1+start.2+start.3"
RENEWAL = ("EXEC", "Set", f"TIMEOUT(absolute)={SILENCE_S}")
WAIT = ("WAIT FOR DIGIT", "8000")
OFFER = ("EXEC", "Dial", "PJSIP/gun,20,gmtU(vaxel-onanswer)")
# The first word of a session to its channel.
FIRST = ",VAXEL_ASKING=,VAXEL_TRIES=0,VAXEL_TARGET=,BLINDTRANSFER="


def step(phase: str, seconds: int, more: str = "") -> tuple[str, ...]:
    return ("EXEC", "MSet", f"VAXEL_PHASE={phase},TIMEOUT(absolute)={seconds}{more}")


def place(office: Office) -> str:
    """Return what a channel is told of the caller's place."""
    return f",__VAXEL_QUEUE=school,__VAXEL_SINCE={office.log(CallerQueued)[0].since:.6f}"


def waiting_step(office: Office, more: str = "") -> tuple[str, ...]:
    return step("waiting", SILENCE_S, f"{place(office)}{more}")


def test_a_key_leads_to_the_queue_under_music_with_the_switch_armed_before_each_step() -> None:
    async def story(office: Office) -> None:
        channel = await office.waiting()
        (asked,) = (c for c in channel.commands if c[0] == "GET DATA")
        wait_s = int(asked[2]) / 1000
        assert channel.commands == [
            step("menu", min(round(4 + wait_s + 5), SILENCE_S), FIRST),
            ("GET DATA", MENU, asked[2], "1"),
            step("menu", 1 + 5, place(office)),  # whoever is lost from here on is not asked again
            ("STREAM FILE", "sv/school.say", "0123456789*#"),
            waiting_step(office),
            ("SET MUSIC", "ON"),
            WAIT,
        ]
        assert channel.music
        assert channel.variables["VAXEL_PHASE"] == office.contact.phase == "waiting"
        assert [queued.queue for queued in office.log(CallerQueued)] == ["school"]

    in_office(story)


def test_the_switch_is_renewed_each_time_the_wait_ends_by_itself() -> None:
    async def story(office: Office) -> None:
        channel = await office.waiting()
        begun, before = now(), channel.count
        await asyncio.sleep(RENEWAL_S * 3 + 1)
        assert channel.commands[before:] == [RENEWAL, WAIT] * 3
        assert now() - begun == pytest.approx(3 * RENEWAL_S + 1)
        assert channel.music

    in_office(story)


def test_keys_pressed_while_waiting_never_let_the_switch_run_out() -> None:
    async def story(office: Office) -> None:
        channel = await office.waiting()
        armed = now()
        for _ in range(4):
            before = channel.count
            await asyncio.sleep(7)
            assert now() - armed < SILENCE_S
            channel.press("5")
            await channel.reached(lambda c, n=before: c.count >= n + 2)  # type: ignore[misc]  # n is bound now
            assert channel.commands[before:] == [RENEWAL, WAIT]
            armed = now()
        assert office.contact.phase is Phase.WAITING
        assert [pressed.digits for pressed in office.log(DigitPressed)] == ["1"]

    in_office(story)


def test_an_offer_wakes_the_caller_at_once() -> None:
    async def story(office: Office) -> None:
        channel = await office.waiting()
        await asyncio.sleep(3)
        at, before = now(), channel.count
        office.free("gun")
        await channel.reached(lambda c: c.running == "EXEC")
        assert now() == at
        assert channel.commands[before:][-2:] == [step("offering", SILENCE_S, place(office)), OFFER]
        assert channel.variables["VAXEL_PHASE"] == office.contact.phase

    in_office(story)


@pytest.mark.parametrize(
    ("status", "cause", "failure"),
    [
        ("NOANSWER", "0", OfferFailure.NO_ANSWER),
        ("BUSY", "17", OfferFailure.BUSY),
        ("CONGESTION", "34", OfferFailure.UNREACHABLE),
        ("CHANUNAVAIL", "3", OfferFailure.UNREACHABLE),
        ("CHANUNAVAIL", "21", OfferFailure.DECLINED),
    ],
)
def test_an_unanswered_caller_waits_on_under_music_at_the_same_place(
    status: str, cause: str, failure: OfferFailure
) -> None:
    async def story(office: Office) -> None:
        channel = await office.offered()
        before = channel.count
        channel.variables["HANGUPCAUSE"] = cause
        channel.finish(status=status)
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert channel.commands[before:][-3:] == [waiting_step(office), ("SET MUSIC", "ON"), WAIT]
        assert office.log(OfferFailed) == [OfferFailed(CASE, "gun", failure)]
        assert len(office.log(CallerQueued)) == 1  # not queued anew
        office.free("anna")
        await channel.reached(lambda c: c.running == "EXEC")
        queued, offers = office.log(CallerQueued)[0], office.log(AgentOffered)
        assert offers[-1].waited_s == pytest.approx(now() - queued.since, abs=0.01)

    in_office(story)


def test_an_offer_that_we_took_back_is_not_called_the_telephones_fault() -> None:
    async def story(office: Office) -> None:
        channel = await office.offered()
        office.exchange.happened(AgentStateChanged("gun", TelephoneState.UNREACHABLE))
        assert office.withdrawn == [CASE]
        channel.finish(status="NOANSWER")
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert office.log(OfferFailed) == [OfferFailed(CASE, "gun", OfferFailure.WITHDRAWN)]

    in_office(story)


@pytest.mark.parametrize("told_by_ami", ["nothing", "the answer", "the answer and the end"])
def test_when_the_agent_hangs_up_the_session_is_closed_and_asterisk_asked_unless_ami_told_the_end(
    told_by_ami: str,
) -> None:
    async def story(office: Office) -> None:
        channel = await office.offered()
        before = channel.count
        if "answer" in told_by_ami:
            office.exchange.happened(OfferAnswered(CASE, "gun"))
        if "end" in told_by_ami:
            office.exchange.happened(TalkEnded(CASE, "gun", "agent"))
        channel.finish(status="ANSWER")
        await office.gone(channel)
        # That the caller is done the dialplan knows since the answer: nothing is set.
        asked = [] if "end" in told_by_ami else [("GET VARIABLE", "DIALSTATUS")]
        assert channel.commands[before:] == asked
        assert office.log(OfferAnswered) == [OfferAnswered(CASE, "gun")]
        assert office.log(TalkEnded) == [TalkEnded(CASE, "gun", "agent")]
        assert isinstance(office.contact.task, Leave)

    assert not in_office(story).closed()


def test_a_caller_who_comes_to_us_in_a_talk_is_let_go_and_nobody_is_rung_again() -> None:
    async def story(office: Office) -> None:
        await talking(office)
        second = await office.call()
        await office.gone(second)
        assert second.commands == [("EXEC", "MSet", "VAXEL_PHASE=done")]
        office.exchange.happened(CallerHungUp(CASE))
        assert [ended.outcome for ended in office.log(CallEnded)] == [Outcome.ANSWERED]

    in_office(story)


async def asked(office: Office) -> FakeChannel:
    channel = await office.call()
    await channel.reached(lambda c: c.running == "GET DATA")
    return channel


async def talking(office: Office) -> FakeChannel:
    channel = await office.offered()
    office.exchange.happened(OfferAnswered(CASE, "gun"))
    return channel


@pytest.mark.parametrize("state", [asked, Office.waiting, Office.offered, talking])
def test_a_caller_who_hangs_up_ends_the_session_and_not_the_contact(
    state: Callable[[Office], Awaitable[FakeChannel]],
) -> None:
    async def story(office: Office) -> None:
        channel = await state(office)
        phase, written = office.contact.phase, list(office.journal.events)
        channel.hang_up()
        while not office.ended:
            await asyncio.sleep(0.01)
        assert (office.contact.phase, office.journal.events) == (phase, written)
        office.exchange.happened(CallerHungUp(CASE))
        assert office.closed()

    assert in_office(story).ended == 1


@pytest.mark.parametrize("missing", [MENU, "sv/school.say"])
def test_a_caller_who_cannot_hear_a_prompt_still_comes_to_a_person(
    missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(office: Office) -> None:
        channel = await office.call(["1"], [missing, "sv/start.silence+" + MENU.removeprefix("sv/")])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert SilenceElapsed(CASE) in office.journal.events
        assert office.contact.phase is Phase.WAITING

    with caplog.at_level(logging.ERROR):
        in_office(story)
    assert f"the sound {missing} cannot be played" in caplog.text


def test_silence_is_told_and_the_menu_is_said_again() -> None:
    async def story(office: Office) -> None:
        channel = await office.call([None, "1"])
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert office.log(SilenceElapsed) == [SilenceElapsed(CASE)]
        assert channel.played[0] == MENU
        assert channel.played[1].startswith("sv/start.silence+")

    in_office(story)


def test_a_caller_who_comes_back_goes_on_where_the_contact_is() -> None:
    async def story(office: Office) -> None:
        first = await office.waiting()
        first.kill()
        second = await office.call()
        await second.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert second.commands == [waiting_step(office, FIRST), ("SET MUSIC", "ON"), WAIT]
        assert len(office.log(CallArrived)) == len(office.log(CallerQueued)) == 1
        assert isinstance(office.contact.task, Wait)

    in_office(story)


def test_the_old_sessions_end_does_not_take_the_new_ones_waking_away() -> None:
    async def story(office: Office) -> None:
        old = await office.waiting()
        new = await office.call()  # as when the dead-man's switch took the caller out of the old one
        await new.reached(lambda c: c.running == "WAIT FOR DIGIT")
        old.kill()
        while not office.ended:
            await asyncio.sleep(0.01)
        at = now()
        office.free("gun")
        await new.reached(lambda c: c.running == "EXEC")
        assert now() == at
        assert office.contact.task == Ring("gun", 20.0)

    in_office(story)
