"""Callers who are known by their number: which group an arrival belongs to; the number itself is nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.agi.request import AgiRequest
from ivr.arrivals import Arrivals
from ivr.settings import Settings
from queues.callers import CallerGroup
from tests.ivr.numbers_for_tests import number_for_tests

POLICE = CallerGroup("police", "Polisen", 50, frozenset({"+46701740605"}))
NUMBER = replace(number_for_tests(), callers={"police": POLICE})
OTHER = replace(number_for_tests("annanby"), called=("+46858028600",))


def arrivals() -> Arrivals:
    return Arrivals([NUMBER, OTHER], Settings(default_number="testby"), b"k" * 32)


def group_of(
    read: Arrivals, caller: str | None, called: str = "+46858028500", presentation: str = "allowed"
) -> str:
    request = AgiRequest(
        uniqueid="1.1", channel="PJSIP/trunk-1", callerid=caller, arguments=(called, "case-7", presentation)
    )
    return read.read(request).arrival.group


@pytest.mark.parametrize("spelling", ["0701740605", "+46701740605", "0046701740605"])
def test_a_number_in_every_spelling_belongs_to_its_group(spelling: str) -> None:
    assert group_of(arrivals(), spelling) == "police"


def test_nobody_else_belongs_to_it() -> None:
    assert group_of(arrivals(), "0701740606") == ""
    assert group_of(arrivals(), None) == ""
    assert group_of(arrivals(), "0701740605", presentation="prohib_not_screened") == ""
    assert group_of(arrivals(), "0701740605", called="+46858028600") == ""  # another number's callers


def test_a_call_that_is_learnt_afterwards_has_its_group_too() -> None:
    learnt = arrivals().learned("case-7", "+46858028500", ("0701740605", "allowed"), 1000.0)
    assert (learnt.group, learnt.when) == ("police", 1000.0)
    assert "0701740605" not in repr(learnt)


def test_groups_change_with_the_numbers() -> None:
    read = arrivals()
    read.change([replace(NUMBER, callers={}), OTHER])
    assert group_of(read, "0701740605") == ""
