"""What one waiting caller is to be told now, and when to look again.

Owns the rules of announcing, and what is remembered of what a caller heard. Must not know sounds, telephones,
other callers, or whether an agent is just being rung: then nobody looks.

A caller is never told anything worse than before. The first place is said at once; a better one as soon as
`LEAST_BETWEEN_S` have passed since the last announcement began; an unchanged one at the queue's interval; a
worse one never. The waiting time is said along with these, and at the interval alone when it is better while
the place is worse; never when it would rise.

What is remembered changes only by what was said (`hear`), so it can be had again from the log's `WaitTold`.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from queues.waiting.ranges import WaitRange, falls, rises

if TYPE_CHECKING:
    from routing.policy import Announcing

LEAST_BETWEEN_S: Final = 15.0  # between the starts of two announcements


class Told(NamedTuple):
    """What is said at once; neither of the two where a queue tells nothing but its keys."""

    position: int = 0  # from 1; the queue's `most_position` + 1 stands for all beyond it; 0: not said
    range: WaitRange | None = None


class Heard(NamedTuple):
    """What a caller was told last, of each kind; `at` is when the last announcement began (UTC seconds)."""

    at: float = -inf
    position: int = 0  # as in `Told`; 0: none yet
    range: WaitRange | None = None


NOTHING_HEARD: Final = Heard()


class Look(NamedTuple):
    """What is to be said now, if anything, and when to look again though nothing has changed."""

    told: Told | None
    next_look_s: float  # UTC seconds


def look(
    heard: Heard, at: float, position: int, spoken_range: WaitRange | None, announcing: Announcing
) -> Look:
    """Decide what a caller is told at `at` (UTC seconds).

    `position`: from 1, the place in the line. To be called when that may have changed, and at the time that
    the last look gave; more calls do no harm. Whoever says what is returned passes it on to `hear`.
    """
    every_s = max(announcing.every_s, LEAST_BETWEEN_S)
    if not announcing.position and not announcing.estimate:
        due = heard.at + every_s
        return Look(None, due) if at < due else Look(Told(), at + every_s)
    place = min(position, announcing.most_position + 1) if announcing.position else 0
    due = heard.at + (LEAST_BETWEEN_S if 0 < place < heard.position else every_s)
    if at < due:
        return Look(None, due)
    told = _told(heard, place, spoken_range if announcing.estimate else None)
    return Look(told, at + every_s)


def hear(heard: Heard, at: float, told: Told) -> Heard:
    """Return what a caller has heard after being told this from `at` on."""
    return Heard(at, told.position or heard.position, told.range or heard.range)


def _told(heard: Heard, place: int, spoken_range: WaitRange | None) -> Told | None:
    """Return what of this is no worse than what was said last. `place` 0: the queue says none."""
    is_worse = 0 < heard.position < place
    if spoken_range is not None and (
        not falls(spoken_range, heard.range) if is_worse else rises(spoken_range, heard.range)
    ):
        spoken_range = None
    told = Told(0 if is_worse else place, spoken_range)
    return told if told.position or told.range is not None else None
