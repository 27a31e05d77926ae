"""The words that events, board, log and figures share: how a contact ended, what a telephone does, and so on.

Owns these closed sets and nothing else. They are stored as words, so a member's value never changes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias


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
    BACK = "back"  # to the menu before
    TAKEN = "taken"  # digits: as many as were asked for, and right where that was asked
    PERSON = "person"  # the caller asked for one
    AWAY = "away"  # the telephone that was rung did not answer
    SCRIPT = "script"  # a department's script ended
    SCRIPT_FAILED = "script_failed"


class Rule(StrEnum):
    """Which rule of the policy gave an agent a caller."""

    SPECIALIST = "specialist"  # the first ring: who answers this group best
    WIDENED = "widened"  # a later ring has opened after its time
    RING_EMPTY = "ring_empty"  # a later ring was taken at once: nobody reachable in the one before
    SAME_AGENT = "same_agent"  # who helped this caller the last time


class Turn(StrEnum):
    """Why it was this caller's turn among all whom the agent may answer."""

    SCORE = "score"  # the highest, or the only one
    OVERDUE = "overdue"  # has waited for so long that nobody who came later may go before


class Condition(StrEnum):
    """What an agent is doing, as the reason for being offered somebody or not: exactly one at a time."""

    FREE = "free"
    OFFERED = "offered"  # a telephone of ours rings
    TALKING = "talking"  # with a caller of ours
    BUSY = "busy"  # the telephone is in use otherwise
    WRAP_UP = "wrap_up"
    COOL_DOWN = "cool_down"  # left alone after an offer that failed
    PAUSED = "paused"
    AWAY = "away"  # not logged in


class WayOut(StrEnum):
    """Why a caller was not let into a queue, or left it, but by an answer or by hanging up."""

    NOBODY_LOGGED_IN = "nobody_logged_in"
    ALL_PAUSED = "all_paused"
    ESTIMATE = "estimate"  # above the queue's limit
    PER_AGENT = "per_agent"  # too many callers for each agent
    WAITING = "waiting"  # too many callers
    WAITED = "waited"  # for too long
    CLOSED = "closed"  # at closing time, where those who wait are released
    CHOSEN = "chosen"  # by the caller, with a key


CallerKind: TypeAlias = Literal["known", "withheld", "unreadable"]
EndedBy: TypeAlias = Literal["caller", "agent", "engine", "pbx"]
Stage: TypeAlias = Literal["menu", "waiting", "offered", "handed", "talking", "fallback", "leaving"]
TargetKind: TypeAlias = Literal["queue", "officer"]
