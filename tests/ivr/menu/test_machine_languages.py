"""What the caller chooses for the whole call: the language, and all the time they need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.commands import Ask, LanguageSet, Listen, PatienceSet
from ivr.menu.entry import PATIENT_WAIT_S
from ivr.menu.model import WAIT_S, LanguageNode, MessageNode, PatienceNode, QueueNode, Way
from ivr.menu.texts import Prompt, Text, text_of
from tests.ivr.menu.menus_for_tests import (
    DIGITS_END,
    OFFER,
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

FOREIGN = Text("top/8", dict.fromkeys(("sv", "en"), Prompt("top/8", "For English, press 8.", "en")))
TOP = choice(
    "top",
    option("1", "sub", "top/1"),
    replace(option("8", "english"), text=FOREIGN),
    option("9", "patient"),
    option("0", "general"),
    short="top/short",
)
MENU = menu_of(
    TOP,
    choice("sub", option("1", "news", "sub/1"), option("8", "english"), option("0", "general")),
    LanguageNode("english", "en", Way("top")),
    PatienceNode("patient", Way("top"), text_of("patient", sv="God tid.", en="Plenty of time.")),
    MessageNode("news", said("news")),
)
IN_ENGLISH = ("Ask top", "top (en)", "top/1 (en)", "top/8 (en)")


def wait_s(*keys: str) -> float:
    """Return how long the caller is waited for after these keys."""
    command = walked(MENU, *keys).command
    assert isinstance(command, Ask | Listen)
    return command.wait_s


def test_from_a_language_node_on_the_caller_hears_that_language() -> None:
    assert shown(walked(MENU, "8")) == IN_ENGLISH
    assert shown(walked(MENU, "8", "1")) == ("Ask sub", "sub (en)", "sub/1 (en)")
    assert shown(walked(MENU, "8", "5")) == ("Ask top", "top/wrong (en)", "top/short (en)", *IN_ENGLISH[2:])
    assert shown(walked(MENU, "8", "1", "1")) == ("Ask news", "news (en)", f"{OFFER} (en)")


def test_a_text_may_be_in_a_language_of_its_own_for_everybody() -> None:
    assert heard(walked(MENU)) == ("top", "top/1", "top/8 (en)")


def test_in_another_language_the_whole_greeting_is_new() -> None:
    assert [heard(now)[0] for now in course(MENU, "*", "8", "*", "8")] == [
        "top",
        "top/short",
        "top (en)",
        "top/short (en)",
        "top (en)",  # chosen anew, so perhaps it was not understood
    ]


def test_the_choice_of_a_language_is_noted_behind_the_answer() -> None:
    now = walked(MENU, "8")
    assert noted(now) == ["Answered top match top", "LanguageSet en"]
    assert now.notes[1:] == (LanguageSet("en"),)
    assert (now.state.walk.language, now.state.walk.has_chosen) == ("en", True)


def test_no_way_leads_back_behind_the_choice_of_a_language() -> None:
    assert shown(walked(MENU, "1", "8", "#"))[:2] == ("Ask top", "top/short (en)")
    assert shown(walked(MENU, "1", "8", "1", "#"))[:2] == ("Ask top", "top/short (en)")


def test_what_led_to_a_language_was_said_in_the_one_before() -> None:
    top = choice("top", option("0", "general"), to="english")
    menu = menu_of(top, LanguageNode("english", "en", Way("top")))
    assert shown(walked(menu, SILENCE, SILENCE)) == ("Ask top", "top/silence", "top (en)")


def test_a_language_may_have_more_time() -> None:
    menu = replace(
        menu_of(
            choice("top", option("1", "case"), option("8", "english"), option("0", "general")),
            LanguageNode("english", "en", Way("top")),
            digits("case", 2, 4, "general"),
        ),
        extra_wait_s={"en": 2.5},
    )
    waits = [now.command.wait_s for now in course(menu, "1", "#", "8", "1") if isinstance(now.command, Ask)]
    assert waits == [WAIT_S, WAIT_S, WAIT_S, WAIT_S + 2.5, WAIT_S + 2.5]
    assert heard(walked(menu, "8", "1")) == ("case (en)", f"{DIGITS_END} (en)")


# --- patience -----------------------------------------------------------------------------------


def test_who_needs_time_is_told_that_they_have_it_and_asked_again() -> None:
    now = walked(MENU, "9")
    assert shown(now) == ("Ask top", "patient", "top/short", "top/1", "top/8 (en)")
    assert noted(now) == ["Answered top match top", "PatienceSet"]
    assert now.notes[1:] == (PatienceSet(),)


def test_from_then_on_every_wait_is_long() -> None:
    assert wait_s() == WAIT_S
    assert wait_s("9") == PATIENT_WAIT_S == 60.0
    assert wait_s("9", "8") == PATIENT_WAIT_S  # in every language
    assert wait_s("9", "1") == PATIENT_WAIT_S
    assert wait_s("9", "1", "1") == PATIENT_WAIT_S  # for who wants a person after a message


def test_digits_are_waited_for_as_long_and_a_further_key_for_a_while() -> None:
    menu = menu_of(
        PatienceNode("patient", Way("top")),
        choice("top", option("1", "case"), option("12", "case"), option("0", "general")),
        digits("case", 4, 4, "general", reads_back=True),
    )
    steps = course(menu, "1", "2", "4711")
    assert [now.command.wait_s for now in steps if isinstance(now.command, Ask | Listen)] == [
        60.0,
        10.0,
        60.0,
        60.0,
    ]


def test_no_silence_leads_on_while_there_are_steps_left() -> None:
    menu = replace(MENU, steps=10)
    steps = course(menu, "9", *[SILENCE] * 9)
    assert [shown(now)[:2] for now in steps[2:-1]] == [("Ask top", "top/silence")] * 8
    assert shown(steps[-1]) == ("Enqueue general", "top/silence")


def test_no_silence_leads_on_from_digits_that_were_read_back() -> None:
    menu = menu_of(
        PatienceNode("patient", Way("case")),
        digits("case", 4, 4, "general", reads_back=True),
    )
    steps = course(menu, SILENCE, SILENCE, SILENCE, "4711", SILENCE, SILENCE, SILENCE)
    assert {shown(now)[0] for now in steps} == {"Ask case"}


def test_wrong_keys_lead_on_all_the_same() -> None:
    assert shown(walked(MENU, "9", "5", "5", "5")) == ("Enqueue general", "top/wrong")


@pytest.mark.parametrize("first", ["8", "9"])
def test_what_was_chosen_stays_whatever_follows(first: str) -> None:
    other = {"8": "9", "9": "8"}[first]
    walk = walked(MENU, first, other, "1", "#").state.walk
    assert (walk.language, walk.has_chosen, walk.is_patient) == ("en", True, True)


def test_patience_without_words_of_its_own_is_told_in_ours() -> None:
    menu = menu_of(PatienceNode("patient", Way("general")), QueueNode("general", "general"))
    said = ("Enqueue general", "sentences/patient-on")
    assert (shown(walked(menu)), noted(walked(menu))) == (said, ["PatienceSet"])
