"""Callers who are known by their number, such as the police.

Owns the model. Must not know files, nor how a number is read. Numbers are in no repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallerGroup:
    """Callers from these numbers have a head start in every queue of the number whose file names them."""

    id: str
    name: str
    points: int  # added to the score: 100 are worth one target's wait
    numbers: frozenset[str] = field(repr=False, default=frozenset())  # E.164
