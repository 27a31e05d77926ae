"""People who answer for several numbers are one agent with the skills of all; mistakes in test_broken.py."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from queues.definitions import Definitions, Guest, check_guests, load_definitions, merge
from queues.yamlfile import Findings, Severity
from routing.policy import Agent, Skill

if TYPE_CHECKING:
    from pathlib import Path

ONE = "queues: {one: {name: Ett, rings: [{after: 0 s, ask: everybody}]}}\n"
TWO = "queues: {two: {name: Två, rings: [{after: 0 s, ask: everybody}]}}\n"
ANNA = "agents: {anna-a: {name: Anna A, specialist: {one: 3}}}\n"
TAKEN_IN = "agents: {anna-a: {defined in: oneby, generalist: {two: 2}}}\n"
HOME, HERE = Skill("specialist", 3), Skill("generalist", 2)


def load(folder: Path, queues: str, agents: str, findings: Findings) -> Definitions:
    folder.mkdir(exist_ok=True)
    (folder / "queues.yaml").write_text(queues, encoding="utf-8")
    (folder / "agents.yaml").write_text(agents, encoding="utf-8")
    return load_definitions(folder, findings)


def both(folder: Path, anna: str = ANNA, taken_in: str = TAKEN_IN) -> tuple[list[Definitions], Findings]:
    findings = Findings()
    oneby = load(folder / "oneby", ONE, anna, findings)
    return [load(folder / "twoby", TWO, taken_in, findings), oneby], findings


def test_the_skills_are_joined_under_the_name_of_home_in_whatever_order(tmp_path: Path) -> None:
    folders, findings = both(tmp_path)
    check_guests(folders)
    assert findings.problems == []
    joined = {"anna-a": Agent("anna-a", "Anna A", {"one": HOME, "two": HERE})}
    assert merge(folders).agents == merge(reversed(folders)).agents == joined


def test_a_guest_alone_may_answer_a_queue(tmp_path: Path) -> None:
    (twoby, _), findings = both(tmp_path)
    assert (dict(twoby.agents), dict(twoby.guests)) == (
        {},
        {"anna-a": Guest("anna-a", "oneby", {"two": HERE})},
    )
    assert twoby.people == {"anna-a": Agent("anna-a", "anna-a", {"two": HERE})}
    assert findings.problems == []


def test_a_guest_whose_home_is_not_live_answers_nothing(tmp_path: Path) -> None:
    (twoby, _), findings = both(tmp_path)
    assert dict(merge([twoby]).agents) == {}
    assert findings.problems == []


@pytest.mark.parametrize(
    ("live", "severity"), [((), Severity.ERROR), (("twoby",), Severity.WARNING), (("oneby",), Severity.ERROR)]
)
def test_a_guest_who_is_gone_at_home_is_no_error_of_a_number_that_is_live(
    tmp_path: Path, live: tuple[str, ...], severity: Severity
) -> None:
    folders, findings = both(tmp_path, anna=ANNA.replace("anna-a", "anna-b"))
    check_guests(folders, live)
    (problem,) = findings.problems
    assert (problem.severity, problem.message) == (
        severity,
        'agents.anna-a.defined in: agents.yaml of "oneby" names no agent "anna-a"; did you mean "anna-b"?',
    )
    assert list(merge(folders).agents) == ["anna-b"]


def test_of_a_home_whose_file_cannot_be_read_nothing_is_said(tmp_path: Path) -> None:
    folders, findings = both(tmp_path, anna="agents: [\n")
    before = list(findings.problems)
    check_guests(folders)
    assert findings.problems == before


def test_without_the_places_in_files_nothing_else_is_missing(tmp_path: Path) -> None:
    folders, _ = both(tmp_path)
    carried = pickle.loads(pickle.dumps([folder.bare for folder in folders]))  # noqa: S301  # our own
    assert merge(carried) == merge(folders)
