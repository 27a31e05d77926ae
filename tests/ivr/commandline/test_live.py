"""`vaxel menus reload`, `rollback`, `versions`: what is told, with an engine and without."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from ivr.control.orders import Answer, Reload
from ivr.menu.number import load_number
from ivr.publishing.candidate import make_candidate
from ivr.publishing.refusals import Refusal, note_refusal
from ivr.publishing.versions import Versions
from tests.ivr.commandline.vaxel import engine_in, vaxel
from tests.ivr.publishing.ground import NOON, hashes_of, job_in, write_number

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough

ASIDE = "0001-2026-11-24-210000"
LIVE = Answer(is_done=True, lines=("testby: live, version 3",), fields={"version": 3})


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make an installation with two versions of Testby."""
    live: dict[str, str] = {}
    (tmp_path / "state").mkdir()
    for each, greeting in enumerate(("Ett.", "Två.")):
        write_number(tmp_path / "menus", greeting=greeting)
        job = job_in(tmp_path, live, "by hand, johan" if each else "start", NOON + 60 * each)
        live = hashes_of(make_candidate(job))
    (tmp_path / "versions").rename(tmp_path / "state" / "versions")
    return tmp_path


def at_night(folder: Path, *words: str) -> tuple[int, list[str], list[str]]:
    with freeze_time("2026-11-24 20:00:00"):  # UTC: nine in Stockholm
        return vaxel(folder, *words)


def greeting(folder: Path) -> str:
    number = load_number(folder / "menus" / "testby")
    return next(prompt.text for prompt in number.prompts() if prompt.name == "people/text")


def test_a_reload_is_told_as_the_engine_tells_it(town: Path) -> None:
    with engine_in(town, LIVE) as orders:
        assert vaxel(town, "menus", "reload") == (0, ["testby: live, version 3"], [])
        code, (line,), _ = vaxel(town, "menus", "reload", "--json")
    assert orders == [Reload(), Reload()]
    assert (code, json.loads(line)) == (0, {"done": True, "lines": ["testby: live, version 3"], "version": 3})


def test_a_reload_of_some_numbers_names_them(town: Path) -> None:
    with engine_in(town, LIVE) as orders:
        assert vaxel(town, "menus", "reload", "testby", "nyby")[0] == 0
    assert orders == [Reload(numbers=("testby", "nyby"))]


def test_a_reload_without_an_engine_is_one_line(town: Path) -> None:
    why = f"vaxel: no engine runs here (looked in {town}/state); the menus go live when it is started"
    assert vaxel(town, "menus", "reload") == (1, [], [f"{why} (vaxel serve, or make run)"])


def test_a_rollback_puts_files_back_and_lets_them_go_live(town: Path) -> None:
    with engine_in(town, LIVE) as orders:
        told = at_night(town, "menus", "rollback")
    assert told == (
        0,
        [
            f"version 1 of 2026-11-24 12:00:00 (start) is back in {town}/menus: testby",
            f"what stood there is kept in {town}/state/versions/replaced/{ASIDE}",
            "testby: live, version 3",
        ],
        [],
    )
    assert orders == [Reload("back to version 1", ("testby",))]
    assert greeting(town) == "Ett."


def test_a_rollback_without_an_engine_is_done_too(town: Path) -> None:
    code, out, told = vaxel(town, "menus", "rollback", "--to", "1", "--number", "testby")
    later = f"no engine runs here (looked in {town}/state): it goes live with its next start"
    assert (code, out[-1], told) == (0, later, [])
    assert greeting(town) == "Ett."


def test_a_rollback_is_told_to_programs_in_one_object(town: Path) -> None:
    with engine_in(town, LIVE):
        code, (line,), told = at_night(town, "menus", "rollback", "--json")
    assert (code, told) == (0, [])
    assert json.loads(line) == {
        "done": True,
        "lines": ["testby: live, version 3"],
        "restored": 1,
        "numbers": ["testby"],
        "kept": f"{town}/state/versions/replaced/{ASIDE}",
        "newer": [],
        "version": 3,
    }


def test_a_version_that_there_is_not_is_one_line(town: Path) -> None:
    why = "vaxel: version 9: there is no such version; there is: 1, 2"
    assert vaxel(town, "menus", "rollback", "--to", "9") == (1, [], [why])


def test_a_version_is_named_with_an_option_or_without(town: Path) -> None:
    for words in (("1",), ("--to", "1"), ("1", "--to", "1")):
        write_number(town / "menus", greeting="Tre.")
        assert vaxel(town, "menus", "rollback", *words)[0] == 0
        assert greeting(town) == "Ett."
    code, _, told = vaxel(town, "menus", "rollback", "1", "--to", "2")
    assert (code, told[-1]) == (2, "Error: expected one version, found 1 and --to 2")


def test_a_folder_that_is_newer_than_the_version_stays_and_that_is_said(town: Path) -> None:
    write_number(town / "menus", "nyby")
    _, lines, _ = vaxel(town, "menus", "rollback")
    assert lines[2] == "nyby: newer than version 1; its folder stays as it is"


def test_a_second_rollback_from_the_oldest_version_is_told(town: Path) -> None:
    vaxel(town, "menus", "rollback")
    kept = Versions(town / "state" / "versions")
    make_candidate(replace(job_in(town, kept.get(2).hashes), versions=kept.folder))
    code, out, (told,) = vaxel(town, "menus", "rollback")
    assert (code, out) == (1, [])
    assert told == (
        "vaxel: there is no version before this one: what is live first went live as version 1, the oldest"
        " that is kept; for another: vaxel menus rollback VERSION; there is: 1, 2, 3"
    )


def test_versions_say_what_is_edited_and_not_live(town: Path) -> None:
    write_number(town / "menus", greeting="Tre.")
    write_number(town / "menus", "nyby")
    assert vaxel(town, "menus", "versions")[1][2:] == [
        "nyby: its folder is new and not live: vaxel menus reload",
        "testby: the files are not what is live: vaxel menus diff",
    ]
    shutil.rmtree(town / "menus" / "testby")
    assert vaxel(town, "menus", "versions")[1][3] == (
        "testby: its folder is gone, and it is live still: vaxel menus reload ends that,"
        " vaxel menus rollback --to 2 puts it back"
    )


def test_whoever_calls_a_running_engine_is_told_that_the_files_are_other(town: Path) -> None:
    hint = "testby: the files are not what is live: vaxel menus diff"
    with engine_in(town, LIVE):
        assert hint not in vaxel(town, "call", "--press", "", "--at", "10:00")[2]
        write_number(town / "menus", greeting="Tre.")
        assert hint in vaxel(town, "call", "--press", "", "--at", "10:00")[2]
        assert hint not in vaxel(town, "call", "--press", "", "--at", "10:00", "--draft")[2]
    assert hint not in vaxel(town, "call", "--press", "", "--at", "10:00")[2]


def test_versions_end_with_the_change_that_was_refused_last(town: Path) -> None:
    folder = town / "state" / "versions"
    note_refusal(folder, Refusal(NOON, "a file was saved", ("f:1:1: error: x",)))
    refused = "the last change (a file was saved, 12:00) was refused: f:1:1: error: x"
    assert at_night(town, "menus", "versions")[1][-1] == refused
    note_refusal(folder, Refusal(NOON - 86_400, "by hand, johan", ("a", "b", "c", "d")))
    refused = "the last change (by hand, johan, 2026-11-23 12:00) was refused: a (and 3 more)"
    assert at_night(town, "menus", "versions")[1][-1] == refused


def test_without_a_word_the_files_are_compared_with_what_is_live(town: Path) -> None:
    assert vaxel(town, "menus", "diff") == (0, ["testby", "  nothing changes for callers"], [])
    write_number(town / "menus", greeting="Tre.")
    _, lines, _ = vaxel(town, "menus", "diff")
    assert any("Två." in line and "Tre." in line for line in lines)


@pytest.mark.parametrize("old", ["1", "{town}/state/versions/0001/menus/testby"])
def test_with_a_version_or_a_folder_the_files_are_compared_with_that(town: Path, old: str) -> None:
    code, lines, told = vaxel(town, "menus", "diff", old.format(town=town))
    assert (code, told) == (0, [])
    assert any("Ett." in line and "Två." in line for line in lines)


@pytest.mark.parametrize("named", ["testby", "{town}/menus/testby", "{town}/menus/testby/menu.yaml"])
def test_a_number_alone_is_compared_with_what_is_live_of_it(town: Path, named: str) -> None:
    words = ("menus", "diff", named.format(town=town))
    write_number(town / "menus", "nyby")
    assert vaxel(town, *words) == (0, ["testby", "  nothing changes for callers"], [])
    write_number(town / "menus", greeting="Tre.")
    code, (name, change), told = vaxel(town, *words)
    assert (code, name, told) == (0, "testby", [])
    assert "Två." in change
    assert "Tre." in change


def test_a_number_that_is_not_live_is_new(town: Path) -> None:
    write_number(town / "menus", "nyby")
    code, (name, change), _ = vaxel(town, "menus", "diff", "nyby")
    assert (code, name) == (0, "nyby")
    assert change.startswith("  New number: ")


def test_of_a_version_only_the_number_is_compared_that_is_named_beside_it(town: Path) -> None:
    write_number(town / "menus", "nyby")
    for words in (("1", "testby"), ("testby", "1")):
        _, (name, change), _ = vaxel(town, "menus", "diff", *words)
        assert name == "testby"
        assert "Ett." in change
        assert "Två." in change


def test_what_is_no_version_and_no_folder_is_told(town: Path) -> None:
    code, _, told = vaxel(town, "menus", "diff", "testbyn")
    why = "expected a folder, a number's name, or a version as vaxel menus versions shows it; found 'testbyn'"
    assert (code, told[-1]) == (2, f"Error: Invalid value: {why}")
    why = "vaxel: version 9: there is no such version; there is: 1, 2"
    assert vaxel(town, "menus", "diff", "9") == (1, [], [why])


def test_before_the_first_start_nothing_is_compared(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    told = "vaxel: no version is kept yet: the first is made when the engine starts"
    assert vaxel(tmp_path, "menus", "diff") == (1, [], [told])


def test_versions_are_listed_the_newest_first(town: Path) -> None:
    code, lines, told = vaxel(town, "menus", "versions")
    assert (code, told) == (0, [])
    assert [line.rsplit(" ", 1)[0] for line in lines] == [
        "   2  2026-11-24 12:01:00  by hand, johan  testby",
        "   1  2026-11-24 12:00:00  start  testby",
    ]
    _, (line,), _ = vaxel(town, "menus", "versions", "--json")
    assert [(row["id"], row["why"], row["made_at"]) for row in json.loads(line)] == [
        (2, "by hand, johan", NOON + 60),
        (1, "start", NOON),
    ]


def test_before_the_first_start_there_is_no_version(tmp_path: Path) -> None:
    told = "no version is kept yet: the first is made when the engine starts"
    assert vaxel(tmp_path, "menus", "versions") == (0, [told], [])
