"""Speech from any WAV file to what a telephone carries: 8 kHz, mono, 16 bits, at one level.

Owns the arithmetic of sound: mixing to mono, resampling, level, pauses. Must not know texts, files' places or
Asterisk. Pure Python, because a second of sound takes 7 to 33 ms once in its life, and sox would be one more
program to install; this file is one by itself (`main`), so that calls need not wait for the arithmetic.

Samples are floats, full scale ±1, while they are levelled; from then on they are *frames*, the bytes of a
WAV file at `RATE`. A caller may be waiting for frames to be joined, so they stay where they are until they
are written: copying a minute takes a millisecond, as floats it took 170.

Resampling is a windowed sinc in polyphase form (J. O. Smith, "Digital Audio Resampling"): each output sample
is the sum of the input around its time, weighted by a low-pass filter that keeps the telephone band (ITU-T
G.712: 300 to 3400 Hz) and stops what would fold back into it. At 22,050 samples a second, 441 of them become
160, and then the same weights come round again. So one whole number holds all samples that stand at the same
place of such a period, each in 64 bits, and a weight is multiplied with the number: sample by sample that
took four times as long.
"""

from __future__ import annotations

import io
import math
import struct
import sys
import wave
from array import array
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RATE = (
    8000  # samples a second: what telephones speak, and Asterisk plays without transcoding more than needed
)
MAX_RATE = 192_000
WIDTH = 2  # bytes of a sample
HEADER = 44  # bytes, of the files that `wav` writes
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
_LEAST, _MOST = -32768, 32767  # of 16 bits
_PLACE = 8  # bytes, of a sample among others in one number
_PERIODS = 4096  # in one number: 33 kB, and 17 MB for all the numbers that are needed at once
_GAIN = 4  # that a filter has at most: the sum of its weights' sizes (2.4 is the most)
NO_SOUND = 1  # the code of an answer for a file that is no sound
LENGTH = struct.Struct("<Q")
ANSWER = struct.Struct("<BQ")

Frames: TypeAlias = bytes | memoryview


class NotSoundError(ValueError):
    """The bytes are no WAV file of 16-bit samples; the message says what was found."""


def telephone_samples(content: bytes) -> array[float]:
    """Turn a WAV file into samples at `RATE`, levelled and without silence at its ends.

    Raises `NotSoundError` when it is no 16-bit WAV or holds no sound.
    """
    steps, channels, rate = _read(content)
    scale = 1 / (_FULL * channels)
    if rate != RATE:
        return _levelled(_trimmed(_resampled(steps, channels, rate, scale)))
    return _levelled(_trimmed(array("d", map(scale.__mul__, steps))))


def frames(samples: Iterable[float]) -> bytes:
    """Turn samples to frames: 16 bits each, the lower byte first; what is above full scale is cut."""
    steps = list(map(round, map(_FULL.__mul__, samples)))
    try:
        whole = array("h", steps)
    except OverflowError:
        whole = array("h", (max(_LEAST, min(_MOST, step)) for step in steps))
    if sys.byteorder == "big":
        whole.byteswap()
    return whole.tobytes()


def joined(parts: Iterable[Frames], pause_s: float) -> tuple[Frames, ...]:
    """Put the frames of sounds one after the other with a pause between them."""
    pause = bytes(WIDTH * round(pause_s * RATE))
    return tuple(piece for part in parts for piece in (pause, part))[1:]


def wav(*pieces: Frames) -> tuple[Frames, ...]:
    """Make a WAV file of frames at `RATE`: its content, whose first `HEADER` bytes are not frames."""
    return (_header(sum(map(len, pieces))), *pieces)


def frames_of(content: bytes) -> Frames:
    """Read back the frames that `wav` wrote. Raises `NotSoundError` when it is something else."""
    # Not by the wave module: it copies.
    if len(content) >= HEADER and content.startswith(_header(len(content) - HEADER)):
        return memoryview(content)[HEADER:]
    whole, channels, rate = _frames(content)
    raise NotSoundError(
        f"expected {RATE} samples a second in one channel and nothing else, "
        f"found {rate} a second in {channels}, {len(whole)} bytes of them"
    )


def _header(length: int) -> bytes:
    """Give what stands before so many bytes of frames (Multimedia Programming Interface 1.0, 1991)."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * WIDTH, WIDTH, 8 * WIDTH)
    size = HEADER - 8 + length  # of all that follows it
    return struct.pack("<4sI4s", b"RIFF", size, b"WAVE") + form + struct.pack("<4sI", b"data", length)


def decibels(level: float) -> float:
    """Give a level (1 is full scale) in dBFS."""
    return 20 * math.log10(level) if level > 0 else -math.inf


def speech_level(samples: Sequence[float]) -> float:
    """Measure the root mean square of the frames in which somebody speaks, 1 being full scale."""
    whole = list(samples)
    frames = [whole[start : start + FRAME] for start in range(0, len(whole), FRAME)]
    powers = [sum(map(mul, frame, frame)) / len(frame) for frame in frames]
    least = max(powers, default=0.0) * 10 ** (-SPOKEN_BELOW_LOUDEST_DB / 10)
    spoken = [power for power in powers if power >= least]
    return math.sqrt(sum(spoken) / len(spoken)) if spoken else 0.0


def check_sound(content: bytes) -> None:
    """Tell at once what `telephone_samples` would refuse a WAV file for, but that it is silent.

    Raises `NotSoundError`.
    """
    whole, _, _ = _frames(content)
    if not whole:
        raise NotSoundError("expected speech, found no samples at all")


def _frames(content: bytes) -> tuple[bytes, int, int]:
    """Give a WAV file's frames, whole ones only, its number of channels and its rate."""
    try:
        with wave.open(io.BytesIO(content), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            whole = file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError) as error:  # the last where a chunk's length is nonsense
        if str(error).startswith("unknown format"):  # compressed, or floats: a WAV file all the same
            raise NotSoundError(f"expected plain 16-bit samples, found {error}") from error
        raise NotSoundError("expected a WAV file, found something else") from error
    if width != WIDTH or not channels or not 0 < rate <= MAX_RATE:
        raise NotSoundError(f"expected 16-bit samples, found {8 * width}-bit samples, {rate} a second")
    return whole[: len(whole) // (WIDTH * channels) * (WIDTH * channels)], channels, rate


def _read(content: bytes) -> tuple[array[int], int, int]:
    """Give a WAV file's samples, as the sum of its channels, their number, and its rate."""
    raw, channels, rate = _frames(content)
    whole = array("h", raw)
    if sys.byteorder == "big":
        whole.byteswap()
    if channels == 1:
        return whole, channels, rate
    return array("q", map(sum, zip(*[iter(whole)] * channels, strict=True))), channels, rate


def _resampled(steps: array[int], channels: int, rate: int, scale: float) -> array[float]:
    """Bring the sums of so many channels to `RATE`; a sample is `scale` times its sum."""
    period = rate // math.gcd(rate, RATE)  # of samples, in which the weights come round
    phases = RATE // math.gcd(rate, RATE)  # the samples that they lead to
    bits = 8 * _PLACE - 2 - (_GAIN * channels * -_LEAST).bit_length()  # of a weight: no place runs over
    filters = _filters(rate, phases, bits)
    taps = len(filters[0])
    periods = -(-len(steps) // period)
    margin = array("q", bytes(_PLACE * (taps // 2 + period)))
    padded = margin[period:] + array("q", steps) + margin
    scale /= 1 << bits
    output = array("d")
    for begin in range(0, periods * period, _PERIODS * period):
        count = min(_PERIODS, periods - begin // period)
        numbers = _numbers(padded[begin : begin + count * period + taps], period, count, taps)
        samples = array("d", bytes(8 * count * phases))
        for at in range(phases):
            first, phase = divmod(at * period, phases)
            number = sum(map(mul, filters[phase], numbers[first + 1 : first + 1 + taps]))
            # A place below zero takes 1 from the next one: 2 ** -44 of a step, less than a float's own error.
            places = array("q", number.to_bytes(_PLACE * count, sys.byteorder, signed=True))
            samples[at::phases] = array("d", map(scale.__mul__, places))
        output += samples
    return output[: -(-len(steps) * phases // period)]


def _numbers(padded: array[int], period: int, count: int, taps: int) -> list[int]:
    """Give for each place in a period, and the `taps` after it, the number of the samples at that place."""
    each_one = int.from_bytes(array("Q", [1]).tobytes() * count, sys.byteorder)
    numbers = []
    for at in range(period + taps):
        places = int.from_bytes(padded[at : at + count * period : period].tobytes(), sys.byteorder)
        below_zero = places >> (8 * _PLACE - 1) & each_one  # which take 1 from the next place
        numbers.append(places - (below_zero << 8 * _PLACE))
    return numbers


@lru_cache(maxsize=4)
def _filters(rate: int, phases: int, bits: int) -> tuple[tuple[int, ...], ...]:
    """Make the weights of the input samples around an output sample, for each place between two of them.

    A Kaiser window gives the damping asked for with few weights (Kaiser's formulas for beta and length). The
    weights have so many bits after the point.
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
        filters.append(tuple(round(weight / whole * (1 << bits)) for weight in weights))
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
    first = next((at for at, sample in enumerate(samples) if abs(sample) >= SILENT), None)
    if first is None:
        raise NotSoundError("expected speech, found silence")
    after = len(samples) - next(at for at, sample in enumerate(reversed(samples)) if abs(sample) >= SILENT)
    return samples[max(0, first - round(LEAD_S * RATE)) : after + round(TAIL_S * RATE)]


def _levelled(samples: array[float]) -> array[float]:
    """Bring speech to its level, and the few peaks that then stick out softly below theirs.

    Turning the whole prompt down for one peak would leave neighbouring prompts 2.5 dB apart (measured).
    """
    gain = 10 ** (SPEECH_DBFS / 20) / speech_level(samples)
    knee, highest = 10 ** (_KNEE_DBFS / 20), 10 ** (PEAK_DBFS / 20)
    room = highest - knee
    levelled = array("d", map(gain.__mul__, samples))
    for at in [at for at, sample in enumerate(levelled) if not -knee <= sample <= knee]:
        over = abs(levelled[at]) - knee
        levelled[at] = math.copysign(knee + room * math.tanh(over / room), levelled[at])
    return levelled


def main() -> int:
    """Turn the WAV files at standard input to frames at standard output, until the input ends.

    Each comes behind its `LENGTH`, and goes out behind an `ANSWER`: 0 or `NO_SOUND`, and the length of the
    frames or, in UTF-8, of the reason.
    """
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(LENGTH.size):
        content = source.read(*LENGTH.unpack(head))
        try:
            code, answer = 0, frames(telephone_samples(content))
        except NotSoundError as error:
            code, answer = NO_SOUND, str(error).encode()
        sink.write(ANSWER.pack(code, len(answer)) + answer)
        sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
