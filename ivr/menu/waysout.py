"""What a queue's callers may come to without being answered: its overflow, and the keys that work in it.

Owns the immutable model. Must not know when a queue sends callers on (`routing.policy` has its conditions),
nor what they are told meanwhile, nor YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.menu.model import Way
    from ivr.menu.texts import Text


@dataclass(frozen=True, slots=True)
class WaitingKey:
    """A key that a waiting caller may press; `text` is said after each announcement."""

    way: Way
    text: Text


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where callers of a queue go who are turned away, sent on or released, and by which keys they leave."""

    overflow: Way | None = None
    keys: Mapping[str, WaitingKey] = field(default_factory=dict)  # by the key, in the order of being said

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every way out, in the order of the file."""
        out = tuple(key.way for key in self.keys.values())
        return out if self.overflow is None else (self.overflow, *out)
