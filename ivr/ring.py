"""The port `ring(agent)`: how an agent's telephone is rung for a caller who waits.

Owns the words of the port and its one adapter of today, `EXEC Dial` in the caller's own AGI session.
Nothing above the port knows how the telephones are reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from routing.events import OfferFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.agi.session import AgiSession

# The dialplan's subroutine that stops the dead-man's switch for the talk and sets VAXEL_PHASE to talking.
ON_ANSWER = "vaxel-onanswer"

CALL_REJECTED = "21"  # Q.850; Asterisk calls a declined call CHANUNAVAIL, as if the telephone were away

# Dial's options: g goes on when the agent hangs up, m plays music while it rings, t lets the agent hand the
# caller over by keys, U runs ON_ANSWER on the agent's channel before the two are connected.
_DIAL_OPTIONS = f"gmtU({ON_ANSWER})"

_FAILURES: Mapping[str, OfferFailure] = {
    "NOANSWER": OfferFailure.NO_ANSWER,
    "BUSY": OfferFailure.BUSY,
    "CONGESTION": OfferFailure.UNREACHABLE,
    "CHANUNAVAIL": OfferFailure.UNREACHABLE,
    "CANCEL": OfferFailure.CALLER_GONE,
}


@dataclass(frozen=True, slots=True)
class Talked:
    """The agent answered, and the agent ended the talk: the caller is still there."""


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """No talk came of it; the caller is still there."""

    cause: OfferFailure


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's session ended while ringing or talking: the contact's end is told elsewhere."""


Rung: TypeAlias = Talked | NotAnswered | CallerGone


class RingPort(Protocol):
    """Whatever can ring an agent's telephone for a caller."""

    async def ring(self, agent: str, ring_s: float, is_over: Callable[[], bool]) -> Rung:
        """Ring `agent` for at most `ring_s` seconds; return when the talk or the attempt is over.

        `is_over` says whether a talk is known to have come of it and to be over.
        """
        ...


class DialRing:
    """Ring through `EXEC Dial` in the caller's session. The agent's id is the telephone's endpoint."""

    def __init__(self, session: AgiSession) -> None:
        self._session = session

    async def ring(self, agent: str, ring_s: float, is_over: Callable[[], bool]) -> Rung:
        """Ring the endpoint `agent` until talk or attempt is over; ask Asterisk which, if need be."""
        session = self._session
        await session.execute("Dial", f"PJSIP/{agent},{ring_s:.0f},{_DIAL_OPTIONS}")
        if session.hung_up:
            return CallerGone()
        if is_over():
            return Talked()
        status = await session.get_variable("DIALSTATUS")
        if status is None or session.hung_up:
            return CallerGone()
        if status == "ANSWER":
            return Talked()
        if status == "CHANUNAVAIL" and await session.get_variable("HANGUPCAUSE") == CALL_REJECTED:
            return NotAnswered(OfferFailure.DECLINED)
        return NotAnswered(_FAILURES.get(status, OfferFailure.UNREACHABLE))
