"""What only a real Asterisk can prove of the AGI codec and session."""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.agi.outcomes import Done, Interrupted
from ivr.agi.server import FastAgiServer
from ivr.asterisk.process import AsteriskProcess
from ivr.demo.dialog import Account
from ivr.demo.outcomes import Answered
from ivr.demo.stand import HOST, Stand, free_port, stand_settings
from ivr.demo.telephone import Telephone
from ivr.settings import Settings
from tests.system.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ivr.agi.session import AgiSession

pytestmark = pytest.mark.asterisk

STRINGS = 1_000
LONGEST_BYTES = 1_000  # GET VARIABLE gives back 1,023 bytes at most
WITHIN_S = 60.0
# Everything that has a meaning to AGI's lines or to the dialplan, between letters of several alphabets.
PIECES = [
    *"\"\\(){}[]$,;:=&|^~`'#%@!<>*+-/? \t",
    "${EXTEN}",
    "$[1+1]",
    "\\n",
    "200 result=1",
    "HANGUP",
    *"aåÅ漢🙂\x01\x7f",
]


def run_in_a_call(folder: Path, do: Callable[[AgiSession], Awaitable[None]]) -> None:
    """Start an Asterisk whose calls reach `do`, phone once, and wait until `do` is done."""

    async def play() -> None:
        base = Settings(menus=ROOT / "menus", prompt_cache=ROOT / ".cache" / "prompts")
        settings = stand_settings(base, folder / "state")
        settings.state.mkdir(parents=True)
        failure: list[BaseException | None] = []
        done = asyncio.Event()

        async def on_call(session: AgiSession) -> None:
            try:
                await session.execute("Set", "TIMEOUT(absolute)=0")  # the switch is not what is tested here
                await do(session)
            except BaseException as error:  # noqa: BLE001  # told again in the test's own task
                failure.append(error)
            done.set()

        site = replace(Stand(settings).asterisk.site, agi_port=free_port())
        async with FastAgiServer(HOST, site.agi_port, on_call), AsteriskProcess(site):
            account = Account(
                "softphone", site.secrets.telephones["softphone"].reveal(), (HOST, site.sip_port)
            )
            async with Telephone(account) as telephone:
                await telephone.register(5.0)
                call = telephone.place("0858028500")
                assert isinstance(await call.answered(10.0), Answered)
                await asyncio.wait_for(done.wait(), WITHIN_S)
        if failure and failure[0] is not None:
            raise failure[0]

    asyncio.run(play())


def generated_strings() -> list[str]:
    """Return strings of everything that could go wrong on the way; the same ones every time."""
    dice = random.Random(22)
    strings: list[str] = []
    while len(strings) < STRINGS:
        text = "".join(dice.choices(PIECES, k=dice.randint(1, 120)))
        if len(text.encode()) <= LONGEST_BYTES:
            strings.append(text)
    return strings


def test_1000_generated_strings_survive_set_variable_and_get_variable(tmp_path: Path) -> None:
    survived = 0

    async def do(session: AgiSession) -> None:
        nonlocal survived
        for text in generated_strings():
            assert await session.set_variable("VAXEL_TEST", text) == Done()
            assert await session.get_variable("VAXEL_TEST") == text
            survived += 1

    run_in_a_call(tmp_path, do)
    assert survived == STRINGS


def test_a_waiting_caller_is_woken_by_the_next_command(tmp_path: Path) -> None:
    waits_s: list[float] = []

    async def do(session: AgiSession) -> None:
        loop = asyncio.get_running_loop()
        await session.set_music(on=True)
        for _ in range(50):
            loop.call_later(0.05, session.interrupt)
            began = loop.time()
            assert await session.wait_for_digit(10.0) == Interrupted()
            assert await session.set_variable("VAXEL_TEST", "woken") == Done()
            waits_s.append(loop.time() - began - 0.05)

    run_in_a_call(tmp_path, do)
    assert len(waits_s) == 50
    assert max(waits_s) < 2.0, "a wake-up was lost and only the wait's own end brought it"
    print(f"woken within {1000 * sorted(waits_s)[25]:.1f} ms (median)", file=sys.stderr)  # noqa: T201
