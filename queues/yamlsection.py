"""A part of a YAML file whose keys are known.

Owns the reading of its values by key, with what holds when one is left out. Must not know what any key means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from queues.yamlfile import Value


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A mapping whose keys are known; a missing key gives the default."""

    value: Value
    values: Mapping[str, Value] = field(repr=False)

    def get(self, key: str) -> Value | None:
        """Give the value of `key`, or None when it is not there."""
        return self.values.get(key)

    def text(
        self, key: str, default: str = "", *, what: str = "a text", pattern: re.Pattern[str] | None = None
    ) -> str:
        """Read a text as `Value.text` does."""
        value = self.get(key)
        return default if value is None else value.text(what=what, pattern=pattern)

    def integer(self, key: str, default: int = 0, *, least: int, most: int) -> int:
        """Read a whole number as `Value.integer` does."""
        value = self.get(key)
        return default if value is None else value.integer(least=least, most=most)

    def seconds(self, key: str, default: float = 0.0, *, least: float = 0.0, most: float) -> float:
        """Read a time in seconds as `Value.seconds` does."""
        value = self.get(key)
        return default if value is None else value.seconds(least=least, most=most)

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """Read yes or no as `Value.boolean` does."""
        value = self.get(key)
        return default if value is None else value.boolean()

    def items(
        self, key: str, *, what: str = "a list", least: int = 0, most: int = 1_000
    ) -> tuple[Value, ...]:
        """Read a list as `Value.items` does; empty when the key is not there."""
        value = self.get(key)
        return () if value is None else value.items(what=what, least=least, most=most)

    def entries(self, key: str, *, what: str = "keys with values") -> tuple[tuple[Value, Value], ...]:
        """Read a mapping with free keys as `Value.entries` does; empty when the key is not there."""
        value = self.get(key)
        return () if value is None else value.entries(what=what)
