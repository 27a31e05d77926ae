"""A check tells what is wrong in the files that are meant, wherever these really lie."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ivr.editing.checking import check
from ivr.menu.number import Ground
from tests.ivr.publishing.ground import NOON, record, write_number

if TYPE_CHECKING:
    from pathlib import Path

GROUND = Ground(at=NOON)
CLOSED_ONCE = """\
hours:
  office:
    weekly: {monday-friday: 08:00-16:00}
    exceptions: [{on: 2026-12-23, open: closed, reason: Vi flyttar.}]
"""


def told(*paths: Path) -> list[str]:
    return [str(problem) for problem in check(paths, GROUND).problems]


def test_a_recording_of_an_exceptions_reason_is_checked_long_before_its_day(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    (folder / "hours.yaml").write_text(CLOSED_ONCE, "utf-8")
    noise = folder / "recordings" / "sv" / "hours" / "office" / "2026-12-23.wav"
    noise.parent.mkdir(parents=True)
    noise.write_bytes(b"noise")
    (line,) = told(folder)
    assert line.startswith(f"{noise}:1:1: error: expected a WAV file")


def test_a_folder_is_checked_through_a_link(tmp_path: Path) -> None:
    folder = write_number(tmp_path / "there", scenario="hej")
    (tmp_path / "menus").mkdir()
    (tmp_path / "menus" / "landsby").symlink_to(folder)
    assert told(tmp_path / "menus") == told(tmp_path / "menus" / "landsby") == []


def test_a_second_name_for_the_same_folder_is_told(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    (tmp_path / "annanby").symlink_to(folder)
    (line,) = told(tmp_path)
    assert line.startswith(f"{folder}:1:1: error: expected a folder of its own, found one with ")
    assert told(folder, folder / "menu.yaml") == []  # named twice, and still one


def test_a_folder_that_is_named_as_a_recording_is_none(tmp_path: Path) -> None:
    record(tmp_path, 440).with_name("dir.wav").mkdir(parents=True, exist_ok=True)
    write_number(tmp_path)
    assert not any("cannot read" in line for line in told(tmp_path / "testby"))


def test_a_guest_is_looked_for_in_the_number_beside(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    shutil.copytree(folder, other := tmp_path / "annanby")
    people = (folder / "agents.yaml").read_text("utf-8")
    guest = "  {}: {{defined in: annanby, specialist: {{testby-people: 1}}}}\n"
    (other / "agents.yaml").write_text("agents: {cia-c: {name: Cia C}}\n", "utf-8")
    (folder / "agents.yaml").write_text(people + guest.format("cia-c"), "utf-8")
    assert [line for line in told(folder) if "cia" in line] == []
    (folder / "agents.yaml").write_text(people + guest.format("cia-d"), "utf-8")
    (line,) = (line for line in told(folder) if "cia" in line)
    assert line.endswith('agents.yaml of "annanby" names no agent "cia-d"; did you mean "cia-c"?')
