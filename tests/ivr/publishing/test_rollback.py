"""An earlier version put back: its files stand there again, and nothing is lost that stood there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ivr.menu.number import STOCKHOLM, load_number
from ivr.publishing.candidate import make_candidate
from ivr.publishing.rollback import PutBack, put_back, version_before
from ivr.publishing.versions import Version, Versions, VersionsError
from tests.ivr.publishing.ground import hashes_of, job_in, record, write_number

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


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


def back(town: Path, version: int | None = None, number: str | None = None) -> PutBack:
    local = datetime(2026, 11, 24, 12, tzinfo=STOCKHOLM)
    return put_back(town / "versions", town / "menus", version, number, local=local)


def history(folder: Path, *contents: str) -> list[Version]:
    """Make versions of such contents as `a1 b2`: number a is of content 1, number b of content 2."""
    return [
        Version(place, 0.0, "", {word[0]: word[1:] for word in content.split()}, folder)
        for place, content in enumerate(contents, start=1)
    ]


def test_without_a_version_the_one_before_what_is_live_is_put_back(town: Path) -> None:
    kept = town / "versions" / "replaced" / "0001-2026-11-24-120000"
    version = Versions(town / "versions").get(1)
    assert back(town) == PutBack(version, ("nyby", "testby"), kept)
    for name in ("nyby", "testby"):
        assert greeting(town / "menus" / name) == "Ett."


def test_files_of_menus_that_the_version_has_not_are_removed_and_others_stay(town: Path) -> None:
    testby = town / "menus" / "testby"
    (testby / "notes.txt").write_text("x", encoding="ascii")
    (testby / "messages.yaml").write_text("messages: {}\n", encoding="ascii")
    back(town, 1)
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


@pytest.mark.parametrize(
    ("contents", "number", "version"),
    [
        (("a1", "a2"), None, 1),
        (("a1", "a2", "a3"), None, 2),
        (("a1", "a2", "a3", "a2"), None, 1),  # after a rollback: one further back, and not forth again
        (("a1", "a2", "a1", "a3"), None, 3),
        (("a1 b1", "a2 b1", "a2 b2"), None, 2),
        (("a1 b1", "a2 b1", "a2 b2"), "a", 1),
        (("a1 b1", "a2 b1", "a2 b2", "a1 b2"), "b", 2),
        (("a1", "a2", "a2 b1", "a1 b1", "a3 b1"), None, 4),
        (("a1", "a2 b1", "a3 b1", "a2 b1"), None, 1),
        (("a1 b1", "a1"), None, 1),  # a number that was removed comes back
        (("a1", "a1 b1"), None, None),  # a new number is no reason to go back
        (("a1", "a1 b1"), "b", None),
        (("a1", "a1 b1", "a1 b2"), None, 2),  # but a change of it is
        (("a1", "a1 b1", "a1 b2", "a1 b1"), None, None),
        (("a1 b1", "a1 b2", "a1"), "b", 2),  # live no more: as it last was
        (("a1", "a2", "a1"), None, None),
        (("a1",), None, None),
        ((), None, None),
    ],
)
def test_the_version_before_is_the_one_before_what_is_live_first_went_live(
    tmp_path: Path, contents: tuple[str, ...], number: str | None, version: int | None
) -> None:
    there = history(tmp_path, *contents)
    if version is None:
        with pytest.raises(VersionsError, match="there is no version before this one"):
            version_before(there, number)
    else:
        assert version_before(there, number).id == version


def test_what_is_the_same_in_both_versions_is_left_alone(town: Path) -> None:
    write_number(town / "menus", "testby", greeting="Tre.")
    make_candidate(job_in(town, Versions(town / "versions").get(2).hashes))
    write_number(town / "menus", "nyby", greeting="Ännu inte.")
    done = back(town)
    assert (done.version.id, done.numbers) == (2, ("testby",))
    assert greeting(town / "menus" / "nyby") == "Ännu inte."


def test_a_folder_that_is_newer_than_the_version_stays_and_is_told(town: Path) -> None:
    write_number(town / "menus", "storby")
    assert back(town).newer == ("storby",)
    assert back(town, 1, "testby").newer == ()
    assert (town / "menus" / "storby" / "menu.yaml").exists()


def test_each_set_that_is_put_aside_has_a_folder_of_its_own_and_the_last_ten_stay(town: Path) -> None:
    kept = []
    for each in range(12):
        write_number(town / "menus", "testby", greeting=f"Hej {each}.")
        kept.append(back(town, 1, "testby").kept)
    there = [each for each in kept if each is not None and each.exists()]
    assert there == kept[-10:]
    assert [greeting(each / "menus" / "testby") for each in there] == [f"Hej {e}." for e in range(2, 12)]


def test_what_stood_there_is_kept(town: Path) -> None:
    write_number(town / "menus", "testby", greeting="Tre.")
    done = back(town, None, "testby")
    assert done.kept is not None
    assert done.numbers == ("testby",)
    assert greeting(done.kept / "menus" / "testby") == "Tre."
    assert greeting(town / "menus" / "testby") == "Ett."
    assert greeting(town / "menus" / "nyby") == "Två."


def test_a_folder_that_was_removed_comes_back(town: Path) -> None:
    (town / "menus" / "nyby").rename(town / "elsewhere")
    assert back(town, 2, "nyby").kept is None
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
        back(town, version, number)
    assert str(caught.value) == why
    assert greeting(town / "menus" / "testby") == "Två."


def test_before_the_first_version_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(VersionsError) as caught:
        back(tmp_path)
    assert str(caught.value) == "there is no version before this one"
