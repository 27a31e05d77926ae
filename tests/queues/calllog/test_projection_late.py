"""The projection of what was learnt afterwards: true times, Asterisk's own queue, and a crash in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from queues.calllog.projection import apply_batch
from queues.calllog.schema import contact_events
from routing.events import (
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    ContactCarried,
    EngineStarted,
    Event,
    FallbackAnswered,
    GhostRemoved,
    OfferAnswered,
    Outcome,
    Recorded,
    TalkEnded,
)
from tests.queues.calllog.logs import log_in_memory
from tests.queues.calllog.streams import START, record
from tests.queues.calllog.test_projection import ANSWERED_CALL, arrived, log, offered, only_contact

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["log"]

LATE = record(
    arrived()._replace(when=START + 1),
    CallerFellBack("c-1", "school", START + 4, START + 5),
    FallbackAnswered("c-1", "school", "bo", START + 20),
    CallerHungUp("c-1", START + 50),
    CallEnded("c-1", Outcome.ANSWERED, "caller", START + 50),
    clock=lambda _: START + 500,
)


def test_a_call_that_asterisk_alone_served_has_its_true_times(log: Engine) -> None:
    apply_batch(log, LATE, after=0)
    row = only_contact(log)
    assert (row["arrived_at"], row["queued_at"], row["answered_at"]) == (START + 1, START + 4, START + 20)
    assert (row["talk_ended_at"], row["ended_at"]) == (START + 50, START + 50)
    assert (row["wait_s"], row["talk_s"], row["offers"]) == (16.0, 30.0, 0)
    assert (row["first_queue"], row["last_agent"], row["outcome"]) == ("school", "bo", "answered")


def test_true_times_stand_in_the_details_and_only_where_they_are_others(log: Engine) -> None:
    usual = record(arrived("c-2"), CallerFellBack("c-2", "school"), CallerReturned("c-2"))
    apply_batch(log, LATE, after=0)
    apply_batch(log, [Recorded(seq + len(LATE), at, event) for seq, at, event in usual], after=len(LATE))
    with log.connect() as connection:
        columns = contact_events.c
        events = list(connection.execute(select(columns.event, columns.detail).order_by(columns.seq)))
    assert [tuple(event) for event in events] == [
        ("CallArrived", {"channel": "pj-1", "when": START + 1}),
        ("CallerFellBack", {"queue": "school", "since": START + 4, "when": START + 5}),
        ("FallbackAnswered", {"queue": "school", "agent": "bo", "when": START + 20}),
        ("CallerHungUp", {"when": START + 50}),
        ("CallEnded", {"outcome": "answered", "by": "caller", "when": START + 50}),
        ("CallArrived", {"channel": "pj-1"}),
        ("CallerFellBack", {"queue": "school"}),
        ("CallerReturned", {}),
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((CallerFellBack("c-1", "school"), CallerQueued("c-1", "general", START + 1)), ("school", START + 1)),
        ((CallerQueued("c-1", "school", START), CallerFellBack("c-1", "general")), ("school", START)),
        ((CallerFellBack("c-1", "school", START - 60),), ("school", START - 60)),
    ],
)
def test_the_first_queue_is_the_first_whether_ours_or_asterisks(
    log: Engine, events: tuple[Event, ...], expected: tuple[str, float]
) -> None:
    apply_batch(log, record(arrived(), *events), after=0)
    row = only_contact(log)
    assert (row["first_queue"], row["queued_at"]) == expected


@pytest.mark.parametrize("end", [CallerHungUp("c-1", START + 9), CallerLost("c-1", "pbx", START + 9)])
def test_a_talk_that_ended_unheard_ended_when_it_truly_did(log: Engine, end: Event) -> None:
    stream = record(
        arrived(),
        CallerQueued("c-1", "school", START + 1),
        offered("anna"),
        OfferAnswered("c-1", "anna"),
        end,
    )
    apply_batch(log, stream, after=0)
    assert (only_contact(log)["talk_ended_at"], only_contact(log)["talk_s"]) == (START + 9, 6.0)


def test_an_answer_learnt_afterwards_ends_the_wait_when_it_truly_did(log: Engine) -> None:
    stream = [
        *record(arrived(), CallerQueued("c-1", "school", START + 1), offered("anna")),
        Recorded(4, START + 90, OfferAnswered("c-1", "anna", START + 7)),
        Recorded(5, START + 100, TalkEnded("c-1", "anna", "agent")),
    ]
    apply_batch(log, stream, after=0)
    row = only_contact(log)
    assert (row["answered_at"], row["wait_s"], row["talk_s"]) == (START + 7, 6.0, 93.0)


def test_a_call_over_a_crash_is_one_row_and_what_did_not_happen_to_it_changes_nothing(log: Engine) -> None:
    carried = ContactCarried(
        "c-1", "pj-1", "jarfalla", "waiting", None, "school", START + 5, None, None, "caller"
    )
    crash = (EngineStarted("1"), carried, CallerReturned("c-1"), GhostRemoved("c-1", "offer", None))
    queued_again = CallerQueued("c-1", "school", START + 5)
    times = [r.at for r in ANSWERED_CALL[:6]] + [START + 5] * 5 + [r.at for r in ANSWERED_CALL[6:]]
    events = [r.event for r in ANSWERED_CALL]
    events[6:6] = [*crash, queued_again]
    stream = [Recorded(seq, at, event) for seq, (at, event) in enumerate(zip(times, events, strict=True), 1)]
    apply_batch(log, stream, after=0)
    with_crash = only_contact(log)
    other = log_in_memory()
    apply_batch(other, ANSWERED_CALL, after=0)
    assert with_crash == only_contact(other)
    other.dispose()
