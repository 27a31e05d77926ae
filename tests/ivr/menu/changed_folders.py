"""Folders of a number as nobody would write them, and what is promised of every check of one."""

from __future__ import annotations

import copy
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml
from hypothesis import strategies as st

from ivr.menu.model import HoursNode, LanguageNode, OfficerNode, QueueNode, ScriptNode, ways_of
from ivr.menu.number import FILES, OPTIONAL_FILES, Ground, Number, check_folders
from ivr.menu.sayings import sayings
from ivr.scripts.folder import find_script
from ivr.spoken.sentences import SENTENCES
from queues.yamlfile import Findings
from routing.policy import NEVER
from tests.ivr.menu.test_broken import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALL_FILES = (*FILES, *OPTIONAL_FILES)
ZONE = ZoneInfo("Europe/Stockholm")
GROUND = Ground(ZONE, BASE / "scripts", datetime(2026, 10, 1, 12, tzinfo=ZONE).timestamp())
# What the base has not, because its nodes would have to be in every menu of the broken folders.
WAITING = """\
target: 90 s
points: 20
cool-down: {no answer: 1 min, busy: 2 s}
same person: {within days: 7, hold: 20 s}
announce: {position: yes, estimate: no, every: 30 s, at most: 5}
turn away when: {nobody logged in: yes, waiting per agent above: 2.5, waiting above: 40}
send on when: {all paused: no, estimate above: 20 min, waited above: 30 min}
overflow: [times, {from: 2027-01-01, to: social}]
at closing: release
while waiting:
  8: {text: {sv: "För växeln, tryck 8.", en: "For the switchboard, press 8."}, to: social}
"""
CALLERS = """\
callers:
  police: {name: Polisen, points: 300, numbers: [114 14, 08-465 004 20]}
  court: {name: Tingsrätten, points: 0, numbers: [+46 8 465 004 21]}
"""


def _trees() -> dict[str, Any]:
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in (BASE / "menus" / "testby").iterdir()
    } | {"callers.yaml": CALLERS, "": WAITING}
    trees = {name: yaml.load(text, yaml.BaseLoader) for name, text in texts.items()}  # noqa: S506  # texts only
    trees["queues.yaml"]["queues"]["school"].update(trees.pop(""))
    return trees


TREES: Mapping[str, Any] = _trees()


def words_of(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, inner in tree.items():
            yield key
            yield from words_of(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from words_of(inner)
    else:
        yield tree


MORE = (
    "accepted_because",
    "secret",
    "fi",
    "fast",
    "0",
    "00",
    "12",
    "no",
    "400 days",
    "2026-02-30",
    "*",
    "",
    "{opening}",
)
WORDS = st.sampled_from(sorted({*words_of(dict(TREES)), *MORE}))
SCALARS = WORDS | st.integers(-1, 9) | st.none() | st.booleans() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def check(folder: Path, contents: Mapping[str, bytes]) -> Number | None:
    """Check the folder with these files instead of the base's; hold what is promised of every check."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BASE / "menus" / "testby", folder)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    findings = Findings()
    numbers = check_folders([folder], findings, GROUND)
    assert len(numbers) == (0 if findings.errors else 1), findings.problems
    for problem in findings.problems:
        assert Path(problem.path).parent == folder
        assert min(problem.line, problem.column) >= 1
        assert len(str(problem).splitlines()) == 1
    for number in numbers:
        holds(number)
        return number
    return None


def holds(number: Number) -> None:
    """Hold what whoever makes a menu promises."""
    menu, definitions = number.menu, number.definitions
    languages = set(menu.languages)
    ways = [menu.start, *(replaced.way for replaced in menu.replaced.values())]
    for node_id, node in menu.nodes.items():
        assert node.id == node_id
        ways += ways_of(node)
        match node:
            case QueueNode():
                assert node.queue in definitions.queues
                assert node.hours in {"", *menu.hours}
            case OfficerNode():
                assert node.officer in definitions.officers
            case HoursNode():
                assert node.hours in menu.hours
            case LanguageNode():
                assert node.language in languages
            case ScriptNode():
                assert find_script(BASE / "scripts", node.script) is None
            case _:
                pass
    for queue_id, waiting in menu.waiting.items():
        assert queue_id in definitions.queues
        assert waiting.keys.keys() <= set("0123456789")
        ways += waiting.ways
    for queue in definitions.queues.values():
        has_conditions = queue.turn_away != NEVER or queue.send_on != NEVER
        assert not has_conditions or menu.waiting[queue.id].overflow is not None
    assert {to for way in ways for to in way.all} <= menu.nodes.keys()
    known = [telephone for group in number.callers.values() for telephone in group.numbers]
    assert len(known) == len(set(known))
    assert isinstance(menu.nodes[menu.person], QueueNode)
    assert menu.sentences.keys() | menu.templates.keys() == SENTENCES.keys()
    for text in menu.texts():
        assert set(text.prompts) == languages
        assert all(prompt.text for prompt in text.prompts.values())
    for template in menu.templates.values():
        assert set(template.prompts) == languages
    assert {queue.number for queue in definitions.queues.values()} == {number.id}
    assert list(sayings(menu))


def changed_files(data: st.DataObject) -> dict[str, bytes]:
    """Return the base's files with up to three changes."""
    trees: dict[str, Any] = copy.deepcopy(dict(TREES))
    for _ in range(data.draw(st.integers(1, 3))):
        _change(trees, data)
    return {name: dumped(tree) for name, tree in trees.items()}


def _change(trees: dict[str, Any], data: st.DataObject) -> None:
    """Change one place: another value, another key, a part from elsewhere, or nothing there any more."""
    name = data.draw(st.sampled_from(sorted(trees)))
    places = list(_places(trees[name]))
    if not places:
        return
    inside, key = data.draw(st.sampled_from(places))
    match data.draw(st.sampled_from(["value", "value", "gone", "key", "part"])):
        case "value":
            inside[key] = data.draw(SCALARS | ANYTHING)
        case "gone":
            del inside[key]
        case "key" if isinstance(inside, dict):
            inside[data.draw(WORDS)] = inside.pop(key)
        case _:
            other, at = data.draw(st.sampled_from(places))
            if at in other if isinstance(other, dict) else at < len(other):
                inside[key] = copy.deepcopy(other[at])


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, inner in pairs:
        yield tree, key
        yield from _places(inner)


def dumped(tree: Any) -> bytes:
    """Return the tree as a file."""
    return yaml.safe_dump(tree, allow_unicode=True).encode()
