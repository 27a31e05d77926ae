"""What can come of a command of a call: typed outcomes in closed unions.

Owns the values that the session returns. They are not errors: a caller who hangs up or says nothing is
the ordinary case. Must not know the wire. Keyed digits stay out of every repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Digits:
    """The caller keyed these, of `0-9*#A-D`. Empty when only `#` ended the collection."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The wait ended by itself; `digits` were keyed before it did, too few to be an answer."""

    digits: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class HungUp:
    """This session has lost its caller: hung up, taken elsewhere by a transfer, or Asterisk closed it.

    It never closes a contact: a transferred caller comes back in a session of its own.
    """


@dataclass(frozen=True, slots=True)
class Interrupted:
    """`interrupt()` ended the wait, not the caller."""


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The prompt was played to its end."""


@dataclass(frozen=True, slots=True)
class PromptMissing:
    """Asterisk could not play the sound `name`, and the caller is still there."""

    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """Asterisk did it."""


@dataclass(frozen=True, slots=True)
class Executed:
    """The application ended with `result`; -1 does not prove that the caller has gone: see `hung_up`."""

    result: int


class ChannelState(IntEnum):
    """Asterisk's numbers for what a channel is doing."""

    DOWN_AVAILABLE = 0
    DOWN_RESERVED = 1
    OFF_HOOK = 2
    DIALLED = 3
    RINGING_OUT = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALLING_OFF_HOOK = 8
    PRERING = 9


Collected: TypeAlias = Digits | TimedOut | HungUp | PromptMissing
Streamed: TypeAlias = PromptEnded | Digits | HungUp | PromptMissing
Waited: TypeAlias = Digits | TimedOut | HungUp | Interrupted
Completed: TypeAlias = Done | HungUp

HUNG_UP = HungUp()
INTERRUPTED = Interrupted()
PROMPT_ENDED = PromptEnded()
NOTHING_KEYED = TimedOut()
DONE = Done()
