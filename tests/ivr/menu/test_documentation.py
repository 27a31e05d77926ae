"""Every example of docs/menus.md passes the check, in a folder that has what it speaks of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.menu.callersfile import GROUP
from ivr.menu.language import KINDS, MENU
from ivr.menu.number import Ground, check_folders
from ivr.proving.proof import prove
from queues.peoplefile import AGENT, GUEST
from queues.problems import Findings
from queues.queuesfile import QUEUE
from queues.waitingrules import ANNOUNCE, COOL_DOWN, SAME_PERSON, SEND_ON, TURN_AWAY

PAGE = Path(__file__).parents[3] / "docs" / "menus.md"
EXAMPLES = re.findall(r"<!-- example: (.+?) -->\n```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
NODES = [text for kind, text in EXAMPLES if kind.startswith("nodes") and "language: en" not in text]
AT = 1_795_000_000.0  # November 2026

NUMBER = """\
name: Testby
languages: [sv]
called numbers: [+46 8 580 285 00]
trouble: Fel.
"""
HOURS = "hours:\n  office:\n    weekly: {monday-friday: 08:00-16:30}\n"
QUEUES = """\
queues:
  school: {name: Skola, extension: 604, rings: [{after: 0 s, ask: specialists}]}
"""
GENERAL = "  general: {name: Allmänt, rings: [{after: 0 s, ask: everybody}]}\n"
PEOPLE = """\
  ulla: {name: Ulla, specialist: {school: 3}, generalist: {general: 1}}
"""
SOCIAL_WORKER = "  sara: {name: Sara, specialist: {social-services: 2}}\n"
OFFICERS = "officers:\n  anders-holm: {name: Anders, extension: 701}\n"
IT_DESK = "  it-desk: {name: IT, extension: 702}\n"
SCRIPT = "def main(agi):\n    return 'paid'\n"


def one(kind: str) -> str:
    """Return the one example of this kind."""
    (text,) = [text for found, text in EXAMPLES if found == kind]
    return str(text)


def node_ids(text: str) -> list[str]:
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return list(found)


def menu_with(example: str) -> str:
    """Return a menu with the example's nodes, and the other nodes of the page, which all can be reached."""
    texts = {node: text for text in reversed([*NODES, example]) for node in node_ids(text)}
    texts = {node: (example if node in node_ids(example) else text) for node, text in texts.items()}
    all_nodes: dict[str, Any] = {}
    for node, text in texts.items():
        all_nodes[node] = yaml.safe_load(text)[node]
    own = {
        "school": {"kind": "queue", "queue": "school"},
        "general": {"kind": "queue", "queue": "general"},
        "after-hours": {"kind": "goodbye", "text": "Stängt.", "counts as": "out of hours"},
    }
    all_nodes = {**own, **all_nodes}
    days = [{"from": f"2027-01-{day:02}", "to": node} for day, node in enumerate(all_nodes, start=1)]
    menu = {"start": ["welcome", *days], "person": "general", "nodes": all_nodes}
    return yaml.safe_dump(menu, allow_unicode=True)


def check(folder: Path, **files: str) -> list[str]:
    """Check a folder with these files in place of the usual ones; return what is wrong with it.

    Another number, jarfalla, may be there already.
    """
    scripts = folder / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "parking.py").write_text(SCRIPT, "utf-8")
    usual = {
        "number": NUMBER,
        "menu": menu_with(NODES[1]),
        "hours": HOURS,
        "queues": QUEUES + GENERAL,
        "agents": "agents:\n" + PEOPLE,
        "officers": OFFICERS + IT_DESK,
    }
    number = folder / "testby"
    number.mkdir()
    for name, text in {**usual, **files}.items():
        (number / f"{name}.yaml").write_text(text, "utf-8")
    findings = Findings()
    there = [each for each in (number, folder / "jarfalla") if each.exists()]
    numbers = check_folders(there, findings, Ground(scripts=scripts, at=AT))
    if numbers and "scenarios" in files:
        proof = prove(numbers, {"testby": number}, Ground().zone, findings)
        assert proof.count > 0
        return [*map(str, findings.problems), *(tried.scenario.name for tried in proof.failed)]
    return [str(problem) for problem in findings.problems]


def _make_another(folder: Path) -> None:
    number = folder / "jarfalla"
    number.mkdir()
    for name, text in {
        "number": NUMBER.replace("285 00", "285 01"),
        "menu": "start: other\nperson: other\nnodes:\n  other: {kind: queue, queue: other}\n",
        "queues": "queues:\n  other: {name: Annat, rings: [{after: 0 s, ask: specialists}]}\n",
        "agents": "agents:\n  anna-berg: {name: Anna Berg, specialist: {other: 3}}\n",
    }.items():
        (number / f"{name}.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize("example", NODES, ids=lambda text: node_ids(text)[0])
def test_nodes(example: str, tmp_path: Path) -> None:
    assert check(tmp_path, menu=menu_with(example)) == []


def test_every_kind_of_node_has_an_example() -> None:
    shown = {
        node["kind"]
        for kind, text in EXAMPLES
        if kind.startswith("nodes")
        for node in yaml.safe_load(text).values()
    }
    assert shown == set(KINDS)


@pytest.mark.parametrize("kind", [kind for kind, _ in EXAMPLES if kind.startswith("option")])
def test_options(kind: str, tmp_path: Path) -> None:
    option = next(iter(yaml.safe_load(one(kind)).items()))
    several = "three" in kind or "another" in kind
    languages = "[sv, en, fi]" if several else "[sv]"

    def said(text: str) -> object:
        return dict.fromkeys(("sv", "en", "fi"), text) if several else text

    menu = {
        "start": "welcome",
        "person": "general",
        "nodes": {
            "welcome": {"kind": "menu", "greeting": said("Hej."), "options": dict([option])},
            "permits": yaml.safe_load(one("message in three languages"))["permits"]
            if several
            else {"kind": "message", "text": said("Bygglov."), "then": "general"},
            "english": {"kind": "language", "language": "en", "then": "welcome"} if several else None,
            "it-telephone": {"kind": "officer", "officer": "it-desk"},
            "school": {"kind": "queue", "queue": "school"},
            "general": {"kind": "queue", "queue": "general"},
        },
    }
    nodes = {node: value for node, value in menu["nodes"].items() if value}  # type: ignore[attr-defined]
    days = [{"from": f"2027-01-{day:02}", "to": node} for day, node in enumerate(nodes, start=1)]
    text = yaml.safe_dump({**menu, "start": ["welcome", *days], "nodes": nodes}, allow_unicode=True)
    number = NUMBER.replace("[sv]", languages).replace(
        "trouble: Fel.", f"trouble: {said('Fel.')}" if several else "trouble: Fel."
    )
    assert check(tmp_path, menu=text, number=number) == []


def test_files(tmp_path: Path) -> None:
    files = {
        "number": one("number.yaml"),
        "hours": one("hours.yaml"),
        "messages": one("messages.yaml"),
        "queues": one("queues.yaml") + GENERAL,
        "agents": one("agents.yaml") + PEOPLE + SOCIAL_WORKER,
        "officers": one("officers.yaml") + IT_DESK,
    }
    assert check(tmp_path, **files, menu=menu_with(NODES[1])) == []


@pytest.mark.parametrize("kind", [kind for kind, _ in EXAMPLES if kind.startswith("queue,")])
def test_parts_of_a_queue(kind: str, tmp_path: Path) -> None:
    assert check(tmp_path, queues=f"queues:\n{one(kind)}{GENERAL}", menu=one("menu.yaml")) == []


def test_an_agent_of_another_number(tmp_path: Path) -> None:
    _make_another(tmp_path)
    assert check(tmp_path, agents=f"agents:\n{PEOPLE}{one('guest')}") == []


def test_callers(tmp_path: Path) -> None:
    assert check(tmp_path, callers=one("callers.yaml")) == []


def test_the_smallest_menu_and_its_scenarios(tmp_path: Path) -> None:
    assert check(tmp_path, menu=one("menu.yaml"), scenarios=one("scenarios.yaml")) == []


def test_the_walk_through(tmp_path: Path) -> None:
    menu = one("menu.yaml").partition("  welcome:")[0] + one("nodes, walk-through")
    nodes = "  school: {kind: queue, queue: school}\n  general: {kind: queue, queue: general}\n"
    scenario = "scenarios:\n" + one("scenario")
    assert check(tmp_path, menu=menu + nodes, scenarios=scenario) == []


def test_languages_and_texts(tmp_path: Path) -> None:
    number = NUMBER.replace("languages: [sv]\n", one("languages")).replace(
        "trouble: Fel.", "trouble: {sv: Fel., fi: Vika.}"
    )
    menu = {
        "start": "welcome",
        "person": "general",
        "nodes": {
            "welcome": {
                "kind": "menu",
                **yaml.safe_load(one("text in three languages")),
                "options": {1: {"text": {"sv": "Ett.", "fi": "Yksi."}, "to": "general"}},
            },
            "general": {"kind": "queue", "queue": "general"},
        },
    }
    del menu["nodes"]["welcome"]["greeting"]["en"]  # type: ignore[index]
    assert check(tmp_path, number=number, menu=yaml.safe_dump(menu, allow_unicode=True)) == []


def test_every_key_of_a_menu_or_a_queue_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    queues = (QUEUE, COOL_DOWN, SAME_PERSON, ANNOUNCE, TURN_AWAY, SEND_ON, AGENT, GUEST, GROUP)
    shapes = (*KINDS.values(), MENU, *queues)
    keys = {key for shape in shapes for key in (*shape.required, *shape.optional)}
    assert [key for key in sorted(keys) if f"{key}:" not in page] == []
