"""What keeps the live menus right while calls go on: orders, reloads, and speech for the days to come.

Owns the wiring of these, and what stood before the start. Must not know callers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, NoReturn

from ivr.control.server import ControlServer
from ivr.control.supervision import Supervision
from ivr.prompts import PromptError
from ivr.publishing.publisher import Publisher
from ivr.publishing.watching import MenuWatcher
from ivr.speaking import prepare
from ivr.standing import StandingFile, StandingUnusableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.exchange import Exchange
    from ivr.menu.number import Number
    from ivr.prompts import PromptLibrary
    from ivr.settings import Settings

log = logging.getLogger(__name__)

SPEAKING_S = 6 * 3600.0  # three days are always spoken ahead: four looks a day leave time to mend a voice


class Upkeep:
    """Keep the menus of a running engine: `begin()` with its stream, then `await keep()`."""

    def __init__(
        self,
        settings: Settings,
        prompts: PromptLibrary,
        exchange: Exchange,
        swap: Callable[[tuple[Number, ...]], tuple[str, ...]],
    ) -> None:
        self._settings = settings
        self._prompts = prompts
        self._exchange = exchange
        self._attendant = exchange.core.attendant
        self._standing = StandingFile(settings.standing)
        self._publisher = Publisher(settings, self._attendant, swap, time.time)
        self._supervision = Supervision(
            self._attendant, prompts, self._publisher, self._standing, exchange.happened, exchange.now
        )

    def begin(self) -> None:
        """Let what stood at the end of an earlier run stand again."""
        try:
            for event in self._standing.read():
                if event.number in self._attendant.numbers:
                    self._exchange.happened(event)
        except StandingUnusableError as error:
            log.error("%s", error)  # noqa: TRY400  # the error says all

    async def keep(self) -> NoReturn:
        """Take orders, reload what was saved, speak ahead: for ever."""
        watcher = MenuWatcher(self._settings.menus, lambda: self._publisher.publish("a file was saved"))
        async with (
            ControlServer(self._settings.control, self._supervision.carry_out),
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._speak_ahead(), name="speech")
            if self._settings.reloads:
                group.create_task(watcher.keep(), name="menus")
            await asyncio.Event().wait()
        raise AssertionError  # an event that nobody sets

    async def _speak_ahead(self) -> NoReturn:
        """Let everything be spoken before its day comes; calls go on without what cannot be."""
        while True:
            numbers = tuple(self._attendant.numbers.values())
            at = self._exchange.now() + self._attendant.shift_s
            try:
                await asyncio.to_thread(prepare, self._prompts, numbers, at, dict(self._attendant.standing))
            except PromptError as error:
                log.error("prompts for the days to come: %s", error)  # noqa: TRY400  # the error says all
            await asyncio.sleep(SPEAKING_S)
