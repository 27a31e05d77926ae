"""Where others take over for a while: officers' telephones, dialled extensions, departments' own scripts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.menu.commands import Asking, Connect, Connecting, Enqueue, NotReached, Run, Running, ScriptDone
from ivr.menu.model import Extension, LanguageNode, MessageNode, OfficerNode, QueueNode, ScriptNode, Way
from routing.events import MenuResult
from tests.ivr.menu.menus_for_tests import (
    AWAY,
    CLOSED,
    DONE,
    FAILED,
    NIGHT,
    OPENS,
    choice,
    course,
    digits,
    menu_of,
    noted,
    option,
    said,
    shown,
    walked,
)

TOP = choice(
    "top",
    option("1", "anna"),
    option("2", "bo"),
    option("3", "parking"),
    option("4", "plain"),
    option("5", "dial"),
    option("8", "english"),
    option("0", "general"),
)
MENU = replace(
    menu_of(
        TOP,
        OfficerNode("anna", "anna", Way("switchboard"), said("anna")),
        OfficerNode("bo", "bo", Way("general")),
        ScriptNode("parking", "parking:main", Way("paid"), Way("top"), {"no": Way("anna")}, said("parking")),
        ScriptNode("plain", "plain:main", Way("top"), Way("general")),
        digits("dial", 3, 4, dials=True),
        LanguageNode("english", "en", Way("top")),
        QueueNode("switchboard", "switchboard", said("switchboard")),
        QueueNode("school", "school"),
        MessageNode("paid", said("paid"), Way("top")),
    ),
    extensions={
        "501": Extension("queue", "school"),
        "4711": Extension("officer", "bo"),
        "502": Extension("queue", "office-hours"),
    },
    queue_hours={"office-hours": "office"},
)

# --- officers -----------------------------------------------------------------------------------


def test_an_officer_s_telephone_rings_when_everything_was_said() -> None:
    steps = course(MENU, "1", DONE)
    assert [shown(now) for now in steps[1:]] == [("Say anna", "anna"), ("Connect anna",)]
    assert steps[-1].command == Connect("anna", "anna")
    assert isinstance(steps[-1].state, Connecting)


def test_an_officer_s_telephone_rings_at_once_when_there_is_nothing_to_say() -> None:
    assert walked(MENU, "2").command == Connect("bo", "bo")


def test_who_is_not_reached_is_said_to_be_away_and_the_caller_goes_on() -> None:
    now = walked(MENU, "1", DONE, NotReached())
    assert shown(now) == ("Enqueue switchboard", AWAY, "switchboard")
    assert noted(now) == [f"Answered anna {MenuResult.AWAY} switchboard"]
    assert shown(walked(MENU, "2", NotReached())) == ("Enqueue general", AWAY)


def test_it_is_said_in_the_caller_s_language() -> None:
    assert shown(walked(MENU, "8", "2", NotReached())) == ("Enqueue general", f"{AWAY} (en)")
    assert shown(walked(MENU, "8", "3", DONE, ScriptDone(has_failed=True))) == (
        "Ask top",
        f"{FAILED} (en)",
        "top (en)",
    )


# --- dialled extensions -------------------------------------------------------------------------


def test_a_dialled_extension_may_be_a_queue() -> None:
    now = walked(MENU, "5", "501")
    assert now.command == Enqueue("dial", "school", ())
    assert noted(now) == ["Answered dial taken dial"]


def test_a_dialled_extension_may_be_an_officer() -> None:
    now = walked(MENU, "5", "4711")
    assert now.command == Connect("dial", "bo")
    assert noted(now) == ["Answered dial taken dial"]
    assert shown(walked(MENU, "5", "4711", NotReached())) == ("Enqueue general", AWAY)


def test_an_extension_that_nobody_has_is_a_wrong_key() -> None:
    assert shown(walked(MENU, "5", "999"))[:2] == ("Ask dial", "dial/wrong")
    assert shown(walked(MENU, "5", "999", "998", "997")) == ("Enqueue general", "dial/wrong")


def test_a_queue_behind_an_extension_has_its_hours() -> None:
    assert shown(walked(MENU, "5", "502")) == ("Enqueue dial",)
    closed = (CLOSED, OPENS, f"{CLOSED} (en)", f"{OPENS} (en)")
    assert shown(walked(MENU, "5", "502", now=NIGHT)) == ("Say dial", *closed)
    assert shown(walked(MENU, "5", "502", DONE, now=NIGHT)) == ("HangUp dial",)


def test_a_dialled_extension_may_be_read_back_before_it_rings() -> None:
    menu = replace(MENU, nodes={**MENU.nodes, "dial": digits("dial", 3, 4, dials=True, reads_back=True)})
    assert isinstance(walked(menu, "5", "999").state, Asking)  # nobody confirms what leads nowhere
    assert walked(menu, "5", "4711", "1").command == Connect("dial", "bo")
    assert walked(menu, "5", "4711", "2", "501", "1").command == Enqueue("dial", "school", ())


# --- scripts ------------------------------------------------------------------------------------


def test_a_script_has_the_caller_when_everything_was_said() -> None:
    steps = course(MENU, "3", DONE)
    assert [shown(now) for now in steps[1:]] == [("Say parking", "parking"), ("Run parking",)]
    assert steps[-1].command == Run("parking", "parking:main", ("no",))
    assert isinstance(steps[-1].state, Running)


def test_a_script_has_the_caller_at_once_when_there_is_nothing_to_say() -> None:
    assert walked(MENU, "4").command == Run("plain", "plain:main")


@pytest.mark.parametrize(
    ("done", "expected", "note"),
    [
        (ScriptDone(), ("Say paid", "paid"), "Answered parking script paid"),
        (ScriptDone("yes"), ("Say paid", "paid"), "Answered parking script paid"),
        (ScriptDone("no"), ("Say anna", "anna"), "Answered parking script anna"),
        (ScriptDone(has_failed=True), ("Ask top", FAILED, "top"), "Answered parking script_failed top"),
        (ScriptDone("no", has_failed=True), ("Ask top", FAILED, "top"), "Answered parking script_failed top"),
    ],
)
def test_the_script_s_result_chooses_the_way_on(
    done: ScriptDone, expected: tuple[str, ...], note: str
) -> None:
    now = walked(MENU, "3", DONE, done)
    assert (shown(now), noted(now)) == (expected, [note])


def test_a_telephone_that_rings_at_the_last_step_is_answered_or_a_person_follows() -> None:
    menu = replace(MENU, steps=2)
    assert shown(walked(menu, "1", DONE)) == ("Connect anna",)
    assert shown(walked(menu, "1", DONE, NotReached())) == ("Enqueue switchboard", AWAY, "switchboard")
    assert shown(walked(menu, "3", DONE, ScriptDone())) == ("Enqueue general",)
