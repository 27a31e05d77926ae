"""Speech becomes telephone sound: the voice's band kept, what would fold into it gone, one level."""

from __future__ import annotations

import io
import math
import random
import wave
from array import array

import pytest

from ivr.sound import (
    RATE,
    NotSoundError,
    decibels,
    joined,
    samples_of,
    speech_level,
    telephone_samples,
    wav,
)


def wav_file(samples: list[float], rate: int, channels: int = 1, width: int = 2) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        whole = array("h", (round(sample * 32767) for sample in samples for _ in range(channels)))
        file.writeframes(whole.tobytes())
    return buffer.getvalue()


def tone(hertz: float, rate: int, amplitude: float = 0.5, seconds: float = 0.3) -> list[float]:
    return [amplitude * math.sin(2 * math.pi * hertz * n / rate) for n in range(round(seconds * rate))]


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
    one, two = array("d", [0.1, 0.2]), array("d", [0.3])
    assert list(joined([one, two], 2 / RATE)) == [0.1, 0.2, 0.0, 0.0, 0.3]
    assert list(joined([], 1.0)) == []


def test_a_written_file_is_what_asterisk_plays_and_reads_back() -> None:
    content = wav(array("d", [0.0, 0.5, -0.5, 2.0, -2.0]))
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 5)
    assert list(samples_of(content)) == pytest.approx([0.0, 0.5, -0.5, 1.0, -1.0], abs=1e-4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a WAV file, found something else"),
        (b"ID3 no WAV but an MP3, perhaps", "expected a WAV file, found something else"),
        (wav_file([0.1] * 100, 8000, width=1), "expected 16-bit samples, found 8-bit samples, 8000 a second"),
        (wav_file([0.0] * 100, 8000), "expected speech, found silence"),
        (wav_file([], 22_050), "expected speech, found silence"),
    ],
)
def test_what_is_no_speech_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(NotSoundError, match=f"^{message}$"):
        telephone_samples(content)


def test_only_telephone_sound_is_read_back() -> None:
    with pytest.raises(NotSoundError, match=r"^expected 8000 samples a second, found 16000$"):
        samples_of(wav_file([0.1] * 100, 16_000))
