"""Who was lost: every placed call has exactly one closed contact, and we hang up only on whom we served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.demo.citizen_log import CitizenCall, CitizenEnd, CitizensReport
from ivr.demo.comparison import SERVED, Comparison, _compare
from routing.events import CallArrived, Outcome
from tests.queues.calllog.logs import record_of

if TYPE_CHECKING:
    from queues.calllog.readings import ContactRecord


ARRIVAL = CallArrived("c1", "c1", "jarfalla", "+46858028500", "p", "known")


def record(outcome: str | None = "answered") -> ContactRecord:
    return record_of(1.0, ARRIVAL, ended_at=None if outcome is None else 2.0, outcome=outcome)


def compared(end: CitizenEnd, *records: ContactRecord) -> Comparison:
    report = CitizensReport((CitizenCall("+46701740605", end),))
    return _compare(report, ["p"], {"p": records, "somebody else": [record()] * 3})


PLACED = sorted(set(CitizenEnd) - {CitizenEnd.NOT_PLACED})


@pytest.mark.parametrize("end", PLACED)
@pytest.mark.parametrize("records", [(), (record(None),), (record(), record())])
def test_a_placed_call_without_exactly_one_closed_contact_is_lost(
    end: CitizenEnd, records: tuple[ContactRecord, ...]
) -> None:
    assert compared(end, *records) == Comparison(placed=1, without_one_contact=1, cut_off=0)


def test_a_call_that_was_never_placed_is_none() -> None:
    assert compared(CitizenEnd.NOT_PLACED) == Comparison(0, 0, 0)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_citizen_who_hangs_up_is_not_lost_whatever_came_of_it(outcome: Outcome) -> None:
    assert compared(CitizenEnd.LEFT, record(outcome)).lost == 0


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("end", sorted(set(PLACED) - {CitizenEnd.LEFT}))
def test_who_was_hung_up_on_is_lost_unless_served(end: CitizenEnd, outcome: Outcome) -> None:
    lost = compared(end, record(outcome))
    assert lost == Comparison(placed=1, without_one_contact=0, cut_off=int(outcome not in SERVED))


def test_waiting_callers_are_never_served() -> None:
    assert not SERVED & {Outcome.ABANDONED, Outcome.ENGINE_LOST, Outcome.PBX_LOST, Outcome.LOST_IN_MENU}


def test_each_citizen_is_held_against_their_own_contact() -> None:
    calls = tuple(CitizenCall(f"+4670174060{n}", CitizenEnd.CUT_OFF) for n in range(3))
    contacts = {"p0": [record()], "p1": [record("abandoned")]}
    found = _compare(CitizensReport(calls), ["p0", "p1", "p2"], contacts)
    assert found == Comparison(placed=3, without_one_contact=1, cut_off=1)
    assert found.as_json() == {"lost": 2, "phoned": 3, "lost_without_contact": 1, "lost_cut_off": 1}
