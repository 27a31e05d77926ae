"""The orders that a running engine takes, and its answers, as one line of JSON each.

Owns the words and their reading. Must not know sockets, nor how an order is carried out. Errors:

    Exception
    └── ControlError             what the command line tells in one line
        ├── OrderRefusedError    the order cannot be carried out as it is
        ├── NoAnswerError        the engine does not answer, or not in our words
        └── NoEngineError        no engine runs here
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HoursWord: TypeAlias = Literal["open", "closed", "emergency", "calendar"]
LONGEST_LINE = 1_000_000  # bytes, of an order or an answer
LAST_YEAR = 2999  # in which what stands may end: far from the year 9999, at which calendars break
_AFTER_LAST_S = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()


class ControlError(Exception):
    """An order came to nothing; the message says why and what to do."""


class OrderRefusedError(ControlError):
    """The order cannot be carried out as it is."""


class NoAnswerError(ControlError):
    """The engine does not answer, or not in our words."""


class NoEngineError(ControlError):
    """No engine runs here."""


@dataclass(frozen=True, slots=True)
class Reload:
    """Let the menus go live as they are now; with `numbers` only these, the others stay as they are."""

    why: str = "by hand"
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrisisOn:
    """Let callers hear a message.

    `texts` by language, an empty one is the number's first; `until` in UTC seconds of the calendar, which a
    trial moves; `recording`: a WAV file.
    """

    number: str
    texts: Mapping[str, str]
    queue: str = ""
    until: float | None = None
    recording: str = ""
    owner: str = ""
    is_drill: bool = False


@dataclass(frozen=True, slots=True)
class CrisisOff:
    """Let a message be heard no more; without an id, all messages of the number."""

    number: str
    crisis: str = ""


@dataclass(frozen=True, slots=True)
class SetHours:
    """Open or close by hand, or let the calendar decide again. Without an id: all hours of the number."""

    number: str
    state: HoursWord
    hours: str = ""
    reason: Mapping[str, str] = field(default_factory=dict)  # by language as above: one whole sentence
    until: float | None = None
    is_sticky: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class WhatTime:
    """Tell the calendar's time, by which hours and messages go, as the answer's `calendar`: UTC seconds."""


@dataclass(frozen=True, slots=True)
class WhyWaits:
    """Tell why the first caller of a queue is still waiting."""

    queue: str


Order: TypeAlias = Reload | WhatTime | WhyWaits | CrisisOn | CrisisOff | SetHours
_ORDERS: Mapping[str, type[Order]] = {
    order.__name__: order for order in (Reload, WhatTime, WhyWaits, CrisisOn, CrisisOff, SetHours)
}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_end(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and -_AFTER_LAST_S < value < _AFTER_LAST_S)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


_MAY_BE: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("why", "number", "queue", "recording", "owner", "crisis", "hours"), _is_text),
    **dict.fromkeys(("is_drill", "is_sticky"), _is_flag),
    **dict.fromkeys(("texts", "reason"), _are_texts),
    "numbers": _are_names,
    "until": _is_end,
    "state": lambda value: value in get_args(HoursWord),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an order. `lines` are for people, `fields` for programs."""

    is_done: bool
    lines: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


def write_order(order: Order) -> bytes:
    """Write an order as its line."""
    return f"{json.dumps({'order': type(order).__name__, **asdict(order)})}\n".encode()


def read_order(line: bytes) -> Order:
    """Read an order. Raises `OrderRefusedError` for anything else; fields that are no order's are refused."""
    try:
        fields = json.loads(line)
        kind = _ORDERS[fields.pop("order")]
        if not all(_MAY_BE[name](value) for name, value in fields.items()):
            raise ValueError  # noqa: TRY301  # told as every other
        if "numbers" in fields:
            fields["numbers"] = tuple(fields["numbers"])
        return kind(**fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise OrderRefusedError("that is no order; is the command line as new as the engine?") from None


def write_answer(answer: Answer) -> bytes:
    """Write an answer as its line."""
    return f"{json.dumps(asdict(answer))}\n".encode()


def read_answer(line: bytes) -> Answer:
    """Read an answer. Raises `NoAnswerError` for anything else."""
    try:
        fields = json.loads(line)
        return Answer(bool(fields["is_done"]), tuple(fields["lines"]), fields["fields"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoAnswerError("the engine's answer cannot be read; is it as new as the command line?") from None
