"""The core over a crash: who is carried, who comes back, and what Asterisk's own queue did meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.contact import Leave, Phase, Ring, Wait
from ivr.core import Core
from ivr.menu.commands import Ask, Say
from ivr.menu.model import Way
from ivr.menu.number import policy
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    ContactCarried,
    Decision,
    DigitPressed,
    EngineStarted,
    EngineStopping,
    FallbackAnswered,
    GhostRemoved,
    Input,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    PromptEnded,
    PromptPlayed,
    RestorationEnded,
    Stage,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.numbers_for_tests import number_for_tests

ARRIVED = CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld")
CARRIED = ContactCarried("c1", "c1", "testby", "menu", None, None, 50.0, None, None, "caller")
FREE = AgentStateChanged("anna", TelephoneState.FREE)
GREETING = PromptPlayed("c1", "start", ("start.greeting", "start.1", "start.2", "start.3"))


def carried(
    stage: Stage, agent: str | None = None, contact: str = "c1", since: float = 50.0
) -> ContactCarried:
    return CARRIED._replace(contact=contact, stage=stage, queue="school", since=since, agent=agent)


class Story:
    """A new core, in which a second passes with each event."""

    def __init__(self, *happened: Input, start: str = "start") -> None:
        number = number_for_tests()
        number = replace(number, menu=replace(number.menu, start=Way(start)))
        self.core = Core({number.id: number}, policy([number]))
        self.at = 100.0
        for event in happened:
            assert self.happens(event) is not None

    def happens(self, event: Input) -> list[Decision] | None:
        self.at += 1
        return self.core.step(self.at, event)

    @property
    def task(self) -> object:
        return self.core.contacts["c1"].task


# --- in the menu ---


def test_a_caller_in_the_menu_hears_the_last_text_again() -> None:
    story = Story(CARRIED._replace(node="hours"))
    assert story.happens(CallerReturned("c1")) == [
        PromptPlayed("c1", "hours", ("hours.say", "sentences/offer"))
    ]
    assert isinstance(story.task, Ask)


@pytest.mark.parametrize("node", [None, "a node of last year's menu"])
def test_a_caller_of_whom_no_node_is_known_is_greeted_again(node: str | None) -> None:
    story = Story(CARRIED._replace(node=node))
    assert story.happens(CallerReturned("c1")) == [GREETING]
    assert isinstance(story.task, Ask)


def test_a_caller_who_had_chosen_a_queue_has_the_place_of_the_choice_and_hears_nothing_twice() -> None:
    story = Story(CARRIED._replace(node="school"))
    assert story.happens(CallerReturned("c1")) == [CallerQueued("c1", "school", 50.0)]


def test_a_place_that_only_the_channel_knows_counts() -> None:
    assert Story(CARRIED).happens(CallerReturned("c1", "general", 40.0)) == [
        CallerQueued("c1", "general", 40.0)
    ]
    untimed = Story(CARRIED)
    assert untimed.happens(CallerReturned("c1", "general")) == [CallerQueued("c1", "general", untimed.at)]


def test_a_caller_whom_the_switch_took_out_of_the_menu_hears_the_same_again() -> None:
    story = Story(ARRIVED, DigitPressed("c1", "2"))
    assert story.happens(CallerReturned("c1")) == [
        PromptPlayed("c1", "hours", ("hours.say", "sentences/offer"))
    ]


# --- in a queue ---


def test_a_waiting_caller_keeps_the_old_place_whatever_the_channel_says() -> None:
    story = Story(carried("waiting"))
    assert story.happens(CallerReturned("c1", "general", 10.0)) == [CallerQueued("c1", "school", 50.0)]
    assert story.task == Wait()


def test_callers_are_offered_in_the_old_order_after_the_restoration_and_not_before() -> None:
    story = Story(EngineStarted("0"), carried("waiting"), carried("waiting", contact="c2", since=40.0), FREE)
    for contact in ("c1", "c2"):
        decisions = story.happens(CallerReturned(contact))
        assert [type(d) for d in decisions or ()] == [CallerQueued]
    decisions = story.happens(RestorationEnded(0))
    assert [d.contact for d in decisions or () if isinstance(d, AgentOffered)] == ["c2"]


def test_who_comes_back_too_late_has_the_old_place_among_who_waits() -> None:
    story = Story(
        EngineStarted("0"),
        carried("waiting"),
        carried("waiting", contact="c2", since=60.0),
        CallerReturned("c2"),
        RestorationEnded(1),
        CallerReturned("c1"),
    )
    decisions = story.happens(FREE)
    assert [d.contact for d in decisions or () if isinstance(d, AgentOffered)] == ["c1"]


def test_a_place_is_taken_once_however_often_the_caller_comes_back() -> None:
    story = Story(carried("waiting"), CallerReturned("c1"))
    assert story.happens(CallerReturned("c1", "school", 50.0)) == []


# --- offers and talks ---


def test_a_carried_offer_that_is_answered_is_a_talk_and_its_agent_was_never_free() -> None:
    story = Story(carried("offered", "anna"), FREE, carried("waiting", contact="c2"), CallerReturned("c2"))
    assert story.happens(RestorationEnded(0)) == []
    assert story.happens(OfferAnswered("c1", "anna", 90.0)) == []
    decisions = story.happens(TalkEnded("c1", "anna", "agent"))
    assert [d.contact for d in decisions or () if isinstance(d, AgentOffered)] == ["c2"]
    assert story.happens(CallerHungUp("c1")) == [CallEnded("c1", Outcome.ANSWERED, "agent")]


def test_a_caller_who_comes_back_from_a_carried_offer_is_offered_again_with_the_old_place() -> None:
    story = Story(carried("offered", "anna"), FREE, RestorationEnded(0))
    decisions = story.happens(CallerReturned("c1"))
    assert [d.waited_s for d in decisions or () if isinstance(d, AgentOffered)] == [story.at - 50.0]
    assert story.task == Ring("anna", 20.0)


@pytest.mark.parametrize("over", [None, OfferFailed("c1", "former", OfferFailure.WITHDRAWN)])
def test_a_caller_whose_agent_is_no_more_has_the_old_place_on_coming_back(over: Input | None) -> None:
    story = Story(carried("offered", "former"), FREE, RestorationEnded(0), *([over] if over else []))
    decisions = story.happens(CallerReturned("c1"))
    assert [type(d) for d in decisions or ()] == [CallerQueued, AgentOffered]
    assert story.core.contacts["c1"].agent == "anna"


def test_a_caller_whose_agent_is_with_somebody_else_by_now_has_the_old_place_on_coming_back() -> None:
    """As when Asterisk's own queue connected the agent while our offer rang."""
    story = Story(carried("talking", "anna", "c2"), carried("offered", "anna"), FREE, RestorationEnded(0))
    assert story.happens(CallerReturned("c1")) == [CallerQueued("c1", "school", 50.0)]
    decisions = story.happens(TalkEnded("c2", "anna", "agent"))
    assert [d.contact for d in decisions or () if isinstance(d, AgentOffered)] == ["c1"]


def test_a_talk_with_an_agent_who_is_no_more_goes_on_and_ends() -> None:
    story = Story(carried("talking", "former"), TalkEnded("c1", "former", "agent"))
    assert story.happens(CallerHungUp("c1")) == [CallEnded("c1", Outcome.ANSWERED, "agent")]


def test_whoever_comes_to_us_during_a_carried_talk_is_let_go() -> None:
    story = Story(carried("talking", "anna"), CallerReturned("c1"))
    assert story.task == Leave()


# --- the end ---


@pytest.mark.parametrize(
    ("contact", "end", "ended"),
    [
        (CARRIED, CallerHungUp("c1"), CallEnded("c1", Outcome.LEFT_IN_MENU, "caller")),
        (CARRIED._replace(node="hours"), CallerHungUp("c1"), CallEnded("c1", Outcome.SELF_SERVED, "caller")),
        (CARRIED, CallerLost("c1", "engine"), CallEnded("c1", Outcome.LOST_IN_MENU, "engine")),
        (carried("waiting"), CallerHungUp("c1", 90.0), CallEnded("c1", Outcome.ABANDONED, "caller", 90.0)),
        (carried("waiting"), CallerLost("c1", "pbx"), CallEnded("c1", Outcome.PBX_LOST, "pbx")),
        (carried("fallback"), CallerHungUp("c1"), CallEnded("c1", Outcome.ABANDONED, "caller")),
        (
            carried("fallback"),
            CallerLost("c1", "engine", 90.0),
            CallEnded("c1", Outcome.ENGINE_LOST, "engine", 90.0),
        ),
        (carried("offered", "anna"), CallerHungUp("c1"), CallEnded("c1", Outcome.ABANDONED, "caller")),
        (carried("talking", "anna"), CallerHungUp("c1"), CallEnded("c1", Outcome.ANSWERED, "caller")),
        (
            carried("leaving")._replace(outcome=Outcome.ANSWERED, ended_by="agent"),
            CallerHungUp("c1"),
            CallEnded("c1", Outcome.ANSWERED, "agent"),
        ),
    ],
)
def test_a_carried_contact_ends_as_it_would_have(
    contact: ContactCarried, end: Input, ended: CallEnded
) -> None:
    assert Story(contact).happens(end) == [ended]


# --- Asterisk's own queue ---


@pytest.mark.parametrize(
    ("happened", "queued"),
    [
        ((ARRIVED, CallerFellBack("c1", "general", 90.0)), CallerQueued("c1", "general", 90.0)),
        ((ARRIVED, CallerFellBack("c1", "general")), CallerQueued("c1", "general", 102.0)),
        ((ARRIVED, CallerFellBack("c1", "closed-down", 90.0)), CallerQueued("c1", "general", 90.0)),
        ((ARRIVED, CallerFellBack("c1", "", 90.0)), CallerQueued("c1", "general", 90.0)),
        (
            (ARRIVED, DigitPressed("c1", "1"), CallerFellBack("c1", "general")),
            CallerQueued("c1", "school", 102.0),
        ),
        (
            (ARRIVED, DigitPressed("c1", "1"), PromptEnded("c1"), CallerFellBack("c1", "general", 110.0)),
            CallerQueued("c1", "school", 102.0),
        ),
        ((carried("fallback"),), CallerQueued("c1", "school", 50.0)),
    ],
)
def test_who_is_fetched_back_from_the_fallback_has_the_first_place_there_was(
    happened: tuple[Input, ...], queued: CallerQueued
) -> None:
    story = Story(*happened)
    assert story.core.contacts["c1"].phase is Phase.FALLBACK
    assert story.happens(CallerReturned("c1")) == [queued]


def test_a_caller_who_falls_back_while_ringing_leaves_the_agent_to_the_next() -> None:
    story = Story(FREE, ARRIVED, DigitPressed("c1", "1"), PromptEnded("c1"), carried("waiting", contact="c2"))
    story.happens(CallerReturned("c2"))
    story.happens(RestorationEnded(0))
    decisions = story.happens(CallerFellBack("c1", "school"))
    assert [d.contact for d in decisions or () if isinstance(d, AgentOffered)] == ["c2"]
    assert story.happens(OfferAnswered("c1", "anna")) is None


@pytest.mark.parametrize(
    ("since", "entered", "is_news"), [(102.0, 106.5, True), (102.0, 104.0, False), (None, 104.0, True)]
)
def test_a_note_of_before_the_talk_is_no_news(since: float | None, entered: float, is_news: bool) -> None:
    """Anna's talk began at 105; an engine that hung tells late that she has sent the caller to a queue."""
    arrived = (FREE, ARRIVED, DigitPressed("c1", "1"), PromptEnded("c1"))
    sent = CallTransferred("c1", "anna", "queue", "general", "blind")
    story = Story(*arrived, OfferAnswered("c1", "anna"), sent)
    assert (story.happens(CallerFellBack("c1", "general", since, entered)) is not None) == is_news
    assert (story.core.contacts["c1"].phase is Phase.FALLBACK) == is_news


def test_whom_the_fallback_answered_talks_and_was_answered() -> None:
    story = Story(
        ARRIVED, CallerFellBack("c1", "school"), FallbackAnswered("c1", "school", "anna", 90.0), FREE
    )
    assert (story.core.contacts["c1"].phase, story.task) == (Phase.TALKING, Leave())
    assert story.happens(TalkEnded("c1", "anna", "caller")) == []
    assert story.happens(CallerHungUp("c1")) == [CallEnded("c1", Outcome.ANSWERED, "caller")]


def test_a_call_learnt_afterwards_is_said_nothing() -> None:
    story = Story()
    assert story.happens(ARRIVED._replace(when=50.0)) == []
    assert story.happens(ARRIVED) is None


@pytest.mark.parametrize(
    ("start", "task"), [("start", Ask), ("hours", Ask), ("closed", Say), ("school", Wait), ("general", Wait)]
)
def test_who_came_a_while_ago_is_served_wherever_the_menu_begins(start: str, task: type) -> None:
    story = Story(start=start)
    assert story.happens(ARRIVED._replace(when=50.0)) == []
    assert story.happens(CallerReturned("c1")) is not None
    assert isinstance(story.task, task)
    queued = story.core.contacts["c1"].queued
    assert queued is None or queued.since == 50.0


# --- ghosts and the engine's end ---


def test_a_ghosts_consequences_follow_as_of_anything_else() -> None:
    story = Story(
        FREE, ARRIVED, DigitPressed("c1", "1"), PromptEnded("c1"), GhostRemoved("c1", "offer", "anna")
    )
    decisions = story.happens(OfferFailed("c1", "anna", OfferFailure.WITHDRAWN))
    assert [type(d) for d in decisions or ()] == [AgentOffered]


def test_an_engine_that_ends_offers_nobody_and_loses_nobody() -> None:
    story = Story(ARRIVED, DigitPressed("c1", "1"), PromptEnded("c1"), EngineStopping())
    assert story.happens(FREE) == []
    assert (story.task, story.core.next_due()) == (Wait(), None)
