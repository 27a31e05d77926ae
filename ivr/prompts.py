"""Texts to sounds that Asterisk plays: spoken by a program, kept by content, built before callers come.

Owns the cache of prompts and the running of the speech program. Must not know menus' ways: it is told what
will be said. Errors, each one line that says what was tried, what came of it and what to do:

    Exception
    └── PromptError
        ├── SpeechCommandUnfitError      the command has no {output}, or its program is not there
        ├── SpeechFailedError            the program failed, took too long, or left no sound
        ├── PromptFolderUnusableError    the cache cannot be written or read
        └── PromptNotBuiltError          something is to be played that `build` was never told of

The text goes to the program's standard input, so that no text can be taken for an option. A command is a list
of words in which {output} stands for the WAV file to write and {language} for the language's code.

What one command of the menu says is joined to one sound: Asterisk loses keys that are pressed between two
commands. Each file is named by the hash of everything that it is made from, so a changed text is a new
file, and a file that is there is right. `_part` alone decides where a text's sound comes from.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.menu.machine import sayings
from ivr.sound import RATE, WIDTH, NotSoundError, joined, samples_of, telephone_samples, wav
from ivr.toolbox import MissingProgramError, find_program

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ivr.menu.model import Prompt
    from ivr.menu.number import Number
    from ivr.settings import Settings

ESPEAK_NG: Final = (
    "espeak-ng"  # found on PATH or in the toolbox; any other program is started as it is written
)
# 150 words a minute, against espeak-ng's 175: many callers are old, or new to the language.
ESPEAK_COMMAND: Final = (ESPEAK_NG, "-v", "{language}", "-s", "150", "--stdin", "-w", "{output}")
PAUSE_S = 0.3  # between two prompts said together: about a full stop's pause
AT_ONCE = 2  # speech programs: as many as the smallest server has cores
SPEECH_DEADLINE_S = 60.0  # for one text; espeak-ng takes .03 s, a neural voice some seconds
FORM = 1  # of the sounds: raise it when ivr.sound makes them otherwise, and all are made anew
_WAV_HEADER = 44  # bytes, of the files that ivr.sound writes
_SHOWN = 200  # characters of what a failing program said


class PromptError(Exception):
    """Anything that keeps a prompt from being heard."""


class SpeechCommandUnfitError(PromptError):
    """The speech command cannot be run at all."""


class SpeechFailedError(PromptError):
    """The speech program did not make a sound of a text."""


class PromptFolderUnusableError(PromptError):
    """The folder of the cache cannot be written, or a file in it not read."""


class PromptNotBuiltError(PromptError):
    """A sound was asked for that nobody had built."""


def prompt_texts(number: Number) -> tuple[tuple[str, str], ...]:
    """List each (language, text) of a number once, in the order of its menu."""
    return tuple(dict.fromkeys((number.language, prompt.text) for prompt in number.prompts()))


class PromptLibrary:
    """The prompts of all numbers as files in `folder`, spoken by `command`."""

    def __init__(self, folder: Path, command: Sequence[str] = ESPEAK_COMMAND) -> None:
        if "{output}" not in " ".join(command):
            words = " ".join(command)
            raise SpeechCommandUnfitError(f'speech command "{words}": expected {{output}} in it; add it')
        self._folder = folder.absolute()
        self._command = tuple(command)
        self._names: dict[tuple[str, tuple[Prompt, ...]], Path] = {}
        self._lengths_s: dict[Path, float] = {}

    @classmethod
    def of(cls, settings: Settings) -> PromptLibrary:
        """Make the library that an installation's settings describe."""
        return cls(settings.prompts, settings.speech or ESPEAK_COMMAND)

    def sound_name(self, language: str, text: str) -> str:
        """Give the name that Asterisk plays one text by: an absolute path without its suffix."""
        return str(self._part(language, text).with_suffix(""))

    def sound(self, language: str, prompts: Iterable[Prompt]) -> str:
        """Give the name that Asterisk plays all these prompts by, one after the other.

        Joins them if that has not been done yet (some milliseconds). Raises `PromptNotBuiltError` when one of
        them has never been spoken, and `PromptFolderUnusableError`.
        """
        return str(self._ready(language, tuple(prompts)).with_suffix(""))

    def length_s(self, language: str, prompts: Iterable[Prompt]) -> float:
        """Give how long `sound` of these prompts plays, in seconds. Raises as `sound` does."""
        path = self._ready(language, tuple(prompts))
        if path not in self._lengths_s:
            try:
                self._lengths_s[path] = (path.stat().st_size - _WAV_HEADER) / (WIDTH * RATE)
            except OSError as error:
                raise self._unusable(path, error) from error
        return self._lengths_s[path]

    def missing(self, numbers: Iterable[Number]) -> tuple[tuple[str, str], ...]:
        """List each (language, text) of these numbers that has not been spoken yet."""
        texts = dict.fromkeys(text for number in numbers for text in prompt_texts(number))
        return tuple(text for text in texts if not self._part(*text).exists())

    def build(self, numbers: Sequence[Number], progress: Callable[[int, int], None] | None = None) -> None:
        """Speak what is missing and join what is said together, so that every `sound` is there at once.

        `progress` is told how many of the missing texts are spoken, and of how many. Blocks: call it before
        the event loop runs, or from a thread. Raises any `PromptError`; what was built until then is kept.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(self._folder, error) from error
        missing = self.missing(numbers)
        if missing:
            command = self._found()
            with ThreadPoolExecutor(AT_ONCE, "speech") as pool:
                spoken = [pool.submit(self._speak, command, *text) for text in missing]
                try:
                    for done, future in enumerate(as_completed(spoken), start=1):
                        future.result()
                        if progress is not None:
                            progress(done, len(missing))
                except BaseException:
                    pool.shutdown(wait=True, cancel_futures=True)
                    raise
        for number in numbers:
            for said in _said(number):
                self._ready(number.language, said)

    def _part(self, language: str, text: str) -> Path:
        return self._named("text", language, text, *self._command)

    def _ready(self, language: str, prompts: tuple[Prompt, ...]) -> Path:
        path = self._names.get((language, prompts))
        if path is not None:
            return path
        parts = [self._part(language, prompt.text) for prompt in prompts]
        path = parts[0] if len(parts) == 1 else self._named("joined", str(PAUSE_S), *(p.name for p in parts))
        if not path.exists():
            self._write(path, wav(joined([self._read(part) for part in parts], PAUSE_S)))
        self._names[language, prompts] = path
        return path

    def _named(self, *made_from: str) -> Path:
        content = json.dumps([FORM, *made_from], ensure_ascii=True).encode()
        return self._folder / f"{hashlib.sha256(content).hexdigest()[:32]}.wav"

    def _found(self) -> tuple[str, ...]:
        program, *words = self._command
        if program != ESPEAK_NG:
            return self._command
        try:
            return (*find_program(ESPEAK_NG).reaching(self._folder).command, *words)
        except MissingProgramError as error:
            raise SpeechCommandUnfitError(str(error)) from error

    def _speak(self, command: Sequence[str], language: str, text: str) -> None:
        try:
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".speaking-") as folder:
                output = Path(folder) / "speech.wav"
                content = self._run(command, language, text, output)
        except OSError as error:
            raise self._unusable(self._folder, error) from error
        try:
            samples = telephone_samples(content)
        except NotSoundError as error:
            raise SpeechFailedError(
                f'{command[0]} was to speak "{text[:40]}": {error}; try it by hand'
            ) from error
        self._write(self._part(language, text), wav(samples))

    def _run(self, command: Sequence[str], language: str, text: str, output: Path) -> bytes:
        words = [word.replace("{language}", language).replace("{output}", str(output)) for word in command]
        what = f'{words[0]} was to speak "{text[:40]}" ({language})'
        try:
            result = subprocess.run(
                words, input=f"{text}\n".encode(), capture_output=True, timeout=SPEECH_DEADLINE_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SpeechFailedError(
                f"{what}: not done after {SPEECH_DEADLINE_S:g} s; try it by hand"
            ) from error
        except OSError as error:
            reason = error.strerror or "it cannot be started"
            raise SpeechCommandUnfitError(
                f"speech program {words[0]}: {reason}; install it, or set another"
            ) from error
        if result.returncode != 0:
            said = " ".join(result.stderr.decode(errors="replace").split())[:_SHOWN] or "nothing"
            raise SpeechFailedError(f"{what}: it ended with {result.returncode} and said: {said}")
        if not output.is_file():
            raise SpeechFailedError(f"{what}: it left no file; expected it to write to {{output}}")
        return output.read_bytes()

    def _read(self, part: Path) -> array[float]:
        try:
            return samples_of(part.read_bytes())
        except FileNotFoundError as error:
            raise PromptNotBuiltError(f"prompt {part}: not spoken yet; build the prompts first") from error
        except OSError as error:
            raise self._unusable(part, error) from error
        except NotSoundError as error:
            raise PromptFolderUnusableError(f"prompt {part}: {error}; remove the file") from error

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all: a caller may be listening to one of the same name."""
        try:
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".writing-") as folder:
                whole = Path(folder) / path.name
                whole.write_bytes(content)
                whole.chmod(0o644)  # Asterisk runs as a user of its own
                whole.replace(path)
        except OSError as error:
            raise self._unusable(path, error) from error

    def _unusable(self, path: Path, error: OSError) -> PromptFolderUnusableError:
        reason = error.strerror or "unknown reason"
        return PromptFolderUnusableError(f"prompt folder {path}: {reason}; make it writable, or set another")


def _said(number: Number) -> Iterator[tuple[Prompt, ...]]:
    yield from (said for said in dict.fromkeys(sayings(number.menu)) if said)
    yield (number.trouble,)
