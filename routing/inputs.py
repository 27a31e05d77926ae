"""Inputs: what the world did.

Owns the part of the event vocabulary that tells of callers and agents; `routing.events` has the whole. Some
can be learned afterwards, of what happened while the engine was away: their `when` says when it truly
happened, UTC seconds; None: as it was recorded.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

# Read at run time: the journal builds its readers from the annotations.
from routing.words import CallerKind, EndedBy, OfferFailure, Outcome, Stage, TargetKind, TelephoneState  # noqa: TC001


class ContactCarried(NamedTuple):
    """A contact that was open as the engine ended goes on in this run, from where the journal left it."""

    contact: str
    channel: str
    number: str
    stage: Stage
    node: str | None  # of the menu: the last that was said
    queue: str | None
    since: float | None  # when the waiting began; in the menu: when that node was said
    agent: str | None  # offered to, handed to or talking with
    outcome: Outcome | None  # settled already; before the stage "leaving": what it counts as so far
    ended_by: EndedBy
    answered: bool = False  # has talked with somebody
    met_at: float | None = None  # when the present or last talk began
    language: str = ""  # that the caller chose; empty: none
    is_patient: bool = False  # has asked for more time
    is_informed: bool = False  # of a crisis
    points: float = 0.0  # of the caller's kind
    caller: str | None = None
    group: str = ""  # as in `CallArrived`


class Met(NamedTuple):
    """Who helped a caller last in a queue, and when that talk began (UTC seconds)."""

    queue: str
    agent: str
    at: float


class PlaceKept(NamedTuple):
    """Somebody whom an earlier run lost out of a queue, or who was cut off there, may have the place back.

    `until`: who phones by then (UTC seconds).
    """

    caller: str  # the pseudonym
    queue: str
    since: float
    until: float


class CallArrived(NamedTuple):
    """A citizen's call entered. `caller` is a pseudonym, or None when there is no number."""

    contact: str
    channel: str  # Asterisk's unique id of the caller's channel
    number: str
    called: str  # the municipal number that was called, E.164 where it can be read
    caller: str | None
    caller_kind: CallerKind
    when: float | None = None
    group: str = ""  # of the number's list of callers: police, health care, …
    met: tuple[Met, ...] = ()  # where a queue keeps callers for who helped them last


class CallerReturned(NamedTuple):
    """The caller's channel came back to us from the dialplan, which had kept it while we were away.

    `queue` and `since` are what the channel itself says of its place, where it does.
    """

    contact: str
    queue: str | None = None
    since: float | None = None


class CallerFellBack(NamedTuple):
    """No engine answered: Asterisk's own queue took the caller, out of our hands until further notice.

    `since`: when their waiting began, where the dialplan's note says so.
    """

    contact: str
    queue: str
    since: float | None = None
    when: float | None = None

    def waits_since(self, at: float) -> float:
        """Return when the waiting of who has not waited before began; `at`: when this was told."""
        first = self.when if self.since is None else self.since
        return at if first is None else first


class FallbackAnswered(NamedTuple):
    """Asterisk's own queue connected the caller with this agent."""

    contact: str
    queue: str
    agent: str
    when: float | None = None


class DigitPressed(NamedTuple):
    """The caller answered a menu with these keys; they stay out of every repr."""

    contact: str
    digits: str

    def __repr__(self) -> str:
        """Show that keys were pressed, not which."""
        return f"DigitPressed(contact={self.contact!r}, digits=<{len(self.digits)}>)"


class SecretKeyed(NamedTuple):
    """The caller keyed so many digits that are kept nowhere."""

    contact: str
    keys: int  # how many


class ScriptEnded(NamedTuple):
    """A department's script has given the caller back.

    `result`: the one of the menu's words that it returned, if any: whatever else it returned is kept nowhere.
    """

    contact: str
    result: str | None = None
    has_failed: bool = False


class SilenceElapsed(NamedTuple):
    """A menu's wait ended without a key."""

    contact: str


class PromptEnded(NamedTuple):
    """A message was played to its end."""

    contact: str


class CallerHungUp(NamedTuple):
    """The caller's channel truly ended. Happens once per contact."""

    contact: str
    when: float | None = None


class CallerLost(NamedTuple):
    """The caller's channel ended through us or through Asterisk, not through the caller."""

    contact: str
    by: Literal["engine", "pbx"]
    when: float | None = None


class GhostRemoved(NamedTuple):
    """We believed in something that Asterisk does not have; what follows from its end comes next."""

    contact: str
    what: Literal["caller", "offer", "talk"]
    agent: str | None


class AgentStateChanged(NamedTuple):
    """An agent's telephone changed state."""

    agent: str
    state: TelephoneState


class AgentPaused(NamedTuple):
    """The agent wants no calls for now."""

    agent: str


class AgentResumed(NamedTuple):
    """The agent takes calls again."""

    agent: str


class OfferAnswered(NamedTuple):
    """The agent took the offered caller and both can speak."""

    contact: str
    agent: str
    when: float | None = None


class OfferFailed(NamedTuple):
    """The offer ended without a talk; the caller keeps the place."""

    contact: str
    agent: str
    cause: OfferFailure


class TalkEnded(NamedTuple):
    """The caller and whom they talked with are no longer connected."""

    contact: str
    agent: str  # or an officer
    by: EndedBy
    when: float | None = None


class ConsultBegan(NamedTuple):
    """Whoever has the caller calls somebody else meanwhile, to ask or to hand the caller over."""

    contact: str
    agent: str
    kind: TargetKind
    target: str


class ConsultEnded(NamedTuple):
    """That other call is over; the caller was not handed over by it."""

    contact: str
    agent: str


class CallTransferred(NamedTuple):
    """Whoever had the caller has handed them over and is rid of them."""

    contact: str
    by: str  # an agent, or an officer to whom the caller was handed before
    kind: TargetKind
    target: str
    manner: Literal["blind", "attended"]
    answered: bool = False  # the officer talks with the caller already
    when: float | None = None


class OfficerAnswered(NamedTuple):
    """The officer talks with the caller who was handed over."""

    contact: str
    officer: str
    when: float | None = None


class OfficerFailed(NamedTuple):
    """The officer did not take the caller, who goes back to where they waited."""

    contact: str
    officer: str
    cause: OfferFailure


class TimerFired(NamedTuple):
    """The time that the router asked for has come."""
