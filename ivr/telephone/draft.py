"""An engine for one call, where none runs: the menus as the files are now, in this process.

Owns its making. Nothing is spoken, nothing is written, no address but a free one of this machine is used.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.agi.server import FastAgiServer
from ivr.attendant import Attendant
from ivr.clock import EngineClock
from ivr.menu.hours import state_at
from ivr.menu.model import HoursNode, QueueNode, ways_of
from ivr.menu.number import NUMBER_FILE, check_folders, folders_below
from ivr.numbers import NumberPlan
from ivr.rehearsal import SCRIPT, Rehearsal
from ivr.scripts.shelf import ScriptShelf
from ivr.telephone.sounds import TextSounds
from queues.problems import ConfigurationError, Findings, Severity
from routing.events import EngineStarted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ivr.menu.hours import Hours
    from ivr.menu.model import Menu, Way
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


class Entered(NamedTuple):
    """The menu that a call comes to, and its way in."""

    menu: Menu
    way: Way


class Drafts(NamedTuple):
    """The numbers that can be called as their files are, the settings to call them with, and the others.

    `entered`: where the call comes to; None when the engine will refuse it.
    """

    settings: Settings
    numbers: tuple[Number, ...]
    broken: tuple[str, ...]
    entered: Entered | None


def drafts(settings: Settings, to: str) -> Drafts:
    """Load the numbers that are right. `to`: a called number in any form, a folder's name, or nothing.

    Raises `ConfigurationError` with its problems when the wanted number is none of them; what is wrong or
    doubtful elsewhere keeps nobody from calling.
    """
    findings = Findings()
    folders = folders_below(settings.menus, findings)
    findings.check()
    loaded = check_folders(folders, findings, settings.ground)
    if not findings.errors:
        return Drafts(settings, loaded, (), _entered(settings, to, loaded, [], folders[0].name))
    errors = [Path(each.path) for each in findings.problems if each.severity is Severity.ERROR]
    ids = {number.id for number in loaded}
    broken = [
        folder
        for folder in folders
        if folder.name not in ids or any(path.is_relative_to(folder) for path in errors)
    ]
    names = {folder.name for folder in broken}
    numbers = tuple(number for number in loaded if number.id not in names)
    wanted = _wanted(settings, to, numbers, broken, folders[0].name)
    if wanted in names or not numbers:
        theirs = [
            each for each in findings.problems if Path(each.path).is_relative_to(settings.menus / wanted)
        ]
        raise ConfigurationError(theirs or findings.problems)
    if (settings.default_number or folders[0].name) in names:
        settings = replace(settings, default_number=wanted or numbers[0].id)
    entered = _entered(settings, to, numbers, broken, folders[0].name)
    return Drafts(settings, numbers, tuple(sorted(names)), entered)


def _entered(
    settings: Settings, to: str, right: Sequence[Number], broken: Sequence[Path], first: str
) -> Entered | None:
    """Return where a call to `to` comes in: an old number leads past the start."""
    wanted = _wanted(settings, to, right, broken, first)
    menu = next((number.menu for number in right if number.id == wanted), None)
    if menu is None:
        return None
    called = NumberPlan(settings.region, settings.area).e164(to) if to else None
    replaced = menu.replaced.get(called or "")
    return Entered(menu, menu.start if replaced is None else replaced.way)


def _wanted(settings: Settings, to: str, right: Sequence[Number], broken: Sequence[Path], first: str) -> str:
    """Return the folder that is meant; "" when it is none, which the engine tells."""
    if to in {number.id for number in right} | {folder.name for folder in broken}:
        return to
    called = NumberPlan(settings.region, settings.area).e164(to) if to else None
    if called is not None:
        for number in right:
            if called in number.called:
                return number.id
        for folder in broken:
            if called in _without_blanks(folder / NUMBER_FILE):
                return folder.name
    return "" if to and called is None else settings.default_number or first


def _without_blanks(path: Path) -> str:
    """Return what stands in a file that may be broken, so that a telephone number is found in it."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").replace(" ", "").replace("-", "")
    except OSError:
        return ""


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


def when_open(entered: Entered, at: float) -> float | None:
    """Return when all hours that this call may meet are next open together, UTC seconds.

    None when they are at `at`, or no time is found. Who tries a new option in the evening wants to hear it,
    not that it is closed.
    """
    met = _hours_met(entered, at)
    then = at
    for _ in range(MOST_LOOKS):
        opens = [state.opens_at for hours in met if not (state := state_at(hours, then)).is_open]
        if not opens:
            return None if then == at else then
        later = [moment for moment in opens if moment is not None]
        if not later:
            return None
        then = max(later)
    return None


def _hours_met(entered: Entered, at: float) -> list[Hours]:
    """List the hours on the ways from here, as these lead at `at`; whoever does not get on meets a person."""
    menu = entered.menu
    ahead = [entered.way.at(at), menu.person]
    reached: set[str] = set()
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead += (way.at(at) for way in ways_of(menu.nodes[node_id]))
    nodes = [menu.nodes[node_id] for node_id in reached]
    met = {node.hours for node in nodes if isinstance(node, HoursNode | QueueNode)}
    return [hours for hours_id, hours in menu.hours.items() if hours_id in met]
