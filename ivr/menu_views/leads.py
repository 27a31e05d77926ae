"""How each kind of node leads on, each way by its name.

Owns the names of ways (`By`) and what a node says first, which pictures and comparisons share. Must not
know how either shows them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, assert_never

from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    PatienceNode,
    QueueNode,
    ScriptNode,
)

if TYPE_CHECKING:
    from datetime import tzinfo

    from ivr.menu.model import Menu, Node, Retry, Way
    from ivr.menu.texts import Text


class By(Enum):
    """What takes a caller on."""

    KEY = auto()
    SILENCE = auto()
    WRONG_KEY = auto()
    THEN = auto()  # nothing but the end of what is said
    DIGITS = auto()  # that were keyed
    OPEN = auto()
    CLOSED = auto()
    AWAY = auto()  # the officer is not reached
    RESULT = auto()  # of a script
    ANY_RESULT = auto()  # that has no way of its own
    FAILED = auto()  # the script


class Lead(NamedTuple):
    """A way with its name. `word` is the key or the script's result, `way` None where the call ends."""

    by: By
    way: Way | None
    word: str = ""
    times: int = 0  # of wrong keys or silences


def leads_of(node: Node) -> tuple[Lead, ...]:
    """List the ways on from a node, in the order in which its file names them."""
    match node:
        case ChoiceNode():
            keys = (Lead(By.KEY, option.way, option.key) for option in node.options)
            return (*keys, *_retries(node.wrong_key, node.silence))
        case DigitsNode():
            retries = _retries(node.wrong_key, node.silence)
            return retries if node.dials else (Lead(By.DIGITS, node.then), *retries)
        case MessageNode() | LanguageNode() | PatienceNode():
            return (Lead(By.THEN, node.then),)
        case OfficerNode():
            return (Lead(By.AWAY, node.away),)
        case HoursNode():
            return (Lead(By.OPEN, node.open), Lead(By.CLOSED, node.closed))
        case ScriptNode():
            results = (Lead(By.RESULT, way, result) for result, way in node.results.items())
            return (*results, Lead(By.ANY_RESULT, node.then), Lead(By.FAILED, node.failed))
        case QueueNode() | GoodbyeNode():
            return ()
        case _:
            assert_never(node)


def _retries(wrong_key: Retry, silence: Retry) -> tuple[Lead, Lead]:
    return (
        Lead(By.WRONG_KEY, wrong_key.way, times=wrong_key.count),
        Lead(By.SILENCE, silence.way, times=silence.count),
    )


def first_text(menu: Menu, node: Node) -> Text | None:
    """Return what is said first at a node; None where nothing is."""
    match node:
        case ChoiceNode():
            return node.greeting
        case HoursNode() | LanguageNode():
            return None
        case PatienceNode(text=None):
            return menu.sentences.get("patient on")
        case _:
            return node.text


def kind_of(node: Node) -> str:
    """Name a node's kind as administrators write it."""
    match node:
        case ChoiceNode():
            return "menu"
        case MessageNode():
            return "message"
        case QueueNode():
            return "queue"
        case OfficerNode():
            return "officer"
        case HoursNode():
            return "hours"
        case LanguageNode():
            return "language"
        case PatienceNode():
            return "patience"
        case DigitsNode():
            return "digits"
        case ScriptNode():
            return "script"
        case GoodbyeNode():
            return "goodbye"
        case _:
            assert_never(node)


def length_words(node: DigitsNode) -> str:
    """Say how many digits are taken: "10", or "4-8"."""
    return str(node.least) if node.least == node.most else f"{node.least}-{node.most}"


def day_of(since: float, zone: tzinfo) -> str:
    """Return the day that begins at this UTC second; with the time where it is no midnight."""
    try:
        moment = datetime.fromtimestamp(since, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):  # no clock shows it
        return f"second {since:.0f}"
    return f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
