"""In simulated queues, the true wait lies in the spoken range as often as it should, and near the estimate.

Callers come at random, as many as `load` times what the agents can do, and give up at random. What is counted
is what the live figures count: callers who were told a range and were answered. Seeds are fixed; the figures
can be seen with `python -m tests.queues.waiting.test_coverage`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf, log, sqrt
from random import Random
from typing import NamedTuple

import pytest

from queues.waiting.estimate import Record, estimated_wait_s, spoken_range

HANDLING_S = 240.0
CALLERS = 4000


class Case(NamedTuple):
    """A queue to be simulated."""

    agents: int
    load: float
    patience_s: float = 600.0
    variation: float = 1.0  # of handling times


class Quality(NamedTuple):
    """How good what was told was."""

    coverage: float  # callers whose true wait lay in the range ÷ callers who were told one
    bias: float  # (mean estimate - mean true wait) ÷ mean true wait
    told: float  # callers who were told a range ÷ callers who had to wait, and were answered


CASES = [
    Case(2, 0.9),
    Case(3, 1.1),
    Case(3, 1.3, patience_s=1800.0),
    Case(6, 1.1, variation=0.7),
    Case(6, 1.1, variation=1.3),
    Case(10, 0.9),
    Case(10, 1.1),
    Case(10, 1.3, patience_s=1800.0),
    Case(30, 1.1),
]


class Waiting(NamedTuple):
    """A caller in the line."""

    since: float
    gives_up_at: float
    estimate_s: float
    least_s: float | None
    most_s: float


class Office:
    """A queue with people who answer it, first come, first served."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.dice = Random(20261123)
        self.record = Record()
        self.talks: list[tuple[float, float]] = []  # heap of (end, handling time)
        self.line: list[Waiting] = []
        self.answered: list[tuple[Waiting, float]] = []

    def run(self) -> None:
        """Let all callers come, and everything happen until the last of them has."""
        at, case = 0.0, self.case
        for _ in range(CALLERS):
            at += self.dice.expovariate(case.load * case.agents / HANDLING_S)
            self.talk_until(at)
            if len(self.talks) < case.agents:
                self.answer(at)
            else:
                ahead = len(self.line)
                estimate_s = estimated_wait_s(self.record, ahead, case.agents)
                spoken = spoken_range(self.record, ahead, case.agents)
                patience_s = self.dice.expovariate(1 / case.patience_s)
                self.line.append(Waiting(at, at + patience_s, estimate_s, *(spoken or (None, inf))))

    def talk_until(self, at: float) -> None:
        """End all talks that end before `at`, and let the line move up."""
        while self.talks and self.talks[0][0] <= at:
            ended, handling_s = heappop(self.talks)
            self.give_up_until(ended)
            self.record.add_talk(handling_s)
            if self.line:
                caller = self.line.pop(0)
                self.answered.append((caller, ended - caller.since))
                self.answer(ended)
        self.give_up_until(at)

    def give_up_until(self, at: float) -> None:
        patient = [caller for caller in self.line if caller.gives_up_at > at]
        for _ in range(len(self.line) - len(patient)):
            self.record.add_entry(abandoned=True)
        self.line = patient

    def answer(self, at: float) -> None:
        spread = log(1 + self.case.variation**2)  # of a lognormal handling time, as real ones are
        handling_s = self.dice.lognormvariate(log(HANDLING_S) - spread / 2, sqrt(spread))
        self.record.add_entry(abandoned=False)
        heappush(self.talks, (at + handling_s, handling_s))


def quality(case: Case) -> Quality:
    """Simulate a queue."""
    office = Office(case)
    office.run()
    told = [(caller, wait_s) for caller, wait_s in office.answered if caller.least_s is not None]
    covered = sum(
        caller.least_s is not None and caller.least_s <= wait_s <= caller.most_s for caller, wait_s in told
    )
    waited_s = sum(wait_s for _, wait_s in told)
    estimated_s = sum(caller.estimate_s for caller, _ in told)
    return Quality(covered / len(told), (estimated_s - waited_s) / waited_s, len(told) / len(office.answered))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_two_thirds_of_the_waits_and_more_lie_in_the_spoken_range(case: Case) -> None:
    coverage, bias, told = quality(case)
    assert 0.66 <= coverage <= 0.92
    assert -0.12 <= bias <= 0.2
    assert told > 0.9


if __name__ == "__main__":
    for each in CASES:
        print(each, "coverage {:.2f}, bias {:+.2f}, told {:.2f}".format(*quality(each)))  # noqa: T201  # a script
