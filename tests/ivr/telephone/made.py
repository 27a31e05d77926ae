"""Calls of the telephone in virtual time: against a session that a test scripts, or a rehearsal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ivr.agi.server import FastAgiServer
from ivr.clock import EngineClock
from ivr.prompts import Said
from ivr.proving.actions import acts, parse_actions
from ivr.settings import Settings
from ivr.telephone.call import Call
from ivr.telephone.callers import ScriptedCaller, TypingCaller
from ivr.telephone.calling import Order, opening
from ivr.telephone.draft import draft_engine
from ivr.telephone.sounds import ASTERISKS_S, Heard, Part
from ivr.telephone.wire import Wire
from tests.ivr.agi.virtual import now, run
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ivr.agi.session import AgiSession
    from ivr.menu.number import Number
    from ivr.telephone.callers import Caller
    from ivr.telephone.happenings import Happening
    from ivr.telephone.sounds import Ear

UNIQUEID = "rehearsal-1.5"
HOST = "127.0.0.1"
USUAL = Order()
SOON_S = 0.1


class NamedEar:
    """Hears two words in every sound, one second each; there are no sounds that begin with `no`."""

    def hear(self, sound: str) -> Heard | None:
        """Return the words."""
        if sound.startswith("no"):
            return None
        parts = (Part(0.0, ASTERISKS_S, Said("sv", sound, "ett")), Part(1.0, 1.0, Said("en", sound, "two")))
        return Heard(parts, 2.0)


def pressing(text: str = "") -> ScriptedCaller:
    """Return a caller who does this."""
    return ScriptedCaller(acts(parse_actions(text)))


async def typing(*typed: tuple[float, str]) -> tuple[TypingCaller, asyncio.Task[None]]:
    """Return a caller who types these at these seconds, and the task that does it."""
    keys: asyncio.Queue[str] = asyncio.Queue()

    async def type_them() -> None:
        began = now()
        for at_s, sign in typed:
            await asyncio.sleep(began + at_s - now())
            keys.put_nowait(sign)

    return TypingCaller(keys), asyncio.create_task(type_them())


async def call(
    port: int, caller: Caller, order: Order = USUAL, ear: Ear | None = None, silence_s: float = 15.0
) -> list[Happening]:
    """Call a server and return what happened; raises what the call raises."""
    happened: list[Happening] = []
    wire = await Wire.connect(HOST, port)
    try:
        telephone = Call(
            wire, ear or NamedEar(), caller, happened.append, uniqueid=UNIQUEID, silence_s=silence_s
        )
        await telephone.run(opening(order, UNIQUEID))
    finally:
        await wire.close()
    return happened


def served(serve: Callable[[AgiSession], Awaitable[object]], caller: Caller) -> list[Happening]:
    """Let the telephone call a server that does this with the session; return what happened."""

    async def on_call(session: AgiSession) -> None:
        await serve(session)
        if not session.hung_up:
            await session.set_variable("VAXEL_ENDS", "refused")

    async def main() -> list[Happening]:
        async with FastAgiServer(HOST, 0, on_call) as server:
            happened = await call(server.port, caller)
            await asyncio.sleep(SOON_S)  # the engine hears of it
            return happened

    return run(main())


def rehearsed(
    caller: Caller, order: Order = USUAL, numbers: Iterable[Number] = (), settings: Settings | None = None
) -> list[Happening]:
    """Rehearse a call in virtual time, of the number for tests unless others are given."""

    async def main() -> list[Happening]:
        known = tuple(numbers) or (number_for_tests(),)
        clock = EngineClock(now, now)
        async with draft_engine(settings or Settings(), known, clock) as draft:
            return await call(draft.port, caller, order, draft.sounds)

    return run(main())
