"""Each recorded offer against what another policy would have offered in the very same situation.

Owns the comparison one step at a time: the other router hears all that happened, and history's offers are put
in place of its own, so that no difference follows from an earlier one. Pure.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from routing.events import (
    INPUTS,
    AgentOffered,
    CallArrived,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    DigitPressed,
    OfficerFailed,
    PromptEnded,
    ScriptEnded,
    SecretKeyed,
    SilenceElapsed,
    TimerFired,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from routing.events import Decision, Event, Recorded
    from routing.policy import Policy

SAME_S = 1.0  # the live engine's timer comes some milliseconds late: less is the same moment
KEPT = 1000  # differences that are remembered; all are counted

NOT_HEARD = (CallArrived, DigitPressed, SecretKeyed, ScriptEnded, SilenceElapsed, PromptEnded, OfficerFailed)
"""Inputs of which the core tells the router nothing."""


class Kind(StrEnum):
    """How an offer of history and the other policy's compare."""

    SAME = "the same"
    OTHER_AGENT = "another agent"
    OTHER_CALLER = "another caller first"
    SOONER = "sooner"
    NOT_THEN = "later, or not at that moment"
    INSTEAD_OF_NONE = "to a caller whom history offered nobody before they left"
    NO_SUCH_QUEUE = "of a queue that is no more"


class Follows(Protocol):
    """A router that can be led through history."""

    def follow(self, at: float, event: Event, decided: Sequence[AgentOffered] = ()) -> list[Decision]:
        """Take an event, go on with what was decided, and return what this router would have decided."""
        ...

    def next_due(self) -> float | None:
        """Return when only the passing of time may change something, UTC seconds."""
        ...


class OneStep(NamedTuple):
    """One offer that is not the same. `seq` is history's; 0 where it made none."""

    kind: Kind
    seq: int
    at: float
    recorded: AgentOffered | None
    changed: AgentOffered | None
    sooner_s: float = 0.0


class Compared(NamedTuple):
    """All offers, by kind; of the differences the first ones."""

    offers: int  # that history made
    kinds: Counter[Kind]
    differences: tuple[OneStep, ...]


def is_heard(event: Event) -> bool:
    """Tell whether the core tells the router of this event."""
    if isinstance(event, INPUTS):
        return not isinstance(event, NOT_HEARD)
    return isinstance(event, CallerQueued | CallerSentOn)


def compare_offers(events: Iterable[Recorded], policy: Policy, router: Follows) -> Compared:
    """Lead the router, which goes by `policy`, through recorded events, and compare offer by offer."""
    shadow = _Shadow(policy, router)
    for recorded in events:
        shadow.take(recorded)
    return shadow.done()


class _Proposal(NamedTuple):
    at: float
    offer: AgentOffered


class _Shadow:
    def __init__(self, policy: Policy, router: Follows) -> None:
        self._queues = policy.queues
        self._router = router
        self._heard: Recorded | None = None  # the latest event that the router has not been told yet
        self._decided: list[tuple[int, AgentOffered]] = []  # by history, upon that event
        self._proposals: dict[str, _Proposal] = {}  # by contact: the first that history did not make
        self._elsewhere: set[str] = set()  # contacts in queues that this policy does not have
        self._timer = float("-inf")  # so far time has passed
        self._offers = 0
        self._kinds: Counter[Kind] = Counter()
        self._differences: list[OneStep] = []

    def take(self, recorded: Recorded) -> None:
        """Take the next event of history."""
        event = recorded.event
        if isinstance(event, AgentOffered):
            self._offers += 1
            if event.contact in self._elsewhere:
                self._kinds[Kind.NO_SUCH_QUEUE] += 1
            else:
                self._decided.append((recorded.seq, event))
        elif is_heard(event):
            self._tell()
            self._heard = recorded._replace(event=self._as_here(event))

    def done(self) -> Compared:
        """Return what came of all."""
        self._tell()
        return Compared(self._offers, self._kinds, tuple(self._differences))

    def _as_here(self, event: Event) -> Event:
        """Return the event as this policy can understand it."""
        match event:
            case CallerQueued(contact, queue) if queue not in self._queues:
                self._elsewhere.add(contact)
                return CallerFellBack(contact, queue)  # out of the router's hands
            case CallerQueued(contact):
                self._elsewhere.discard(contact)
            case CallerHungUp(contact) | CallerLost(contact):
                self._elsewhere.discard(contact)
            case _:
                pass
        return event

    def _tell(self) -> None:
        """Tell the router the latest event with what history decided, and compare."""
        if self._heard is None:
            return
        _, at, event = self._heard
        self._heard, decided = None, self._decided
        self._decided = []
        while at > self._timer and (due := self._router.next_due()) is not None and self._timer < due < at:
            self._timer = due
            self._note(due, self._router.follow(due, TimerFired()), {})
        self._timer = at
        answer = self._router.follow(at, event, [offer for _, offer in decided])
        self._note(at, answer, {offer.contact: offer for _, offer in decided})
        here = {offer.contact: offer for offer in answer if isinstance(offer, AgentOffered)}
        for seq, offer in decided:
            self._compare(seq, at, offer, here)
        if isinstance(event, CallerHungUp | CallerLost | CallerFellBack | CallerSentOn):
            proposal = self._proposals.pop(event.contact, None)
            if proposal is not None:
                self._differs(OneStep(Kind.INSTEAD_OF_NONE, 0, proposal.at, None, proposal.offer))

    def _note(self, at: float, answer: Iterable[Decision], decided: dict[str, AgentOffered]) -> None:
        for offer in answer:
            if isinstance(offer, AgentOffered) and offer.contact not in decided:
                self._proposals.setdefault(offer.contact, _Proposal(at, offer))

    def _compare(self, seq: int, at: float, offer: AgentOffered, here: dict[str, AgentOffered]) -> None:
        before = self._proposals.pop(offer.contact, None)
        if before is not None and at - before.at > SAME_S:
            self._differs(OneStep(Kind.SOONER, seq, before.at, offer, before.offer, at - before.at))
            return
        changed = here.get(offer.contact) or (None if before is None else before.offer)
        if changed is None:
            first = next((other for other in here.values() if other.agent == offer.agent), None)
            kind = Kind.NOT_THEN if first is None else Kind.OTHER_CALLER
            self._differs(OneStep(kind, seq, at, offer, first))
        elif changed.agent != offer.agent:
            self._differs(OneStep(Kind.OTHER_AGENT, seq, at, offer, changed))
        else:
            self._kinds[Kind.SAME] += 1

    def _differs(self, difference: OneStep) -> None:
        self._kinds[difference.kind] += 1
        if len(self._differences) < KEPT:
            self._differences.append(difference)
