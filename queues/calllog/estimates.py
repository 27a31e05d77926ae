"""Write each waiting time that a caller was told, and later how long the wait truly was.

Owns what each event means for an estimate whose wait is not over. A caller who is told again has a row more;
what ends the wait ends all of the contact's. Must not know contacts' rows, nor where a batch begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from queues.calllog.schema import EstimateEnd, estimates
from routing.events import (
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    FallbackAnswered,
    OfferAnswered,
    WaitTold,
    true_time,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from routing.events import Event

ENDING: Final[frozenset[type[Event]]] = frozenset(
    {
        OfferAnswered,
        FallbackAnswered,
        CallerHungUp,
        CallerLost,
        CallerSentOn,
        CallerQueued,
        CallerFellBack,
        CallEnded,
    }
)
"""Events that may end a wait."""

CONCERNED: Final = ENDING | {WaitTold}

_OPEN = (
    select(estimates.c.seq, estimates.c.contact, estimates.c.queue, estimates.c.at)
    .where(estimates.c.contact.in_(bindparam("ids", expanding=True)))
    .where(estimates.c.ended_as.is_(None))
)
_NEW = insert(estimates)
_ENDED = (
    update(estimates)
    .where(estimates.c.seq == bindparam("key"))
    .values(waited_s=bindparam("waited_s"), ended_as=bindparam("ended_as"))
)


class _Open(NamedTuple):
    """An estimate whose wait is not over."""

    seq: int
    queue: str
    at: float


class Estimates:
    """The estimates that one batch tells or ends. Take its events in order, then write."""

    def __init__(self, connection: Connection, ending: Collection[str]) -> None:
        """Know what is open of these contacts: those of earlier batches of which this one has an `ENDING`."""
        self._connection = connection
        self._open: dict[str, list[_Open]] = {}
        self._told: dict[int, dict[str, Any]] = {}  # rows, by sequence number
        self._ended: list[dict[str, Any]] = []  # of earlier batches
        if ending:
            for seq, contact, queue, at in connection.execute(_OPEN, {"ids": list(ending)}):
                self._open.setdefault(contact, []).append(_Open(seq, queue, at))

    def take(self, seq: int, at: float, contact: str, event: Event) -> None:
        """Take one event that is `CONCERNED`, of a contact that is not closed."""
        match event:
            case WaitTold(_, queue, position, least_s, most_s):
                if least_s is not None and most_s is not None:
                    self._told[seq] = {
                        "seq": seq,
                        "contact": contact,
                        "queue": queue,
                        "at": at,
                        "position": position,
                        "least_s": least_s,
                        "most_s": most_s,
                        "waited_s": None,
                        "ended_as": None,
                    }
                    self._open.setdefault(contact, []).append(_Open(seq, queue, at))
            case _ if contact not in self._open:
                return
            case OfferAnswered() | FallbackAnswered():
                self._end(contact, true_time(at, event), EstimateEnd.ANSWERED)
            case CallerHungUp():
                self._end(contact, true_time(at, event), EstimateEnd.LEFT)
            case CallerLost():
                self._end(contact, true_time(at, event), EstimateEnd.LOST)
            case CallerSentOn():
                self._end(contact, at, EstimateEnd.SENT_ON)
            case CallerQueued(_, queue) | CallerFellBack(_, queue):
                if queue:  # Asterisk's own queue may be told without its name
                    self._end(contact, true_time(at, event), EstimateEnd.MOVED, stays_in=queue)
            case CallEnded(_, _, by):  # if nothing else has told of it
                end = EstimateEnd.LEFT if by == "caller" else EstimateEnd.LOST
                self._end(contact, true_time(at, event), end)
            case _:
                pass

    def write(self) -> None:
        """Write all rows; those of the contacts must stand already."""
        if self._ended:
            self._connection.execute(_ENDED, self._ended)
        if self._told:
            self._connection.execute(_NEW, list(self._told.values()))

    def _end(self, contact: str, at: float, end: EstimateEnd, *, stays_in: str = "") -> None:
        """End what the contact was told of any queue but `stays_in`."""
        still = [told for told in self._open[contact] if told.queue == stays_in]
        for told in self._open.pop(contact):
            if told.queue == stays_in:
                continue
            # What was learnt afterwards may have happened before the last estimate was told.
            outcome = {"waited_s": max(0.0, at - told.at), "ended_as": end.value}
            if told.seq in self._told:
                self._told[told.seq].update(outcome)
            else:
                self._ended.append({"key": told.seq, **outcome})
        if still:
            self._open[contact] = still
