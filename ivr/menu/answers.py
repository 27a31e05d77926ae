"""What the caller's answers mean: keys, digits, silence.

Owns what follows from them where something is asked or told. Pure. `ivr.menu.machine` owns the states' table,
`ivr.menu.entry` the coming to a node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.menu.commands import (
    BACK_KEY,
    PERSON_KEY,
    REPEAT_KEY,
    Answered,
    Asking,
    Confirming,
    Connect,
    Connecting,
    Event,
    KeysPressed,
    Left,
    Listen,
    Saying,
    SecretKeyed,
    State,
    Step,
    Walk,
)
from ivr.menu.entry import AGAIN_KEY, PATIENT_NEXT_KEY_S, YES_KEY, ask, enter, read_back, to_queue
from ivr.menu.model import ChoiceNode, DigitsNode, Menu, QueueNode, Retry
from routing.events import MenuResult

if TYPE_CHECKING:
    from ivr.menu.circumstances import Moment

MAX_REPEATS = 5  # the fifth `*` of a call goes to a person: who needs it said that often needs one


def answer(menu: Menu, state: Asking, event: Event, now: Moment) -> Step:
    """Take what came where the caller was asked."""
    node = menu.nodes[state.node]
    match event:
        case KeysPressed(digits) if digits == REPEAT_KEY:
            return repeat(menu, replace(state, keyed=""), now)
        case KeysPressed(digits) if digits == BACK_KEY and state.keyed:
            return _chosen(menu, replace(state, keyed=""), state.keyed, now, is_whole=True)
        case KeysPressed(digits) if digits == BACK_KEY:
            return back(menu, state, now)
        case KeysPressed(digits):
            if isinstance(node, DigitsNode):
                return _digits(menu, state, node, digits, now)
            return _chosen(menu, state, state.keyed + digits, now)
        case SecretKeyed(count) if isinstance(node, DigitsNode):
            return _taken(menu, state, node, "", count, now)
        case _ if state.keyed:  # no further key came: what was pressed is the answer
            return _chosen(menu, replace(state, keyed=""), state.keyed, now, is_whole=True)
        case _:
            return _silent(menu, state, now)


def _chosen(menu: Menu, state: Asking, keys: str, now: Moment, *, is_whole: bool = False) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ChoiceNode)  # noqa: S101  # digits are collected elsewhere
    if keys and not is_whole and node.goes_on(keys) and state.walk.steps < menu.steps:
        wait_s = PATIENT_NEXT_KEY_S if state.walk.is_patient else node.next_key_s
        return Step(replace(state, keyed=keys), (), Listen(node.id, wait_s))
    option = node.option(keys)
    state = replace(state, keyed="")
    if option is None:
        return _wrong(menu, state, now)
    then = enter(menu, option.way.at(now.at), _left(state), now)
    return noted(state, MenuResult.MATCH, then)


def _digits(menu: Menu, state: Asking, node: DigitsNode, digits: str, now: Moment) -> Step:
    if digits == PERSON_KEY and node.least > 1:
        return person(menu, state, now)
    return _taken(menu, state, node, digits, len(digits) if digits.isdigit() else 0, now)


def _taken(menu: Menu, state: Asking, node: DigitsNode, digits: str, count: int, now: Moment) -> Step:
    is_fit = node.least <= count <= node.most and (not node.dials or digits in menu.extensions)
    if not is_fit:
        return _wrong(menu, state, now)
    if node.reads_back:
        walk = state.walk._replace(has_keyed=count == node.most)
        confirming = Confirming(node.id, walk, state.wrong_keys, state.silences, digits)
        return noted(state, MenuResult.TAKEN, read_back(menu, confirming, (), now))
    state = replace(state, walk=state.walk._replace(has_keyed=count == node.most))
    return _accepted(menu, state, node, digits, now)


def _accepted(menu: Menu, state: Asking | Confirming, node: DigitsNode, digits: str, now: Moment) -> Step:
    walk = _left(state)
    if node.then is not None:
        then = enter(menu, node.then.at(now.at), walk, now)
    else:
        extension = menu.extensions[digits]
        then = _to_extension(menu, node, extension.kind, extension.id, walk, now)
    return noted(state, MenuResult.TAKEN, then)


def _to_extension(menu: Menu, node: DigitsNode, kind: str, target: str, walk: Walk, now: Moment) -> Step:
    if kind == "officer":
        return Step(Connecting(node.id, walk), (), Connect(node.id, target))
    return to_queue(menu, QueueNode(node.id, target, hours=menu.queue_hours.get(target, "")), walk, now)


def confirm(menu: Menu, state: Confirming, event: Event, now: Moment) -> Step:
    """Take what came where digits were read back."""
    node = menu.nodes[state.node]
    assert isinstance(node, DigitsNode)  # noqa: S101  # nothing else is read back
    match event:
        case KeysPressed(digits) if digits == YES_KEY:
            return _accepted(menu, state, node, state.digits, now)
        case KeysPressed(digits) if digits == AGAIN_KEY:
            asking = Asking(node.id, state.walk, state.wrong_keys, state.silences)
            return noted(state, MenuResult.REPEAT, ask(menu, asking, (), now))
        case KeysPressed(digits) if digits == REPEAT_KEY:
            return repeat(menu, state, now)
        case KeysPressed(digits) if digits == BACK_KEY:
            return back(menu, state, now)
        case KeysPressed(digits) if digits == PERSON_KEY:
            return person(menu, state, now)
        case KeysPressed() | SecretKeyed():
            return _wrong(menu, state, now)
        case _:
            return _silent(menu, state, now)


def _wrong(menu: Menu, state: Asking | Confirming, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ChoiceNode | DigitsNode)  # noqa: S101  # nothing else is ever asked at
    state = replace(state, wrong_keys=state.wrong_keys + 1)
    then = _retry(menu, state, node.wrong_key, state.wrong_keys, now)
    return noted(state, MenuResult.WRONG_KEY, then)


def _silent(menu: Menu, state: Asking | Confirming, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ChoiceNode | DigitsNode)  # noqa: S101  # nothing else is ever asked at
    count = state.silences + 1
    state = replace(state, silences=count)
    # Who was given time is asked on: only the whole call's steps end that.
    then = _retry(menu, state, node.silence, 0 if state.walk.is_patient else count, now)
    return noted(state, MenuResult.SILENCE, then)


def _retry(menu: Menu, state: Asking | Confirming, retry: Retry, count: int, now: Moment) -> Step:
    before = () if retry.text is None else (retry.text.said_in(state.walk.language),)
    if count >= retry.count:
        return enter(menu, retry.way.at(now.at), _left(state), now, before)
    if isinstance(state, Confirming):
        return read_back(menu, state, before, now)
    return ask(menu, state, before, now)


def repeat(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    """Say the same once more, as the caller asked; the fifth time a person follows."""
    state = replace(state, walk=state.walk._replace(repeats=state.walk.repeats + 1))
    if state.walk.repeats >= MAX_REPEATS:
        then = enter(menu, menu.person, state.walk, now)
    else:
        then = again(menu, state, now)
    return noted(state, MenuResult.REPEAT, then)


def again(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    """Say the same once more."""
    if isinstance(state, Asking):
        return ask(menu, state, (), now)
    if isinstance(state, Confirming):
        return read_back(menu, state, (), now)
    return enter(menu, state.node, state.walk, now)


def back(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    """Go back to where the caller was asked before; from the first menu, and from a read back, to here."""
    walk = state.walk
    to = state.node if not walk.trail else walk.trail[-1]
    if isinstance(state, Confirming):
        to = state.node
    else:
        walk = walk._replace(trail=walk.trail[:-1])
    return noted(state, MenuResult.BACK, enter(menu, to, walk, now))


def person(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    """Lead on to a person, as the caller asked."""
    return noted(state, MenuResult.PERSON, enter(menu, menu.person, state.walk, now))


def _left(state: Asking | Confirming) -> Walk:
    """Return the walk of a caller who goes on from where they were asked, and may come back there."""
    walk = state.walk
    return walk._replace(trail=(*walk.trail, state.node))


def noted(state: State, result: MenuResult, then: Step) -> Step:
    """Note what came of a node, and where it leads."""
    node = state.command.node if isinstance(state, Left) else state.node
    return then._replace(notes=(Answered(node, result, then.command.node), *then.notes))
