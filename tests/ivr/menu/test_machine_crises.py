"""What comes before the menu: crisis messages, that a number has been replaced, opening sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.circumstances import Crisis, Moment
from ivr.menu.commands import Informed
from ivr.menu.machine import begin, outcome_of_hang_up
from ivr.menu.model import Extension, LanguageNode, QueueNode, Replaced, Way
from ivr.menu.texts import Prompt
from routing.events import Outcome
from tests.ivr.menu.menus_for_tests import (
    NOON,
    choice,
    course,
    digits,
    heard,
    in_crisis,
    menu_of,
    noted,
    option,
    said,
    shown,
    walked,
)


def crisis(
    name: str, *languages: str, queue: str = "", until: float | None = None, is_drill: bool = False
) -> Crisis:
    """Make a crisis message that began a minute before noon."""
    words = {language: Prompt(name, f"{name} {language}", language) for language in languages}
    return Crisis(name, words, queue, NOON.at - 60, until, is_drill=is_drill)


MENU = replace(
    menu_of(
        choice(
            "top", option("1", "school"), option("2", "dial"), option("8", "english"), option("0", "general")
        ),
        digits("dial", 3, 3, dials=True),
        LanguageNode("english", "en", Way("top")),
        QueueNode("school", "school", said("school")),
    ),
    extensions={"501": Extension("queue", "school")},
)
FIRE, FLOOD = crisis("fire", "sv", "en"), crisis("flood", "sv")
AT_SCHOOL = crisis("lice", "sv", "en", queue="school")


def test_a_crisis_message_comes_before_the_greeting_in_all_languages() -> None:
    first = begin(MENU, in_crisis(NOON, FIRE))
    assert shown(first) == ("Ask top", "fire", "fire (en)", "top")
    assert first.notes == (Informed("fire"),)


def test_crisis_messages_follow_each_other_in_their_order_each_in_the_languages_it_has() -> None:
    first = begin(MENU, in_crisis(NOON, FLOOD, FIRE))
    assert heard(first) == ("flood", "fire", "fire (en)", "top")
    assert noted(first) == ["Informed flood", "Informed fire"]


def test_a_crisis_message_is_heard_once() -> None:
    now = in_crisis(NOON, FIRE)
    assert [heard(at) for at in course(MENU, "*", "#", "5", now=now)][1:] == [
        ("top",),
        ("top",),
        ("top/wrong", "top"),
    ]


@pytest.mark.parametrize("keys", [["1"], ["2", "501"]])
def test_a_crisis_message_of_a_queue_is_heard_by_those_who_come_to_it(keys: list[str]) -> None:
    now = in_crisis(NOON, AT_SCHOOL)
    assert heard(walked(MENU, now=now)) == ("top",)
    assert shown(walked(MENU, "0", now=now)) == ("Enqueue general",)
    last = walked(MENU, *keys, now=now)
    assert heard(last)[-2:] == ("lice", "lice (en)")
    assert last.notes[1:] == (Informed("lice"),)
    assert outcome_of_hang_up(MENU, last.state) == Outcome.INFORMED


def test_it_is_heard_in_the_language_that_was_chosen_or_the_one_it_has() -> None:
    assert heard(walked(MENU, "8", "1", now=in_crisis(NOON, AT_SCHOOL))) == ("school (en)", "lice (en)")
    swedish_only = replace(FLOOD, queue="school")
    assert heard(walked(MENU, "8", "1", now=in_crisis(NOON, swedish_only))) == ("school (en)", "flood")


def test_a_crisis_message_is_heard_from_its_beginning_until_before_its_end() -> None:
    fire = crisis("fire", "sv", until=NOON.at + 60)
    moments = [NOON.at - 61, NOON.at - 60, NOON.at + 59, NOON.at + 60]
    assert [heard(begin(MENU, in_crisis(Moment(at), fire)))[0] for at in moments] == [
        "top",
        "fire",
        "fire",
        "top",
    ]


def test_a_drill_is_heard_in_rehearsals_only() -> None:
    now = in_crisis(NOON, crisis("drill", "sv", is_drill=True))
    assert (heard(begin(MENU, now)), begin(MENU, now).notes) == (("top",), ())
    assert heard(begin(MENU, now._replace(is_rehearsal=True))) == ("drill", "top")


def test_who_hangs_up_after_a_crisis_message_is_informed_and_nobody_else() -> None:
    told, untold = begin(MENU, in_crisis(NOON, FIRE)), begin(MENU, NOON)
    assert outcome_of_hang_up(MENU, told.state) == Outcome.INFORMED
    assert outcome_of_hang_up(MENU, untold.state) == Outcome.LEFT_IN_MENU
    later = walked(MENU, "2", "9", now=in_crisis(NOON, FIRE))
    assert outcome_of_hang_up(MENU, later.state) == Outcome.INFORMED


# --- opening sentences and old numbers ----------------------------------------------------------

OPENING = replace(MENU, opening=(said("112"), said("privacy")))
OLD = "+46858028000"
MOVED = replace(OPENING, replaced={OLD: Replaced(Way("school"), (said("replaced"), said("number")))})


def test_the_opening_sentences_come_before_the_greeting_once() -> None:
    assert [heard(now) for now in course(OPENING, "*")] == [("112", "privacy", "top"), ("top",)]


def test_who_calls_an_old_number_is_told_so_and_comes_to_where_it_led() -> None:
    assert shown(course(MOVED, called=OLD)[0]) == (
        "Enqueue school",
        "replaced",
        "number",
        "112",
        "privacy",
        "school",
    )
    assert shown(course(MOVED, called="+46858028500")[0])[0] == "Ask top"


def test_a_crisis_comes_before_everything_else() -> None:
    first = course(MOVED, now=in_crisis(NOON, FIRE, AT_SCHOOL), called=OLD)[0]
    assert heard(first) == (
        *("fire", "fire (en)", "replaced", "number", "112", "privacy", "school"),
        *("lice", "lice (en)"),
    )
    assert noted(first) == ["Informed fire", "Informed lice"]
