"""What orders do: menus reloaded, crisis messages on and off, hours opened and closed by hand.

Owns the checks of an order against the live numbers, the speaking of new texts before anybody may hear them,
and the noting of what stands for the next start. Decides nothing about callers: each change is an event.

An order is taken as a whole or refused. All that is answered is made before anything changes; the file is
written once, then the events are told. A voice that fails keeps nobody from closing the line, nor a full disk
from ending a message: the answer then tells what is lacking.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from ivr.attendant import crisis_of, override_of
from ivr.control.orders import (
    Answer,
    CrisisOff,
    CrisisOn,
    OrderRefusedError,
    Reload,
    SetHours,
    WhatTime,
    WhyWaits,
)
from ivr.control.standing_orders import (
    Clock,
    begin_crisis,
    crisis_lines,
    end_crises,
    hours_lines,
    off_lines,
    overrides,
    spoken_only,
    unspoken_line,
)
from ivr.menu.announcements import coming
from ivr.menu.circumstances import is_over
from ivr.menu.number import STOCKHOLM
from ivr.prompts import PromptError
from ivr.speaking import AHEAD_S
from ivr.standing import StandingUnusableError
from routing.events import HoursOverridden

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from ivr.attendant import Attendant
    from ivr.control.orders import Order
    from ivr.menu.hours import Override
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from ivr.prompts import PromptLibrary
    from ivr.publishing.publisher import Publisher
    from ivr.standing import Change, StandingFile
    from routing.events import CrisisEnded, Input

log = logging.getLogger(__name__)

SPEAKING_S = 60.0  # for what is said while it is closed; then hours hold whatever is spoken


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
        why_waits: Callable[[str], Answer],
        zone: ZoneInfo = STOCKHOLM,
        speaking_s: float = SPEAKING_S,
    ) -> None:
        self._attendant = attendant
        self._prompts = prompts
        self._publisher = publisher
        self._standing = standing
        self._tell = tell
        self._now = now
        self._why_waits = why_waits
        self._zone = zone  # of the times that people are told
        self._speaking_s = speaking_s
        self._unnoted: tuple[CrisisEnded, ...] = ()  # what has ended, and could not be written
        self._one_at_a_time = asyncio.Lock()

    async def carry_out(self, order: Order, user: str) -> Answer:
        """Carry out one order; raises `OrderRefusedError` when it cannot be."""
        if isinstance(order, Reload):
            return await self._reload(order, user)
        if isinstance(order, WhatTime):
            return Answer(is_done=True, fields={"calendar": self._calendar()})
        if isinstance(order, WhyWaits):
            return self._why_waits(order.queue)
        async with self._one_at_a_time:
            match order:
                case CrisisOn():
                    return await self._crisis_on(replace(order, owner=order.owner or user))
                case CrisisOff():
                    return self._crisis_off(order)
                case SetHours():
                    return await self._set_hours(replace(order, owner=order.owner or user))
                case _:
                    assert_never(order)

    def _calendar(self) -> float:
        """Return the time by which hours and messages go: in a trial, another than people's clocks tell."""
        return self._attendant.calendar(self._now())

    async def _reload(self, order: Reload, user: str) -> Answer:
        published = await self._publisher.publish(f"{order.why}, {user}", order.numbers)
        lines = [*published.reasons]
        lines += [f"{number}: stays as it was" for number in published.refused]
        lines += [f"{number}: live, version {published.version}" for number in published.changed]
        lines += [f"{number}: live no more, its folder is gone" for number in published.removed]
        if not lines:
            lines.append("nothing to do: what is in the files is live already")
        lines += published.warnings
        fields = {
            "changed": published.changed,
            "refused": published.refused,
            "removed": published.removed,
            "version": published.version,
            "scenarios": published.proven,
        }
        return Answer(not published.reasons, tuple(lines), fields)

    async def _crisis_on(self, order: CrisisOn) -> Answer:
        """Switch a message on, in the languages in which it can be heard.

        Refused when that is none: a supervisor must not believe that citizens are warned. Otherwise it is on
        at once: who phones about water that is poisoned is better told in another language than not at all,
        and the supervisor is told which text is lacking, and why.
        """
        number, now = self._number(order.number), self._calendar()
        on = self._on(number, now)
        clock = Clock(self._zone)
        others = [crisis.id for crisis in self._attendant.stands(number.id).crises]
        try:
            event = await asyncio.to_thread(
                begin_crisis, order, number, now, others, self._standing.keep_recording, clock
            )
        except StandingUnusableError as error:
            raise OrderRefusedError(str(error)) from error
        said = crisis_of(event).prompts
        failed = await asyncio.to_thread(_speak, self._prompts, tuple(said.values()), threading.Event())
        heard = [language for language, prompt in said.items() if prompt not in failed]
        if not heard:
            raise OrderRefusedError(next(iter(failed.values())))
        event = spoken_only(event, heard)
        lines = crisis_lines(event, number, on, clock)
        lines += tuple(unspoken_line(number.id, {prompt: why}) for prompt, why in failed.items())
        self._change([event], now)
        return Answer(is_done=True, lines=lines, fields={"crisis": event.crisis})

    def _crisis_off(self, order: CrisisOff) -> Answer:
        """Switch messages off, also when that cannot be noted: callers must not hear what is no longer so."""
        number, now = self._number(order.number), self._calendar()
        unnoted = [each.crisis for each in self._unnoted if each.number == number.id]
        ended = end_crises(order, number, tuple(dict.fromkeys((*self._on(number, now), *unnoted))))
        lines = off_lines(ended)
        try:
            self._note(ended, now)
        except StandingUnusableError as error:
            log.error("%s", error)  # noqa: TRY400  # the error says all
            self._unnoted = tuple(dict.fromkeys((*self._unnoted, *ended)))
            then = "after a restart it would be on again: vaxel crisis off once more, when that is mended"
            lines = (*lines, f"{number.id}: {error}; {then}")
        for event in ended:
            self._tell(event)
        return Answer(is_done=True, lines=lines, fields={"off": [each.crisis for each in ended]})

    def _on(self, number: Number, now: float) -> list[str]:
        crises = self._attendant.stands(number.id).crises
        return [crisis.id for crisis in crises if not is_over(crisis.until, now)]

    async def _set_hours(self, order: SetHours) -> Answer:
        """Let hours hold, spoken or not: no line stays open for want of a voice."""
        number, now = self._number(order.number), self._calendar()
        changes, before = overrides(order, number, now), self._attendant.stands(number.id).overrides
        by_hand = {each.hours: override_of(each) for each in changes if isinstance(each, HoursOverridden)}
        lines = hours_lines(changes, number, Clock(self._zone), before)
        if by_hand:
            lines += await self._speak_closing(number, by_hand)
        self._change(changes, now)
        fields = {"hours": [change.hours for change in changes]}
        return Answer(is_done=True, lines=tuple(lines), fields=fields)

    async def _speak_closing(self, number: Number, by_hand: Mapping[str, Override]) -> list[str]:
        """Let everything be spoken that will be said with these overrides, before they hold.

        Returns what people are to be told of texts that are not spoken.
        """
        standing = self._attendant.stands(number.id)
        changed = replace(standing, overrides={**standing.overrides, **by_hand})
        now = self._calendar()
        said = dict.fromkeys(
            prompt for said in coming(number.menu, changed, now, now + AHEAD_S) for prompt in said
        )
        is_enough = threading.Event()
        try:
            async with asyncio.timeout(self._speaking_s):
                failed = await asyncio.to_thread(_speak, self._prompts, tuple(said), is_enough)
        except TimeoutError:
            took = f"is not all spoken after {self._speaking_s:g} s"
            return [f"{number.id}: what is said while it is closed {took}; callers do not hear the rest"]
        finally:
            is_enough.set()
        return [unspoken_line(number.id, failed)] if failed else []

    def _change(self, changes: Sequence[Change], now: float) -> None:
        """Let changes hold now, and after a restart too: the file first, so that no crash loses them."""
        try:
            self._note(changes, now)
        except StandingUnusableError as error:
            raise OrderRefusedError(str(error)) from error
        for event in changes:
            self._tell(event)

    def _note(self, changes: Sequence[Change], now: float) -> None:
        """Write changes to the file, with what could not be written before."""
        self._standing.change((*self._unnoted, *changes), now)
        self._unnoted = ()

    def _number(self, number: str) -> Number:
        known = self._attendant.numbers
        if number not in known:
            raise OrderRefusedError(f"{number}: there is no such number; there is: {', '.join(known)}")
        return known[number]


def _speak(
    library: PromptLibrary, prompts: Sequence[Prompt], is_enough: threading.Event
) -> dict[Prompt, str]:
    """Have these texts spoken, as many of them as can be; return why the others cannot.

    Blocks. A voice that hangs takes a minute for each: none is begun after `is_enough`, or the engine could
    not end.
    """
    try:
        library.speak_now(prompts)
    except PromptError:
        pass  # one that fails ends the making of all: which one it is, and what of the others, is told below
    else:
        return {}
    failed: dict[Prompt, str] = {}
    for prompt in prompts:
        if is_enough.is_set():
            break
        try:
            library.speak_now((prompt,))
        except PromptError as error:
            log.error("%s", error)  # noqa: TRY400  # the error says all
            failed[prompt] = str(error)
    return failed
