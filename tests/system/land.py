"""All municipalities of the land on one exchange: 290 numbers with 25 people each, made after Järfälla's.

Owns their folders and the measuring: how long an engine takes to be ready with all of them, the first time
and the next ones, and what a decision takes while calls come in at 100 a second. Run it as
`python -m tests.system.land`; `make bench` does.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.collector import leave_alone
from ivr.core import Core
from ivr.demo.stand import free_port
from ivr.menu.commands import Ask
from ivr.menu.number import load_numbers, policy
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    AsteriskConnected,
    CallArrived,
    CallerHungUp,
    DigitPressed,
    OfferAnswered,
    PromptEnded,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from tests.system.waiting import resident_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.menu.number import Number
    from routing.events import Decision, Input

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "menus" / "jarfalla"
MUNICIPALITIES = 290
PEOPLE = 25  # of each
QUEUES = ("elder-care", "social-services", "school", "streets", "culture", "general")
OFFICERS = ("anders-holm", "petra-lindqvist", "yusuf-demir")
FIRST_CALLED = 46_850_000_000
FIRST_EXTENSION = 100_000
EXTENSIONS = 10  # of each
CALLS_PER_S = 100
TALK_S = 60.0
OFFICE_HOURS = 1_795_516_200.0  # Wednesday 2026-11-25 10:30 in Stockholm
READY_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class LandFigures:
    """What was measured."""

    numbers: int
    agents: int
    cold_s: float  # until calls are answered; nothing kept of an earlier start, all texts spoken before
    warm_s: float  # the same, a second time
    memory_mb: float
    decisions: int
    p50_ms: float
    p99_ms: float
    most_ms: float


def write_land(menus: Path, municipalities: int = MUNICIPALITIES) -> None:
    """Write the folders of all numbers."""
    for index in range(municipalities):
        _write(menus / f"kommun-{index:03}", index)


def _write(folder: Path, index: int) -> None:
    shutil.copytree(MODEL, folder)
    (folder / "agents.yaml").write_text("\n".join(_agents(index)), "utf-8")
    (folder / "callers.yaml").unlink(missing_ok=True)
    (folder / "scenarios.yaml").unlink(missing_ok=True)
    known = re.compile(rf"^  ({'|'.join((*QUEUES, *OFFICERS))}):", re.MULTILINE)
    extensions = iter(range(FIRST_EXTENSION + EXTENSIONS * index, FIRST_EXTENSION + EXTENSIONS * (index + 1)))
    for name in ("queues.yaml", "officers.yaml"):
        path = folder / name
        text = known.sub(lambda found: f"  {found[1]}-{index:03}:", path.read_text("utf-8"))
        path.write_text(re.sub(r"extension: \d+", lambda _: f"extension: {next(extensions)}", text), "utf-8")
    menu = folder / "menu.yaml"
    text = re.sub(
        r"((?:queue|officer): )([a-z-]+)",
        lambda found: f"{found[1]}{found[2]}-{index:03}",
        menu.read_text("utf-8"),
    )
    menu.write_text(text, "utf-8")
    number = folder / "number.yaml"
    called = f"  - +{FIRST_CALLED + index}"
    number.write_text(re.sub(r"  - \+46 8 580 285 00", called, number.read_text("utf-8")), "utf-8")


def _agents(index: int) -> Iterator[str]:
    """Give 25 people: four specialists of each group, and one more for general questions."""
    yield "agents:"
    for place in range(PEOPLE):
        own = QUEUES[place % len(QUEUES)]
        other = QUEUES[(place + 2) % len(QUEUES)]
        name = f"agent-{index:03}-{place:02}"
        skills = f"specialist: {{{own}-{index:03}: {1 + place % 3}}}"
        if "social-services" not in {own, other}:
            skills += f", generalist: {{{other}-{index:03}: {1 + place % 3}}}"
        yield f"  {name}: {{name: Person {place}, {skills}}}"
    yield ""


async def start_up(menus: Path, state: Path) -> tuple[float, float]:
    """Start an engine; return the seconds until it answers calls, and its resident memory in MB."""
    settings = state.parent / "vaxel.yaml"
    settings.write_text(
        f"menus: {menus}\nstate: {state}\nprompts: {ROOT / '.cache' / 'prompts'}\n"
        f"agi: {{port: {free_port()}}}\nami: {{port: {free_port()}}}\ndefault number: kommun-000\n",
        "utf-8",
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith("VAXEL_")}
    began = time.perf_counter()
    engine = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "--settings", str(settings), "serve",
        env=own, cwd=ROOT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert engine.stderr is not None
    said: list[str] = []
    async with asyncio.timeout(READY_LIMIT_S):
        while line := (await engine.stderr.readline()).decode():
            said.append(line)
            if "answering on" in line:
                break
    ready_s = time.perf_counter() - began
    assert said, "the engine said nothing"
    assert "answering on" in said[-1], "".join(said)
    memory_mb = resident_mb(engine.pid)
    engine.send_signal(signal.SIGTERM)
    while await engine.stderr.readline():
        pass
    await engine.wait()
    return ready_s, memory_mb


class Calls:
    """Calls that come to all numbers, and the time that the core takes for each input."""

    def __init__(self, numbers: tuple[Number, ...]) -> None:
        self._numbers = numbers
        self._core = Core({number.id: number for number in numbers}, policy(numbers))
        self._dice = random.Random(1)
        self._at = OFFICE_HOURS
        self._ends: list[tuple[float, str, str]] = []
        self.costs_s: list[float] = []
        self._happens(AsteriskConnected("1"))
        for agent in self._core.lobby.policy.agents:
            self._happens(AgentStateChanged(agent, TelephoneState.FREE))
        self.costs_s.clear()

    def run(self, seconds: int) -> None:
        """Let calls come for so long, at random moments."""
        for call in range(seconds * CALLS_PER_S):
            self._at += self._dice.expovariate(CALLS_PER_S)
            while (due := self._core.next_due()) is not None and due <= self._at:
                self._happens(TimerFired(), due)
            while self._ends and self._ends[0][0] <= self._at:
                _, contact, agent = self._ends.pop(0)
                self._happens(TalkEnded(contact, agent, "caller"))
                self._happens(CallerHungUp(contact))
            self._phones(f"call-{call}")

    def _phones(self, contact: str) -> None:
        number = self._dice.choice(self._numbers)
        self._happens(CallArrived(contact, contact, number.id, number.called[0], f"p-{contact}", "known"))
        for key in (None, self._dice.choice("123459"), None):
            caller = self._core.contacts.get(contact)
            if caller is None:
                return
            if key is None or not isinstance(caller.task, Ask):
                self._happens(PromptEnded(contact))
            else:
                self._happens(DigitPressed(contact, key))

    def _happens(self, event: Input, at: float | None = None) -> None:
        at = self._at if at is None else at
        began = time.perf_counter()
        decisions: list[Decision] = self._core.step(at, event) or []
        self.costs_s.append(time.perf_counter() - began)
        for offer in decisions:
            if isinstance(offer, AgentOffered):
                self._ends.append((at + TALK_S, offer.contact, offer.agent))
                self._happens(OfferAnswered(offer.contact, offer.agent), at)


def measure(municipalities: int = MUNICIPALITIES, seconds: int = 120) -> LandFigures:
    """Measure everything, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="vaxel-land-") as name:
        folder = Path(name)
        write_land(folder / "menus", municipalities)
        asyncio.run(start_up(folder / "menus", folder / "before"))  # what has to be spoken is spoken here
        cold_s, _ = asyncio.run(start_up(folder / "menus", folder / "state"))
        warm_s, memory_mb = asyncio.run(start_up(folder / "menus", folder / "state"))
        numbers = load_numbers(folder / "menus")
    leave_alone()  # as the engine does
    calls = Calls(numbers)
    calls.run(seconds)
    costs_s = sorted(calls.costs_s)
    return LandFigures(
        len(numbers),
        sum(len(number.agents) for number in numbers),
        cold_s,
        warm_s,
        memory_mb,
        len(costs_s),
        costs_s[len(costs_s) // 2] * 1e3,
        costs_s[int(len(costs_s) * 0.99)] * 1e3,
        costs_s[-1] * 1e3,
    )


if __name__ == "__main__":
    print(measure())  # noqa: T201  # it is the output
