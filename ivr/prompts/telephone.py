"""Speech to telephone sound, in processes of their own.

Owns the running of `ivr/sound.py` as a program. A second of sound takes 7 to 33 ms of arithmetic: in a
thread, that keeps the event loop, and so every call, waiting 5 ms at each turn (measured) while a crisis
message is made. It also lets two prompts be made at a time. A process needs 40 ms before its first sound, so
it goes on for others. Must not know texts or where sounds are kept.
"""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from contextlib import ExitStack, suppress
from threading import Event, Timer
from typing import IO, TYPE_CHECKING, Final

import ivr.sound
from ivr.prompts.errors import failure_of, reason_of
from ivr.sound import ANSWER, LENGTH, NO_SOUND, NotSoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

DEADLINE_S: Final = 120.0  # for one sound; a recording of ten minutes in stereo takes 20 s
# It needs nothing but Python's own library, so the program starts without anything else: in 20 ms.
_PROGRAM: Final = (sys.executable, "-IS", ivr.sound.__file__)


class TelephoneSound:
    """What makes telephone sound: `with TelephoneSound() as sound`. Threads may use it at the same time."""

    def __init__(self, deadline_s: float = DEADLINE_S, program: Sequence[str] = _PROGRAM) -> None:
        self._program = tuple(program)
        self._deadline_s = deadline_s
        self._idle: deque[subprocess.Popen[bytes]] = deque()  # as many as there were threads at a time
        self._processes = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._processes.close()  # each ends with its input

    def frames(self, content: bytes) -> bytes:
        """Turn a WAV file into frames, levelled and without silence at its ends.

        Blocks. Raises `NotSoundError` when it is no 16-bit WAV, holds no sound, or cannot be worked on.
        """
        try:
            process = self._idle.pop()
        except IndexError:  # not asked for before: another thread may take the last one meanwhile
            process = self._begun()
        code, answer = self._answer(process, content)
        self._idle.append(process)
        if code == NO_SOUND:
            raise NotSoundError(answer.decode())
        return answer

    def _begun(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(self._program, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise NotSoundError(f"not brought to telephone sound: {reason_of(error)}") from error
        return self._processes.enter_context(process)

    def _answer(self, process: subprocess.Popen[bytes], content: bytes) -> tuple[int, bytes]:
        """Return what the process makes of a file; one that gives no answer is used no more."""
        is_late = Event()

        def end() -> None:
            is_late.set()
            process.kill()

        deadline = Timer(self._deadline_s, end)
        deadline.start()
        try:
            return _answer(process, content)
        except (EOFError, OSError):
            why = _end(process)
            if is_late.is_set():
                why = f"not done after {self._deadline_s:g} s"
            raise NotSoundError(f"not brought to telephone sound: {why}") from None
        finally:
            deadline.cancel()


def telephone_frames(content: bytes) -> bytes:
    """Turn a single WAV file into frames. Blocks; raises as `TelephoneSound.frames` does."""
    with TelephoneSound() as sound:
        return sound.frames(content)


def _answer(process: subprocess.Popen[bytes], content: bytes) -> tuple[int, bytes]:
    """Ask for the frames of a file. Raises `EOFError` and `OSError` when the process has ended."""
    assert process.stdin is not None  # noqa: S101  # it was begun with pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(LENGTH.pack(len(content)) + content)
    process.stdin.flush()
    code, length = ANSWER.unpack(_whole(process.stdout, ANSWER.size))
    return code, _whole(process.stdout, length)


def _whole(source: IO[bytes], length: int) -> bytes:
    read = source.read(length)
    if len(read) < length:
        raise EOFError
    return read


def _end(process: subprocess.Popen[bytes]) -> str:
    """Wait for a process that has failed, and say how it did."""
    assert process.stdin is not None  # noqa: S101  # it was begun with pipes
    assert process.stderr is not None  # noqa: S101
    with suppress(OSError):
        process.stdin.close()  # of what it did not take, nothing is left to be written
    return failure_of(process.wait(), process.stderr.read())
