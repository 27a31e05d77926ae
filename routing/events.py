"""The one event stream: every input from the world and every decision of ours.

Owns the vocabulary that the router, the live board, the call log and the replay share. Knows no
telephone and no database. Events are `NamedTuple`s: the simulator makes millions of them, and a
tuple costs .3 µs to make against .85 µs for a frozen dataclass. Two events of different kinds
with equal fields compare equal as tuples do; compare through `Recorded`, or with their types.

Words: a *contact* is one citizen's call from its arrival to its true end, named by its case id.
A *number* is the folder of menus that the called telephone number belongs to. Times are seconds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias


class Outcome(StrEnum):
    """How a contact ended. The members partition all contacts: each has exactly one."""

    SELF_SERVED = "self_served"  # a menu message answered, no person needed
    LEFT_IN_MENU = "left_in_menu"  # the caller hung up before any queue
    OUT_OF_HOURS = "out_of_hours"
    REFUSED = "refused"  # limit reached, or a number that is not ours
    INFORMED = "informed"  # hung up after a crisis message
    CONNECTED_DIRECTLY = "connected_directly"  # extension, officer, on-call
    LOST_IN_MENU = "lost_in_menu"  # by us
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up in a queue
    CALLBACK = "callback"
    OVERFLOWED = "overflowed"
    ENGINE_LOST = "engine_lost"  # while waiting, by us
    PBX_LOST = "pbx_lost"  # while waiting, by Asterisk's death


class TelephoneState(StrEnum):
    """What an agent's telephone is doing, as Asterisk sees it."""

    UNREACHABLE = "unreachable"  # not registered
    FREE = "free"
    RINGING = "ringing"
    BUSY = "busy"  # in any call, also outside our queues


class OfferFailure(StrEnum):
    """Why an offer did not become a talk."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"  # by us: never counts against the agent
    CALLER_GONE = "caller_gone"


class MenuResult(StrEnum):
    """What came of asking the caller at a menu."""

    MATCH = "match"
    WRONG_KEY = "wrong_key"
    SILENCE = "silence"
    REPEAT = "repeat"


class Rule(StrEnum):
    """Which rule of the policy gave an agent a caller."""

    SPECIALIST = "specialist"  # the first ring: who answers this group best
    WIDENED = "widened"  # a later ring has opened after its time
    RING_EMPTY = "ring_empty"  # a later ring was taken at once: nobody reachable in the earlier ones


CallerKind: TypeAlias = Literal["known", "withheld", "unreadable"]
EndedBy: TypeAlias = Literal["caller", "agent", "engine", "pbx"]
Stage: TypeAlias = Literal["menu", "waiting", "offered", "handed", "talking", "fallback", "leaving"]
TargetKind: TypeAlias = Literal["queue", "officer"]

# --- inputs: what the world did -------------------------------------------------------------
#
# Some can be learned afterwards, of what happened while the engine was away: their `when` says when it
# truly happened, UTC seconds; None: as it was recorded.


class EngineStarted(NamedTuple):
    """The engine began a run: everything it knew before is only what the journal says."""

    version: str


class EngineStopping(NamedTuple):
    """The engine was told to end: no more offers are made, and those that ring are waited for."""


class AsteriskConnected(NamedTuple):
    """Asterisk tells us what happens, from now on. `run` names this run of it: another is a new Asterisk."""

    run: str


class AsteriskDisconnected(NamedTuple):
    """Asterisk no longer tells us what happens; calls may go on."""


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
    outcome: Outcome | None  # settled already
    ended_by: EndedBy
    answered: bool = False  # has talked with somebody


class RestorationEnded(NamedTuple):
    """Every carried caller who waited is back or is proven gone, or the time for it is over: offers begin."""

    missing: int  # neither back nor proven gone


class ClockStepped(NamedTuple):
    """The machine's wall clock moved against the monotonic clock by `by_s` seconds."""

    by_s: float


class ConfigurationChanged(NamedTuple):
    """The configuration of `number` became the one with this content hash."""

    number: str
    content_hash: str


class CallArrived(NamedTuple):
    """A citizen's call entered. `caller` is a pseudonym, or None when there is no number."""

    contact: str
    channel: str  # Asterisk's unique id of the caller's channel
    number: str
    called: str  # the municipal number that was called, E.164 where it can be read
    caller: str | None
    caller_kind: CallerKind
    when: float | None = None


class CallerReturned(NamedTuple):
    """The caller's channel came back to us from the dialplan, which had kept it while we were away.

    `queue` and `since` are what the channel itself says of its place, where it does.
    """

    contact: str
    queue: str | None = None
    since: float | None = None


class CallerFellBack(NamedTuple):
    """No engine answered: Asterisk's own queue took the caller, out of our hands until further notice."""

    contact: str
    queue: str
    when: float | None = None


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


class OfficerAnswered(NamedTuple):
    """The officer talks with the caller who was handed over."""

    contact: str
    officer: str


class OfficerFailed(NamedTuple):
    """The officer did not take the caller, who goes back to where they waited."""

    contact: str
    officer: str
    cause: OfferFailure


class TimerFired(NamedTuple):
    """The time that the router asked for has come."""


# --- decisions: what we did -----------------------------------------------------------------


class PromptPlayed(NamedTuple):
    """The caller is being played the prompts of a menu node; `prompts` are their names in the menu."""

    contact: str
    node: str
    prompts: tuple[str, ...]


class MenuAnswered(NamedTuple):
    """What the caller's keys or silence meant at a menu node, and where it leads."""

    contact: str
    node: str
    result: MenuResult
    leads_to: str  # a node of the menu


class CallerQueued(NamedTuple):
    """The caller entered a queue. `since` is when the waiting began (UTC seconds); it is kept over moves."""

    contact: str
    queue: str
    since: float


class AgentOffered(NamedTuple):
    """The agent is being rung for the caller, and why this one."""

    contact: str
    agent: str
    queue: str
    rule: Rule
    ring: int  # which of the queue's rings, from 0
    waited_s: float
    free: int  # how many agents of the open rings were free, this one included
    ring_s: float  # how long the telephone may ring


class OfficerCalled(NamedTuple):
    """The officer is being rung for a caller who was handed over."""

    contact: str
    officer: str
    ring_s: float


class OfferWithdrawn(NamedTuple):
    """We stopped ringing the agent."""

    contact: str
    agent: str
    cause: OfferFailure


class CallEnded(NamedTuple):
    """The contact is closed. Exactly one per contact."""

    contact: str
    outcome: Outcome
    by: EndedBy
    when: float | None = None  # as in the input that ended it


Input: TypeAlias = (
    EngineStarted
    | EngineStopping
    | AsteriskConnected
    | AsteriskDisconnected
    | ContactCarried
    | RestorationEnded
    | ClockStepped
    | ConfigurationChanged
    | CallArrived
    | CallerReturned
    | CallerFellBack
    | FallbackAnswered
    | DigitPressed
    | SilenceElapsed
    | PromptEnded
    | CallerHungUp
    | CallerLost
    | GhostRemoved
    | AgentStateChanged
    | AgentPaused
    | AgentResumed
    | OfferAnswered
    | OfferFailed
    | TalkEnded
    | ConsultBegan
    | ConsultEnded
    | CallTransferred
    | OfficerAnswered
    | OfficerFailed
    | TimerFired
)
Decision: TypeAlias = (
    PromptPlayed | MenuAnswered | CallerQueued | AgentOffered | OfficerCalled | OfferWithdrawn | CallEnded
)
Event: TypeAlias = Input | Decision

INPUTS: tuple[type[Input], ...] = (
    EngineStarted,
    EngineStopping,
    AsteriskConnected,
    AsteriskDisconnected,
    ContactCarried,
    RestorationEnded,
    ClockStepped,
    ConfigurationChanged,
    CallArrived,
    CallerReturned,
    CallerFellBack,
    FallbackAnswered,
    DigitPressed,
    SilenceElapsed,
    PromptEnded,
    CallerHungUp,
    CallerLost,
    GhostRemoved,
    AgentStateChanged,
    AgentPaused,
    AgentResumed,
    OfferAnswered,
    OfferFailed,
    TalkEnded,
    ConsultBegan,
    ConsultEnded,
    CallTransferred,
    OfficerAnswered,
    OfficerFailed,
    TimerFired,
)
DECISIONS: tuple[type[Decision], ...] = (
    PromptPlayed,
    MenuAnswered,
    CallerQueued,
    AgentOffered,
    OfficerCalled,
    OfferWithdrawn,
    CallEnded,
)


class Recorded(NamedTuple):
    """One event of the stream, with its place and time."""

    seq: int  # from 1, without gaps, over all runs of an engine's state folder
    at: float  # UTC seconds since 1970
    event: Event
