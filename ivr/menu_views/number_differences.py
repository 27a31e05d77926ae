"""What changes for callers of a number before and behind its menu.

Owns the comparison of telephone numbers, languages, what the exchange says of itself and extensions, and the
order in which it is told. Must not know nodes or opening hours, nor what queues and people are compared by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.model import DigitsNode
from ivr.menu_views.comparing import Comparing, Subject, led, place
from ivr.menu_views.difference import NOTHING, Difference, What, quoted
from ivr.menu_views.people_differences import people_differences
from ivr.menu_views.queue_differences import queue_differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.menu.model import Extension, Menu
    from ivr.menu.texts import Prompt

THE_START = "the start"
NAMED = 5  # so many texts are named; of more it is said how many they are


def front_differences(compared: Comparing) -> Iterator[Difference]:
    """Compare how callers come in, and what everybody hears."""
    yield from _languages(compared)
    old, new = compared.old, compared.new
    for language in new.menu.languages:
        if language in old.menu.languages:
            was, now = _joined(old.menu, language), _joined(new.menu, language)
            if was != now:
                text = f"Every caller first hears ({language}): {quoted(now)} (was: {quoted(was)})"
                yield compared.differs("", What.TEXT, was, now, text)
    yield from compared.ways("", Subject("The start now", THE_START), old.menu.start, new.menu.start)
    if compared.old_id(new.menu.person) != old.menu.person:
        was, now = place(old.menu, old.menu.person), place(new.menu, new.menu.person)
        if was == now:
            was, now = f'"{old.menu.person}" ({was})', f'"{new.menu.person}" ({now})'
        text = f"Who does not get on now comes to {now} (was: {was})"
        yield compared.differs("", What.WAY, was, now, text)


def back_differences(compared: Comparing) -> Iterator[Difference]:
    """Compare what lies behind the menu: queues, people, extensions, own sentences, voices, old numbers."""
    yield from queue_differences(compared)
    yield from people_differences(compared)
    yield from _extensions(compared)
    yield from _own_sentences(compared)
    yield from _voices(compared)
    yield from _telephones(compared)


def _languages(compared: Comparing) -> Iterator[Difference]:
    old, new = compared.old.menu, compared.new.menu
    for language in new.languages:
        if language not in old.languages:
            yield compared.differs("", What.LANGUAGE, "", language, f"New language: {language}")
    for language in old.languages:
        if language not in new.languages:
            yield compared.differs("", What.LANGUAGE, language, "", f"Nothing is said in {language} any more")
    was, now = old.languages[0], new.languages[0]
    if was != now:
        text = f"Callers are first spoken to in {now} (was: {was})"
        yield compared.differs("", What.LANGUAGE, was, now, text)
    for language in new.languages:
        if language in old.languages:
            was, now = (f"{menu.extra_wait_s.get(language, 0.0):g} s" for menu in (old, new))
            if was != now:
                text = f"In {language} callers have {now} more for each key (was: {was})"
                yield compared.differs("", What.ASKING, was, now, text)


def _joined(menu: Menu, language: str) -> str:
    return " ".join(text.said_in(language).text for text in menu.opening)


def _extensions(compared: Comparing) -> Iterator[Difference]:
    """Compare what keyed extensions reach, where both versions let callers key them."""
    old, new = compared.old.menu, compared.new.menu
    for menu in (old, new):
        if not any(isinstance(node, DigitsNode) and node.dials for node in menu.nodes.values()):
            return
    for extension in sorted({*old.extensions, *new.extensions}):
        was, now = _reached(old.extensions.get(extension)), _reached(new.extensions.get(extension))
        if was != now:
            text = f"Extension {extension}, when callers key it, now leads to {now} (was: {was})"
            yield compared.differs("", What.WAY, was, now, text)


def _reached(extension: Extension | None) -> str:
    return "nobody" if extension is None else f"{extension.kind} {extension.id}"


def _own_sentences(compared: Comparing) -> Iterator[Difference]:
    """Compare what the exchange says of itself, also with places that are filled in."""
    old, new = compared.old, compared.new
    for key, text in {**new.menu.sentences, **new.menu.templates}.items():
        before = {**old.menu.sentences, **old.menu.templates}.get(key)
        yield from compared.texts("", f'The message "{key}"', before, text)
    was, now = old.trouble.text, new.trouble.text
    if was != now:
        words = f"When something is broken, callers hear: {quoted(now)} (was: {quoted(was)})"
        yield compared.differs("", What.TEXT, was, now, words)


def _voices(compared: Comparing) -> Iterator[Difference]:
    """Compare how the same words are spoken; many texts that change alike are told together."""
    before = dict(_spoken(compared.old.menu))
    alike: dict[tuple[str, str], list[str]] = {}
    for (name, language), prompt in _spoken(compared.new.menu):
        node_id, slash, rest = name.partition("/")
        was = before.get((f"{compared.old_id(node_id)}{slash}{rest}", language))
        if was is not None and was.text == prompt.text:
            for one, other in zip(_manners(was), _manners(prompt), strict=True):
                if one != other:
                    alike.setdefault((one, other), []).append(f"{name} ({language})")
    for (was_spoken, now_spoken), names in alike.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        where = ", ".join(names[:NAMED]) + more
        text = f"The same words are {now_spoken} (was: {was_spoken}): {where}"
        yield compared.differs("", What.VOICE, was_spoken, now_spoken, text)


def _spoken(menu: Menu) -> Iterator[tuple[tuple[str, str], Prompt]]:
    for text in menu.texts():
        for language, prompt in text.prompts.items():
            yield (text.name, language), prompt


def _manners(prompt: Prompt) -> tuple[str, str, str]:
    """Return the pace, the voice's language, and whether somebody has spoken it."""
    recorded = "heard from a recording" if prompt.recording else "spoken by the machine"
    return (f"spoken at {prompt.pace} pace", f"spoken in {prompt.language}", recorded)


def _telephones(compared: Comparing) -> Iterator[Difference]:
    old, new = compared.old, compared.new
    for telephone in new.called:
        if telephone not in old.called:
            replaced = new.menu.replaced.get(telephone)
            if replaced is None:
                now, text = THE_START, f"{telephone} now leads here"
            else:
                now = led(compared, new.menu, replaced.way)
                text = f"Old number {telephone} now leads to {now} (was: {NOTHING})"
            yield compared.differs("", What.CALLED, "", now, text)
            continue
        was_replaced, now_replaced = old.menu.replaced.get(telephone), new.menu.replaced.get(telephone)
        if was_replaced is not None and now_replaced is not None:
            subject = Subject(f"Old number {telephone} now", f"old number {telephone}")
            yield from compared.ways("", subject, was_replaced.way, now_replaced.way)
            for was_said, now_said in zip(was_replaced.texts, now_replaced.texts, strict=False):
                yield from compared.texts("", f"Old number {telephone}", was_said, now_said)
        elif was_replaced is not now_replaced:
            was = THE_START if was_replaced is None else led(compared, old.menu, was_replaced.way)
            now = THE_START if now_replaced is None else led(compared, new.menu, now_replaced.way)
            kind = "Number" if now_replaced is None else "Old number"
            text = f"{kind} {telephone} now leads to {now} (was: {was})"
            yield compared.differs("", What.CALLED, was, now, text)
    for telephone in old.called:
        if telephone not in new.called:
            yield compared.differs("", What.CALLED, telephone, "", f"{telephone} no longer leads here")
