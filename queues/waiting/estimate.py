"""How long a caller will wait: what has been seen of a queue lately, and the estimate from it.

Owns the record of recent talks and outcomes, the estimate, and how wide the range is that may be spoken. Must
not know callers, agents, clocks or words: who is ahead and how many answer is passed in.

The estimate is the one that exchanges publish (Genesys Cloud, "Estimated wait time"): average handle time,
times the position in the queue, divided by the active agents, times (1 - abandon share). Without the last
factor it is the queue-length predictor of Ibrahim and Whitt ("Real-time delay estimation in overloaded
multiserver queues with abandonments", 2009): (callers ahead + 1) * mean service / servers.

In an overloaded queue the factor makes the wait too short: those who are ahead have been patient already. As
a fluid of callers without memory, with load r = 1 / (1 - share), it ought to be ln(r) / (r - 1): .87 where it
is .77, .69 where it is .5. In a queue that is seldom busy it makes up for what the formula leaves out, that
those who are answered are those who did not have to wait long.
"""

from __future__ import annotations

from collections import deque
from math import inf, sqrt
from typing import Final

from queues.waiting.ranges import WaitRange, rounded

RECENT_TALKS: Final = 50  # their mean deviates by a seventh, where talks deviate by as much as their mean
RECENT_ENTRIES: Final = 100  # a share of a tenth is then known within .03
UNSEEN_HANDLING_S: Final = 90.0  # before there is history
LEAST_TALKS: Final = 10  # before anything is spoken: the mean of fewer deviates by a third or more
# Of fewer the callers of other queues dispose: how long those will be, this queue's record does not tell.
LEAST_AGENTS: Final = 1.0
# Above it the queue fails its callers, and the estimate is less than three quarters of the truth (see above).
MOST_ABANDON_SHARE: Final = 0.5
# One deviation to either side holds two of three waits; rounding outwards to spoken ends adds what lacks.
DEVIATIONS: Final = 0.7
_MS: Final = 1000  # kept in whole milliseconds: sums of them stay exact, however long the record is kept


class Record:
    """What has been seen of one queue lately. Each addition costs the same; the same ones give the same."""

    __slots__ = ("_abandoned", "_entries", "_square_ms2", "_sum_ms", "_talks_ms")

    def __init__(self) -> None:
        self._talks_ms: deque[int] = deque()
        self._sum_ms = 0
        self._square_ms2 = 0
        self._entries: deque[bool] = deque()  # whether the caller gave up
        self._abandoned = 0

    def add_talk(self, handling_s: float) -> None:
        """Add a talk, with its wrap-up: for so long (seconds) it kept an agent from the next caller."""
        handling_ms = round(handling_s * _MS)
        if len(self._talks_ms) == RECENT_TALKS:
            oldest = self._talks_ms.popleft()
            self._sum_ms -= oldest
            self._square_ms2 -= oldest * oldest
        self._talks_ms.append(handling_ms)
        self._sum_ms += handling_ms
        self._square_ms2 += handling_ms * handling_ms

    def add_entry(self, *, abandoned: bool) -> None:
        """Add a caller's way out of the queue: answered, or `abandoned`. No other way out is counted."""
        if len(self._entries) == RECENT_ENTRIES:
            self._abandoned -= self._entries.popleft()
        self._entries.append(abandoned)
        self._abandoned += abandoned

    @property
    def samples(self) -> int:
        """How many talks `handling_s` is the mean of."""
        return len(self._talks_ms)

    @property
    def handling_s(self) -> float:
        """The mean of talk and wrap-up, in seconds."""
        return self._sum_ms / (_MS * self.samples) if self.samples else UNSEEN_HANDLING_S

    @property
    def variation(self) -> float:
        """The deviation of a handling time from the mean ÷ the mean; 1 with fewer than two talks."""
        samples, sum_ms = self.samples, self._sum_ms
        if samples < 2 or not sum_ms:  # noqa: PLR2004  # a variance takes two
            return 1.0
        variance_ms2 = (samples * self._square_ms2 - sum_ms * sum_ms) / (samples * (samples - 1))
        return sqrt(variance_ms2) * samples / sum_ms

    @property
    def abandon_share(self) -> float:
        """Callers who gave up ÷ those who gave up or were answered; 0 before there is history."""
        return self._abandoned / len(self._entries) if self._entries else 0.0


def estimated_wait_s(record: Record, ahead: int, agents: float) -> float:
    """Estimate how long a caller will wait from now on, in seconds.

    `ahead`: callers who are served before this one, callbacks too. The caller's own turn is added: with all
    agents busy and nobody ahead, the first of them still has to become free. `agents`: those who are logged
    in and not paused, one who is shared by k queues counting 1/k; with none it is infinite. The abandon share
    counts up to `MOST_ABANDON_SHARE`: where everybody gave up lately, the wait is not 0.
    """
    if agents <= 0:
        return inf
    stay = 1 - min(record.abandon_share, MOST_ABANDON_SHARE)
    return record.handling_s * (ahead + 1) / agents * stay


def spoken_range(record: Record, ahead: int, agents: float) -> WaitRange | None:
    """Return the range in which the wait will probably lie, as it may be spoken; None: say nothing.

    Nothing is said with fewer than `LEAST_TALKS` talks or `LEAST_AGENTS` agents, after too many have given
    up, or where the range ends above an hour. Arguments as for `estimated_wait_s`.

    The wait is the sum of `ahead` + 1 handling times ÷ agents, and so deviates from the estimate by variation
    ÷ √(ahead + 1) of it; the mean itself by variation ÷ √samples. `DEVIATIONS` of both are the range. On the
    simulated queues of tests/queues/waiting/test_coverage.py, 7 to 9 true waits of 10 lie in it.
    """
    if record.samples < LEAST_TALKS or agents < LEAST_AGENTS or record.abandon_share > MOST_ABANDON_SHARE:
        return None
    estimate_s = estimated_wait_s(record, ahead, agents)
    width_s = DEVIATIONS * estimate_s * record.variation * sqrt(1 / (ahead + 1) + 1 / record.samples)
    return rounded(estimate_s - width_s, estimate_s + width_s)
