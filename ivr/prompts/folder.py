"""The folder of sounds: how its files are named, written and read.

Owns the names and the writing. Must not know speech programs, recordings or menus.

Each sound is named by the hash of everything that it is made from, so a changed text is a new file, and
a file that is there is right. Beside it lies what is heard in it (see `said`), written first: whoever finds
the sound finds its text.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts.errors import PromptFolderUnusableError, PromptNotBuiltError, reason_of
from ivr.prompts.said import SUFFIX, written
from ivr.sound import HEADER, RATE, WIDTH, NotSoundError, frames_of, wav

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.prompts.said import Said
    from ivr.sound import Frames

FORM = 2  # of the sounds: raise it when ivr.sound makes them otherwise, and all are made anew
_READABLE = 0o644  # Asterisk runs as a user of its own


class PromptFolder:
    """The files below `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def open(self) -> None:
        """Make the folder if it is not there. Raises `PromptFolderUnusableError`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self.unusable(self.path, error) from error

    def sound(self, *made_from: str) -> Path:
        """Give the place of the sound that is made from all this."""
        content = json.dumps([FORM, *made_from], ensure_ascii=True).encode()
        return self.path / f"{hashlib.sha256(content).hexdigest()[:32]}.wav"

    def keep(self, sound: Path, frames: Iterable[Frames], said: Iterable[Said]) -> None:
        """Keep a sound, and what is heard in it. Raises `PromptFolderUnusableError`."""
        self.write(sound.with_suffix(SUFFIX), written(said))
        self.write(sound, *wav(*frames))

    def frames(self, sound: Path) -> Frames:
        """Read a sound's frames. Raises `PromptNotBuiltError` and `PromptFolderUnusableError`."""
        try:
            return frames_of(sound.read_bytes())
        except FileNotFoundError as error:
            raise PromptNotBuiltError(f"prompt {sound}: not spoken yet; build the prompts first") from error
        except OSError as error:
            raise self.unusable(sound, error) from error
        except NotSoundError as error:
            raise PromptFolderUnusableError(f"prompt {sound}: {error}; remove the file") from error

    def length_s(self, sound: Path) -> float:
        """Tell how long a sound that is there plays, in seconds. Raises `PromptFolderUnusableError`."""
        try:
            return (sound.stat().st_size - HEADER) / (WIDTH * RATE)
        except OSError as error:
            raise self.unusable(sound, error) from error

    def write(self, path: Path, *content: Frames) -> None:
        """Write a file whole or not at all: a caller may be listening to one of the same name."""
        try:
            file, name = tempfile.mkstemp(dir=self.path, prefix=".writing-")
            try:
                with os.fdopen(file, "wb") as whole:
                    whole.writelines(content)
                    os.fchmod(file, _READABLE)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self.unusable(path, error) from error

    def unusable(self, path: Path, error: OSError) -> PromptFolderUnusableError:
        """Return the error that tells that a file of this folder cannot be read or written."""
        return PromptFolderUnusableError(
            f"prompt folder {path}: {reason_of(error)}; make it writable, or set another"
        )
