"""Groups of callers are read into E.164, and no number is ever shown; mistakes are in test_broken.py."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ivr.menu.callersfile import load_callers
from ivr.menu.number import load_number
from ivr.numbers import NumberPlan, short_number
from queues.callers import CallerGroup
from queues.problems import Findings
from tests.ivr.menu.changed_folders import GROUND
from tests.ivr.menu.test_broken import BASE, BROKEN

if TYPE_CHECKING:
    from pathlib import Path

CALLERS = """\
callers:
  police:
    name: Polisen
    points: 300
    numbers: [114 14, "+46 8-465 004 20", 0046 8 465 004 21, 08 465 004 22, (08) 465 004 23]
  court: {name: Tingsrätten, points: 0, numbers: [+1 212 555 0100]}
"""


def test_groups_are_read(tmp_path: Path) -> None:
    path, findings = tmp_path / "callers.yaml", Findings()
    path.write_text(CALLERS, encoding="utf-8")
    assert load_callers(path, findings) == {
        "police": CallerGroup(
            "police",
            "Polisen",
            300,
            frozenset(["+4611414", "+46846500420", "+46846500421", "+46846500422", "+46846500423"]),
        ),
        "court": CallerGroup("court", "Tingsrätten", 0, frozenset(["+12125550100"])),
    }
    assert findings.problems == []


def test_numbers_are_written_as_arrivals_read_them() -> None:
    plan = NumberPlan("SE", "8")
    assert {plan.e164(told) for told in ("46500420", "084 6500 420", "+46846500420", "46846500420")} == {
        "+46846500420"
    }


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("112", "+46112"),
        ("114 14", "+4611414"),
        ("+4611414", "+4611414"),
        ("1177", "+461177"),
        ("08-465 004 20", None),
        ("465 004 20", None),
        ("11", None),
        ("", None),
        ("växeln", None),
    ],
)
def test_short_numbers_are_known(told: str, number: str | None) -> None:
    assert short_number(told) == number


def test_a_number_knows_its_callers_and_they_change_its_version(tmp_path: Path) -> None:
    folder = tmp_path / "testby"
    shutil.copytree(BASE / "menus" / "testby", folder)
    before = load_number(folder, GROUND)
    assert before.callers == {}
    (folder / "callers.yaml").write_text(CALLERS, encoding="utf-8")
    after = load_number(folder, GROUND)
    assert list(after.callers) == ["police", "court"]
    assert after.content_hash != before.content_hash


GROUP = "name: P, points: 1, numbers: [112]"


@pytest.mark.parametrize(
    "written",
    [
        "callers: {0701234567: {" + GROUP + "}}",
        "callers: {police: {" + GROUP + ", 0701234567: x}}",
        "callers: {police: {name: P, points: 070-123 45 67, numbers: [112]}}",
        "callers: {police: {name: P, points: 1, numbers: [*0701234567]}}",
        "callers: {police: {name: P, points: 1, numbers: 070 123 45 67}}",
        "callers: {police: {name: P, points: 1, numbers: [112], numbers: [070-1234567]: x}}",
        "callers:\n  police:\n    0701234567\n    070-1234567: x\n",
        "+46 70 123 45 67: {police: {" + GROUP + "}}",
        "0701234567",
        "callers:\n\t0701234567",
        "callers: {police:0701234567, court: {" + GROUP + "}}",
    ],
)
def test_a_number_is_in_no_message_wherever_it_was_written(tmp_path: Path, written: str) -> None:
    path, findings = tmp_path / "callers.yaml", Findings()
    path.write_text(written, encoding="utf-8")
    load_callers(path, findings)
    assert findings.errors
    for problem in findings.problems:
        digits = "".join(filter(str.isdecimal, problem.message.replace("08-465 004 12", "")))
        assert "1234" not in digits
        assert "701" not in digits


def test_what_is_left_out_of_a_message_is_marked_and_its_place_stays(tmp_path: Path) -> None:
    folder = tmp_path / "20260101"
    folder.mkdir()
    path, findings = folder / "callers.yaml", Findings()
    path.write_text("callers: {police: {name: P, points: 1, numbers: [112, 112], 070 1234567: x}}", "utf-8")
    load_callers(path, findings)
    assert [str(problem) for problem in findings.problems] == [
        f"{path}:1:61: error: callers.police.…: unknown key; there is: name, numbers, points",
        (
            f"{path}:1:55: error: callers.police.numbers[2]: expected each number once, found this one also"
            f" in {path}, line 1; remove one"
        ),
    ]


def test_no_number_is_shown() -> None:
    assert repr(CallerGroup("police", "Polisen", 300, frozenset(["+4611414"]))) == (
        "CallerGroup(id='police', name='Polisen', points=300)"
    )
    for case in BROKEN.glob("caller-*"):
        shown = (case / "expected.txt").read_text(encoding="utf-8")
        assert "465 004 2" not in shown
        assert "46500420" not in shown
