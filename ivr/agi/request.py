"""A session's request: what Asterisk says of the call when it connects.

Owns the reading of the `agi_*` lines and their caps. Must not know sockets or what the values are used
for. A caller's number and name come from the outside world: they stay out of the repr.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ivr.agi.errors import RemoteProtocolError

# Asterisk's own lines take about 700 bytes. A caller's name can be as long as a SIP message; one of
# 100 kB must not cost the call, only its own end.
MAX_REQUEST_BYTES: Final = 262_144
MAX_VALUE_CHARACTERS: Final = 1_024
MAX_REQUEST_LINES: Final = 256  # about 25 of Asterisk's own, and an argument each

_UNKNOWN: Final = "unknown"  # Asterisk's word for a number or name that is not there
_ARGUMENT = re.compile(rb"agi_arg_([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """The call that Asterisk hands over; what it did not send, or sent as `unknown`, is empty or None."""

    uniqueid: str
    channel: str
    script: str = ""  # the path of the agi:// address, with its query
    callerid: str | None = field(default=None, repr=False)
    caller_name: str | None = field(default=None, repr=False)
    dnid: str | None = None  # the number that was called
    rdnis: str | None = field(default=None, repr=False)  # the number that the call was forwarded from
    extension: str = ""
    context: str = ""
    language: str = ""
    arguments: tuple[str, ...] = field(default=(), repr=False)  # repr: dialplans may pass anything


def read_request(block: bytes) -> AgiRequest:
    """Read the request's lines, without the empty one that ends it.

    Unknown keys and lines without a key are ignored.

    Raises:
        RemoteProtocolError: no `agi_uniqueid` or `agi_channel`; a key twice, as a newline inside a caller's
            name would make it; or too many lines.
    """
    count = block.count(b"\n")
    if count > MAX_REQUEST_LINES:
        raise RemoteProtocolError(f"AGI request: got {count} lines, expected at most {MAX_REQUEST_LINES}")
    values: dict[bytes, str] = {}
    for line in block.split(b"\n"):
        key, separator, value = line.partition(b": ")
        if not separator or not key.startswith(b"agi_"):
            continue
        if key in values:
            raise RemoteProtocolError("AGI request: got a key twice; expected each once")
        # Cut as bytes first: decoding 100 kB to keep 1 kB would be waste. 4 is UTF-8's longest.
        text = value[: MAX_VALUE_CHARACTERS * 4].decode("utf-8", "replace")
        values[key] = text[:MAX_VALUE_CHARACTERS]
    uniqueid = values.get(b"agi_uniqueid", "")
    channel = values.get(b"agi_channel", "")
    if not uniqueid or not channel:
        raise RemoteProtocolError("AGI request: got no agi_uniqueid or no agi_channel; expected both")
    return AgiRequest(
        uniqueid=uniqueid,
        channel=channel,
        script=values.get(b"agi_network_script", ""),
        callerid=_known(values.get(b"agi_callerid")),
        caller_name=_known(values.get(b"agi_calleridname")),
        dnid=_known(values.get(b"agi_dnid")),
        rdnis=_known(values.get(b"agi_rdnis")),
        extension=values.get(b"agi_extension", ""),
        context=values.get(b"agi_context", ""),
        language=values.get(b"agi_language", ""),
        arguments=_arguments(values),
    )


def _known(value: str | None) -> str | None:
    return None if value in {None, "", _UNKNOWN} else value


def _arguments(values: dict[bytes, str]) -> tuple[str, ...]:
    numbered = {int(match[1]): value for key, value in values.items() if (match := _ARGUMENT.fullmatch(key))}
    return tuple(numbered[number] for number in sorted(numbered))
