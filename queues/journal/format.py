"""One event as one line of JSON, and back, typed.

Owns the journal's wire format: `{"seq":1,"at":1763782800.25,"event":"CallArrived","contact":…}` and a line
feed. Field names and event names are those of `routing.events`; the readers are built from its classes, so a
new event needs nothing here. A field that a later version adds with a default reads from older journals too.
Opens no file. Errors name fields and kinds, never values.

JSON's own escapes keep every line in ASCII: no text from outside can break a line or fail to encode.
"""

from __future__ import annotations

import json
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args, get_origin, get_type_hints

from queues.journal.errors import UnreadableLineError, UnwritableEventError
from routing.events import DECISIONS, INPUTS, Event, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

LINE_LIMIT = 65_536
"""Longest line in bytes, its line feed included. A usual event has 100 to 250."""

_HEAD = b'{"seq":'
_ENVELOPE = frozenset({"seq", "at", "event"})
_GOT_LIMIT = 60  # characters of a name that an error repeats

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode


class _Kind(NamedTuple):
    """What a field may hold; `read` gives the typed value or raises ValueError."""

    expected: str
    read: Callable[[Any], Any]


class _Shape(NamedTuple):
    """How one event class is read."""

    make: Callable[..., Event]
    fields: tuple[tuple[str, _Kind], ...]
    defaults: dict[str, Any]


def format_line(recorded: Recorded) -> bytes:
    """Write one event as its line, line feed included.

    Raises `UnwritableEventError` for a time or duration that is no finite number, and beyond `LINE_LIMIT`.
    """
    event = recorded.event
    name = type(event).__name__
    fields = {"seq": recorded.seq, "at": recorded.at, "event": name}
    fields.update(zip(event._fields, event, strict=True))
    for field, usual in event._field_defaults.items():  # most have none; what is not there reads as usual
        if fields[field] == usual:
            del fields[field]
    try:
        line = f"{_encode(fields)}\n".encode("ascii")
    except (ValueError, TypeError):
        raise UnwritableEventError(name, "a field is neither text nor a finite number") from None
    if len(line) > LINE_LIMIT:
        raise UnwritableEventError(name, f"its line has {len(line)} bytes, the limit is {LINE_LIMIT}")
    return line


def parse_line(line: bytes, *, file: str = "(no file)", offset: int = 0) -> Recorded:
    """Read one whole line, with or without its line feed.

    `file` and `offset` (bytes) say in an `UnreadableLineError` where the line stands.
    """
    try:
        fields = json.loads(line)
    except ValueError:
        raise UnreadableLineError(file, offset, f"{len(line)} bytes that are no JSON", "one event") from None
    try:
        return _recorded(fields)
    except _WrongError as wrong:
        raise UnreadableLineError(file, offset, wrong.got, wrong.expected) from None


def read_sequence(line: bytes, *, file: str = "(no file)", offset: int = 0) -> int:
    """Read only a line's sequence number: ten times quicker than the event, and blind to what it says."""
    try:
        if line.startswith(_HEAD):
            return int(line[len(_HEAD) : line.index(b",")])
    except ValueError:
        pass
    raise UnreadableLineError(
        file, offset, "a line without a sequence number", f"a line that begins {_HEAD.decode()}"
    )


class _WrongError(Exception):
    def __init__(self, got: str, expected: str) -> None:
        self.got = got
        self.expected = expected
        super().__init__(got, expected)


def _recorded(fields: Any) -> Recorded:
    if type(fields) is not dict:
        raise _WrongError(f"a {type(fields).__name__}", "an object")
    name = fields.get("event")
    shape = _SHAPES.get(name) if isinstance(name, str) else None
    if shape is None or not isinstance(name, str):
        raise _WrongError(f"event {_shown(name)}", "the name of an event of routing.events")
    seq = _value(name, "seq", _INTEGER, fields)
    at = _value(name, "at", _NUMBER, fields)
    values = [
        _value(name, field, kind, fields)
        if field in fields or field not in shape.defaults
        else shape.defaults[field]
        for field, kind in shape.fields
    ]
    if len(fields) != len(_ENVELOPE) + len(values):
        known = _ENVELOPE.union(field for field, _ in shape.fields)
        unknown = sorted(_shown(field) for field in fields.keys() - known)
        if unknown:
            raise _WrongError(
                f"{name} with unknown {', '.join(unknown)}", f"its fields {', '.join(sorted(known))}"
            )
    return Recorded(seq, at, shape.make(*values))


def _value(name: str, field: str, kind: _Kind, fields: dict[str, Any]) -> Any:
    try:
        value = fields[field]
    except KeyError:
        raise _WrongError(f"{name} without {field}", kind.expected) from None
    try:
        return kind.read(value)
    except ValueError:
        raise _WrongError(f"{name}.{field} of kind {type(value).__name__}", kind.expected) from None


def _shown(name: object) -> str:
    """Show a name from the file if it is one: a damaged line may hold anything."""
    return repr(name[:_GOT_LIMIT]) if isinstance(name, str) and name.isidentifier() else "that is no name"


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError
    return value


def _integer(value: Any) -> int:
    if type(value) is not int:  # a bool is an int to isinstance
        raise ValueError
    return value


def _number(value: Any) -> float:
    if type(value) is float:
        return value
    return float(_integer(value))


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


_TEXT = _Kind("text", _text)
_INTEGER = _Kind("a whole number", _integer)
_NUMBER = _Kind("a number", _number)
_PLAIN: dict[Any, _Kind] = {str: _TEXT, int: _INTEGER, float: _NUMBER, bool: _Kind("true or false", _truth)}


def _kind_of(hint: Any) -> _Kind:
    """Build the reader of a field from its annotation; an annotation we cannot read fails at import."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _one_of({str(member): member for member in hint})
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _values_of(hint)
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return _one_of({part: part for part in parts})
    if get_origin(hint) is tuple and parts[1:] == (...,):
        return _tuple_of(_kind_of(parts[0]))
    if NoneType in parts:
        rest = [part for part in parts if part is not NoneType]
        if len(rest) == 1:
            return _optional(_kind_of(rest[0]))
    message = f"the journal cannot read fields of {hint}: teach queues.journal.format"
    raise TypeError(message)


def _one_of(members: dict[str, Any]) -> _Kind:
    def read(value: Any) -> Any:
        if type(value) is not str or value not in members:
            raise ValueError
        return members[value]

    return _Kind(f"one of {', '.join(members)}", read)


def _tuple_of(item: _Kind) -> _Kind:
    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise ValueError
        return tuple(item.read(part) for part in value)

    return _Kind(f"a list, each {item.expected}", read)


def _values_of(values: type[Any]) -> _Kind:
    """Build the reader of a `NamedTuple` within an event; a list in the order of its fields.

    A later version may add fields with a default at its end, which older journals lack.
    """
    hints = get_type_hints(values)
    kinds = [_kind_of(hints[field]) for field in values._fields]
    least = len(kinds) - len(values._field_defaults)

    def read(value: Any) -> Any:
        if type(value) is not list or not least <= len(value) <= len(kinds):
            raise ValueError
        return values(*(kind.read(part) for kind, part in zip(kinds, value, strict=False)))

    return _Kind(f"a list of {', '.join(values._fields)}", read)


def _optional(kind: _Kind) -> _Kind:
    return _Kind(f"{kind.expected}, or null", lambda value: None if value is None else kind.read(value))


def _shape_of(event: type[Event]) -> _Shape:
    hints = get_type_hints(event)
    fields = tuple((field, _kind_of(hints[field])) for field in event._fields)
    return _Shape(cast("Callable[..., Event]", event), fields, dict(event._field_defaults))


_SHAPES: dict[str, _Shape] = {event.__name__: _shape_of(event) for event in (*INPUTS, *DECISIONS)}
