"""What is heard late is dated as of when it happened; what is heard at once is not."""

from __future__ import annotations

import pytest

from ivr.clock import EngineClock
from ivr.lateness import LATE_S, Lateness
from routing.events import AgentStateChanged, CallerHungUp, TelephoneState
from tests.ivr.test_translator import event

WALL, ENGINE = 1_763_782_900.0, 1_763_782_800.0  # somebody has moved the machine's clock by 100 s


def lateness(stamp: str | None) -> Lateness:
    walls = iter([ENGINE])  # as the engine starts; later it shows another time
    heard = Lateness(EngineClock(lambda: next(walls, WALL), lambda: 0.0))
    heard.begin(event("Hangup") if stamp is None else event("Hangup", Timestamp=stamp))
    return heard


def test_what_is_heard_late_has_its_own_time_by_the_engines_clock() -> None:
    assert lateness(f"{WALL - 12.5:.6f}").dated(CallerHungUp("c1")) == CallerHungUp("c1", ENGINE - 12.5)


@pytest.mark.parametrize("stamp", [f"{WALL - LATE_S:.6f}", f"{WALL + 3:.6f}", "soon", "", None])
def test_what_is_heard_at_once_or_cannot_be_dated_is_of_now(stamp: str | None) -> None:
    assert lateness(stamp).dated(CallerHungUp("c1")) == CallerHungUp("c1")


def test_what_follows_an_event_is_not_its_news() -> None:
    heard = lateness(f"{WALL - 12.5:.6f}")
    heard.end()
    assert heard.dated(CallerHungUp("c1")) == CallerHungUp("c1")


def test_a_time_that_is_known_stays_and_news_without_one_gets_none() -> None:
    heard = lateness(f"{WALL - 12.5:.6f}")
    assert heard.dated(CallerHungUp("c1", 7.0)) == CallerHungUp("c1", 7.0)
    state = AgentStateChanged("anna", TelephoneState.FREE)
    assert heard.dated(state) is state
