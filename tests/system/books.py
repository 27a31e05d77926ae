"""What is held against each other after a test: what callers and telephones saw, and what the journal tells.

Owns the records that the ledger compares, and the fold from events to contacts. Compares nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from routing.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerReturned,
    CallTransferred,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    Outcome,
    TalkEnded,
    true_time,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from queues.calllog.readings import ContactRecord
    from routing.events import Event, Recorded

AGREE_S = 1.0  # two who saw the same thing may differ by so much
CROSSED_S = 0.5  # an offer may cross the caller's hang-up by so much, and ring nobody

HELPED = frozenset({Outcome.ANSWERED, Outcome.CONNECTED_DIRECTLY})
LEFT_UNSERVED = frozenset(
    {Outcome.ABANDONED, Outcome.LEFT_IN_MENU, Outcome.INFORMED, Outcome.SELF_SERVED, Outcome.OVERFLOWED}
)
_UNSERVED_CAUSES = frozenset({OfferFailure.WITHDRAWN, OfferFailure.UNREACHABLE, OfferFailure.CALLER_GONE})


class CallSeen(NamedTuple):
    """One call, as its caller saw it; times are UTC seconds."""

    caller: str
    began_at: float
    ended_at: float | None
    was_cut_off: bool
    withheld: bool = False


class RingSeen(NamedTuple):
    """One INVITE, as the agent's telephone saw it."""

    agent: str
    caller: str  # as the telephone was told; empty when withheld
    at: float
    talked_s: float | None  # None: not answered


@dataclass(slots=True)
class Declared:
    """What a test breaks on purpose, and what may differ therefore. Callers are named by their numbers."""

    cut_off: set[str] = field(default_factory=set)  # let go without having been served
    unreadable: set[str] = field(default_factory=set)  # in the log without their number
    end_unseen: set[str] = field(default_factory=set)  # Asterisk could not tell them of the end
    malformed: set[str] = field(default_factory=set)  # what they sent may be no call at all
    silent: set[str] = field(default_factory=set)  # agents whose telephone may be offered and not rung
    late_s: float = AGREE_S  # how much later than it happened the log may have it
    fallback_rings: bool = False  # Asterisk's own queue may ring telephones for callers who were in it


class Books(NamedTuple):
    """Everything since the ledger last balanced."""

    calls: Sequence[CallSeen]
    rings: Sequence[RingSeen]
    unwatched: Sequence[str]  # numbers that were phoned from by other means: only the log tells of them
    events: Sequence[Recorded]
    rows: Sequence[ContactRecord]
    agents: Collection[str]  # whom the router may ring; officers are rung by whoever asks for them
    pseudonyms: Mapping[str, str | None]  # of every number above


class Contact:
    """One contact, as the journal tells it."""

    def __init__(self, arrival: Recorded, event: CallArrived) -> None:
        self.id = event.contact
        self.caller = event.caller
        self.kind = event.caller_kind
        self.arrived_at = true_time(arrival.at, event)
        self.arrivals = 0
        self.outcomes: list[Outcome] = []
        self.offers: list[tuple[float, str]] = []
        self.unrung: Counter[str] = Counter()  # offers that the log itself says may not have rung
        self.hung_up_at: float | None = None
        self.asked_s = 0.0  # talked with officers whose telephones were rung for the agent who asked them
        self._asked: str | None = None
        self._asked_since: float | None = None
        self.fell_back = False

    def follow_officer(self, at: float, event: Event) -> None:
        """Count the talk with an officer whom an agent asked before handing the caller over."""
        match event:
            case CallTransferred(_, _, "officer", officer, "attended", answered):
                self._end_asked(at)
                self._asked, self._asked_since = officer, at if answered else None
            case OfficerAnswered(_, officer) if officer == self._asked:
                self._asked_since = at
            case CallTransferred() | TalkEnded() | OfficerFailed() | CallEnded():
                self._end_asked(at)
            case _:
                pass

    def _end_asked(self, at: float) -> None:
        if self._asked_since is not None:
            self.asked_s += at - self._asked_since
        self._asked = self._asked_since = None

    def may_be_unrung(self, agent: str) -> int:
        """Return how many of the agent's offers may have rung nowhere."""
        crossed = 0
        if self.hung_up_at is not None:
            crossed = sum(
                offered == agent and self.hung_up_at - at < CROSSED_S for at, offered in self.offers
            )
        return self.unrung[agent] + crossed


def fold(events: Sequence[Recorded]) -> dict[str, Contact]:
    contacts: dict[str, Contact] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, CallArrived):
            contacts.setdefault(event.contact, Contact(recorded, event)).arrivals += 1
            continue
        known = contacts.get(getattr(event, "contact", ""))
        if known is None:
            continue
        known.follow_officer(recorded.at, event)
        match event:
            case CallEnded(outcome=outcome):
                known.outcomes.append(outcome)
            case AgentOffered(agent=agent):
                known.offers.append((recorded.at, agent))
            case OfferFailed(_, agent, cause) if cause in _UNSERVED_CAUSES:
                known.unrung[agent] += 1
            case CallerReturned() if known.offers:  # a new session: an offer of before may be over unrung
                known.unrung[known.offers[-1][1]] += 1
            case CallerFellBack():
                known.fell_back = True
            case CallerHungUp() | CallerLost():
                known.hung_up_at = true_time(recorded.at, event)
            case _:
                pass
    return contacts
