"""Keys as a person types them: each at once from a terminal, line by line from anything else.

Owns the terminal's mode while a call lasts, which is always put back, and what each typed sign means. Must
not know what the keys lead to.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from ivr.telephone.callers import HANG_UP, NO_MORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEYS: Final = frozenset("0123456789*#")
HANGING_UP: Final = frozenset("qQ\x03\x04")  # with Ctrl-C and Ctrl-D, which a terminal gives as signs here
HELP_KEY: Final = "?"
_LOCAL_FLAGS: Final = 3  # its place among a terminal's attributes
_CHARACTERS: Final = 6
_READ_BYTES: Final = 256
MOST_BYTES: Final = 4_096  # of what is no terminal: more than anybody presses in a call, and `yes 1` ends


def is_terminal(stdin: TextIO | None) -> bool:
    """Tell whether somebody types there; None is an input that was closed before we began."""
    return stdin is not None and stdin.isatty()


@contextmanager
def typed_keys(on_help: Callable[[], None], stdin: TextIO | None = None) -> Iterator[asyncio.Queue[str]]:
    """Lend the queue of what is typed: keys, `HANG_UP`, and `NO_MORE` when input that is no terminal ends.

    `on_help` is called when somebody asks what the keys do. Works inside a running event loop.
    """
    source: TextIO | None = sys.stdin if stdin is None else stdin
    typed: asyncio.Queue[str] = asyncio.Queue()  # bounded by how quickly somebody types, or `MOST_BYTES`

    def take(text: str) -> None:
        for sign in text:
            if sign in KEYS:
                typed.put_nowait(sign)
            elif sign in HANGING_UP:
                typed.put_nowait(HANG_UP)
            elif sign == HELP_KEY:
                on_help()

    if source is None:
        typed.put_nowait(NO_MORE)
        yield typed
        return
    reading = _terminal(source.fileno(), take) if is_terminal(source) else _lines(source, take, typed)
    with reading:
        yield typed


@contextmanager
def _terminal(file: int, take: Callable[[str], None]) -> Iterator[None]:
    """Give each sign at once, without an echo; a signal to end hangs up, so that the mode is put back."""
    loop = asyncio.get_running_loop()
    before = termios.tcgetattr(file)
    ours = termios.tcgetattr(file)
    ours[_LOCAL_FLAGS] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    ours[_CHARACTERS][termios.VMIN], ours[_CHARACTERS][termios.VTIME] = 1, 0

    def read() -> None:
        try:
            data = os.read(file, _READ_BYTES)
        except OSError:  # the terminal is gone
            data = b""
        if not data:
            loop.remove_reader(file)
        take(data.decode("utf-8", "replace") if data else "q")

    ending = (signal.SIGTERM, signal.SIGHUP)
    termios.tcsetattr(file, termios.TCSADRAIN, ours)
    try:
        for number in ending:
            loop.add_signal_handler(number, take, "q")
        loop.add_reader(file, read)
        yield
    finally:
        loop.remove_reader(file)
        for number in ending:
            loop.remove_signal_handler(number)
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(file, termios.TCSAFLUSH, before)


@contextmanager
def _lines(source: TextIO, take: Callable[[str], None], typed: asyncio.Queue[str]) -> Iterator[None]:
    """Give the signs of each line as it comes, in a thread: not all that can be read can be waited for.

    Bytes are read: what is no text has no keys in it, and is no reason to stop.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        left = MOST_BYTES
        with contextlib.suppress(RuntimeError):  # the call is over, and the loop closed
            try:
                with contextlib.suppress(OSError, ValueError):  # it broke, or was closed meanwhile
                    while left > 0 and (line := source.buffer.readline(min(left, _READ_BYTES))):
                        left -= len(line)
                        loop.call_soon_threadsafe(take, line.decode("ascii", "replace"))
            finally:
                loop.call_soon_threadsafe(typed.put_nowait, NO_MORE)

    threading.Thread(target=read, name="keys by line", daemon=True).start()  # never blocks the end
    yield
