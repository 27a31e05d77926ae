"""Menus in two languages for tests of the machine, and the words to walk through them and say what was heard.

A text is heard as its name, in its own words: `top` asks "top", its options are "top/1" and so on. What is
in English ends in "(en)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.circumstances import Moment, Standing
from ivr.menu.commands import Ask, Enqueue, Event, KeysPressed, PromptDone, Say, Silence, State, Step, Walk
from ivr.menu.hours import Override
from ivr.menu.machine import begin, step
from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    Node,
    OfficerNode,
    Option,
    QueueNode,
    Retry,
    ScriptNode,
    Way,
)
from ivr.menu.texts import Text, text_of
from ivr.spoken.sentences import SENTENCES
from routing.events import Outcome
from tests.ivr.menu.hours_for_tests import OFFICE, at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.circumstances import Crisis
    from ivr.menu.commands import Command
    from ivr.menu.texts import Prompt

LANGUAGES = ("sv", "en")
STEPS = 24  # as the loader works it out for a menu of a few nodes
NOON, NIGHT = Moment(at("2026-09-02 12:00")), Moment(at("2026-09-02 22:00"))  # a Wednesday
CHRISTMAS = Moment(at("2026-12-25 12:00"))  # a Friday
SILENCE, DONE = Silence(), PromptDone()
WALK = Walk("sv")

# What the exchange itself says.
CLOSED, HOLIDAY, OPENS = "sentences/closed", "sentences/closed-holiday", "sentences/opens"
EMERGENCY = "sentences/closed-emergency"
READ_BACK, CONFIRM, DIGITS_END = "sentences/read-back", "sentences/confirm", "sentences/digits-end"
OFFER, AWAY, FAILED = "sentences/offer", "sentences/officer-away", "sentences/script-failed"


_SAID = {
    key: text_of(f"sentences/{key.replace(' ', '-')}", sv=sentence.words["sv"], en=sentence.words["en"])
    for key, sentence in SENTENCES.items()
}
OWN = {key: text for key, text in _SAID.items() if not SENTENCES[key].fields}
TEMPLATES = {key: text for key, text in _SAID.items() if SENTENCES[key].fields}


def said(name: str) -> Text:
    """Make a text of this name in both languages."""
    return text_of(name, sv=f"{name} på svenska.", en=f"{name} in English.")


def option(key: str, to: str, name: str = "") -> Option:
    """Make an option; without a name it is not said."""
    return Option(key, Way(to), said(name) if name else None)


def choice(node: str, *options: Option, to: str = "general", short: str = "") -> ChoiceNode:
    """Make a node that asks for a key; the third wrong key and the second silence lead on to `to`."""
    return ChoiceNode(
        node,
        said(node),
        options,
        wrong_key=Retry(Way(to), 3, said(f"{node}/wrong")),
        silence=Retry(Way(to), 2, said(f"{node}/silence")),
        short_greeting=said(short) if short else None,
    )


def digits(
    node: str,
    least: int,
    most: int,
    then: str = "",
    *,
    reads_back: bool = False,
    is_secret: bool = False,
    dials: bool = False,
) -> DigitsNode:
    """Make a node that asks for digits; the third wrong key and the second silence lead to a person."""
    return DigitsNode(
        node,
        said(node),
        least,
        most,
        wrong_key=Retry(Way("general"), 3, said(f"{node}/wrong")),
        silence=Retry(Way("general"), 2, said(f"{node}/silence")),
        then=Way(then) if then else None,
        reads_back=reads_back,
        is_secret=is_secret,
        dials=dials,
    )


def menu_of(*nodes: Node, steps: int = STEPS) -> Menu:
    """Make a menu that begins at the first of these nodes; `general` has people at all hours."""
    return Menu(
        Way(nodes[0].id),
        "general",
        {"general": QueueNode("general", "general"), **{node.id: node for node in nodes}},
        LANGUAGES,
        OWN,
        TEMPLATES,
        steps,
        hours={"office": OFFICE},
    )


MENU = menu_of(
    choice(
        "top",
        option("1", "school", "top/1"),
        option("2", "news", "top/2"),
        option("3", "bye", "top/3"),
        option("4", "sub", "top/4"),
        option("5", "case", "top/5"),
        option("6", "anna", "top/6"),
        option("7", "parking", "top/7"),
        option("0", "general"),
        short="top/short",
    ),
    choice("sub", option("1", "school", "sub/1"), option("9", "top", "sub/9"), option("0", "general")),
    digits("case", 4, 4, "news", reads_back=True),
    QueueNode("school", "school", said("school")),
    MessageNode("news", said("news"), Way("top")),
    OfficerNode("anna", "anna", Way("sub"), said("anna")),
    ScriptNode("parking", "parking:main", Way("news"), Way("sub"), {"paid": Way("bye")}, said("parking")),
    GoodbyeNode("bye", said("bye"), Outcome.REFUSED),
)
FULL = ("top", "top/1", "top/2", "top/3", "top/4", "top/5", "top/6", "top/7")
SHORT = ("top/short", *FULL[1:])


def course(menu: Menu, *keys: Event | str, now: Moment = NOON, called: str = "") -> list[Step]:
    """Begin a call and take these events in turn; a string is pressed."""
    steps = [begin(menu, now, called)]
    for key in keys:
        steps.append(step(menu, steps[-1].state, KeysPressed(key) if isinstance(key, str) else key, now))
    return steps


def walked(menu: Menu, *keys: Event | str, now: Moment = NOON) -> Step:
    """Return the last step of a call that takes these events in turn."""
    return course(menu, *keys, now=now)[-1]


def stepped(menu: Menu, state: State, key: Event | str, now: Moment = NOON) -> Step:
    """Take one event; a string is pressed."""
    return step(menu, state, KeysPressed(key) if isinstance(key, str) else key, now)


def prompts(command: Command) -> tuple[Prompt, ...]:
    """Return what a command says."""
    return command.prompts if isinstance(command, Ask | Say | Enqueue) else ()


def heard(now: Step) -> tuple[str, ...]:
    """Return what the caller hears at a step."""
    return tuple(
        prompt.name if prompt.language == "sv" else f"{prompt.name} ({prompt.language})"
        for prompt in prompts(now.command)
    )


def shown(now: Step) -> tuple[str, ...]:
    """Return what a step commands, as words: the kind of the command, its node, and what is heard."""
    return (f"{type(now.command).__name__} {now.command.node}", *heard(now))


def noted(now: Step) -> list[str]:
    """Return a step's notes as words."""
    return [" ".join(str(word) for word in _words(note)) for note in now.notes]


def _words(note: object) -> list[object]:
    return [type(note).__name__, *(getattr(note, field) for field in getattr(note, "__slots__", ()))]


def overridden(
    now: Moment, *, is_open: bool = False, is_emergency: bool = False, reason: Mapping[str, str] | None = None
) -> Moment:
    """Return the moment with the office's hours set by hand for an hour around it."""
    by_hand = Override(is_open, is_emergency, reason or {}, now.at - 1800, now.at + 1800, sticky=False)
    return now._replace(standing=Standing({"office": by_hand}))


def in_crisis(now: Moment, *crises: Crisis) -> Moment:
    """Return the moment with these crisis messages."""
    return now._replace(standing=Standing(crises=crises))
