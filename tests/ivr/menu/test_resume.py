"""A caller who comes back after a crash of the engine hears the last text again, from wherever that was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.machine import (
    Ask,
    Asking,
    Command,
    Enqueue,
    HangUp,
    KeysPressed,
    Left,
    PromptDone,
    Say,
    Saying,
    Silence,
    Walk,
    begin,
    resume,
    step,
)
from tests.ivr.menu.menus_for_tests import BYE, FULL, HOURS, IDS, MENU, NINE, SCHOOL, SUB, menus

if TYPE_CHECKING:
    from ivr.menu.model import Menu


@pytest.mark.parametrize(
    ("node", "command"),
    [
        ("top", Ask("top", FULL, 4.0, 1)),
        ("sub", Ask("sub", (SUB, NINE), 5.0, 1)),
        ("hours", Say("hours", (HOURS,))),
        ("bye", Say("bye", (BYE,))),
        ("school", Enqueue("school", "school", (SCHOOL,))),
        ("general", Enqueue("general", "general", ())),
    ],
)
def test_the_text_of_the_node_is_said_anew(node: str, command: Command) -> None:
    resumed = resume(MENU, node)
    assert (resumed.command, resumed.notes) == (command, ())


@pytest.mark.parametrize("node", [None, "", "closed-down"])
def test_without_such_a_node_the_caller_begins_again(node: str | None) -> None:
    assert resume(MENU, node) == begin(MENU)


def test_wrong_keys_and_repeats_are_counted_from_nothing() -> None:
    assert resume(MENU, "top").state == Asking("top", Walk(1, 0, frozenset({"top"})))
    assert resume(MENU, "hours").state == Saying("hours", Walk())


EVENT = st.sampled_from([Silence(), PromptDone(), *map(KeysPressed, "0123456789*")])


@settings(deadline=None)  # the machine may be busy
@given(menus(), st.none() | st.sampled_from([*IDS, "person", "elsewhere"]), st.lists(EVENT, max_size=10))
def test_a_resumed_walk_goes_on_as_any_other(
    menu: Menu, node: str | None, events: list[KeysPressed | Silence | PromptDone]
) -> None:
    now = resume(menu, node)
    if node in menu.nodes:
        assert now.command.node == node
    for event in events:
        now = step(menu, now.state, event)
        assert isinstance(now.state, Left) == isinstance(now.command, Enqueue | HangUp)
