"""What changes at the nodes of a menu.

Owns the comparison of nodes that have the same id. Must not know opening hours, queues or telephone numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

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
from ivr.menu_views.comparing import Comparing, Subject, led
from ivr.menu_views.difference import END, Difference, What, quoted, yes_no
from ivr.menu_views.leads import By, Lead, first_text, kind_of, leads_of, length_words
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.menu.model import Menu, Node, Option


def node_differences(compared: Comparing) -> Iterator[Difference]:
    """Go through the nodes of the new version, then through those that are gone."""
    old, new = compared.old.menu, compared.new.menu
    for node_id, node in new.nodes.items():
        before = old.nodes.get(node_id)
        if before is None:
            if node_id not in compared.names:
                now = _described(compared, new, node)
                yield compared.differs(node_id, What.NODE, "", now, f'New "{node_id}": {now}')
        elif type(before) is not type(node):
            was, now = _described(compared, old, before), _described(compared, new, node)
            yield compared.differs(node_id, What.NODE, was, now, f'"{node_id}" is now {now} (was: {was})')
        elif before != node:
            yield from _changed(compared, before, node)
    still_there = set(compared.names.values())
    for node_id, node in old.nodes.items():
        if node_id not in new.nodes and node_id not in still_there:
            was = _described(compared, old, node)
            yield compared.differs(node_id, What.NODE, was, "", f'"{node_id}" is gone (it was {was})')


def _changed(compared: Comparing, old: Node, new: Node) -> Iterator[Difference]:
    name = f'"{new.id}"'
    match old, new:
        case ChoiceNode(), ChoiceNode():
            yield from compared.texts(new.id, name, old.greeting, new.greeting)
            yield from compared.texts(
                new.id, f"{name}, when it comes again,", old.short_greeting, new.short_greeting
            )
            yield from _options_said(compared, old, new)
            yield from _retries_said(compared, old, new)
        case DigitsNode(), DigitsNode():
            yield from compared.texts(new.id, name, old.text, new.text)
            yield from _retries_said(compared, old, new)
        case _:
            was_said, now_said = first_text(compared.old.menu, old), first_text(compared.new.menu, new)
            yield from compared.texts(new.id, name, was_said, now_said)
    yield from _leads(compared, old, new)
    for what, was, now, sentence in _settings(old, new):
        if was != now:
            yield compared.differs(new.id, what, was, now, f"{name} {sentence} {now} (was: {was})")


# --- texts --------------------------------------------------------------------------------------


def _options_said(compared: Comparing, old: ChoiceNode, new: ChoiceNode) -> Iterator[Difference]:
    for option in new.options:
        before = old.option(option.key)
        if before is not None:
            subject = f'Key {option.key} in "{new.id}"'
            yield from compared.texts(new.id, subject, before.text, option.text)
    both = {option.key for option in _said(old)} & {option.key for option in _said(new)}
    was, now = (", ".join(each.key for each in _said(node) if each.key in both) for node in (old, new))
    if was != now:
        text = f'"{new.id}" says its keys in the order {now} (was: {was})'
        yield compared.differs(new.id, What.ASKING, was, now, text)


def _said(node: ChoiceNode) -> list[Option]:
    return [option for option in node.options if option.text is not None]


def _retries_said(
    compared: Comparing, old: ChoiceNode | DigitsNode, new: ChoiceNode | DigitsNode
) -> Iterator[Difference]:
    where = f'in "{new.id}"'
    yield from compared.texts(new.id, f"A wrong key {where}", old.wrong_key.text, new.wrong_key.text)
    yield from compared.texts(new.id, f"Silence {where}", old.silence.text, new.silence.text)


# --- ways ---------------------------------------------------------------------------------------


def _leads(compared: Comparing, old: Node, new: Node) -> Iterator[Difference]:
    before = {(lead.by, lead.word): lead for lead in leads_of(old)}
    after = {(lead.by, lead.word): lead for lead in leads_of(new)}
    for key, lead in after.items():
        subject, was = _subject(new.id, lead), before.get(key)
        if was is None:
            now = led(compared, compared.new.menu, lead.way)
            said = _key_said(compared, new, lead)
            text = f"New {subject.within}{said} leads to {now}"
            yield compared.differs(new.id, What.KEY, "", now, text)
            continue
        if lead.times != was.times:
            times = f"{lead.times} time{'' if lead.times == 1 else 's'}"
            text = f"{subject.begins} leads on after {times} (was: {was.times})"
            yield compared.differs(new.id, What.COUNT, str(was.times), str(lead.times), text)
        yield from compared.ways(new.id, subject, was.way, lead.way)
    for key, lead in before.items():
        if key not in after:
            was_led = led(compared, compared.old.menu, lead.way)
            words = _subject(new.id, lead).within
            text = f"{words[0].upper()}{words[1:]} is gone (it led to {was_led})"
            yield compared.differs(new.id, What.KEY, was_led, "", text)


def _key_said(compared: Comparing, node: Node, lead: Lead) -> str:
    option = node.option(lead.word) if isinstance(node, ChoiceNode) and lead.by is By.KEY else None
    if option is None:
        return ""
    if option.text is None:
        return " (it is not said)"
    return f": {quoted(option.text.said_in(compared.new.menu.languages[0]).text)}"


def _subject(node_id: str, lead: Lead) -> Subject:
    name = f'"{node_id}"'
    match lead.by:
        case By.KEY:
            return Subject(f"Press {lead.word} in {name}: now", f"key {lead.word} in {name}")
        case By.SILENCE:
            return Subject(f"Silence in {name} now", f"silence in {name}")
        case By.WRONG_KEY:
            return Subject(f"A wrong key in {name} now", f"a wrong key in {name}")
        case By.THEN | By.DIGITS:
            return Subject(f"{name} now", f"way on from {name}")
        case By.OPEN | By.CLOSED | By.AWAY:
            when = "when nobody is reached" if lead.by is By.AWAY else f"while {lead.by.name.lower()}"
            return Subject(f"{name} {when} now", f"{name} {when}")
        case By.RESULT:
            return Subject(f'Result "{lead.word}" in {name} now', f'result "{lead.word}" in {name}')
        case By.ANY_RESULT:
            return Subject(f"Any other result in {name} now", f"any other result in {name}")
        case By.FAILED:
            return Subject(f"The script in {name}, when it fails, now", f"a failure of the script in {name}")
        case _:
            assert_never(lead.by)


# --- everything else ----------------------------------------------------------------------------


def _settings(old: Node, new: Node) -> Iterator[tuple[What, str, str, str]]:
    """Go through the plain settings: what each is, how it was and is, and the words before that."""
    match old, new:
        case ChoiceNode(), ChoiceNode():
            yield What.ASKING, _seconds(old.wait_s), _seconds(new.wait_s), "waits for a key for"
            if any(new.goes_on(option.key) for option in new.options):
                was, now = _seconds(old.next_key_s), _seconds(new.next_key_s)
                yield What.ASKING, was, now, "waits for one more key for"
        case DigitsNode(), DigitsNode():
            yield What.ASKING, length_words(old), length_words(new), "takes so many digits:"
            yield What.ASKING, yes_no(old.reads_back), yes_no(new.reads_back), "reads the digits back:"
            yield What.ASKING, yes_no(old.is_secret), yes_no(new.is_secret), "keeps the digits secret:"
            yield (
                What.ASKING,
                yes_no(old.dials),
                yes_no(new.dials),
                "connects with the extension that is keyed:",
            )
            yield What.ASKING, _seconds(old.wait_s), _seconds(new.wait_s), "waits for a key for"
        case QueueNode(), QueueNode():
            yield What.WAY, f"queue {old.queue}", f"queue {new.queue}", "now leads to"
        case OfficerNode(), OfficerNode():
            yield What.WAY, f"officer {old.officer}", f"officer {new.officer}", "now leads to"
        case HoursNode(), HoursNode():
            yield What.HOURS, f'"{old.hours}"', f'"{new.hours}"', "now goes by the hours"
        case LanguageNode(), LanguageNode():
            yield What.LANGUAGE, old.language, new.language, "now speaks on in"
        case ScriptNode(), ScriptNode():
            yield What.NODE, old.script, new.script, "now runs the script"
        case GoodbyeNode(), GoodbyeNode() if new.text is not None:
            was, now = (yes_no(node.outcome is not Outcome.OUT_OF_HOURS) for node in (old, new))
            yield What.KEY, was, now, "can be left by key 0 for a person:"
        case _:
            return


def _described(compared: Comparing, menu: Menu, node: Node) -> str:
    """Say what a node is that callers did not know, or no longer meet."""
    text = first_text(menu, node)
    said = "" if text is None else f": {quoted(text.said_in(menu.languages[0]).text)}"
    ways = [f"{_short(lead)}{led(compared, menu, lead.way)}" for lead in leads_of(node)]
    leads = f" leads to {'; '.join(ways)}" if ways else ""
    match node:
        case QueueNode(queue=queue):
            return f"the way to queue {queue}{said}"
        case OfficerNode(officer=officer):
            return f"the way to officer {officer}{said}{leads}"
        case HoursNode(hours=hours):
            return f'the hours "{hours}"{leads}'
        case LanguageNode(language=language):
            return f"the language {language}{leads}"
        case PatienceNode():
            return f"more time for the caller{said}{leads}"
        case ScriptNode(script=script):
            return f"the script {script}{said}{leads}"
        case GoodbyeNode():
            return END + said
        case ChoiceNode() | MessageNode() | DigitsNode():
            article = "" if isinstance(node, DigitsNode) else "a "
            return f"{article}{kind_of(node)}{said}{leads}"
        case _:
            assert_never(node)


def _short(lead: Lead) -> str:
    """Name a way within a list of all ways of a node."""
    match lead.by:
        case By.KEY:
            return f"by {lead.word} "
        case By.RESULT:
            return f'by result "{lead.word}" '
        case By.THEN | By.DIGITS:
            return ""
        case By.SILENCE | By.WRONG_KEY | By.ANY_RESULT:
            return f"by {lead.by.name.lower().replace('_', ' ')} "
        case By.OPEN | By.CLOSED | By.AWAY | By.FAILED:
            return f"when {lead.by.name.lower()} "
        case _:
            assert_never(lead.by)


def _seconds(wait_s: float) -> str:
    return f"{wait_s:g} s"
