"""2,000 callers who wait at once, against a fake Asterisk: what they cost, and how quickly they are woken.

Owns the load and the measuring; the engine is the real one, in a process of its own, with journal,
follower, AMI and dead-man renewals on. The fake Asterisk (AGI channels and AMI) runs in the caller's process.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.demo.stand import Stand, free_port, stand_settings
from ivr.settings import Settings
from tests.fakes.ami import SECRET, FakeAmi
from tests.fakes.fastagi import FakeChannel

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
QUEUES = 9  # keys 1 to 9: agents of random queues set free wake callers in random order
AGENTS_PER_QUEUE = 12
ARRIVALS_PER_S = 250
CALLED = "+46858000088"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class WaitingFigures:
    """What was measured."""

    callers: int
    core_share: float  # of one core, while everybody waits
    resident_mb: float
    renewals_per_s: float
    woken: int
    wake_p50_ms: float
    wake_p99_ms: float
    wake_max_ms: float


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used, in user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_mb(pid: int) -> float:
    """Return a process's resident memory in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def write_menus(folder: Path) -> None:
    """Write a number with nine queues, each with agents of its own."""
    number = folder / "load"
    number.mkdir(parents=True)
    keys = range(1, QUEUES + 1)
    (number / "number.yaml").write_text(
        f"name: Load\nlanguages: [sv]\ncalled numbers: [{CALLED}]\ntrouble: Fel.\n", "utf-8"
    )
    options = "".join(f'      {key}: {{text: "{key}.", to: queue-{key}}}\n' for key in keys)
    nodes = "".join(f"  queue-{key}: {{kind: queue, queue: queue-{key}}}\n" for key in keys)
    (number / "menu.yaml").write_text(
        "start: welcome\nperson: queue-1\nnodes:\n  welcome:\n    kind: menu\n    greeting: Hej.\n"
        f"    options:\n{options}{nodes}",
        "utf-8",
    )
    (number / "queues.yaml").write_text(
        "queues:\n"
        + "".join(f"  queue-{k}: {{name: Q{k}, rings: [{{after: 0 s, ask: specialists}}]}}\n" for k in keys),
        "utf-8",
    )
    (number / "agents.yaml").write_text(
        "agents:\n"
        + "".join(
            f"  agent-{k}-{i}: {{name: A{k}, specialist: {{queue-{k}: 1}}}}\n"
            for k in keys
            for i in range(AGENTS_PER_QUEUE)
        ),
        "utf-8",
    )


async def measure(
    folder: Path, *, callers: int = 2_000, steady_s: float = 30.0, wakes: int = 1_000
) -> WaitingFigures:
    """Run the load in `folder` and return the figures."""
    write_menus(folder / "menus")
    async with FakeAmi() as ami:
        base = Settings(menus=folder / "menus", prompt_cache=ROOT / ".cache" / "prompts")
        settings = replace(stand_settings(base, folder / "state"), ami_port=ami.port, agi_port=free_port())
        (settings.state / "secrets").mkdir(parents=True, mode=0o700)
        (settings.state / "secrets" / "ami").write_text(f"{SECRET}\n", "ascii")
        for key in range(1, QUEUES + 1):
            for index in range(AGENTS_PER_QUEUE):
                ami.device_states[f"PJSIP/agent-{key}-{index}"] = "INUSE"
        stand = Stand(settings)
        await stand.start_engine()
        try:
            return await _Load(stand, ami).run(callers, steady_s, wakes)
        finally:
            await stand.stop_engine()
            shutil.rmtree(folder, ignore_errors=True)


class _Load:
    def __init__(self, stand: Stand, ami: FakeAmi) -> None:
        self._stand = stand
        self._ami = ami
        self._dice = random.Random(1)
        self._offered: dict[str, float] = {}  # agent -> when the engine was told that it is free
        self._latencies_s: list[float] = []

    async def run(self, callers: int, steady_s: float, wakes: int) -> WaitingFigures:
        pid = self._stand.engine_pid
        assert pid is not None
        await asyncio.wait_for(self._ami.received("DeviceStateList"), DEADLINE_S)
        channels = [await self._arrive(index) for index in range(callers)]
        await asyncio.wait_for(asyncio.gather(*(channel.reached(_waits) for channel in channels)), DEADLINE_S)
        await asyncio.sleep(2.0)  # what the arrivals left to do: the log
        began, used, commands = time.monotonic(), cpu_s(pid), sum(channel.count for channel in channels)
        await asyncio.sleep(steady_s)
        passed_s = time.monotonic() - began
        share = (cpu_s(pid) - used) / passed_s
        renewals = (sum(channel.count for channel in channels) - commands) / 2 / passed_s
        resident = resident_mb(pid)
        await self._wake(channels, wakes)
        latencies = sorted(self._latencies_s)
        return WaitingFigures(
            callers,
            share,
            resident,
            renewals,
            len(latencies),
            1000 * latencies[len(latencies) // 2],
            1000 * latencies[int(len(latencies) * 0.99)],
            1000 * latencies[-1],
        )

    async def _arrive(self, index: int) -> FakeChannel:
        uniqueid = f"load-{index}.1"
        channel = FakeChannel(
            uniqueid,
            callerid=f"+46701{index:06d}",
            arguments=(CALLED, uniqueid, "allowed", ""),
            keys=[str(self._dice.randint(1, QUEUES))],
            record=False,
            real_time=True,
        )
        self._ami.channels.append(_listed(index, uniqueid))
        await channel.connect(self._stand.settings.agi_host, self._stand.settings.agi_port)
        await asyncio.sleep(1 / ARRIVALS_PER_S)
        return channel

    async def _wake(self, channels: Sequence[FakeChannel], wakes: int) -> None:
        """Set an agent of a random queue free 50 times a second; each wakes that queue's first caller."""
        watchers = [asyncio.create_task(self._answer(channel), name="caller") for channel in channels]
        for _ in range(wakes):
            key = self._dice.randint(1, QUEUES)
            idle = [a for i in range(AGENTS_PER_QUEUE) if (a := f"agent-{key}-{i}") not in self._offered]
            agent = self._dice.choice(idle)
            self._offered[agent] = time.monotonic()
            self._ami.emit("DeviceStateChange", Device=f"PJSIP/{agent}", State="NOT_INUSE")
            await asyncio.sleep(0.02)
        deadline = time.monotonic() + 5.0
        while len(self._latencies_s) < wakes and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        for watcher in watchers:
            watcher.cancel()

    async def _answer(self, channel: FakeChannel) -> None:
        """Take the caller's wake-up: the next command after the wait, then Dial, talk, end."""
        await channel.reached(lambda c: c.variables.get("VAXEL_PHASE") == "offering")
        woken_at = time.monotonic()
        await channel.reached(lambda c: c.running == "EXEC")
        agent = channel.dialled[-1].removeprefix("PJSIP/").partition(",")[0]
        self._latencies_s.append(woken_at - self._offered[agent])
        self._ami.emit("DeviceStateChange", Device=f"PJSIP/{agent}", State="INUSE")
        await asyncio.sleep(0.01)
        self._offered.pop(agent)
        channel.finish()
        await channel.reached(lambda c: c.closed)
        self._ami.channels = [one for one in self._ami.channels if one[1] != ("Uniqueid", channel.uniqueid)]
        self._ami.emit("Hangup", Uniqueid=channel.uniqueid)


def _waits(channel: FakeChannel) -> bool:
    return channel.running == "WAIT FOR DIGIT"


def _listed(index: int, uniqueid: str) -> list[tuple[str, str]]:
    """Return the channel as Asterisk lists it, so that reading the list costs what it does in earnest."""
    return [
        ("Channel", f"PJSIP/trunk-{index:08x}"),
        ("Uniqueid", uniqueid),
        ("Linkedid", uniqueid),
        ("ChanVariable", f"VAXEL_CASE={uniqueid}"),
        *((name, "6") for name in ("ChannelState", "Priority")),
        ("ChannelStateDesc", "Up"),
        *((name, "<unknown>") for name in ("CallerIDName", "ConnectedLineNum", "ConnectedLineName")),
        ("CallerIDNum", f"+46701{index:06d}"),
        *(("Language", "en"), ("AccountCode", ""), ("Context", "vaxel-exchange"), ("Exten", "s")),
        *(("Application", "AGI"), ("ApplicationData", "agi://127.0.0.1/call"), ("Duration", "00:00:31")),
        ("BridgeId", ""),
    ]
