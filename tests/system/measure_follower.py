"""Measure where the call log's follower does least harm to calls: in a thread, or in a process of its own.

Run it by hand: `python -m tests.system.measure_follower`. An event loop does what an engine's does (20 calls a
second, twelve appends each) while a probe asks to be woken every millisecond; how late it is woken is how late a
caller's command would be. The same without a follower is the ground that both stand on. Rounds alternate, so that
a busy machine troubles all alike. The result stands in docs/decisions/0003.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from queues.calllog.database import migrate
from queues.calllog.follower import follow, follower_command
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerQueued,
    DigitPressed,
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
    """One mode's figures: how late the probe was woken (ms), and CPU per call (ms), the follower's included."""

    late_p50: float
    late_p99: float
    late_max: float
    own_cpu: float
    total_cpu: float


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


def measure(mode: Mode, seconds: float) -> Round:
    """Run one round in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/calls.db"
        migrate(url)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time()
        with JournalWriter.open(folder / "journal") as writer, following(mode, folder / "journal", url):
            late = asyncio.run(engine(writer, seconds))
        own = time.process_time() - own
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        follower = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    cuts = statistics.quantiles(late, n=100)
    calls = seconds * CALLS_PER_S
    return Round(*(1000 * s for s in (cuts[49], cuts[98], max(late), own / calls, (own + follower) / calls)))


def main() -> None:
    """Print the median of all rounds, per mode."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    rounds: dict[Mode, list[Round]] = {mode: [] for mode in MODES}
    for _ in range(chosen.rounds):
        for mode in MODES:
            rounds[mode].append(measure(mode, chosen.seconds))
    print(
        "follower   late p50   late p99   late max   engine CPU   CPU in all   (ms; CPU per call, start included)"
    )  # noqa: T201  a script's result
    for mode, results in rounds.items():
        medians = [statistics.median(column) for column in zip(*results, strict=True)]
        print(f"{mode:<8}" + "".join(f"{figure:>11.3f}" for figure in medians))  # noqa: T201  a script's result


if __name__ == "__main__":
    main()
