"""Digits: how many are taken, how they are read back and confirmed, and that secret ones stay unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.commands import KEYED_DIGITS, Ask, Asking, Confirming, Event, KeysPressed, SecretKeyed, Step
from ivr.menu.model import WAIT_S, Menu, MessageNode, QueueNode, Way
from tests.ivr.menu.menus_for_tests import (
    CONFIRM,
    DIGITS_END,
    DONE,
    READ_BACK,
    SILENCE,
    choice,
    course,
    digits,
    menu_of,
    noted,
    option,
    prompts,
    said,
    shown,
    walked,
)

THANKS = MessageNode("thanks", said("thanks"), Way("top"))
TOP = choice("top", option("1", "case", "top/1"), option("0", "general"))


def menu_with(
    least: int, most: int, *, reads_back: bool = False, is_secret: bool = False, steps: int = 24
) -> Menu:
    """Make a menu that asks for so many digits after the key 1."""
    case = digits("case", least, most, "thanks", reads_back=reads_back, is_secret=is_secret)
    return menu_of(TOP, case, THANKS, steps=steps)


FIXED, RANGED, READ = menu_with(4, 4), menu_with(2, 5), menu_with(4, 4, reads_back=True)
SECRET, SECRET_READ = menu_with(4, 4, is_secret=True), menu_with(4, 4, is_secret=True, reads_back=True)
ASKED, WRONG = ("Ask case", "case"), ("Ask case", "case/wrong", "case")
READ_OUT = (READ_BACK, KEYED_DIGITS, CONFIRM)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("4711", ("Say thanks", "thanks")),
        ("0711", ("Say thanks", "thanks")),
        ("471", WRONG),
        ("47110", WRONG),
        ("4*11", WRONG),
        ("", WRONG),
        ("*", ASKED),
        ("#", ("Ask top", "top/1")),
        ("0", ("Enqueue general",)),
        ("00", WRONG),
        (SILENCE, ("Ask case", "case/silence", "case")),
        (DONE, ("Ask case", "case/silence", "case")),
    ],
)
def test_as_many_digits_as_asked_for_are_taken(keys: Event | str, expected: tuple[str, ...]) -> None:
    assert shown(walked(FIXED, "1", keys)) == expected


def test_a_fixed_number_of_digits_needs_no_end() -> None:
    command = walked(FIXED, "1").command
    assert command == Ask("case", (said("case").said_in("sv"),), WAIT_S, 4, open_keys="*#0", collects=True)


@pytest.mark.parametrize(
    ("keys", "is_taken"), [("4", False), ("47", True), ("47110", True), ("471101", False)]
)
def test_a_range_of_lengths_is_ended_by_the_hash_key(keys: str, *, is_taken: bool) -> None:
    assert shown(walked(RANGED, "1")) == ("Ask case", "case", DIGITS_END)
    then = ("Say thanks", "thanks") if is_taken else (*WRONG, DIGITS_END)
    assert shown(walked(RANGED, "1", keys)) == then


@pytest.mark.parametrize(("least", "open_keys"), [(1, "*#"), (2, "*#0")])
def test_zero_alone_asks_for_a_person_only_where_it_is_no_answer(least: int, open_keys: str) -> None:
    command = walked(menu_with(least, 4), "1").command
    assert isinstance(command, Ask)
    assert command.open_keys == open_keys


def test_wrong_digits_and_silences_lead_on_after_their_counts() -> None:
    assert shown(walked(FIXED, "1", "47", "47")) == WRONG
    assert shown(walked(FIXED, "1", "47", "47", "47")) == ("Enqueue general", "case/wrong")
    assert shown(walked(FIXED, "1", SILENCE, SILENCE)) == ("Enqueue general", "case/silence")


def test_the_way_back_from_what_follows_leads_to_the_digits() -> None:
    assert shown(walked(FIXED, "1", "4711", "*", "#")) == ASKED


def test_a_hash_key_directly_behind_the_digits_belongs_to_them() -> None:
    steps = course(FIXED, "1", "4711", "#", "#")
    assert [shown(now) for now in steps[2:]] == [("Say thanks", "thanks"), ("Say thanks", "thanks"), ASKED]
    assert noted(steps[3]) == []
    read = course(READ, "1", "4711", "#", "#")
    assert [shown(now) for now in read[2:]] == [("Ask case", *READ_OUT), ("Ask case", *READ_OUT), ASKED]


def test_a_hash_key_behind_digits_that_were_wrong_goes_back() -> None:
    assert shown(walked(FIXED, "1", "471", "#")) == ("Ask top", "top/1")


# --- read back ----------------------------------------------------------------------------------


def test_digits_are_read_back_and_one_key_is_waited_for() -> None:
    now = walked(READ, "1", "4711")
    assert shown(now) == ("Ask case", *READ_OUT)
    assert isinstance(now.command, Ask)
    assert (now.command.max_digits, now.command.is_secret, now.command.open_keys) == (1, False, "12*#0")
    assert noted(now) == ["Answered case taken case"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("1", ("Say thanks", "thanks")),
        ("2", ASKED),
        ("*", ("Ask case", *READ_OUT)),
        ("0", ("Enqueue general",)),
        ("7", ("Ask case", "case/wrong", *READ_OUT)),
        (SILENCE, ("Ask case", "case/silence", *READ_OUT)),
    ],
)
def test_the_caller_says_whether_what_was_read_back_is_right(
    key: Event | str, expected: tuple[str, ...]
) -> None:
    assert shown(walked(READ, "1", "4711", key)) == expected
    assert shown(walked(SECRET_READ, "1", SecretKeyed(4), key)) == expected


def test_wrong_digits_and_wrong_answers_to_the_read_back_are_counted_together() -> None:
    assert shown(walked(READ, "1", "47", "4711", "7", "7")) == ("Enqueue general", "case/wrong")
    assert shown(walked(READ, "1", SILENCE, "4711", SILENCE)) == ("Enqueue general", "case/silence")
    assert shown(walked(READ, "1", "47", "4711", "2", "47", "47")) == ("Enqueue general", "case/wrong")


def test_who_starts_over_by_the_hash_key_begins_a_new_visit() -> None:
    state = walked(READ, "1", "47", "4711", "#", "#").state
    assert isinstance(state, Asking)
    assert (state.wrong_keys, state.silences) == (0, 0)


def test_digits_are_read_back_in_the_caller_s_language() -> None:
    now = walked(READ, "1", "4711")
    assert [prompt.language for prompt in prompts(now.command)] == ["sv"] * 3


def test_when_the_steps_are_used_up_nothing_is_read_back() -> None:
    menu = menu_with(4, 4, reads_back=True, steps=3)
    assert shown(walked(menu, "1", "4711"))[0] == "Ask case"
    assert shown(walked(menu, "1", "4711", "*")) == ("Enqueue general",)
    assert shown(walked(menu, "1", "47", "4711")) == ("Enqueue general",)


# --- secret -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (SecretKeyed(4), ("Say thanks", "thanks")),
        (SecretKeyed(3), WRONG),
        (SecretKeyed(5), WRONG),
        (SecretKeyed(0), WRONG),
        ("*", ASKED),
        ("#", ("Ask top", "top/1")),
        ("0", ("Enqueue general",)),
        (SILENCE, ("Ask case", "case/silence", "case")),
    ],
)
def test_of_secret_digits_their_number_is_enough(event: Event | str, expected: tuple[str, ...]) -> None:
    assert shown(walked(SECRET, "1", event)) == expected


def test_the_session_is_told_which_keys_alone_are_no_secret() -> None:
    command = walked(SECRET, "1").command
    assert isinstance(command, Ask)
    assert (command.is_secret, command.open_keys) == (True, "*#0")


def test_no_state_holds_secret_digits() -> None:
    state = walked(SECRET_READ, "1", SecretKeyed(4)).state
    assert isinstance(state, Confirming)
    assert state.digits == ""


def test_a_secret_that_was_read_back_leads_on() -> None:
    assert shown(walked(SECRET_READ, "1", SecretKeyed(4), "1")) == ("Say thanks", "thanks")


def test_digits_that_were_keyed_stay_out_of_every_repr() -> None:
    steps: list[Step] = [
        *course(READ, "1", "4711", "7", SILENCE, "*", "1"),
        *course(FIXED, "1", "4711", DONE),
        *course(FIXED, "1", "47112"),
        *course(DIALLED, "4711"),
    ]
    assert any(isinstance(now.state, Confirming) and now.state.digits == "4711" for now in steps)
    assert "4711" not in f"{steps!r} {KeysPressed('4711')!r}"


# --- dialled ------------------------------------------------------------------------------------

DIALLED = menu_of(digits("dial", 4, 4, dials=True), QueueNode("school", "school"))


def test_without_any_such_extension_the_digits_are_wrong() -> None:
    assert shown(walked(DIALLED, "4711")) == ("Ask dial", "dial/wrong", "dial")
    assert shown(walked(DIALLED, SecretKeyed(4))) == ("Ask dial", "dial/wrong", "dial")
    assert shown(walked(replace(DIALLED, steps=1), "4711")) == ("Enqueue general", "dial/wrong")
