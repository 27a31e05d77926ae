"""In a trial the calendar runs at another time: what is said and read of hours and messages is in that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.control.orders import Answer, CrisisOn, OrderRefusedError, SetHours, WhatTime
from routing.events import ClockStepped, EngineStarted
from tests.ivr.control.town import Town
from tests.ivr.publishing.ground import NOON

if TYPE_CHECKING:
    from pathlib import Path

MONTH_S = 30 * 86_400.0  # to noon on 24 December, a Thursday


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Make Testby, whose callers are told that it is Christmas Eve."""
    town = Town(tmp_path)
    town.attendant.take(EngineStarted("0", calendar_shift_s=MONTH_S))
    return town


def test_the_time_is_told_as_callers_hear_it(town: Town) -> None:
    town.now += 600
    assert town.carry_out(WhatTime()) == [Answer(is_done=True, fields={"calendar": NOON + MONTH_S + 600})]
    town.attendant.take(ClockStepped(60.0))
    assert town.carry_out(WhatTime())[0].fields == {"calendar": NOON + MONTH_S + 660}


def test_the_end_of_a_message_is_of_the_calendar(town: Town) -> None:
    until = NOON + MONTH_S + 6 * 3600
    (answer,) = town.carry_out(CrisisOn("testby", {"sv": "X."}, until=until))
    assert answer.lines[0].endswith(", until 18:00")
    assert answer.fields == {"crisis": "20261224-120000"}
    (event,) = town.file.read()
    assert (event.since, event.until) == (NOON + MONTH_S, until)


def test_the_end_of_hours_by_hand_is_of_the_calendar(town: Town) -> None:
    until = NOON + MONTH_S + 3600
    (answer,) = town.carry_out(SetHours("testby", "open", until=until))
    assert answer.lines == ("testby: office is open until 2026-12-24 13:00",)
    (event,) = town.file.read()
    assert (event.since, event.until) == (NOON + MONTH_S, until)


def test_hours_by_hand_end_when_the_calendar_changes(town: Town) -> None:
    (answer,) = town.carry_out(SetHours("testby", "open"))
    assert answer.lines == ("testby: office is open until 2026-12-28 08:00, when the calendar next changes",)


def test_what_is_over_for_callers_is_no_end(town: Town) -> None:
    with pytest.raises(OrderRefusedError) as caught:
        town.carry_out(CrisisOn("testby", {"sv": "X."}, until=NOON + 6 * 3600))
    assert str(caught.value) == "testby: expected an end that is still to come"
