"""What happens in a call, as the telephone tells whoever shows it or writes it down.

Owns these values. `at_s`: seconds since the call was answered. Keys stay out of every repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from ivr.prompts import Said

# The telephone itself hangs up when a caller who does nothing more has come to a queue.
EndedBy: TypeAlias = Literal["exchange", "caller", "telephone"]


@dataclass(frozen=True, slots=True)
class Served:
    """The engine serves the call, by this version of the number's menus."""

    number: str
    version: str
    called: str  # E.164, as the engine read it


@dataclass(frozen=True, slots=True)
class Begun:
    """Something begins to be said."""

    at_s: float
    said: Said


@dataclass(frozen=True, slots=True)
class Spoken:
    """What began at `at_s` has been said; `said` has only what was heard of it, when `is_cut`."""

    at_s: float
    said: Said
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """The caller was asked, and pressed nothing for so long."""

    at_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed a key."""

    at_s: float
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MusicBegan:
    """The caller hears music while they wait."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Remarked:
    """The engine, or a department's script, tells something that callers do not hear."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class QueueEntered:
    """The call has come to a queue, where the caller waits."""

    at_s: float
    queue: str


@dataclass(frozen=True, slots=True)
class OfficerRung:
    """An officer's telephone would ring now."""

    at_s: float
    officer: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. `ends`: what it counts as, when the exchange has ended it."""

    at_s: float
    by: EndedBy
    ends: str = ""


Happening: TypeAlias = (
    Served | Begun | Spoken | Silent | Pressed | MusicBegan | Remarked | QueueEntered | OfficerRung | Ended
)
