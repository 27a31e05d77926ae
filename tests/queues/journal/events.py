"""Any event there is, built from the event classes themselves: a new class needs nothing here."""

from __future__ import annotations

from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from routing.events import DECISIONS, INPUTS, Event, Recorded

TIMES = st.floats(min_value=0, max_value=2**33)


def field_values(hint: Any) -> st.SearchStrategy[Any]:
    """Draw what a field with this annotation may hold."""
    parts = get_args(hint)
    if hint is str:
        return st.text(max_size=20)
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(-(2**53), 2**53)
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, tuple) and hint is not tuple:
        fields: Any = hint
        hints = get_type_hints(hint)
        return st.tuples(*(field_values(hints[field]) for field in fields._fields)).map(fields._make)
    if get_origin(hint) is Literal:
        return st.sampled_from(parts)
    if get_origin(hint) is tuple:
        return st.lists(field_values(parts[0]), max_size=3).map(tuple)
    if NoneType in parts:
        return st.one_of(st.none(), *(field_values(part) for part in parts if part is not NoneType))
    raise TypeError(hint)


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Draw events of one class."""
    hints = get_type_hints(kind)
    return st.tuples(*(field_values(hints[field]) for field in kind._fields)).map(kind._make)


EVENTS: st.SearchStrategy[Event] = st.sampled_from((*INPUTS, *DECISIONS)).flatmap(events_of)
RECORDED: st.SearchStrategy[Recorded] = st.builds(Recorded, st.integers(1, 2**53), TIMES, EVENTS)
