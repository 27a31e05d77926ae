"""The keys that a text tells callers to press: "för bygglov, tryck 2" names the key 2.

Owns how they are named in Swedish, English and Finnish. Must not know options.
"""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = r"[0-9](?:[ -]?[0-9]){0,2}(?![0-9])"
# A spelled digit counts only where the sentence ends or goes on: "tryck ett nummer" names no key.
_GOES_ON: Final = r"(?=\s*(?:[.,;:!?]|$)|\s+(?:eller|och|så|för|or|and|to|for|tai|ja|jos|niin)\b)"

_SWEDISH: Final = {
    "0": "noll|nolla|nollan", "1": "ett|etta|ettan", "2": "två|tvåa|tvåan", "3": "tre|trea|trean",
    "4": "fyra|fyran", "5": "fem|femma|femman", "6": "sex|sexa|sexan", "7": "sju|sjua|sjuan",
    "8": "åtta|åttan", "9": "nio|nia|nian",
}  # fmt: skip
_ENGLISH: Final = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine",
}  # fmt: skip
_FINNISH: Final = {
    "0": "nolla|nollaa", "1": "yksi|yhtä|ykköstä", "2": "kaksi|kahta|kakkosta", "3": "kolme|kolmea|kolmosta",
    "4": "neljä|neljää|nelosta", "5": "viisi|viittä|viitosta", "6": "kuusi|kuutta|kuutosta",
    "7": "seitsemän|seitsemää|seiskaa", "8": "kahdeksan|kahdeksaa|kasia", "9": "yhdeksän|yhdeksää|ysiä",
}  # fmt: skip
# By language: how callers are told to press, what joins two keys, and the digits.
_TOLD: Final = {
    "sv": (r"tryck(?:er|a)?(?:\s+på)?(?:\s+(?:knapp(?:en)?|siffran?))?", "eller|och", _SWEDISH),
    "en": (r"press(?:ing)?(?:\s+(?:the\s+)?(?:key|button|number|digit))?", "or|and", _ENGLISH),
    "fi": (r"paina(?:malla|kaa)?(?:\s+(?:näppäintä|numeroa|painiketta))?", "tai|ja", _FINNISH),
}


def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    told, joins, digits = _TOLD[language]
    key = rf"(?:{_DIGITS}|(?:{'|'.join(digits.values())}){_GOES_ON})"
    keys = rf"\b{told}\s+({key}(?:\s+(?:{joins})\s+{key})*)"
    return re.compile(keys, re.IGNORECASE), re.compile(key, re.IGNORECASE)


_PATTERNS: Final = {language: _patterns(language) for language in _TOLD}
_SPELLED: Final = {
    language: {word: digit for digit, words in digits.items() for word in words.split("|")}
    for language, (_, _, digits) in _TOLD.items()
}


def said_keys(text: str, language: str) -> tuple[str, ...]:
    """Return the keys that callers are told to press, in order; none for a language that is not known."""
    if language not in _PATTERNS:
        return ()
    told, key = _PATTERNS[language]
    found = (each[0] for match in told.finditer(text) for each in key.finditer(match[1]))
    return tuple(_SPELLED[language].get(each.lower(), re.sub("[ -]", "", each)) for each in found)
