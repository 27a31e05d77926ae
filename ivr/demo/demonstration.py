"""The demonstration: a whole exchange on this machine, used by simulated citizens and agents.

Owns the course of it: set up, say how to phone in, let citizens come for a while, let the calls end,
compare what the callers saw with what the log says. Must not know how any part works inside.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live

from ivr.demo.agents import SimulatedAgents
from ivr.demo.citizen_log import CitizensReport
from ivr.demo.citizens import Crowd, Sipp
from ivr.demo.comparison import compare
from ivr.demo.crowd import draw_citizens
from ivr.demo.errors import AgentsNotSeenError, StateFolderUnusableError
from ivr.demo.running import announced
from ivr.demo.screen import screen
from ivr.demo.stand import HOST, SOFTPHONE, Stand, free_port, stand_settings
from ivr.menu.number import load_numbers, policy
from ivr.prompts import PromptLibrary
from ivr.settings import near
from ivr.speaking import prepare
from ivr.toolbox import find_program
from queues.board import Board
from queues.journal.reader import JournalTail
from routing.events import TelephoneState

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.settings import Settings

AGENTS_SEEN_S = 15.0  # from the last registration until the engine knows every telephone
LAST_CALLS_S = 100.0  # the longest patience and a little: then what is still open counts as lost
LOOK_S = 0.25  # how often the screen is drawn
TENTHS = 10  # of the prompts: a line for each
ENDLESS_CITIZENS = 100_000  # without an end the citizens come for this many calls


@dataclass(frozen=True, slots=True)
class Plan:
    """What the person who started it asked for."""

    seconds: float | None
    calls_per_minute: float
    sip_port: int | None
    state: Path | None
    seed: int
    shown: bool  # draw the screen; otherwise say nothing but what goes wrong


class _Spoken:
    """Tell how many prompts are spoken, in ten lines however many there are."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._told = 0

    def __call__(self, done: int, of: int) -> None:
        tenths = done * TENTHS // of
        if tenths != self._told:
            self._told = tenths
            self._tell(f"prompts: {done} of {of} spoken")


async def run(plan: Plan, base: Settings) -> dict[str, object]:
    """Run it to its end and return the figures: the board's totals, `by_queue`, and `lost`.

    Ctrl-C, SIGTERM and a closed terminal end it too, with everything that it has started.
    """
    _end_on_signals()
    console = Console(stderr=not plan.shown, quiet=not plan.shown)
    began = time.monotonic()
    find_program("asterisk")  # before there is a folder to leave behind
    state = plan.state or _state_folder()
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StateFolderUnusableError(state, error.strerror or type(error).__name__) from None
    settings = stand_settings(
        replace(base, prompt_cache=base.prompt_cache or _prompt_cache()), state, sip_port=plan.sip_port
    )
    _say_other_ports(console, replace(base, sip_port=plan.sip_port or base.sip_port), settings)
    numbers = load_numbers(settings.menus, settings.ground)
    prompts = PromptLibrary.of(settings)
    prepare(
        prompts,
        numbers,
        settings.calendar_at(time.time()),
        progress=_Spoken(console.print),
    )
    stand = Stand(settings, numbers)
    everybody = policy(numbers[:1])  # of the number that citizens phone; the exchange serves them all
    board = Board(everybody.queues, everybody.agents)
    server = (HOST, settings.sip_port)
    async with AsyncExitStack() as stack:
        stack.callback(_say_what_is_left, console, state, stand)
        console.print(f"Asterisk {stand.asterisk.program.version if stand.asterisk.program else ''} starts")
        await stack.enter_async_context(stand)
        is_found = stack.enter_context(announced(stand.settings_file))
        console.print("the engine answers; the agents' telephones register")
        await stack.enter_async_context(
            SimulatedAgents(everybody.agents, stand.password, server, seed=plan.seed)
        )
        tail = JournalTail(settings.journal)
        await _agents_seen(board, tail)
        console.print(f"ready after {time.monotonic() - began:.1f} s")
        called = numbers[0].called[0]
        _say_how_to_phone(console, stand, called)
        _say_how_to_change(console, stand, is_found=is_found)
        console.print(
            f"callers are told the hours of {stand.settings.as_if:%A %Y-%m-%d %H:%M}; logs keep true time"
        )
        report = CitizensReport(())
        with Live(console=console, auto_refresh=False) as live:

            def look() -> None:
                stand.check()
                for recorded in tail.poll():
                    board.apply(recorded)
                live.update(screen(board.snapshot(), everybody, time.time()), refresh=True)

            if plan.calls_per_minute:
                sipp = Sipp(find_program("sipp").command, server, called, free_port(kind=socket.SOCK_DGRAM))
                report = await _citizens_phone(plan, sipp, look)
            else:
                await _look_for(plan.seconds, look)
            comparison = await compare(report, stand)
            look()
        console.print(f"lost: {comparison.lost}")
    figures: dict[str, object] = {**board.snapshot().as_json(), **comparison.as_json()}
    return figures


async def _citizens_phone(plan: Plan, sipp: Sipp, look: Callable[[], None]) -> CitizensReport:
    """Let citizens phone for the planned time, then let their calls end."""
    count = ENDLESS_CITIZENS
    if plan.seconds is not None:
        count = max(1, round(plan.calls_per_minute * plan.seconds / 60.0))
    citizens = draw_citizens(count, plan.seed)
    async with Crowd(citizens, sipp, calls=1, period_s=60.0 / plan.calls_per_minute) as crowd:
        longest_s = count / plan.calls_per_minute * 60.0 + LAST_CALLS_S
        ended = asyncio.create_task(crowd.finished(longest_s), name="citizens")
        try:
            while not ended.done():
                look()
                await asyncio.wait({ended}, timeout=LOOK_S)
            return ended.result()
        finally:
            ended.cancel()  # cut short: two may not wait for SIPp at once, and the crowd does when it closes
            await asyncio.wait({ended})


async def _look_for(seconds: float | None, look: Callable[[], None]) -> None:
    began = time.monotonic()
    while seconds is None or time.monotonic() - began < seconds:
        look()
        await asyncio.sleep(LOOK_S)


async def _agents_seen(board: Board, tail: JournalTail) -> None:
    """Wait until the engine knows that every agent's telephone is free."""
    deadline = time.monotonic() + AGENTS_SEEN_S
    while True:
        for recorded in tail.poll():
            board.apply(recorded)
        away = [v.agent for v in board.snapshot().agents if v.telephone is not TelephoneState.FREE]
        if not away:
            return
        if time.monotonic() > deadline:
            raise AgentsNotSeenError(away)
        await asyncio.sleep(LOOK_S / 5)


def _end_on_signals() -> None:
    """Let the first signal end us; who asks again must not keep us from ending what we started."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # we run in one
    asked = False

    def end() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)


def _say_other_ports(console: Console, wanted: Settings, settings: Settings) -> None:
    for name, port, chosen in (
        ("AGI", wanted.agi_port, settings.agi_port),
        ("AMI", wanted.ami_port, settings.ami_port),
        ("SIP", wanted.sip_port, settings.sip_port),
    ):
        if chosen != port:
            console.print(f"{name} on port {chosen} instead of {port}")


def _say_what_is_left(console: Console, state: Path, stand: Stand) -> None:
    if not console.is_terminal:
        console.line()  # the last look was left without an end of line
    console.print(f"state and logs: {near(state)}", soft_wrap=True)
    console.print(f"the call log: {_command(stand)} calls list", soft_wrap=True)


def _command(stand: Stand) -> str:
    """Return how people call `vaxel` from here so that it means this exchange, running or not."""
    return f"{near(Path(sys.argv[0]))} --settings {near(stand.settings_file)}"


def _say_how_to_change(console: Console, stand: Stand, *, is_found: bool) -> None:
    command = near(Path(sys.argv[0])) if is_found else _command(stand)
    where = "in another terminal, in this folder" if is_found else "in another terminal"
    console.print(
        f"change menus meanwhile: edit {near(stand.settings.menus)}/, then, {where}, {command} menus reload"
        " (call, crisis, hours and calls list mean this exchange too; docs/menus.md)",
        highlight=False,
        soft_wrap=True,
    )


def _say_how_to_phone(console: Console, stand: Stand, called: str) -> None:
    sip = stand.settings.sip_port
    console.print(
        f"phone in yourself, from this machine: SIP account {SOFTPHONE} at {HOST}:{sip} (UDP), "
        f"password {stand.softphone_password}, then dial {called}",
        highlight=False,
        soft_wrap=True,
    )


def _state_folder() -> Path:
    return Path(".state/demo").absolute() / time.strftime("%Y%m%d-%H%M%S")


def _prompt_cache() -> Path:
    """Spoken prompts outlive a demonstration, so that the next one starts quickly."""
    return Path(".cache/prompts").absolute()
