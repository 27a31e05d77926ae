"""Reading the call log: the latest contacts, or one with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from queues.calllog.database import open_database
from queues.calllog.errors import ContactUnknownError
from queues.calllog.projection import apply_batch
from queues.calllog.readings import ContactEvent, list_contacts, show_contact
from routing.events import CallArrived, CallEnded, Outcome
from tests.queues.calllog.logs import new_log
from tests.queues.calllog.streams import START, record

if TYPE_CHECKING:
    from pathlib import Path

STREAM = record(
    CallArrived("c-1", "pj-1", "jarfalla", "+46858028500", None, "withheld"),
    CallArrived("c-2", "pj-2", "orebro", "+4619211000", None, "unreadable"),
    CallArrived("c-3", "pj-3", "jarfalla", "+46858028500", "5f" * 32, "known"),
    CallEnded("c-1", Outcome.SELF_SERVED, "caller"),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = new_log(tmp_path)
    engine = open_database(address)
    apply_batch(engine, STREAM, after=0)
    engine.dispose()
    return address


def test_the_list_has_the_newest_first(url: str) -> None:
    assert [record.contact for record in list_contacts(url)] == ["c-3", "c-2", "c-1"]


def test_the_list_ends_at_its_limit(url: str) -> None:
    assert [record.contact for record in list_contacts(url, limit=2)] == ["c-3", "c-2"]


def test_the_list_can_begin_at_a_time_and_keep_to_a_number(url: str) -> None:
    assert [record.contact for record in list_contacts(url, since=START + 1)] == ["c-3", "c-2"]
    assert [record.contact for record in list_contacts(url, number="jarfalla")] == ["c-3", "c-1"]
    assert list_contacts(url, since=START + 99) == ()


def test_one_contact_comes_with_its_events(url: str) -> None:
    history = show_contact(url, "c-1")
    assert (
        history.record.contact,
        history.record.outcome,
        history.record.caller_kind,
        history.record.caller,
    ) == ("c-1", "self_served", "withheld", None)
    assert (
        ContactEvent(1, START, "CallArrived", {"channel": "pj-1"}),
        ContactEvent(4, START + 3, "CallEnded", {"outcome": "self_served", "by": "caller"}),
    ) == history.events


def test_an_unknown_id_is_one_clear_line(url: str) -> None:
    with pytest.raises(ContactUnknownError) as raised:
        show_contact(url, "c-9")
    assert str(raised.value) == "contact c-9: not in the call log; `vaxel calls list` shows the ids"


def test_a_reader_does_not_wait_for_the_follower(url: str) -> None:
    engine = open_database(url)
    with engine.connect() as writing:
        writing.exec_driver_sql("UPDATE follower SET seq = seq")
        assert len(list_contacts(url)) == 3
    engine.dispose()
