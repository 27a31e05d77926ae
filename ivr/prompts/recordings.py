"""Recordings: WAV files in which somebody says a prompt's text, and which text that was.

Owns the reading of recordings and `recordings.json`, which keeps for each of them, by its content's hash, the
text that stood beside it when it was first built. No program hears what is said in a file; but when the
text has changed since and the recording has not, it says something else than the menu that was checked.
Must not know when a recording is used.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ivr.prompts.errors import PromptFolderUnusableError, RecordingUnusableError, reason_of
from ivr.sound import NotSoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.prompts.folder import PromptFolder
    from ivr.prompts.telephone import TelephoneSound

FILE: Final = "recordings.json"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it was found: its file, its content's hash, and the text that it is known to say."""

    path: Path
    content_hash: str  # SHA-256, hexadecimal
    text: str

    def frames(self, sound: TelephoneSound) -> bytes:
        """Give its frames, levelled like speech. Raises `RecordingUnusableError`."""
        content = _content(self.path)
        if hashlib.sha256(content).hexdigest() != self.content_hash:
            raise RecordingUnusableError(
                f"recording {self.path}: it changed while it was being read; build again"
            )
        try:
            return sound.frames(content)
        except NotSoundError as error:
            raise RecordingUnusableError(
                f"recording {self.path}: {error}; "
                "save it as a WAV file with 16 bits, or take it out of the menu"
            ) from error


class RecordedTexts:
    """What `recordings.json` in `folder` says: texts by the hash of a recording's content."""

    def __init__(self, folder: PromptFolder) -> None:
        self._folder = folder
        self.path = folder.path / FILE

    def read(self) -> dict[str, str]:
        """Return all that is known. Raises `PromptFolderUnusableError`."""
        try:
            texts = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._folder.unusable(self.path, error) from error
        except ValueError:
            texts = None
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise PromptFolderUnusableError(
                f"prompt folder {self.path}: expected a JSON object of texts, found something else; "
                "remove the file"
            )
        return texts

    def remember(self, texts: Mapping[str, str]) -> None:
        """Note the texts of recordings that were built for the first time; what is known stays.

        Raises `PromptFolderUnusableError`.
        """
        known = self.read()
        if texts.keys() <= known.keys():
            return
        content = json.dumps({**texts, **known}, ensure_ascii=False, indent=1, sort_keys=True)
        self._folder.write(self.path, f"{content}\n".encode())


def hash_of(path: Path) -> str:
    """Return the hash of a recording's content. Raises `RecordingUnusableError` when it cannot be read."""
    return hashlib.sha256(_content(path)).hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingUnusableError(
            f"recording {path}: {reason_of(error)}; put it there, or take it out of the menu"
        ) from error
