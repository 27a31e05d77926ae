"""What the tests on real Asterisk stand on: one exchange for all of them, started once.

Each test gets the exchange in a clean state and must leave it so: no channel in Asterisk, no agent
reserved, every contact closed once. In the end nothing that was written may hold a caller's number.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.asterisk.site import Trunk
from ivr.demo.stand import stand_settings
from ivr.menu.number import load_numbers
from ivr.publishing.versions import Versions
from ivr.settings import Settings
from queues.journal.reader import read_journal
from tests.fakes.ami_proxy import AmiProxy
from tests.ivr.replay import assert_replays
from tests.system.exchange import RealExchange
from tests.system.figures import FILE_VARIABLE, Fault
from tests.system.in_clear import assert_no_number_in_clear

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for everything that lives longer than a test."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def session_exchange(
    runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealExchange]:
    """Start Asterisk and engine with Järfälla's menus and the tests' own; search what they wrote."""
    folder = tmp_path_factory.mktemp("exchange")
    menus = folder / "menus"
    shutil.copytree(ROOT / "menus" / "jarfalla", menus / "jarfalla")
    for name in ("testby", "krisby", "ordby", "koby", "granby"):
        shutil.copytree(Path(__file__).parent / "menus" / name, menus / name)
    scripts = Path(__file__).parent / "scripts"
    # Not the usual ports: an exchange that a test starts alone may take those while ours is started anew.
    base = Settings(
        menus=menus,
        prompt_cache=ROOT / ".cache" / "prompts",
        scripts=scripts,
        reloads=False,
        agi_port=14_573,
        ami_port=15_038,
        sip_port=15_060,
    )
    settings = stand_settings(base, folder / "state")
    # Nobody comes by it; but with it Asterisk speaks TCP.
    by_tcp = Trunk("by-tcp", "address", "127.0.0.9", transport="tcp", watch_s=0)
    exchange = RealExchange(runner, replace(settings, trunks=(*settings.trunks, by_tcp)))
    exchange.start()
    try:
        yield exchange
    finally:
        exchange.stop()
    versions = [
        number
        for version in Versions(settings.versions).all()
        for number in load_numbers(version.menus, settings.ground)
    ]
    journal = read_journal(exchange.stand.settings.journal)
    assert assert_replays(journal, exchange.stand.numbers, versions) > 0
    assert_no_number_in_clear(folder / "state", exchange.callers, exchange.malformed_callers)


@pytest.fixture
def exchange(session_exchange: RealExchange) -> Iterator[RealExchange]:
    """The exchange, clean before the test and clean after it."""
    session_exchange.settle()
    yield session_exchange
    session_exchange.settle()


@pytest.fixture(scope="module")
def proxy(session_exchange: RealExchange) -> Iterator[AmiProxy]:
    """Let the engine find AMI behind a proxy, for the tests of one file."""
    stand, run = session_exchange.stand, session_exchange.run
    proxy = AmiProxy(stand.settings.ami_host, stand.settings.ami_port)
    run(stand.stop_engine())
    run(proxy.__aenter__())
    stand.engine_ami_port = proxy.port
    run(stand.start_engine())
    yield proxy
    run(stand.stop_engine())
    run(proxy.__aexit__())
    stand.engine_ami_port = 0
    run(stand.start_engine())


@pytest.fixture
def fault(exchange: RealExchange) -> Iterator[Fault]:
    """What this test measures of a fault; the ledger's counts are added when it has balanced."""
    before = len(exchange.balances)
    record = Fault()
    yield record
    try:
        exchange.settle()
    finally:
        record.take(exchange.balances[before:])
        if file := os.environ.get(FILE_VARIABLE):
            record.write(Path(file))
