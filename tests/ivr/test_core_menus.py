"""What the core makes of officers, scripts and hours in menus, also over an engine's end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ivr.contact import Leave, Reach, Wait
from ivr.core import Core
from ivr.menu.commands import Ask, Connecting, Say
from ivr.menu.hours import Hours, Span
from ivr.menu.model import HoursNode, OfficerNode, QueueNode, ScriptNode, Way
from ivr.menu.number import policy
from ivr.restoration import restore
from queues.board import Board
from queues.calllog.projection import fold, new_row
from routing.events import (
    AgentStateChanged,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    ClockStepped,
    ContactCarried,
    DigitPressed,
    HoursOverridden,
    Input,
    OfferAnswered,
    OfferFailure,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    PromptEnded,
    Recorded,
    ScriptEnded,
    ScriptStarted,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.menu_office import ARRIVED, number_with
from tests.ivr.numbers_for_tests import said

if TYPE_CHECKING:
    from ivr.contact import Contact
    from ivr.menu.number import Number
    from routing.events import Decision

RUT = OfficerNode("rut", "rut-holm", Way("school"), said("rut.say", "Du kopplas."))
MUTE = OfficerNode("mute", "rut-holm", Way("school"))
SCRIPT = ScriptNode("look", "card:main", Way("general"), Way("school"))
NINE = 1_795_510_800.0  # Tuesday 2026-11-24 10:00 in Stockholm


def opening_hours(number: Number) -> Number:
    """Return the number with a queue that answers from eight to sixteen."""
    day = (Span(8 * 60, 16 * 60),)
    hours = Hours("office", ZoneInfo("Europe/Stockholm"), (day,) * 5 + ((), ()))
    nodes = {**number.menu.nodes, "general": QueueNode("general", "general", hours="office")}
    return replace(number, menu=replace(number.menu, nodes=nodes, hours={"office": hours}))


class Story:
    """A core whose stream is kept; a second passes with each event."""

    def __init__(self, number: Number, at: float = NINE) -> None:
        self.core = Core({number.id: number}, policy([number]))
        self.stream: list[Recorded] = []
        self.at = at
        self.board = Board(self.core.lobby.policy.queues, self.core.lobby.policy.agents)

    def happens(self, *events: Input) -> list[Decision]:
        """Let these happen; return what the last of them came to."""
        decisions: list[Decision] | None = []
        for event in events:
            self.at += 1
            decisions = self.core.step(self.at, event)
            assert decisions is not None, event
            for each in (event, *decisions):
                self.stream.append(Recorded(len(self.stream) + 1, self.at, each))
                self.board.apply(self.stream[-1])
        return decisions or []

    @property
    def contact(self) -> Contact:
        return self.core.contacts["c1"]

    def ended(self) -> Outcome:
        """Let the caller's channel end; return what the contact came to."""
        (end,) = [event for event in self.happens(CallerHungUp("c1")) if isinstance(event, CallEnded)]
        return end.outcome

    def restarted(self, number: Number) -> Story:
        """Return the story of the next engine, to which the open contacts are carried."""
        again = Story(number, self.at)
        again.happens(*restore(self.stream).contacts)
        return again


def test_an_officer_who_answers_has_connected_the_caller_directly() -> None:
    story = Story(number_with(RUT, start="rut"))
    story.happens(ARRIVED)
    assert story.happens(PromptEnded("c1")) == [OfficerCalled("c1", "rut-holm", 30.0, "rut")]
    assert isinstance(story.contact.task, Reach)
    story.happens(OfficerAnswered("c1", "rut-holm"), TalkEnded("c1", "rut-holm", "agent"))
    assert isinstance(story.contact.task, Leave)
    assert story.ended() is Outcome.CONNECTED_DIRECTLY


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        ((), Outcome.CONNECTED_DIRECTLY),  # who met somebody and then waited in vain was helped all the same
        (
            (AgentStateChanged("anna", TelephoneState.FREE), OfferAnswered("c1", "anna")),
            Outcome.ANSWERED,
        ),
    ],
)
def test_an_officer_may_hand_the_caller_on_to_a_queue(after: tuple[Input, ...], outcome: Outcome) -> None:
    story = Story(number_with(RUT, start="rut"))
    story.happens(ARRIVED, PromptEnded("c1"), OfficerAnswered("c1", "rut-holm"))
    story.happens(CallTransferred("c1", "rut-holm", "queue", "school", "blind"), *after)
    assert story.ended() is outcome


def test_the_board_follows_a_caller_to_an_officer_and_back() -> None:
    story = Story(number_with(RUT, start="rut"))
    story.happens(ARRIVED)
    assert story.board.snapshot().in_menu == 1
    story.happens(PromptEnded("c1"))
    assert story.board.snapshot().in_menu == 0
    story.happens(OfficerFailed("c1", "rut-holm", OfferFailure.NO_ANSWER))
    assert isinstance(story.contact.task, Say)  # "does not answer", and the queue's own text
    assert story.board.snapshot().in_menu == 1
    story.happens(PromptEnded("c1"))
    assert [len(queue.waiting) for queue in story.board.snapshot().queues] == [1, 0]


def test_whose_officer_rang_as_the_engine_ended_goes_on_as_if_nobody_had_answered() -> None:
    number = number_with(RUT, start="rut")
    story = Story(number)
    story.happens(ARRIVED, PromptEnded("c1"))
    again = story.restarted(number)
    assert isinstance(again.contact.state, Connecting)
    again.happens(CallerReturned("c1"))
    assert isinstance(again.contact.task, Say)
    assert [prompt.name for prompt in again.contact.task.prompts] == ["sentences/officer-away", "school.say"]


def test_who_was_being_told_before_a_mute_officer_is_connected_after_the_restart() -> None:
    number = number_with(MUTE, start="mute")
    carried = ContactCarried("c1", "c1", "testby", "menu", "mute", None, 50.0, None, None, "caller")
    story = Story(number)
    story.happens(carried)
    assert not story.contact.rings
    assert story.happens(CallerReturned("c1")) == [OfficerCalled("c1", "rut-holm", 30.0, "mute")]


def test_a_talk_with_an_officer_goes_on_over_a_restart() -> None:
    number = number_with(RUT, start="rut")
    story = Story(number)
    story.happens(ARRIVED, PromptEnded("c1"), OfficerAnswered("c1", "rut-holm"))
    again = story.restarted(number)
    again.happens(TalkEnded("c1", "rut-holm", "agent"))
    assert again.ended() is Outcome.CONNECTED_DIRECTLY


def test_a_script_that_had_the_caller_as_the_engine_ended_is_not_run_again() -> None:
    number = number_with(SCRIPT, start="look")
    story = Story(number)
    assert story.happens(ARRIVED) == [ScriptStarted("c1", "look", "card:main")]
    again = story.restarted(number)
    assert again.happens(CallerReturned("c1")) == [
        CallerQueued("c1", "school", NINE + 1)
    ]  # as if it had failed


def test_a_script_s_caller_who_comes_back_to_the_same_engine_goes_on_as_if_it_had_failed() -> None:
    story = Story(number_with(SCRIPT, start="look"))
    story.happens(ARRIVED, CallerReturned("c1"))
    assert isinstance(story.contact.task, Say)
    assert story.core.step(story.at, ScriptEnded("c1", "paid")) is not None  # its thread may still tell


def test_what_was_closed_by_hand_is_closed_for_who_comes_back_too() -> None:
    number = opening_hours(number_with(HoursNode("door", "office", Way("general")), start="door"))
    shut = HoursOverridden("testby", "office", False, True, (), (), NINE, None, is_sticky=True)
    story = Story(number)
    story.happens(shut, ARRIVED)
    again = Story(number, story.at)
    again.happens(shut, *restore(story.stream).contacts, CallerReturned("c1"))
    assert isinstance(again.contact.task, Say)
    assert again.contact.task.prompts[0].name == "sentences/closed-emergency"


def test_hours_follow_the_machine_s_clock() -> None:
    number = opening_hours(number_with(start="general"))
    story = Story(number, NINE - 3 * 3600)  # seven in the morning
    story.happens(ARRIVED)
    assert isinstance(story.contact.task, Say)
    story.happens(CallerHungUp("c1"), ClockStepped(7200.0), ARRIVED._replace(contact="c2"))
    assert isinstance(story.core.contacts["c2"].task, Wait)


def test_who_is_connected_directly_and_then_waits_is_logged_with_that_wait() -> None:
    story = Story(number_with(RUT, start="rut"))
    story.happens(ARRIVED, PromptEnded("c1"), OfficerAnswered("c1", "rut-holm"))
    story.happens(CallTransferred("c1", "rut-holm", "queue", "school", "attended"))
    story.at += 10
    story.happens(AgentStateChanged("anna", TelephoneState.FREE), OfferAnswered("c1", "anna"))
    story.at += 600
    story.happens(CallerHungUp("c1"))
    row = new_row(NINE + 1, ARRIVED)
    for _, at, event in story.stream[1:]:
        fold(row, at, event)
    assert (row["wait_s"], row["outcome"], row["last_agent"]) == (12.0, "answered", "anna")


def test_an_overlapping_key_is_asked_anew_for_who_comes_back() -> None:
    story = Story(number_with())
    story.happens(ARRIVED, DigitPressed("c1", "*"), CallerReturned("c1"))
    assert isinstance(story.contact.task, Ask)
