"""The estimates table: what callers were told of their wait, and how long it truly was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from sqlalchemy import select

from queues.calllog.database import open_database
from queues.calllog.projection import apply_batch
from queues.calllog.schema import estimates
from routing.events import (
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallTransferred,
    Event,
    FallbackAnswered,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    Recorded,
    TalkEnded,
    WaitTold,
    WayOut,
    true_time,
)
from tests.queues.calllog.logs import all_rows, log_in_memory, new_log
from tests.queues.calllog.streams import START, record, streams
from tests.queues.calllog.test_projection import arrived, log, offered

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

__all__ = ["log"]

TOLD = WaitTold("c-1", "school", 3, 120.0, 300.0)
WAITS = (arrived(), CallerQueued("c-1", "school", START + 1), TOLD)  # told at 2 s
ANSWERED = (offered("anna"), OfferAnswered("c-1", "anna"))


def rows(log: Engine) -> list[tuple[object, ...]]:
    """Return what was told when, how long the wait was from then on, and how it ended."""
    told = estimates.c
    query = select(told.seq, told.at, told.waited_s, told.ended_as).order_by(told.seq)
    with log.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_an_estimate_stands_with_the_true_wait_from_then_on(log: Engine) -> None:
    apply_batch(log, record(*WAITS, *ANSWERED), after=0)
    expected = (3, "c-1", "school", START + 2, 3, 120.0, 300.0, 2.0, "answered")
    assert [expected] == all_rows(log)["estimates"]


def test_a_place_alone_is_no_estimate(log: Engine) -> None:
    apply_batch(log, record(*WAITS[:2], WaitTold("c-1", "school", 3), *ANSWERED), after=0)
    assert rows(log) == []


def test_who_is_told_again_has_an_estimate_more_each_with_its_own_wait(log: Engine) -> None:
    apply_batch(log, record(*WAITS, TOLD, TOLD, *ANSWERED), after=0)
    waits = [
        (3, START + 2, 4.0, "answered"),
        (4, START + 3, 3.0, "answered"),
        (5, START + 4, 2.0, "answered"),
    ]
    assert waits == rows(log)


@pytest.mark.parametrize(
    ("event", "ended_as"),
    [
        (CallerHungUp("c-1"), "left"),
        (CallerLost("c-1", "engine"), "lost"),
        (CallerSentOn("c-1", "school", WayOut.WAITED, "general"), "sent_on"),
        (CallerQueued("c-1", "general", START + 1), "moved"),
        (CallerFellBack("c-1", "general"), "moved"),
        (CallEnded("c-1", Outcome.ABANDONED, "caller"), "left"),
        (CallEnded("c-1", Outcome.ENGINE_LOST, "engine"), "lost"),
    ],
)
def test_each_end_has_its_word(log: Engine, event: Event, ended_as: str) -> None:
    apply_batch(log, record(*WAITS, event), after=0)
    assert [(3, START + 2, 1.0, ended_as)] == rows(log)


@pytest.mark.parametrize(
    "event",
    [
        CallerQueued("c-1", "school", START + 1),  # again, after a crash
        CallerFellBack("c-1", "school"),
        CallerFellBack("c-1", ""),  # as Asterisk may tell it
        CallerReturned("c-1", "school", START + 1),
        OfferFailed("c-1", "anna", OfferFailure.NO_ANSWER),
    ],
)
def test_what_ends_no_wait_leaves_it_open(log: Engine, event: Event) -> None:
    apply_batch(log, record(*WAITS, event), after=0)
    assert rows(log) == [(3, START + 2, None, None)]


def test_the_first_end_counts(log: Engine) -> None:
    later = (
        TalkEnded("c-1", "anna", "caller"),
        CallerHungUp("c-1"),
        CallEnded("c-1", Outcome.ANSWERED, "caller"),
    )
    apply_batch(log, record(*WAITS, *ANSWERED, *later), after=0)
    assert rows(log) == [(3, START + 2, 2.0, "answered")]


def test_an_estimate_of_one_batch_ends_in_a_later_one_and_once(log: Engine) -> None:
    stream = record(*WAITS, *ANSWERED, CallerHungUp("c-1"))
    for done in range(len(stream)):
        apply_batch(log, stream[: done + 1], after=0)
        apply_batch(log, stream[: done + 1], after=0)
    assert rows(log) == [(3, START + 2, 2.0, "answered")]


def test_after_a_transfer_the_second_wait_has_estimates_of_its_own(log: Engine) -> None:
    stream = record(
        *WAITS,
        *ANSWERED,
        CallTransferred("c-1", "anna", "queue", "general", "blind"),
        CallerQueued("c-1", "general", START + 1),
        WaitTold("c-1", "general", 1, 0.0, 60.0),
        CallerHungUp("c-1"),
    )
    apply_batch(log, stream, after=0)
    assert rows(log) == [(3, START + 2, 2.0, "answered"), (8, START + 7, 1.0, "left")]


@pytest.mark.parametrize(
    ("when", "waited_s"), [(START + 3.5, 1.5), (None, 2.0), (START + 1.5, 0.0)], ids=["late", "now", "before"]
)
def test_an_answer_of_the_fallback_ends_the_wait_when_it_truly_did(
    log: Engine, when: float | None, waited_s: float
) -> None:
    fell_back = CallerFellBack("c-1", "school", START + 1, START + 3)
    apply_batch(log, record(*WAITS, fell_back), after=0)
    answered = Recorded(5, START + 4, FallbackAnswered("c-1", "school", "bo", when))
    apply_batch(log, [answered], after=4)
    assert [(3, START + 2, waited_s, "answered")] == rows(log)


def test_a_contact_that_is_closed_or_never_arrived_is_told_nothing(log: Engine) -> None:
    ended = (CallerHungUp("c-1"), CallEnded("c-1", Outcome.ABANDONED, "caller"))
    apply_batch(log, record(*WAITS[:2], *ended, TOLD, TOLD._replace(contact="c-9")), after=0)
    assert rows(log) == []


def test_a_contact_that_is_erased_takes_its_estimates_along(tmp_path: Path) -> None:
    engine = open_database(new_log(tmp_path))
    apply_batch(engine, record(*WAITS, *ANSWERED), after=0)
    assert len(rows(engine)) == 1
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM contacts WHERE contact = 'c-1'")
    assert rows(engine) == []
    engine.dispose()


def test_what_was_told_to_somebody_who_was_erased_ends_without_them(tmp_path: Path) -> None:
    engine = open_database(new_log(tmp_path))
    apply_batch(engine, record(*WAITS), after=0)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM contacts")
    assert apply_batch(engine, [Recorded(4, START + 9, CallerHungUp("c-1"))], after=3).strays == 1
    assert rows(engine) == []
    engine.dispose()


def word_for(event: Event) -> str:
    match event:
        case OfferAnswered() | FallbackAnswered():
            return "answered"
        case CallerQueued() | CallerFellBack():
            return "moved"
        case CallerSentOn():
            return "sent_on"
        case CallerLost():
            return "lost"
        case CallEnded(_, _, by) if by != "caller":
            return "lost"
        case CallerHungUp() | CallEnded():
            return "left"
        case _:
            return ""


@given(streams())
def test_estimates_agree_with_the_stream(stream: list[Recorded]) -> None:
    log = log_in_memory()
    try:
        apply_batch(log, stream, after=0)
        found = rows(log)
    finally:
        log.dispose()
    expected: list[tuple[object, ...]] = []
    for seq, at, told in stream:
        if not isinstance(told, WaitTold) or told.most_s is None:
            continue
        ends = (
            (max(0.0, true_time(later.at, later.event) - at), word)
            for later in stream[seq:]
            if getattr(later.event, "contact", None) == told.contact
            and (word := word_for(later.event))
            and not (word == "moved" and getattr(later.event, "queue", "") == told.queue)
        )
        expected.append((seq, at, *next(ends, (None, None))))
    assert expected == found
