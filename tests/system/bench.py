"""`make bench`: what a call costs us and what it costs Asterisk, measured in one run.

Run as `python -m tests.system.bench`. Prints a table and writes it to docs/benchmarks.md. Goals are printed
beside the figures; nothing fails when one is missed.
"""

from __future__ import annotations

import asyncio
import os
import platform
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.agi.codec import Decoder, encode
from ivr.demo.agents import Manner, SimulatedAgents
from ivr.demo.citizens import Citizen, Crowd, KeyPress, Sipp
from ivr.demo.comparison import compare
from ivr.demo.stand import HOST, Stand, free_port, stand_settings
from ivr.menu.number import policy
from ivr.settings import Settings
from ivr.toolbox import find_program
from queues.board import Board
from queues.journal.reader import JournalTail
from queues.journal.writer import JournalWriter
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerQueued,
    OfferAnswered,
    PromptEnded,
    TalkEnded,
    TelephoneState,
)
from routing.policy import Agent, Policy, Queue, Ring, Skill
from routing.router import Router
from tests.system import land
from tests.system.router_load import AGENTS, FEW, MANY, QUEUES, routers
from tests.system.waiting import ROOT, cpu_s, measure
from tests.system.wire import Wire, may_capture

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 600
CALLS_PER_S = 20
MENUS = Path(__file__).parent / "menus"
CALLED = "+46858000099"
FIRST_CALLER = 46_701_740_605
WARM_UP_S = 5.0
REPORT = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    goal: str = ""


def main() -> None:
    """Run everything, print it and write it down."""
    rows = [*_router(), *asyncio.run(_calls()), *asyncio.run(_waiting()), *_small_things(), *_land()]
    width = max(len(row.what) for row in rows)
    for row in rows:
        print(f"{row.what:<{width}}  {row.figure:>14}  {row.goal}")  # noqa: T201  # it is the output
    REPORT.write_text(_page(rows), "utf-8")
    print(f"written to {REPORT.relative_to(ROOT)}")  # noqa: T201


async def _calls() -> list[Row]:
    """Play calls at 20 a second on a real Asterisk, log and AMI on, and divide the CPU seconds."""
    _say(f"{CALLS} calls at {CALLS_PER_S} a second on a real Asterisk")
    with tempfile.TemporaryDirectory(prefix="vaxel-bench-") as folder:
        base = Settings(
            menus=MENUS, prompt_cache=ROOT / ".cache" / "prompts", scripts=MENUS.parent / "scripts"
        )
        settings = stand_settings(base, Path(folder) / "state")
        async with Stand(settings) as stand:
            everybody = policy(stand.numbers)
            agents = [agent for agent in everybody.agents if agent.startswith("crowd-")]
            manner = Manner(answer_s=(0.2, 0.5), talk_s=(0.5, 1.0))
            server = (HOST, settings.sip_port)
            async with SimulatedAgents(agents, stand.password, server, manner=manner):
                await _all_free(settings, len(agents))
                await asyncio.sleep(WARM_UP_S)
                return await _measure_calls(stand, server)


async def _measure_calls(stand: Stand, server: tuple[str, int]) -> list[Row]:
    engine, asterisk = stand.engine_pid, stand.asterisk.pid
    assert engine is not None
    assert asterisk is not None
    followers = _children(engine)
    citizens = [
        Citizen(f"+{FIRST_CALLER + index}", (KeyPress(0.7, "4"),), stays_s=60.0) for index in range(CALLS)
    ]
    sipp = Sipp(find_program("sipp").command, server, CALLED, free_port())
    before = cpu_s(engine), sum(map(cpu_s, followers)), cpu_s(asterisk)
    wire = Wire(stand.settings.agi_port)
    if may_capture():
        wire.__enter__()
    async with Crowd(citizens, sipp, calls=CALLS_PER_S) as crowd:
        report = await crowd.finished(CALLS / CALLS_PER_S + 60.0)
    lost = await compare(report, stand)
    if may_capture():
        wire.__exit__()
    after = cpu_s(engine), sum(map(cpu_s, followers)), cpu_s(asterisk)
    ours_ms, follower_ms, theirs_ms = (1000 * (b - a) / CALLS for a, b in zip(before, after, strict=True))
    rows = [
        Row("calls played, of them successful for SIPp", f"{report.placed}, {report.successful}"),
        Row("calls lost", str(lost.lost), "0"),
        Row("Asterisk's CPU per call", f"{theirs_ms:.1f} ms"),
        Row("engine's CPU per call", f"{ours_ms:.2f} ms"),
        Row("follower's CPU per call", f"{follower_ms:.2f} ms"),
        Row("engine ÷ Asterisk", f"{ours_ms / theirs_ms:.3f}", "≤ 0.25"),
        Row("engine and follower ÷ Asterisk", f"{(ours_ms + follower_ms) / theirs_ms:.3f}", "≤ 0.25"),
    ]
    if wire.reactions_s:
        reactions = sorted(wire.reactions_s)
        for share in (0.5, 0.99):
            value_ms = 1000 * reactions[int(len(reactions) * share)]
            goal = "≤ 10 ms" if share == 0.99 else ""  # the 99th percentile
            rows.append(
                Row(f"AGI answer → next command, on the wire, p{share * 100:.0f}", f"{value_ms:.2f} ms", goal)
            )
        rows.append(Row("answers measured", str(len(reactions))))
    else:
        rows.append(Row("AGI answer → next command", "not measured", "needs root for the packet socket"))
    return rows


async def _all_free(settings: Settings, agents: int) -> None:
    board, tail = Board(), JournalTail(settings.journal)
    while sum(view.telephone is TelephoneState.FREE for view in board.snapshot().agents) < agents:
        for recorded in tail.poll():
            board.apply(recorded)
        await asyncio.sleep(0.1)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


async def _waiting() -> list[Row]:
    _say("2,000 callers waiting against a fake Asterisk")
    with tempfile.TemporaryDirectory(prefix="vaxel-bench-") as folder:
        figures = await measure(Path(folder) / "load")
    return [
        Row(f"{figures.callers} waiting, renewals on: share of a core", f"{figures.core_share:.1%}", "< 5 %"),
        Row("renewals a second", f"{figures.renewals_per_s:.0f}"),
        Row("resident memory", f"{figures.resident_mb:.0f} MB", "< 400 MB"),
        Row(f"woken at 50 a second in random order ({figures.woken}), p50", f"{figures.wake_p50_ms:.1f} ms"),
        Row("the same, p99", f"{figures.wake_p99_ms:.1f} ms", "< 50 ms"),
        Row("the same, at most", f"{figures.wake_max_ms:.1f} ms"),
    ]


def _router() -> list[Row]:
    _say(f"the router with {AGENTS:,} agents and {QUEUES} queues")
    few, many, scanned_few, scanned_many = routers()
    town = f"{AGENTS:,} agents, {QUEUES} queues, three queues an agent, three rings, reasons on"
    return [
        Row(f"router ({town}): events a second, {FEW} waiting", f"{few.events_per_s:,.0f}"),
        Row(f"the same, {MANY:,} waiting", f"{many.events_per_s:,.0f}"),
        Row("an event, on average and p99", f"{many.event_us:.1f} and {many.p99_us:.1f} µs"),
        Row(f"an event with {MANY:,} waiting ÷ with {FEW}", f"{many.event_us / few.event_us:.2f}", "≤ 2"),
        Row(
            "a router that scans everything, an event with few and many waiting",
            f"{scanned_few.event_us:,.0f} and {scanned_many.event_us:,.0f} µs",
        ),
        Row("it ÷ ours, with many waiting", f"{scanned_many.event_us / many.event_us:,.0f}"),
    ]


def _land() -> list[Row]:
    _say("the numbers of 290 municipalities on one engine")
    found = land.measure()
    calls = f"decisions at {land.CALLS_PER_S} new calls a second"
    return [
        Row(f"{found.numbers} numbers, {found.agents:,} agents: cold start", f"{found.cold_s:.1f} s"),
        Row("the same, warm start", f"{found.warm_s:.1f} s"),
        Row("resident memory after it", f"{found.memory_mb:.0f} MB"),
        Row(f"{calls}, p50 ({found.decisions:,})", f"{found.p50_ms:.2f} ms"),
        Row("the same, p99", f"{found.p99_ms:.2f} ms", "< 5 ms"),
        Row("the same, at most", f"{found.most_ms:.1f} ms"),
    ]


def _small_things() -> list[Row]:
    _say("the small things")
    decoder = Decoder()
    decoder.feed(b"agi_uniqueid: 1.1\nagi_channel: PJSIP/x-1\n\n")
    with tempfile.TemporaryDirectory() as folder, JournalWriter.open(Path(folder) / "journal") as journal:
        written = _each_us(lambda: journal.append(1.0, CallerQueued("vaxel-1.1", "elder-care", 1.0)))
    return [
        Row("AGI: encode a command", f"{_each_us(lambda: encode('SET VARIABLE', 'NAME', 'value')):.1f} µs"),
        Row(
            "AGI: decode an answer",
            f"{_each_us(lambda: decoder.feed(b'200 result=1 (value)' + bytes([10]))):.1f} µs",
        ),
        Row("an event: make it", f"{_each_us(lambda: PromptEnded('vaxel-1.1')):.2f} µs"),
        Row("an event: append it to the journal", f"{written:.1f} µs"),
        Row("router: one call through it (4 events)", f"{_router_us():.1f} µs"),
    ]


def _each_us(work: Callable[[], object], times: int = 20_000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times * 1e6


def _router_us(calls: int = 20_000) -> float:
    """Let calls pass a router of six queues and thirty agents, twenty waiting all the time."""
    queues = {
        f"q{i}": Queue(f"q{i}", "", "", (Ring(0, "specialists"), Ring(30, "generalists"))) for i in range(6)
    }
    agents = {
        f"a{i}": Agent(
            f"a{i}", "", {f"q{i % 6}": Skill("specialist", 2), f"q{(i + 1) % 6}": Skill("generalist", 1)}
        )
        for i in range(30)
    }
    router, dice = Router(Policy(queues, agents)), random.Random(1)
    for agent in agents:
        router.step(0.0, AgentStateChanged(agent, TelephoneState.FREE))
    talking: dict[str, str] = {}
    began, at = time.perf_counter(), 0.0
    for index in range(calls):
        at += 1.0
        decisions = router.step(at, CallerQueued(f"c{index}", f"q{dice.randrange(6)}", at))
        if index > 50:  # thirty talk and twenty wait
            contact, agent = next(iter(talking.items()))
            del talking[contact]
            decisions += router.step(at, TalkEnded(contact, agent, "agent"))
        for offer in decisions:
            if isinstance(offer, AgentOffered):
                talking[offer.contact] = offer.agent
                router.step(at, OfferAnswered(offer.contact, offer.agent))
    return (time.perf_counter() - began) / calls * 1e6


def _page(rows: list[Row]) -> str:
    asterisk = find_program("asterisk").version
    place = f"Python {platform.python_version()}, Asterisk {asterisk}, {os.cpu_count()} cores"
    lines = "\n".join(f"| {row.what} | {row.figure} | {row.goal} |" for row in rows)
    return f"""# Benchmarks

Written by `make bench` on {time.strftime("%Y-%m-%d")}: {place}.

Asterisk, engine, SIPp and forty agents' telephones share the machine. One call: greeting, a key, the queue,
an agent who answers after a third of a second and talks for under one. Log and AMI are on.

| what | figure | goal |
| --- | --- | --- |
{lines}
"""


def _say(text: str) -> None:
    print(f"bench: {text} …", file=sys.stderr, flush=True)  # noqa: T201  # progress


if __name__ == "__main__":
    main()
