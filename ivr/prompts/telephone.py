"""Speech to telephone sound, in a process of its own.

Owns the running of `ivr/sound.py` as a program. A second of sound takes 40 to 110 ms of arithmetic; done in a
thread, that keeps the event loop, and so every call, waiting 5 ms at each turn (measured) while a crisis
message is made. It also lets two prompts be made at a time. Must not know texts or where sounds are kept.
"""

from __future__ import annotations

import subprocess
import sys

import ivr.sound
from ivr.prompts.errors import failure_of, reason_of
from ivr.sound import NO_SOUND, NotSoundError

DEADLINE_S = 120.0  # a recording of ten minutes in stereo takes 60 s
# It needs nothing but Python's own library, so the program starts without anything else: in 30 ms.
_PROGRAM = (sys.executable, "-IS", ivr.sound.__file__)


def telephone_frames(content: bytes) -> bytes:
    """Turn a WAV file into frames, levelled and without silence at its ends.

    Blocks. Raises `NotSoundError` when it is no 16-bit WAV, holds no sound, or cannot be worked on.
    """
    try:
        result = subprocess.run(_PROGRAM, input=content, capture_output=True, timeout=DEADLINE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotSoundError(f"not brought to telephone sound after {DEADLINE_S:g} s") from error
    except OSError as error:
        raise NotSoundError(f"not brought to telephone sound: {reason_of(error)}") from error
    if result.returncode == NO_SOUND:
        raise NotSoundError(result.stderr.decode())
    if result.returncode != 0:
        failure = failure_of(result.returncode, result.stderr)
        raise NotSoundError(f"not brought to telephone sound: {failure}")
    return result.stdout
