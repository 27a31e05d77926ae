"""Speech becomes telephone sound: the voice's band kept, what would fold into it gone, one level."""

from __future__ import annotations

import hashlib
import io
import math
import random
import struct
import wave
from array import array
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sound import (
    RATE,
    NotSoundError,
    decibels,
    frames,
    frames_of,
    joined,
    speech_level,
    telephone_samples,
    wav,
)
from tests.ivr.sounds import heard, tone, wav_file

_FORMAT_AT = 20  # in the header: 1 for plain samples, 7 for the telephone's own compression
_PLAIN = wav_file([0.1] * 100, 8000)
COMPRESSED = _PLAIN[:_FORMAT_AT] + struct.pack("<H", 7) + _PLAIN[_FORMAT_AT + 2 :]


def power_at(samples: array[float], hertz: float) -> float:
    """Measure one frequency's amplitude (Goertzel's sum, written out)."""
    real = sum(s * math.cos(2 * math.pi * hertz * n / RATE) for n, s in enumerate(samples))
    imaginary = sum(s * math.sin(2 * math.pi * hertz * n / RATE) for n, s in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples)


def mixed(*parts: list[float]) -> list[float]:
    return [sum(values) for values in zip(*parts, strict=True)]


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_the_telephone_band_keeps_its_balance_at_every_rate(rate: int) -> None:
    sound = telephone_samples(wav_file(mixed(tone(400, rate, 0.2), tone(3400, rate, 0.2)), rate))
    assert decibels(power_at(sound, 400)) == pytest.approx(decibels(power_at(sound, 3400)), abs=0.2)


@pytest.mark.parametrize(("high", "folded"), [(4600, 3400), (5000, 3000), (7000, 1000), (9000, 1000)])
def test_what_would_fold_into_the_band_is_60_db_down(high: int, folded: int) -> None:
    rate = 22_050
    sound = telephone_samples(wav_file(mixed(tone(400, rate, 0.3), tone(high, rate, 0.3)), rate))
    assert decibels(power_at(sound, folded)) < decibels(power_at(sound, 400)) - 60


def test_a_stereo_file_is_mixed_to_one() -> None:
    once, twice = (telephone_samples(wav_file(tone(440, 16_000), 16_000, channels)) for channels in (1, 2))
    assert list(twice) == pytest.approx(list(once), abs=1e-3)


@pytest.mark.parametrize(
    ("rate", "channels", "digest"),
    [
        (22_050, 1, "e43800352c13650a"),
        (48_000, 1, "738218e1f0d4da95"),  # of more periods than one number holds
        (44_100, 2, "9a9dcd619ff1e8de"),
        (11_025, 6, "a20030180afaf89f"),
    ],
)
def test_the_arithmetic_of_all_periods_at_once_is_that_of_each_sample(
    rate: int, channels: int, digest: str
) -> None:
    """The digests are of the sounds that were made sample by sample, as the sounds of `FORM` 2 were at first.

    Noise at full scale, so that nothing runs over into its neighbour.
    """
    dice = random.Random(rate)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        steps = (dice.randint(-32_768, 32_767) for _ in range(channels * rate))
        file.writeframes(array("h", steps).tobytes())
    whole = frames(telephone_samples(buffer.getvalue()))
    assert hashlib.sha256(whole).hexdigest()[:16] == digest


@pytest.mark.parametrize("amplitude", [0.01, 0.1, 0.9])
def test_speech_comes_to_one_level_whatever_it_was(amplitude: float) -> None:
    dice = random.Random(1)
    voice = [amplitude * dice.uniform(-1, 1) * abs(math.sin(n / 3000)) for n in range(22_050)]
    pause = [0.0] * 22_050
    sound = telephone_samples(wav_file([*voice, *pause, *voice], 22_050))
    assert decibels(speech_level(sound)) == pytest.approx(-20.0, abs=0.5)


def test_no_peak_is_above_its_limit() -> None:
    voice = tone(300, 8000, 0.02, 1.0)
    voice[4000] = 0.2
    sound = telephone_samples(wav_file(voice, 8000))
    assert decibels(max(map(abs, sound))) <= -3.0
    assert decibels(speech_level(sound)) == pytest.approx(-20.0, abs=1.0)


def test_silence_at_the_ends_is_cut_but_for_a_breath() -> None:
    silence = [0.0] * 8000
    sound = telephone_samples(wav_file([*silence, *tone(440, 8000, seconds=1.0), *silence], 8000))
    assert len(sound) / RATE == pytest.approx(1.0 + 0.02 + 0.10, abs=0.01)


def test_joined_sounds_have_a_pause_between_them() -> None:
    assert b"".join(joined([b"aabb", b"cc"], 2 / RATE)) == b"aabb\0\0\0\0cc"
    assert b"".join(joined([b"aa"], 1.0)) == b"aa"
    assert joined([], 1.0) == ()


def test_a_written_file_is_what_asterisk_plays_and_reads_back() -> None:
    whole = frames([0.0, 0.5, -0.5, 2.0, -2.0])
    content = b"".join(wav(whole))
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 5)
    assert list(heard(content)) == pytest.approx([0.0, 0.5, -0.5, 1.0, -1.0], abs=1e-4)
    assert frames_of(content) == whole


@given(st.lists(st.binary().filter(lambda part: len(part) % 2 == 0)))
def test_a_file_of_several_pieces_is_the_one_that_pythons_own_writer_makes(pieces: list[bytes]) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(pieces))
    assert b"".join(wav(*pieces)) == buffer.getvalue()
    assert frames_of(buffer.getvalue()) == b"".join(pieces)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_back_or_refused(content: bytes) -> None:
    for whole in (content, b"RIFF" + content, b"".join(wav(b"aabb"))[: len(content)] + content):
        with suppress(NotSoundError):
            assert b"".join(wav(frames_of(whole))) == whole


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a WAV file, found something else"),
        (b"ID3 no WAV but an MP3, perhaps", "expected a WAV file, found something else"),
        (COMPRESSED, "expected plain 16-bit samples, found unknown format: 7"),
        (wav_file([0.1] * 100, 8000, width=1), "expected 16-bit samples, found 8-bit samples, 8000 a second"),
        (wav_file([0.0] * 100, 8000), "expected speech, found silence"),
        (wav_file([], 22_050), "expected speech, found silence"),
    ],
)
def test_what_is_no_speech_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(NotSoundError, match=f"^{message}$"):
        telephone_samples(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (wav_file([0.1] * 100, 16_000), "found 16000 a second in 1, 200 bytes of them"),
        (wav_file([0.1] * 100, 8000, channels=2), "found 8000 a second in 2, 400 bytes of them"),
        (wav_file([0.1] * 100, 8000)[:-2], "found 8000 a second in 1, 198 bytes of them"),
    ],
)
def test_only_telephone_sound_is_read_back(content: bytes, message: str) -> None:
    with pytest.raises(
        NotSoundError, match=f"^expected 8000 samples a second in one channel and nothing else, {message}$"
    ):
        frames_of(content)
