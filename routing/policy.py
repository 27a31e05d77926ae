"""What the router goes by: queues with their rings, agents with their skills.

Owns the immutable model of the routing policy. Knows nothing of YAML, telephones or time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from routing.words import OfferFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

Role: TypeAlias = Literal["specialist", "generalist"]
Reach: TypeAlias = Literal["specialists", "generalists", "everybody"]


@dataclass(frozen=True, slots=True)
class Skill:
    """How an agent answers one queue. An agent without a `Skill` for a queue never gets its callers."""

    role: Role
    level: int  # 1 (can) to 3 (masters)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers; `skills` maps a queue's id to how."""

    id: str
    name: str
    skills: Mapping[str, Skill] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ring:
    """From `after_s` seconds of waiting on, also these people are asked (earlier rings stay open)."""

    after_s: float
    reach: Reach
    least_level: int = 1


@dataclass(frozen=True, slots=True)
class CoolDowns:
    """How long an agent is left alone after an offer that came to nothing, by its cause; seconds."""

    no_answer_s: float = 30.0  # probably away from the desk: ask the others first
    declined_s: float = 30.0
    busy_s: float = 5.0  # the telephone's state will tell; this only stops a tight loop
    unreachable_s: float = 10.0

    def after(self, cause: OfferFailure) -> float:
        """Return the seconds after an offer that failed so. What we or the caller ended never counts."""
        match cause:
            case OfferFailure.NO_ANSWER:
                return self.no_answer_s
            case OfferFailure.DECLINED:
                return self.declined_s
            case OfferFailure.BUSY:
                return self.busy_s
            case OfferFailure.UNREACHABLE:
                return self.unreachable_s
            case OfferFailure.WITHDRAWN | OfferFailure.CALLER_GONE:
                return 0.0
            case _:
                assert_never(cause)


@dataclass(frozen=True, slots=True)
class SameAgent:
    """Who was helped within so many days is kept for the same agent, for up to `hold_s` seconds."""

    within_days: int
    hold_s: float


@dataclass(frozen=True, slots=True)
class Conditions:
    """When callers are not let into a queue, or sent on out of it: any one of these is enough."""

    nobody_logged_in: bool = False
    all_paused: bool = False  # somebody is logged in, and everybody who is has a pause; wrap-up is none
    estimate_above_s: float | None = None
    per_agent_above: float | None = None  # callers waiting for each agent who is logged in and not paused
    waiting_above: int | None = None  # callers; for letting in only
    waited_above_s: float | None = None  # for sending on only


@dataclass(frozen=True, slots=True)
class Announcing:
    """What callers are told while they wait, and how often."""

    position: bool = True
    estimate: bool = True
    every_s: float = 90.0  # while nothing is better than last said
    most_position: int = 10  # beyond it, "more than ten" is said


NEVER = Conditions()


@dataclass(frozen=True, slots=True)
class Queue:
    """A skill group's queue. `rings` are ordered by `after_s`, the first at 0."""

    id: str
    name: str
    number: str  # the folder of menus it belongs to
    rings: tuple[Ring, ...]
    confidential: bool = False  # only named people: specialists, whatever the rings say
    ring_s: float = 20.0  # how long a telephone rings before the next agent is tried
    wrap_up_s: float = 0.0  # after a talk, before the next offer
    hours: str = ""  # the id of the opening hours in which its people answer; empty: always
    extension: str = ""  # what an agent dials to send a caller here; empty: nothing leads here by dialling
    target_s: float = 60.0  # callers should be answered within; what order across queues is relative to
    points: float = 0.0  # added to the score of everybody who waits here
    cool_downs: CoolDowns = CoolDowns()
    same_agent: SameAgent | None = None
    turn_away: Conditions = NEVER  # who comes, tested once
    send_on: Conditions = NEVER  # who waits, tested all the time
    announcing: Announcing | None = None  # nothing is said
    at_closing: Literal["serve", "release"] = "serve"


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the router goes by, for all numbers of one engine."""

    queues: Mapping[str, Queue]
    agents: Mapping[str, Agent]
