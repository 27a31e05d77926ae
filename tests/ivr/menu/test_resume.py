"""A caller who comes back after a crash of the engine hears the last text again, from wherever that was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.commands import Asking, Saying, Walk
from ivr.menu.entry import PATIENT_WAIT_S
from ivr.menu.machine import outcome_of_hang_up, resume
from ivr.menu.model import LanguageNode, QueueNode, Way
from routing.events import Outcome
from tests.ivr.menu.menus_for_tests import (
    CLOSED,
    FAILED,
    FULL,
    MENU,
    NIGHT,
    NOON,
    OPENS,
    SHORT,
    SILENCE,
    WALK,
    choice,
    heard,
    menu_of,
    noted,
    option,
    said,
    shown,
    stepped,
)

ENGLISH = Walk("en", has_chosen=True, is_patient=True)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("top", ("Ask top", *FULL)),
        ("sub", ("Ask sub", "sub", "sub/1", "sub/9")),
        ("case", ("Ask case", "case")),
        ("news", ("Say news", "news")),
        ("bye", ("Say bye", "bye")),
        ("school", ("Enqueue school", "school")),
        ("general", ("Enqueue general",)),
        ("anna", ("Say anna", "anna")),  # and then her telephone rings again
    ],
)
def test_the_text_of_the_node_is_said_anew(node: str, expected: tuple[str, ...]) -> None:
    resumed = resume(MENU, node, WALK, NOON)
    assert (shown(resumed), resumed.notes) == (expected, ())


@pytest.mark.parametrize("node", [None, "", "closed-down"])
def test_without_such_a_node_the_caller_begins_again_but_hears_no_opening(node: str | None) -> None:
    menu = replace(MENU, opening=(said("112"),))
    assert shown(resume(menu, node, WALK, NOON)) == ("Ask top", *FULL)


def test_a_script_is_not_run_twice() -> None:
    resumed = resume(MENU, "parking", WALK, NOON)
    assert shown(resumed) == ("Ask sub", FAILED, "sub", "sub/1", "sub/9")


def test_wrong_keys_are_counted_from_nothing() -> None:
    greeted = WALK._replace(greeted=frozenset({"top"}))
    assert resume(MENU, "top", WALK, NOON).state == Asking("top", greeted)
    assert resume(MENU, "news", WALK, NOON).state == Saying("news", WALK)


def test_the_caller_keeps_what_they_chose() -> None:
    resumed = resume(MENU, "top", ENGLISH, NOON)
    assert heard(resumed) == tuple(f"{name} (en)" for name in FULL)
    assert getattr(resumed.command, "wait_s", None) == PATIENT_WAIT_S
    assert shown(stepped(MENU, resumed.state, SILENCE))[1:] == (
        "top/silence (en)",
        *(f"{name} (en)" for name in SHORT),
    )


def test_closed_hours_are_said_in_the_chosen_language_alone() -> None:
    menu = menu_of(choice("top", option("0", "general")), QueueNode("school", "school", hours="office"))
    assert heard(resume(menu, "school", ENGLISH, NIGHT)) == (f"{CLOSED} (en)", f"{OPENS} (en)")


@pytest.mark.parametrize("language", ["", "fi"])
def test_a_language_that_the_menu_has_no_longer_gives_way_to_its_first(language: str) -> None:
    resumed = resume(MENU, "sub", Walk(language), NOON)
    assert heard(resumed) == ("sub", "sub/1", "sub/9")
    assert resumed.state.walk.language == "sv"


def test_a_language_that_the_menu_has_no_longer_was_never_chosen() -> None:
    menu = menu_of(choice("top", option("0", "general")), QueueNode("school", "school", hours="office"))
    resumed = resume(menu, "school", Walk("fi", has_chosen=True), NIGHT)
    assert heard(resumed) == (CLOSED, OPENS, f"{CLOSED} (en)", f"{OPENS} (en)")


def test_who_was_informed_stays_so() -> None:
    resumed = resume(MENU, "top", Walk("sv", is_informed=True), NOON)
    assert outcome_of_hang_up(MENU, resumed.state) == Outcome.INFORMED


def test_who_was_choosing_a_language_has_chosen_it() -> None:
    menu = menu_of(choice("top", option("0", "general")), LanguageNode("english", "en", Way("top")))
    resumed = resume(menu, "english", WALK, NOON)
    assert (heard(resumed), noted(resumed)) == (("top (en)",), ["LanguageSet en"])


def test_the_way_back_begins_at_the_node() -> None:
    resumed = resume(MENU, "sub", WALK, NOON)
    assert shown(stepped(MENU, resumed.state, "#")) == ("Ask sub", "sub/1", "sub/9")
