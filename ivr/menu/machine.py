"""One caller's way through a menu: pure, one step per event.

Owns what follows from a key, silence or a prompt's end. Must not know sockets, clocks, files or how
anything is played. The session above is a loop: log the notes, perform the command, feed back the event:

    now = begin(menu)
    while True:
        ... log now.notes; play the command's prompts and log them ...
        match now.command:
            case Ask():     event = KeysPressed(...) or Silence()
            case Say():     event = PromptDone() or KeysPressed(...)
            case Enqueue(): queue the caller; the menu is over
            case HangUp():  hang up; the menu is over
        now = step(menu, now.state, event)

    state      KeysPressed                          Silence                   PromptDone
    Asking     an option, a wrong key, * repeats    asks again, or leads on   as Silence
    Saying     goes on, * repeats                   goes on                   goes on, or the call ends
    Left       stays, with the same command         stays                     stays

A caller who hangs up is no event: there is simply no further step, and `outcome_of_hang_up` says what it
counts as. However the caller presses, the walk ends: wrong keys and silences are counted at each visit to a
node, `*` and questions over the whole call, and when these are used up a queue follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never

from ivr.menu.model import ChoiceNode, GoodbyeNode, Menu, MessageNode, Node, Prompt, QueueNode, Retry
from routing.events import MenuResult, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

REPEAT_KEY = "*"
MAX_REPEATS = 5  # the fifth `*` of a call goes to a person: who needs it said that often needs one
MAX_QUESTIONS = (
    20  # asked in one call before a person is asked instead; a menu of three levels needs about ten
)


# --- events -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """The caller pressed these keys; they stay out of every repr."""

    digits: str

    def __repr__(self) -> str:
        """Show that keys were pressed, not which."""
        return f"KeysPressed(<{len(self.digits)}>)"


@dataclass(frozen=True, slots=True)
class Silence:
    """Everything was said, the wait ended, and nothing was pressed."""


@dataclass(frozen=True, slots=True)
class PromptDone:
    """Everything was said."""


Event: TypeAlias = KeysPressed | Silence | PromptDone


# --- commands and notes -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """Say the prompts, wait for keys: the first key ends the saying, `max_digits` keys the waiting."""

    node: str
    prompts: tuple[Prompt, ...]
    wait_s: float
    max_digits: int


@dataclass(frozen=True, slots=True)
class Say:
    """Say the prompts; a key may skip them."""

    node: str
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Say the prompts, if any, and let the caller wait in the queue."""

    node: str
    queue: str
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call, which counts as `outcome`."""

    node: str
    outcome: Outcome


Command: TypeAlias = Ask | Say | Enqueue | HangUp


@dataclass(frozen=True, slots=True)
class Answered:
    """For the log: what the keys or silence meant at a node, and the node that follows."""

    node: str
    result: MenuResult
    leads_to: str


Note: TypeAlias = Answered


# --- states -------------------------------------------------------------------------------------


class Walk(NamedTuple):
    """What is remembered over the whole call."""

    questions: int = 0
    repeats: int = 0
    greeted: frozenset[str] = frozenset()  # the nodes whose full greeting was said


@dataclass(frozen=True, slots=True)
class Asking:
    """The caller is being asked at a node, and has pressed wrongly, or not at all, so often at this visit."""

    node: str
    walk: Walk
    wrong_keys: int = 0
    silences: int = 0


@dataclass(frozen=True, slots=True)
class Saying:
    """The caller is being told something."""

    node: str
    walk: Walk


@dataclass(frozen=True, slots=True)
class Left:
    """The menu is over, by this command."""

    command: Enqueue | HangUp


State: TypeAlias = Asking | Saying | Left


class Step(NamedTuple):
    """What follows an event: the new state, what to log, and the one command to perform."""

    state: State
    notes: tuple[Note, ...]
    command: Command


def begin(menu: Menu) -> Step:
    """Take a new caller to the start."""
    return _enter(menu, menu.start, Walk())


def resume(menu: Menu, node: str | None) -> Step:
    """Take a caller back to a node, whose text is said anew; to the start when the menu has no such node."""
    return _enter(menu, menu.start if node not in menu.nodes or node is None else node, Walk())


def step(menu: Menu, state: State, event: Event) -> Step:
    """Take the caller one step on. Defined for every state and event; see the table above."""
    match state:
        case Asking():
            return _answer(menu, state, event)
        case Saying():
            return _go_on(menu, state, event)
        case Left(command):
            return Step(state, (), command)
        case _:
            assert_never(state)


def sayings(menu: Menu) -> Iterator[tuple[Prompt, ...]]:
    """Go through all that a command may say, some of it twice: what has to be spoken before callers come."""
    for node in menu.nodes.values():
        yield from _said_at(node)
        if isinstance(node, ChoiceNode):
            for retry in (node.wrong_key, node.silence):
                if retry.prompt is not None:
                    for node_id in (node.id, retry.to, menu.person):
                        yield from ((retry.prompt, *said) for said in _said_at(menu.nodes[node_id]))


def outcome_of_hang_up(menu: Menu, state: State) -> Outcome:
    """Say what a call counts as whose caller hangs up in this state, before any queue."""
    match state:
        case Left(HangUp(outcome=outcome)):
            return outcome
        case Saying(node_id):
            node = menu.nodes[node_id]
            return node.outcome if isinstance(node, GoodbyeNode) else Outcome.SELF_SERVED
        case Asking() | Left():
            return Outcome.LEFT_IN_MENU
        case _:
            assert_never(state)


def _said_at(node: Node) -> Iterator[tuple[Prompt, ...]]:
    match node:
        case ChoiceNode():
            yield node.prompts(again=False)
            yield node.prompts(again=True)
        case MessageNode() | GoodbyeNode():
            yield (node.prompt,)
        case QueueNode():
            yield () if node.prompt is None else (node.prompt,)
        case _:
            assert_never(node)


def _answer(menu: Menu, state: Asking, event: Event) -> Step:
    node = menu.nodes[state.node]
    assert isinstance(node, ChoiceNode)  # noqa: S101  # nothing else is ever asked at
    match event:
        case KeysPressed(digits) if digits == REPEAT_KEY:
            return _repeat(menu, state)
        case KeysPressed(digits):
            option = node.option(digits)
            if option is not None:
                return _noted(state, MenuResult.MATCH, _enter(menu, option.to, state.walk))
            state = replace(state, wrong_keys=state.wrong_keys + 1)
            again = _retry(menu, state, node.wrong_key, state.wrong_keys)
            return _noted(state, MenuResult.WRONG_KEY, again)
        case Silence() | PromptDone():
            state = replace(state, silences=state.silences + 1)
            again = _retry(menu, state, node.silence, state.silences)
            return _noted(state, MenuResult.SILENCE, again)
        case _:
            assert_never(event)


def _go_on(menu: Menu, state: Saying, event: Event) -> Step:
    node = menu.nodes[state.node]
    match event:
        case KeysPressed(digits) if digits == REPEAT_KEY:
            return _repeat(menu, state)
        case KeysPressed() | Silence() | PromptDone():
            pass
        case _:
            assert_never(event)
    if isinstance(node, MessageNode) and node.then is not None:
        return _enter(menu, node.then, state.walk)
    command = HangUp(node.id, outcome_of_hang_up(menu, state))
    return Step(Left(command), (), command)


def _repeat(menu: Menu, state: Asking | Saying) -> Step:
    state = replace(state, walk=state.walk._replace(repeats=state.walk.repeats + 1))
    if state.walk.repeats >= MAX_REPEATS:
        then = _enter(menu, menu.person, state.walk)
    elif isinstance(state, Asking):
        then = _ask(menu, state, ())
    else:
        then = _enter(menu, state.node, state.walk)
    return _noted(state, MenuResult.REPEAT, then)


def _retry(menu: Menu, state: Asking, retry: Retry, count: int) -> Step:
    before = () if retry.prompt is None else (retry.prompt,)
    if count >= retry.count:
        return _enter(menu, retry.to, state.walk, before)
    return _ask(menu, state, before)


def _enter(menu: Menu, node_id: str, walk: Walk, before: tuple[Prompt, ...] = ()) -> Step:
    node = menu.nodes[node_id]
    match node:
        case ChoiceNode():
            return _ask(menu, Asking(node.id, walk), before)
        case MessageNode() | GoodbyeNode():
            return Step(Saying(node.id, walk), (), Say(node.id, (*before, node.prompt)))
        case QueueNode():
            said = before if node.prompt is None else (*before, node.prompt)
            command = Enqueue(node.id, node.queue, said)
            return Step(Left(command), (), command)
        case _:
            assert_never(node)


def _ask(menu: Menu, state: Asking, before: tuple[Prompt, ...]) -> Step:
    node, walk = menu.nodes[state.node], state.walk
    assert isinstance(node, ChoiceNode)  # noqa: S101  # nothing else is ever asked at
    if walk.questions >= MAX_QUESTIONS:
        return _enter(menu, menu.person, walk, before)
    prompts = (*before, *node.prompts(again=node.id in walk.greeted))
    walk = walk._replace(questions=walk.questions + 1, greeted=walk.greeted | {node.id})
    return Step(replace(state, walk=walk), (), Ask(node.id, prompts, node.wait_s, node.max_digits))


def _noted(state: Asking | Saying, result: MenuResult, then: Step) -> Step:
    return then._replace(notes=(Answered(state.node, result, then.command.node),))
