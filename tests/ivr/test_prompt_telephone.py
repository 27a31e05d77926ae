"""Telephone sound is made in processes of its own, which go on for others whatever one file was."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.prompts.telephone import TelephoneSound, telephone_frames
from ivr.sound import NotSoundError, frames, telephone_samples
from tests.ivr.sounds import tone, wav_file

FILES = [wav_file(tone(hertz, rate), rate) for hertz in (300, 440) for rate in (8000, 22_050)]
MADE = [frames(telephone_samples(file)) for file in FILES]
NOISE = "^expected a WAV file, found something else$"


def test_many_files_become_what_each_becomes_alone() -> None:
    with TelephoneSound() as sound:
        assert [sound.frames(file) for file in FILES] == MADE
    assert telephone_frames(FILES[0]) == MADE[0]


def test_a_file_that_is_no_sound_is_told_as_itself_and_spoils_no_other() -> None:
    with TelephoneSound() as sound:
        for content in (b"", b"noise"):
            assert sound.frames(FILES[1]) == MADE[1]
            with pytest.raises(NotSoundError, match=NOISE):
                sound.frames(content)
        assert sound.frames(FILES[2]) == MADE[2]


def test_threads_use_it_at_the_same_time() -> None:
    with TelephoneSound() as sound, ThreadPoolExecutor(2) as pool:
        assert list(pool.map(sound.frames, FILES * 4)) == MADE * 4


def test_what_takes_too_long_is_ended_and_told() -> None:
    with TelephoneSound(deadline_s=0.0) as sound:
        for _ in range(2):  # of the first nothing is left that could answer for the second
            with pytest.raises(NotSoundError, match=r"^not brought to telephone sound: not done after 0 s$"):
                sound.frames(FILES[0])


@pytest.mark.parametrize("length", [0, 1_000_000])  # more than a pipe takes
def test_a_process_that_dies_is_quoted_in_one_line(length: int) -> None:
    with TelephoneSound(program=(sys.executable, "-ISc", "raise SystemExit('no room\\nat all')")) as sound:
        for _ in range(2):
            with pytest.raises(
                NotSoundError,
                match=r"^not brought to telephone sound: it ended with 1 and said: no room at all$",
            ):
                sound.frames(bytes(length))


def test_a_process_that_cannot_be_begun_is_told() -> None:
    with (
        TelephoneSound(program=("/nonexistent/python",)) as sound,
        pytest.raises(NotSoundError, match=r"^not brought to telephone sound: No such file or directory$"),
    ):
        sound.frames(FILES[0])
