"""What orders do: menus reloaded, crisis messages on and off, hours opened and closed by hand.

Owns the checks of an order against the live numbers, the speaking of new texts before anybody may hear them,
and the noting of what stands for the next start. Decides nothing about callers: each change is an event.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, assert_never

from ivr.attendant import crisis_of, override_of
from ivr.control.orders import Answer, CrisisOff, CrisisOn, OrderRefusedError, Reload, SetHours
from ivr.control.standing_orders import begin_crisis, numbers_hours, override
from ivr.menu.announcements import coming
from ivr.prompts import PromptError
from ivr.speaking import AHEAD_S
from ivr.standing import StandingUnusableError
from routing.events import CrisisEnded, OverrideEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ivr.attendant import Attendant
    from ivr.control.orders import Order
    from ivr.menu.hours import Override
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from ivr.prompts import PromptLibrary
    from ivr.publishing.publisher import Publisher
    from ivr.standing import Change, StandingFile
    from routing.events import Input

log = logging.getLogger(__name__)


Timed = TypeVar("Timed", CrisisOn, SetHours)


class Supervision:
    """Carry out orders on the live numbers. `tell` takes each change into the stream of events."""

    def __init__(
        self,
        attendant: Attendant,
        prompts: PromptLibrary,
        publisher: Publisher,
        standing: StandingFile,
        tell: Callable[[Input], bool],
        now: Callable[[], float],
    ) -> None:
        self._attendant = attendant
        self._prompts = prompts
        self._publisher = publisher
        self._standing = standing
        self._tell = tell
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def carry_out(self, order: Order, user: str) -> Answer:
        """Carry out one order; raises `OrderRefusedError` when it cannot be."""
        if isinstance(order, Reload):
            return await self._reload(order, user)
        async with self._one_at_a_time:
            match order:
                case CrisisOn():
                    return await self._crisis_on(self._calendared(order, user))
                case CrisisOff():
                    return self._crisis_off(order)
                case SetHours():
                    return await self._set_hours(self._calendared(order, user))
                case _:
                    assert_never(order)

    def _calendared(self, order: Timed, user: str) -> Timed:
        """Let an order's times be those that callers are told, and its owner be whoever gave it."""
        until = None if order.until is None else order.until + self._attendant.shift_s
        return replace(order, until=until, owner=order.owner or user)

    def _calendar(self) -> float:
        return self._now() + self._attendant.shift_s

    async def _reload(self, order: Reload, user: str) -> Answer:
        published = await self._publisher.publish(f"{order.why}, {user}")
        if published.failure:
            return Answer(is_done=False, lines=(published.failure,))
        refused = [line for lines in published.refused.values() for line in lines]
        lines = [*refused, *published.warnings]
        lines += [f"{number}: stays as it was" for number in published.refused]
        lines += [f"{number}: live, version {published.version}" for number in published.changed]
        if not published.changed and not refused:
            lines.append("nothing has changed since the last version")
        fields = {
            "changed": published.changed,
            "refused": published.refused,
            "version": published.version,
            "scenarios": published.proven,
        }
        return Answer(not refused, tuple(lines), fields)

    async def _crisis_on(self, order: CrisisOn) -> Answer:
        event = begin_crisis(order, self._number(order.number), self._calendar())
        await self._speak(crisis_of(event).prompts.values())
        self._change(event)
        who = f"everybody who comes to the queue {event.queue}" if event.queue else "everybody who phones"
        heard = "heard in rehearsals only" if event.is_drill else f"heard by {who} from now on"
        line = f"{event.number}: crisis message {event.crisis} is on: {heard}"
        return Answer(is_done=True, lines=(line,), fields={"crisis": event.crisis})

    def _crisis_off(self, order: CrisisOff) -> Answer:
        number = self._number(order.number)
        there = [crisis.id for crisis in self._attendant.stands(number.id).crises]
        ids = [order.crisis] if order.crisis else there
        if not there or set(ids) - set(there):
            known = ", ".join(there) or "none"
            raise OrderRefusedError(f"{number.id}: there is no such crisis message; there is: {known}")
        for crisis in ids:
            self._change(CrisisEnded(number.id, crisis))
        lines = tuple(f"{number.id}: crisis message {crisis} is off" for crisis in ids)
        return Answer(is_done=True, lines=lines, fields={"off": ids})

    async def _set_hours(self, order: SetHours) -> Answer:
        number = self._number(order.number)
        lines: list[str] = []
        for hours in numbers_hours(order, number):
            if order.state == "calendar":
                self._change(OverrideEnded(number.id, hours))
                lines.append(f"{number.id}: {hours} goes by its calendar again")
                continue
            event = override(order, number, hours, self._calendar())
            await self._speak_closing(number, hours, override_of(event))
            self._change(event)
            lines.append(f"{number.id}: {hours} is {order.state}{_until(order)}")
        return Answer(is_done=True, lines=tuple(lines))

    async def _speak_closing(self, number: Number, hours: str, override: Override) -> None:
        """Let everything be spoken that will be said with this override, before it holds."""
        standing = self._attendant.stands(number.id)
        changed = replace(standing, overrides={**standing.overrides, hours: override})
        now = self._calendar()
        said = [prompt for said in coming(number.menu, changed, now, now + AHEAD_S) for prompt in said]
        await self._speak(said)

    async def _speak(self, prompts: Iterable[Prompt]) -> None:
        try:
            await asyncio.to_thread(self._prompts.speak_now, tuple(dict.fromkeys(prompts)))
        except PromptError as error:
            raise OrderRefusedError(str(error)) from error

    def _change(self, event: Change) -> None:
        """Let a change hold now, and after a restart too: the file first, so that no crash loses it."""
        try:
            self._standing.change(event, self._now())
        except StandingUnusableError as error:
            raise OrderRefusedError(str(error)) from error
        self._tell(event)

    def _number(self, number: str) -> Number:
        known = self._attendant.numbers
        if number not in known:
            raise OrderRefusedError(f"{number}: there is no such number; there is: {', '.join(known)}")
        return known[number]


def _until(order: SetHours) -> str:
    if order.is_sticky:
        return " until somebody changes it"
    return "" if order.until is not None else " until the next change of hours"
