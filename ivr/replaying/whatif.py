"""What if: a journal under a changed policy, offer by offer and as a free run.

Owns how often the free run is made, and what goes into both. Must not know words for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from queues.whatif.course import free_run, patience_by_queue, people_of
from queues.whatif.demand import demand_of
from queues.whatif.figures import figures, mean_of, recorded_figures
from queues.whatif.onestep import compare_offers
from routing.led import LedRouter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from queues.whatif.demand import Demand
    from queues.whatif.figures import Figures
    from queues.whatif.onestep import Compared
    from queues.whatif.patience import Patience
    from routing.events import Recorded
    from routing.policy import Policy

RUNS = 10  # free runs, each with what chance gives: enough that a mean is worth comparing


class WhatIf(NamedTuple):
    """Both answers."""

    offers: Compared
    demand: Demand
    patience: dict[str, Patience]
    recorded: dict[str, Figures]
    same: dict[str, Figures]  # the mean of free runs, as it was
    changed: dict[str, Figures]


def what_if(
    events: Callable[[], Iterator[Recorded]],
    was: Sequence[tuple[float, Policy]],
    policy: Policy,
    seed: int,
    tell: Callable[[int, int], object] = lambda _, __: None,
) -> WhatIf:
    """Answer what would have been otherwise.

    `events` gives the journal's from the beginning; `was` is what the router went by, with the UTC second
    from which on. `tell` is told how many free runs of how many are made.
    """
    offers = compare_offers(events(), policy, LedRouter(policy))
    demand = demand_of(events())
    same, changed = [], []
    for number in range(RUNS):
        people = people_of(demand, seed + number)
        same.append(figures(free_run(demand, was, people)))
        changed.append(figures(free_run(demand, [(0.0, policy)], people)))
        tell(number + 1, RUNS)
    return WhatIf(
        offers,
        demand,
        patience_by_queue(demand),
        recorded_figures(demand),
        mean_of(same),
        mean_of(changed),
    )
