"""Testby: a small number with every kind of node, and calls to it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.menu.number import STOCKHOLM, Ground, load_number
from ivr.proving.actions import HANG_UP, Press, Wait, parse_actions
from ivr.proving.scenario import Given, Scenario
from ivr.proving.trial import Trials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from ivr.proving.actions import Action
    from ivr.proving.course import Happening, Trial
    from ivr.proving.scenario import Aspect

HERE = Path(__file__).parent
MENUS, SCRIPTS = HERE / "menus", HERE / "scripts"
FOLDER = MENUS / "testby"
GROUND = Ground(STOCKHOLM, SCRIPTS, datetime(2026, 11, 23, tzinfo=STOCKHOLM).timestamp())
CALLED, REPLACED = "+46858028500", "+46858010000"
TUESDAY = "2026-11-24 10:00"
EVENING = "2026-11-24 18:00"


@cache
def the_number() -> Number:
    """Return the number."""
    return load_number(FOLDER, GROUND)


def at(local: str) -> float:
    """Return the UTC second of a local time."""
    return datetime.fromisoformat(local).replace(tzinfo=STOCKHOLM).timestamp()


def one_second(_: Prompt) -> float:
    """Let each prompt last a second, so that a test can count."""
    return 1.0


def written(actions: Iterable[Action]) -> str:
    """Write what is read as the same actions."""

    def words(action: Action) -> str:
        match action:
            case Press(keys):
                return keys
            case Wait(seconds):
                return f"wait {seconds:.3f} s"
            case _:
                return HANG_UP

    return ", ".join(map(words, actions))


def scenario(
    does: str = "",
    *,
    when: str = TUESDAY,
    expects: Mapping[Aspect, str] | None = None,
    hears: Sequence[str] = (),
    does_not_hear: Sequence[str] = (),
    given: Given | None = None,
    to: str = CALLED,
) -> Scenario:
    """Make a scenario that stands on line 7 of Testby's file."""
    return Scenario(
        name="Ett samtal",
        path=Path("menus/testby/scenarios.yaml"),
        line=7,
        at=at(when),
        expects=expects or {},
        to=to,
        does=parse_actions(does),
        given=given or Given(),
        hears=tuple(hears),
        does_not_hear=tuple(does_not_hear),
    )


def tried(does: str = "", *, when: str = TUESDAY, given: Given | None = None, to: str = CALLED) -> Trial:
    """Try a call to Testby, each prompt lasting a second and each pause .3 s."""
    return Trials([the_number()], one_second).run("testby", scenario(does, when=when, given=given, to=to))


def texts(trial: Trial) -> list[str]:
    """Return what was heard, text by text; what was cut off ends with a dash."""
    return [f"{heard.text}-" if heard.is_cut else heard.text for heard in trial.heard]


def timed(trial: Trial) -> list[Happening]:
    """Return what happened, with seconds since the call was answered, to a thousandth."""
    begins = trial.happened[0].at
    return [happening._replace(at=round(happening.at - begins, 3)) for happening in trial.happened]
