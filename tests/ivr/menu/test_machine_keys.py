"""What keys do at a menu: options one or several keys long, and those that mean the same everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.answers import MAX_REPEATS
from ivr.menu.commands import Ask, Asking, Event, Listen, NotReached
from ivr.menu.model import GoodbyeNode, MessageNode, OfficerNode, QueueNode, Way
from routing.events import Outcome
from tests.ivr.menu.menus_for_tests import (
    DONE,
    FULL,
    MENU,
    NIGHT,
    SHORT,
    SILENCE,
    choice,
    course,
    digits,
    heard,
    menu_of,
    noted,
    option,
    said,
    shown,
    walked,
)

OVERLAPPING = menu_of(
    replace(
        choice(
            "top",
            option("1", "one", "top/1"),
            option("12", "twelve", "top/12"),
            option("345", "long", "top/345"),
            option("0", "general"),
        ),
        next_key_s=3.5,
    ),
    QueueNode("one", "one"),
    QueueNode("twelve", "twelve"),
    QueueNode("long", "long"),
)
AT_TOP = ("Ask top", "top/wrong", "top/1", "top/12", "top/345")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["1", SILENCE], ("Enqueue one",)),
        (["1", DONE], ("Enqueue one",)),
        (["1", "2"], ("Enqueue twelve",)),
        (["3", "4", "5"], ("Enqueue long",)),
        (["12"], ("Enqueue twelve",)),
        (["1", "3"], AT_TOP),
        (["1", "0"], AT_TOP),
        (["1", "#"], ("Enqueue one",)),
        (["1", "*"], ("Ask top", "top/1", "top/12", "top/345")),
        (["3", SILENCE], AT_TOP),
        (["3", "4", SILENCE], AT_TOP),
        (["2"], AT_TOP),
        ([""], AT_TOP),
    ],
)
def test_where_options_overlap_the_next_key_decides_or_its_absence(
    keys: list[Event | str], expected: tuple[str, ...]
) -> None:
    assert shown(walked(OVERLAPPING, *keys)) == expected


def test_the_next_key_is_waited_for_in_silence_and_noted_when_it_has_decided() -> None:
    steps = course(OVERLAPPING, "1", "2")
    assert (steps[1].command, steps[1].notes) == (Listen("top", 3.5), ())
    assert noted(steps[2]) == ["Answered top match twelve"]


def test_an_option_that_no_other_begins_with_is_not_waited_for() -> None:
    assert shown(walked(OVERLAPPING, "0")) == ("Enqueue general",)


def test_after_a_key_that_came_to_nothing_the_next_begins_anew() -> None:
    assert shown(walked(OVERLAPPING, "3", SILENCE, "1", "2")) == ("Enqueue twelve",)


def test_the_last_step_of_a_call_waits_for_no_further_key() -> None:
    menu = replace(OVERLAPPING, steps=1)
    assert shown(walked(menu, "1")) == ("Enqueue one",)
    assert shown(walked(menu, "3")) == ("Enqueue general", "top/wrong")


def test_a_menu_that_comes_again_greets_shortly_or_with_its_options_alone() -> None:
    steps = course(MENU, "4", "9", "4")
    assert [heard(now) for now in steps] == [FULL, ("sub", "sub/1", "sub/9"), SHORT, ("sub/1", "sub/9")]


def test_a_menu_whose_options_are_not_said_says_its_greeting_each_time() -> None:
    menu = menu_of(choice("top", option("0", "general")))
    assert [heard(now) for now in course(menu, "*", "#")] == [("top",)] * 3


def test_each_menu_has_its_own_wait() -> None:
    menu = menu_of(replace(choice("top", option("1", "general", "top/1")), wait_s=7.5))
    assert walked(menu).command == Ask(
        "top", (said("top").said_in("sv"), said("top/1").said_in("sv")), 7.5, 1
    )


def test_wrong_keys_and_silences_lead_their_own_ways_after_their_own_counts() -> None:
    top = choice("top", option("0", "general"))
    menu = menu_of(
        replace(
            top,
            wrong_key=replace(top.wrong_key, way=Way("wrong"), count=2),
            silence=replace(top.silence, way=Way("silent"), count=1, text=None),
        ),
        QueueNode("wrong", "wrong"),
        QueueNode("silent", "silent", said("silent")),
    )
    assert shown(walked(menu, "7")) == ("Ask top", "top/wrong", "top")
    assert shown(walked(menu, "7", "7")) == ("Enqueue wrong", "top/wrong")
    assert shown(walked(menu, "7", SILENCE)) == ("Enqueue silent", "silent")


# --- * ------------------------------------------------------------------------------------------


def test_the_fifth_star_of_a_call_goes_to_a_person_wherever_the_others_were() -> None:
    steps = course(MENU, "*", "2", "*", DONE, "*", "5", "*", "4711", "*")
    assert sum("repeat" in note for now in steps for note in noted(now)) == MAX_REPEATS
    assert shown(steps[-2])[0] == "Ask case"
    assert (shown(steps[-1]), noted(steps[-1])) == (("Enqueue general",), ["Answered case repeat general"])


def test_four_stars_and_other_keys_lead_to_nobody() -> None:
    assert shown(walked(MENU, *"****9"))[0] == "Ask top"


# --- # ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["#"], "Ask top"),  # the first menu is asked again
        (["4", "#"], "Ask top"),
        (["4", "#", "#"], "Ask top"),
        (["2", "#"], "Ask top"),  # out of a message
        (["3", "#"], "Ask top"),  # out of a goodbye
        (["6", "#"], "Ask top"),  # before the telephone rings
        (["5", "#"], "Ask top"),  # from digits
        (["5", "4711", "*", "#"], "Ask case"),  # out of the read back, to the digits
        (["5", "4711", "*", "#", "#"], "Ask top"),
        (["4", "9", "#"], "Ask sub"),  # where the caller was before, not what lies above
        (["4", "9", "#", "#"], "Ask top"),
    ],
)
def test_the_hash_key_goes_back_to_where_the_caller_was_asked_before(
    keys: list[Event | str], expected: str
) -> None:
    assert shown(walked(MENU, *keys))[0] == expected


def test_the_hash_key_goes_back_from_where_silence_led() -> None:
    top = choice("top", option("0", "general"), to="sub")
    menu = menu_of(top, choice("sub", option("0", "general")))
    assert [shown(now)[0] for now in course(menu, SILENCE, SILENCE, "#")][1:] == [
        "Ask top",
        "Ask sub",
        "Ask top",
    ]


def test_a_message_before_any_menu_goes_on_at_the_hash_key() -> None:
    menu = menu_of(MessageNode("news", said("news"), Way("top")), choice("top", option("0", "general")))
    assert shown(walked(menu, "#")) == ("Ask top", "top")


# --- 0 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [[], ["4"], ["2"], ["3"], ["6"], ["7"], ["5"], ["5", "4711"]])
def test_zero_goes_to_a_person(keys: list[str]) -> None:
    assert shown(walked(MENU, *keys, "0")) == ("Enqueue general",)


def test_zero_is_an_option_like_any_other_where_the_menu_says_so() -> None:
    menu = menu_of(choice("top", option("0", "news")), MessageNode("news", said("news"), Way("top")))
    assert shown(walked(menu, "0")) == ("Say news", "news")


def test_one_digit_alone_may_be_zero() -> None:
    menu = menu_of(digits("age", 1, 3, "top"), choice("top", option("0", "general")))
    assert shown(walked(menu, "0")) == ("Ask top", "top")


# --- the whole call -----------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["4", "5", "6", "7", "2", "9", "#", "*"])
def test_when_the_steps_are_used_up_a_person_follows(keys: str) -> None:
    menu = replace(MENU, steps=4)
    assert shown(walked(menu, "2", DONE, "#", keys))[0] == "Enqueue general"


def test_the_last_step_may_still_lead_to_another_queue_or_a_goodbye() -> None:
    menu = replace(MENU, steps=2)
    assert shown(walked(menu, "#", "1")) == ("Enqueue school", "school")
    assert shown(walked(menu, "#", "3")) == ("Say bye", "bye")


def test_nobody_has_the_end_of_the_call_repeated_for_ever() -> None:
    closed = QueueNode("general", "general", hours="office")
    menu = replace(menu_of(choice("top", option("0", "general")), closed), steps=8)
    steps = course(menu, *"**********", now=NIGHT)
    kinds = [shown(now)[0] for now in steps]
    assert kinds == [*["Ask top"] * 5, *["Say general"] * 4, "HangUp general", "HangUp general"]


def test_the_longest_that_a_call_goes_on_when_its_steps_are_used_up() -> None:
    """A telephone does not answer, a refusal is said, and who wants a person even so is told of the hours."""
    menu = menu_of(
        OfficerNode("anna", "anna", Way("bye"), said("anna")),
        GoodbyeNode("bye", said("bye"), Outcome.REFUSED),
        QueueNode("general", "general", hours="office"),
        steps=1,
    )
    assert [shown(now)[0] for now in course(menu, DONE, NotReached(), "0", DONE, now=NIGHT)] == [
        "Say anna",
        "Connect anna",
        "Say bye",
        "Say general",
        "HangUp general",
    ]


def test_keys_that_a_longer_option_begins_with_stay_out_of_every_repr() -> None:
    state = walked(OVERLAPPING, "3", "4").state
    assert isinstance(state, Asking)
    assert state.keyed == "34"
    assert "34" not in repr(state)
