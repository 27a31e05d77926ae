"""Ranges of waiting time as they are spoken: between which steps of minutes a wait will lie.

Owns these steps, the rounding to them, the list of all ranges that are ever spoken (so that they can be made
before they are needed), and when one of them promises less than another. Must not know how a range is
estimated, or its words. What is compared and logged is what callers hear: a range is rounded when it is made.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

# Minutes at which a spoken range begins or ends; each is one that `ivr.spoken.moments.wait` says as it is.
# After the first minutes they lie a fifth to a half apart: no more is known of a wait, and each pair is a
# sound to be made. Beyond an hour nothing is said: nobody plans with "between forty minutes and two hours".
ENDS_MIN: Final = (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60)
# "Between one and eight minutes" tells no more than "less than eight": a caller plans with the end alone.
WIDEST: Final = 4  # the most is at most so many times the least, or the least is not said
MINUTE_S: Final = 60.0


class WaitRange(NamedTuple):
    """A range of waiting that can be spoken, in seconds; `least_s` 0: only less than the most is said."""

    least_s: float
    most_s: float


def rounded(least_s: float, most_s: float) -> WaitRange | None:
    """Return the narrowest spoken range that holds these seconds; None if it would end above an hour.

    The ends are rounded outwards, so that what is said holds whenever the range given does, and never meet:
    "about five minutes" would be true of no wait.
    """
    after = bisect_right(ENDS_MIN, most_s / MINUTE_S)
    if after == len(ENDS_MIN):
        return None
    most = ENDS_MIN[after]
    least = ENDS_MIN[bisect_right(ENDS_MIN, max(0.0, least_s) / MINUTE_S) - 1]
    return WaitRange((least if most <= WIDEST * least else 0) * MINUTE_S, most * MINUTE_S)


def all_ranges() -> tuple[WaitRange, ...]:
    """List every range that `rounded` can return, each once, the least first."""
    return tuple(
        WaitRange(least * MINUTE_S, most * MINUTE_S)
        for index, least in enumerate(ENDS_MIN)
        for most in ENDS_MIN[index + 1 :]
        if not least or most <= WIDEST * least
    )


def rises(spoken: WaitRange, last: WaitRange | None) -> bool:
    """Tell whether a range promises less than the one said last; without one (None) none does.

    Callers plan with the end, so that is what counts; the least does where the ends are equal. "Between four
    and six minutes" after "less than ten" is good news, after "less than six" it is not.
    """
    return last is not None and _by_end(spoken) > _by_end(last)


def falls(spoken: WaitRange, last: WaitRange | None) -> bool:
    """Tell whether a range promises more than the one said last, or is the first."""
    return last is None or _by_end(spoken) < _by_end(last)


def _by_end(spoken: WaitRange) -> tuple[float, float]:
    return spoken.most_s, spoken.least_s
