"""What administrators write about waiting becomes the queue's rules; mistakes are in ivr's test_broken.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from queues.definitions import load_definitions
from queues.yamlfile import Findings
from routing.policy import NEVER, Announcing, Conditions, CoolDowns, Queue, SameAgent

if TYPE_CHECKING:
    from pathlib import Path

RINGS = "rings: [{after: 0 s, ask: specialists}]"


def read(folder: Path, rules: str) -> tuple[Queue, list[str]]:
    """Read a queue with these keys; return it, and what is told of it."""
    queue = f"  school:\n    name: Skola\n    hours: office\n    {RINGS}\n"
    lines = "".join(f"    {line}\n" for line in rules.splitlines())
    (folder / "queues.yaml").write_text(f"queues:\n{queue}{lines}", encoding="utf-8")
    (folder / "agents.yaml").write_text(
        "agents: {anna-a: {name: Anna A, specialist: {school: 3}}}\n", encoding="utf-8"
    )
    findings = Findings()
    found = load_definitions(folder, findings, {"office"})
    return found.queues["school"], [problem.message for problem in findings.problems]


def test_what_is_left_out_is_as_the_policy_has_it_but_that_callers_are_told(tmp_path: Path) -> None:
    queue, told = read(tmp_path, "")
    assert told == []
    assert queue == Queue(
        "school", "Skola", tmp_path.name, queue.rings, hours="office", announcing=Announcing()
    )


def test_every_rule_is_read(tmp_path: Path) -> None:
    rules = """\
target: 90 s
points: 50
cool-down: {no answer: 1 min, declined: 40 s, busy: 1.5 s, unreachable: 0 s}
same person: {within days: 7, hold: 20 s}
announce: {position: no, every: 2 min, at most: 5}
overflow: elsewhere
turn away when:
  nobody logged in: yes
  all paused: yes
  estimate above: 20 min
  waiting per agent above: 2.5
  waiting above: 40
send on when:
  nobody logged in: no
  all paused: yes
  estimate above: 40 min
  waiting per agent above: 12
  waited above: 30 min
at closing: release
while waiting: {9: {text: "Tryck 9.", to: elsewhere}}
"""
    queue, told = read(tmp_path, rules)
    assert told == []
    assert (queue.target_s, queue.points, queue.at_closing) == (90.0, 50.0, "release")
    assert queue.cool_downs == CoolDowns(60.0, 40.0, 1.5, 0.0)
    assert queue.same_agent == SameAgent(7, 20.0)
    assert queue.announcing == Announcing(position=False, every_s=120.0, most_position=5)
    assert queue.turn_away == Conditions(
        nobody_logged_in=True, all_paused=True, estimate_above_s=1200.0, per_agent_above=2.5, waiting_above=40
    )
    assert queue.send_on == Conditions(
        all_paused=True, estimate_above_s=2400.0, per_agent_above=12.0, waited_above_s=1800.0
    )


@pytest.mark.parametrize(
    ("written", "announcing"),
    [
        ("yes", Announcing()),
        ("{}", Announcing()),
        ("no", None),
        ('"No"', None),
        ("{estimate: no}", Announcing(estimate=False)),
    ],
)
def test_announcements_are_on_off_or_set(tmp_path: Path, written: str, announcing: Announcing | None) -> None:
    queue, told = read(tmp_path, f"announce: {written}")
    assert (queue.announcing, told) == (announcing, [])


def test_keys_that_are_said_make_announcements_of_nothing_else_right(tmp_path: Path) -> None:
    rules = "announce: {position: no, estimate: no}\nwhile waiting: {9: {text: T., to: elsewhere}}"
    queue, told = read(tmp_path, rules)
    assert (queue.announcing, told) == (Announcing(position=False, estimate=False), [])


def test_conditions_that_are_all_off_need_no_overflow(tmp_path: Path) -> None:
    queue, told = read(tmp_path, "turn away when: {nobody logged in: no, all paused: no}")
    assert (queue.turn_away, told) == (NEVER, [])


def test_release_needs_no_overflow_and_may_have_one(tmp_path: Path) -> None:
    assert read(tmp_path, "at closing: release")[1] == []
    assert read(tmp_path, "at closing: release\noverflow: elsewhere")[1] == []


def test_a_rule_that_cannot_be_read_is_not_taken_for_one_that_is_off(tmp_path: Path) -> None:
    """Else the overflow would be said to be without effect, which is no mistake of its own."""
    _, told = read(tmp_path, "overflow: elsewhere\nturn away when: {nobody logged in: ja}")
    assert told == [
        'queues.school.turn away when.nobody logged in: expected yes or no, found "ja"; did you mean yes?'
    ]


@pytest.mark.parametrize("written", ["2,5", "-1", "1e3", "101", ".5", "6 st", "0x1", "nan", "1_0"])
def test_what_is_no_number_for_each_agent_is_told(tmp_path: Path, written: str) -> None:
    rules = f'overflow: elsewhere\nturn away when: {{waiting per agent above: "{written}"}}'
    (told,) = read(tmp_path, rules)[1]
    assert "expected a number from 0 to 100, such as 6 or 2.5, found" in told


@pytest.mark.parametrize(("hold", "is_told"), [("180 s", False), ("181 s", True)])
def test_a_person_is_held_for_three_targets_at_most(tmp_path: Path, hold: str, *, is_told: bool) -> None:
    _, told = read(tmp_path, f"target: 60 s\nsame person: {{within days: 7, hold: {hold}}}")
    assert bool(told) == is_told
