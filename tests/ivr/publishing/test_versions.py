"""Versions: whole copies only, ten of them, in order, and one line when the folder cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.publishing.versions import KEPT, MENUS, NOTE, Version, Versions, VersionsError
from tests.fakes.full_disk import disk_full_at
from tests.ivr.publishing.ground import write_number

if TYPE_CHECKING:
    from pathlib import Path


def kept(folder: Path, digest: str, at: float = 1.0) -> Version:
    """Keep a version of `folder`/menus, in which testby has this content hash."""
    versions = Versions(folder / "versions")
    staged = versions.stage([folder / "menus" / "testby"])
    return versions.keep(staged, at, "by hand", {"testby": digest})


def test_there_is_no_version_before_the_first(tmp_path: Path) -> None:
    assert Versions(tmp_path / "versions").all() == ()


def test_a_version_is_what_was_staged_with_its_note(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    version = kept(tmp_path, "aa", 7.5)
    copy = tmp_path / "versions" / "0001" / MENUS
    assert version == Version(1, 7.5, "by hand", {"testby": "aa"}, copy)
    assert Versions(tmp_path / "versions").all() == (version,)
    assert sorted(path.name for path in (copy / "testby").iterdir()) == sorted(
        path.name for path in (tmp_path / "menus" / "testby").iterdir()
    )


def test_only_menus_and_recordings_are_copied(tmp_path: Path) -> None:
    folder = write_number(tmp_path / "menus")
    for name in ("notes.txt", "menu.yaml~", ".menu.yaml.swp", "sounds/a.wav"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="ascii")
    (folder / ".#menu.yaml").symlink_to("johan@office.1234")  # as Emacs locks a file
    copy = kept(tmp_path, "aa").menus / "testby"
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()) == [
        "agents.yaml",
        "hours.yaml",
        "menu.yaml",
        "number.yaml",
        "queues.yaml",
        "sounds/a.wav",
    ]


def test_the_last_ten_are_kept_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    for each in range(KEPT + 3):
        kept(tmp_path, f"{each}")
    there = Versions(tmp_path / "versions").all()
    assert [version.id for version in there] == list(range(4, 14))
    assert [version.hashes["testby"] for version in there] == [str(each) for each in range(3, 13)]


def test_version_ten_thousand_comes_after_the_one_before(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    kept(tmp_path, "aa")
    (tmp_path / "versions" / "0001").rename(tmp_path / "versions" / "9999")
    assert kept(tmp_path, "bb").id == 10_000
    assert [version.id for version in Versions(tmp_path / "versions").all()] == [9999, 10_000]


def test_what_an_interrupted_publication_left_is_no_version_and_is_removed(tmp_path: Path) -> None:
    folder = write_number(tmp_path / "menus")
    versions = Versions(tmp_path / "versions")
    interrupted = versions.stage([folder])
    assert versions.all() == ()
    staged = versions.stage([folder])
    assert (interrupted.name, staged.name) == ("0001", "0002")
    assert not interrupted.exists()


@pytest.mark.parametrize("note", ["", "7", "[]", "{}", '{"made_at": 1, "why": "x", "hashes": 7}', "\xff"])
def test_a_damaged_note_is_no_version(tmp_path: Path, note: str) -> None:
    write_number(tmp_path / "menus")
    version = kept(tmp_path, "aa")
    (version.menus.parent / NOTE).write_bytes(note.encode("latin-1"))
    assert Versions(tmp_path / "versions").all() == ()


def test_the_newest_copy_with_this_content_is_found(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    for digest in ("aa", "bb", "aa", "cc"):
        kept(tmp_path, digest)
    versions = Versions(tmp_path / "versions")
    assert versions.folder_of("testby", "aa") == tmp_path / "versions" / "0003" / MENUS / "testby"
    assert versions.folder_of("testby", "dd") is None
    assert versions.folder_of("nyby", "aa") is None


def test_a_version_that_there_is_not_is_told_with_those_there_are(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    kept(tmp_path, "aa")
    with pytest.raises(VersionsError) as caught:
        Versions(tmp_path / "versions").get(7)
    assert str(caught.value) == "version 7: there is no such version; there is: 1"


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    (tmp_path / "versions").write_text("", encoding="ascii")
    versions = Versions(tmp_path / "versions")
    for fails in (versions.all, lambda: versions.stage([tmp_path / "menus" / "testby"])):
        with pytest.raises(VersionsError) as caught:
            fails()
        assert str(caught.value).startswith(f"versions folder {tmp_path}/versions: ")
        assert str(caught.value).endswith("; make it writable, or free some space")


def test_a_full_disk_leaves_the_versions_as_they_were(tmp_path: Path) -> None:
    folder = write_number(tmp_path / "menus")
    version = kept(tmp_path, "aa")
    versions = Versions(tmp_path / "versions")
    with disk_full_at(10), pytest.raises(VersionsError) as caught:
        versions.stage([folder])
    reason = "File too large; make it writable, or free some space"
    assert str(caught.value) == f"versions folder {tmp_path}/versions: {reason}"
    assert [path.name for path in (tmp_path / "versions").iterdir()] == ["0001"]
    staged = versions.stage([folder])
    with disk_full_at(10), pytest.raises(VersionsError):
        versions.keep(staged, 1.0, "by hand", {})
    assert versions.all() == (version,)
