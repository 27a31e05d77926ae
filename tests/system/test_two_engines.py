"""A second engine on the same state folder refuses with one line, and the first one's calls go on."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.demo.telephone import Answer
from ivr.publishing.versions import Versions
from routing.events import CallerQueued, OfferAnswered

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault

pytestmark = pytest.mark.asterisk

ROOT = Path(__file__).resolve().parents[2]
REFUSED_S = 20.0


def test_a_second_engine_on_one_state_folder_refuses(exchange: RealExchange, fault: Fault) -> None:
    fault.is_that("A second engine is started", "on the state folder of one that has a caller waiting")

    menu = exchange.stand.settings.menus / "ordby" / "menu.yaml"

    async def play() -> None:
        async with exchange.telephone("both", Answer(0.1)) as both, exchange.caller() as caller:
            await caller.press("1")
            await exchange.until_has(caller, CallerQueued)
            first = exchange.stand.engine_pid
            versions = Versions(exchange.stand.settings.versions).all()
            written = menu.read_text("utf-8")
            menu.write_text(f"{written}# not to be published\n", "utf-8")
            second = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cli", "--settings", str(exchange.stand.settings_file), "serve"),
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(second.communicate(), REFUSED_S)
            menu.write_text(written, "utf-8")
            lines = said.decode().splitlines()
            assert second.returncode not in {0, None}
            assert len(lines) == 1, lines
            assert "another engine" in lines[0] or "in use" in lines[0], lines
            assert exchange.stand.engine_pid == first
            assert Versions(exchange.stand.settings.versions).all() == versions, "the second one published"
            await exchange.register(both)
            await exchange.until_has(caller, OfferAnswered)
            fault.heard(caller, limit_s=1.5)

    exchange.run(play())
