"""What is wrong in one folder keeps no other back, nor does what has been live all along."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.menu.circumstances import Crisis, Standing
from ivr.menu.texts import Prompt
from ivr.publishing.candidate import make_candidate
from tests.ivr.publishing.ground import (
    NOON,
    hashes_of,
    job_in,
    made_live,
    record,
    spoil,
    two_numbers,
    write_number,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.fixture
def menus(tmp_path: Path) -> Path:
    """Write Testby and Nyby, both good."""
    return two_numbers(tmp_path)


def test_who_claims_what_is_anothers_gives_way_and_the_others_go_live(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "annanby", queue="testby-people")  # before testby in the order of names
    write_number(menus, "nyby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, list(candidate.refused)) == (("nyby",), ["annanby"])
    assert [number.id for number in candidate.numbers] == ["nyby", "testby"]


def test_a_live_folder_that_todays_date_makes_wrong_keeps_nobody_back(tmp_path: Path, menus: Path) -> None:
    until_december = """\
hours:
  office:
    weekly: {monday-sunday: closed}
    exceptions: [{from: 2026-11-01, to: 2026-12-10, open: 08:00-16:00}]
"""
    (menus / "testby" / "hours.yaml").write_text(until_december, "utf-8")
    live = made_live(tmp_path)
    write_number(menus, "nyby", greeting="Hej.")
    job = job_in(tmp_path, live)
    in_december = replace(job, ground=replace(job.ground, at=NOON + 30 * 86_400.0))
    candidate = make_candidate(in_december)
    assert (candidate.changed, candidate.refused) == (("nyby",), {})
    folder = menus / "testby" / "hours.yaml"
    folder.write_text(f"{until_december}\n", "utf-8")  # who edits it now has to mend it
    assert list(make_candidate(in_december).refused) == ["testby"]


@pytest.mark.parametrize("name", ["a-testby", "testby-kopia"])
def test_a_copy_of_a_folder_gives_way_and_the_original_may_be_edited(
    tmp_path: Path, menus: Path, name: str
) -> None:
    live = made_live(tmp_path)
    shutil.copytree(menus / "testby", menus / name)
    write_number(menus, "testby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, list(candidate.refused)) == (("testby",), [name])


def test_a_renamed_folder_with_a_mistake_takes_no_number_out_of_service(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    (menus / "testby").rename(menus / "testby-ny")
    spoil(menus, "testby-ny")
    write_number(menus, "nyby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, list(candidate.refused)) == (("nyby",), ["testby-ny", "testby"])
    assert hashes_of(candidate)["testby"] == live["testby"]
    assert candidate.refused["testby"] == (
        f"{menus}/testby: its folder is gone; it stays live while testby-ny is refused",
    )


def test_a_script_that_is_broken_by_now_keeps_nobody_back(tmp_path: Path, menus: Path) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "parking.py").write_text("def main(agi):\n    return ''\n", "ascii")
    menu = menus / "testby" / "menu.yaml"
    script = "  scripted: {kind: script, script: parking:main, then: people, failed: people}\n"
    menu.write_text(menu.read_text("utf-8").replace("open: people", "open: scripted") + script, "utf-8")
    (menus / "testby" / "scenarios.yaml").unlink()
    job = job_in(tmp_path)
    job = replace(job, ground=replace(job.ground, scripts=scripts))
    live = hashes_of(make_candidate(job))
    (scripts / "parking.py").write_text("def main(agi:\n", "ascii")
    write_number(menus, "nyby", greeting="Hej.")
    candidate = make_candidate(replace(job, live=live))
    assert (candidate.changed, candidate.refused) == (("nyby",), {})
    assert any("script parking:main: " in warning for warning in candidate.warnings)
    menu.write_text(f"{menu.read_text('utf-8')}\n", "utf-8")  # who edits it now has to mend it
    assert list(make_candidate(replace(job, live=live)).refused) == ["testby"]


def test_a_first_folder_that_cannot_be_read_is_named(tmp_path: Path, menus: Path) -> None:
    shutil.rmtree(menus / "nyby")
    unread = menus / "testby" / "menu.yaml"
    unread.unlink()
    unread.symlink_to("/proc/self/mem")
    (line,) = make_candidate(job_in(tmp_path)).lines
    assert line.startswith(f"{unread}: cannot be read: ")


def test_a_live_scenario_that_fails_today_keeps_nobody_back(tmp_path: Path, menus: Path) -> None:
    write_number(menus, "testby", scenario="hej")
    live = made_live(tmp_path)  # a first start has nothing to fall back on
    write_number(menus, "nyby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, candidate.refused) == (("nyby",), {})
    (warning,) = candidate.warnings
    assert warning.startswith(f"{menus}/testby/scenarios.yaml:3: ")
    assert warning.endswith("; testby is live all the same")


def test_what_cannot_be_spoken_stays_as_it_was_and_the_others_go_live(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "testby", greeting="Hej.")
    record(menus, 440).write_bytes(b"noise")
    write_number(menus, "nyby", greeting="Tjena.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, list(candidate.refused)) == (("nyby",), ["testby"])
    (line,) = candidate.lines
    assert line.startswith(f"recording {menus}/testby/recordings/sv/people/text.wav: ")


def test_what_stands_and_cannot_be_spoken_keeps_no_menu_back(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "nyby", greeting="Hej.")
    text = Prompt("crisis/c", "Vatten.", "sv", recording=str(tmp_path / "none.wav"))
    stands = Standing(crises=(Crisis("c", {"sv": text}),))
    candidate = make_candidate(replace(job_in(tmp_path, live), standing={"nyby": stands}))
    assert (candidate.changed, candidate.refused) == (("nyby",), {})
    (warning,) = candidate.warnings
    assert warning.startswith(f"recording {tmp_path}/none.wav: ")


def test_a_file_that_cannot_be_read_is_named_and_keeps_only_its_folder(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "nyby", greeting="Hej.")
    unread = menus / "testby" / "menu.yaml"
    unread.unlink()
    unread.symlink_to("/proc/self/mem")  # whoever reads it gets an error, root too
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, list(candidate.refused)) == (("nyby",), ["testby"])
    assert candidate.lines == (
        f"{unread}: cannot be read: Input/output error; let the engine's user read it",
    )
