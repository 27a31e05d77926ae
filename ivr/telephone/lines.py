"""FastAGI's lines from Asterisk's side: commands are read, the request is written.

Owns the reverse of `ivr.agi.codec.encode`. Must not know sockets, or what a command does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ivr.agi.codec import MAX_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ARGUMENT = r'"((?:[^"\\]|\\["\\])*)"'
_NAME = re.compile(r"[A-Z]+(?: [A-Z]+)*")
_NEXT = re.compile(f" {_ARGUMENT}", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')

HUNG_UP: Final = "HANGUP\n"


class UnreadableLineError(ValueError):
    """The line is no command as engines of ours write it; its text is not told: it may be a caller's."""


def decode(line: bytes) -> tuple[str, ...]:
    """Return a line's command (one or more words) and its arguments, which are all quoted.

    Raises `UnreadableLineError`.
    """
    if not line.endswith(b"\n") or len(line) > MAX_LINE_BYTES:
        raise UnreadableLineError(f"got {len(line)} bytes that are no line of AGI")
    try:
        text = line[:-1].decode()
    except UnicodeDecodeError:
        raise UnreadableLineError("got a line that is not UTF-8") from None
    name = _NAME.match(text)
    words = [] if name is None else [name[0]]
    at = 0 if name is None else name.end()
    while argument := _NEXT.match(text, at):
        words.append(_ESCAPED.sub(r"\1", argument[1]))
        at = argument.end()
    if not words or at < len(text):
        raise UnreadableLineError(f"got a line of {len(line)} bytes that is no AGI command")
    return tuple(words)


def request(values: Mapping[str, str], arguments: Sequence[str]) -> bytes:
    """Build the lines that open a session; `values` by their keys without `agi_`.

    Raises `ValueError` for a text of more than one line.
    """
    numbered = {f"arg_{number}": argument for number, argument in enumerate(arguments, 1)}
    lines = []
    for key, value in {**values, **numbered}.items():
        if not value.isprintable():
            raise ValueError(f"agi_{key}: expected one line of text")
        lines.append(f"agi_{key}: {value}\n")
    return "".join([*lines, "\n"]).encode("utf-8", "replace")
