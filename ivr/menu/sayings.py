"""What callers of a menu will hear, and what of it is said together.

Owns the going through of it, in every language, so that all is spoken before callers come. Pure. Must not know how a prompt becomes sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.announcements import coming, digit_prompt
from ivr.menu.model import ChoiceNode, DigitsNode, GoodbyeNode, MessageNode, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.menu.circumstances import Standing
    from ivr.menu.model import Menu, Node
    from ivr.menu.texts import Prompt

    Said = tuple[Prompt, ...]

DIGITS = "0123456789"


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
        for start in menu.start.all:
            for said in _said_at(menu, menu.nodes[start], language):
                yield (*opening, *said)
        for node in menu.nodes.values():
            at_node = list(_said_at(menu, node, language))
            yield from at_node
            if isinstance(node, ChoiceNode | DigitsNode):
                for retry in (node.wrong_key, node.silence):
                    if retry.text is not None:
                        before = retry.text.said_in(language)
                        for said in at_node:
                            yield (before, *said)
                        for to in (*retry.way.all, menu.person):
                            for said in _said_at(menu, menu.nodes[to], language):
                                yield (before, *said)


def _said_at(menu: Menu, node: Node, language: str) -> Iterator[Said]:
    match node:
        case ChoiceNode():
            for again in (False, True):
                yield tuple(text.said_in(language) for text in node.texts(again=again))
        case DigitsNode():
            yield (node.text.said_in(language), *_digits_end(menu, node, language))
        case MessageNode() if node.then is None or isinstance(menu.nodes[node.then.to], GoodbyeNode):
            yield (node.text.said_in(language), menu.sentences["offer"].said_in(language))
        case _:
            yield tuple(text.said_in(language) for text in texts_of(node))


def _digits_end(menu: Menu, node: DigitsNode, language: str) -> Said:
    return () if node.least == node.most else (menu.sentences["digits end"].said_in(language),)
