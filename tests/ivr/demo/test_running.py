"""Commands find the demonstration that runs in their folder, and no other."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.control.orders import Answer
from ivr.demo.demonstration import _Spoken
from ivr.demo.running import RUNNING, announced, running_settings
from tests.ivr.commandline.vaxel import engine_in

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = Answer(is_done=True)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Be in a folder, with an exchange elsewhere that can run."""
    for name in ("VAXEL_STATE", "VAXEL_MENUS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    folder = Path(tempfile.mkdtemp())
    (folder / "vaxel.yaml").write_text(f"state: {folder}/state\n", encoding="utf-8")
    yield folder
    shutil.rmtree(folder)


def found() -> Path | None:
    settings = running_settings()
    return None if settings is None else settings.state


def test_it_is_found_while_it_runs(town: Path) -> None:
    with engine_in(town, NOTHING):
        assert found() is None
        with announced(town / "vaxel.yaml") as is_found:
            assert (is_found, found()) == (True, town / "state")
            assert not [path for path in RUNNING.parent.iterdir() if path.name != RUNNING.name]
        assert found() is None
    assert not RUNNING.is_symlink()


def test_a_link_that_is_left_of_one_that_was_killed_is_not_meant(town: Path) -> None:
    with announced(town / "vaxel.yaml"):
        assert found() is None  # no engine answers
        (town / "vaxel.yaml").write_text("state: [", encoding="utf-8")
        assert found() is None
        (town / "vaxel.yaml").unlink()
        assert found() is None


def test_of_two_the_last_one_is_found_and_the_first_leaves_its_link_alone(town: Path) -> None:
    other = town / "other.yaml"
    other.write_text(f"state: {town}/other\n", encoding="utf-8")
    first, second = announced(town / "vaxel.yaml"), announced(other)
    with engine_in(town, NOTHING):
        first.__enter__()
        second.__enter__()
        assert RUNNING.readlink() == other
        first.__exit__(None, None, None)
        assert RUNNING.readlink() == other
        second.__exit__(None, None, None)
    assert not RUNNING.is_symlink()


def test_a_folder_that_takes_no_link_keeps_nobody_from_running(town: Path) -> None:
    Path(".state").touch()
    with announced(town / "vaxel.yaml") as is_found:
        assert not is_found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("given_away", ["the link", "the file"])
def test_what_another_user_has_laid_there_is_not_read(town: Path, given_away: str) -> None:
    with engine_in(town, NOTHING), announced(town / "vaxel.yaml"):
        path = RUNNING if given_away == "the link" else town / "vaxel.yaml"
        os.chown(path, 12_345, -1, follow_symlinks=False)
        assert found() is None


def test_the_speaking_of_many_prompts_is_told_in_ten_lines() -> None:
    lines: list[str] = []
    tell = _Spoken(lines.append)
    for done in range(1, 260):
        tell(done, 259)
    assert len(lines) == 10
    assert (lines[0], lines[-1]) == ("prompts: 26 of 259 spoken", "prompts: 259 of 259 spoken")
