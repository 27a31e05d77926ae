"""Recognizing in a caller's RTP what was played: which sound file, when it began, and where it was cut off.

Owns the comparison. Asterisk plays our files frame by frame and unchanged but for A-law, so a sound is found
by its own bytes; music, which plays before and after, never matches.
"""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, NamedTuple

from ivr.demo.sound import alaw_encode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.caller import Caller

FRAME_SAMPLES = 160
ALIKE = 0.8  # of a frame's bytes: the tables of two programs may round a sample otherwise
FIRST_FRAMES = 15  # that have to match before we say that we hear it: .3 s


class Played(NamedTuple):
    """A sound that was heard."""

    began_at: float  # the loop's time
    ended_at: float  # when its last frame came that was heard
    share: float  # of the file


def frames_of(sound: Path) -> list[bytes]:
    """Return a WAV file as frames of A-law."""
    with wave.open(str(sound), "rb") as file:
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    return [
        bytes(alaw_encode(sample) for sample in samples[at : at + FRAME_SAMPLES])
        for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    ]


def heard(caller: Caller, sound: Path) -> list[Played]:
    """Return each time that this caller has heard the sound, in order."""
    wanted = frames_of(sound)
    frames = list(caller.call.sound._frames)
    found: list[Played] = []
    at = 0
    while at < len(frames):
        count = 0
        while (
            count < len(wanted)
            and at + count < len(frames)
            and _is_alike(frames[at + count].payload, wanted[count])
        ):
            count += 1
        if count >= min(FIRST_FRAMES, len(wanted)):
            found.append(Played(frames[at].at, frames[at + count - 1].at, count / len(wanted)))
            at += count
        else:
            at += 1
    return found


def _is_alike(got: bytes, wanted: bytes) -> bool:
    if len(got) != len(wanted):
        return False
    return sum(one == other for one, other in zip(got, wanted, strict=True)) >= ALIKE * len(wanted)
