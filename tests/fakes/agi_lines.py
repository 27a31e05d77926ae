"""AGI's lines as Asterisk reads and writes them: quoting, commands, the request.

Owns an independent reading of what our codec writes. Must not know anything of `ivr`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMANDS: Final = frozenset(
    {
        "ANSWER",
        "CHANNEL STATUS",
        "EXEC",
        "GET DATA",
        "GET VARIABLE",
        "HANGUP",
        "NOOP",
        "SET MUSIC",
        "SET VARIABLE",
        "STREAM FILE",
        "WAIT FOR DIGIT",
    }
)
_LONGEST_NAME: Final = 3  # WAIT FOR DIGIT


def words(line: bytes) -> list[str]:
    """Split a line as Asterisk does.

    Blanks outside quotes end a word; a backslash takes the next character as it is; a quote after a
    blank begins a word, even an empty one.
    """
    found: list[list[str]] = []
    quoted = escaped = False
    blank = True
    for character in line.partition(b"\n")[0].partition(b"\0")[0].decode("utf-8", "surrogateescape"):
        if not escaped:
            if character == "\\":
                escaped = True
                continue
            if character == '"':
                quoted = not quoted
                if quoted and blank:
                    found.append([])
                    blank = False
                continue
            if character in " \t" and not quoted:
                blank = True
                continue
        if blank:
            found.append([])
            blank = False
        found[-1].append(character)
        escaped = False
    return ["".join(word) for word in found]


def split_command(line: bytes) -> tuple[str, ...]:
    """Return the command's name and its arguments; the name is empty when there is no such command."""
    all_words = words(line)
    for length in range(min(_LONGEST_NAME, len(all_words)), 0, -1):
        name = " ".join(all_words[:length]).upper()
        if name in _COMMANDS:
            return (name, *all_words[length:])
    return ("", *all_words)


def request(values: Mapping[str, str | bytes]) -> bytes:
    """Build a request's bytes from keys without `agi_`."""
    lines = [
        b"agi_" + key.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for key, value in values.items()
    ]
    return b"\n".join([*lines, b"", b""])
