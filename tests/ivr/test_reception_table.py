"""Whoever comes to a new engine, from wherever the journal left them and by whatever way of the dialplan."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import TYPE_CHECKING

from ivr.contact import PHASES
from routing.events import ContactCarried, EngineStarted, Outcome, RestorationEnded
from tests.ivr.engines import Stand, settings_in
from tests.ivr.test_service_restart import NOW, before, channels, run

if TYPE_CHECKING:
    from pathlib import Path

    from routing.events import Event, Stage

WITH: dict[Stage, str] = {"offered": "anna", "handed": "olle", "talking": "anna", "leaving": "anna"}
PLACE = ("school", f"{NOW - 60:.6f}")
NO_PLACE = ("", "")
BY_ANNA, BY_OLLE = "PJSIP/anna-00000002", "PJSIP/olle-00000007"
BROUGHT_BACK = {
    "new": ("", *NO_PLACE),
    "menu": ("menu", *NO_PLACE),
    "waiting": ("waiting", *PLACE),
    "offering": ("offering", *PLACE),
    "handed": ("handed", *PLACE),
    "fallback": ("fallback", *PLACE),
}
SENT = {
    "to a queue": ("moved", *NO_PLACE, "queue:general", BY_ANNA),
    "to a queue by somebody else": ("moved", *PLACE, "queue:general", BY_OLLE),
    "to an officer": ("moved", *PLACE, "officer:olle", BY_ANNA),
    "nowhere": ("moved", *PLACE, "", BY_ANNA),
    "by consulting, to a queue": ("consult", *PLACE, "queue:general"),
    "by consulting, to an officer": ("consult", *PLACE, "officer:olle"),
}


def carried(case: str, stage: Stage) -> ContactCarried:
    is_over = stage == "leaving"
    outcome, queue = (Outcome.ANSWERED if is_over else None), (None if stage == "menu" else "school")
    return ContactCarried(
        case, case, "testby", stage, "start", queue, NOW - 60, WITH.get(stage), outcome, "caller"
    )


def test_nobody_is_let_go_but_who_has_talked_and_was_not_sent_on(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    cases = {
        f"vaxel-1763782700.{n}": (stage, way)
        for n, (stage, way) in enumerate(product(PHASES, {**BROUGHT_BACK, **SENT}))
    }
    earlier: list[Event] = [carried(case, stage) for case, (stage, _) in cases.items()]
    before(settings, EngineStarted("0"), *earlier, RestorationEnded(0))
    let_go = set()

    async def story(stand: Stand) -> None:
        entries = {**BROUGHT_BACK, **SENT}
        come = [await stand.call(case, *entries[way]) for case, (_, way) in cases.items()]
        await asyncio.sleep(1)
        for channel, (stage, way) in zip(come, cases.values(), strict=True):
            if channel.closed:
                let_go.add((stage, way))

    run(settings, story, channels=channels(*cases))
    assert let_go == set(product(("talking", "leaving"), BROUGHT_BACK))
