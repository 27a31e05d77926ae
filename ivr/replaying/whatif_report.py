"""What a changed policy would have done: as text for a terminal, and for JSON.

Owns the words, the layout, and what the reader must know to judge the figures.
"""

from __future__ import annotations

import math
import textwrap
from datetime import UTC
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from ivr.replaying.report import WIDTH, counted, in_words, iso, local
from ivr.replaying.whatif import RUNS
from queues.telling.sentences import duration
from queues.whatif.figures import ALL
from queues.whatif.onestep import Kind

if TYPE_CHECKING:
    from datetime import tzinfo

    from ivr.replaying.changed import Changed
    from ivr.replaying.whatif import WhatIf
    from queues.whatif.figures import Figures
    from queues.whatif.onestep import OneStep
    from routing.events import AgentOffered

_HEADINGS = ("Queue", "", "Entered", "Answered", "Abandoned", "Other", "Mean wait", "90 %", "First ring")


def what_if_text(
    answer: WhatIf, changed: Changed, seed: int, *, shown: int, zone: tzinfo = UTC, width: int = WIDTH
) -> str:
    """Render both answers."""
    lines = [
        f"The changed policy ({', '.join(changed.numbers)}) against the recorded one",
        *_gone(changed, width),
        "",
        "1. Offer by offer: what it would have offered in the very same situation",
        *_offers(answer, shown, zone, width),
        "",
        "2. A free run: the same callers and the same people there, met by the changed policy",
        *_table(answer, width),
        *_notes(answer, seed, width),
    ]
    return "".join(f"{line}\n" for line in lines)


def what_if_json(answer: WhatIf, changed: Changed, seed: int, *, shown: int) -> dict[str, Any]:
    """Return both answers for JSON; shares are of 1, durations seconds."""
    offers = answer.offers
    return {
        "numbers": list(changed.numbers),
        "gone": list(changed.gone),
        "offers": {
            "recorded": offers.offers,
            "kinds": {kind.name.lower(): offers.kinds[kind] for kind in Kind},
            "differences": [_one_step_json(each) for each in offers.differences[:shown]],
        },
        "free_run": {
            "runs": RUNS,
            "seed": seed,
            "queues": {
                queue or "all": {
                    "recorded": answer.recorded[queue]._asdict(),
                    "same_policy": answer.same[queue]._asdict(),
                    "changed_policy": answer.changed[queue]._asdict(),
                }
                for queue in answer.recorded
            },
            "patience": {
                queue or "all": {
                    "hung_up": fit.hung_up,
                    "seen_until_s": fit.seen_until_s,
                    "tail_mean_s": None if math.isinf(fit.tail_mean_s) else fit.tail_mean_s,
                }
                for queue, fit in answer.patience.items()
            },
        },
    }


def _gone(changed: Changed, width: int) -> list[str]:
    """Say which numbers the changed policy does not have."""
    if not changed.gone:
        return []
    text = (
        f"Taken as gone, because the folder has none of their files: {', '.join(changed.gone)}. To change one"
        " number and keep the others, name its own folder."
    )
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _offers(answer: WhatIf, shown: int, zone: tzinfo, width: int) -> list[str]:
    offers = answer.offers
    lines = [f"   {counted(offers.offers, 'offer')} in history"]
    lines += [f"   {offers.kinds[kind]:>7,}  {kind}" for kind in Kind if offers.kinds[kind]]
    for difference in offers.differences[:shown]:
        lines += ["", *_one_step(difference, zone, width)]
    more = sum(offers.kinds.values()) - offers.kinds[Kind.SAME] - offers.kinds[Kind.NO_SUCH_QUEUE]
    more -= min(shown, len(offers.differences))
    return [*lines, "", f"   and {more:,} more"] if more > 0 else lines


def _one_step(difference: OneStep, zone: tzinfo, width: int) -> list[str]:
    where = f"event {difference.seq:,}, " if difference.seq else ""
    sooner = f", by {duration(difference.sooner_s)}" if difference.sooner_s else ""
    lines = [f"   {where}{local(difference.at, zone)}: {difference.kind}{sooner}"]
    for name, offer in (("recorded", difference.recorded), ("changed", difference.changed)):
        text = "no offer" if offer is None else in_words(offer)
        indent = f"     {name}: "
        lines += textwrap.wrap(
            text, width, initial_indent=indent, subsequent_indent=" " * len(indent), break_on_hyphens=False
        )
    return lines


def _table(answer: WhatIf, width: int) -> list[str]:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if heading in _HEADINGS[:2] else "right", no_wrap=True)
    for queue in answer.recorded:
        rows = (
            ("recorded", answer.recorded[queue], 0),
            ("same policy", answer.same[queue], 1),
            ("changed", answer.changed[queue], 1),
        )
        for number, (name, figures, places) in enumerate(rows):
            first = (queue or "all queues") if number == 0 else ""
            table.add_row(first, name, *_cells(figures, places), end_section=name == "changed")
    console = Console(file=StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(table)
    return [line.rstrip() for line in capture.get().splitlines()]


def _cells(figures: Figures, places: int) -> tuple[str, ...]:
    counts = (figures.entered, figures.answered, figures.abandoned, figures.other)
    waits = (figures.mean_wait_s, figures.p90_wait_s)
    share = "-" if figures.specialists is None else f"{figures.specialists:.0%}"
    return (
        *(f"{count:,.{places}f}" for count in counts),
        *("-" if wait_s is None else _clock(wait_s) for wait_s in waits),
        share,
    )


def _notes(answer: WhatIf, seed: int, width: int) -> list[str]:
    """Say what the figures are made of."""
    notes = (
        f"""`same policy` is the free run with the policy as it was: how far it is from `recorded` says how
        far to trust `changed`. Both are means of {RUNS} runs, seeds {seed} to {seed + RUNS - 1}.""",
        f"""Patience: {_patience(answer)} Who hung up does so after the same wait, unless answered before.
        Conditions for coming and staying are tested as ever; where they lead to is not followed.
        Who still waits where history had sent them on waits there, and does not come to where they came next:
        neither then nor later.""",
        """Talks take as long as they did; who was not answered in history talks as long as somebody of the
        same queue. Telephones are answered, or not, as each agent's were.""",
        """Entered: each coming to a queue; who was handed over comes when they came then. Other: sent on,
        lost by us, or not over. Waits: of those who were answered. First ring: share of the answered who came
        to a specialist by the first ring.""",
    )
    return [
        line
        for note in notes
        for line in textwrap.wrap(" ".join(note.split()), width, break_on_hyphens=False)
    ]


def _patience(answer: WhatIf) -> str:
    pooled = answer.patience[ALL]
    if not pooled.hung_up:
        return "nobody hung up in history, so everybody is taken to wait for ever."
    seen, mean = duration(pooled.seen_until_s), duration(pooled.tail_mean_s)
    own = ", ".join(sorted(queue for queue in answer.patience if queue))
    fitted = f"; fitted on their own: {own}" if own else ""
    return (
        "who was answered would have waited longer, nobody knows how long: drawn by Kaplan and Meier from"
        f" {counted(pooled.hung_up, 'caller')} who hung up, beyond {seen} by an exponential tail of mean"
        f" {mean}{fitted}."
    )


def _one_step_json(difference: OneStep) -> dict[str, Any]:
    return {
        "kind": difference.kind.name.lower(),
        "seq": difference.seq or None,
        "at": iso(difference.at),
        "sooner_s": round(difference.sooner_s, 3),
        "recorded": _offer_json(difference.recorded),
        "changed": _offer_json(difference.changed),
    }


def _offer_json(offer: AgentOffered | None) -> dict[str, Any] | None:
    if offer is None:
        return None
    return {**offer._asdict(), "considered": offer.considered._asdict()}


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
