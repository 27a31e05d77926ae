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
from ivr.control.standing_orders import Clock, begin_crisis, crisis_lines, hours_line, no_crisis, overrides
from ivr.menu.announcements import coming
from ivr.menu.number import STOCKHOLM
from ivr.prompts import PromptError
from ivr.speaking import AHEAD_S
from ivr.standing import StandingUnusableError
from routing.events import CrisisEnded, HoursOverridden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from zoneinfo import ZoneInfo

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
        zone: ZoneInfo = STOCKHOLM,
    ) -> None:
        self._attendant = attendant
        self._prompts = prompts
        self._publisher = publisher
        self._standing = standing
        self._tell = tell
        self._now = now
        self._zone = zone  # of the times that people are told
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

    def _clock(self) -> Clock:
        return Clock(self._zone, self._attendant.shift_s)

    def _calendar(self) -> float:
        return self._attendant.calendar(self._now())

    async def _reload(self, order: Reload, user: str) -> Answer:
        published = await self._publisher.publish(f"{order.why}, {user}", order.numbers)
        lines = [*published.reasons, *published.warnings]
        lines += [f"{number}: stays as it was" for number in published.refused]
        lines += [f"{number}: live, version {published.version}" for number in published.changed]
        lines += [f"{number}: live no more, its folder is gone" for number in published.removed]
        if not lines:
            lines.append("nothing has changed since the last version")
        fields = {
            "changed": published.changed,
            "refused": published.refused,
            "removed": published.removed,
            "version": published.version,
            "scenarios": published.proven,
        }
        return Answer(not published.reasons, tuple(lines), fields)

    async def _crisis_on(self, order: CrisisOn) -> Answer:
        number, now = self._number(order.number), self._calendar()
        crises = self._attendant.stands(number.id).crises
        others = [crisis.id for crisis in crises]
        try:
            event = await asyncio.to_thread(
                begin_crisis, order, number, now, others, self._standing.keep_recording
            )
        except StandingUnusableError as error:
            raise OrderRefusedError(str(error)) from error
        await self._speak(crisis_of(event).prompts.values())
        self._change(event)
        on = [crisis.id for crisis in crises if crisis.until is None or now < crisis.until]
        lines = crisis_lines(event, number, on, self._clock())
        return Answer(is_done=True, lines=lines, fields={"crisis": event.crisis})

    def _crisis_off(self, order: CrisisOff) -> Answer:
        number = self._number(order.number)
        now = self._calendar()
        crises = self._attendant.stands(number.id).crises
        there = [crisis.id for crisis in crises if crisis.until is None or now < crisis.until]
        ids = [order.crisis] if order.crisis else there
        if not there or set(ids) - set(there):
            raise OrderRefusedError(no_crisis(number.id, order.crisis, there))
        for crisis in ids:
            self._change(CrisisEnded(number.id, crisis))
        lines = tuple(f"{number.id}: crisis message {crisis} is off" for crisis in ids)
        return Answer(is_done=True, lines=lines, fields={"off": ids})

    async def _set_hours(self, order: SetHours) -> Answer:
        number, now = self._number(order.number), self._calendar()
        changes, before = overrides(order, number, now), self._attendant.stands(number.id).overrides
        by_hand = {each.hours: override_of(each) for each in changes if isinstance(each, HoursOverridden)}
        if by_hand:
            await self._speak_closing(number, by_hand)
        for change in changes:
            self._change(change)
        lines = tuple(
            hours_line(change, number, self._clock(), before.get(change.hours)) for change in changes
        )
        return Answer(is_done=True, lines=lines, fields={"hours": [change.hours for change in changes]})

    async def _speak_closing(self, number: Number, by_hand: Mapping[str, Override]) -> None:
        """Let everything be spoken that will be said with these overrides, before they hold."""
        standing = self._attendant.stands(number.id)
        changed = replace(standing, overrides={**standing.overrides, **by_hand})
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
