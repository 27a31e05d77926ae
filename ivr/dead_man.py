"""The dead-man's switch of one caller's session: Asterisk takes the caller back from an engine that hangs.

Owns how long the switch is set for, and its renewal while a step lasts longer. Knows no menu and no agent.

`TIMEOUT(absolute)` is set before each step. A step that is over soon sets it past its own end. A longer one
(a long text, a ringing telephone) cannot set it anew itself: AGI takes no command meanwhile, so AMI does.
Without AMI the switch is set past the step's end, however long that is.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ivr.agi.session import AgiSession
    from ivr.contact import Phase

# A caller whose engine hangs is out after SILENCE_S at the latest, is offered to the engine once more for two
# seconds, and is with Asterisk's own queue after 14 s of the 15 that we promise.
SILENCE_S = 12
RENEWAL_S = 8.0  # 2,000 waiting callers renew 250 times a second
STEP_MARGIN_S = 5.0  # past a step's own end

# What the dialplan counts while it asks an engine that does not answer, and where and by whom the caller was
# sent: over once we speak to the channel.
_ANSWERED = "VAXEL_ASKING=,VAXEL_TRIES=0,VAXEL_TARGET=,BLINDTRANSFER="


class Renewals(Protocol):
    """Who can set the switch while the session is busy."""

    def can_set(self) -> bool:
        """Tell whether `set` would reach Asterisk now."""
        ...

    def set(self, channel: str, after_s: int) -> None:
        """Let the channel's switch fire after so many seconds; 0: never."""
        ...


class DeadManSwitch:
    """The switch of one session."""

    __slots__ = ("_asked", "_channel", "_renewals", "_renewed", "_session", "_timer")

    def __init__(self, session: AgiSession, channel: str, renewals: Renewals) -> None:
        self._session = session
        self._channel = channel  # not the session's: a consulting telephone's may have become a caller's
        self._renewals = renewals
        self._timer: asyncio.TimerHandle | None = None
        self._renewed = False  # by AMI, since it was set last
        self._asked = True  # the dialplan counts: nothing was said to the channel yet

    async def arm(self, phase: Phase, lasts_s: float, variables: str = "") -> None:
        """Set the switch and the phase before a step that lasts at most `lasts_s` seconds.

        `variables` are set with it, as `MSet` takes them: `NAME=value,NAME=value`.
        """
        self.release()
        self._renewed = False
        switch_s = lasts_s + STEP_MARGIN_S
        if switch_s > SILENCE_S and self._renewals.can_set():
            switch_s = SILENCE_S
            self._timer = asyncio.get_running_loop().call_later(RENEWAL_S, self._renew)
        settings = f"VAXEL_PHASE={phase},TIMEOUT(absolute)={switch_s:.0f}"
        if variables:
            settings = f"{settings},{variables}"
        if self._asked:
            settings = f"{settings},{_ANSWERED}"
            self._asked = False
        await self._session.execute("MSet", settings)

    async def renew(self) -> None:
        """Set the switch anew while the caller waits."""
        await self._session.execute("Set", f"TIMEOUT(absolute)={SILENCE_S}")

    def release(self) -> None:
        """Renew no more: the step is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def disarm(self) -> None:
        """Switch off: a talk has begun, which nothing may cut.

        The dialplan has done so at the answer; only a renewal that crossed it has to be taken back.
        """
        self.release()
        if self._renewed:
            self._renewed = False
            self._renewals.set(self._channel, 0)

    def _renew(self) -> None:
        self._renewed = True
        self._renewals.set(self._channel, SILENCE_S)
        self._timer = asyncio.get_running_loop().call_later(RENEWAL_S, self._renew)
