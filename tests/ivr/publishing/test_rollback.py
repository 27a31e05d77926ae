"""An earlier version put back: its files stand there again, and nothing is lost that stood there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.menu.number import load_number
from ivr.publishing.candidate import make_candidate
from ivr.publishing.rollback import PutBack, put_back
from ivr.publishing.versions import VersionsError
from tests.ivr.publishing.ground import hashes_of, job_in, record, write_number

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make two versions of Testby and Nyby: the second without scenarios, and with a recording."""
    menus, live = tmp_path / "menus", dict[str, str]()
    for greeting, scenario in (("Ett.", "ett"), ("Två.", None)):
        write_number(menus, "testby", greeting=greeting, scenario=scenario)
        write_number(menus, "nyby", greeting=greeting)
        if scenario is None:
            record(menus, 440)
        live = hashes_of(make_candidate(job_in(tmp_path, live)))
    return tmp_path


def greeting(folder: Path) -> str:
    return next(prompt.text for prompt in load_number(folder).prompts() if prompt.name == "people/text")


def test_without_a_version_the_one_before_the_newest_is_put_back(town: Path) -> None:
    assert put_back(town / "versions", town / "menus", None, None) == PutBack(
        1, ("nyby", "testby"), town / "versions" / "replaced"
    )
    for name in ("nyby", "testby"):
        assert greeting(town / "menus" / name) == "Ett."


def test_files_of_menus_that_the_version_has_not_are_removed_and_others_stay(town: Path) -> None:
    testby = town / "menus" / "testby"
    (testby / "notes.txt").write_text("x", encoding="ascii")
    (testby / "messages.yaml").write_text("messages: {}\n", encoding="ascii")
    put_back(town / "versions", town / "menus", 1, None)
    assert sorted(path.name for path in testby.iterdir() if path.is_file()) == [
        "agents.yaml",
        "hours.yaml",
        "menu.yaml",
        "notes.txt",
        "number.yaml",
        "queues.yaml",
        "scenarios.yaml",
    ]
    assert list(testby.rglob("*.wav")) == []


def test_what_stood_there_is_kept(town: Path) -> None:
    write_number(town / "menus", "testby", greeting="Tre.")
    done = put_back(town / "versions", town / "menus", None, "testby")
    assert done.numbers == ("testby",)
    assert greeting(done.kept / "menus" / "testby") == "Tre."
    assert greeting(town / "menus" / "testby") == "Ett."
    assert greeting(town / "menus" / "nyby") == "Två."


def test_a_folder_that_was_removed_comes_back(town: Path) -> None:
    (town / "menus" / "nyby").rename(town / "elsewhere")
    put_back(town / "versions", town / "menus", 2, None)
    assert greeting(town / "menus" / "nyby") == "Två."


@pytest.mark.parametrize(
    ("version", "number", "why"),
    [
        (7, None, "version 7: there is no such version; there is: 1, 2"),
        (1, "storby", "version 1 has no number storby; there is: nyby, testby"),
    ],
)
def test_what_there_is_not_is_told(town: Path, version: int, number: str | None, why: str) -> None:
    with pytest.raises(VersionsError) as caught:
        put_back(town / "versions", town / "menus", version, number)
    assert str(caught.value) == why
    assert greeting(town / "menus" / "testby") == "Två."


def test_before_the_first_version_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(VersionsError) as caught:
        put_back(tmp_path / "versions", tmp_path / "menus", None, None)
    assert str(caught.value) == "there is no version before this one"
