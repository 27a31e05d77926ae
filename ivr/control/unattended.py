"""Orders while no engine runs: what stands is noted, and holds from the next start on.

Owns the same checks against the menus as they are in their files. Must not know a running engine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ivr.control.orders import Answer, CrisisOff, CrisisOn, NoEngineError, OrderRefusedError, Reload
from ivr.control.standing_orders import begin_crisis, numbers_hours, override
from ivr.menu.number import load_numbers
from ivr.standing import StandingFile
from routing.events import CrisisBegan, CrisisEnded, OverrideEnded

if TYPE_CHECKING:
    from ivr.control.orders import Order
    from ivr.settings import Settings
    from ivr.standing import Change

FROM_NEXT_START = "no engine runs: holds from its next start on"


def note(settings: Settings, order: Order) -> Answer:
    """Note what the order lets stand.

    Raises `OrderRefusedError`, `StandingUnusableError`, `ConfigurationError`; and `NoEngineError` for an order
    that only an engine can carry out.
    """
    if isinstance(order, Reload):
        raise NoEngineError("no engine runs here; the menus go live when it is started")
    standing, now = StandingFile(settings.standing), time.time()
    numbers = {number.id: number for number in load_numbers(settings.menus, settings.ground)}
    number = numbers.get(order.number)
    if number is None:
        raise OrderRefusedError(f"{order.number}: there is no such number; there is: {', '.join(numbers)}")
    changes: list[Change]
    match order:
        case CrisisOn():
            began = begin_crisis(order, number, now)
            changes = [began]
            line = f"{number.id}: crisis message {began.crisis} is on"
        case CrisisOff(crisis=crisis):
            there = [event for event in standing.read() if isinstance(event, CrisisBegan)]
            ids = [
                event.crisis for event in there if event.number == number.id and crisis in {"", event.crisis}
            ]
            if not ids:
                raise OrderRefusedError(f"{number.id}: there is no such crisis message")
            changes = [CrisisEnded(number.id, each) for each in ids]
            line = f"{number.id}: crisis message {', '.join(ids)} is off"
        case _:
            all_hours = numbers_hours(order, number)
            changes = [
                OverrideEnded(number.id, hours)
                if order.state == "calendar"
                else override(order, number, hours, now)
                for hours in all_hours
            ]
            line = f"{number.id}: {', '.join(all_hours)} is {order.state}"
    for change in changes:
        standing.change(change, now)
    return Answer(is_done=True, lines=(line, FROM_NEXT_START))
