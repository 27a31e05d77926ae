"""Files that nobody reads, and files that are none: each is told, and nothing waits for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ivr.menu.number import Ground, check_folders
from queues.problems import MOST_SHOWN, Findings, suggestion
from tests.ivr.publishing.ground import NOON, record, write_number

if TYPE_CHECKING:
    from pathlib import Path


def told(folder: Path) -> list[str]:
    findings = Findings()
    check_folders([folder], findings, Ground(at=NOON))
    return [str(problem).removeprefix(f"{folder}/") for problem in sorted(findings.problems)]


NOT_WAV = "only WAV files are read, so nobody hears this; save it as text.wav"
MISNAMED = 'no text has this name, so nobody hears it; did you mean "people/text"?'


@pytest.mark.parametrize(
    ("name", "why"), [("text.WAV", NOT_WAV), ("text.mp3", NOT_WAV), ("txt.wav", MISNAMED)]
)
def test_a_sound_that_nobody_hears_is_told(tmp_path: Path, name: str, why: str) -> None:
    folder = write_number(tmp_path)
    record(tmp_path, 440).rename(folder / "recordings" / "sv" / "people" / name)
    assert told(folder) == [f"recordings/sv/people/{name}:1:1: warning: {why}"]


def test_a_sound_in_a_folder_that_nobody_reads_is_told(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    record(tmp_path, 440)
    (folder / "recordings").rename(folder / "inspelningar")
    (line,) = told(folder)
    assert line == (
        "inspelningar/sv/people/text.wav:1:1: warning: recordings are only read from"
        f" {folder}/recordings, so nobody hears this; move it"
    )


def test_other_files_beside_the_recordings_are_nobodys_business(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    record(tmp_path, 440).with_name("readme.txt").write_text("Anna, 2026", "ascii")
    assert told(folder) == []


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    (folder / "messages.yaml").symlink_to(tmp_path / "gone.yaml")
    (line,) = told(folder)
    assert line == "messages.yaml:1:1: error: expected a file, found a link to nowhere; remove or mend it"


def test_a_pipe_is_no_file_and_nobody_waits_for_it(tmp_path: Path) -> None:
    folder = write_number(tmp_path)
    (folder / "hours.yaml").unlink()
    os.mkfifo(folder / "hours.yaml")
    assert told(folder)[0].startswith("hours.yaml:1:1: error: expected a file, found something that is none;")


def test_of_many_known_words_some_are_shown() -> None:
    said = suggestion("?", [f"welcome/options/{each:02}/text" for each in range(60)])
    assert len(said) < MOST_SHOWN + 40
    assert said.endswith(" and 48 more")
