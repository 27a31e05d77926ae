"""What a caller does is read from one small language, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.proving.actions import (
    HANG_UP,
    LONGEST_WAIT_S,
    MOST_ACTIONS,
    MOST_KEYS,
    NOTHING,
    Act,
    Action,
    ActionsError,
    HangUp,
    Press,
    Wait,
    acts,
    parse_actions,
)
from tests.ivr.proving.testby import written

presses = st.text("0123456789*#", min_size=1, max_size=MOST_KEYS).map(Press)
waits = st.integers(0, round(LONGEST_WAIT_S * 1000)).map(lambda ms: Wait(ms / 1000))
before_the_end = st.lists(presses | waits, max_size=MOST_ACTIONS - 1)
calls = st.builds(
    lambda actions, end: (*actions, *end), before_the_end, st.lists(st.just(HangUp()), max_size=1)
)
near_misses = st.text("pres waithngu0123456789*#.,mins ", max_size=60)


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("", ()),
        ("  ", ()),
        ("9", (Press("9"),)),
        ("press 9", (Press("9"),)),
        ("1234#", (Press("1234#"),)),
        ("*", (Press("*"),)),
        ("wait 2", (Wait(2.0),)),
        ("wait 2 s", (Wait(2.0),)),
        ("wait 2s", (Wait(2.0),)),
        ("wait 1.5 min", (Wait(90.0),)),
        ("wait 300 ms", (Wait(0.3),)),
        ("hang up", (HangUp(),)),
        ("  Press 1,WAIT 2 ,\n hang   up ", (Press("1"), Wait(2.0), HangUp())),
    ],
)
def test_what_a_caller_does_is_read(text: str, actions: tuple[Action, ...]) -> None:
    assert parse_actions(text) == actions


_EXPECTED = 'expected keys such as 9 or 1234#, "wait 2 s" or "hang up", found '
_NOTHING = "nothing at a comma or after the word press; in a file, keys with # need quotes around everything"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wiat 2", f'{_EXPECTED}"wiat 2"'),
        ("press nine", f'{_EXPECTED}"press nine"'),
        ("1 2", f'{_EXPECTED}"1 2"; put a comma between two answers, and no space into one'),
        (
            "wait 2, press 6 6#",
            f'{_EXPECTED}"press 6 6#"; put a comma between two answers, and no space into one',
        ),
        ("wait", f'{_EXPECTED}"wait"'),
        ("wait -1", f'{_EXPECTED}"wait -1"'),
        ("٣", f'{_EXPECTED}"٣"'),  # a digit, but no telephone's
        ("x" * 50, f'{_EXPECTED}"{"x" * 39}…"'),
        ("1,,2", _EXPECTED + _NOTHING),
        ("press ", _EXPECTED + _NOTHING),
        ("1" * 41, "expected at most 40 keys in one answer, found 41"),
        ("wait 25 h", 'expected a wait of at most 24 h, found "wait 25 h"'),
        ("hang up, 1", 'expected "hang up" only at the end: nobody does anything after it'),
        (",".join("1" * 101), "expected at most 100 actions, found 101"),
    ],
)
def test_what_is_no_action_is_told(text: str, message: str) -> None:
    with pytest.raises(ActionsError) as caught:
        parse_actions(text)
    assert str(caught.value) == message


@given(st.text() | near_misses)
def test_no_text_makes_the_reader_fail_otherwise(text: str) -> None:
    try:
        parse_actions(text)
    except ActionsError as error:
        assert str(error).startswith("expected ")  # noqa: PT017  # it may raise or not


@given(calls)
def test_what_is_written_is_read_as_the_same(actions: tuple[Action, ...]) -> None:
    assert parse_actions(written(actions)) == actions


def test_keys_that_stand_together_come_quickly_and_waits_add_up() -> None:
    assert acts(parse_actions("12, wait 1, wait 2, 3#, hang up")) == (
        Act("1", None),
        Act("2", 0.2),
        Act("3", 3.0),
        Act("#", 0.2),
        Act(HANG_UP, None),
    )


def test_a_wait_at_the_end_is_waited() -> None:
    assert acts(parse_actions("1, wait 40 s")) == (Act("1", None), Act(NOTHING, 40.0))


def test_keys_are_in_no_repr() -> None:
    actions = parse_actions("wait 2, 4711")
    assert repr(actions) == "(Wait(seconds=2.0), Press())"
    assert "4" not in repr(acts(actions))
