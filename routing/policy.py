"""What the router goes by: queues with their rings, agents with their skills.

Owns the immutable model of the routing policy. Knows nothing of YAML, telephones or time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the router goes by, for all numbers of one engine."""

    queues: Mapping[str, Queue]
    agents: Mapping[str, Agent]
