"""The program that speaks: its command, and running it for one text.

Owns the command's words and the deadline. Must not know where sounds are kept or what menus say.

A command is a list of words in which {output} stands for the WAV file to write, {language} for the language's
code and {pace} for the words a minute; only {output} has to be there. The text goes to the program's
standard input, so that no text can be taken for an option. Each text has a run of the program to itself,
however many are to be spoken: so one that fails spoils no other.
"""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.prompts.errors import (
    PromptFolderUnusableError,
    SpeechCommandUnfitError,
    SpeechFailedError,
    failure_of,
    reason_of,
)
from ivr.sound import NotSoundError
from ivr.toolbox import MissingProgramError, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ivr.menu.texts import Pace, Prompt
    from ivr.prompts.telephone import TelephoneSound

ESPEAK_NG: Final = (
    "espeak-ng"  # found on PATH or in the toolbox; any other program is started as it is written
)
ESPEAK_COMMAND: Final = (ESPEAK_NG, "-v", "{language}", "-s", "{pace}", "--stdin", "-w", "{output}")
SPEECH_DEADLINE_S = 60.0  # for one text; espeak-ng takes .01 s, a neural voice some seconds
_MANY: Final = 4  # texts: from here on making the program ready takes less time than it saves
_SHOWN = 40  # characters of a text that went wrong


@dataclass(frozen=True, slots=True)
class SpeechCommand:
    """The command as it is set. Raises `SpeechCommandUnfitError` when it would write nowhere."""

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        command = " ".join(self.words)
        if "{output}" not in command:
            raise SpeechCommandUnfitError(f'speech command "{command}": expected {{output}} in it; add it')

    def paced(self, pace: Pace) -> tuple[str, ...]:
        """Give the words with the pace filled in: a command that knows none speaks every pace alike."""
        return tuple(word.replace("{pace}", str(pace.words_a_minute)) for word in self.words)

    @contextmanager
    def program(self, folder: Path, sound: TelephoneSound, texts: int = 1) -> Iterator[SpeechProgram]:
        """Find the program that is to work in `folder`, made ready for so many texts.

        Raises `SpeechCommandUnfitError`.
        """
        name, *words = self.words
        if name != ESPEAK_NG:
            yield SpeechProgram(self, folder, sound, name)
            return
        try:
            found = find_program(ESPEAK_NG).reaching(folder)
        except MissingProgramError as error:
            raise SpeechCommandUnfitError(str(error)) from error
        with found.made_ready() if texts >= _MANY else nullcontext(found) as ready:
            yield SpeechProgram(SpeechCommand((*ready.command, *words)), folder, sound, found.command[0])


class SpeechProgram:
    """A command that can be run; it writes below `folder`, where it can see. `name` is told of what fails."""

    def __init__(self, command: SpeechCommand, folder: Path, sound: TelephoneSound, name: str) -> None:
        self._command = command
        self._folder = folder
        self._sound = sound
        self._name = name

    def speak(self, prompt: Prompt) -> bytes:
        """Speak one text; give its frames.

        Blocks for as long as the program takes, at most `SPEECH_DEADLINE_S`. Raises `SpeechFailedError`,
        `SpeechCommandUnfitError` and `PromptFolderUnusableError`.
        """
        try:
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".speaking-") as folder:
                content = self._run(prompt, Path(folder) / "speech.wav")
        except OSError as error:
            raise PromptFolderUnusableError(
                f"prompt folder {self._folder}: {reason_of(error)}; make it writable, or set another"
            ) from error
        try:
            return self._sound.frames(content)
        except NotSoundError as error:
            what = f'{self._name} was to speak "{prompt.text[:_SHOWN]}"'
            raise SpeechFailedError(f"{what}: {error}; try it by hand") from error

    def _run(self, prompt: Prompt, output: Path) -> bytes:
        words = _filled(self._command.paced(prompt.pace), prompt.language, output)
        what = f'{self._name} was to speak "{prompt.text[:_SHOWN]}" ({prompt.language})'
        try:
            result = subprocess.run(
                words,
                input=f"{prompt.text}\n".encode(),
                capture_output=True,
                timeout=SPEECH_DEADLINE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SpeechFailedError(
                f"{what}: not done after {SPEECH_DEADLINE_S:g} s; try it by hand"
            ) from error
        except OSError as error:
            reason = error.strerror or "it cannot be started"
            raise SpeechCommandUnfitError(
                f"speech program {self._name}: {reason}; install it, or set another"
            ) from error
        if result.returncode != 0:
            raise SpeechFailedError(f"{what}: {failure_of(result.returncode, result.stderr)}")
        if not output.is_file():
            raise SpeechFailedError(f"{what}: it left no file; expected it to write to {{output}}")
        return output.read_bytes()


def _filled(words: Sequence[str], language: str, output: Path) -> list[str]:
    return [word.replace("{language}", language).replace("{output}", str(output)) for word in words]
