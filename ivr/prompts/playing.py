"""Playing a sound on this machine's own loudspeaker, for whoever tries out prompts.

Owns the choice of the program. Must not know prompts: it is given a file.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from ivr.prompts.errors import NoPlayerError, PlayerFailedError, failure_of, reason_of

if TYPE_CHECKING:
    from pathlib import Path

# PipeWire, PulseAudio, ALSA, macOS, SoX: the desktop's own first, so that its volume and headset are used.
PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",), ("play", "-q"))


def player(path: str | None = None) -> tuple[str, ...]:
    """Find the program that plays sound on this machine: its command, to which the file is added.

    Looks on `path`, or on PATH. Raises `NoPlayerError`.
    """
    for name, *words in PLAYERS:
        found = shutil.which(name, path=path)
        if found is not None:
            return (found, *words)
    names = ", ".join(name for name, *_ in PLAYERS)
    raise NoPlayerError(
        f"no program that plays sound: none of {names} is on PATH; "
        "install one (Debian: alsa-utils), or use --out FILE"
    )


def play(sound: Path) -> None:
    """Play a WAV file to its end. Blocks. Raises `NoPlayerError` and `PlayerFailedError`."""
    command = (*player(), str(sound.absolute()))
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise PlayerFailedError(f"{command[0]}: {reason_of(error)}; use --out FILE") from error
    if result.returncode != 0:
        failure = failure_of(result.returncode, result.stderr)
        raise PlayerFailedError(f"{command[0]} was to play {sound}: {failure}; use --out FILE")
