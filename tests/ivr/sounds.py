"""WAV files for tests, as a recorder or a speech program writes them."""

from __future__ import annotations

import io
import math
import wave
from array import array


def wav_file(samples: list[float], rate: int, channels: int = 1, width: int = 2) -> bytes:
    """Write the same samples to each channel; full scale is ±1. Of another width the samples are noise."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        whole = array("h", (round(sample * 32767) for sample in samples for _ in range(channels)))
        file.writeframes(whole.tobytes())
    return buffer.getvalue()


def tone(hertz: float, rate: int, amplitude: float = 0.5, seconds: float = 0.3) -> list[float]:
    """Make a tone that begins and ends at once."""
    return [amplitude * math.sin(2 * math.pi * hertz * n / rate) for n in range(round(seconds * rate))]


def heard(content: bytes) -> array[float]:
    """Read the samples of a file that Asterisk plays; full scale is ±1."""
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        return array("d", (sample / 32768 for sample in array("h", file.readframes(file.getnframes()))))
