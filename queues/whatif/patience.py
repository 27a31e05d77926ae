"""How long callers are willing to wait: a fit of what was seen, most of which ended too early to tell.

Owns the estimate by Kaplan and Meier (1958): who was answered after w seconds would have waited longer than
w, no more is known. Beyond the last caller who hung up nothing was seen: the tail is exponential, with the
mean that all abandonments over all queue time give. Pure; chance comes in as numbers from 0 to 1.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

ENOUGH = 30  # callers who hung up: with fewer in a queue, all queues together are fitted


class Stay(NamedTuple):
    """How long somebody stayed in a queue, seconds, and whether they hung up then."""

    stayed_s: float
    hung_up: bool


class Patience:
    """The fit of these stays."""

    def __init__(self, stays: Iterable[Stay]) -> None:
        sorted_stays = sorted(stays)
        self.hung_up = sum(stay.hung_up for stay in sorted_stays)
        total_s = sum(stay.stayed_s for stay in sorted_stays)
        self.tail_mean_s = total_s / self.hung_up if self.hung_up else math.inf
        """Mean of the tail, seconds; infinite where nobody hung up: then everybody waits for ever."""
        self._times: list[float] = []
        self._shares: list[float] = []  # still waiting after each of these times
        share, left, index = 1.0, len(sorted_stays), 0
        while index < len(sorted_stays):
            time, gone, ended = sorted_stays[index].stayed_s, 0, 0
            while index < len(sorted_stays) and sorted_stays[index].stayed_s == time:
                gone += 1
                ended += sorted_stays[index].hung_up
                index += 1
            if ended:
                share *= 1 - ended / left
                self._times.append(time)
                self._shares.append(share)
            left -= gone

    @property
    def seen_until_s(self) -> float:
        """The longest wait at which somebody hung up, seconds; the tail begins there."""
        return self._times[-1] if self._times else 0.0

    def share_above(self, wait_s: float) -> float:
        """Return the share of callers whose patience is longer than `wait_s` seconds."""
        place = bisect_right(self._times, wait_s)
        share = self._shares[place - 1] if place else 1.0
        beyond_s = wait_s - self.seen_until_s
        return share * math.exp(-beyond_s / self.tail_mean_s) if beyond_s > 0 else share

    def draw(self, chance: float, beyond_s: float = 0.0) -> float:
        """Return a patience in seconds for who has waited `beyond_s`; `chance` is from 0 to below 1."""
        if not self.hung_up:
            return math.inf
        of_share = 1.0 - chance  # above 0
        place = bisect_right(self._times, beyond_s)
        wanted = of_share * (self._shares[place - 1] if place else 1.0)
        while place < len(self._times):
            if self._shares[place] <= wanted:
                return self._times[place]
            place += 1
        last = self._shares[-1]
        if beyond_s >= self.seen_until_s or last <= 0.0:
            return max(beyond_s, self.seen_until_s) - math.log(of_share) * self.tail_mean_s
        return self.seen_until_s + math.log(last / wanted) * self.tail_mean_s
