"""A candidate: what is good goes live together, the rest stays as it was, and what is checked is the copy."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.menu.number import load_number
from ivr.prompts import PromptLibrary, RecordingUnusableError
from ivr.publishing.candidate import Candidate, Job, make_candidate
from ivr.publishing.versions import KEPT, MENUS, Versions
from tests.ivr.publishing.ground import (
    diary,
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

    from ivr.menu.number import Number

pytestmark = pytest.mark.thorough

NOTHING_NEW = Candidate((), (), {}, (), None, 0)


@pytest.fixture
def menus(tmp_path: Path) -> Path:
    """Write Testby and Nyby, both good."""
    return two_numbers(tmp_path)


def versions(folder: Path) -> list[int]:
    return [version.id for version in Versions(folder / "versions").all()]


def greeting(number: Number) -> str:
    return next(prompt.text for prompt in number.prompts() if prompt.name == "people/text")


def test_good_menus_are_a_version_and_go_live_with_everything_spoken(tmp_path: Path, menus: Path) -> None:
    candidate = make_candidate(job_in(tmp_path))
    assert candidate.changed == ("nyby", "testby")
    assert (candidate.refused, candidate.warnings, candidate.version, candidate.proven) == ({}, (), 1, 2)
    assert hashes_of(candidate) == {
        name: load_number(menus / name).content_hash for name in ("nyby", "testby")
    }
    assert Versions(tmp_path / "versions").get(1).hashes == hashes_of(candidate)
    library = PromptLibrary(tmp_path / "prompts", job_in(tmp_path).speech)
    assert library.missing(prompt for number in candidate.numbers for prompt in number.prompts()) == ()
    assert "sv|150|Välkommen." in diary(tmp_path)


def test_progress_is_told_of_each_text_that_is_spoken(tmp_path: Path, menus: Path) -> None:
    told: list[tuple[int, int]] = []
    make_candidate(job_in(tmp_path), lambda done, of: told.append((done, of)))
    assert told == [(done, len(told)) for done in range(1, len(told) + 1)]
    assert menus.is_dir()


def test_menus_without_a_change_are_no_version(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    assert make_candidate(job_in(tmp_path, live)) == NOTHING_NEW
    assert versions(tmp_path) == [1]
    assert diary(tmp_path) == []
    assert menus.is_dir()


def test_of_two_folders_the_changed_one_is_named(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "nyby", greeting="Hej.", scenario="hej")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, candidate.version, candidate.proven) == (("nyby",), 2, 2)
    assert [(number.id, greeting(number)) for number in candidate.numbers] == [
        ("nyby", "Hej."),
        ("testby", "Välkommen."),
    ]
    assert diary(tmp_path) == ["sv|150|Hej."]


def test_a_broken_folder_stays_as_it_was_live_and_the_other_goes_live(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    spoil(menus, "testby")
    write_number(menus, "nyby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert candidate.changed == ("nyby",)
    assert list(candidate.refused) == ["testby"]
    assert candidate.lines[0].startswith(f"{menus}/testby/queues.yaml:1:9: error: ")
    assert hashes_of(candidate)["testby"] == live["testby"]
    kept = Versions(tmp_path / "versions").get(2)
    assert kept.hashes == hashes_of(candidate)
    assert load_number(kept.menus / "testby").content_hash == live["testby"]


def test_a_broken_folder_alone_changes_nothing(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    spoil(menus, "testby")
    candidate = make_candidate(job_in(tmp_path, live))
    assert candidate == NOTHING_NEW._replace(refused=candidate.refused)
    assert list(candidate.refused) == ["testby"]
    assert versions(tmp_path) == [1]


def test_a_scenario_that_fails_keeps_its_folder_as_it_was(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "nyby", greeting="Hej.")
    write_number(menus, "testby", greeting="Godmorgon.", scenario="välkommen")
    candidate = make_candidate(job_in(tmp_path, live))
    assert candidate.changed == ("nyby",)
    (line,) = candidate.refused["testby"]
    assert line.startswith(f"{menus}/testby/scenarios.yaml:3: Den som ringer kommer fram: ")
    assert "sv|150|Godmorgon." not in diary(tmp_path)


def test_every_folder_that_is_broken_at_first_is_told(tmp_path: Path, menus: Path) -> None:
    spoil(menus, "testby")
    spoil(menus, "nyby")
    candidate = make_candidate(job_in(tmp_path))
    assert candidate.numbers == ()
    assert sorted(candidate.refused) == ["nyby", "testby"]
    assert versions(tmp_path) == []


def test_without_anything_live_one_broken_folder_keeps_all_from_going_live(
    tmp_path: Path, menus: Path
) -> None:
    spoil(menus, "testby")
    candidate = make_candidate(job_in(tmp_path))
    assert (candidate.numbers, list(candidate.refused)) == ((), ["testby"])
    assert not (tmp_path / "versions" / "0001").exists()


def test_a_new_folder_that_is_not_ready_is_left_out_and_the_others_go_live(
    tmp_path: Path, menus: Path
) -> None:
    live = made_live(tmp_path)
    write_number(menus, "storby")
    spoil(menus, "storby")
    write_number(menus, "testby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, list(candidate.refused)) == (("testby",), ["storby"])
    assert sorted(hashes_of(candidate)) == ["nyby", "testby"]


def test_a_number_cannot_go_when_no_other_is_live(tmp_path: Path, menus: Path) -> None:
    shutil.rmtree(menus / "nyby")
    live = made_live(tmp_path)
    write_number(menus, "nyby")
    shutil.rmtree(menus / "testby")
    candidate = make_candidate(replace(job_in(tmp_path, live), only=("testby",)))
    why = "no number would be left; put a folder back first"
    assert candidate == NOTHING_NEW._replace(refused={"testby": (why,)})


def test_a_folder_that_was_live_and_whose_version_is_gone_cannot_stay(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    shutil.rmtree(tmp_path / "versions")
    spoil(menus, "testby")
    write_number(menus, "nyby", greeting="Hej.")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.numbers, list(candidate.refused)) == ((), ["testby"])


def test_a_folder_that_is_gone_is_not_among_the_numbers_that_may_go_live(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    shutil.rmtree(menus / "nyby")
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.changed, candidate.version) == ((), 2)
    assert hashes_of(candidate) == {"testby": live["testby"]}
    assert make_candidate(job_in(tmp_path, hashes_of(candidate))) == NOTHING_NEW


def test_only_named_numbers_change_and_the_others_stay_as_they_are_live(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "testby", greeting="Hej.")
    shutil.rmtree(menus / "nyby")
    write_number(menus, "storby")
    candidate = make_candidate(replace(job_in(tmp_path, live), only=("testby",)))
    assert (candidate.changed, candidate.refused) == (("testby",), {})
    assert hashes_of(candidate).keys() == {"nyby", "testby"}
    assert hashes_of(candidate)["nyby"] == live["nyby"]
    assert load_number(Versions(tmp_path / "versions").get(2).menus / "nyby").content_hash == live["nyby"]


def test_a_named_number_whose_folder_is_gone_goes_and_a_new_one_comes(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    shutil.rmtree(menus / "nyby")
    write_number(menus, "landsby")
    candidate = make_candidate(replace(job_in(tmp_path, live), only=("nyby", "landsby")))
    assert hashes_of(candidate).keys() == {"landsby", "testby"}


def test_a_named_number_that_there_is_not_is_told(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    write_number(menus, "testby", greeting="Hej.")
    candidate = make_candidate(replace(job_in(tmp_path, live), only=("testby", "nybby")))
    why = 'nybby: there is no such number; did you mean "nyby"?'
    assert candidate == NOTHING_NEW._replace(refused={"nybby": (why,)})


def test_what_is_live_and_kept_nowhere_cannot_stay_unless_its_files_are_the_same(
    tmp_path: Path, menus: Path
) -> None:
    live = made_live(tmp_path)
    shutil.rmtree(tmp_path / "versions")
    write_number(menus, "testby", greeting="Hej.")
    job = replace(job_in(tmp_path, live), only=("testby",))
    assert make_candidate(job).changed == ("testby",)
    shutil.rmtree(tmp_path / "versions")
    write_number(menus, "nyby", greeting="Hej.")
    why = "nyby: no copy is kept of what is live, so it cannot stay; reload every number"
    assert make_candidate(job) == NOTHING_NEW._replace(refused={"nyby": (why,)})


def test_the_default_numbers_folder_may_not_go(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    shutil.rmtree(menus / "nyby")
    job = job_in(tmp_path, live)
    candidate = make_candidate(
        Job(**{name: getattr(job, name) for name in Job.__slots__} | {"default": "nyby"})
    )
    why = f"{menus}/nyby: the folder of the default number is gone; put it back"
    assert candidate == NOTHING_NEW._replace(refused={"nyby": (why,)})


@pytest.mark.parametrize("is_there", [True, False], ids=["empty", "gone"])
def test_no_folder_at_all_is_told_once_and_everything_stays(
    tmp_path: Path, menus: Path, is_there: bool
) -> None:
    live = made_live(tmp_path)
    shutil.rmtree(menus)
    if is_there:
        menus.mkdir()
    candidate = make_candidate(job_in(tmp_path, live))
    assert (candidate.numbers, sorted(candidate.refused)) == ((), ["nyby", "testby"])
    (line,) = candidate.lines
    assert line.startswith(f"{menus}:1:1: error: expected a folder")


def test_what_is_saved_while_the_copy_is_checked_changes_the_next_one(tmp_path: Path, menus: Path) -> None:
    def save(done: int, of: int) -> None:
        assert 1 <= done <= of
        write_number(menus, "testby", greeting="Senare.")

    write_number(menus, "testby")
    candidate = make_candidate(job_in(tmp_path), save)
    assert [greeting(number) for number in candidate.numbers] == ["Välkommen.", "Välkommen."]
    assert make_candidate(job_in(tmp_path, hashes_of(candidate))).changed == ("testby",)


def test_recordings_are_heard_from_the_copy_and_exchanging_one_is_a_change(
    tmp_path: Path, menus: Path
) -> None:
    record(menus, 440)
    first = make_candidate(job_in(tmp_path))
    write_number(menus, "testby", greeting="Välkommen.", scenario="välkommen")
    record(menus, 880)
    second = make_candidate(job_in(tmp_path, hashes_of(first)))
    assert second.changed == ("testby",)
    recordings = [
        prompt.recording
        for candidate in (first, second)
        for number in candidate.numbers
        for prompt in number.prompts()
        if prompt.recording
    ]
    assert recordings == [
        f"{tmp_path}/versions/{version}/{MENUS}/testby/recordings/sv/people/text.wav"
        for version in ("0001", "0002")
    ]


def test_a_number_without_a_change_has_its_recordings_in_the_newest_version_too(
    tmp_path: Path, menus: Path
) -> None:
    record(menus, 440)
    live = made_live(tmp_path)
    for each in range(KEPT + 1):  # the version in which Testby last changed is gone then
        write_number(menus, "nyby", greeting=f"Hej {each}.")
        candidate = make_candidate(job_in(tmp_path, live))
        live = hashes_of(candidate)
    library = PromptLibrary(tmp_path / "prompts", job_in(tmp_path).speech)
    assert library.missing(prompt for number in candidate.numbers for prompt in number.prompts()) == ()


def test_a_recording_that_is_no_sound_is_told_by_its_place_in_the_menus(tmp_path: Path, menus: Path) -> None:
    live = made_live(tmp_path)
    path = record(menus, 440)
    path.write_bytes(b"noise")
    (line,) = make_candidate(job_in(tmp_path, live)).lines
    assert line.startswith(f"recording {path}: ")
    assert versions(tmp_path) == [1]


def test_a_first_publication_needs_everything_spoken(tmp_path: Path, menus: Path) -> None:
    path = record(menus, 440)
    path.write_bytes(b"noise")
    with pytest.raises(RecordingUnusableError) as caught:
        make_candidate(job_in(tmp_path))
    assert str(caught.value).startswith(f"recording {path}: ")
    assert versions(tmp_path) == []


def test_warnings_are_told_and_forbid_nothing(tmp_path: Path, menus: Path) -> None:
    stray = record(menus, 440).rename(menus / "testby" / "recordings" / "sv" / "peple.wav")
    candidate = make_candidate(job_in(tmp_path))
    (warning,) = candidate.warnings
    assert warning.startswith(f"{stray}:1:1: warning: no text has this name")
    assert candidate.version == 1
