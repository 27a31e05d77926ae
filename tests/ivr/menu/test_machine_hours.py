"""Opening hours in a menu: which way they lead, and what is said while they are over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.circumstances import Moment, Standing
from ivr.menu.commands import HangUp
from ivr.menu.hours import Override
from ivr.menu.model import Change, HoursNode, LanguageNode, Menu, MessageNode, OfficerNode, QueueNode, Way
from routing.events import Outcome
from tests.ivr.menu.hours_for_tests import at
from tests.ivr.menu.menus_for_tests import (
    CHRISTMAS,
    CLOSED,
    DONE,
    EMERGENCY,
    HOLIDAY,
    NIGHT,
    NOON,
    OPENS,
    choice,
    menu_of,
    option,
    overridden,
    prompts,
    said,
    shown,
    stepped,
    walked,
)

TOP = choice("top", option("1", "duty", "top/1"), option("0", "general"))
DUTY = OfficerNode("duty", "duty", Way("general"))
HOURS = HoursNode("hours", "office", Way("top"))
ENDING = menu_of(HOURS, TOP, DUTY)
BY_NIGHT = MessageNode("night", said("night"), Way("top"))
LEADING = menu_of(replace(HOURS, closed=Way("night")), TOP, DUTY, BY_NIGHT)
OPENS_EN = f"{OPENS} (en)"
ASKED = ("Ask top", "top", "top/1")


def in_all(*names: str) -> tuple[str, ...]:
    """Return what is heard of these names in both languages."""
    return (*names, *(f"{name} (en)" for name in names))


@pytest.mark.parametrize("menu", [ENDING, LEADING])
def test_during_the_hours_nothing_is_heard_of_them(menu: Menu) -> None:
    assert shown(walked(menu, now=NOON)) == ASKED


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NIGHT, in_all(CLOSED, OPENS)),
        (CHRISTMAS, in_all(HOLIDAY, OPENS)),
        (overridden(NOON, is_emergency=True), in_all(EMERGENCY, OPENS)),
        (overridden(NIGHT, is_emergency=True), in_all(EMERGENCY, OPENS)),
        (overridden(NOON), in_all(CLOSED, OPENS)),
        (overridden(NOON, reason={"sv": "Övning.", "en": "A drill."}), in_all("closed/reason", OPENS)),
        (
            overridden(NIGHT, is_emergency=True, reason={"sv": "Brand."}),
            ("closed/reason", OPENS, f"{EMERGENCY} (en)", OPENS_EN),
        ),
    ],
)
def test_after_the_hours_the_caller_hears_why_and_until_when(now: Moment, expected: tuple[str, ...]) -> None:
    assert shown(walked(ENDING, now=now)) == ("Say hours", *expected)
    assert shown(walked(LEADING, now=now)) == ("Say night", *expected, "night")


def test_hours_opened_by_hand_are_open() -> None:
    assert shown(walked(ENDING, now=overridden(NIGHT, is_open=True))) == ASKED
    assert shown(walked(ENDING, now=overridden(CHRISTMAS, is_open=True))) == ASKED


def test_hours_closed_for_good_say_no_opening() -> None:
    sticky = Override(
        is_open=False, is_emergency=False, reason={}, since=NOON.at - 60, until=None, sticky=True
    )
    now = NOON._replace(standing=Standing({"office": sticky}))
    assert shown(walked(ENDING, now=now)) == ("Say hours", *in_all(CLOSED))


def test_the_opening_is_said_for_the_moment_of_the_call() -> None:
    command = walked(ENDING, now=NIGHT).command
    assert [prompt.text for prompt in prompts(command)] == [
        "Vi har stängt just nu.",
        "Vi öppnar igen i morgon klockan åtta.",
        "We are closed at the moment.",
        "We open again tomorrow at eight in the morning.",
    ]


def test_without_a_way_for_it_the_call_ends_as_out_of_hours() -> None:
    assert walked(ENDING, DONE, now=NIGHT).command == HangUp("hours", Outcome.OUT_OF_HOURS)


def test_hours_that_open_while_the_caller_listens_are_open_when_it_is_said_again() -> None:
    closed, opened = Moment(at("2026-09-02 07:59")), Moment(at("2026-09-02 08:00"))
    first = walked(ENDING, now=closed)
    assert shown(first)[:2] == ("Say hours", CLOSED)
    assert shown(stepped(ENDING, first.state, "*", opened)) == ASKED


def test_what_was_said_before_comes_before_the_hours() -> None:
    top = choice("top", option("0", "general"), to="hours")
    menu = menu_of(top, HOURS, DUTY)
    assert shown(walked(menu, "5", "5", "5", now=NIGHT)) == ("Say hours", "top/wrong", *in_all(CLOSED, OPENS))


def test_hours_after_hours_are_both_heard() -> None:
    first = HoursNode("first", "office", Way("top"), Way("hours"))
    menu = menu_of(first, HOURS, TOP, DUTY)
    assert shown(walked(menu, now=NIGHT)) == ("Say hours", *in_all(CLOSED, OPENS), *in_all(CLOSED, OPENS))


def test_who_was_told_of_closed_hours_is_not_told_again_at_the_message_behind_them() -> None:
    message = MessageNode("night", said("night"))
    person = QueueNode("general", "general", hours="office")
    behind = menu_of(replace(HOURS, closed=Way("night")), TOP, DUTY, message, person)
    assert shown(walked(behind, now=NIGHT)) == ("Say night", *in_all(CLOSED, OPENS), "night")
    alone = menu_of(message, person)
    assert shown(walked(alone, now=NIGHT)) == ("Say night", "night", *in_all(CLOSED, OPENS))


def test_once_a_language_was_chosen_the_hours_are_said_in_it_alone() -> None:
    menu = menu_of(
        choice("top", option("8", "english"), option("1", "hours"), option("0", "general")),
        LanguageNode("english", "en", Way("hours")),
        replace(HOURS, open=Way("general")),
    )
    assert shown(walked(menu, "8", now=NIGHT)) == ("Say hours", f"{CLOSED} (en)", f"{OPENS} (en)")
    assert shown(walked(menu, "1", now=NIGHT)) == ("Say hours", *in_all(CLOSED, OPENS))


# --- dated ways ---------------------------------------------------------------------------------

MOVE = at("2026-12-01 00:00")
BEFORE, AFTER = Moment(MOVE - 1), Moment(MOVE)


@pytest.mark.parametrize(("now", "expected"), [(BEFORE, "Ask old"), (AFTER, "Ask new")])
def test_a_way_leads_elsewhere_from_the_first_second_of_its_day(now: Moment, expected: str) -> None:
    moves = Way("old", (Change(MOVE, "new"),))
    old, new, top = (choice(name, option("0", "general")) for name in ("old", "new", "top"))
    by_option = menu_of(
        replace(top, options=(*top.options, replace(option("1", "old"), way=moves))), old, new
    )
    by_silence = menu_of(replace(top, silence=replace(top.silence, way=moves, count=1)), old, new)
    by_message = menu_of(MessageNode("news", said("news"), moves), old, new)
    by_start = replace(menu_of(old, new), start=moves)
    assert shown(walked(by_option, "1", now=now))[0] == expected
    assert shown(walked(by_silence, DONE, now=now))[0] == expected
    assert shown(walked(by_message, DONE, now=now))[0] == expected
    assert shown(walked(by_start, now=now))[0] == expected


def test_a_way_may_change_more_than_once() -> None:
    summer = Way("winter", (Change(10.0, "summer"), Change(20.0, "winter")))
    assert [summer.at(at) for at in (0.0, 10.0, 19.0, 20.0, 99.0)] == [
        "winter",
        "summer",
        "summer",
        "winter",
        "winter",
    ]
