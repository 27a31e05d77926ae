"""Orders while no engine runs: what stands is noted, and holds from the next start on.

Owns the same checks against the menus as they are in their files. Must not know a running engine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, assert_never

from ivr.attendant import standing_at
from ivr.control.orders import (
    Answer,
    CrisisOff,
    CrisisOn,
    NoEngineError,
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
)
from ivr.menu.circumstances import NOTHING, is_over
from ivr.menu.number import load_numbers
from ivr.settings import near
from ivr.standing import StandingFile
from routing.events import CrisisBegan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.control.orders import Order
    from ivr.settings import Settings
    from ivr.standing import Change


def no_engine(settings: Settings) -> str:
    """Tell that no engine runs, and where one was looked for: another installation's may run."""
    return f"no engine runs here (looked in {near(settings.state)})"


def note(settings: Settings, order: Order) -> Answer:
    """Note what the order lets stand.

    Raises `OrderRefusedError`, `StandingUnusableError`, `ConfigurationError`; and `NoEngineError` for what
    only an engine can carry out.
    """
    if isinstance(order, Reload | WhatTime | WhyWaits):
        raise NoEngineError(
            f"{no_engine(settings)}; the menus go live when it is started (vaxel serve, or make run)"
        )
    standing = StandingFile(settings.standing)
    now = settings.calendar_at(time.time())  # as the engine will tell time when it starts
    numbers = {number.id: number for number in load_numbers(settings.menus, settings.ground)}
    number = numbers.get(order.number)
    if number is None:
        raise OrderRefusedError(f"{order.number}: there is no such number; there is: {', '.join(numbers)}")
    events, clock = standing.read(), Clock(settings.time_zone)
    crises = [each for each in events if isinstance(each, CrisisBegan) and each.number == number.id]
    on = [event.crisis for event in crises if not is_over(event.until, now)]
    changes: tuple[Change, ...]
    lines: Iterable[str]
    fields: dict[str, str | list[str]]
    match order:
        case CrisisOn():
            began = begin_crisis(order, number, now, on, standing.keep_recording, clock)
            changes, fields = (began,), {"crisis": began.crisis}
            lines = crisis_lines(began, number, on, clock)
        case CrisisOff():
            changes = ended = end_crises(order, number, on)
            lines, fields = off_lines(ended), {"off": [each.crisis for each in ended]}
        case SetHours():
            changes = changed = overrides(order, number, now)
            before = standing_at(events, now).get(number.id, NOTHING).overrides
            lines = hours_lines(changed, number, clock, before)
            fields = {"hours": [change.hours for change in changed]}
        case _:
            assert_never(order)
    standing.change(changes, now)
    return Answer(
        is_done=True,
        lines=(*lines, f"{no_engine(settings)}: that holds from its next start on"),
        fields=fields,
    )
