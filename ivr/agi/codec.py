"""The AGI protocol without I/O: our commands to bytes, Asterisk's bytes to events.

Owns quoting, limits and the reading of requests, replies and hang-up lines, in any chunking of the
bytes. Must not know sockets, time or what a command is for.

What comes in, as a state machine (a fault ends it; later bytes are dropped):

    REQUEST --empty line--> REPLIES --"520-…", no end yet--> USAGE --"520 …"--> REPLIES
                            REPLIES --"200 result=1 (…", no ")" yet--> TEXT --"…)"--> REPLIES
    HANGUP is a flag in every state but TEXT, where it can only be part of a variable's value.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias, final

from ivr.agi.errors import (
    BadNameError,
    ForbiddenCharacterError,
    LineTooLongError,
    RemoteProtocolError,
    TooManyArgumentsError,
)
from ivr.agi.request import MAX_REQUEST_BYTES, AgiRequest, read_request

MAX_LINE_BYTES: Final = 8191  # with the newline; Asterisk 22 takes the excess as a second command
MAX_ARGUMENTS: Final = 16  # Asterisk 22 crashes above 127 words
MAX_REPLY_BYTES: Final = 65_536  # Asterisk's own replies end near 8 kB; a longer one is not AGI
CODE_OK: Final = 200
CODE_UNKNOWN: Final = 510
CODE_DEAD: Final = 511
CODE_SYNTAX: Final = 520

# Names of dialplan functions that may be read or set like variables. Never from data: over AGI a
# function can run a shell.
FUNCTIONS: Final = frozenset(
    {
        "TIMEOUT(absolute)",
        "CHANNEL(language)",
        "CHANNEL(hangup_handler_push)",
        "CALLERID(num-pres)",
        "CALLERID(name-pres)",
    }
)

_COMMAND = re.compile(r"[A-Z]+(?: [A-Z]+)*")
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
_DERAILS = re.compile(r"[\r\n\0]")
_CHARACTER_NAMES: Final = {"\r": "a carriage return", "\n": "a newline", "\0": "a NUL"}

_REPLY = re.compile(rb"200 result=([^ ]*)(?: \((.*)\))?(?: endpos=(-?[0-9]{1,18}))?", re.DOTALL)
_UNFINISHED = re.compile(rb"200 result=[^ ]* \(")
_REFUSAL = re.compile(rb"(5[0-9]{2})[ -](.*)", re.DOTALL)


class Reply(NamedTuple):
    """One answer: `result` its word, mostly a number; `text` what stood in parentheses, or a refusal's."""

    code: int
    result: str
    text: str | None = None
    endpos: int | None = None  # where playing stopped, in samples

    def __repr__(self) -> str:
        """Show the kind of answer only: results are keyed digits, texts are values."""
        return f"Reply(code={self.code})"


@final
class Hangup(NamedTuple):
    """The `HANGUP` line: this session has lost its caller. A flag, never an answer; may come twice."""


@final
class Fault(NamedTuple):
    """The bytes are not AGI; nothing after this is read."""

    error: RemoteProtocolError


AgiEvent: TypeAlias = AgiRequest | Reply | Hangup | Fault

HANGUP: Final = Hangup()


def encode(*words: str) -> bytes:
    """Build the line of the command `words[0]` (may be several words) with its arguments, each quoted.

    Raises:
        BadNameError: the command is not upper-case words.
        ForbiddenCharacterError: an argument holds CR, LF, NUL or a lone surrogate.
        TooManyArgumentsError: more than `MAX_ARGUMENTS`.
        LineTooLongError: more than `MAX_LINE_BYTES` with the newline.
    """
    if not words or _COMMAND.fullmatch(words[0]) is None:
        raise BadNameError(
            "AGI: got a command that is not upper-case words; expected one such as SET VARIABLE"
        )
    if len(words) > MAX_ARGUMENTS + 1:
        raise TooManyArgumentsError(
            f"AGI {words[0]}: got {len(words) - 1} arguments, expected at most {MAX_ARGUMENTS}"
        )
    parts = [words[0]]
    for number, argument in enumerate(words[1:], 1):
        derailing = _DERAILS.search(argument)
        if derailing is not None:
            raise ForbiddenCharacterError(
                f"AGI {words[0]}: argument {number} holds {_CHARACTER_NAMES[derailing.group()]} "
                f"at position {derailing.start()}; expected text of one line"
            )
        if "\\" in argument or '"' in argument:
            argument = argument.replace("\\", "\\\\").replace('"', '\\"')  # noqa: PLW2901 - this is the argument on the wire
        parts.append(f'"{argument}"')
    try:
        line = (" ".join(parts) + "\n").encode()
    except UnicodeEncodeError:
        # Not chained: that error's text would show the argument.
        raise ForbiddenCharacterError(
            f"AGI {words[0]}: an argument holds a lone surrogate; expected text that UTF-8 can carry"
        ) from None
    if len(line) > MAX_LINE_BYTES:
        raise LineTooLongError(
            f"AGI {words[0]}: got a line of {len(line)} bytes, expected at most {MAX_LINE_BYTES}"
        )
    return line


def variable_name(name: str) -> str:
    """Return `name` when it may name a channel variable, or is one of `FUNCTIONS`.

    Raises:
        BadNameError: any other text. Names are constants; a function's name out of data could run a shell.
    """
    if _VARIABLE.fullmatch(name) is None and name not in FUNCTIONS:
        raise BadNameError(
            "AGI: got a variable name with other than A-Z, a-z, 0-9 and _; expected those or a known function"
        )
    return name


class _State(Enum):
    REQUEST = auto()
    REPLIES = auto()
    USAGE = auto()
    TEXT = auto()
    FAULTY = auto()


class Decoder:
    """Turn one connection's bytes, chunked in any way, into events; linear in time, bounded in memory."""

    __slots__ = ("_block", "_partial", "_state")

    def __init__(self) -> None:
        self._partial = bytearray()  # an unfinished line
        self._block = bytearray()  # the lines so far of an unfinished request, usage text or value
        self._state = _State.REQUEST

    def feed(self, data: bytes) -> list[AgiEvent]:
        """Take the next bytes; return the events that they complete, a `Fault` last and only once."""
        events: list[AgiEvent] = []
        if self._state is _State.FAULTY:
            return events
        try:
            self._read(data, events)
        except RemoteProtocolError as error:
            self._state = _State.FAULTY
            self._partial.clear()
            self._block.clear()
            events.append(Fault(error))
        return events

    def _read(self, data: bytes, events: list[AgiEvent]) -> None:
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            line = data[start:end]
            start = end + 1
            if self._partial:
                self._partial += line
                line = bytes(self._partial)
                self._partial.clear()
            self._check_size(len(line))
            self._take(line, events)
        if start < len(data):
            self._partial += data[start:]
            self._check_size(len(self._partial))

    def _check_size(self, line_bytes: int) -> None:
        limit = MAX_REQUEST_BYTES if self._state is _State.REQUEST else MAX_REPLY_BYTES
        if len(self._block) + line_bytes > limit:
            what = "a request" if self._state is _State.REQUEST else "a reply"
            raise RemoteProtocolError(f"AGI: got {what} of more than {limit} bytes")

    def _take(self, line: bytes, events: list[AgiEvent]) -> None:
        if self._state is _State.REPLIES:
            self._take_reply(line, events)
        elif self._state is _State.TEXT:
            if line.endswith(b")"):
                events.append(_ok_reply(self._end_block(line)))
            else:
                self._add_line(line)
        elif line == b"HANGUP":
            events.append(HANGUP)
        elif self._state is _State.USAGE:
            if line.startswith(b"520 "):
                events.append(Reply(CODE_SYNTAX, "", _text(self._end_block(line)[4:])))
            else:
                self._add_line(line)
        elif line:
            self._add_line(line)
        else:
            events.append(read_request(self._end_block(b"")))

    def _take_reply(self, line: bytes, events: list[AgiEvent]) -> None:
        if line.startswith(b"200 "):
            if _REPLY.fullmatch(line) is None and _UNFINISHED.match(line) is not None:
                self._state = _State.TEXT
                self._add_line(line)
            else:
                events.append(_ok_reply(line))
        elif line == b"HANGUP":
            events.append(HANGUP)
        elif line.startswith(b"520-"):
            self._state = _State.USAGE
            self._add_line(line)
        elif (refusal := _REFUSAL.fullmatch(line)) is not None:
            events.append(Reply(int(refusal[1]), "", _text(refusal[2])))
        else:
            raise _unreadable(line)

    def _add_line(self, line: bytes) -> None:
        self._block += line
        self._block += b"\n"

    def _end_block(self, last_line: bytes) -> bytes:
        block = bytes(self._block) + last_line
        self._block.clear()
        self._state = _State.REPLIES
        return block


def _ok_reply(line: bytes) -> Reply:
    match = _REPLY.fullmatch(line)
    if match is None:
        raise _unreadable(line)
    result, text, endpos = match.groups()
    return Reply(
        CODE_OK, _text(result), None if text is None else _text(text), None if endpos is None else int(endpos)
    )


def _unreadable(line: bytes) -> RemoteProtocolError:
    return RemoteProtocolError(
        f"AGI: got a line of {len(line)} bytes that is no reply; expected 200, 510, 511 or 520"
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
