"""Keys as they are typed: at once from a terminal, whose mode is put back, and by line from anything else."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import signal
import sys
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import pytest

from ivr.telephone.callers import HANG_UP, NO_MORE
from ivr.telephone.keyboard import MOST_BYTES, is_terminal, typed_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_S = 5.0
OUTPUT, LOCAL = 1, 3  # places among a terminal's attributes


@contextmanager
def terminal() -> Iterator[tuple[int, TextIO]]:
    """Lend both ends of a terminal: ours to type at, and the program's."""
    ours, theirs = pty.openpty()
    try:
        with open(theirs, encoding="utf-8", closefd=True) as file:  # noqa: PTH123  # a descriptor
            yield ours, file
    finally:
        os.close(ours)


def piped(data: bytes) -> TextIO:
    """Return an input that is no terminal, and as strict as Python makes it."""
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="strict")


class Broken(io.RawIOBase):
    """Bytes that cannot be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, _: object) -> int:
        raise OSError("broken")


async def next_of(typed: asyncio.Queue[str], count: int) -> list[str]:
    async with asyncio.timeout(LIMIT_S):
        return [await typed.get() for _ in range(count)]


@pytest.mark.parametrize("end", ["q", "Q", "\x03", "\x04"])
def test_keys_of_a_terminal_come_at_once_and_without_enter(end: str) -> None:
    async def main() -> None:
        helped: list[None] = []
        with terminal() as (ours, theirs), typed_keys(lambda: helped.append(None), theirs) as typed:
            os.write(ours, f"1x*é?{end}".encode())
            assert await next_of(typed, 3) == ["1", "*", HANG_UP]
            assert helped == [None]

    asyncio.run(main())


def test_the_terminals_mode_is_put_back_whatever_happens() -> None:
    def fail(file: TextIO) -> None:
        with typed_keys(print, file):
            within.append(termios.tcgetattr(file))
            raise ValueError("a fault")

    async def main() -> None:
        with terminal() as (_, theirs):
            before = termios.tcgetattr(theirs)
            with pytest.raises(ValueError, match="fault"):
                fail(theirs)
            assert termios.tcgetattr(theirs) == before
            assert before[LOCAL] & termios.ICANON
            assert not within[0][LOCAL] & (termios.ICANON | termios.ECHO | termios.ISIG)
            assert within[0][OUTPUT] == before[OUTPUT]  # lines are still ended as ever

    within: list[list[Any]] = []
    asyncio.run(main())


def test_who_is_told_to_end_hangs_up_first() -> None:
    async def main() -> None:
        with terminal() as (_, theirs), typed_keys(print, theirs) as typed:
            os.kill(os.getpid(), signal.SIGTERM)
            assert await next_of(typed, 1) == [HANG_UP]

    asyncio.run(main())


def test_what_is_no_terminal_is_read_by_line_to_its_end() -> None:
    async def main() -> None:
        with typed_keys(print, piped(b"12\nq?\n")) as typed:
            assert await next_of(typed, 4) == ["1", "2", HANG_UP, NO_MORE]

    asyncio.run(main())


def test_what_is_no_text_has_no_keys_and_ends_nothing() -> None:
    async def main() -> None:
        with typed_keys(print, piped(b"\xff9\n\xc3\n1")) as typed:
            assert await next_of(typed, 3) == ["9", "1", NO_MORE]

    asyncio.run(main())


@pytest.mark.parametrize("endless", [b"1\n", b"1"])
def test_an_input_without_an_end_is_ended(endless: bytes) -> None:
    """`yes 1 | vaxel call` neither fills the memory nor lasts for ever."""

    async def main() -> None:
        most = MOST_BYTES // len(endless)
        with typed_keys(print, piped(endless * 10 * MOST_BYTES)) as typed:
            assert await next_of(typed, most + 1) == ["1"] * most + [NO_MORE]
            assert typed.empty()

    asyncio.run(main())


def test_an_input_that_breaks_is_at_its_end() -> None:
    async def main() -> None:
        with typed_keys(print, io.TextIOWrapper(io.BufferedReader(Broken()))) as typed:
            assert await next_of(typed, 1) == [NO_MORE]

    asyncio.run(main())


def test_an_input_that_was_closed_before_is_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """`vaxel call <&-`: Python has no standard input at all then."""

    async def main() -> None:
        with typed_keys(print) as typed:
            assert await next_of(typed, 1) == [NO_MORE]

    monkeypatch.setattr(sys, "stdin", None)
    asyncio.run(main())
    assert not is_terminal(None)
