"""How wide words are, and where they are cut.

Owns the measuring of text without its font: a picture is read with whatever font a machine has, so widths are
taken generously. Must not know what the text is for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Sequence

CUT = "…"

# In ems, after Segoe UI and Arial, with a little over.
_NARROW, _SMALL, _USUAL, _LARGE, _BROAD, _FULL = 0.27, 0.36, 0.57, 0.7, 0.92, 1.3
_WIDTHS = {
    **dict.fromkeys("ijlI|.,:;'!", _NARROW),
    **dict.fromkeys("frt()[]/\\ -", _SMALL),
    **dict.fromkeys("mwMW@%—…", _BROAD),
}
_NOT_SHOWN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")  # would turn the rest of a line round


def shown(text: str) -> str:
    """Return the text in one line, without signs that no document may have."""
    return " ".join(_NOT_SHOWN.sub("\ufffd", _TURNING.sub("", text)).split())


def width(text: str, size: float) -> float:
    """Return how wide a text is at most, in the unit of its size."""
    return size * sum(_sign_width(sign) for sign in text)


def _sign_width(sign: str) -> float:
    known = _WIDTHS.get(sign)
    if known is not None:
        return known
    if combining(sign):
        return 0.0
    if east_asian_width(sign) in "WF" or ord(sign) > 0xFFFF:  # noqa: PLR2004  # emojis
        return _FULL
    return _LARGE if sign.isupper() else _USUAL


def first_words(text: str, length: int) -> str:
    """Return as many whole words as fit into `length` characters; a longer word is cut."""
    if len(text) <= length:
        return text
    head = text[: length - len(CUT)]
    whole, blank, _ = head.rpartition(" ")
    return (whole if blank and text[len(head)] != " " else head).rstrip(" .,;:") + CUT


def fitted(text: str, size: float, room: float) -> str:
    """Cut a text so that it fits into the room."""
    if width(text, size) <= room:
        return text
    length = len(text)
    while length > len(CUT) and width(text[:length] + CUT, size) > room:
        length -= 1
    return first_words(text, length + len(CUT))


def wrapped(text: str, size: float, room: float, most: int) -> Sequence[str]:
    """Break a text into at most so many lines; what does not fit is cut."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = [words.pop(0)]
        while words and width(" ".join([*line, words[0]]), size) <= room:
            line.append(words.pop(0))
        is_last = len(lines) == most - 1
        joined = " ".join([*line, *words] if is_last else line)
        lines.append(fitted(joined, size, room))
        if is_last:
            break
    return lines
