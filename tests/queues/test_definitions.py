"""What administrators write about queues and agents becomes the routing policy, or is told back to them."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from queues.definitions import Definitions, load_definitions, merge
from queues.yamlfile import ConfigurationError, Findings
from routing.policy import Agent, Announcing, Policy, Queue, Ring, Skill

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = """\
queues:
  school:
    name: Skola
    ring time: 15 s
    wrap-up: 1 min
    rings:
      - {after: 0 s, ask: specialists}
      - after: 30 s
        ask: generalists
        least level: 2
      - {after: 90 s, ask: everybody}
  social:
    name: Socialtjänst
    confidential: yes
    rings: [{after: 0 s, ask: specialists}]
"""
AGENTS = """\
agents:
  anna-a: {name: Anna A, specialist: {school: 3}}
  bo-b: {name: Bo B, specialist: {social: 2}, generalist: {school: 1}}
"""


def load(
    folder: Path, queues: str = QUEUES, agents: str = AGENTS, officers: str | None = None
) -> tuple[Definitions, Findings]:
    folder.mkdir(exist_ok=True)
    (folder / "queues.yaml").write_text(dedent(queues), encoding="utf-8")
    (folder / "agents.yaml").write_text(dedent(agents), encoding="utf-8")
    if officers is not None:
        (folder / "officers.yaml").write_text(dedent(officers), encoding="utf-8")
    findings = Findings()
    return load_definitions(folder, findings), findings


def messages(findings: Findings, folder: Path) -> list[str]:
    return [str(p).removeprefix(f"{folder}/") for p in sorted(findings.problems)]


def test_queues_and_agents_become_the_policy(tmp_path: Path) -> None:
    found, findings = load(tmp_path / "jarfalla")
    findings.check()
    rings = (Ring(0, "specialists"), Ring(30, "generalists", 2), Ring(90, "everybody"))
    assert merge([found]) == Policy(
        queues={
            "school": Queue(
                "school", "Skola", "jarfalla", rings, ring_s=15, wrap_up_s=60, announcing=Announcing()
            ),
            "social": Queue(
                "social",
                "Socialtjänst",
                "jarfalla",
                (Ring(0, "specialists"),),
                confidential=True,
                announcing=Announcing(),
            ),
        },
        agents={
            "anna-a": Agent("anna-a", "Anna A", {"school": Skill("specialist", 3)}),
            "bo-b": Agent(
                "bo-b", "Bo B", {"social": Skill("specialist", 2), "school": Skill("generalist", 1)}
            ),
        },
    )


def test_the_shipped_order_of_the_file_is_kept(tmp_path: Path) -> None:
    found, _ = load(tmp_path / "x")
    assert (list(found.queues), list(found.agents)) == (["school", "social"], ["anna-a", "bo-b"])


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("school:\n    name", "School:\n    name", 'queues.yaml:2:3: error: queues.School: expected an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter, found "School"'),
        ("name: Skola", "nam: Skola", 'queues.yaml:3:5: error: queues.school: the key "name" is missing'),
        ("name: Skola", "nam: Skola", 'queues.yaml:3:5: error: queues.school.nam: unknown key; did you mean "name"?'),
        ("15 s", "2 s", 'queues.yaml:4:16: error: queues.school.ring time: expected a time from 5 s to 120 s, with its unit, such as "20 s" or "2 min", found "2 s"'),
        ("1 min", "60", 'queues.yaml:5:14: error: queues.school.wrap-up: expected a time from 0 s to 1800 s, with its unit, such as "20 s" or "2 min", found "60"'),
        ("{after: 0 s, ask: specialists}\n      - after", "{after: 5 s, ask: specialists}\n      - after", "queues.yaml:7:17: error: queues.school.rings[1].after: expected 0 s, because this is the first ring, found 5 s"),
        ("after: 30 s", "after: 0 s", "queues.yaml:8:16: error: queues.school.rings[2].after: expected more than the 0 s of the ring before, found 0 s"),
        ("after: 90 s", "after: 9 s", "queues.yaml:11:17: error: queues.school.rings[3].after: expected more than the 30 s of the ring before, found 9 s"),
        ("ask: generalists", "ask: generalist", 'queues.yaml:9:14: error: queues.school.rings[2].ask: expected one of "specialists", "generalists", "everybody", found "generalist"; did you mean "generalists"?'),
        ("level: 2", "level: 4", 'queues.yaml:10:22: error: queues.school.rings[2].least level: expected a whole number from 1 to 3, found "4"'),
        ("[{after: 0 s, ask: specialists}]", "[]", "queues.yaml:15:12: error: queues.social.rings: expected a list of rings (1 to 10 of them), found an empty list"),
        ("[{after: 0 s, ask: specialists}]", "[{after: 0 s, ask: everybody}]", 'queues.yaml:15:31: error: queues.social.rings[1].ask: expected "specialists" only, because the queue is confidential, found "everybody"'),
        ("confidential: yes", "confidential: maybe", 'queues.yaml:14:19: error: queues.social.confidential: expected yes or no, found "maybe"'),
    ],
)  # fmt: skip
def test_a_mistake_about_queues_is_told(tmp_path: Path, wrong: str, right: str, expected: str) -> None:
    assert QUEUES.count(wrong) == 1
    _, findings = load(tmp_path / "x", queues=QUEUES.replace(wrong, right))
    assert expected in messages(findings, tmp_path / "x")


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        ("agents: {'12': {name: X}}", 'agents.yaml:1:10: error: agents.12: expected an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter, found "12"'),
        ("agents: {åsa: {name: X}}", 'agents.yaml:1:10: error: agents.åsa: expected an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter, found "åsa"'),
        ("agents: {a1: {specialist: {school: 1}}}", 'agents.yaml:1:14: error: agents.a1: the key "name" is missing'),
        ("agents: {a1: {name: X, specialist: {shool: 1}}}", 'agents.yaml:1:37: error: agents.a1.specialist.shool: unknown queue; did you mean "school"?'),
        ("agents: {a1: {name: X, specialist: {school: 0}}}", 'agents.yaml:1:45: error: agents.a1.specialist.school: expected a whole number from 1 to 3, found "0"'),
        ("agents: {a1: {name: X, specialist: [school]}}", "agents.yaml:1:36: error: agents.a1.specialist: expected queues with a level each, such as {school: 2}, found a list of 1"),
        ("agents: {a1: {name: X, generalist: {social: 1}}}", 'agents.yaml:1:37: error: agents.a1.generalist.social: expected only specialists, because "social" is confidential, found a generalist'),
        ("agents: {a1: {name: X, specialist: {school: 1}, generalist: {school: 1}}}", 'agents.yaml:1:62: error: agents.a1.generalist.school: expected specialist or generalist of "school", found both; remove one'),
        ("agents: {a1: {name: X}, a1: {name: Y}}", "agents.yaml:1:25: error: agents.a1: this key stands twice; the first is on line 1"),
        ("agents: {a1: {name: X}}", "agents.yaml:1:14: warning: agents.a1: answers no queue: neither specialist nor generalist of any"),
        ("agents: {a1: {name: X, specialist: {school: 1}}}", "queues.yaml:12:3: error: queues.social: expected somebody who may answer, found nobody in agents.yaml whom its rings ask; make somebody its specialist"),
        ("agents: {}", "agents.yaml:1:9: error: agents: expected agents, each with its id as key, found no keys at all"),
        ("agents:", "agents.yaml:1:8: error: agents: expected agents, each with its id as key, found nothing"),
    ],
)  # fmt: skip
def test_a_mistake_about_agents_is_told(tmp_path: Path, agents: str, expected: str) -> None:
    _, findings = load(tmp_path / "x", agents=agents)
    assert expected in messages(findings, tmp_path / "x")


@pytest.mark.parametrize(
    ("officers", "expected"),
    [
        ("officers: {}", "officers.yaml:1:11: error: officers: expected officers, each with its id as key, found no keys at all; without any, delete the file"),
        ("officers: {o1: {name: X}}", 'officers.yaml:1:16: error: officers.o1: the key "extension" is missing'),
        ("officers: {o1: {name: X, extension: 07}}", 'officers.yaml:1:37: error: officers.o1.extension: expected an extension of 2 to 6 digits, the first not 0, found "07"'),
        ("officers: {o1: {name: X, extension: 70}, o2: {name: Y, extension: 70}}", 'officers.yaml:1:67: error: officers.o2.extension: expected an extension of its own, found "70" also in {folder}/officers.yaml, line 1; choose another'),
    ],
)  # fmt: skip
def test_a_mistake_about_officers_is_told(tmp_path: Path, officers: str, expected: str) -> None:
    folder = tmp_path / "x"
    _, findings = load(folder, officers=officers)
    assert expected.replace("{folder}", str(folder)) in messages(findings, folder)


def test_an_officer_and_an_agent_cannot_have_one_id(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    one, findings = load(folder, officers="officers: {anna-a: {name: X, extension: 70}}")
    merge([one])
    twice = f'expected an id of its own, found "anna-a" also in {folder}/agents.yaml, line 2; choose another'
    assert messages(findings, folder) == [f"officers.yaml:1:12: error: officers.anna-a: {twice}"]


def test_a_generalist_below_the_rings_level_cannot_answer(tmp_path: Path) -> None:
    queues = "queues: {school: {name: S, rings: [{after: 0 s, ask: generalists, least level: 2}]}}"
    nobody = "queues.yaml:1:10: error: queues.school: expected somebody who may answer, found nobody in agents.yaml whom its rings ask; make somebody its specialist"
    _, low = load(tmp_path / "x", queues, "agents: {a1: {name: X, generalist: {school: 1}}}")
    assert messages(low, tmp_path / "x") == [nobody]
    _, other = load(tmp_path / "x", queues, "agents: {a1: {name: X, specialist: {school: 3}}}")
    assert messages(other, tmp_path / "x") == [nobody]
    _, right = load(tmp_path / "x", queues, "agents: {a1: {name: X, generalist: {school: 2}}}")
    assert messages(right, tmp_path / "x") == []


def test_problems_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    _, findings = load(tmp_path / "x", QUEUES.replace("15 s", "15"), AGENTS.replace("Bo B", ""))
    with pytest.raises(ConfigurationError) as caught:
        findings.check()
    assert [p.path.rpartition("/")[2] for p in caught.value.problems] == ["agents.yaml", "queues.yaml"]


def test_files_that_are_not_there_are_told_once_each(tmp_path: Path) -> None:
    findings = Findings()
    load_definitions(tmp_path, findings)
    assert messages(findings, tmp_path) == [
        "agents.yaml:1:1: error: expected this file, found none; is it elsewhere, or named otherwise?",
        "queues.yaml:1:1: error: expected this file, found none; is it elsewhere, or named otherwise?",
    ]


def test_an_id_in_two_folders_is_an_error_at_the_second(tmp_path: Path) -> None:
    one, _ = load(tmp_path / "one")
    two, findings = load(
        tmp_path / "two",
        QUEUES.replace("social:", "school-2:"),
        AGENTS.replace("social:", "school-2:").replace("anna-a", "school"),
    )
    policy = merge([one, two])
    assert messages(findings, tmp_path) == [
        f'two/agents.yaml:3:3: error: agents.bo-b: expected an id of its own, found "bo-b" also in {tmp_path}/one/agents.yaml, line 3; choose another',
        f'two/queues.yaml:2:3: error: queues.school: expected an id of its own, found "school" also in {tmp_path}/one/queues.yaml, line 2; choose another',
    ]
    assert policy.queues["school"].number == "one"
