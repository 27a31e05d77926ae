"""Yes and no as people write them, and the words that somebody writes who means yes or no.

Owns these words. Must not know YAML.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BOOLEANS: Final[Mapping[str, bool]] = {"yes": True, "no": False, "true": True, "false": False}
SHORTEST_SENTENCE: Final = 10  # characters of what is said to callers: a shorter one is yes or no misspelt

# What other programs and other languages write: those of our region, and of those who have moved here.
_LIKE_YES: Final = {
    "ja", "on", "på", "sant", "sann", "sand", "kyllä", "kylla", "joo", "tosi", "päällä", "oui", "si",
    "sí", "jah", "jā", "taip", "tak", "da", "yep", "yeah", "y", "j", "t", "1", "x", "enabled",
}  # fmt: skip
_LIKE_NO: Final = {
    "nej", "nei", "nein", "off", "av", "fel", "falskt", "falsk", "ei", "epätosi", "pois", "non", "ne",
    "nee", "nie", "nē", "nope", "n", "f", "0", "none", "never", "aldrig", "disabled",
}  # fmt: skip
_LEAST_LIKE: Final = 0.6  # of difflib's likeness: "yse" is yes


def yes_or_no(written: str | None) -> bool | None:
    """Return what was written for yes or no; None when it is neither."""
    return BOOLEANS.get((written or "").lower())


def hint(written: str | None) -> str:
    """Say whether yes or no was probably meant: the tail of an error message, or nothing."""
    word = (written or "").strip().lower()
    if word in _LIKE_YES:
        return "; did you mean yes?"
    if word in _LIKE_NO:
        return "; did you mean no?"
    near = difflib.get_close_matches(word[: 2 * SHORTEST_SENTENCE], BOOLEANS, n=1, cutoff=_LEAST_LIKE)
    return f"; did you mean {'yes' if BOOLEANS[near[0]] else 'no'}?" if near else ""
