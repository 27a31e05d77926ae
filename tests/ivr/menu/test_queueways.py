"""Where callers leave a queue to is part of the menu; mistakes are in test_broken.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.menu.model import Change, Way
from ivr.menu.number import Ground, Number, check_folders
from ivr.menu.texts import text_of
from ivr.menu.waysout import Waiting, WaitingKey
from ivr.speaking import all_prompts
from queues.problems import Findings
from tests.ivr.menu.hours_for_tests import at

if TYPE_CHECKING:
    from pathlib import Path

GROUND = Ground(at=at("2026-10-01 12:00"))
NUMBER = "name: Liten\nlanguages: [sv, en]\ncalled numbers: [+4619000000]\ntrouble: {sv: Fel., en: Fault.}\n"
AGENTS = """\
agents:
  cia-c: {name: Cia C, specialist: {help: 2, more: 2}}
  sara-s: {name: Sara S, specialist: {secret: 1, other: 1}}
"""
KEY = '{text: {sv: "Annars, tryck 5.", en: "Or press 5."}, to: later}'
AWAY = "turn away when: {waiting above: 3}"
NODES = """\
  help: {kind: queue, queue: help}
  later: {kind: message, text: {sv: Senare., en: Later.}}
"""


def queue(queue_id: str, *rules: str) -> str:
    lines = "".join(f"    {rule}\n" for rule in rules)
    return f"  {queue_id}:\n    name: Kö\n    rings: [{{after: 0 s, ask: specialists}}]\n{lines}"


def check(
    folder: Path, *queues: str, nodes: str = NODES, start: str = "help"
) -> tuple[Number | None, list[str]]:
    """Check a number with these queues and nodes; return it, and what is told of it."""
    number = folder / "liten"
    number.mkdir()
    menu = f"start: {start}\nperson: help\nnodes:\n{nodes}"
    skills = {each.split(":")[0].strip() for each in queues}
    agents = "".join(f"  agent-{each}: {{name: A, specialist: {{{each}: 1}}}}\n" for each in sorted(skills))
    texts = {
        "number": NUMBER,
        "menu": menu,
        "queues": f"queues:\n{''.join(queues)}",
        "agents": f"agents:\n{agents}",
    }
    for name, text in texts.items():
        (number / f"{name}.yaml").write_text(text, encoding="utf-8")
    findings = Findings()
    found = check_folders([number], findings, GROUND)
    return (found[0] if found else None), [problem.message for problem in findings.problems]


def test_ways_out_are_read(tmp_path: Path) -> None:
    overflow = "overflow: [later, {from: 2027-01-01, to: more}]"
    nodes = f"{NODES}  more: {{kind: queue, queue: more}}\n"
    keys = f"while waiting: {{5: {KEY}}}"
    number, told = check(tmp_path, queue("help", AWAY, overflow, keys), queue("more"), nodes=nodes)
    assert told == []
    assert number is not None
    text = text_of("queues/help/key-5", sv="Annars, tryck 5.", en="Or press 5.")
    way = Way("later", (Change(at("2027-01-01 00:00"), "more"),))
    assert number.menu.waiting == {"help": Waiting(way, {"5": WaitingKey(Way("later"), text)})}
    assert {"queues/help/key-5"} <= {prompt.name for prompt in all_prompts([number], GROUND.at)}


def test_a_text_of_a_queue_may_be_recorded(tmp_path: Path) -> None:
    recording = tmp_path / "liten" / "recordings" / "sv" / "queues" / "help" / "key-5.wav"
    number, _ = check(tmp_path, queue("help", f"while waiting: {{5: {KEY}}}"))
    assert number is not None
    recording.parent.mkdir(parents=True)
    recording.touch()
    (again,) = check_folders([tmp_path / "liten"], findings := Findings(), GROUND)
    assert findings.problems == []
    assert again.menu.waiting["help"].keys["5"].text.said_in("sv").recording == str(recording)


@pytest.mark.parametrize("rules", [(AWAY, "overflow: later"), (f"while waiting: {{5: {KEY}}}",)])
def test_a_node_is_reached_by_a_queue_alone(tmp_path: Path, rules: tuple[str, ...]) -> None:
    assert check(tmp_path, queue("help", *rules))[1] == []


def test_a_node_is_reached_by_a_queue_that_is_only_dialled(tmp_path: Path) -> None:
    dialled = queue("more", AWAY, "overflow: later", "extension: 601")
    assert check(tmp_path, queue("help"), dialled)[1] == []


def test_a_node_is_not_reached_by_a_queue_that_nobody_comes_to(tmp_path: Path) -> None:
    _, told = check(tmp_path, queue("help"), queue("more", AWAY, "overflow: later"))
    assert told == ['nodes.later: nothing leads to this node from "help"; lead to it or remove it']


def test_who_comes_to_a_remote_node_by_an_overflow_may_take_the_steps_to_it(tmp_path: Path) -> None:
    nodes = NODES + "  far: {kind: message, text: {sv: Ett., en: One.}, then: later}\n"
    near, _ = check(tmp_path, queue("help", AWAY, "overflow: later"))
    (tmp_path / "more").mkdir()
    far, _ = check(tmp_path / "more", queue("help", AWAY, "overflow: far"), nodes=nodes)
    assert near is not None
    assert far is not None
    assert far.menu.steps > near.menu.steps


CONFIDENTIAL = "confidential: yes"
ROUND = """\
  help: {kind: queue, queue: help}
  more: {kind: queue, queue: more}
  asks:
    kind: menu
    greeting: {sv: Hej., en: Hello.}
    options: {1: {to: help, unsaid: yes}}
    silence: {to: more}
"""


def test_where_callers_are_asked_on_the_way_they_are_not_sent_round(tmp_path: Path) -> None:
    queues = queue("help", AWAY, "overflow: asks"), queue("more", AWAY, "overflow: help")
    assert check(tmp_path, *queues, nodes=ROUND)[1] == []


def test_an_overflow_to_which_nobody_comes_sends_nobody_round(tmp_path: Path) -> None:
    queues = queue("help", AWAY, "overflow: more"), queue("more", "overflow: help")
    (told,) = check(tmp_path, *queues, nodes=ROUND.partition("  asks")[0])[1]
    assert told.startswith("queues.more.overflow: nobody comes to this overflow")


def test_a_round_of_three_is_told_once(tmp_path: Path) -> None:
    nodes = "".join(f"  {each}: {{kind: queue, queue: {each}}}\n" for each in ("help", "more", "third"))
    queues = [
        queue(each, AWAY, f"overflow: {to}")
        for each, to in (("help", "more"), ("more", "third"), ("third", "help"))
    ]
    (told,) = check(tmp_path, *queues, nodes=nodes)[1]
    path = tmp_path / "liten" / "queues.yaml"
    assert told == (
        'queues.help.overflow: callers would be sent round: "help" → "more" → "third" → "help"; "more"'
        f' overflows in {path}, line 11 and "third" overflows in {path}, line 16; let one of them lead'
        " elsewhere"
    )


def test_from_confidence_callers_may_go_by_a_key_of_their_own_choice(tmp_path: Path) -> None:
    nodes = NODES.partition("  later")[0] + "  secret: {kind: queue, queue: secret}\n"
    key = f"while waiting: {{5: {KEY.replace('later', 'help')}}}"
    assert (
        check(tmp_path, queue("help"), queue("secret", CONFIDENTIAL, key), nodes=nodes, start="secret")[1]
        == []
    )


def test_from_confidence_callers_may_overflow_to_confidence(tmp_path: Path) -> None:
    nodes = "".join(f"  {each}: {{kind: queue, queue: {each}}}\n" for each in ("help", "secret", "other"))
    queues = queue("secret", CONFIDENTIAL, AWAY, "overflow: other"), queue("other", CONFIDENTIAL)
    assert check(tmp_path, queue("help"), *queues, nodes=nodes, start="secret")[1] == []


def test_texts_in_queues_are_told_also_where_the_menu_cannot_be_read(tmp_path: Path) -> None:
    check(tmp_path, queue("help", "while waiting: {5: {text: Bara svenska., to: nowhere}}"))
    (tmp_path / "liten" / "menu.yaml").unlink()
    check_folders([tmp_path / "liten"], findings := Findings(), GROUND)
    assert [problem.message.partition(",")[0] for problem in findings.problems] == [
        "expected this file",
        "queues.help.while waiting.5.text: expected the text in each language (sv: …",
    ]
