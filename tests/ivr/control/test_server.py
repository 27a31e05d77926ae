"""The socket: one order a connection, by whom the system says, and nothing that comes ends the engine."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
from typing import TYPE_CHECKING

import pytest
import uvloop

from ivr.control.client import give
from ivr.control.orders import (
    LONGEST_LINE,
    Answer,
    NoAnswerError,
    NoEngineError,
    OrderRefusedError,
    Reload,
    read_answer,
)
from ivr.control.server import ControlServer
from ivr.control.sockets import short_path

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ivr.control.orders import Order

STORY_S = 20.0
DONE = Answer(is_done=True, lines=("done",), fields={"version": 7})
NO_ORDER = "that is no order; is the command line as new as the engine?"


class Engine:
    """Keep the orders that come, and who gave them; `wait` holds them, `refuse` and `fail` say what comes."""

    def __init__(self) -> None:
        self.orders: list[tuple[Order, str]] = []
        self.wait = asyncio.Event()
        self.wait.set()
        self.fails: Exception | None = None
        self.given_up = 0

    async def carry_out(self, order: Order, user: str) -> Answer:
        self.orders.append((order, user))
        try:
            await self.wait.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if self.fails is not None:
            raise self.fails
        return DONE


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[None]], None]:
    """Run a story by the loop that Python has and by the one that the engine has."""
    factory = asyncio.new_event_loop if request.param == "asyncio" else uvloop.new_event_loop

    def run(story: Awaitable[None]) -> None:
        async def main() -> None:
            async with asyncio.timeout(STORY_S):
                await story

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(main())

    return run


Run = "Callable[[Awaitable[None]], None]"


async def given(path: Path, order: Order, answer_s: float = STORY_S) -> Answer:
    return await asyncio.to_thread(lambda: give(path, order, answer_s=answer_s))


async def sent(path: Path, line: bytes) -> bytes:
    """Send these bytes and no more; return the answer's line."""
    with short_path(path) as short:
        reader, writer = await asyncio.open_unix_connection(short, limit=2 * LONGEST_LINE)
    writer.write(line)
    writer.write_eof()
    answer = await reader.readline()
    writer.close()
    return answer


def test_an_order_is_carried_out_for_whom_the_system_says(tmp_path: Path, run: Callable[..., None]) -> None:
    async def story() -> None:
        engine = Engine()
        async with ControlServer(tmp_path / "control.sock", engine.carry_out):
            assert await given(tmp_path / "control.sock", Reload("by hand")) == DONE
        assert engine.orders == [(Reload("by hand"), getpass.getuser())]

    run(story())


def test_a_path_that_is_too_long_for_a_socket_is_no_hindrance(
    tmp_path: Path, run: Callable[..., None]
) -> None:
    folder = tmp_path / ("å" * 60) / ("b" * 100)
    folder.mkdir(parents=True)
    assert len(bytes(folder)) > 107

    async def story() -> None:
        async with ControlServer(folder / "control.sock", Engine().carry_out):
            assert await given(folder / "control.sock", Reload()) == DONE

    run(story())


def test_only_the_engines_own_user_may_open_the_socket_and_it_goes_at_the_end(
    tmp_path: Path, run: Callable[..., None]
) -> None:
    path = tmp_path / "control.sock"

    async def story() -> None:
        async with ControlServer(path, Engine().carry_out):
            assert os.stat(path).st_mode & 0o777 == 0o600  # noqa: PTH116

    run(story())
    assert not path.exists()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"rubbish\n", NO_ORDER),
        (b'{"order":"Drop"}\n', NO_ORDER),
        (b"[" * 500_000 + b"\n", NO_ORDER),
        (b'{"order":"CrisisOn","number":[],"texts":7}\n', NO_ORDER),
        (b"x" * (LONGEST_LINE + 70_000), NO_ORDER),
    ],
    ids=["rubbish", "unknown", "deep", "wrong", "long"],
)
def test_what_is_no_order_is_answered_and_the_next_order_is_taken(
    tmp_path: Path, run: Callable[..., None], line: bytes, answer: str
) -> None:
    path = tmp_path / "control.sock"

    async def story() -> None:
        engine = Engine()
        async with ControlServer(path, engine.carry_out):
            assert read_answer(await sent(path, line)) == Answer(is_done=False, lines=(answer,))
            assert await given(path, Reload()) == DONE
            assert len(engine.orders) == 1

    run(story())


def test_who_says_nothing_is_answered_nothing(tmp_path: Path, run: Callable[..., None]) -> None:
    async def story() -> None:
        async with ControlServer(tmp_path / "control.sock", Engine().carry_out):
            assert await sent(tmp_path / "control.sock", b"") == b""

    run(story())


@pytest.mark.parametrize(
    ("fails", "line"),
    [
        (OrderRefusedError("testby: no"), "testby: no"),
        (ValueError("a fault of ours"), "the engine has a fault; its log has the details"),
        (OSError("a fault of ours"), "the engine has a fault; its log has the details"),
    ],
)
def test_an_order_that_fails_is_answered_and_the_engine_goes_on(
    tmp_path: Path,
    run: Callable[..., None],
    fails: Exception,
    line: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        engine = Engine()
        engine.fails = fails
        async with ControlServer(tmp_path / "control.sock", engine.carry_out):
            answer = await given(tmp_path / "control.sock", Reload())
            assert answer == Answer(is_done=False, lines=(line,))

    run(story())
    assert ("an order could not be carried out" in caplog.text) is (not isinstance(fails, OrderRefusedError))


def test_an_engine_that_ends_gives_up_what_it_was_told(tmp_path: Path, run: Callable[..., None]) -> None:
    path = tmp_path / "control.sock"

    async def story() -> None:
        engine = Engine()
        engine.wait.clear()
        async with ControlServer(path, engine.carry_out):
            giving = asyncio.create_task(given(path, Reload()))
            while not engine.orders:
                await asyncio.sleep(0.01)
        assert engine.given_up == 1
        with pytest.raises(NoAnswerError) as caught:
            await giving
        assert str(caught.value) == f"the engine at {path} ended before it answered; see its log"

    run(story())


def test_the_socket_of_an_engine_that_was_killed_is_nobodys(tmp_path: Path, run: Callable[..., None]) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with pytest.raises(NoEngineError) as caught:
        give(path, Reload())
    assert str(caught.value) == f"no engine answers at {path}; is it running?"

    async def story() -> None:
        async with ControlServer(path, Engine().carry_out):
            assert await given(path, Reload()) == DONE

    run(story())


@pytest.mark.parametrize("where", ["control.sock", "no-folder/control.sock"])
def test_without_a_socket_there_is_no_engine(tmp_path: Path, where: str) -> None:
    with pytest.raises(NoEngineError):
        give(tmp_path / where, Reload())


def test_an_engine_that_does_not_answer_in_time_is_told(tmp_path: Path, run: Callable[..., None]) -> None:
    path = tmp_path / "control.sock"

    async def story() -> None:
        engine = Engine()
        engine.wait.clear()
        async with ControlServer(path, engine.carry_out):
            with pytest.raises(NoAnswerError) as caught:
                await given(path, Reload(), 0.05)
            assert str(caught.value) == f"the engine at {path} did not answer: not within 0.05 s; see its log"

    run(story())


def test_an_engine_that_is_somebody_elses_is_not_taken_for_none(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.symlink_to(path)  # what opens to nobody, whoever runs the tests
    with pytest.raises(NoAnswerError) as caught:
        give(path, Reload())
    assert str(caught.value) == (
        f"the engine at {path} takes no order from you: Too many levels of symbolic links"
    )
