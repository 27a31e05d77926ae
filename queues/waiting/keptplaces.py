"""Places of callers who were cut off: who phones again soon has the old place back, once.

Owns for how long, and for whom. Knows callers by their pseudonyms alone; who withholds the number has none.
"""

from __future__ import annotations

from typing import NamedTuple

KEPT_S = 60.0  # after the call was cut off


class KeptPlace(NamedTuple):
    """A place in a queue, since UTC second `since`; it is gone after `until`."""

    queue: str
    since: float
    until: float


class KeptPlaces:
    """The places of those who were cut off lately, by pseudonym."""

    def __init__(self) -> None:
        self._places: dict[str, KeptPlace] = {}  # in the order in which they were kept

    def keep(self, at: float, caller: str, place: KeptPlace) -> None:
        """Keep a caller's place; what has run out by UTC second `at` is forgotten."""
        self._places.pop(caller, None)
        self._places[caller] = place
        while (first := next(iter(self._places))) != caller and self._places[first].until < at:
            del self._places[first]

    def take(self, at: float, caller: str | None) -> KeptPlace | None:
        """Return the place of a caller who phones at UTC second `at`, and keep it no more."""
        place = None if caller is None else self._places.pop(caller, None)
        return None if place is None or place.until < at else place

    def clear(self) -> None:
        """Forget all of them."""
        self._places.clear()
