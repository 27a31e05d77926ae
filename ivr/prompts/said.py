"""What is heard in a sound, written down beside it, so that a text telephone can print it.

Owns the form of that file: UTF-8, one line for each prompt in their order, `language<TAB>name<TAB>text`. Must
not know how the sound is made. A sound that several prompts share, because their text is the same, bears the
name of the first that was built.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts.errors import PromptFolderUnusableError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.menu.texts import Prompt

SUFFIX = ".txt"


@dataclass(frozen=True, slots=True)
class Said:
    """One prompt that is heard: its language (ISO 639), its name in the number, its text in one line."""

    language: str
    name: str
    text: str

    @classmethod
    def by(cls, prompt: Prompt) -> Said:
        """Return what a prompt says."""
        return cls(*map(in_one_line, (prompt.language, prompt.name, prompt.text)))


def said_in(path: str | Path) -> tuple[Said, ...]:
    """Return what is heard in a sound, given by the name that Asterisk plays it by or by its file's path.

    Nothing when nobody wrote it down. Raises `PromptFolderUnusableError` when it cannot be read.
    """
    text = Path(path).with_suffix(SUFFIX)
    try:
        lines = text.read_bytes().decode().split("\n")
        return tuple(Said(*line.split("\t")) for line in lines if line)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise PromptFolderUnusableError(
            f"prompt text {text}: {reason_of(error)}; make it readable"
        ) from error
    except (UnicodeDecodeError, TypeError) as error:
        raise PromptFolderUnusableError(
            f"prompt text {text}: expected lines of language, name and text, found something else; "
            "remove the file"
        ) from error


def written(said: Iterable[Said]) -> bytes:
    """Return the content of the file that `said_in` reads."""
    return "".join(f"{one.language}\t{one.name}\t{one.text}\n" for one in said).encode()


def in_one_line(text: str) -> str:
    """Return a text with single blanks in place of all line ends, tabs and runs of blanks."""
    return " ".join(text.split())
