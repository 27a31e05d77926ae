"""What stands until further notice: kept over restarts, replaced by its id, never lost by damage."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.circumstances import is_over
from ivr.standing import RECORDINGS, UNUSED_S, StandingFile, StandingUnusableError
from routing.events import CrisisBegan, CrisisEnded, HoursOverridden, OverrideEnded
from tests.fakes.full_disk import disk_full_at

if TYPE_CHECKING:
    from pathlib import Path


def crisis(crisis_id: str = "c", text: str = "Vatten.", number: str = "testby") -> CrisisBegan:
    return CrisisBegan(number, crisis_id, ("sv",), (text,), 1.0, None, "", "", "Kris")


def override(hours: str = "office", number: str = "testby", *, is_open: bool = True) -> HoursOverridden:
    return HoursOverridden(number, hours, is_open, False, (), (), 1.0, 60.0, False, "Kris")


@pytest.fixture
def file(tmp_path: Path) -> StandingFile:
    """Return a file that is not there yet."""
    return StandingFile(tmp_path / "state" / "standing.jsonl")


def test_nothing_stands_at_first(file: StandingFile) -> None:
    assert file.read() == ()


def test_what_is_switched_on_stands_in_its_order(file: StandingFile) -> None:
    for change in (crisis(), override(), crisis("d")):
        file.change([change], 7.0)
    assert file.read() == (crisis(), override(), crisis("d"))


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (crisis(text="Nytt."), (override(), crisis("c", number="nyby"), crisis(text="Nytt."))),
        (CrisisEnded("testby", "c"), (override(), crisis("c", number="nyby"))),
        (override(is_open=False), (crisis(), crisis("c", number="nyby"), override(is_open=False))),
        (OverrideEnded("testby", "office"), (crisis(), crisis("c", number="nyby"))),
        (OverrideEnded("nyby", "office"), (crisis(), override(), crisis("c", number="nyby"))),
        (CrisisEnded("testby", "office"), (crisis(), override(), crisis("c", number="nyby"))),
    ],
)
def test_a_change_replaces_what_has_its_number_and_id(
    file: StandingFile,
    change: CrisisBegan | CrisisEnded | HoursOverridden | OverrideEnded,
    left: tuple[CrisisBegan | HoursOverridden, ...],
) -> None:
    file.write([crisis(), override(), crisis("c", number="nyby")], 7.0)
    file.change([change], 8.0)
    assert file.read() == left


WORDS = st.text(max_size=20)
CRISES = st.builds(
    CrisisBegan, WORDS, WORDS, st.just(("sv", "en")), st.tuples(WORDS, WORDS), st.floats(0, 1e10),
    st.none() | st.floats(0, 1e10), WORDS, WORDS, WORDS, st.booleans(),
)  # fmt: skip


@given(events=st.lists(CRISES, max_size=4))
def test_whatever_is_said_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, events: list[CrisisBegan]
) -> None:
    file = StandingFile(tmp_path_factory.mktemp("standing") / "standing.jsonl")
    file.write(events, 7.0)
    assert file.read() == tuple(events)


@pytest.mark.parametrize(
    ("damage", "got"),
    [
        (b"rubbish\n", "line 2: got 7 bytes that are no JSON, expected one event"),
        (b"\n", "line 2: got 0 bytes that are no JSON, expected one event"),
        (b"\xff\n", "line 2: got 1 bytes that are no JSON, expected one event"),
        (b"[]\n", "line 2: got a list, expected an object"),
    ],
)
def test_a_damaged_file_is_told_by_its_line_and_stays_as_it_is(
    file: StandingFile, damage: bytes, got: str
) -> None:
    file.change([crisis()], 7.0)
    content = file.path.read_bytes() + damage
    file.path.write_bytes(content)
    with pytest.raises(StandingUnusableError) as caught:
        file.change([override()], 8.0)
    then = "mend it, or remove the file and switch on again what is to stand"
    assert str(caught.value) == f"standing messages {file.path}: {got}; {then}"
    assert file.path.read_bytes() == content


def test_a_full_disk_leaves_what_stood(file: StandingFile) -> None:
    file.change([crisis()], 7.0)
    with disk_full_at(10), pytest.raises(StandingUnusableError) as caught:
        file.change([override()], 8.0)
    assert str(caught.value) == f"standing messages {file.path}: File too large"
    assert file.read() == (crisis(),)


def test_what_is_too_long_for_a_line_is_told_and_leaves_what_stood(file: StandingFile) -> None:
    file.change([crisis()], 7.0)
    with pytest.raises(StandingUnusableError):
        file.change([crisis("d", "å" * 20_000)], 8.0)
    assert file.read() == (crisis(),)


def test_a_recording_is_kept_beside_the_file(file: StandingFile, tmp_path: Path) -> None:
    (tmp_path / "own.wav").write_bytes(b"sound")
    kept = file.keep_recording(tmp_path / "own.wav")
    assert kept.parent == file.path.parent / "recordings"
    (tmp_path / "own.wav").unlink()
    assert kept.read_bytes() == b"sound"


def test_a_recording_that_cannot_be_kept_is_told(file: StandingFile, tmp_path: Path) -> None:
    with pytest.raises(StandingUnusableError) as caught:
        file.keep_recording(tmp_path / "none.wav")
    where = f"cannot be kept in {file.path.parent}/recordings"
    assert str(caught.value) == f"recording {tmp_path}/none.wav: {where}: No such file or directory"


def test_changes_that_belong_together_are_made_by_one_write(file: StandingFile) -> None:
    file.change([crisis(), override(), crisis("d"), CrisisEnded("testby", "c")], 7.0)
    assert file.read() == (override(), crisis("d"))
    content = file.path.read_bytes()
    with disk_full_at(len(content) + 10), pytest.raises(StandingUnusableError):
        file.change([CrisisEnded("testby", "d"), crisis("e"), crisis("f")], 8.0)
    assert file.path.read_bytes() == content


def test_what_is_over_goes_with_the_next_change(file: StandingFile) -> None:
    sticky = override("school")._replace(until=None, is_sticky=True)
    ends, stays = crisis("ends")._replace(until=60.0), crisis("stays")._replace(until=61.0)
    file.write([ends, override(), sticky, stays, crisis()], 7.0)
    file.change([crisis("new")], 60.0)
    assert file.read() == (sticky, stays, crisis(), crisis("new"))


@pytest.mark.parametrize(("until", "at", "over"), [(None, 9.0, False), (9.0, 8.9, False), (9.0, 9.0, True)])
def test_what_ends_at_a_moment_is_over_from_then_on(until: float | None, at: float, over: bool) -> None:
    assert is_over(until, at) is over


class Recordings:
    """Recordings that a file keeps, each with its age in seconds."""

    def __init__(self, file: StandingFile, folder: Path) -> None:
        self._file, self._folder = file, folder

    def keep(self, name: str, age_s: float) -> CrisisBegan:
        """Keep one; return a message with it, which is not on."""
        path = self._folder / f"{name}.wav"
        path.write_bytes(name.encode())
        kept = self._file.keep_recording(path)
        self.let_pass(age_s, kept)
        return crisis(name)._replace(recording=str(kept))

    def let_pass(self, age_s: float, *paths: Path) -> None:
        for path in paths or (self._file.path.parent / RECORDINGS).iterdir():
            at = path.stat().st_mtime - age_s
            os.utime(path, (at, at))

    def left(self) -> set[str]:
        """Return what is in those that are left."""
        return {path.read_text() for path in (self._file.path.parent / RECORDINGS).iterdir()}


@pytest.fixture
def recordings(file: StandingFile, tmp_path: Path) -> Recordings:
    """Return no recordings yet."""
    return Recordings(file, tmp_path)


def test_a_recording_that_no_message_came_to_name_is_removed_after_a_day(
    file: StandingFile, recordings: Recordings
) -> None:
    on = recordings.keep("on", 9 * UNUSED_S)
    recordings.keep("refused", UNUSED_S + 60)
    recordings.keep("just refused", UNUSED_S - 60)
    file.change([on], 7.0)
    assert recordings.left() == {"on", "just refused"}


@pytest.mark.parametrize("ends", [CrisisEnded("testby", "c"), override(), crisis("c")])
def test_a_recording_stays_for_a_day_after_its_message_has_ended(
    file: StandingFile, recordings: Recordings, ends: CrisisEnded | HoursOverridden | CrisisBegan
) -> None:
    file.change([recordings.keep("c", 0.0)._replace(until=60.0)], 7.0)
    recordings.let_pass(9 * UNUSED_S)
    file.change([ends], 60.0)  # by an order, by itself, by another message in its place
    assert recordings.left() == {"c"}
    recordings.let_pass(UNUSED_S + 60)
    file.change([override("school")], 60.0)
    assert recordings.left() == set()


def test_a_recording_of_two_messages_stays_with_the_second(
    file: StandingFile, recordings: Recordings
) -> None:
    first = recordings.keep("c", 0.0)
    file.change([first, first._replace(number="nyby")], 7.0)
    recordings.let_pass(9 * UNUSED_S)
    file.change([CrisisEnded("testby", "c")], 60.0)
    assert recordings.left() == {"c"}


def test_recordings_that_are_gone_hinder_nothing(file: StandingFile, recordings: Recordings) -> None:
    event = recordings.keep("c", 0.0)
    file.change([event], 7.0)
    shutil.rmtree(file.path.parent / RECORDINGS)
    file.change([CrisisEnded("testby", "c")], 60.0)
    assert file.read() == ()
    assert not (file.path.parent / RECORDINGS).exists()
