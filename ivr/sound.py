"""Speech from any WAV file to what a telephone carries: 8 kHz, mono, 16 bits, at one level.

Owns the arithmetic of sound: mixing to mono, resampling, level, pauses. Must not know texts, files' places or
Asterisk. Pure Python, because one prompt takes a tenth of a second once in its life, and sox would be one
more program to install. Samples are floats, full scale ±1, until they are written.

Resampling is a windowed sinc in polyphase form (J. O. Smith, "Digital Audio Resampling"): each output sample
is the sum of the input around its time, weighted by a low-pass filter that keeps the telephone band (ITU-T
G.712: 300 to 3400 Hz) and stops what would fold back into it.
"""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE = (
    8000  # samples a second: what telephones speak, and Asterisk plays without transcoding more than needed
)
MAX_RATE = 192_000
WIDTH = 2  # bytes of a sample
SPEECH_DBFS = -20.0  # of the parts where somebody speaks: loud on a handset, with room for peaks
PEAK_DBFS = -3.0  # no sample above this: codecs and analogue lines after us clip near full scale
SPOKEN_BELOW_LOUDEST_DB = 30.0  # a frame this much below the loudest is a pause, not speech
FRAME = RATE // 50  # 20 ms: as long as speech stays itself
SILENT = 10 ** (-50 / 20)  # below this nothing is heard on a telephone line
LEAD_S = 0.02
TAIL_S = 0.10

_PASS_HZ = 3400.0  # kept whole
_STOP_HZ = 4400.0  # from here on damped whole; 4,000 to 4,400 Hz folds to 3,600 to 4,000 Hz, above the band
_STOP_DB = 65.0  # below what 8-bit telephone codecs (about 38 dB) can show
_KNEE_DBFS = -7.0  # peaks bend from here; of speech at -20 dBFS six samples in a thousand
_FULL = 32768.0


class NotSoundError(ValueError):
    """The bytes are no WAV file of 16-bit samples; the message says what was found."""


def telephone_samples(content: bytes) -> array[float]:
    """Turn a WAV file into samples at `RATE`, levelled and without silence at its ends.

    Raises `NotSoundError` when it is no 16-bit WAV or holds no sound.
    """
    samples, rate = _read(content)
    return _levelled(_trimmed(_resampled(samples, rate)))


def joined(parts: Sequence[array[float]], pause_s: float) -> array[float]:
    """Put sounds one after the other with a pause between them."""
    pause = array("d", bytes(8 * round(pause_s * RATE)))
    whole = array("d")
    for part in parts:
        if whole:
            whole.extend(pause)
        whole.extend(part)
    return whole


def wav(samples: Sequence[float]) -> bytes:
    """Write samples at `RATE` as a WAV file."""
    whole = array("h", (max(-32768, min(32767, round(sample * _FULL))) for sample in samples))
    if sys.byteorder == "big":
        whole.byteswap()
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(WIDTH)
        file.setframerate(RATE)
        file.writeframes(whole.tobytes())
    return buffer.getvalue()


def samples_of(content: bytes) -> array[float]:
    """Read back what `wav` wrote. Raises `NotSoundError` when it is something else."""
    samples, rate = _read(content)
    if rate != RATE:
        raise NotSoundError(f"expected {RATE} samples a second, found {rate}")
    return samples


def decibels(level: float) -> float:
    """Give a level (1 is full scale) in dBFS."""
    return 20 * math.log10(level) if level > 0 else -math.inf


def speech_level(samples: Sequence[float]) -> float:
    """Measure the root mean square of the frames in which somebody speaks, 1 being full scale."""
    frames = [samples[start : start + FRAME] for start in range(0, len(samples), FRAME)]
    powers = [sum(map(mul, frame, frame)) / len(frame) for frame in frames]
    least = max(powers, default=0.0) * 10 ** (-SPOKEN_BELOW_LOUDEST_DB / 10)
    spoken = [power for power in powers if power >= least]
    return math.sqrt(sum(spoken) / len(spoken)) if spoken else 0.0


def _read(content: bytes) -> tuple[array[float], int]:
    try:
        with wave.open(io.BytesIO(content), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotSoundError("expected a WAV file, found something else") from error
    if width != WIDTH or not channels or not 0 < rate <= MAX_RATE:
        raise NotSoundError(f"expected 16-bit samples, found {8 * width}-bit samples, {rate} a second")
    whole = array("h", frames[: len(frames) // (WIDTH * channels) * (WIDTH * channels)])
    if sys.byteorder == "big":
        whole.byteswap()
    if channels == 1:
        return array("d", (sample / _FULL for sample in whole)), rate
    scale = 1 / (_FULL * channels)
    return array("d", (sum(whole[at : at + channels]) * scale for at in range(0, len(whole), channels))), rate


def _resampled(samples: array[float], rate: int) -> array[float]:
    if rate == RATE:
        return samples
    step = rate // math.gcd(rate, RATE)  # in units of an input sample divided by `phases`
    phases = RATE // math.gcd(rate, RATE)
    filters = _filters(rate, phases)
    half = len(filters[0]) // 2
    padded = array("d", bytes(8 * half)) + samples + array("d", bytes(8 * half))
    output = array("d")
    for time in range(0, len(samples) * phases, step):
        at, phase = divmod(time, phases)
        output.append(sum(map(mul, filters[phase], padded[at + 1 : at + 1 + 2 * half])))
    return output


@lru_cache(maxsize=4)
def _filters(rate: int, phases: int) -> tuple[array[float], ...]:
    """Make the weights of the input samples around an output sample, for each place between two of them.

    A Kaiser window gives the damping asked for with few weights (Kaiser's formulas for beta and length).
    """
    highest = min(rate, RATE) / RATE  # a slower recording is only smoothed, up to its own band
    pass_hz, stop_hz = _PASS_HZ * highest, _STOP_HZ * highest
    beta = 0.1102 * (_STOP_DB - 8.7)
    width = 2 * math.pi * (stop_hz - pass_hz) / rate
    half = math.ceil((_STOP_DB - 7.95) / (2.285 * width) / 2)
    cutoff = (pass_hz + stop_hz) / rate  # of half the input rate, in the middle of the slope
    peak = _bessel(beta)
    filters = []
    for phase in range(phases):
        weights = array("d")
        for tap in range(1 - half, half + 1):
            x = tap - phase / phases
            window = _bessel(beta * math.sqrt(max(0.0, 1 - (x / half) ** 2))) / peak
            weights.append(window * cutoff * _sinc(cutoff * x))
        whole = sum(weights)  # 1, but for the window: made exact, so that no phase is louder
        filters.append(array("d", (weight / whole for weight in weights)))
    return tuple(filters)


def _sinc(x: float) -> float:
    return 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)


def _bessel(x: float) -> float:
    """Give the modified Bessel function of the first kind, order 0, by its power series."""
    term = total = 1.0
    place = 0
    while term > total * 1e-9:
        place += 1
        term *= (x / (2 * place)) ** 2
        total += term
    return total


def _trimmed(samples: array[float]) -> array[float]:
    heard = [at for at, sample in enumerate(samples) if abs(sample) >= SILENT]
    if not heard:
        raise NotSoundError("expected speech, found silence")
    first = max(0, heard[0] - round(LEAD_S * RATE))
    return samples[first : heard[-1] + 1 + round(TAIL_S * RATE)]


def _levelled(samples: array[float]) -> array[float]:
    """Bring speech to its level, and the few peaks that then stick out softly below theirs.

    Turning the whole prompt down for one peak would leave neighbouring prompts 2.5 dB apart (measured).
    """
    gain = 10 ** (SPEECH_DBFS / 20) / speech_level(samples)
    knee, highest = 10 ** (_KNEE_DBFS / 20), 10 ** (PEAK_DBFS / 20)
    room = highest - knee
    levelled = array("d", (sample * gain for sample in samples))
    for at, sample in enumerate(levelled):
        over = abs(sample) - knee
        if over > 0:
            levelled[at] = math.copysign(knee + room * math.tanh(over / room), sample)
    return levelled
