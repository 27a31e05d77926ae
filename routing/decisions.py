"""Decisions: what we did.

Owns one half of the event vocabulary; `routing.events` has the whole.
"""

from __future__ import annotations

from typing import NamedTuple

# Read at run time: the journal builds its readers from the annotations.
from routing.words import EndedBy, MenuResult, OfferFailure, Outcome, Rule, Turn, WayOut


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


class LanguageChosen(NamedTuple):
    """The caller is spoken to in this language from now on."""

    contact: str
    language: str


class PatienceChosen(NamedTuple):
    """The caller is given all the time they need from now on."""

    contact: str


class CallerInformed(NamedTuple):
    """The caller is being told this crisis message."""

    contact: str
    crisis: str


class CallerQueued(NamedTuple):
    """The caller entered a queue. `since` is when the waiting began (UTC seconds); it is kept over moves."""

    contact: str
    queue: str
    since: float
    points: float = 0.0  # of the caller's kind
    last_agent: str = ""  # who helped this caller here lately, where the queue keeps callers for them


class CallerTurnedAway(NamedTuple):
    """The caller was not let into the queue, and goes on elsewhere."""

    contact: str
    queue: str
    way_out: WayOut
    leads_to: str  # a node of the menu


class CallerSentOn(NamedTuple):
    """The caller left the queue, by our doing or by a key, and goes on elsewhere."""

    contact: str
    queue: str
    way_out: WayOut
    leads_to: str


class ChoiceOffered(NamedTuple):
    """The caller pressed a key while waiting, and is asked to confirm what it does; the place is kept."""

    contact: str
    queue: str
    key: str

    def __repr__(self) -> str:
        """Show that a key was pressed, not which."""
        return f"ChoiceOffered(contact={self.contact!r}, queue={self.queue!r}, key=<1>)"


class WaitTold(NamedTuple):
    """The caller is being told the place in the queue, and how long it will take where that can be said.

    The time is told as a range of seconds. Position 0: not told; without a range either, only the keys are.
    """

    contact: str
    queue: str
    position: int  # from 1
    least_s: float | None = None
    most_s: float | None = None


class PlaceRegained(NamedTuple):
    """A caller who was cut off has the old place back: the next `CallerQueued` is since then."""

    contact: str
    queue: str


class Considered(NamedTuple):
    """How many of a queue's agents were in which condition as one of them was chosen.

    The order of the fields is that of the journal and never changes. `closed`: those of rings that are not
    open yet, whatever they do; the others are of the open rings, by `routing.words.Condition`.
    """

    free: int = 0  # the chosen one included
    closed: int = 0
    offered: int = 0
    talking: int = 0
    busy: int = 0
    wrap_up: int = 0
    cool_down: int = 0
    paused: int = 0
    away: int = 0


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
    turn: Turn = Turn.SCORE
    score: float = 0.0  # waited_s * 100 / the queue's target + points
    considered: Considered = Considered()


class ScriptStarted(NamedTuple):
    """A department's script has the caller."""

    contact: str
    node: str
    script: str


class OfficerCalled(NamedTuple):
    """The officer is being rung for a caller who was handed over, or whom a menu's node led there."""

    contact: str
    officer: str
    ring_s: float
    node: str = ""  # empty: handed over


class OfferWithdrawn(NamedTuple):
    """We stopped ringing the agent."""

    contact: str
    agent: str
    cause: OfferFailure


class AgentAutoPaused(NamedTuple):
    """We paused the agent, who left so many offers unanswered in a row; they resume it themselves."""

    agent: str
    unanswered: int


class CallEnded(NamedTuple):
    """The contact is closed. Exactly one per contact."""

    contact: str
    outcome: Outcome
    by: EndedBy
    when: float | None = None  # as in the input that ended it
