"""What an administrator writes becomes the menu that callers hear, or is told back word for word."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.loader import check_menu, load_menu
from ivr.menu.model import (
    ChoiceNode,
    GoodbyeNode,
    Menu,
    MessageNode,
    Option,
    Prompt,
    QueueNode,
    Retry,
)
from queues.yamlfile import Findings, read_bytes
from routing.events import Outcome

MENU = """\
start: top
person: general
nodes:
  top:
    kind: menu
    greeting: Välkommen.
    short greeting: Välj.
    options:
      1: {text: "För skola, tryck 1.", to: school}
      "2": {text: "För öppettider, tryck 2.", to: hours}
      3: {text: "För bygglov, tryck 3.", to: closed}
    wait: 4 s
    wrong key: {text: Fel knapp., count: 2, to: school}
    silence: {text: Inget val., count: 1}
  school:
    kind: queue
    queue: school
    text: Du kopplas till skolan.
  general:
    kind: queue
    queue: general
  hours:
    kind: message
    text: Vi har öppet åtta till fem.
    then: top
  closed:
    kind: goodbye
    text: Stängt.
    counts as: out of hours
"""
QUEUES = ("school", "general")


def load(folder: Path, text: str) -> tuple[Menu | None, list[str]]:
    path, findings = folder / "menu.yaml", Findings()
    path.write_text(text, encoding="utf-8")
    menu = load_menu(path, QUEUES, findings)
    return menu, [f"{p.line}:{p.column}: {p.message}" for p in sorted(findings.problems)]


def test_each_part_of_the_language_is_read(tmp_path: Path) -> None:
    menu, problems = load(tmp_path, MENU)
    assert problems == []
    assert menu == Menu(
        start="top",
        person="general",
        nodes={
            "top": ChoiceNode(
                id="top",
                greeting=Prompt("top/greeting", "Välkommen."),
                short_greeting=Prompt("top/short-greeting", "Välj."),
                options=(
                    Option("1", "school", Prompt("top/option-1", "För skola, tryck 1.")),
                    Option("2", "hours", Prompt("top/option-2", "För öppettider, tryck 2.")),
                    Option("3", "closed", Prompt("top/option-3", "För bygglov, tryck 3.")),
                    Option("0", "general"),
                ),
                wrong_key=Retry("school", 2, Prompt("top/wrong-key", "Fel knapp.")),
                silence=Retry("general", 1, Prompt("top/silence", "Inget val.")),
                wait_s=4.0,
            ),
            "school": QueueNode("school", "school", Prompt("school/text", "Du kopplas till skolan.")),
            "general": QueueNode("general", "general"),
            "hours": MessageNode("hours", Prompt("hours/text", "Vi har öppet åtta till fem."), "top"),
            "closed": GoodbyeNode("closed", Prompt("closed/text", "Stängt."), Outcome.OUT_OF_HOURS),
        },
    )


def test_what_is_left_out_leads_to_a_person(tmp_path: Path) -> None:
    text = "start: top\nperson: help\nnodes:\n  top: {kind: menu, greeting: Hej., options: {1: {text: Ett., to: help}}}\n  help: {kind: queue, queue: general}\n"
    menu, problems = load(tmp_path, text)
    assert problems == []
    assert menu is not None
    top = menu.nodes["top"]
    assert isinstance(top, ChoiceNode)
    assert (top.wrong_key, top.silence, top.wait_s) == (Retry("help", 3), Retry("help", 2), 5.0)
    assert top.options[1:] == (Option("0", "help"),)
    assert top.max_digits == 1


def test_zero_may_be_an_option_said_or_unsaid(tmp_path: Path) -> None:
    for zero in ("0: {to: school}", "0: {to: school, text: 'Noll.'}"):
        menu, problems = load(tmp_path, MENU.replace("    wait: 4 s", f"      {zero}\n    wait: 4 s"))
        assert problems == []
        assert menu is not None
        top = menu.nodes["top"]
        assert isinstance(top, ChoiceNode)
        assert [(option.key, option.to) for option in top.options][3:] == [("0", "school")]


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("start: top", "start: topp", ['1:8: start: unknown node "topp"; did you mean "top"?']),
        ("start: top\n", "", ['1:1: the key "start" is missing']),
        ("person: general", "person: hours", ['2:9: person: expected a node of kind "queue", because a person answers there, found "hours"', '19:3: nodes.general: nothing leads to this node from "top"; lead to it or remove it']),
        ("person: general", "persona: general", ['1:1: the key "person" is missing', '2:1: persona: unknown key; did you mean "person"?']),
        ("kind: menu", "kind: meny", ['5:11: nodes.top.kind: expected one of "menu", "message", "queue", "goodbye", found "meny"; did you mean "menu"?']),
        ("    kind: menu\n", "", ['5:5: nodes.top: the key "kind" is missing; there is: menu, message, queue, goodbye']),
        ("greeting: Välkommen.", "greting: Välkommen.", ['5:5: nodes.top: the key "greeting" is missing', '6:5: nodes.top.greting: unknown key; did you mean "greeting"?']),
        ("greeting: Välkommen.", "greeting:", ["6:14: nodes.top.greeting: expected a text, found nothing"]),
        ('to: school}\n      "2"', 'to: shool}\n      "2"', ['9:44: nodes.top.options.1.to: unknown node "shool"; did you mean "school"?']),
        ('text: "För skola, tryck 1.", to: school}', "to: school}", ['9:10: nodes.top.options.1: the key "text" is missing']),
        ("      1:", "      12:", ['9:7: nodes.top.options.12: expected a key from 0 to 9 (* repeats, # is kept free), found "12"']),
        ("      1:", '      "*":', ['9:7: nodes.top.options.*: expected a key from 0 to 9 (* repeats, # is kept free), found "*"']),
        ("      1:", "      2:", ["10:7: nodes.top.options.2: this key stands twice; the first is on line 9", '22:3: nodes.hours: nothing leads to this node from "top"; lead to it or remove it']),
        ("wait: 4 s", "wait: 4", ['12:11: nodes.top.wait: expected a time from 1 s to 30 s, with its unit, such as "20 s" or "2 min", found "4"']),
        ("wait: 4 s", "wait: 2 min", ['12:11: nodes.top.wait: expected a time from 1 s to 30 s, with its unit, such as "20 s" or "2 min", found "2 min"']),
        ("count: 2", "count: 0", ['13:42: nodes.top.wrong key.count: expected a whole number from 1 to 5, found "0"']),
        ("count: 1", "tries: 1", ["14:33: nodes.top.silence.tries: unknown key; there is: count, text, to"]),
        ("queue: school", "queue: schools", ['17:12: nodes.school.queue: unknown queue "schools"; did you mean "school"?']),
        ("    queue: school\n", "", ['16:5: nodes.school: the key "queue" is missing']),
        ("  hours:\n", "  Hours:\n", ['10:51: nodes.top.options.2.to: unknown node "hours"; did you mean "Hours"?', '22:3: nodes.Hours: expected an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter, found "Hours"']),
        ("then: top", "then: hours", ["22:3: nodes.hours: these messages lead round and round: hours → hours"]),
        ("counts as: out of hours", "counts as: closed", ['29:16: nodes.closed.counts as: expected one of "self-served", "out of hours", "refused", found "closed"']),
        (MENU, "start: a\n", ['1:1: the key "nodes" is missing', '1:1: the key "person" is missing', '1:8: start: unknown node "a"; there is none']),
        (MENU, "nodes: [a]\nstart: a\nperson: a\n", ["1:8: nodes: expected nodes, each with its id as key, found a list of 1", '2:8: start: unknown node "a"; there is none', '3:9: person: unknown node "a"; there is none']),
        (MENU, "", ["1:1: expected keys with values, found an empty file"]),
        (MENU, "- a\n", ["1:1: expected keys with values (start:, person:, nodes:), found a list of 1"]),
    ],
)  # fmt: skip
def test_each_mistake_is_told(tmp_path: Path, wrong: str, right: str, expected: list[str]) -> None:
    assert MENU.count(wrong) == 1
    menu, problems = load(tmp_path, MENU.replace(wrong, right))
    assert (menu, problems) == (None, expected)


def test_messages_in_a_ring_are_told_once(tmp_path: Path) -> None:
    more = (
        "  more: {kind: message, text: Mer., then: last}\n  last: {kind: message, text: Sist., then: hours}\n"
    )
    menu, problems = load(tmp_path, MENU.replace("then: top", "then: more") + more)
    assert (menu, problems) == (
        None,
        ["22:3: nodes.hours: these messages lead round and round: hours → more → last → hours"],
    )


def test_a_menu_without_options_is_told(tmp_path: Path) -> None:
    options = MENU[MENU.index("    options:") : MENU.index("    wait:")]
    _, problems = load(tmp_path, MENU.replace(options, "    options: {}\n"))
    assert problems[0] == "8:14: nodes.top.options: expected at least one option, found no keys at all"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = (
        MENU.replace("wait: 4 s", "wait: 4")
        .replace("queue: school", "queue: shool")
        .replace('1.", to', '1.", two')
    )
    _, problems = load(tmp_path, text)
    assert [problem.split(": ")[0] for problem in problems] == ["9:10", "9:40", "12:11", "17:12"]


def test_a_menu_of_200_nodes_takes_less_than_a_second(tmp_path: Path) -> None:
    nodes = "".join(
        f"  node-{n}:\n    kind: menu\n    greeting: Välkommen till nod {n}, som har tre val.\n    options:\n"
        f"      1: {{text: 'För nästa nod, tryck 1.', to: node-{(n + 1) % 199}}}\n      2: {{text: 'För hjälp, tryck 2.', to: general}}\n"
        for n in range(199)
    )
    begun = time.perf_counter()
    menu, problems = load(
        tmp_path,
        f"start: node-0\nperson: general\nnodes:\n{nodes}  general: {{kind: queue, queue: general}}\n",
    )
    assert problems == []
    assert menu is not None
    assert len(menu.nodes) == 200
    assert time.perf_counter() - begun < 1.0


WORDS = st.sampled_from(
    ["start", "person", "nodes", "kind", "menu", "message", "queue", "goodbye", "text", "to", "then", "options",
     "greeting", "wrong key", "silence", "count", "top", "general", "school", "1", "0", "4 s", "wait"]
)  # fmt: skip
TREES = st.recursive(
    WORDS | st.integers(-1, 9) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=25,
)


@settings(deadline=None)  # the machine may be busy
@given(
    st.dictionaries(WORDS, TREES, max_size=3),
    st.dictionaries(WORDS, st.dictionaries(WORDS, TREES, max_size=6), max_size=4),
)
def test_no_yaml_made_of_the_languages_words_crashes_the_loader(
    top: dict[str, object], nodes: object
) -> None:
    findings = Findings()
    content = yaml.safe_dump({"start": "top", "person": "general", **top, "nodes": nodes}, allow_unicode=True)
    root = read_bytes(content.encode(), Path("menu.yaml"), findings)
    assert root is not None
    assert (check_menu(root, QUEUES, findings) is None) == bool(findings.errors)


def test_the_documentations_examples_are_right(tmp_path: Path) -> None:
    documentation = Path(__file__).resolve().parents[3] / "docs" / "menus.md"
    blocks = documentation.read_text(encoding="utf-8").split("```yaml\n")[1:]
    nodes = "".join(block.split("```")[0] for block in blocks if block.startswith("  ") and "kind:" in block)
    menu, problems = load(
        tmp_path,
        f"start: welcome\nperson: general\nnodes:\n{nodes}  general: {{kind: queue, queue: general}}\n",
    )
    assert problems == []
    assert menu is not None
    assert list(menu.nodes) == ["welcome", "opening-hours", "school", "closed", "general"]
