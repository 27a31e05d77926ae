"""`vaxel menus reload`, `rollback`, `versions`: what is told, with an engine and without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ivr.control.orders import Answer, Reload
from ivr.menu.number import load_number
from ivr.publishing.candidate import make_candidate
from tests.ivr.commandline.vaxel import engine_in, vaxel
from tests.ivr.publishing.ground import NOON, hashes_of, job_in, write_number

if TYPE_CHECKING:
    from pathlib import Path

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


def greeting(folder: Path) -> str:
    number = load_number(folder / "menus" / "testby")
    return next(prompt.text for prompt in number.prompts() if prompt.name == "people/text")


def test_a_reload_is_told_as_the_engine_tells_it(town: Path) -> None:
    with engine_in(town, LIVE) as orders:
        assert vaxel(town, "menus", "reload") == (0, ["testby: live, version 3"], [])
        code, (line,), _ = vaxel(town, "menus", "reload", "--json")
    assert orders == [Reload(), Reload()]
    assert (code, json.loads(line)) == (0, {"done": True, "lines": ["testby: live, version 3"], "version": 3})


def test_a_reload_without_an_engine_is_one_line(town: Path) -> None:
    why = "vaxel: no engine runs here; the menus go live when it is started"
    assert vaxel(town, "menus", "reload") == (1, [], [why])


def test_a_rollback_puts_files_back_and_lets_them_go_live(town: Path) -> None:
    with engine_in(town, LIVE) as orders:
        told = vaxel(town, "menus", "rollback")
    assert told == (
        0,
        [
            f"version 1 is back in {town}/menus: testby",
            f"what stood there is kept in {town}/state/versions/replaced",
            "testby: live, version 3",
        ],
        [],
    )
    assert orders == [Reload("back to version 1")]
    assert greeting(town) == "Ett."


def test_a_rollback_without_an_engine_is_done_too(town: Path) -> None:
    code, out, told = vaxel(town, "menus", "rollback", "--to", "1", "--number", "testby")
    assert (code, out[-1], told) == (0, "no engine runs here: it goes live with its next start", [])
    assert greeting(town) == "Ett."


def test_a_rollback_is_told_to_programs_in_one_object(town: Path) -> None:
    with engine_in(town, LIVE):
        code, (line,), told = vaxel(town, "menus", "rollback", "--json")
    assert (code, told) == (0, [])
    assert json.loads(line) == {
        "done": True,
        "lines": ["testby: live, version 3"],
        "restored": 1,
        "numbers": ["testby"],
        "kept": f"{town}/state/versions/replaced",
        "version": 3,
    }


def test_a_version_that_there_is_not_is_one_line(town: Path) -> None:
    why = "vaxel: version 9: there is no such version; there is: 1, 2"
    assert vaxel(town, "menus", "rollback", "--to", "9") == (1, [], [why])


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
