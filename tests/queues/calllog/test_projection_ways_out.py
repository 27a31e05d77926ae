"""Rows of callers whom queues did not keep: their waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from queues.calllog.projection import fold, new_row
from routing.events import (
    CallArrived,
    CallEnded,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    Event,
    OfferAnswered,
    OfficerAnswered,
    Outcome,
    PlaceRegained,
    PromptPlayed,
    WayOut,
)
from tests.queues.calllog.streams import START

if TYPE_CHECKING:
    from queues.calllog.schema import ContactRow

ARRIVED = CallArrived("c-1", "pj-1", "jarfalla", "+46858028500", "5f" * 32, "known")
SCHOOL = CallerQueued("c-1", "school", START)
SENT_ON = CallerSentOn("c-1", "school", WayOut.WAITED, "sorry")
TURNED_AWAY = CallerTurnedAway("c-1", "school", WayOut.WAITING, "sorry")
SORRY = PromptPlayed("c-1", "sorry", ("sorry.say",))
GENERAL = CallerQueued("c-1", "general", START)
ANSWERED = OfferAnswered("c-1", "vera")
ENDED = CallEnded("c-1", Outcome.OVERFLOWED, "caller")


def row_of(*events: Event, every_s: float = 10.0) -> ContactRow:
    """Return the row after these, each ten seconds after the one before."""
    row = new_row(START, ARRIVED)
    for place, event in enumerate(events):
        fold(row, START + place * every_s, event)
    return row


def test_who_has_the_old_place_back_has_waited_since_this_call_s_queue_alone() -> None:
    """The call before, which was cut off, has the wait before."""
    old_place = SCHOOL._replace(since=START - 80)
    row = row_of(PlaceRegained("c-1", "school"), old_place, ANSWERED)
    assert (row["first_queue"], row["queued_at"], row["wait_s"]) == ("school", START, 20.0)


@pytest.mark.parametrize(
    ("events", "queue", "wait_s"),
    [
        ((SCHOOL, SENT_ON, SORRY, ENDED), "school", 10.0),  # what is said then is no waiting
        ((TURNED_AWAY, SORRY, ENDED), "school", 0.0),
        ((SCHOOL, SENT_ON, GENERAL, ENDED), "school", 30.0),  # until the end, in the second queue
        ((SCHOOL, SENT_ON, GENERAL, ANSWERED, SORRY, ENDED), "school", 30.0),
        ((SCHOOL, SENT_ON, OfficerAnswered("c-1", "rut"), ENDED), "school", 10.0),
        ((SCHOOL, ANSWERED, GENERAL, SENT_ON, ENDED), "school", 10.0),  # until the first answer
    ],
)
def test_the_wait_ends_as_the_queue_is_left_for_good(
    events: tuple[Event, ...], queue: str, wait_s: float
) -> None:
    row = row_of(*events)
    assert (row["first_queue"], row["wait_s"], row["outcome"]) == (queue, wait_s, "overflowed")
