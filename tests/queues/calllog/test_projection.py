"""The projection: a contact's row says what the events said, once, however often they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from queues.calllog.errors import PositionGapError
from queues.calllog.projection import Applied, Position, apply_batch, read_position
from queues.calllog.schema import ContactRow, contact_events, contacts
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerQueued,
    CallTransferred,
    DigitPressed,
    EngineStarted,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    Outcome,
    PromptPlayed,
    Recorded,
    Rule,
    TalkEnded,
    TelephoneState,
)
from tests.queues.calllog.logs import all_rows, log_in_memory
from tests.queues.calllog.streams import START, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

CALLER = "5f0c" * 16


def arrived(contact: str = "c-1", called: str = "+46858028500") -> CallArrived:
    return CallArrived(contact, "pj-1", "jarfalla", called, CALLER, "known")


def offered(agent: str) -> AgentOffered:
    return AgentOffered("c-1", agent, "school", Rule.SPECIALIST, 0, 1.0, 1, 20.0)


ANSWERED_CALL = record(
    EngineStarted("0.1.0"),
    arrived(),
    PromptPlayed("c-1", "main", ("welcome", "choices")),
    DigitPressed("c-1", "3"),
    MenuAnswered("c-1", "main", MenuResult.MATCH, "school"),
    CallerQueued("c-1", "school", START + 5),
    offered("anna"),
    OfferFailed("c-1", "anna", OfferFailure.NO_ANSWER),
    offered("bo"),
    AgentStateChanged("bo", TelephoneState.BUSY),
    OfferAnswered("c-1", "bo"),
    TalkEnded("c-1", "bo", "caller"),
    CallerHungUp("c-1"),
    CallEnded("c-1", Outcome.ANSWERED, "caller"),
)


@pytest.fixture
def log() -> Iterator[Engine]:
    engine = log_in_memory()
    yield engine
    engine.dispose()


def only_contact(log: Engine) -> ContactRow:
    with log.connect() as connection:
        (row,) = connection.execute(select(contacts)).mappings()
    return dict(row)  # type: ignore[return-value]


def test_an_answered_call_is_one_closed_row(log: Engine) -> None:
    assert Applied(14, 14, 0) == apply_batch(log, ANSWERED_CALL, after=0)
    expected = ContactRow(
        contact="c-1",
        number="jarfalla",
        called="+46858028500",
        caller=CALLER,
        caller_kind="known",
        arrived_at=START + 1,
        first_queue="school",
        queued_at=START + 5,
        last_agent="bo",
        offers=2,
        answered_at=START + 10,
        talk_started_at=None,
        talk_ended_at=START + 11,
        ended_at=START + 13,
        outcome="answered",
        ended_by="caller",
        wait_s=5.0,
        talk_s=1.0,
        hops=0,
    )
    assert expected == only_contact(log)
    with log.connect() as connection:
        assert Position(14, START + 13) == read_position(connection)


def test_a_contacts_events_stand_with_their_details(log: Engine) -> None:
    apply_batch(log, ANSWERED_CALL, after=0)
    with log.connect() as connection:
        columns = contact_events.c
        events = list(connection.execute(select(columns.seq, columns.event, columns.detail)))
    assert [tuple(event) for event in events[:5]] == [
        (2, "CallArrived", {"channel": "pj-1"}),
        (3, "PromptPlayed", {"node": "main", "prompts": ["welcome", "choices"]}),
        (4, "DigitPressed", {"keys": 1}),
        (5, "MenuAnswered", {"node": "main", "result": "match", "leads_to": "school"}),
        (6, "CallerQueued", {"queue": "school", "since": START + 5}),
    ]
    assert [event.seq for event in events[4:]] == [6, 7, 8, 9, 11, 12, 13, 14]


def test_keyed_digits_stay_out_of_the_database(log: Engine) -> None:
    apply_batch(log, record(arrived(), DigitPressed("c-1", "197305129876")), after=0)
    assert "197305129876" not in str(all_rows(log))


def test_a_caller_who_hangs_up_waited_until_then(log: Engine) -> None:
    stream = record(
        arrived(), CallerQueued("c-1", "school", START + 1), CallEnded("c-1", Outcome.ABANDONED, "caller")
    )
    apply_batch(log, stream, after=0)
    row = only_contact(log)
    assert (row["wait_s"], row["talk_s"], row["last_agent"]) == (1.0, 0.0, None)


def test_a_caller_who_never_queued_has_no_wait(log: Engine) -> None:
    apply_batch(log, record(arrived(), CallEnded("c-1", Outcome.SELF_SERVED, "caller")), after=0)
    assert only_contact(log)["wait_s"] is None


def test_a_talk_that_only_the_hang_up_ended_is_counted_to_there(log: Engine) -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        offered("anna"),
        OfferAnswered("c-1", "anna"),
        CallerHungUp("c-1"),
        TalkEnded("c-1", "anna", "caller"),
        CallEnded("c-1", Outcome.ANSWERED, "caller"),
    )
    apply_batch(log, stream, after=0)
    row = only_contact(log)
    assert (row["talk_s"], row["talk_ended_at"]) == (1.0, START + 4)


def test_two_talks_add_up_and_the_wait_is_that_of_the_first(log: Engine) -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        offered("anna"),
        OfferAnswered("c-1", "anna"),
        TalkEnded("c-1", "anna", "agent"),
        CallerQueued("c-1", "general", START + 1),
        offered("bo"),
        OfferAnswered("c-1", "bo"),
    )
    apply_batch(log, stream, after=0)
    apply_batch(log, [Recorded(9, START + 20, TalkEnded("c-1", "bo", "agent"))], after=8)
    row = only_contact(log)
    assert (row["wait_s"], row["talk_s"], row["first_queue"], row["last_agent"]) == (
        2.0,
        14.0,
        "school",
        "bo",
    )


def test_a_call_handed_over_counts_its_hops_and_every_talk(log: Engine) -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        offered("anna"),
        OfferAnswered("c-1", "anna"),  # at 3 s
        CallTransferred("c-1", "anna", "officer", "olle", "blind", when=START + 3.5),
        OfficerAnswered("c-1", "olle"),  # at 5 s
        CallTransferred("c-1", "olle", "officer", "olga", "attended", answered=True),  # at 6 s
        TalkEnded("c-1", "olga", "agent"),  # at 7 s, a moment before we hear why
        CallTransferred("c-1", "olga", "queue", "general", "blind"),
        CallerQueued("c-1", "general", START + 1),
        CallEnded("c-1", Outcome.ANSWERED, "caller"),
    )
    apply_batch(log, stream, after=0)
    row = only_contact(log)
    assert (row["hops"], row["talk_s"], row["last_agent"]) == (3, 0.5 + 1 + 1, "olga")
    assert (row["wait_s"], row["first_queue"], row["outcome"]) == (2.0, "school", "answered")


@pytest.mark.parametrize(
    ("fell_back", "talk_s"),
    [
        (CallerFellBack("c-1", "school"), 1.0),
        (CallerFellBack("c-1", "school", START + 1, when=START + 3.25), 0.25),
    ],
    ids=["as it happens", "learnt later"],
)
def test_a_talk_from_which_a_caller_falls_back_is_over(
    log: Engine, fell_back: CallerFellBack, talk_s: float
) -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        offered("anna"),
        OfferAnswered("c-1", "anna"),
        fell_back,
        CallerHungUp("c-1"),
    )
    apply_batch(log, stream, after=0)
    row = only_contact(log)
    assert (row["talk_s"], row["queued_at"]) == (talk_s, START + 1)


def test_a_contact_is_closed_once(log: Engine) -> None:
    stream = record(
        arrived(),
        CallEnded("c-1", Outcome.LEFT_IN_MENU, "caller"),
        CallEnded("c-1", Outcome.ENGINE_LOST, "engine"),
        arrived(),
    )
    apply_batch(log, stream, after=0)
    row = only_contact(log)
    assert (row["outcome"], row["ended_by"], row["ended_at"]) == ("left_in_menu", "caller", START + 1)


def test_signs_that_a_terminal_would_obey_are_replaced(log: Engine) -> None:
    apply_batch(log, record(arrived(called="\x1b[2J\x00\udc80+46")), after=0)
    assert only_contact(log)["called"] == "\ufffd[2J\ufffd\ufffd+46"


def test_events_of_a_contact_that_never_arrived_are_counted_and_left_out(log: Engine) -> None:
    assert Applied(1, 1, 1) == apply_batch(log, record(CallerHungUp("c-9")), after=0)
    assert all_rows(log)["contact_events"] == []


def test_a_batch_beyond_the_position_changes_nothing(log: Engine) -> None:
    apply_batch(log, ANSWERED_CALL[:4], after=0)
    before = all_rows(log)
    with pytest.raises(PositionGapError, match="got a batch after event 5, expected one after event 4"):
        apply_batch(log, ANSWERED_CALL[5:], after=5)
    assert before == all_rows(log)


def test_a_new_log_may_begin_where_the_journal_now_begins(log: Engine) -> None:
    late = [Recorded(seq + 1000, at, event) for seq, at, event in ANSWERED_CALL]
    assert Applied(1014, 14, 0) == apply_batch(log, late, after=0)
