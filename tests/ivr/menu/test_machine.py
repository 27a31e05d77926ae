"""Every state meets every event, and every walk ends, whatever the caller presses."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.machine import (
    MAX_QUESTIONS,
    Answered,
    Ask,
    Asking,
    Command,
    Enqueue,
    Event,
    HangUp,
    KeysPressed,
    Left,
    PromptDone,
    Say,
    Saying,
    Silence,
    State,
    Step,
    Walk,
    begin,
    outcome_of_hang_up,
    sayings,
    step,
)
from ivr.menu.model import ChoiceNode, Option, Retry
from routing.events import MenuResult, Outcome
from tests.ivr.menu.menus_for_tests import (
    AGAIN,
    BYE,
    FULL,
    HOURS,
    IDS,
    MENU,
    NINE,
    SCHOOL,
    SILENT,
    SUB,
    WRONG,
    menus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.menu.model import Menu

KEYS = KeysPressed
WALK = Walk(1, 0, frozenset({"top"}))
ASKED = Asking("top", WALK)
REPEATED = WALK._replace(questions=2)
TO_SCHOOL, TO_PERSON = Enqueue("school", "school", (SCHOOL,)), Enqueue("general", "general", ())


def ask(*, again: bool, before: tuple[object, ...] = ()) -> Ask:
    return Ask("top", (*before, *(AGAIN if again else FULL)), 4.0, 1)  # type: ignore[arg-type]


def match(leads_to: str) -> tuple[Answered, ...]:
    return (Answered("top", MenuResult.MATCH, leads_to),)


def other(result: MenuResult, leads_to: str = "top") -> tuple[Answered, ...]:
    return (Answered("top", result, leads_to),)


def walked(menu: Menu, events: Sequence[Event]) -> list[Step]:
    """Take the events in turn; the first step is the beginning."""
    steps = [begin(menu)]
    for event in events:
        steps.append(step(menu, steps[-1].state, event))
    return steps


def test_a_call_begins_with_the_whole_greeting() -> None:
    assert begin(MENU) == Step(ASKED, (), ask(again=False))


HOURS_SAID, BYE_SAID = Saying("hours", WALK), Saying("bye", WALK)
BACK = Step(Asking("top", REPEATED), (), ask(again=True))
CLOSED = HangUp("bye", Outcome.OUT_OF_HOURS)
SILENT_ONCE = Step(
    Asking("top", REPEATED, 0, 1), other(MenuResult.SILENCE), ask(again=True, before=(SILENT,))
)


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        # asking: the options
        (ASKED, KEYS("1"), Step(Left(TO_SCHOOL), match("school"), TO_SCHOOL)),
        (ASKED, KEYS("2"), Step(HOURS_SAID, match("hours"), Say("hours", (HOURS,)))),
        (ASKED, KEYS("3"), Step(BYE_SAID, match("bye"), Say("bye", (BYE,)))),
        (ASKED, KEYS("0"), Step(Left(TO_PERSON), match("general"), TO_PERSON)),
        (
            ASKED,
            KEYS("4"),
            Step(
                Asking("sub", Walk(2, 0, frozenset({"top", "sub"}))),
                match("sub"),
                Ask("sub", (SUB, NINE), 5.0, 1),
            ),
        ),
        # asking: a wrong key, the last wrong key, keys that are none
        *(
            (
                ASKED,
                KEYS(digits),
                Step(
                    Asking("top", REPEATED, 1, 0),
                    other(MenuResult.WRONG_KEY),
                    ask(again=True, before=(WRONG,)),
                ),
            )
            for digits in ("7", "#", "", "12", "x")
        ),
        (
            Asking("top", WALK, 1, 1),
            KEYS("7"),
            Step(
                Left(Enqueue("school", "school", (WRONG, SCHOOL))),
                other(MenuResult.WRONG_KEY, "school"),
                Enqueue("school", "school", (WRONG, SCHOOL)),
            ),
        ),
        # asking: silence, the last silence
        (ASKED, Silence(), SILENT_ONCE),
        (ASKED, PromptDone(), SILENT_ONCE),
        (
            Asking("top", WALK, 1, 1),
            Silence(),
            Step(
                Left(Enqueue("general", "general", (SILENT,))),
                other(MenuResult.SILENCE, "general"),
                Enqueue("general", "general", (SILENT,)),
            ),
        ),
        # asking: *, the fifth *
        (
            Asking("top", WALK, 1, 1),
            KEYS("*"),
            Step(
                Asking("top", REPEATED._replace(repeats=1), 1, 1), other(MenuResult.REPEAT), ask(again=True)
            ),
        ),
        (
            Asking("top", WALK._replace(repeats=4)),
            KEYS("*"),
            Step(Left(TO_PERSON), other(MenuResult.REPEAT, "general"), TO_PERSON),
        ),
        # saying
        (HOURS_SAID, PromptDone(), BACK),
        (HOURS_SAID, Silence(), BACK),
        (HOURS_SAID, KEYS("1"), BACK),
        (
            HOURS_SAID,
            KEYS("*"),
            Step(
                Saying("hours", WALK._replace(repeats=1)),
                (Answered("hours", MenuResult.REPEAT, "hours"),),
                Say("hours", (HOURS,)),
            ),
        ),
        (
            Saying("hours", WALK._replace(repeats=4)),
            KEYS("*"),
            Step(Left(TO_PERSON), (Answered("hours", MenuResult.REPEAT, "general"),), TO_PERSON),
        ),
        (BYE_SAID, PromptDone(), Step(Left(CLOSED), (), CLOSED)),
        (BYE_SAID, Silence(), Step(Left(CLOSED), (), CLOSED)),
        (BYE_SAID, KEYS("1"), Step(Left(CLOSED), (), CLOSED)),
        # left
        *(
            (Left(command), event, Step(Left(command), (), command))
            for command in (TO_SCHOOL, CLOSED)
            for event in (KEYS("1"), KEYS("*"), Silence(), PromptDone())
        ),
    ],
)
def test_every_state_meets_every_event(state: State, event: Event, expected: Step) -> None:
    assert step(MENU, state, event) == expected


def test_wrong_keys_and_silences_are_counted_apart() -> None:
    steps = walked(MENU, [KEYS("7"), Silence(), KEYS("8")])
    assert [s.notes[0].result for s in steps[1:]] == [
        MenuResult.WRONG_KEY,
        MenuResult.SILENCE,
        MenuResult.WRONG_KEY,
    ]
    assert isinstance(steps[2].command, Ask)
    assert isinstance(steps[3].command, Enqueue)


def test_counts_begin_anew_at_each_visit() -> None:
    steps = walked(MENU, [KEYS("7"), KEYS("2"), PromptDone(), KEYS("7")])
    assert steps[-1].command == ask(again=True, before=(WRONG,))


def test_a_menu_that_comes_again_greets_shortly_or_with_its_options_alone() -> None:
    steps = walked(MENU, [KEYS("4"), KEYS("9"), KEYS("4")])
    assert [s.command.prompts for s in steps if isinstance(s.command, Ask)] == [
        FULL,
        (SUB, NINE),
        AGAIN,
        (NINE,),
    ]


def test_a_menu_always_says_something() -> None:
    silent = ChoiceNode("x", SUB, (Option("0", "x"),), Retry("x", 1), Retry("x", 1))
    assert silent.prompts(again=True) == (SUB,)


def test_the_fifth_star_of_a_call_goes_to_a_person_wherever_the_others_were() -> None:
    steps = walked(MENU, [KEYS("*"), KEYS("2"), KEYS("*"), PromptDone(), KEYS("*"), KEYS("*"), KEYS("*")])
    assert steps[-2].command == ask(again=True)
    assert steps[-1].command == TO_PERSON


def test_who_is_asked_too_often_goes_to_a_person() -> None:
    steps = walked(MENU, [KEYS("4"), KEYS("9")] * 20)
    questions = [s for s in steps if isinstance(s.command, Ask)]
    assert len(questions) == MAX_QUESTIONS == 20
    assert steps[20].notes == (Answered("sub", MenuResult.MATCH, "general"),)
    assert steps[20].command == TO_PERSON


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (ASKED, Outcome.LEFT_IN_MENU),
        (HOURS_SAID, Outcome.SELF_SERVED),
        (BYE_SAID, Outcome.OUT_OF_HOURS),
        (Left(TO_SCHOOL), Outcome.LEFT_IN_MENU),
        (Left(CLOSED), Outcome.OUT_OF_HOURS),
    ],
)
def test_a_hang_up_counts_as_what_the_caller_was_doing(state: State, outcome: Outcome) -> None:
    assert outcome_of_hang_up(MENU, state) == outcome


def test_pressed_keys_stay_out_of_every_repr() -> None:
    steps = walked(MENU, [KEYS("77"), KEYS("8")])
    assert repr(KEYS("4711")) == "KeysPressed(<4>)"
    assert "77" not in repr(steps)


LONGEST = (MAX_QUESTIONS + 1) * (len(IDS) + 2) + 5
EVENTS = st.lists(
    st.sampled_from("0123456789*#").map(KeysPressed) | st.builds(Silence) | st.builds(PromptDone),
    min_size=1,
    max_size=30,
).map(lambda pattern: (pattern * LONGEST)[:LONGEST])


@settings(deadline=None)  # the machine may be busy
@given(menus(), EVENTS)
def test_every_walk_ends_in_a_queue_or_a_hang_up(menu: Menu, events: list[Event]) -> None:
    steps = walked(menu, events)
    # Between two questions there are at most as many messages as nodes, and each `*` repeats one of them.
    bound = (MAX_QUESTIONS + 1) * (len(menu.nodes) + 1) + 5
    assert isinstance(steps[bound].command, Enqueue | HangUp)


@settings(deadline=None)  # the machine may be busy
@given(menus(), EVENTS)
def test_all_that_is_said_was_foreseen(menu: Menu, events: list[Event]) -> None:
    foreseen = set(sayings(menu))
    for taken in walked(menu, events):
        assert said(taken.command) in foreseen


@settings(deadline=None)  # the machine may be busy
@given(menus(), EVENTS)
def test_each_note_tells_where_the_caller_came_from_and_went(menu: Menu, events: list[Event]) -> None:
    steps = walked(menu, events)
    for before, after in pairwise(steps):
        for note in after.notes:
            assert (note.node, note.leads_to) == (before.command.node, after.command.node)


def said(command: Command) -> tuple[object, ...]:
    match command:
        case Ask(prompts=prompts) | Say(prompts=prompts) | Enqueue(prompts=prompts):
            return prompts
        case HangUp():
            return ()
