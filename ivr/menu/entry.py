"""Coming to a place in a menu: what is said there, and what is asked.

Owns the way into each kind of node. Pure. `ivr.menu.machine` owns what the caller's answers mean.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from ivr.menu.announcements import closed, is_closed
from ivr.menu.commands import (
    ALL_KEYS,
    BACK_KEY,
    KEYED_DIGITS,
    PERSON_KEY,
    REPEAT_KEY,
    Ask,
    Asking,
    Confirming,
    Connect,
    Connecting,
    Enqueue,
    HangUp,
    Informed,
    LanguageSet,
    Left,
    Note,
    PatienceSet,
    Run,
    Running,
    Say,
    Saying,
    Step,
    Walk,
)
from ivr.menu.model import (
    OFFER_WAIT_S,
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    Menu,
    MessageNode,
    OfficerNode,
    PatienceNode,
    QueueNode,
    ScriptNode,
)
from ivr.menu.texts import Prompt
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.menu.circumstances import Moment

PATIENT_NEXT_KEY_S = 10.0  # where 1 and 12 are both options
PATIENT_WAIT_S = 60.0  # a relay service reads out, waits for a typed answer, and keys it

YES_KEY, AGAIN_KEY = "1", "2"  # to digits that were read back

Prompts: TypeAlias = tuple[Prompt, ...]


def enter(
    menu: Menu, node_id: str, walk: Walk, now: Moment, before: Prompts = (), notes: tuple[Note, ...] = ()
) -> Step:
    """Come to a node: what it says comes after `before`. What asks and says nothing is passed through."""
    while True:
        node = menu.nodes[node_id]
        if walk.steps >= menu.steps and not isinstance(
            node, QueueNode | GoodbyeNode | HoursNode | LanguageNode
        ):
            node = menu.nodes[menu.person]
        language = walk.language
        match node:
            case ChoiceNode() | DigitsNode():
                then = ask(menu, Asking(node.id, walk), before, now)
            case MessageNode():
                then = _message(menu, node, walk, now, before)
            case GoodbyeNode(outcome=outcome):
                said = before if node.text is None else (*before, node.text.said_in(language))
                then = _ending(node.id, said, outcome, walk)
            case QueueNode():
                then = to_queue(menu, node, walk, now, before)
            case OfficerNode() | ScriptNode():
                said = before if node.text is None else (*before, node.text.said_in(language))
                saying = Saying(node.id, walk)
                then = Step(saying, (), Say(node.id, said)) if said else proceed(node, walk)
            case HoursNode() if is_closed(menu, node.hours, now):
                before = (*before, *closed(menu, node.hours, spoken(menu, walk), now))
                if node.closed is not None:
                    walk, node_id = walk._replace(was_told_closed=True), node.closed.at(now.at)
                    continue
                then = _ending(node.id, before, Outcome.OUT_OF_HOURS, walk)
            case HoursNode():
                node_id = node.open.at(now.at)
                continue
            case LanguageNode():
                # What was said in another language has not been said in this.
                walk = walk._replace(language=node.language, has_chosen=True, greeted=frozenset(), trail=())
                notes, node_id = (*notes, LanguageSet(node.language)), node.then.at(now.at)
                continue
            case PatienceNode():
                said = (
                    sentence(menu, "patient on", walk)
                    if node.text is None
                    else (node.text.said_in(language),)
                )
                walk, before = walk._replace(is_patient=True), (*before, *said)
                notes, node_id = (*notes, PatienceSet()), node.then.at(now.at)
                continue
            case _:
                assert_never(node)
        return then._replace(notes=(*notes, *then.notes))


def proceed(node: OfficerNode | ScriptNode, walk: Walk) -> Step:
    """Connect the caller, or let the script have them: everything was said."""
    if isinstance(node, OfficerNode):
        return Step(Connecting(node.id, walk), (), Connect(node.id, node.officer))
    return Step(Running(node.id, walk), (), Run(node.id, node.script, tuple(node.results)))


def ask(menu: Menu, state: Asking, before: Prompts, now: Moment) -> Step:
    """Ask the caller at their node; in the words for a second time when they heard it before."""
    node, walk = menu.nodes[state.node], state.walk
    if walk.steps >= menu.steps:
        return enter(menu, menu.person, walk, now, before)
    is_again = node.id in walk.greeted
    walk = walk._replace(greeted=walk.greeted | {node.id})
    state = replace(state, walk=walk)
    match node:
        case ChoiceNode():
            said = tuple(text.said_in(walk.language) for text in node.texts(again=is_again))
            return Step(state, (), Ask(node.id, (*before, *said), _wait_s(menu, node, walk), 1))
        case DigitsNode():
            said = (node.text.said_in(walk.language),)
            if node.least != node.most:
                said += sentence(menu, "digits end", walk)
            open_keys = f"{REPEAT_KEY}{BACK_KEY}{PERSON_KEY if node.least > 1 else ''}"
            wait_s = _wait_s(menu, node, walk)
            asks = Ask(node.id, (*before, *said), wait_s, node.most, node.is_secret, open_keys, collects=True)
            return Step(state, (), asks)
        case _:
            raise AssertionError(node.id)  # nothing else is ever asked at


def read_back(menu: Menu, state: Confirming, before: Prompts, now: Moment) -> Step:
    """Say the digits that the caller keyed, and ask whether they are right."""
    node, walk = menu.nodes[state.node], state.walk
    if walk.steps >= menu.steps:
        return enter(menu, menu.person, walk, now, before)
    assert isinstance(node, DigitsNode)  # noqa: S101  # nothing else is read back
    keyed = Prompt(KEYED_DIGITS, "", walk.language)
    said = (*before, *sentence(menu, "read back", walk), keyed, *sentence(menu, "confirm", walk))
    # Who keys the secret anew instead of an answer must not leave it behind key by key.
    answers = f"{YES_KEY}{AGAIN_KEY}{REPEAT_KEY}{BACK_KEY}{PERSON_KEY}"
    return Step(state, (), Ask(node.id, said, _wait_s(menu, node, walk), 1, node.is_secret, answers))


def _message(menu: Menu, node: MessageNode, walk: Walk, now: Moment, before: Prompts) -> Step:
    said = (*before, node.text.said_in(walk.language))
    if node.then is not None and not isinstance(menu.nodes[node.then.at(now.at)], GoodbyeNode):
        return Step(Saying(node.id, walk), (), Say(node.id, said))
    person = menu.nodes[menu.person]
    assert isinstance(person, QueueNode)  # noqa: S101  # the loader has seen to it
    if is_closed(menu, person.hours, now):
        if not walk.was_told_closed:
            said += closed(menu, person.hours, spoken(menu, walk), now)
        return Step(Saying(node.id, walk), (), Say(node.id, said))
    said += sentence(menu, "offer", walk)
    wait_s = PATIENT_WAIT_S if walk.is_patient else OFFER_WAIT_S
    return Step(Saying(node.id, walk, offers=True), (), Ask(node.id, said, wait_s, 1))


def to_queue(menu: Menu, node: QueueNode, walk: Walk, now: Moment, before: Prompts = ()) -> Step:
    """Let the caller leave for a queue, unless its hours are over."""
    if is_closed(menu, node.hours, now):
        said = (*before, *closed(menu, node.hours, spoken(menu, walk), now))
        return _ending(node.id, said, Outcome.OUT_OF_HOURS, walk)
    notes, crises = crises_for(node.queue, spoken(menu, walk), now)
    text = () if node.text is None else (node.text.said_in(walk.language),)
    command = Enqueue(node.id, node.queue, (*before, *text, *crises))
    walk = walk._replace(is_informed=walk.is_informed or bool(notes))
    return Step(Left(command, walk), notes, command)


def _ending(node: str, said: Prompts, outcome: Outcome, walk: Walk) -> Step:
    if not said:
        return hang_up(node, outcome, walk)
    # Why it is closed, and until when, is not cut off by who presses for a person.
    keys = f"{REPEAT_KEY}{BACK_KEY}" if outcome is Outcome.OUT_OF_HOURS else ALL_KEYS
    return Step(Saying(node, walk, ends=outcome), (), Say(node, said, keys))


def hang_up(node: str, outcome: Outcome, walk: Walk) -> Step:
    """End the call."""
    command = HangUp(node, outcome)
    return Step(Left(command, walk), (), command)


def crises_for(queue: str, languages: Sequence[str], now: Moment) -> tuple[tuple[Note, ...], Prompts]:
    """Return the crisis messages to be heard now at a queue, or by everybody, and the notes of it."""
    crises = now.crises(queue)
    said = tuple(prompt for crisis in crises for prompt in crisis.said_in(languages))
    return tuple(Informed(crisis.id) for crisis in crises), said


def spoken(menu: Menu, walk: Walk) -> tuple[str, ...]:
    """Return the languages in which to say what nobody may miss: all, until the caller has chosen one."""
    return (walk.language,) if walk.has_chosen else menu.languages


def sentence(menu: Menu, key: str, walk: Walk) -> Prompts:
    """Return a sentence of the exchange's own in the caller's language."""
    return (menu.sentences[key].said_in(walk.language),)


def _wait_s(menu: Menu, node: ChoiceNode | DigitsNode, walk: Walk) -> float:
    if walk.is_patient:
        return PATIENT_WAIT_S
    return node.wait_s + menu.extra_wait_s.get(walk.language, 0.0)
