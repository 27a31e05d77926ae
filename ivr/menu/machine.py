"""One caller's way through a menu: pure, one step per event.

Owns what follows from a key, silence or a prompt's end. Must not know sockets, clocks, files or how
anything is played. The session above is a loop: log the notes, perform the command, feed back the event:

    now = begin(menu, moment)
    while True:
        ... log now.notes; play the command's prompts and log them ...
        match now.command:
            case Ask():     event = KeysPressed(...), SecretKeyed(...) or Silence()
            case Listen():  event = KeysPressed(...) or Silence()
            case Say():     event = PromptDone() or KeysPressed(...)
            case Connect(): event = NotReached(), or the caller talks and the menu is over
            case Run():     event = ScriptDone(...)
            case Enqueue(): queue the caller; the menu is over
            case HangUp():  hang up; the menu is over
        now = step(menu, now.state, event, moment)

    state       keys                                      silence                   done
    Asking      an option, a wrong key, * repeats, # back asks again, or leads on   as silence
    Confirming  1 right, 2 once more, * and # as above    asks again, or leads on   as silence
    Saying      go on, 0 to a person, * repeats, # back   goes on                   goes on, or the call ends
    Connecting  -                                         -                         to where `away` leads
    Running     -                                         -                         to where the result leads
    Left        stays, with the same command              stays                     stays

A caller who hangs up is no event: there is simply no further step, and `outcome_of_hang_up` says what it
counts as. However the caller presses, the walk ends: wrong keys and silences are counted at each visit to a
node, `*` and all events over the whole call, and when these are used up a person follows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

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
    HangUp,
    KeysPressed,
    Left,
    Listen,
    Running,
    Saying,
    ScriptDone,
    SecretKeyed,
    State,
    Step,
    Walk,
)
from ivr.menu.entry import (
    PATIENT_WAIT_S,
    ask,
    crises_for,
    enter,
    hang_up,
    proceed,
    read_back,
    sentence,
    to_queue,
)
from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    OfficerNode,
    QueueNode,
    Retry,
    ScriptNode,
)
from routing.events import MenuResult, Outcome

if TYPE_CHECKING:
    from ivr.menu.circumstances import Moment

MAX_REPEATS = 5  # the fifth `*` of a call goes to a person: who needs it said that often needs one
YES_KEY, AGAIN_KEY = "1", "2"  # to digits that were read back


def begin(menu: Menu, now: Moment, called: str = "") -> Step:
    """Take a new caller, who called this number, to the start."""
    language = menu.languages[0]
    notes, said = crises_for("", menu.languages, now)
    replaced = menu.replaced.get(called)
    if replaced is not None:
        said += tuple(text.said_in(language) for text in replaced.texts)
    said += tuple(text.said_in(language) for text in menu.opening)
    way = menu.start if replaced is None else replaced.way
    return enter(menu, way.at(now.at), Walk(language, is_informed=bool(notes)), now, said, notes)


def resume(menu: Menu, node: str | None, walk: Walk, now: Moment) -> Step:
    """Take a caller back to a node, whose text is said anew; to the start when the menu has no such node.

    A script is not run twice: who was in one goes on as if it had failed.
    """
    if walk.language not in menu.languages:
        walk = walk._replace(language=menu.languages[0], has_chosen=False)
    there = menu.nodes.get(node or "")
    if there is None:
        return enter(menu, menu.start.at(now.at), walk, now)
    if isinstance(there, ScriptNode):
        return enter(menu, there.failed.at(now.at), walk, now, sentence(menu, "script failed", walk))
    return enter(menu, there.id, walk, now)


def step(menu: Menu, state: State, event: Event, now: Moment) -> Step:
    """Take the caller one step on. Defined for every state and event; see the table above."""
    if isinstance(state, Left):
        return Step(state, (), state.command)
    is_end_of_digits = state.walk.has_keyed and event == KeysPressed(BACK_KEY)
    state = replace(state, walk=state.walk._replace(steps=state.walk.steps + 1, has_keyed=False))
    if is_end_of_digits and isinstance(state, Asking | Confirming | Saying):
        return _again(menu, state, now)
    match state:
        case Asking():
            return _answer(menu, state, event, now)
        case Confirming():
            return _confirm(menu, state, event, now)
        case Saying():
            return _go_on(menu, state, event, now)
        case Connecting():
            return _not_reached(menu, state, now)
        case Running():
            return _after_script(menu, state, event, now)
        case _:
            assert_never(state)


def outcome_of_hang_up(menu: Menu, state: State) -> Outcome:
    """Say what a call counts as whose caller hangs up in this state, before any queue."""
    if isinstance(state, Left) and isinstance(state.command, HangUp):
        return state.command.outcome
    if state.walk.is_informed:
        return Outcome.INFORMED
    if not isinstance(state, Saying):
        return Outcome.LEFT_IN_MENU
    if state.ends is not None:
        return state.ends
    is_answer = isinstance(menu.nodes[state.node], MessageNode | GoodbyeNode)
    return Outcome.SELF_SERVED if is_answer else Outcome.LEFT_IN_MENU


# --- what the caller answers --------------------------------------------------------------------


def _answer(menu: Menu, state: Asking, event: Event, now: Moment) -> Step:
    node = menu.nodes[state.node]
    match event:
        case KeysPressed(digits) if not state.keyed and digits == REPEAT_KEY:
            return _repeat(menu, state, now)
        case KeysPressed(digits) if not state.keyed and digits == BACK_KEY:
            return _back(menu, state, now)
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
        wait_s = PATIENT_WAIT_S if state.walk.is_patient else node.next_key_s
        return Step(replace(state, keyed=keys), (), Listen(node.id, wait_s))
    option = node.option(keys)
    state = replace(state, keyed="")
    if option is None:
        return _wrong(menu, state, now)
    then = enter(menu, option.way.at(now.at), _left(state), now)
    return _noted(state, MenuResult.MATCH, then)


def _digits(menu: Menu, state: Asking, node: DigitsNode, digits: str, now: Moment) -> Step:
    if digits == PERSON_KEY and node.least > 1:
        return _person(menu, state, now)
    return _taken(menu, state, node, digits, len(digits) if digits.isdigit() else 0, now)


def _taken(menu: Menu, state: Asking, node: DigitsNode, digits: str, count: int, now: Moment) -> Step:
    is_fit = node.least <= count <= node.most and (not node.dials or digits in menu.extensions)
    if not is_fit:
        return _wrong(menu, state, now)
    if node.reads_back:
        walk = state.walk._replace(has_keyed=True)
        confirming = Confirming(node.id, walk, state.wrong_keys, state.silences, digits)
        return _noted(state, MenuResult.TAKEN, read_back(menu, confirming, (), now))
    state = replace(state, walk=state.walk._replace(has_keyed=True))
    return _accepted(menu, state, node, digits, now)


def _accepted(menu: Menu, state: Asking | Confirming, node: DigitsNode, digits: str, now: Moment) -> Step:
    walk = _left(state)
    if node.then is not None:
        then = enter(menu, node.then.at(now.at), walk, now)
    else:
        extension = menu.extensions[digits]
        then = _to_extension(menu, node, extension.kind, extension.id, walk, now)
    return _noted(state, MenuResult.TAKEN, then)


def _to_extension(menu: Menu, node: DigitsNode, kind: str, target: str, walk: Walk, now: Moment) -> Step:
    if kind == "officer":
        return Step(Connecting(node.id, walk), (), Connect(node.id, target))
    return to_queue(menu, QueueNode(node.id, target, hours=menu.queue_hours.get(target, "")), walk, now)


def _confirm(menu: Menu, state: Confirming, event: Event, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, DigitsNode)  # noqa: S101  # nothing else is read back
    match event:
        case KeysPressed(digits) if digits == YES_KEY:
            return _accepted(menu, state, node, state.digits, now)
        case KeysPressed(digits) if digits == AGAIN_KEY:
            asking = Asking(node.id, state.walk, state.wrong_keys, state.silences)
            return _noted(state, MenuResult.REPEAT, ask(menu, asking, (), now))
        case KeysPressed(digits) if digits == REPEAT_KEY:
            return _repeat(menu, state, now)
        case KeysPressed(digits) if digits == BACK_KEY:
            return _back(menu, state, now)
        case KeysPressed(digits) if digits == PERSON_KEY:
            return _person(menu, state, now)
        case KeysPressed() | SecretKeyed():
            return _wrong(menu, state, now)
        case _:
            return _silent(menu, state, now)


def _wrong(menu: Menu, state: Asking | Confirming, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ChoiceNode | DigitsNode)  # noqa: S101  # nothing else is ever asked at
    state = replace(state, wrong_keys=state.wrong_keys + 1)
    then = _retry(menu, state, node.wrong_key, state.wrong_keys, now)
    return _noted(state, MenuResult.WRONG_KEY, then)


def _silent(menu: Menu, state: Asking | Confirming, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ChoiceNode | DigitsNode)  # noqa: S101  # nothing else is ever asked at
    count = state.silences + 1
    state = replace(state, silences=count)
    # Who was given time is asked on: only the whole call's steps end that.
    then = _retry(menu, state, node.silence, 0 if state.walk.is_patient else count, now)
    return _noted(state, MenuResult.SILENCE, then)


def _retry(menu: Menu, state: Asking | Confirming, retry: Retry, count: int, now: Moment) -> Step:
    before = () if retry.text is None else (retry.text.said_in(state.walk.language),)
    if count >= retry.count:
        return enter(menu, retry.way.at(now.at), _left(state), now, before)
    if isinstance(state, Confirming):
        return read_back(menu, state, before, now)
    return ask(menu, state, before, now)


def _repeat(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    state = replace(state, walk=state.walk._replace(repeats=state.walk.repeats + 1))
    if state.walk.repeats >= MAX_REPEATS:
        then = enter(menu, menu.person, state.walk, now)
    else:
        then = _again(menu, state, now)
    return _noted(state, MenuResult.REPEAT, then)


def _again(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    if isinstance(state, Asking):
        return ask(menu, state, (), now)
    if isinstance(state, Confirming):
        return read_back(menu, state, (), now)
    return enter(menu, state.node, state.walk, now)


def _back(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    """Go back to where the caller was asked before; from the first menu, and from a read back, to here."""
    walk = state.walk
    to = state.node if not walk.trail else walk.trail[-1]
    if isinstance(state, Confirming):
        to = state.node
    else:
        walk = walk._replace(trail=walk.trail[:-1])
    return _noted(state, MenuResult.BACK, enter(menu, to, walk, now))


def _person(menu: Menu, state: Asking | Confirming | Saying, now: Moment) -> Step:
    return _noted(state, MenuResult.PERSON, enter(menu, menu.person, state.walk, now))


# --- what follows by itself ---------------------------------------------------------------------


def _go_on(menu: Menu, state: Saying, event: Event, now: Moment) -> Step:
    node = menu.nodes[state.node]
    is_over = state.ends is not None and state.walk.steps > menu.steps  # else `*` has it said for ever
    if isinstance(event, KeysPressed):
        if event.digits == REPEAT_KEY and not is_over:
            return _repeat(menu, state, now)
        if event.digits == BACK_KEY and state.walk.trail and not is_over:
            return _back(menu, state, now)
        if event.digits == PERSON_KEY and state.ends is not Outcome.OUT_OF_HOURS:
            return _person(menu, state, now)
        if state.offers:
            return _repeat(menu, state, now)  # neither a person nor silence: the answer was not understood
    if state.ends is not None:
        return hang_up(node.id, state.ends, state.walk)
    match node:
        case MessageNode(then=then) if then is not None:
            return enter(menu, then.at(now.at), state.walk, now)
        case OfficerNode() | ScriptNode():
            return proceed(node, state.walk)
        case _:
            return hang_up(node.id, Outcome.SELF_SERVED, state.walk)


def _not_reached(menu: Menu, state: Connecting, now: Moment) -> Step:
    node = menu.nodes[state.node]
    to = node.away.at(now.at) if isinstance(node, OfficerNode) else menu.person
    then = enter(menu, to, state.walk, now, sentence(menu, "officer away", state.walk))
    return _noted(state, MenuResult.AWAY, then)


def _after_script(menu: Menu, state: Running, event: Event, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ScriptNode)  # noqa: S101  # nothing else runs
    if not isinstance(event, ScriptDone) or event.has_failed:
        failed = enter(
            menu, node.failed.at(now.at), state.walk, now, sentence(menu, "script failed", state.walk)
        )
        return _noted(state, MenuResult.SCRIPT_FAILED, failed)
    way = node.results.get(event.result or "", node.then)
    return _noted(state, MenuResult.SCRIPT, enter(menu, way.at(now.at), state.walk, now))


def _left(state: Asking | Confirming) -> Walk:
    """Return the walk of a caller who goes on from where they were asked, and may come back there."""
    walk = state.walk
    return walk._replace(trail=(*walk.trail, state.node))


def _noted(state: State, result: MenuResult, then: Step) -> Step:
    node = state.command.node if isinstance(state, Left) else state.node
    return then._replace(notes=(Answered(node, result, then.command.node), *then.notes))
