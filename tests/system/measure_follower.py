"""Measure where the call log's follower does least harm to calls: in a thread, or in a process of its own.

Run it by hand: `python -m tests.system.measure_follower`. An event loop does what an engine's does (20 calls
a second, twelve appends each) while a probe asks to be woken every millisecond: how late it is woken is how
late a caller's command would be. The same without a follower is the ground that both stand on. Once in step
with the journal, and once with a backlog to catch up, as after a lock. Rounds alternate, so that a busy
machine troubles all alike. The result stands in docs/decisions/0003.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from queues.calllog.database import migrate, open_database
from queues.calllog.follower import follow, follower_command
from queues.calllog.projection import read_position
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    DigitPressed,
    EngineStarted,
    Event,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    Outcome,
    PromptPlayed,
    Rule,
    TalkEnded,
    TelephoneState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Mode: TypeAlias = Literal["none", "thread", "process"]
MODES: tuple[Mode, ...] = ("none", "thread", "process")

CALLS_PER_S = 20
CALL_S = 1.0  # a call's events are spread over this time
PROBE_S = 0.001


class Round(NamedTuple):
    """One mode's figures: how late the probe was woken, and CPU per call, both in ms."""

    late_p50: float
    late_p99: float
    late_max: float
    engine_cpu: float  # of the process that takes calls
    total_cpu: float  # with the follower's, but without starting its process


def call_events(contact: str, now: float) -> tuple[Event, ...]:
    """Return the events of an answered call."""
    return (
        CallArrived(contact, "1763782800.17", "jarfalla", "+46858028500", "5f" * 32, "known"),
        PromptPlayed(contact, "main", ("welcome", "choices")),
        DigitPressed(contact, "3"),
        MenuAnswered(contact, "main", MenuResult.MATCH, "school"),
        CallerQueued(contact, "school", now),
        AgentOffered(contact, "anna.berg", "school", Rule.SPECIALIST, 0, 0.5, 3, 20.0),
        AgentStateChanged("anna.berg", TelephoneState.RINGING),
        OfferAnswered(contact, "anna.berg"),
        AgentStateChanged("anna.berg", TelephoneState.BUSY),
        TalkEnded(contact, "anna.berg", "caller"),
        CallerHungUp(contact),
        CallEnded(contact, Outcome.ANSWERED, "caller"),
    )


async def one_call(writer: JournalWriter, contact: str) -> None:
    """Append a call's events over its time."""
    events = call_events(contact, time.time())
    for event in events:
        writer.append(time.time(), event)
        await asyncio.sleep(CALL_S / len(events))


async def engine(writer: JournalWriter, seconds: float) -> list[float]:
    """Take calls for so long; return the probe's lateness in seconds."""
    late: list[float] = []
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    async def probe() -> None:
        while (due := loop.time() + PROBE_S) < end:
            await asyncio.sleep(PROBE_S)
            late.append(loop.time() - due)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(probe(), name="probe")
        for call in range(int(seconds * CALLS_PER_S)):
            tasks.create_task(one_call(writer, f"c-{call}"), name=f"call {call}")
            await asyncio.sleep(1 / CALLS_PER_S)
    return late


@contextmanager
def following(mode: Mode, journal: Path, url: str) -> Iterator[None]:
    """Run the follower as `mode` says, and let it apply everything before this ends."""
    if mode == "thread":
        stop = threading.Event()
        thread = threading.Thread(target=follow, args=(journal, url, stop), name="follower")
        thread.start()
        yield
        stop.set()
        thread.join()
    elif mode == "process":
        arguments, environment = follower_command(journal, url)
        process = subprocess.Popen(arguments, env={**os.environ, **environment})
        yield
        process.terminate()
        process.wait()
    else:
        yield


def children_cpu_s() -> float:
    """Return the CPU seconds of all processes that we waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def position(url: str) -> int:
    """Return how far the database is."""
    engine_of_log = open_database(url)
    with engine_of_log.connect() as connection:
        seq = read_position(connection).seq
    engine_of_log.dispose()
    return seq


def measure(mode: Mode, seconds: float, backlog: int) -> Round:
    """Run one round in a folder of its own, with so many calls in the journal before it begins."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/calls.db"
        migrate(url)
        with JournalWriter.open(folder / "journal") as writer:
            first = writer.append(time.time(), EngineStarted("measured"))
            start_s = children_cpu_s()
            with following(mode, folder / "journal", url):
                while mode != "none" and position(url) < first.seq:
                    time.sleep(0.05)
            start_s = children_cpu_s() - start_s
            for call in range(backlog):
                for event in call_events(f"b-{call}", time.time()):
                    writer.append(time.time(), event)
            own_s, children_s = time.process_time(), children_cpu_s()
            with following(mode, folder / "journal", url):
                late = asyncio.run(engine(writer, seconds))
        own_s = time.process_time() - own_s
        follower_s = children_cpu_s() - children_s - start_s
    cuts = statistics.quantiles(late, n=100)
    calls = seconds * CALLS_PER_S + backlog
    per_call = (own_s / calls, (own_s + follower_s) / calls)
    return Round(*(1000 * value for value in (cuts[49], cuts[98], max(late), *per_call)))


def main() -> None:
    """Print the median of all rounds, per mode and backlog."""
    parser = argparse.ArgumentParser(description="Measure the follower as a thread and as a process.")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backlog", type=int, default=4000, help="calls in the journal, in the second table")
    chosen = parser.parse_args()
    write = sys.stdout.write
    write(f"medians of {chosen.rounds} rounds of {chosen.seconds:g} s; milliseconds; CPU is per call\n")
    for backlog in (0, chosen.backlog):
        rounds: dict[Mode, list[Round]] = {mode: [] for mode in MODES}
        for _ in range(chosen.rounds):
            for mode in MODES:
                rounds[mode].append(measure(mode, chosen.seconds, backlog))
        write(f"\nbacklog {backlog:5}   late p50   late p99   late max   engine CPU   CPU in all\n")
        for mode, results in rounds.items():
            medians = [statistics.median(column) for column in zip(*results, strict=True)]
            write(f"{mode:<13}" + "".join(f"{figure:>11.3f}" for figure in medians) + "\n")


if __name__ == "__main__":
    main()
