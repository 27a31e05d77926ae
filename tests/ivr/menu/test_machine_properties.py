"""What is so of every menu, every caller and every moment."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.commands import (
    KEYED_DIGITS,
    Answered,
    Ask,
    Asking,
    Confirming,
    Connect,
    Connecting,
    Enqueue,
    Event,
    HangUp,
    KeysPressed,
    LanguageSet,
    Left,
    Listen,
    Run,
    Running,
    Say,
    Saying,
    SecretKeyed,
    Step,
    Walk,
)
from ivr.menu.machine import begin, outcome_of_hang_up, resume, step
from ivr.menu.model import ChoiceNode, DigitsNode
from routing.events import Outcome
from tests.ivr.menu.drawn_menus import CALLED, EVENTS, MOMENTS, PATTERNS, PLACES, QUIET, menus
from tests.ivr.menu.menus_for_tests import prompts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ivr.menu.circumstances import Moment
    from ivr.menu.commands import State
    from ivr.menu.model import Menu

pytestmark = pytest.mark.thorough

CALLS = st.sampled_from(["", CALLED])
ANNOUNCED = (
    "sentences/closed",
    "sentences/opens",
    "closed/",
    "crisis/",
)  # in all languages, until one is chosen
# After the last step: a telephone that rang then does not answer, a refusal is said, and who asks for a
# person even so is told that nobody is there.
LAST_WORDS = 3


def course(menu: Menu, first: Step, events: Iterable[Event], now: Moment) -> list[Step]:
    """Take these events in turn, until the caller has left."""
    steps = [first]
    for event in events:
        if isinstance(steps[-1].state, Left):
            break
        steps.append(step(menu, steps[-1].state, event, now))
    return steps


def whole(menu: Menu, called: str, pattern: Sequence[Event], now: Moment) -> list[Step]:
    """Walk with a caller who does the same over and over, for longer than any call lasts."""
    return course(menu, begin(menu, now, called), islice(cycle(pattern), menu.steps + 10), now)


@settings(deadline=None, max_examples=400)  # the machine may be busy; the longest walks are rare
@given(menus(), CALLS, PATTERNS, MOMENTS)
def test_every_walk_ends_in_a_queue_or_a_hang_up(
    menu: Menu, called: str, pattern: list[Event], now: Moment
) -> None:
    steps = whole(menu, called, pattern, now)
    assert isinstance(steps[-1].state, Left)
    assert isinstance(steps[-1].command, Enqueue | HangUp)
    assert len(steps) - 1 <= menu.steps + LAST_WORDS


@settings(deadline=None)  # the machine may be busy
@given(menus(), st.data(), MOMENTS)
def test_every_state_has_an_answer_to_every_event(menu: Menu, data: st.DataObject, now: Moment) -> None:
    state = data.draw(states(menu))
    event = data.draw(EVENTS)
    then = step(menu, state, event, now)
    assert fits(then.state) is type(then.command)
    assert isinstance(outcome_of_hang_up(menu, then.state), Outcome)
    if not isinstance(state, Left):
        assert then.state.walk.steps == state.walk.steps + 1


def fits(state: State) -> type:
    """Return which command belongs to a state."""
    match state:
        case Asking(keyed=keyed):
            return Listen if keyed else Ask
        case Confirming():
            return Ask
        case Saying(offers=offers):
            return Ask if offers else Say
        case Connecting():
            return Connect
        case Running():
            return Run
        case Left(command=command):
            return type(command)


@st.composite
def states(draw: st.DrawFn, menu: Menu) -> State:
    """Draw where a caller may be, whichever way they came there."""
    walk = Walk(
        draw(st.sampled_from(menu.languages)),
        draw(st.integers(0, menu.steps)),
        draw(st.integers(0, 4)),
        draw(st.frozensets(st.sampled_from(sorted(menu.nodes)))),
        tuple(node.id for node in menu.nodes.values() if isinstance(node, ChoiceNode | DigitsNode)),
        *(draw(st.booleans()) for _ in range(5)),  # all that is true or false of a walk
    )
    steps = whole(menu, "", draw(PATTERNS), draw(MOMENTS))
    state = draw(st.sampled_from(steps)).state
    return replace(state, walk=walk)


@settings(deadline=None)  # the machine may be busy
@given(menus(), CALLS, PATTERNS, MOMENTS)
def test_each_note_tells_where_the_caller_came_from_and_went(
    menu: Menu, called: str, pattern: list[Event], now: Moment
) -> None:
    for before, after in pairwise(whole(menu, called, pattern, now)):
        answers = [note for note in after.notes if isinstance(note, Answered)]
        assert [(note.node, note.leads_to) for note in answers] in (
            [],
            [(before.state.node if not isinstance(before.state, Left) else "", after.command.node)],
        )


@settings(deadline=None)  # the machine may be busy
@given(menus(), CALLS, PATTERNS, MOMENTS)
def test_all_that_is_said_is_in_the_caller_s_language(
    menu: Menu, called: str, pattern: list[Event], now: Moment
) -> None:
    language = menu.languages[0]
    for taken in whole(menu, called, pattern, now):
        # What led to the choice of a language is still said in the one before.
        chosen = [note.language for note in taken.notes if isinstance(note, LanguageSet)]
        spoken = {language, *chosen}
        for prompt in prompts(taken.command):
            is_announced = prompt.name.startswith(ANNOUNCED)
            has_it = prompt.name not in {"crisis/flood", "closed/reason"}  # these are in Swedish alone
            if not is_announced or (taken.state.walk.has_chosen and not chosen and has_it):
                assert prompt.language in spoken
        assert language_of_last(taken) in {taken.state.walk.language, None}
        language = taken.state.walk.language


def language_of_last(taken: Step) -> str | None:
    """Return the language of the node's own words, which come last; None where an announcement does."""
    said = prompts(taken.command)
    own = said and said[-1].name.split("/")[0] in PLACES and not said[-1].name.endswith("/retry")
    return said[-1].language if own else None


@settings(deadline=None)  # the machine may be busy
@given(menus(), PATTERNS, MOMENTS)
def test_no_repr_holds_keyed_digits(menu: Menu, pattern: list[Event], now: Moment) -> None:
    keyed = [KeysPressed("90817"), *pattern, KeysPressed("9081")]
    events = [event for event in keyed if not (isinstance(event, KeysPressed) and len(event.digits) == 1)]
    assert "9081" not in repr([events, *whole(menu, "", events, now)])


@settings(deadline=None)  # the machine may be busy
@given(menus(), PATTERNS, MOMENTS)
def test_of_secret_digits_nothing_is_held_but_asked_to_be_read_back(
    menu: Menu, pattern: list[Event], now: Moment
) -> None:
    taken = begin(menu, now)
    for event in islice(cycle(pattern), menu.steps):
        taken = step(menu, taken.state, keyed_secretly(taken, event), now)
        node = menu.nodes.get(taken.command.node)
        if isinstance(node, DigitsNode) and node.is_secret and isinstance(taken.state, Confirming):
            assert taken.state.digits == ""
            assert KEYED_DIGITS in [prompt.name for prompt in prompts(taken.command)]


def keyed_secretly(taken: Step, event: Event) -> Event:
    """Tell of keys what the session would."""
    command = taken.command
    if isinstance(command, Ask) and command.is_secret and isinstance(event, KeysPressed):
        is_open = len(event.digits) == 1 and event.digits in command.open_keys
        return event if is_open else SecretKeyed(len(event.digits) if event.digits.isdigit() else 0)
    return event


@settings(deadline=None)  # the machine may be busy
@given(menus(), CALLS, PATTERNS, MOMENTS)
def test_every_question_has_words_a_wait_and_room_for_a_key(
    menu: Menu, called: str, pattern: list[Event], now: Moment
) -> None:
    for taken in whole(menu, called, pattern, now):
        match taken.command:
            case Ask(prompts=said, wait_s=wait_s, max_digits=most):
                assert said
                assert wait_s >= 1.0
                assert most >= 1
            case Say(prompts=said):
                assert said
            case Listen(wait_s=wait_s):
                assert wait_s > 0.0
            case _:
                pass


@settings(deadline=None)  # the machine may be busy
@given(menus(), st.none() | st.sampled_from([*PLACES, "person", "elsewhere"]), PATTERNS, QUIET)
def test_a_resumed_walk_goes_on_and_ends_as_any_other(
    menu: Menu, node: str | None, pattern: list[Event], now: Moment
) -> None:
    first = resume(menu, node, Walk("sv"), now)
    steps = course(menu, first, islice(cycle(pattern), menu.steps + 10), now)
    assert isinstance(steps[-1].state, Left)
    assert len(steps) - 1 <= menu.steps + LAST_WORDS


@settings(deadline=None)  # the machine may be busy
@given(menus(), PATTERNS, QUIET)
def test_who_was_told_of_no_crisis_is_never_informed(menu: Menu, pattern: list[Event], now: Moment) -> None:
    steps = whole(menu, "", pattern, now)
    assert Outcome.INFORMED not in {outcome_of_hang_up(menu, taken.state) for taken in steps}
