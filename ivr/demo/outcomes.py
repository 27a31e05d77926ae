"""What may become of a call, as values, and the SIP status codes that say it.

Owns the vocabulary that telephones, calls and transfers share. Knows nothing that happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

BUSY: Final = 486
CANCELLED: Final = 487
DECLINED: Final = 603
NOT_ACCEPTABLE: Final = 488
TIMED_OUT: Final = 408
OK: Final = 200

By: TypeAlias = Literal["us", "them", "nobody"]


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was answered."""

    after_s: float  # since it began


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over."""

    by: By  # "nobody": the far end fell silent
    status: int  # of the INVITE: 200 after a talk, 487 cancelled, 486 busy, 603 declined, 408 nobody there
    after_s: float  # since it began
    talked_s: float | None  # since it was answered; None when it was not
    reason: str = ""  # the far end's `Reason` header


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Nothing came before the deadline."""

    within_s: float


@dataclass(frozen=True, slots=True)
class Transferred:
    """The server says that the far end is with the target now, or on its way there."""


@dataclass(frozen=True, slots=True)
class TransferRefused:
    """The server does not transfer the call; the talk goes on."""

    status: int  # of the REFER, or of what the server tried: 404 no such target, 603 not allowed


TransferOutcome: TypeAlias = Transferred | TransferRefused | TimedOut
