"""Whether a caller may come into a queue, and may stay in it.

Owns the order in which the conditions are told when several hold, and where exactly each begins; but not for
how long one may wait, which is a matter of clocks. Must not know callers, clocks, or where a caller goes.

A limit is exceeded by what lies above it, never by what is equal. Somebody in wrap-up, talking or being rung
is there: nobody is when nobody is logged in, and all are paused only when each who is has taken a pause.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from routing.words import WayOut

if TYPE_CHECKING:
    from routing.policy import Conditions


class QueueView(NamedTuple):
    """A queue as one caller finds it, in numbers."""

    logged_in: int  # agents who may answer it
    available: int  # of these, who have no pause: also those who talk, are rung or are in wrap-up
    waiting: int  # who comes: all who wait already. Who waits: the caller and those ahead, and nobody behind
    estimate_s: float  # for this caller, also before there is history; infinite when nobody is available


def way_out_at_entry(conditions: Conditions, view: QueueView) -> WayOut | None:
    """Return why a caller who comes is not let in, or None. `conditions`: the queue's `turn_away`.

    With `waiting_above` 40, who finds 40 waiting is let in, who finds 41 is not.
    """
    found = _way_out(conditions, view)
    if found is not None:
        return found
    if conditions.waiting_above is not None and view.waiting > conditions.waiting_above:
        return WayOut.WAITING
    return None


def way_out_while_waiting(conditions: Conditions, view: QueueView) -> WayOut | None:
    """Return why a caller who waits is sent on, or None. `conditions`: the queue's `send_on`.

    Because nobody behind is counted, a limit per agent sends on the last of the line, in whatever order
    the callers are tested.
    """
    return _way_out(conditions, view)


def _way_out(conditions: Conditions, view: QueueView) -> WayOut | None:
    """Return the first that holds: from who is there at all to what comes of it."""
    if conditions.nobody_logged_in and not view.logged_in:
        return WayOut.NOBODY_LOGGED_IN
    if conditions.all_paused and view.logged_in and not view.available:
        return WayOut.ALL_PAUSED
    if conditions.estimate_above_s is not None and view.estimate_s > conditions.estimate_above_s:
        return WayOut.ESTIMATE
    if conditions.per_agent_above is not None and _per_agent(view) > conditions.per_agent_above:
        return WayOut.PER_AGENT
    return None


def _per_agent(view: QueueView) -> float:
    """Return how many callers wait for each available agent.

    Somebody who waits for nobody is above every limit: one agent less never makes a queue more welcoming.
    Where nobody waits, it is 0: that nobody is there has conditions of its own.
    """
    if not view.waiting:
        return 0.0
    return view.waiting / view.available if view.available else inf
