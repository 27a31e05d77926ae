"""A caller's session in a menu of one's own: core, journal in memory, FastAGI server, fake channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.agi.server import FastAgiServer
from ivr.call import CallSession
from ivr.clock import EngineClock
from ivr.core import Core
from ivr.exchange import Exchange
from ivr.menu.model import Retry, Way
from ivr.menu.number import policy
from ivr.prompts import PromptNotBuiltError
from ivr.ring import DialRing
from routing.events import CallArrived, CallerReturned
from tests.fakes.fastagi import FakeChannel
from tests.fakes.prompts import NamedPrompts
from tests.ivr.agi.virtual import now, run
from tests.ivr.numbers_for_tests import number_for_tests
from tests.ivr.office import MemoryJournal, NotedRenewals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ivr.agi.session import AgiSession
    from ivr.menu.model import Node
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from ivr.scripts.running import ScriptFunction
    from routing.events import Event

CASE = "c1"
ARRIVED = CallArrived(CASE, CASE, "testby", "+46858028500", None, "withheld")
WRONG, SILENT = Retry(Way("general"), 3), Retry(Way("general"), 2)


def number_with(*nodes: Node, start: str = "start") -> Number:
    """Return the number for tests with these nodes too, beginning at one of them."""
    number = number_for_tests()
    everything = {**number.menu.nodes, **{node.id: node for node in nodes}}
    return replace(number, menu=replace(number.menu, start=Way(start), nodes=everything))


class LackingPrompts(NamedPrompts):
    """Prompts of which some were never built."""

    def __init__(self, *lacking: str) -> None:
        super().__init__()
        self._lacking = lacking

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Give a length, or say that one is not there."""
        prompts = tuple(prompts)
        for prompt in prompts:
            if prompt.name in self._lacking:
                raise PromptNotBuiltError(f"prompt {prompt.name}: not spoken yet")
        return super().length_s(prompts)


class MenuOffice:
    """What the story of a test has to do with."""

    def __init__(self, number: Number, prompts: NamedPrompts, script: ScriptFunction | None) -> None:
        self.core = Core({number.id: number}, policy([number]))
        self.journal = MemoryJournal()
        self.renewals = NotedRenewals()
        self._prompts = prompts
        self._script = script
        self._exchange = Exchange(self.core, self.journal, EngineClock(now, now), lambda _: None)
        self.server = FastAgiServer("127.0.0.1", 0, self._serve)

    async def call(self, keys: Iterable[str | None] = ()) -> FakeChannel:
        """Let the caller enter the engine, or come back to it."""
        channel = FakeChannel(CASE, keys=keys, real_time=True)
        await channel.connect("127.0.0.1", self.server.port)
        return channel

    def told(self, event: Event) -> None:
        """Let something happen beside the session."""
        self._exchange.happened(event)  # type: ignore[arg-type]  # an input

    def log(self) -> list[Event]:
        """Return what was journalled."""
        return self.journal.events

    async def _serve(self, session: AgiSession) -> None:
        if not self._exchange.happened(ARRIVED):
            self._exchange.happened(CallerReturned(CASE))
        contact, ring = self.core.contacts[CASE], DialRing(session)
        await CallSession(
            self._exchange, self._prompts, contact, session, ring, self.renewals, scripts=self._find
        ).run()

    def _find(self, name: str) -> ScriptFunction:
        assert self._script is not None, name
        return self._script


def in_menu(
    number: Number,
    story: Callable[[MenuOffice], Awaitable[None]],
    *,
    script: ScriptFunction | None = None,
    prompts: NamedPrompts | None = None,
) -> MenuOffice:
    """Let `story` happen; in virtual time, but where a script has a thread of its own."""

    async def main() -> MenuOffice:
        office = MenuOffice(number, prompts or NamedPrompts(), script)
        async with office.server:
            await story(office)
        return office

    return run(main()) if script is None else asyncio.run(main())
