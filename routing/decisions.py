"""Decisions: what we did.

Owns one half of the event vocabulary; `routing.events` has the whole.
"""

from __future__ import annotations

from typing import NamedTuple

# Read at run time: the journal builds its readers from the annotations.
from routing.words import EndedBy, MenuResult, OfferFailure, Outcome, Rule  # noqa: TC001


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


class CallEnded(NamedTuple):
    """The contact is closed. Exactly one per contact."""

    contact: str
    outcome: Outcome
    by: EndedBy
    when: float | None = None  # as in the input that ended it
