"""Orders while no engine runs: what stands is noted, and holds from the next start on.

Owns the same checks against the menus as they are in their files. Must not know a running engine.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.attendant import standing_at
from ivr.control.orders import Answer, CrisisOff, CrisisOn, NoEngineError, OrderRefusedError, Reload
from ivr.control.standing_orders import Clock, begin_crisis, crisis_lines, hours_line, no_crisis, overrides
from ivr.menu.circumstances import NOTHING
from ivr.menu.number import load_numbers
from ivr.standing import StandingFile
from routing.events import CrisisBegan, CrisisEnded

if TYPE_CHECKING:
    from ivr.control.orders import Order
    from ivr.settings import Settings
    from ivr.standing import Change

FROM_NEXT_START = "no engine runs here: that holds from its next start on"


def note(settings: Settings, order: Order) -> Answer:
    """Note what the order lets stand.

    Raises `OrderRefusedError`, `StandingUnusableError`, `ConfigurationError`; and `NoEngineError` for what
    only an engine can carry out.
    """
    if isinstance(order, Reload):
        raise NoEngineError("no engine runs here; the menus go live when it is started")
    standing, at = StandingFile(settings.standing), time.time()
    now = settings.calendar_at(at)  # as the engine will tell time when it starts
    numbers = {number.id: number for number in load_numbers(settings.menus, settings.ground)}
    number = numbers.get(order.number)
    if number is None:
        raise OrderRefusedError(f"{order.number}: there is no such number; there is: {', '.join(numbers)}")
    if not isinstance(order, CrisisOff) and order.until is not None:
        order = replace(order, until=order.until + (now - at))
    on = [
        event.crisis
        for event in standing.read()
        if isinstance(event, CrisisBegan) and event.number == number.id and not _is_over(event, now)
    ]
    clock = Clock(settings.time_zone, now - at)
    changes: tuple[Change, ...]
    fields: dict[str, str | list[str]]
    match order:
        case CrisisOn():
            began = begin_crisis(order, number, now, on, standing.keep_recording)
            changes, fields = (began,), {"crisis": began.crisis}
            lines = [*crisis_lines(began, number, on, clock)]
        case CrisisOff(crisis=crisis):
            ids = [each for each in on if crisis in {"", each}]
            if not ids:
                raise OrderRefusedError(no_crisis(number.id, crisis, on))
            changes = tuple(CrisisEnded(number.id, each) for each in ids)
            lines, fields = [f"{number.id}: crisis message {each} is off" for each in ids], {"off": ids}
        case _:
            changed = changes = overrides(order, number, now)
            before = standing_at(standing.read(), now).get(number.id, NOTHING).overrides
            lines = [hours_line(change, number, clock, before.get(change.hours)) for change in changed]
            fields = {"hours": [change.hours for change in changed]}
    for change in changes:
        standing.change(change, at)
    return Answer(is_done=True, lines=(*lines, FROM_NEXT_START), fields=fields)


def _is_over(event: CrisisBegan, now: float) -> bool:
    return event.until is not None and event.until <= now
