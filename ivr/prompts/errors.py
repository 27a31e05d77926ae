"""What can go wrong between a text and its sound.

Owns the tree. Each error is one line that says what was tried, what came of it and what to do:

    Exception
    └── PromptError
        ├── SpeechCommandUnfitError      the command has no {output}, or its program is not there
        ├── SpeechFailedError            the program failed, took too long, or left no sound
        ├── RecordingUnusableError       a recording is not there, or cannot be read as sound
        ├── PromptFolderUnusableError    the cache cannot be written or read
        ├── PromptNotBuiltError          something is to be played that `build` was never told of
        ├── PromptsClosedError           the exchange ends, and begins no sound any more
        ├── NoPlayerError                this machine has no program that plays sound
        └── PlayerFailedError            the program that was to play it failed
"""

from __future__ import annotations

_SHOWN = 200  # characters of what a failing program said


class PromptError(Exception):
    """Anything that keeps a prompt from being heard."""


class SpeechCommandUnfitError(PromptError):
    """The speech command cannot be run at all."""


class SpeechFailedError(PromptError):
    """The speech program did not make a sound of a text."""


class RecordingUnusableError(PromptError):
    """A recording is not there, or no sound."""


class PromptFolderUnusableError(PromptError):
    """The folder of the cache cannot be written, or a file in it not read."""


class PromptNotBuiltError(PromptError):
    """A sound was asked for that nobody had built."""


class PromptsClosedError(PromptError):
    """Sounds were to be made while the exchange ends."""

    def __init__(self) -> None:
        super().__init__("the exchange ends; what is missing is spoken when it starts again")


class NoPlayerError(PromptError):
    """There is no program on this machine that plays sound."""


class PlayerFailedError(PromptError):
    """A sound could not be played on this machine."""


def reason_of(error: OSError) -> str:
    """Give the system's words for what went wrong, without its numbers and paths."""
    return error.strerror or "unknown reason"


def failure_of(code: int, said: bytes) -> str:
    """Tell how a program failed, in one line."""
    words = " ".join(said.decode(errors="replace").split())[:_SHOWN] or "nothing"
    return f"it ended with {code} and said: {words}"
