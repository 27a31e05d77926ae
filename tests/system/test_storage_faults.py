"""The call log is locked, or the journal's disk is full, under calls: nobody notices and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ivr.demo.agents import Manner
from ivr.demo.call import Call
from ivr.demo.citizen_log import CitizenEnd
from ivr.demo.telephone import Answer
from queues.calllog.database import sqlite_file
from routing.events import CallerQueued, TelephoneState
from tests.system.exchange import TESTBY
from tests.system.wire import Wire, may_capture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

LOCKED_S = 60.0
CALLS_PER_S = 3
FREE_CALLS = 45  # without the lock, to compare with
AGENTS = 10
REACTION_MS = 10.0  # 99 of 100 commands follow their answer within it
SPARE_BYTES = 96 * 1024  # what the small disk has beside the journal that is there
CALLS_WHILE_FULL = 4

needs_root = pytest.mark.skipif(not may_capture(), reason="needs root: mounts a file system, reads the wire")


def percentiles_ms(reactions_s: list[float]) -> tuple[float, float]:
    """Return the 50th and the 99th."""
    ordered = sorted(reactions_s)
    return tuple(1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))  # type: ignore[return-value]


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold SQLite's write lock."""
    with contextlib.closing(sqlite3.connect(database, timeout=10.0, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@needs_root
@pytest.mark.load
def test_a_call_log_that_is_locked_for_60_s_moves_no_call(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that(
        "The call log is locked for 60 s", f"BEGIN IMMEDIATE, {CALLS_PER_S} calls a second meanwhile"
    )
    database = sqlite_file(exchange.stand.settings.database_url)
    assert database is not None
    agents = [agent for agent in exchange.policy.agents if agent.startswith("crowd-")][:AGENTS]

    async def load(calls: int) -> tuple[float, float]:
        citizens = [exchange.citizen("4", first_s=0.5) for _ in range(calls)]
        with Wire(exchange.stand.settings.agi_port) as wire:
            async with exchange.crowd(citizens, TESTBY, calls=CALLS_PER_S) as crowd:
                report = await crowd.finished(calls / CALLS_PER_S + 30.0)
        assert report.count(CitizenEnd.CUT_OFF) == calls, report.problems  # each after a talk
        return percentiles_ms(wire.reactions_s)

    async def play() -> None:
        async with exchange.agents(agents, Manner(answer_s=(0.1, 0.3), talk_s=(0.5, 1.0))):
            await exchange.until(
                lambda: set(agents) <= exchange.agents_in(TelephoneState.FREE), "all are free"
            )
            free = await load(FREE_CALLS)
            rows = len(exchange.rows())
            with locked(database):
                held = await load(round(LOCKED_S * CALLS_PER_S))
                assert len(exchange.rows()) <= rows + FREE_CALLS  # the lock did hold
            for name, (p50_ms, p99_ms) in (("without the lock", free), ("with it", held)):
                fault.notes[f"answer → next command, {name}"] = f"p50 {p50_ms:.2f} ms, p99 {p99_ms:.2f} ms"
            print(fault.notes)  # noqa: T201  # figures
            assert held[1] < REACTION_MS
            assert held[0] < 2 * free[0]

    exchange.run(play())


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give the journal a disk of its own with little room; the events are kept. The engine must be away."""
    kept = folder.with_name("journal-before")
    shutil.copytree(folder, kept)
    used = sum(path.stat().st_size // 4096 * 4096 + 4096 for path in kept.iterdir())
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={used + SPARE_BYTES},mode=0700", "none", str(folder)],
        check=True,
    )
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        shutil.rmtree(kept)


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    ballast = disk / "ballast"
    fd = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    os.write(fd, b"x" * size)
    finally:
        os.close(fd)
    return ballast


@needs_root
def test_a_full_disk_ends_no_call_and_loses_no_event(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that(
        "The journal's disk is full",
        f"a small disk of its own is filled up while {CALLS_WHILE_FULL} calls are answered, then freed",
    )

    async def play() -> None:
        async with exchange.telephone("both", Answer(0.1)) as both, exchange.caller() as waiting:
            await waiting.press("2")
            await exchange.until_has(waiting, CallerQueued)
            ballast = fill(exchange.stand.settings.journal)
            seen = len(exchange.stream)
            await both.register(5.0)  # nothing of all this can be written
            for n in range(CALLS_WHILE_FULL):
                call = await both.ringing(5.0)
                assert isinstance(call, Call)
                await call.answered(5.0)
                await asyncio.sleep(0.3)
                if n == 0:
                    new = [exchange.caller() for _ in range(CALLS_WHILE_FULL)]
                    for caller in new:
                        await caller.phone()
                        await caller.press("1")
                    await waiting.leave()
                else:
                    await call.hang_up()
            exchange.look()
            fault.notes["events that still found room"] = str(len(exchange.stream) - seen)
            assert "events are kept in memory" in exchange.stand.engine_log.read_text("utf-8")
            ballast.unlink()
            last = await both.ringing(5.0)
            assert isinstance(last, Call)
            await last.answered(5.0)
            await last.hang_up()
            for caller in new:
                await caller.cut_off()
                await caller.leave()
            fault.heard(waiting, *new, limit_s=3.0)

    exchange.run(exchange.stand.stop_engine())
    with small_disk(exchange.stand.settings.journal):
        exchange.reopen_journal()
        exchange.run(exchange.stand.start_engine())
        try:
            exchange.run(play())
            exchange.settle()
        finally:
            exchange.run(exchange.stand.stop_engine())
            exchange.look()
    exchange.reopen_journal()
    exchange.run(exchange.stand.start_engine())
