"""An engine for one call, where none runs: the menus as the files are now, in this process.

Owns its making. Nothing is spoken, nothing is written, no address but a free one of this machine is used.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.agi.server import FastAgiServer
from ivr.attendant import Attendant
from ivr.clock import EngineClock
from ivr.menu.hours import state_at
from ivr.rehearsal import SCRIPT, Rehearsal
from ivr.scripts.shelf import ScriptShelf
from ivr.telephone.sounds import TextSounds
from routing.events import EngineStarted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ivr.menu.number import Number
    from ivr.settings import Settings

LOOPBACK: Final = "127.0.0.1"
ANY: Final = 0  # the system chooses a free port
MOST_LOOKS: Final = 100  # hours that are never open together are not waited for


class Draft(NamedTuple):
    """Where an engine for one call is reached, and what its sounds say."""

    host: str
    port: int
    sounds: TextSounds


@asynccontextmanager
async def draft_engine(
    settings: Settings, numbers: Sequence[Number], clock: EngineClock | None = None
) -> AsyncIterator[Draft]:
    """Run an engine that rehearses these numbers. Raises `ServerError` and `ConfigurationError`."""
    clock = clock or EngineClock()
    now = clock.now()
    attendant = Attendant({number.id: number for number in numbers})
    attendant.take(EngineStarted(SCRIPT, calendar_shift_s=settings.calendar_at(now) - now))
    sounds = TextSounds()
    rehearsal = Rehearsal(attendant, settings, sounds, clock, ScriptShelf(settings.scripts))
    async with FastAgiServer(LOOPBACK, ANY, rehearsal.serve) as server:
        yield Draft(LOOPBACK, server.port, sounds)


def when_open(numbers: Sequence[Number], at: float) -> float | None:
    """Return when all opening hours are next open together; None when they are at `at`, or no time is found.

    Who tries a new option in the evening wants to hear it, not that it is closed. UTC seconds.
    """
    everything = [hours for number in numbers for hours in number.menu.hours.values()]
    then = at
    for _ in range(MOST_LOOKS):
        opens = [state.opens_at for hours in everything if not (state := state_at(hours, then)).is_open]
        if not opens:
            return None if then == at else then
        later = [moment for moment in opens if moment is not None]
        if not later:
            return None
        then = max(later)
    return None
