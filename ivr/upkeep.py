"""What keeps the live menus right while calls go on: orders, reloads, and speech for the days to come.

Owns the wiring of these, and what stood before the start. Must not know callers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from ivr.control.questions import why_waits
from ivr.control.server import ControlServer
from ivr.control.supervision import Supervision
from ivr.menu.circumstances import is_over
from ivr.prompts import PromptError
from ivr.publishing.publisher import Publisher
from ivr.publishing.watching import MenuWatcher
from ivr.speaking import prepare
from ivr.standing import StandingFile, StandingUnusableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from ivr.exchange import Exchange
    from ivr.menu.number import Number
    from ivr.prompts import PromptLibrary
    from ivr.settings import Settings

log = logging.getLogger(__name__)

FAULT_PAUSE_S = 60.0  # before a part of it that failed begins again
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
        self._swap = swap
        self._speech_wanted = asyncio.Event()
        self._publisher = Publisher(settings, self._attendant, self._go_live, time.time)
        self._supervision = Supervision(
            self._attendant, prompts, self._publisher, self._standing, exchange.happened, exchange.now,
            partial(why_waits, exchange), settings.time_zone,
        )  # fmt: skip

    def begin(self) -> None:
        """Let what stood at the end of an earlier run stand again."""
        self._let_stand(self._attendant.numbers.keys())

    def _let_stand(self, numbers: Collection[str]) -> None:
        """Tell what the file has for these numbers, which have just come."""
        now = self._attendant.calendar(self._exchange.now())
        try:
            for event in self._standing.read() if numbers else ():
                if event.number in numbers and not is_over(event.until, now):
                    self._exchange.happened(event)
        except StandingUnusableError as error:
            log.error("%s", error)  # noqa: TRY400  # the error says all

    async def keep(self) -> NoReturn:
        """Take orders, reload what was saved, speak ahead: for ever, whatever goes wrong in any of it."""
        watcher = MenuWatcher(self._settings.menus, self._saved)
        async with asyncio.TaskGroup() as group:
            group.create_task(_go_on(self._take_orders), name="orders")
            group.create_task(_go_on(self._speak_ahead), name="speech")
            if self._settings.reloads:
                group.create_task(_go_on(watcher.keep), name="menus")
        raise AssertionError  # none of them ends

    async def _take_orders(self) -> NoReturn:
        async with ControlServer(self._settings.control, self._supervision.carry_out):
            await asyncio.Event().wait()
        raise AssertionError  # an event that nobody sets

    async def _saved(self) -> None:
        """Publish what was saved. A fault is told here, so that the watcher still knows what it has seen."""
        try:
            await self._publisher.publish("a file was saved")
        except Exception:  # a fault of ours may not end the calls
            log.exception("menus stay as they were: a fault while they were to go live")

    def _go_live(self, numbers: tuple[Number, ...]) -> tuple[str, ...]:
        before = set(self._attendant.numbers)
        left_to_do = self._swap(numbers)
        self._let_stand(self._attendant.numbers.keys() - before)
        self._speech_wanted.set()  # what has come to stand while they were made is not spoken for them yet
        return left_to_do

    async def _speak_ahead(self) -> NoReturn:
        """Let everything be spoken before its day comes; calls go on without what cannot be."""
        while True:
            self._speech_wanted.clear()
            at = self._attendant.calendar(self._exchange.now())
            for number in tuple(self._attendant.numbers.values()):
                for standing in ({}, dict(self._attendant.standing)):  # what is ordered by hand comes after
                    try:
                        await asyncio.to_thread(prepare, self._prompts, [number], at, standing)
                    except PromptError as error:
                        log.error("prompts for the days to come: %s", error)  # noqa: TRY400  # it says all
                        break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SPEAKING_S):
                    await self._speech_wanted.wait()


async def _go_on(work: Callable[[], Awaitable[NoReturn]]) -> NoReturn:
    """Do the work for ever, from the beginning after a fault: calls go on without it."""
    while True:
        try:
            await work()
        except OSError as error:
            log.error("upkeep of the menus: %s; calls go on; trying again in %g s", error, FAULT_PAUSE_S)  # noqa: TRY400  # the error says all
        except Exception:
            log.exception("upkeep of the menus has a fault; calls go on; trying again in %g s", FAULT_PAUSE_S)
        await asyncio.sleep(FAULT_PAUSE_S)
