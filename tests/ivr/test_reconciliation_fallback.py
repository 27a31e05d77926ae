"""What Asterisk's own queue did without us: logged afterwards, once, and who still waits is fetched back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.contact import Phase
from ivr.fallback import CONTEXT, ENDS
from ivr.reconciliation import Before
from queues.calllog.projection import fold, new_row
from routing.events import (
    AsteriskConnected,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    FallbackAnswered,
    Outcome,
    PromptPlayed,
    TalkEnded,
)
from tests.ivr.reconciled import CASE, QUEUED_UP, RUN, START, Reconciled

if TYPE_CHECKING:
    from routing.events import Event, Input

ARRIVED_AT = START - 100  # as its case says
SINCE, ENTERED, ANSWERED, ENDED = START - 90, START - 80, START - 60, START - 20
WAITS = f"0858028500|school|{SINCE}|{ENTERED}"
TALKS = f"{WAITS}|gun|{ANSWERED}"

LEARNT = CallArrived(CASE, CASE, "testby", "+46858028500", None, "unreadable", ARRIVED_AT)
FELL_BACK = CallerFellBack(CASE, "school", SINCE, ENTERED)
CONNECTED = FallbackAnswered(CASE, "school", "gun", ANSWERED)
BACK = {"Channel": CASE, "Context": "vaxel-exchange", "Exten": "back", "Priority": "1"}


def told(both: Reconciled) -> list[Event]:
    return both.told(AsteriskConnected)


# --- who still waits ---


@pytest.mark.parametrize("happened", [QUEUED_UP, ()], ids=["of an earlier run", "came while we were away"])
def test_who_waits_in_the_fallback_is_fetched_back(happened: tuple[Input, ...]) -> None:
    both = Reconciled(*happened)
    both.channel(context=CONTEXT)
    both.fell_back(WAITS)
    both.run()
    assert both.asked("Redirect") == [BACK]
    assert both.log(CallerFellBack) == [FELL_BACK]
    assert both.core.contacts[CASE].phase is Phase.FALLBACK
    assert both.notes() == {CASE: WAITS}  # the dialplan deletes it on the way back


def test_who_was_fetched_back_waits_at_the_old_place_and_the_menu_is_not_said_again() -> None:
    both = Reconciled()
    both.channel(context=CONTEXT)
    both.fell_back(WAITS)

    async def story() -> None:
        both.exchange.happened(CallerReturned(CASE))
        assert both.log(CallerQueued) == [CallerQueued(CASE, "school", SINCE)]
        assert both.log(PromptPlayed) == []

    both.run(story)


def test_a_fetched_caller_keeps_the_place_of_the_earlier_run_whatever_the_note_says() -> None:
    both = Reconciled(*QUEUED_UP)
    both.channel(context=CONTEXT)
    both.fell_back(f"0858028500|general|{SINCE}|{ENTERED}")

    async def story() -> None:
        both.exchange.happened(CallerReturned(CASE))
        (queued,) = both.log(CallerQueued)
        assert queued.queue == "school"
        assert queued.since == pytest.approx(START)

    both.run(story)


def test_a_call_that_came_meanwhile_arrives_with_its_time_and_a_pseudonym() -> None:
    both = Reconciled()
    both.channel(context=CONTEXT)
    both.fell_back(WAITS)
    both.asterisk.variables[CASE, "CALLERID(num)"] = "0701740605"
    both.asterisk.variables[CASE, "CALLERID(num-pres)"] = "allowed"
    (arrival,) = both.run().log(CallArrived)
    assert (arrival.caller_kind, arrival.when) == ("known", ARRIVED_AT)
    assert arrival.caller is not None
    assert "701740605" not in repr(both.journal.events)


def test_a_case_that_tells_no_time_arrived_as_it_came_to_the_fallback() -> None:
    both = Reconciled()
    both.channel("odd", context=CONTEXT, case="odd")
    both.fell_back(WAITS, case="odd")
    (arrival,) = both.run().log(CallArrived)
    assert arrival.when == ENTERED


@pytest.mark.parametrize("happened", [QUEUED_UP, ()], ids=["known", "unknown"])
def test_a_call_on_its_way_back_is_left_alone(happened: tuple[Input, ...]) -> None:
    both = Reconciled(*happened)
    both.channel(context="vaxel-exchange")
    both.fell_back(WAITS)

    async def story() -> None:
        both.channel("vaxel-1.2", context=CONTEXT, case="vaxel-1.2")  # somebody else is in it
        await both.look(3)

    both.run(story)
    assert (told(both), both.asked("Redirect"), both.notes()) == ([], [], {CASE: WAITS})


def test_who_went_away_as_they_were_fetched_ends_as_noted_at_the_next_look() -> None:
    both = Reconciled()
    both.channel(context=CONTEXT)
    both.fell_back(WAITS)

    async def story() -> None:
        both.asterisk.channels.clear()
        both.ended("fallback", ENDED)
        await both.look()
        assert both.log(CallEnded) == [CallEnded(CASE, Outcome.ABANDONED, "caller", ENDED)]
        assert both.notes() == {}
        await both.look(3)
        assert len(both.log(CallEnded)) == 1

    both.run(story)


# --- who talks ---


@pytest.mark.parametrize("happened", [QUEUED_UP, ()], ids=["of an earlier run", "came while we were away"])
@pytest.mark.parametrize("bridge", ["b1", ""], ids=["connected", "just before the bridge"])
def test_a_talk_of_the_fallback_is_adopted_and_not_fetched_back(
    happened: tuple[Input, ...], bridge: str
) -> None:
    both = Reconciled(*happened)
    both.channel(context=CONTEXT, bridge=bridge)
    both.fell_back(TALKS)
    both.run()
    assert both.asked("Redirect") == []
    assert told(both)[-2:] == [FELL_BACK, CONNECTED]
    contact = both.core.contacts[CASE]
    assert (contact.phase, contact.agent) == (Phase.TALKING, "gun")


def test_an_adopted_talk_is_told_once_however_often_it_is_seen_and_ends_as_a_talk() -> None:
    both = Reconciled()
    both.channel(context=CONTEXT, bridge="b1")
    both.fell_back(TALKS)

    async def story() -> None:
        await both.look(3)
        assert len(both.log(CallerFellBack, FallbackAnswered)) == 2
        both.exchange.happened(TalkEnded(CASE, "gun", "agent"))
        both.exchange.happened(CallerHungUp(CASE))
        assert both.log(CallEnded) == [CallEnded(CASE, Outcome.ANSWERED, "agent")]

    both.run(story)


# --- who came and went ---


def test_a_call_that_came_and_ended_meanwhile_is_logged_with_its_true_times() -> None:
    both = Reconciled()
    both.fell_back(TALKS)
    both.ended("talking", ENDED)
    both.run()
    assert told(both) == [
        LEARNT,
        FELL_BACK,
        CONNECTED,
        CallerHungUp(CASE, ENDED),
        CallEnded(CASE, Outcome.ANSWERED, "caller", ENDED),
    ]
    row = new_row(START, LEARNT)
    for event in told(both):
        fold(row, START, event)
    assert (row["arrived_at"], row["queued_at"], row["first_queue"]) == (ARRIVED_AT, SINCE, "school")
    assert (row["answered_at"], row["talk_ended_at"], row["ended_at"]) == (ANSWERED, ENDED, ENDED)
    assert (row["wait_s"], row["talk_s"]) == (ANSWERED - SINCE, ENDED - ANSWERED)


@pytest.mark.parametrize(
    ("note", "phase", "told_last"),
    [
        (
            WAITS,
            "fallback",
            [CallerHungUp(CASE, ENDED), CallEnded(CASE, Outcome.ABANDONED, "caller", ENDED)],
        ),
        (
            WAITS,
            "lost",
            [CallerLost(CASE, "engine", ENDED), CallEnded(CASE, Outcome.ENGINE_LOST, "engine", ENDED)],
        ),
        (WAITS, None, [CallerLost(CASE, "pbx"), CallEnded(CASE, Outcome.PBX_LOST, "pbx")]),
        (TALKS, None, [CallerLost(CASE, "pbx"), CallEnded(CASE, Outcome.ANSWERED, "pbx")]),
    ],
    ids=["hung up", "nobody was there", "cut off while waiting", "cut off in a talk"],
)
def test_a_call_that_came_and_ended_meanwhile_ends_as_noted(
    note: str, phase: str | None, told_last: list[Event]
) -> None:
    both = Reconciled()
    both.fell_back(note)
    if phase is not None:
        both.ended(phase, ENDED)
    assert told(both.run())[-2:] == told_last


def test_a_caller_of_an_earlier_run_whom_the_fallback_answered_is_not_logged_as_abandoned() -> None:
    both = Reconciled(*QUEUED_UP)
    both.fell_back(TALKS)
    both.ended("talking", ENDED)
    assert told(both.run()) == [
        FELL_BACK,
        CONNECTED,
        CallerHungUp(CASE, ENDED),
        CallEnded(CASE, Outcome.ANSWERED, "caller", ENDED),
    ]


def test_notes_of_calls_that_are_over_are_forgotten_and_the_others_kept() -> None:
    other = "vaxel-1763782710.9"
    both = Reconciled()
    both.channel(other, context=CONTEXT, case=other)
    both.fell_back(WAITS)
    both.fell_back(WAITS, case=other)
    assert both.run().notes() == {other: WAITS}


def test_a_call_that_an_earlier_run_closed_is_not_logged_again() -> None:
    both = Reconciled(known=Before(RUN, frozenset({CASE})))
    both.fell_back(TALKS)
    both.ended("talking", ENDED)
    assert told(both.run()) == []
    assert both.notes() == {}


def test_a_call_that_this_run_closed_is_not_logged_again() -> None:
    both = Reconciled(*QUEUED_UP, CallerHungUp(CASE))
    both.fell_back(WAITS)
    both.ended("waiting", ENDED)
    assert told(both.run()) == []


def test_a_note_on_a_queue_that_is_no_more_leads_back_to_a_person() -> None:
    both = Reconciled()
    both.channel(context=CONTEXT)
    both.fell_back(f"0858028500|closed-down|{SINCE}|{ENTERED}")

    async def story() -> None:
        both.exchange.happened(CallerReturned(CASE))
        assert both.log(CallerQueued) == [CallerQueued(CASE, "general", SINCE)]

    both.run(story)


# --- notes of whatever kind ---


@pytest.mark.parametrize("note", ["", "|", "0858028500|school|soon|now", "0858028500||1|2", "x" * 500])
def test_a_note_that_cannot_be_read_is_none_and_goes_with_its_call(note: str) -> None:
    both = Reconciled()
    both.channel(context=CONTEXT)
    both.fell_back(note)

    async def story() -> None:
        assert (told(both), both.notes()) == ([], {CASE: note})
        both.asterisk.channels.clear()
        await both.connected_again()
        assert (told(both), both.notes()) == ([], {})

    both.run(story)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=20)
FIELDS = WORDS | st.sampled_from(
    [CASE, "school", "gun", "talking", "lost", "0858028500", "1763782800.1", "1e999", "nan", "-1", ""]
)
SECONDS = st.sampled_from([f"{SINCE}", f"{ENTERED}", f"{ENDED}", "1e999"])
NOTES = st.lists(FIELDS, max_size=9).map("|".join) | st.tuples(
    FIELDS, FIELDS, SECONDS, SECONDS, FIELDS, SECONDS
).map("|".join)


@settings(max_examples=60)
@given(NOTES, NOTES, st.booleans(), st.booleans(), st.booleans())
def test_no_note_stops_the_engine_and_every_contact_ends_once(
    note: str, end: str, is_known: bool, is_alive: bool, is_connected: bool
) -> None:
    both = Reconciled(*QUEUED_UP) if is_known else Reconciled()
    both.fell_back(note)
    both.asterisk.database[ENDS] = {"7": end, "8": f"{CASE}|{end}"}
    if is_alive:
        both.channel(context=CONTEXT, bridge="b1" if is_connected else "")

    async def story() -> None:
        await both.look(2)
        both.exchange.happened(CallerReturned(CASE))
        both.exchange.happened(CallerHungUp(CASE))
        assert len(both.log(CallEnded)) == len({*both.log(CallArrived), *([CASE] if is_known else [])})

    both.run(story)
