"""What an event's detail leaves out, so that whoever erases a contact's row erases it."""

from __future__ import annotations

import pytest

from queues.calllog.projection import detail_of
from routing.events import CallArrived, CallerQueued, ContactCarried, Event, Met
from tests.queues.calllog.streams import START

CALLER = "5f0c" * 16


@pytest.mark.parametrize(
    "event",
    [
        CallArrived("c-1", "pj-1", "jarfalla", "+46858028500", CALLER, "known", met=(Met("q", "anna", 1.0),)),
        ContactCarried(
            *("c-1", "pj-1", "jarfalla", "waiting", None, "q", START, None, None, "caller"), caller=CALLER
        ),
        CallerQueued("c-1", "q", START, last_agent="anna"),
    ],
)
def test_what_the_row_alone_has_and_earlier_calls_stand_in_no_detail(event: Event) -> None:
    detail = str(detail_of(event))
    for word in (CALLER, "jarfalla", "+46858028500", "known", "anna"):
        assert word not in detail
