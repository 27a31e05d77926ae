"""AMI's bytes to messages and back, without I/O.

Owns framing, header parsing and the limits. Must not know sockets, time, or what an event means.

A message is parsed lazily: it keeps its text, knows its name, and finds a header when asked. One
answered call makes some fifteen events of which a reader needs three or four headers each; measured
on a 25-header `BridgeEnter`, splitting it into a dict costs 5.2 µs, the lazy message 0.7 µs and each
header read 0.4 µs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ivr.ami.errors import (
    GarbageError,
    GreetingError,
    LineTooLongError,
    MessageTooLongError,
    TooManyHeadersError,
    UnsafeValueError,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Both tried on Asterisk 22.10.1: 1024 is read, 1025 is "line too long"; 128 are taken, 129 are not.
LINE_MAX_BYTES = 1024  # with its CR and LF
HEADERS_MAX = 128  # with `Action` and `ActionID`

# A caller's name reaches AMI cut to 79 characters and a SIP packet holds 64 kB at most, so nothing
# that a caller sends comes near; the largest event seen is 1.2 kB.
MESSAGE_MAX_BYTES = 65_536
GREETING_MAX_BYTES = 256
GREETING = "Asterisk Call Manager/"

_LINE_END = b"\r\n"
_MESSAGE_END = b"\r\n\r\n"
_HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_UNSAFE = re.compile(r"[\r\n\0]")


def encode(action: str, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """Put an action into AMI's bytes; a header may occur more than once.

    Raises `UnsafeValueError`, `LineTooLongError` or `TooManyHeadersError`, none of which shows a value.
    """
    lines = [_line(action, "Action", action)]
    lines += [_line(action, name, value) for name, value in headers]
    if len(lines) > HEADERS_MAX:
        raise TooManyHeadersError(
            f"AMI action {action}: got {len(lines)} lines, expected at most {HEADERS_MAX}"
        )
    return b"".join(lines) + _LINE_END


def _line(action: str, name: str, value: str) -> bytes:
    where = "AMI action" if name == "Action" else f"AMI action {action}, header"
    if not _HEADER_NAME.fullmatch(name):
        raise UnsafeValueError(f"{where}: got a name that is none, expected letters, digits, '-', '_'")
    if _UNSAFE.search(value):
        raise UnsafeValueError(f"{where} {name}: got CR, LF or NUL in its value, expected one line of text")
    try:
        line = f"{name}: {value}\r\n".encode()
    except UnicodeEncodeError:
        raise UnsafeValueError(f"{where} {name}: got text that UTF-8 cannot carry") from None
    if len(line) > LINE_MAX_BYTES:
        raise LineTooLongError(
            f"{where} {name}: got a line of {len(line)} bytes, expected at most {LINE_MAX_BYTES}"
        )
    return line


class Headers:
    """A message's headers, in their order, as Asterisk wrote them; names are case-sensitive.

    Asterisk writes control characters, quotes and backslashes in channel names, caller names and
    `ChanVariable` as C escapes; in `UserEvent`'s own headers it does **not**, so these must never
    carry what a caller can choose. The repr shows no values: they hold telephone numbers.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get(self, name: str) -> str | None:
        """Give the value of the first header of this name; `None` when there is none."""
        _, found, rest = self._text.partition(f"\r\n{name}: ")
        return rest.partition("\r\n")[0] if found else None

    def all(self, name: str) -> tuple[str, ...]:
        """Give the values of every header of this name."""
        return tuple(value for key, value in self.headers() if key == name)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Give all headers after the first line; a line without `: ` is none and left out."""
        lines = (line.partition(": ") for line in self._text.split("\r\n")[1:])
        return tuple((name, value) for name, found, value in lines if found)

    def variable(self, name: str) -> str | None:
        """Give a channel variable that manager.conf's `channelvars` adds, from `ChanVariable`.

        Empty when the channel has no such variable, `None` when Asterisk was not told to add it.
        """
        _, found, rest = self._text.partition(f"\r\nChanVariable: {name}=")
        return rest.partition("\r\n")[0] if found else None

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Headers) and self._text == other._text

    def __hash__(self) -> int:
        return hash((type(self), self._text))


class Event(Headers):
    """Something that happened; `name` is AMI's word for it."""

    __slots__ = ("name",)

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text

    def __repr__(self) -> str:
        """Show what kind, and how many headers."""
        return f"Event({self.name}, {len(self.headers())} headers)"


class Response(Headers):
    """The answer to an action; `status` is `Success`, `Error` or `Goodbye`."""

    __slots__ = ("status",)

    def __init__(self, status: str, text: str) -> None:
        self.status = status
        self._text = text

    def __repr__(self) -> str:
        """Show what kind, and how many headers."""
        return f"Response({self.status}, {len(self.headers())} headers)"


class Greeting(NamedTuple):
    """The connection's first line; `version` is AMI's, not Asterisk's."""

    version: str


Message: TypeAlias = Greeting | Response | Event


class Decoder:
    """Turns a connection's bytes, in whatever chunks they come, into its messages.

    `feed` takes bytes, `messages` gives what they completed. It raises a `RemoteError` at the
    message that is wrong, after all those before it; after that the decoder is of no use.
    """

    __slots__ = ("_buffer", "_greeted", "_searched")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._greeted = False
        self._searched = 0  # no message end begins before this: a slow sender must not cost us squares

    def feed(self, data: bytes) -> None:
        """Take bytes from the connection."""
        self._buffer += data

    def messages(self) -> Iterator[Message]:
        """Give the messages that are complete, in their order."""
        buffer = self._buffer
        start = 0
        try:
            if not self._greeted:
                end = buffer.find(_LINE_END)
                greeting = self._greeting(end)
                if greeting is None:
                    return
                self._greeted = True
                start = self._searched = end + len(_LINE_END)
                yield greeting
            while (end := buffer.find(_MESSAGE_END, self._searched)) >= 0:
                if end - start > MESSAGE_MAX_BYTES:
                    raise _too_long()
                text = buffer[start:end].decode("utf-8", "replace")
                start = self._searched = end + len(_MESSAGE_END)
                message = _parse(text)
                if message is not None:
                    yield message
            if len(buffer) - start > MESSAGE_MAX_BYTES + len(_MESSAGE_END):
                raise _too_long()
            self._searched = max(start, len(buffer) - len(_MESSAGE_END) + 1)
        finally:
            del buffer[:start]
            self._searched = max(0, self._searched - start)

    def _greeting(self, end: int) -> Greeting | None:
        line = self._buffer[: end if end >= 0 else GREETING_MAX_BYTES].decode("utf-8", "replace")
        if not (line.startswith(GREETING) if end >= 0 else GREETING.startswith(line[: len(GREETING)])):
            raise GreetingError(f"AMI: got {quoted(line)} as the first line, expected '{GREETING}…'")
        if end > GREETING_MAX_BYTES or (end < 0 and len(self._buffer) > GREETING_MAX_BYTES + 1):
            raise GreetingError(f"AMI: got a first line of over {GREETING_MAX_BYTES} bytes")
        return Greeting(line[len(GREETING) :]) if end >= 0 else None


def _parse(text: str) -> Response | Event | None:
    if text.startswith("\r\n"):  # a stray empty line between messages says nothing
        text = text.lstrip("\r\n")
    kind, _, name = text.partition("\r\n")[0].partition(": ")
    if kind == "Event":
        return Event(name, text)
    if kind == "Response":
        return Response(name, text)
    if not text:
        return None
    raise GarbageError(f"AMI: got a message that begins with {quoted(kind)}, expected 'Response' or 'Event'")


def _too_long() -> MessageTooLongError:
    return MessageTooLongError(f"AMI: got a message of over {MESSAGE_MAX_BYTES} bytes")
