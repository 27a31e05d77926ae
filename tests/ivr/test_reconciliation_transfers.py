"""Callers handed over while nobody told us: learnt from what Asterisk shows, and told once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Phase
from ivr.fallback import CONTEXT
from ivr.reconciliation import Before
from routing.events import (
    AsteriskConnected,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallTransferred,
    FallbackAnswered,
    OfferAnswered,
    OfficerAnswered,
    Outcome,
    TalkEnded,
)
from tests.ivr.reconciled import CASE, LEG, QUEUED_UP, RUN, START, TALKING, Reconciled

if TYPE_CHECKING:
    from typing import Literal

    from routing.events import Input

SINCE, ANSWERED, ENDED = START - 90, START - 60, START - 20
ENTERED, TAKEN = START + 1, START + 2  # Asterisk's own queue has them after whoever they were with before
WAITS = f"0858028500|school|{SINCE}|{ENTERED}"
TALKS = f"{WAITS}|gun|{TAKEN}"

HANDED = (*TALKING, CallTransferred(CASE, "anna", "officer", "olle", "blind"))
WITH_OFFICER = (*HANDED, OfficerAnswered(CASE, "olle"))
GIVEN = CallTransferred(CASE, "anna", "officer", "olle", "attended", answered=True)
FELL_BACK = CallerFellBack(CASE, "school", SINCE, ENTERED)
CONNECTED = FallbackAnswered(CASE, "school", "gun", TAKEN)


# --- officers ---


@pytest.mark.parametrize(("noted", "when"), [("1763782790.250", START - 9.75), ("", None)])
def test_an_officers_answer_that_nobody_told_is_learnt_with_its_time(noted: str, when: float | None) -> None:
    both = Reconciled(*HANDED)
    both.bridged("olle")
    both.asterisk.variables[CASE, "VAXEL_ANSWERED"] = noted

    async def story() -> None:
        await both.look(3)
        assert both.told() == [OfficerAnswered(CASE, "olle", when), AsteriskConnected(RUN)]

    both.run(story)


def test_an_officer_who_still_rings_has_not_answered() -> None:
    both = Reconciled(*HANDED)
    both.channel()
    both.channel(LEG)

    async def story() -> None:
        await both.look(3)
        assert both.told() == [AsteriskConnected(RUN)]

    both.run(story)


def test_a_caller_given_to_an_officer_while_ami_was_away_is_with_them_and_the_agent_is_free() -> None:
    both = Reconciled(*TALKING)
    both.bridged("olle")
    assert both.run().told() == [GIVEN, AsteriskConnected(RUN)]
    contact = both.core.contacts[CASE]
    assert (contact.phase, contact.agent) == (Phase.TALKING, "olle")


def test_a_transfer_whose_event_was_lost_is_found_at_the_next_look_and_told_once() -> None:
    both = Reconciled(*TALKING)
    both.bridged("anna")

    async def story() -> None:
        await both.look(2)
        assert both.told() == [AsteriskConnected(RUN)]
        both.bridged("olle")
        await both.look()
        assert both.told() == [AsteriskConnected(RUN)]  # it may be on its way
        await both.look(2)
        assert both.told() == [AsteriskConnected(RUN), GIVEN]
        both.bridged("olga")  # who was handed the caller by olle
        await both.look(3)
        assert both.told()[2:] == [GIVEN._replace(by="olle", target="olga")]

    both.run(story)


@pytest.mark.parametrize("happened", [HANDED, WITH_OFFICER], ids=["handed", "with an officer"])
@pytest.mark.parametrize("was_cut_off", [False, True], ids=["hung up", "cut off"])
def test_who_is_gone_was_answered_before(happened: tuple[Input, ...], was_cut_off: bool) -> None:
    both = Reconciled(*happened, known=Before("another" if was_cut_off else RUN, frozenset()))
    by = "pbx" if was_cut_off else "caller"
    assert both.run().log(CallEnded) == [CallEnded(CASE, Outcome.ANSWERED, by)]  # type: ignore[arg-type]


def test_an_officers_talk_that_began_and_ended_meanwhile_is_learnt() -> None:
    both = Reconciled(*HANDED)
    both.ended("talking", ENDED, ANSWERED)
    assert both.run().told(AsteriskConnected) == [
        OfficerAnswered(CASE, "olle", ANSWERED),
        CallerHungUp(CASE, ENDED),
        CallEnded(CASE, Outcome.ANSWERED, "caller", ENDED),
    ]


def test_an_officer_who_had_not_answered_as_the_caller_hung_up_is_not_said_to_have() -> None:
    both = Reconciled(*HANDED)
    both.ended("handed", ENDED, ANSWERED)  # by the agent, before
    assert both.run().told(AsteriskConnected) == [
        CallerHungUp(CASE, ENDED),
        CallEnded(CASE, Outcome.ANSWERED, "caller", ENDED),
    ]


# --- Asterisk's own queue ---

BUSY_WITH_OTHERS = pytest.mark.parametrize(
    "happened", [TALKING, HANDED, WITH_OFFICER], ids=["talking", "handed", "with an officer"]
)


@BUSY_WITH_OTHERS
def test_the_fallbacks_talk_with_who_was_handed_to_it_is_told_once(happened: tuple[Input, ...]) -> None:
    both = Reconciled(*happened)
    both.channel(context=CONTEXT, bridge="b1")
    both.fell_back(TALKS)

    async def story() -> None:
        await both.look(3)
        assert both.told() == [FELL_BACK, CONNECTED, AsteriskConnected(RUN)]
        assert both.core.contacts[CASE].agent == "gun"
        both.exchange.happened(TalkEnded(CASE, "gun", "agent"))
        await both.look(2)
        assert both.log(CallerFellBack, FallbackAnswered) == [FELL_BACK, CONNECTED]

    both.run(story)


@pytest.mark.parametrize("target", ["olle", "school"])
def test_a_note_of_before_a_hand_over_does_not_undo_it(target: str) -> None:
    """Whom Asterisk's own queue had given to gun, gun has handed on; the dialplan's note is still there."""
    kind: Literal["officer", "queue"] = "officer" if target == "olle" else "queue"
    on = CallTransferred(CASE, "gun", kind, target, "attended", answered=kind == "officer")
    both = Reconciled(*QUEUED_UP)
    both.channel(context=CONTEXT, bridge="b1")
    both.fell_back(TALKS)

    async def story() -> None:
        assert both.told() == [FELL_BACK, CONNECTED, AsteriskConnected(RUN)]
        await asyncio.sleep(10)
        both.exchange.happened(on)
        if kind == "queue":  # and hung up while AMI was away
            both.asterisk.channels.clear()
        await both.connected_again()
        await both.look(2)
        assert both.log(CallerFellBack, FallbackAnswered) == [FELL_BACK, CONNECTED]

    both.run(story)


def test_a_note_that_was_read_before_the_answer_that_ami_told_does_not_undo_it() -> None:
    both = Reconciled(*QUEUED_UP)
    both.channel(context=CONTEXT, bridge="b1")
    both.fell_back(WAITS)

    async def story() -> None:
        assert both.told() == [FELL_BACK, AsteriskConnected(RUN)]
        await asyncio.sleep(10)
        both.exchange.happened(CONNECTED._replace(when=None))
        await both.look()
        assert both.core.contacts[CASE].agent == "gun"

    both.run(story)


@BUSY_WITH_OTHERS
def test_who_was_handed_to_the_fallback_is_fetched_back_with_the_old_place(
    happened: tuple[Input, ...],
) -> None:
    both = Reconciled(*happened)
    both.channel(context=CONTEXT)
    both.fell_back(WAITS)
    place = None

    async def story() -> None:
        nonlocal place
        contact = both.core.contacts[CASE]
        assert both.told() == [FELL_BACK, AsteriskConnected(RUN)]
        assert (contact.phase, contact.answered, contact.outcome) == (Phase.FALLBACK, True, None)
        place = contact.queued

    both.run(story)
    assert place is not None
    assert place.queue == "school"
    assert place.since == pytest.approx(START)
    assert [asked["Channel"] for asked in both.asked("Redirect")] == [CASE]


def test_who_was_answered_between_the_look_and_the_fetching_is_left_in_their_talk() -> None:
    both = Reconciled(*QUEUED_UP)
    both.channel(context=CONTEXT)
    both.fell_back(WAITS)  # as it was read
    both.asterisk.variables[CASE, "VAXEL_PHASE"] = "talking"  # as it is by now

    async def story() -> None:
        assert both.asked("Redirect") == []
        assert both.told() == [FELL_BACK, AsteriskConnected(RUN)]
        both.asterisk.database[CONTEXT][CASE] = TALKS
        await both.look(2)
        assert (both.asked("Redirect"), both.log(FallbackAnswered)) == ([], [CONNECTED])

    both.run(story)


# --- connections that break ---


@pytest.mark.parametrize("breaks_at", ["DeviceStateList", "DBGetTree", "QueueStatus"])
@pytest.mark.parametrize("happened", [QUEUED_UP, WITH_OFFICER], ids=["waiting", "with an officer"])
def test_another_asterisk_found_by_a_connection_that_broke_is_still_told_of(
    breaks_at: str, happened: tuple[Input, ...]
) -> None:
    both = Reconciled(*happened)
    both.channel(bridge="" if happened is QUEUED_UP else "b1")
    ends = [CallEnded(CASE, Outcome.PBX_LOST if happened is QUEUED_UP else Outcome.ANSWERED, "pbx")]

    async def story() -> None:
        both.asterisk.channels.clear()
        both.asterisk.started = "13:00:00"
        both.asterisk.hold = {breaks_at}
        seen = both.asterisk.names().count(breaks_at)
        both.asterisk.cut()
        await both.asterisk.received(breaks_at, seen + 1)
        both.asterisk.release()
        await both.connected_again()
        assert both.log(CallerHungUp, CallerLost) == [CallerLost(CASE, "pbx")]
        assert both.log(CallEnded) == ends
        runs = [AsteriskConnected(RUN), AsteriskConnected("2026-11-22 13:00:00")]
        assert both.log(AsteriskConnected) == runs

    both.run(story)


def test_an_offer_answered_before_a_hand_over_that_nobody_told_is_learnt_first() -> None:
    """As when AMI was away from the ringing on: who answered is believed to be who was rung."""
    both = Reconciled(*TALKING[:-1])
    both.bridged("olle")

    async def story() -> None:
        await both.look()
        assert both.told(AsteriskConnected) == [OfferAnswered(CASE, "anna"), GIVEN]

    both.run(story)
