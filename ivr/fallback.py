"""What Asterisk noted while no engine answered: calls in its own queue, and ends of calls.

Owns the reading of the dialplan's notes in Asterisk's database. A note that cannot be read is none. Must not
know what becomes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTEXT = "vaxel-fallback"  # of the dialplan; also the family of the notes on calls in it
ENDS = "vaxel-ended"  # the family of the notes on ends


class Ended(NamedTuple):
    """A call ended, in this phase of the dialplan. Times are UTC seconds."""

    phase: str
    at: float
    answered_at: float | None  # by the last agent whom the engine rang
    called: str = ""  # as the network wrote it


class InFallback(NamedTuple):
    """A call came to Asterisk's own queue. Times are UTC seconds."""

    called: str  # as the network wrote it
    queue: str
    since: float  # when the waiting began
    entered_at: float
    agent: str | None  # who answered, and when
    answered_at: float | None


def read_ends(notes: Iterable[str]) -> dict[str, Ended]:
    """Read the notes on ends: case → end."""
    ends = {}
    for note in notes:
        case, phase, at, answered, called, *_ = (*note.split("|"), *[""] * 5)
        if (seconds := seconds_of(at)) is not None:
            ends[case] = Ended(phase, seconds, seconds_of(answered), called)
    return ends


def read_fallback(notes: Mapping[str, str]) -> dict[str, InFallback]:
    """Read the notes on calls in the fallback: case → call."""
    calls = {}
    for case, note in notes.items():
        called, queue, since, entered, agent, answered, *_ = (*note.split("|"), *[""] * 6)
        began, entered_at = seconds_of(since), seconds_of(entered)
        if queue and began is not None and entered_at is not None:
            calls[case] = InFallback(called, queue, began, entered_at, agent or None, seconds_of(answered))
    return calls


def arrived_at(case: str) -> float | None:
    """Return when a call arrived, UTC: its case begins with Asterisk's name and that second."""
    return seconds_of(case.rpartition("-")[2].partition(".")[0])


def seconds_of(text: str) -> float | None:
    """Read a UTC second as the dialplan writes it."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e11 else None  # noqa: PLR2004  # no NaN, no infinity, no year 5000
