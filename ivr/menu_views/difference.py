"""One thing that changes for callers between two versions of a number.

Owns the record of a difference, and what may differ. Must not know how differences are found or shown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

NOTHING = "nothing"
END = "the end of the call"


class What(StrEnum):
    """What differs."""

    NUMBER = "number"  # a whole one is new or gone
    CALLED = "called number"
    LANGUAGE = "language"
    TEXT = "text"
    VOICE = "voice"  # the same words, spoken otherwise
    WAY = "way"  # where something leads
    DATED_WAY = "dated way"  # where it leads from a day on
    KEY = "key"  # or a script's result: new or gone
    COUNT = "count"  # of silences or wrong keys
    ASKING = "asking"  # how a caller is asked: waits, digits, order
    NODE = "node"  # new, gone or of another kind
    HOURS = "hours"
    QUEUE = "queue"
    CALLERS = "callers"  # a group of them, by their numbers
    PEOPLE = "people"  # taken in from another number
    RENAMED = "renamed"  # nothing that callers notice


class Difference(NamedTuple):
    """`text` says it whole; `old` and `new` are in words too, empty where there was or is nothing."""

    number: str
    node: str  # empty: of the number as a whole
    what: What
    old: str
    new: str
    text: str

    @property
    def is_noticed(self) -> bool:
        """Whether callers notice it."""
        return self.what is not What.RENAMED


def quoted(text: str) -> str:
    """Return a text as it stands in a sentence; an empty one is nothing."""
    return f'"{" ".join(text.split())}"' if text else NOTHING


def yes_no(value: bool) -> str:
    """Say it as administrators write it."""
    return "yes" if value else "no"
