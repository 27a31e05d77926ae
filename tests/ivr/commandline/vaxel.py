"""The `vaxel` command in a folder of its own, and an engine that answers it as it is told."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from click.testing import CliRunner

from cli import main
from ivr.control.server import ControlServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ivr.control.orders import Answer, Order

TURNS = 10  # of the loop: more than a connection needs to come and go


def vaxel(folder: Path, *words: str) -> tuple[int, list[str], list[str]]:
    """Run a command in the installation in `folder`; return its exit code, its output and its errors."""
    settings = folder / "vaxel.yaml"
    if not settings.exists():
        settings.write_text("state: state\nmenus: menus\n", encoding="utf-8")
    own = dict.fromkeys(("VAXEL_STATE", "VAXEL_MENUS", "VAXEL_DATABASE", "VAXEL_AS_IF"))
    result = CliRunner().invoke(main, ["--settings", str(settings), *words], env=own)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception  # what a person would see as a traceback
    return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()


@contextmanager
def engine_in(folder: Path, answer: Answer) -> Iterator[list[Order]]:
    """Let an engine run in `folder` that gives this answer; gives the orders that it takes."""
    orders: list[Order] = []
    (folder / "state").mkdir(exist_ok=True)
    listening = threading.Event()
    loop = asyncio.new_event_loop()
    ends = asyncio.Event()

    async def carry_out(order: Order, _: str) -> Answer:
        orders.append(order)
        return answer

    async def settled() -> None:
        """Let who only looked whether we listen be accepted and let go: open sockets are told later."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def serve() -> None:
        async with ControlServer(folder / "state" / "control.sock", carry_out):
            listening.set()
            await ends.wait()
            await settled()
        await settled()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="engine")
    thread.start()
    listening.wait(10)
    try:
        yield orders
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join()
        loop.close()
