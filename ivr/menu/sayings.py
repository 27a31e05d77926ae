"""What callers of a menu will hear, and what of it is said together.

Owns the going through of it, in every language, so that all is spoken before callers come. Pure. Must not
know how a prompt becomes sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.announcements import coming, digit_prompt
from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    PatienceNode,
    ScriptNode,
    Way,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.menu.circumstances import Standing
    from ivr.menu.model import Menu, Node
    from ivr.menu.texts import Prompt, Text

    Said = tuple[Prompt, ...]

DIGITS = "0123456789"
MOST_ALONG = 1_000  # words on patience before words on patience, each by date: nobody writes so many


def prompts_of(menu: Menu, standing: Standing, at: float, until: float) -> Iterator[Prompt]:
    """Go through each prompt that a caller may hear from `at` to `until`, some of them twice."""
    yield from menu.prompts()
    for said in coming(menu, standing, at, until):
        yield from said
    for crisis in standing.crises:
        yield from crisis.prompts.values()
    if any(isinstance(node, DigitsNode) and node.reads_back for node in menu.nodes.values()):
        for language in menu.languages:
            for digit in DIGITS:
                yield digit_prompt(language, digit)


def sayings(menu: Menu) -> Iterator[Said]:
    """Go through what a command usually says at once, some of it twice: what is joined beforehand.

    What comes together more seldom (a crisis and a greeting) is joined when it is first said.
    """
    for language in menu.languages:
        opening = tuple(text.said_in(language) for text in menu.opening)
        for said in _said_along(menu, menu.start, language):
            yield (*opening, *said)
        for node in menu.nodes.values():
            yield from _said_at(menu, node, language)
            for text, way in _said_before(menu, node):
                for said in _said_along(menu, way, language):
                    yield (text.said_in(language), *said)


def _said_before(menu: Menu, node: Node) -> Iterator[tuple[Text, Way]]:
    """Go through what is said on leaving a node, and where that may lead."""
    match node:
        case ChoiceNode() | DigitsNode():
            for retry in (node.wrong_key, node.silence):
                if retry.text is not None:
                    for way in (Way(node.id), retry.way, Way(menu.person)):
                        yield retry.text, way
            if isinstance(node, DigitsNode) and node.dials:
                yield menu.sentences["officer away"], Way(menu.person)
        case OfficerNode(away=away):
            yield menu.sentences["officer away"], away
        case ScriptNode(failed=failed):
            yield menu.sentences["script failed"], failed
        case _:
            pass


def _said_along(menu: Menu, way: Way, language: str) -> Iterator[Said]:
    """Go through what is said at the end of a way, and on it while everything is open.

    Each place is come to once with the same words, by however many ways: dated ways of hours behind hours
    would else double at each.
    """
    ahead: list[tuple[str, str, Said]] = [(to, language, ()) for to in reversed(way.all)]
    seen: set[tuple[str, str, Said]] = set()
    while ahead and len(seen) < MOST_ALONG:
        place = ahead.pop()
        if place in seen:
            continue
        seen.add(place)
        to, language, before = place
        node = menu.nodes[to]
        match node:
            case HoursNode(open=then):
                ahead += ((to, language, before) for to in reversed(then.all))
            case LanguageNode(then=then):
                ahead += ((to, node.language, before) for to in reversed(then.all))
            case PatienceNode(then=then):
                said = menu.sentences["patient on"] if node.text is None else node.text
                ahead += ((to, language, (*before, said.said_in(language))) for to in reversed(then.all))
            case _:
                for together in _said_at(menu, node, language):
                    yield (*before, *together)


def _said_at(menu: Menu, node: Node, language: str) -> Iterator[Said]:
    match node:
        case ChoiceNode():
            for again in (False, True):
                yield tuple(text.said_in(language) for text in node.texts(again=again))
        case DigitsNode():
            yield (node.text.said_in(language), *_digits_end(menu, node, language))
        case MessageNode(text=text, then=then):
            ends = {True} if then is None else {_is_end(menu, to) for to in then.all}
            if True in ends:
                yield (text.said_in(language), menu.sentences["offer"].said_in(language))
            if False in ends:
                yield (text.said_in(language),)
        case PatienceNode():
            yield from _said_along(menu, Way(node.id), language)
        case _:
            yield tuple(text.said_in(language) for text in texts_of(node))


def _is_end(menu: Menu, node_id: str) -> bool:
    return isinstance(menu.nodes[node_id], GoodbyeNode)


def _digits_end(menu: Menu, node: DigitsNode, language: str) -> Said:
    return () if node.least == node.most else (menu.sentences["digits end"].said_in(language),)
