"""SIP messages as values: parse, format, and the fields that a telephone reads (RFC 3261).

Owns the wire form of requests and responses. Knows no sockets, no dialogs and no time. It is liberal in
what it reads (any case, compact names, folded lines, bare line feeds) and plain in what it writes. Bytes that
are no UTF-8 survive a round trip as surrogates, so that a test may send a hostile name byte by byte. Reprs
show no header: caller numbers and keys are in there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.demo.errors import MalformedMessageError

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION: Final = "SIP/2.0"
MAX_DATAGRAM: Final = 65_507  # the payload of one IPv4 UDP datagram
MAX_HEADERS: Final = 256  # far beyond any telephone's; a bound against nonsense

# RFC 3261 section 7.3.3 and IANA's table of compact forms.
COMPACT: Final = {
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
}

REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    405: "Method Not Allowed",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    500: "Server Internal Error",
    603: "Decline",
}

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_STATUS_LINE: Final = re.compile(r"SIP/2\.0[ \t]+([1-6][0-9][0-9])(?:[ \t]+(.*))?", re.IGNORECASE)
_REQUEST_LINE: Final = re.compile(r"([A-Za-z0-9\-.!%*_+`'~]+) +(\S+) +SIP/2\.0", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in their order; names compare in any case and any compact form."""

    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def get(self, name: str) -> str | None:
        """Return the first value of `name`."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every field of `name`, each as it came."""
        wanted = name.lower()
        return tuple(value for key, value in self.fields if key.lower() == wanted)

    def listed(self, name: str) -> tuple[str, ...]:
        """Return every value of `name`; fields that were joined by commas are split."""
        return tuple(part for value in self.all(name) for part in split_list(value))

    def __len__(self) -> int:
        return len(self.fields)


@dataclass(frozen=True, slots=True)
class Request:
    """A SIP request."""

    method: str
    uri: str = field(repr=False)
    headers: Headers
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """A SIP response."""

    status: int
    reason: str
    headers: Headers
    body: bytes = field(default=b"", repr=False)


Message: TypeAlias = Request | Response


def parse(datagram: bytes) -> Message:
    """Read one datagram.

    `Content-Length` is obeyed and left out of the headers. Raises `MalformedMessageError`.
    """
    head, separator, body = _cut_head(datagram)
    if not separator:
        raise MalformedMessageError(f"SIP datagram of {len(datagram)} bytes: no empty line ends the headers")
    text = head.decode("utf-8", "surrogateescape")
    start, *lines = text.replace("\r\n", "\n").split("\n")
    headers, length = _fields(lines)
    if length is not None:
        if length > len(body):
            raise MalformedMessageError(f"SIP body: Content-Length says {length} bytes, got {len(body)}")
        body = body[:length]
    if status := _STATUS_LINE.fullmatch(start):
        return Response(int(status[1]), status[2] or "", headers, body)
    if request := _REQUEST_LINE.fullmatch(start):
        return Request(request[1], request[2], headers, body)
    raise MalformedMessageError(
        f"SIP start line of {len(start)} characters: expected 'METHOD uri SIP/2.0' or 'SIP/2.0 code reason'"
    )


def encode(message: Message) -> bytes:
    """Write a message, with its `Content-Length` as the last header."""
    match message:
        case Request(method=method, uri=uri):
            start = f"{method} {uri} {VERSION}"
        case Response(status=status, reason=reason):
            start = f"{VERSION} {status} {reason}"
    lines = [start, *(f"{name}: {value}" for name, value in message.headers.fields)]
    lines += [f"Content-Length: {len(message.body)}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + message.body


def respond(
    request: Request, status: int, *, tag: str = "", extra: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> Response:
    """Make the response to `request`; `tag` is set on a To that has none, `extra` are more headers."""
    fields: list[tuple[str, str]] = []
    for name, value in request.headers.fields:
        match name.lower():
            case "via" | "from" | "call-id" | "cseq" | "record-route":
                fields.append((name, value))
            case "to":
                needs_tag = tag and parameter(value, "tag") is None
                fields.append((name, f"{value};tag={tag}" if needs_tag else value))
            case _:
                pass
    return Response(status, REASONS.get(status, "Unknown"), Headers((*fields, *extra)), body)


def split_list(value: str) -> list[str]:
    """Split at the commas that stand outside quotes and angle brackets."""
    if "," not in value:
        return [value.strip()]
    parts: list[str] = []
    start, quoted, bracketed, escaped = 0, False, False, False
    for place, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"' and not bracketed:
            quoted = not quoted
        elif quoted:
            continue
        elif char in "<>":
            bracketed = char == "<"
        elif char == "," and not bracketed:
            parts.append(value[start:place].strip())
            start = place + 1
    parts.append(value[start:].strip())
    return parts


def address_uri(value: str) -> str:
    """Return the URI of a From, To, Contact or Route value, without what stands around it."""
    bare = _after_display_name(value)
    if bare.startswith("<"):
        return bare[1:].partition(">")[0].strip()
    return bare.partition(";")[0].strip()


def parameter(value: str, name: str) -> str | None:
    """Return a header parameter such as `tag`, `branch` or `expires`; '' when it stands without a value."""
    bare = _after_display_name(value)
    tail = bare.partition(">")[2] if bare.startswith("<") else bare
    for part in tail.split(";")[1:]:
        key, _, found = part.partition("=")
        if key.strip().lower() == name:
            return found.strip().strip('"')
    return None


def uri_host_port(uri: str) -> tuple[str, int]:
    """Return host and port (5060 when none is said) of a `sip:` URI."""
    rest = uri.partition(":")[2].partition(";")[0].partition("?")[0].rpartition("@")[2]
    host, _, port = rest.partition(":")
    return host.strip(), int(port) if port.strip().isdecimal() else 5060


def cseq(message: Message) -> tuple[int, str]:
    """Return the number and the method of the CSeq. Raises `MalformedMessageError`."""
    number, _, method = (message.headers.get("CSeq") or "").strip().partition(" ")
    if not number.isdecimal() or not method.strip():
        raise MalformedMessageError("SIP header CSeq: expected a number and a method")
    return int(number), method.strip()


def _cut_head(datagram: bytes) -> tuple[bytes, bytes, bytes]:
    stripped = datagram.lstrip(b"\r\n")  # keep-alives may stand before a message: RFC 3261 section 7.5
    strict = stripped.partition(b"\r\n\r\n")
    return strict if strict[1] else stripped.partition(b"\n\n")


def _fields(lines: list[str]) -> tuple[Headers, int | None]:
    unfolded: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1] = f"{unfolded[-1].rstrip()} {line.lstrip()}"
        else:
            unfolded.append(line)
    if len(unfolded) > MAX_HEADERS:
        raise MalformedMessageError(f"SIP headers: got {len(unfolded)}, expected at most {MAX_HEADERS}")
    fields: list[tuple[str, str]] = []
    length: int | None = None
    for place, line in enumerate(unfolded, start=1):
        name, colon, value = line.partition(":")
        name, value = name.rstrip(), value.strip(" \t")
        if not colon or not _TOKEN.fullmatch(name):
            raise MalformedMessageError(
                f"SIP header {place}: expected 'Name: value', got {len(line)} characters"
            )
        name = COMPACT.get(name.lower(), name)
        if name.lower() == "content-length":
            if not value.isdecimal() or not value.isascii():
                raise MalformedMessageError(f"SIP header {place}: Content-Length is not a number")
            length = int(value)
        else:
            fields.append((name, value))
    return Headers(tuple(fields)), length


def _after_display_name(value: str) -> str:
    """Cut a display name, quoted or bare, off the front."""
    value = value.strip()
    if value.startswith('"'):
        place = 1
        while place < len(value) and value[place] != '"':
            place += 2 if value[place] == "\\" else 1
        return value[place + 1 :].strip()
    before, bracket, after = value.partition("<")
    if bracket and not before.strip().lower().startswith(("sip:", "sips:", "tel:")):
        return bracket + after
    return value
