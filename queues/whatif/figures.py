"""The figures of a queue's entries: as recorded, or of free runs.

Owns their meaning: an entry belongs to the queue it came to; waits are those of who was answered, in seconds
from the entry, in a caller's first queue from its choice; the 90th percentile is the nearest rank. Pure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from queues.whatif.course import Served
from routing.events import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from queues.whatif.demand import Demand

PERCENTILE = 0.9
ALL = ""  # queues together


class Figures(NamedTuple):
    """What became of a queue's entries; over several runs their mean, so that counts may be broken."""

    entered: float
    answered: float
    abandoned: float
    other: float  # sent on, lost by us, or not over yet
    mean_wait_s: float | None  # None: nobody was answered
    p90_wait_s: float | None
    specialists: float | None  # share of the answered who came to the first ring


def recorded_figures(demand: Demand) -> dict[str, Figures]:
    """Return the figures of history by queue, `ALL` first."""
    return figures(Served(each, each.outcome, each.left_at, each.rule) for each in demand.entries)


def figures(served: Iterable[Served]) -> dict[str, Figures]:
    """Return the figures by queue, `ALL` first."""
    by_queue: dict[str, list[Served]] = {ALL: []}
    for each in served:
        by_queue[ALL].append(each)
        by_queue.setdefault(each.entry.queue, []).append(each)
    return {queue: _of(by_queue[queue]) for queue in sorted(by_queue)}


def mean_of(runs: Sequence[dict[str, Figures]]) -> dict[str, Figures]:
    """Return the mean of several runs' figures, of those runs that have one."""
    return {queue: _mean_of([run[queue] for run in runs]) for queue in runs[0]}


def _of(served: Sequence[Served]) -> Figures:
    answered = [each for each in served if each.outcome == "answered"]
    abandoned = sum(each.outcome == "abandoned" for each in served)
    waits = sorted(max(0.0, each.left_at - each.entry.counts_from) for each in answered)
    specialists = sum(each.rule is Rule.SPECIALIST for each in answered)
    return Figures(
        len(served),
        len(answered),
        abandoned,
        len(served) - len(answered) - abandoned,
        sum(waits) / len(waits) if waits else None,
        waits[math.ceil(PERCENTILE * len(waits)) - 1] if waits else None,
        specialists / len(answered) if answered else None,
    )


def _mean_of(runs: Sequence[Figures]) -> Figures:
    return Figures(
        sum(run.entered for run in runs) / len(runs),
        sum(run.answered for run in runs) / len(runs),
        sum(run.abandoned for run in runs) / len(runs),
        sum(run.other for run in runs) / len(runs),
        _mean(run.mean_wait_s for run in runs),
        _mean(run.p90_wait_s for run in runs),
        _mean(run.specialists for run in runs),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
