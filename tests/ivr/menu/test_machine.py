"""Every state meets every event: the table in the machine's docstring, row by row."""

from __future__ import annotations

import pytest

from ivr.menu.commands import (
    Ask,
    Asking,
    Confirming,
    Connecting,
    Enqueue,
    Event,
    HangUp,
    Left,
    NotReached,
    Running,
    Saying,
    ScriptDone,
    SecretKeyed,
    State,
    Step,
)
from ivr.menu.machine import begin, outcome_of_hang_up
from ivr.menu.model import WAIT_S
from routing.events import Outcome
from tests.ivr.menu.menus_for_tests import (
    AWAY,
    CONFIRM,
    DONE,
    FAILED,
    FULL,
    MENU,
    NOON,
    READ_BACK,
    SHORT,
    SILENCE,
    WALK,
    course,
    heard,
    noted,
    prompts,
    said,
    shown,
    stepped,
    walked,
)

TRAIL = WALK._replace(greeted=frozenset({"top"}), trail=("top",))
ROOT = WALK._replace(greeted=frozenset({"top"}))
ASKED = Asking("top", ROOT)
CONFIRMED = Confirming("case", TRAIL, digits="2345")
NEWS, BYE = Saying("news", TRAIL), Saying("bye", TRAIL, ends=Outcome.REFUSED)
ANNA_SAID, PARKING_SAID = Saying("anna", TRAIL), Saying("parking", TRAIL)
RINGING, RUNNING = Connecting("anna", TRAIL), Running("parking", TRAIL)
TO_SCHOOL = Enqueue("school", "school", (said("school").said_in("sv"),))
GONE = HangUp("bye", Outcome.REFUSED)

ASKED_AGAIN = ("Ask top", *SHORT)
READ_OUT = (READ_BACK, "keyed digits", CONFIRM)
PERSON = ("Enqueue general",)


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        # asking: an option
        (ASKED, "1", ("Enqueue school", "school")),
        (ASKED, "2", ("Say news", "news")),
        (ASKED, "3", ("Say bye", "bye")),
        (ASKED, "4", ("Ask sub", "sub", "sub/1", "sub/9")),
        (ASKED, "5", ("Ask case", "case")),
        (ASKED, "6", ("Say anna", "anna")),
        (ASKED, "7", ("Say parking", "parking")),
        (ASKED, "0", PERSON),
        # asking: a wrong key, and the third
        (ASKED, "9", ("Ask top", "top/wrong", *SHORT)),
        (ASKED, "12", ("Ask top", "top/wrong", *SHORT)),
        (Asking("top", ROOT, wrong_keys=1), "8", ("Ask top", "top/wrong", *SHORT)),
        (Asking("top", ROOT, wrong_keys=2), "8", ("Enqueue general", "top/wrong")),
        # asking: * and #
        (ASKED, "*", ASKED_AGAIN),
        (Asking("sub", TRAIL), "#", ASKED_AGAIN),
        # asking: silence, the second, and what can only be taken for it
        *(
            (ASKED, event, ("Ask top", "top/silence", *SHORT))
            for event in (SILENCE, DONE, NotReached(), ScriptDone("paid"), SecretKeyed(4))
        ),
        (Asking("top", ROOT, silences=1), SILENCE, ("Enqueue general", "top/silence")),
        (Asking("top", ROOT, silences=1), DONE, ("Enqueue general", "top/silence")),
        # confirming
        (CONFIRMED, "1", ("Say news", "news")),
        (CONFIRMED, "2", ("Ask case", "case")),
        (CONFIRMED, "*", ("Ask case", *READ_OUT)),
        (CONFIRMED, "#", ("Ask case", "case")),
        (CONFIRMED, "0", PERSON),
        (CONFIRMED, "7", ("Ask case", "case/wrong", *READ_OUT)),
        (CONFIRMED, SecretKeyed(1), ("Ask case", "case/wrong", *READ_OUT)),
        (Confirming("case", TRAIL, wrong_keys=2), "7", ("Enqueue general", "case/wrong")),
        *(
            (CONFIRMED, event, ("Ask case", "case/silence", *READ_OUT))
            for event in (SILENCE, DONE, NotReached(), ScriptDone())
        ),
        (Confirming("case", TRAIL, silences=1), SILENCE, ("Enqueue general", "case/silence")),
        # saying: what goes on
        *((NEWS, event, ASKED_AGAIN) for event in ("1", SILENCE, DONE, NotReached(), SecretKeyed(1))),
        *((ANNA_SAID, event, ("Connect anna",)) for event in ("1", SILENCE, DONE)),
        *((PARKING_SAID, event, ("Run parking",)) for event in ("1", SILENCE, DONE)),
        (NEWS, "*", ("Say news", "news")),
        (NEWS, "#", ASKED_AGAIN),
        (ANNA_SAID, "#", ASKED_AGAIN),
        (NEWS, "0", PERSON),
        (ANNA_SAID, "0", PERSON),
        # saying: what ends the call
        *((BYE, event, ("HangUp bye",)) for event in ("1", SILENCE, DONE)),
        (BYE, "*", ("Say bye", "bye")),
        (BYE, "#", ASKED_AGAIN),
        (BYE, "0", PERSON),
        # connecting: whatever comes of it, the telephone was not reached
        *(
            (RINGING, event, ("Ask sub", AWAY, "sub", "sub/1", "sub/9"))
            for event in (NotReached(), SILENCE, DONE, "1", ScriptDone())
        ),
        # running
        (RUNNING, ScriptDone(), ("Say news", "news")),
        (RUNNING, ScriptDone("unheard of"), ("Say news", "news")),
        (RUNNING, ScriptDone("paid"), ("Say bye", "bye")),
        *(
            (RUNNING, event, ("Ask sub", FAILED, "sub", "sub/1", "sub/9"))
            for event in (ScriptDone("paid", has_failed=True), SILENCE, DONE, "1", NotReached())
        ),
    ],
)
def test_every_state_meets_every_event(state: State, event: Event | str, expected: tuple[str, ...]) -> None:
    assert shown(stepped(MENU, state, event)) == expected


@pytest.mark.parametrize("command", [TO_SCHOOL, GONE])
@pytest.mark.parametrize("event", ["1", "*", SILENCE, DONE, SecretKeyed(2), NotReached(), ScriptDone()])
def test_who_has_left_stays_so(command: Enqueue | HangUp, event: Event | str) -> None:
    left = Left(command, TRAIL)
    assert stepped(MENU, left, event) == Step(left, (), command)


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        (ASKED, "4", ["Answered top match sub"]),
        (ASKED, "9", ["Answered top wrong_key top"]),
        (ASKED, SILENCE, ["Answered top silence top"]),
        (ASKED, "*", ["Answered top repeat top"]),
        (ASKED, "#", ["Answered top back top"]),
        (Asking("top", ROOT, silences=1), SILENCE, ["Answered top silence general"]),
        (Asking("case", TRAIL), "4711", ["Answered case taken case"]),
        (Asking("case", TRAIL), "0", ["Answered case person general"]),
        (CONFIRMED, "1", ["Answered case taken news"]),
        (CONFIRMED, "2", ["Answered case repeat case"]),
        (NEWS, "#", ["Answered news back top"]),
        (NEWS, "0", ["Answered news person general"]),
        (NEWS, DONE, []),
        (ANNA_SAID, DONE, []),
        (RINGING, NotReached(), ["Answered anna away sub"]),
        (RUNNING, ScriptDone("paid"), ["Answered parking script bye"]),
        (RUNNING, ScriptDone(has_failed=True), ["Answered parking script_failed sub"]),
    ],
)
def test_the_log_is_told_what_an_answer_meant_and_where_it_led(
    state: State, event: Event | str, expected: list[str]
) -> None:
    assert noted(stepped(MENU, state, event)) == expected


def test_a_call_begins_with_the_whole_greeting() -> None:
    first = begin(MENU, NOON)
    assert isinstance(first.command, Ask)
    assert first == Step(ASKED, (), Ask("top", prompts(first.command), WAIT_S, 1))
    assert heard(first) == FULL


def test_wrong_keys_and_silences_are_counted_apart() -> None:
    steps = course(MENU, "9", SILENCE, "8", "9")
    assert [shown(now)[:2] for now in steps[1:]] == [
        ("Ask top", "top/wrong"),
        ("Ask top", "top/silence"),
        ("Ask top", "top/wrong"),
        ("Enqueue general", "top/wrong"),
    ]


@pytest.mark.parametrize("leaving", [("2", DONE), ("4", "9"), ("#",)])
def test_counts_begin_anew_at_each_visit(leaving: tuple[Event | str, ...]) -> None:
    state = walked(MENU, "9", SILENCE, "9", *leaving).state
    assert isinstance(state, Asking)
    assert (state.node, state.wrong_keys, state.silences) == ("top", 0, 0)


def test_a_repeat_forgives_no_wrong_key() -> None:
    state = walked(MENU, "9", SILENCE, "*").state
    assert isinstance(state, Asking)
    assert (state.wrong_keys, state.silences) == (1, 1)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ASKED, Outcome.LEFT_IN_MENU),
        (CONFIRMED, Outcome.LEFT_IN_MENU),
        (ANNA_SAID, Outcome.LEFT_IN_MENU),
        (PARKING_SAID, Outcome.LEFT_IN_MENU),
        (RINGING, Outcome.LEFT_IN_MENU),
        (RUNNING, Outcome.LEFT_IN_MENU),
        (NEWS, Outcome.SELF_SERVED),
        (BYE, Outcome.REFUSED),
        (Saying("school", TRAIL, ends=Outcome.OUT_OF_HOURS), Outcome.OUT_OF_HOURS),
        (Left(TO_SCHOOL, TRAIL), Outcome.LEFT_IN_MENU),
        (Left(GONE, TRAIL), Outcome.REFUSED),
    ],
)
def test_a_hang_up_counts_as_what_the_caller_was_doing(state: State, expected: Outcome) -> None:
    assert outcome_of_hang_up(MENU, state) == expected


INFORMED = TRAIL._replace(is_informed=True)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Asking("top", INFORMED), Outcome.INFORMED),
        (Saying("news", INFORMED), Outcome.INFORMED),
        (Saying("bye", INFORMED, ends=Outcome.REFUSED), Outcome.INFORMED),
        (Connecting("anna", INFORMED), Outcome.INFORMED),
        (Left(TO_SCHOOL, INFORMED), Outcome.INFORMED),
        (Left(GONE, INFORMED), Outcome.REFUSED),  # we ended it, not the caller
    ],
)
def test_who_hangs_up_after_a_crisis_message_is_informed(state: State, expected: Outcome) -> None:
    assert outcome_of_hang_up(MENU, state) == expected
