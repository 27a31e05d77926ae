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

from ivr.menu.answers import again, answer, back, confirm, noted, person, repeat
from ivr.menu.commands import (
    BACK_KEY,
    PERSON_KEY,
    REPEAT_KEY,
    Asking,
    Confirming,
    Connecting,
    Event,
    HangUp,
    KeysPressed,
    Left,
    Running,
    Saying,
    ScriptDone,
    State,
    Step,
    Walk,
)
from ivr.menu.entry import (
    crises_for,
    enter,
    hang_up,
    proceed,
    sentence,
)
from ivr.menu.model import (
    GoodbyeNode,
    Menu,
    MessageNode,
    OfficerNode,
    ScriptNode,
)
from routing.events import MenuResult, Outcome

if TYPE_CHECKING:
    from ivr.menu.circumstances import Moment


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
        return again(menu, state, now)
    match state:
        case Asking():
            return answer(menu, state, event, now)
        case Confirming():
            return confirm(menu, state, event, now)
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


# --- what follows by itself ---------------------------------------------------------------------


def _go_on(menu: Menu, state: Saying, event: Event, now: Moment) -> Step:
    node = menu.nodes[state.node]
    is_over = state.ends is not None and state.walk.steps > menu.steps  # else `*` has it said for ever
    if isinstance(event, KeysPressed):
        if event.digits == REPEAT_KEY and not is_over:
            return repeat(menu, state, now)
        if event.digits == BACK_KEY and state.walk.trail and not is_over:
            return back(menu, state, now)
        if event.digits == PERSON_KEY and state.ends is not Outcome.OUT_OF_HOURS:
            return person(menu, state, now)
        if state.offers:
            return repeat(menu, state, now)  # neither a person nor silence: the answer was not understood
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
    return noted(state, MenuResult.AWAY, then)


def _after_script(menu: Menu, state: Running, event: Event, now: Moment) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ScriptNode)  # noqa: S101  # nothing else runs
    if not isinstance(event, ScriptDone) or event.has_failed:
        failed = enter(
            menu, node.failed.at(now.at), state.walk, now, sentence(menu, "script failed", state.walk)
        )
        return noted(state, MenuResult.SCRIPT_FAILED, failed)
    way = node.results.get(event.result or "", node.then)
    return noted(state, MenuResult.SCRIPT, enter(menu, way.at(now.at), state.walk, now))
