"""The core leads each contact from arrival to exactly one end, and calls stale news stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.contact import Leave, Ring, Wait
from ivr.core import Core
from ivr.menu.commands import Ask, Say
from ivr.menu.number import policy
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    Considered,
    DigitPressed,
    EngineStarted,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    PromptEnded,
    PromptPlayed,
    Rule,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.events import Decision, Input

ARRIVAL = CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld")


class Stage:
    """A core whose time passes a second with each event."""

    def __init__(self) -> None:
        number = number_for_tests()
        self.core = Core({number.id: number}, policy([number]))
        self.at = 100.0

    def happens(self, *events: Input) -> list[Decision] | None:
        """Pass the events; return the last one's decisions."""
        decisions: list[Decision] | None = None
        for event in events:
            self.at += 1
            decisions = self.core.step(self.at, event)
        return decisions

    @property
    def task(self) -> object:
        return self.core.contacts["c1"].task


def in_menu(stage: Stage) -> None:
    stage.happens(ARRIVAL)


def waiting(stage: Stage) -> None:
    stage.happens(ARRIVAL, DigitPressed("c1", "1"), PromptEnded("c1"))


def offered(stage: Stage) -> None:
    stage.happens(AgentStateChanged("anna", TelephoneState.FREE))
    waiting(stage)


def talking(stage: Stage) -> None:
    offered(stage)
    stage.happens(OfferAnswered("c1", "anna"))


def leaving_after_talk(stage: Stage) -> None:
    talking(stage)
    stage.happens(TalkEnded("c1", "anna", "agent"))


def hearing_message(stage: Stage) -> None:
    stage.happens(ARRIVAL, DigitPressed("c1", "2"))


def leaving_after_message(stage: Stage) -> None:
    hearing_message(stage)
    stage.happens(PromptEnded("c1"))


def test_arrival_is_greeted() -> None:
    stage = Stage()
    assert stage.happens(ARRIVAL) == [
        PromptPlayed("c1", "start", ("start.greeting", "start.1", "start.2", "start.3"))
    ]
    assert isinstance(stage.task, Ask)


def test_key_leads_over_its_prompt_into_the_queue_and_the_place_counts_from_the_key() -> None:
    stage = Stage()
    assert stage.happens(ARRIVAL, DigitPressed("c1", "1")) == [
        MenuAnswered("c1", "start", MenuResult.MATCH, "school"),
        PromptPlayed("c1", "school", ("school.say",)),
    ]
    pressed_at = stage.at
    assert isinstance(stage.task, Say)
    assert stage.happens(PromptEnded("c1")) == [CallerQueued("c1", "school", pressed_at)]
    assert isinstance(stage.task, Wait)


def test_second_silence_leads_to_a_person() -> None:
    stage = Stage()
    decisions = stage.happens(ARRIVAL, SilenceElapsed("c1"), SilenceElapsed("c1"), PromptEnded("c1"))
    assert decisions == [CallerQueued("c1", "general", stage.at - 1)]


def test_free_agent_is_offered_and_the_session_shall_ring() -> None:
    stage = Stage()
    stage.happens(AgentStateChanged("anna", TelephoneState.FREE), ARRIVAL, DigitPressed("c1", "1"))
    decisions = stage.happens(PromptEnded("c1"))
    assert decisions == [
        CallerQueued("c1", "school", stage.at - 1),
        AgentOffered(
            *("c1", "anna", "school", Rule.SPECIALIST, 0, 1.0, 1, 20.0),
            score=100 / 60,
            considered=Considered(free=1, closed=1),
        ),
    ]
    assert stage.task == Ring("anna", 20.0)


def test_unanswered_caller_waits_again() -> None:
    stage = Stage()
    offered(stage)
    assert stage.happens(OfferFailed("c1", "anna", OfferFailure.NO_ANSWER)) == []
    assert stage.task == Wait()


def test_agent_who_hangs_up_ends_the_call_as_answered() -> None:
    stage = Stage()
    talking(stage)
    stage.happens(TalkEnded("c1", "anna", "agent"))
    assert stage.task == Leave()
    assert stage.happens(CallerHungUp("c1")) == [CallEnded("c1", Outcome.ANSWERED, "agent")]


@pytest.mark.parametrize(
    ("reach", "outcome", "by"),
    [
        (in_menu, Outcome.LEFT_IN_MENU, "caller"),
        (waiting, Outcome.ABANDONED, "caller"),
        (offered, Outcome.ABANDONED, "caller"),
        (talking, Outcome.ANSWERED, "caller"),
        (leaving_after_talk, Outcome.ANSWERED, "agent"),
        (hearing_message, Outcome.SELF_SERVED, "caller"),
        (leaving_after_message, Outcome.SELF_SERVED, "engine"),
    ],
)
def test_hang_up_in_every_state_closes_the_contact_once(
    reach: Callable[[Stage], None], outcome: Outcome, by: str
) -> None:
    stage = Stage()
    reach(stage)
    decisions = stage.happens(CallerHungUp("c1"))
    assert decisions is not None
    assert decisions[-1] == CallEnded("c1", outcome, by)  # type: ignore[arg-type]
    assert sum(isinstance(d, CallEnded) for d in decisions) == 1
    assert stage.happens(CallerHungUp("c1")) is None
    assert stage.core.contacts == {}


@pytest.mark.parametrize(
    ("reach", "by", "outcome"),
    [
        (in_menu, "engine", Outcome.LOST_IN_MENU),
        (waiting, "engine", Outcome.ENGINE_LOST),
        (waiting, "pbx", Outcome.PBX_LOST),
        (offered, "pbx", Outcome.PBX_LOST),
        (talking, "pbx", Outcome.ANSWERED),
    ],
)
def test_a_call_that_we_cut_off_says_so(reach: Callable[[Stage], None], by: str, outcome: Outcome) -> None:
    stage = Stage()
    reach(stage)
    decisions = stage.happens(CallerLost("c1", by))  # type: ignore[arg-type]
    assert decisions is not None
    assert decisions[-1] == CallEnded("c1", outcome, by)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stale",
    [
        DigitPressed("c1", "1"),
        SilenceElapsed("c1"),
        PromptEnded("c1"),
        OfferAnswered("c1", "gun"),
        OfferFailed("c1", "gun", OfferFailure.BUSY),
        TalkEnded("c1", "anna", "agent"),
        CallerHungUp("c9"),
        AgentStateChanged("anna", TelephoneState.FREE),
        AgentStateChanged("nobody", TelephoneState.FREE),
        ARRIVAL,
    ],
)
def test_stale_news_changes_nothing_and_is_not_recorded(stale: Input) -> None:
    stage = Stage()
    offered(stage)
    before = stage.task
    assert stage.happens(stale) is None
    assert stage.task == before


def test_caller_who_hangs_up_while_ringing_leaves_the_agent_for_the_next() -> None:
    stage = Stage()
    offered(stage)
    second = ARRIVAL._replace(contact="c2", channel="c2")
    stage.happens(second, DigitPressed("c2", "1"), PromptEnded("c2"))
    decisions = stage.happens(CallerHungUp("c1"))
    assert decisions is not None
    assert [type(d) for d in decisions] == [AgentOffered, CallEnded]
    assert stage.core.contacts["c2"].task == Ring("anna", 20.0)


def test_timer_lets_the_next_ring_answer() -> None:
    stage = Stage()
    stage.happens(
        AgentStateChanged("anna", TelephoneState.BUSY), AgentStateChanged("gun", TelephoneState.FREE)
    )
    waiting(stage)
    due = stage.core.next_due()
    assert due is not None
    decisions = stage.core.step(due, TimerFired())
    assert [type(d) for d in decisions or ()] == [AgentOffered]
    assert stage.task == Ring("gun", 20.0)


def test_engine_start_begins_with_nobody_and_no_telephone() -> None:
    stage = Stage()
    offered(stage)
    assert stage.happens(EngineStarted("0.1.0")) == []
    assert stage.core.contacts == {}
    assert stage.happens(AgentStateChanged("anna", TelephoneState.FREE)) == []
