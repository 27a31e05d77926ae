"""The projection over random streams: the same rows in any batches, and what the stream says."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from queues.calllog.projection import apply_batch
from queues.calllog.schema import contacts
from routing.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallTransferred,
    FallbackAnswered,
    OfferAnswered,
    OfficerAnswered,
    Recorded,
    TalkEnded,
    true_time,
)
from tests.queues.calllog.logs import all_rows, log_in_memory
from tests.queues.calllog.streams import streams


@given(streams(), st.data())
def test_any_batching_and_any_replay_give_the_same_rows(stream: list[Recorded], data: st.DataObject) -> None:
    whole, pieces = log_in_memory(), log_in_memory()
    try:
        apply_batch(whole, stream, after=0)
        done = 0
        while done < len(stream):
            again = data.draw(st.integers(0, done))
            done = data.draw(st.integers(done + 1, len(stream)))
            apply_batch(pieces, stream[again:done], after=again)
        apply_batch(pieces, stream, after=0)
        assert all_rows(whole) == all_rows(pieces)
    finally:
        whole.dispose()
        pieces.dispose()


def last_talkers(stream: list[Recorded]) -> dict[str, str]:
    """Return with whom each contact talked last, read off the stream."""
    last: dict[str, str] = {}
    for _, _, event in stream:
        match event:
            case OfferAnswered(contact, who) | OfficerAnswered(contact, who):
                last[contact] = who
            case FallbackAnswered(contact, _, who) | CallTransferred(contact, target=who, answered=True):
                last[contact] = who
            case _:
                pass
    return last


def talk_seconds(stream: list[Recorded]) -> dict[str, float]:
    """Return the seconds of each contact's talks that are over, read off the stream."""
    total: dict[str, float] = defaultdict(float)
    began: dict[str, float] = {}
    for _, at, event in stream:
        then = true_time(at, event)
        match event:
            case TalkEnded(contact) | CallTransferred(contact) | CallerHungUp(contact) | CallerLost(contact):
                total[contact] += max(0.0, then - began.pop(contact, then))
            case CallerFellBack(contact):
                total[contact] += max(0.0, then - began.pop(contact, then))
            case _:
                pass
        match event:
            case OfferAnswered(contact) | OfficerAnswered(contact) | CallTransferred(contact, answered=True):
                began[contact] = then
            case FallbackAnswered(contact):
                began[contact] = then
            case _:
                pass
    return total


@given(streams())
def test_rows_agree_with_the_stream(stream: list[Recorded]) -> None:
    log = log_in_memory()
    try:
        apply_batch(log, stream, after=0)
        with log.connect() as connection:
            rows = {row["contact"]: row for row in connection.execute(select(contacts)).mappings()}
    finally:
        log.dispose()
    ended = {
        r.event.contact: (r.event.outcome.value, true_time(r.at, r.event))
        for r in stream
        if isinstance(r.event, CallEnded)
    }
    arrived_at = {
        r.event.contact: true_time(r.at, r.event) for r in stream if isinstance(r.event, CallArrived)
    }
    assert arrived_at == {contact: row["arrived_at"] for contact, row in rows.items()}
    assert ended == {c: (row["outcome"], row["ended_at"]) for c, row in rows.items() if row["outcome"]}
    offers = [r.event.contact for r in stream if isinstance(r.event, AgentOffered)]
    assert len(offers) == sum(row["offers"] for row in rows.values())
    assert last_talkers(stream) == {c: row["last_agent"] for c, row in rows.items() if row["last_agent"]}
    hops = Counter(r.event.contact for r in stream if isinstance(r.event, CallTransferred))
    assert hops == Counter({c: row["hops"] for c, row in rows.items() if row["hops"]})
    for contact, talk_s in talk_seconds(stream).items():
        assert rows[contact]["talk_s"] == pytest.approx(talk_s)
    queued = {r.event.contact for r in stream if isinstance(r.event, CallerQueued | CallerFellBack)}
    assert queued == {c for c, row in rows.items() if row["first_queue"] is not None}
    for row in rows.values():
        assert row["talk_started_at"] is None or not row["outcome"]
        assert row["talk_s"] >= 0
        assert row["wait_s"] is None or row["wait_s"] >= 0
