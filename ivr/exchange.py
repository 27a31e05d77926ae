"""Where inputs become facts: timed, decided on, journalled, and carried out.

Owns the one way into the event stream. Everything that learns of something (call sessions, the AMI
translator, the timer) says so by `happened`; the journal is written before any decision is acted
on. Runs in the event loop's thread and never waits.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, overload

from ivr.contact import Phase
from ivr.scribe import Scribe
from routing.events import (
    AgentAutoPaused,
    AgentOffered,
    CallEnded,
    CallerSentOn,
    FallbackAnswered,
    OfferAnswered,
    OfferWithdrawn,
    OfficerAnswered,
    TimerFired,
    WaitTold,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.clock import EngineClock
    from ivr.contact import Contact
    from ivr.core import Core
    from ivr.scribe import Journal
    from routing.events import Input


class Attached(Protocol):
    """A caller's session, as far as the exchange has something to tell it."""

    def task_changed(self) -> None:
        """The contact's task has changed while its caller waited."""
        ...

    def talk_began(self) -> None:
        """The agent has answered."""
        ...


class Exchange:
    """Pass inputs through the core, write them and their decisions down, wake who must act."""

    def __init__(
        self,
        core: Core,
        journal: Journal,
        clock: EngineClock,
        withdraw: Callable[[str], None],
        paused: Callable[[str], None] = lambda _: None,
        met: Callable[[Contact, float], None] = lambda *_: None,
    ) -> None:
        """Act by `withdraw`, which stops the telephone that rings for a contact.

        `paused` is told of an agent whom we have paused, `met` of a caller who talks with one and since when.
        """
        self.core = core
        self._scribe = Scribe(journal)
        self._clock = clock
        self._withdraw = withdraw
        self._paused = paused
        self._met = met
        self._attached: dict[str, Attached] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None

    def happened(self, event: Input) -> bool:
        """Record an input and act on what follows; return False when it was stale and changed nothing."""
        at = self._clock.now()
        decisions = self.core.step(at, event)
        if decisions is None:
            return False
        self._scribe.write(at, [event, *decisions])
        if (
            isinstance(event, OfferAnswered | OfficerAnswered)
            and (session := self._attached.get(event.contact)) is not None
        ):
            session.talk_began()
        if isinstance(event, OfferAnswered | FallbackAnswered):
            self._met(self.core.contacts[event.contact], at)
        # The session of whoever did something goes on to its next task by itself.
        told_by = getattr(event, "contact", None)
        for decision in decisions:
            match decision:
                case AgentOffered(contact) | CallEnded(contact):
                    self._wake(contact)
                case WaitTold(contact) | CallerSentOn(contact) if contact != told_by:
                    self._wake(contact)
                case OfferWithdrawn(contact):
                    self._withdraw(contact)
                case AgentAutoPaused(agent):
                    self._paused(agent)
                case _:
                    pass  # the rest is for the log, or for the session that told us
        self._set_timer(at)
        return True

    def now(self) -> float:
        """Return the engine's time, UTC seconds."""
        return self._clock.now()

    @overload
    def of_wall(self, wall_s: float) -> float: ...
    @overload
    def of_wall(self, wall_s: None) -> None: ...

    def of_wall(self, wall_s: float | None) -> float | None:
        """Return the engine's time for a UTC second of Asterisk's, which is the machine's; None for none."""
        return None if wall_s is None else self._clock.of_wall(wall_s)

    def attach(self, contact: str, session: Attached) -> None:
        """Let this session hear of its contact, in place of an earlier one."""
        self._attached[contact] = session

    def detach(self, contact: str, session: Attached) -> None:
        """Forget the session; the contact itself goes on until its true end.

        A caller whom the dialplan has brought back may have another session by now, which stays.
        """
        if self._attached.get(contact) is session:
            del self._attached[contact]

    def is_attached(self, contact: str) -> bool:
        """Tell whether the contact has a session."""
        return contact in self._attached

    def rings(self) -> bool:
        """Tell whether any telephone rings for a caller whom we have."""
        return any(
            contact.phase is Phase.HANDED or (contact.phase is Phase.OFFERED and contact.id in self._attached)
            for contact in self.core.contacts.values()
        )

    def close(self) -> None:
        """Stop the timer, and let the journal have what it could not take before."""
        self._stop_timer()
        self._scribe.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self, contact: str) -> None:
        if (session := self._attached.get(contact)) is not None:
            session.task_changed()

    def _set_timer(self, now: float) -> None:
        due = self.core.next_due()
        if due == self._timer_at:
            return
        self._stop_timer()
        self._timer_at = due
        if due is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, due - now), self._timer_fired)

    def _timer_fired(self) -> None:
        due, self._timer_at, self._timer = self._timer_at, None, None
        if due is not None and self._clock.now() < due:  # the loop's clock is coarser than ours
            self._timer_at = due
            self._timer = asyncio.get_running_loop().call_later(0.001, self._timer_fired)
            return
        self.happened(TimerFired())
