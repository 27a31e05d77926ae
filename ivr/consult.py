"""An agent's own call to a queue or an officer, until it ends or becomes a caller's.

Owns the AGI session of such a call, and which of them are under way. A telephone that hands a caller over by
it is replaced by the caller within the session, without a word from AGI: AMI tells, and the case that the
channel then has. Decides nothing about callers.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

from ivr.agi.outcomes import HungUp
from ivr.contact import OFFICER_RING_S
from ivr.dead_man import RENEWAL_S, SILENCE_S, STEP_MARGIN_S
from ivr.ring import DialRing
from routing.events import CallTransferred, ConsultBegan, ConsultEnded

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.agi.session import AgiSession
    from ivr.contact import Contact
    from ivr.exchange import Exchange
    from ivr.ring import Rung
    from routing.events import TargetKind

BECOMING_S = 1.0  # measured: 1 ms
BECOMING_LOOK_S = 0.005
JUST_ENDED_S = 1.0  # a handing over may be told so much later than the consulting call's end

log = logging.getLogger(__name__)


class Target(NamedTuple):
    """Where an agent's call leads, or a caller is sent."""

    kind: TargetKind
    id: str


def read_target(text: str) -> Target | None:
    """Read what the dialplan says: `queue:ID` or `officer:ID`."""
    kind, _, name = text.partition(":")
    if kind == "queue" and name:
        return Target("queue", name)
    return Target("officer", name) if kind == "officer" and name else None


class ConsultSession:
    """One consulting call. `run` returns the contact whose session this has become, and how Dial ended."""

    def __init__(
        self, exchange: Exchange, session: AgiSession, agent: str, target: Target, ami: Callable[[], bool]
    ) -> None:
        self.agent = agent
        self.target = target
        self._exchange = exchange
        self._session = session
        self._has_ami = ami
        self._becomes: str | None = None

    async def run(self) -> tuple[Contact, Rung | None] | None:
        """Serve the call until it ends, or until it is the caller's."""
        contact = self._exchange.core.with_agent(self.agent)
        if contact is not None:
            began = ConsultBegan(contact.id, self.agent, self.target.kind, self.target.id)
            self._exchange.happened(began)
        rung: Rung | None = None
        if self.target.kind == "queue":
            await self._wait()
        else:
            rung = await self._ring()
        case = await self._settled_case()
        if case is None:
            if contact is not None:
                self._exchange.happened(ConsultEnded(contact.id, self.agent))
            return None
        # Usually AMI has told; without it, the channel's case is how we know.
        told = CallTransferred(case, self.agent, self.target.kind, self.target.id, "attended")
        self._exchange.happened(told)
        caller = self._exchange.core.contacts.get(case)
        return None if caller is None else (caller, rung)

    def become(self, contact: str) -> None:
        """Hear that the telephone has handed this caller over: the session is the caller's from now on."""
        self._becomes = contact
        self._session.interrupt()

    async def _wait(self) -> None:
        """Keep a place beside the queue, under music: whoever is handed over gets a place in it."""
        await self._session.execute("MSet", f"TIMEOUT(absolute)={SILENCE_S}")
        await self._session.set_music(on=True)
        while self._becomes is None:
            if isinstance(await self._session.wait_for_digit(RENEWAL_S), HungUp):
                return
            if self._becomes is None and await self._case() is not None:
                return
            if self._becomes is None:
                await self._session.execute("Set", f"TIMEOUT(absolute)={SILENCE_S}")

    async def _ring(self) -> Rung:
        """Ring the officer.

        What is armed here goes on for a caller who is handed over meanwhile, and would cut their talk: AMI
        then tells us to take it back. Without AMI nothing is armed.
        """
        switch_s = OFFICER_RING_S + STEP_MARGIN_S if self._has_ami() else 0
        await self._session.execute("MSet", f"TIMEOUT(absolute)={switch_s:.0f}")
        return await DialRing(self._session).ring(self.target.id, OFFICER_RING_S, lambda: False)

    async def _settled_case(self) -> str | None:
        """Return whose case the channel has, once that is settled.

        AMI tells of the handing over before it is done. Until it is, the channel is still the telephone's,
        and what we did on it would be done twice if the telephone's end overtakes it: the caller then stays
        where they are, in their own session.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + BECOMING_S
        while not self._session.hung_up:
            case = await self._case()
            if case is not None or self._becomes is None or loop.time() > deadline:
                return case
            await asyncio.sleep(BECOMING_LOOK_S)
        return None

    async def _case(self) -> str | None:
        """Return the case of the channel: a telephone of ours has none, a caller has."""
        return await self._session.get_variable("VAXEL_CASE") or None


class Consults:
    """The consulting calls that are under way or ended a moment ago, by their channels' unique ids."""

    def __init__(self) -> None:
        self._calls: dict[str, ConsultSession] = {}
        self._ended_at: dict[str, float] = {}  # channel -> the loop's time, the oldest first

    def begin(self, channel: str, consult: ConsultSession) -> None:
        """Know a call."""
        self._calls[channel] = consult

    def end(self, channel: str) -> None:
        """Take a call for ended; for a moment it may still turn out to have handed a caller over."""
        self._forget_old()
        self._ended_at[channel] = asyncio.get_running_loop().time()

    def get(self, channel: str) -> ConsultSession | None:
        """Return the call of that channel."""
        return self._calls.get(channel)

    def of(self, agent: str) -> bool:
        """Tell whether the agent has a consulting call, or had one a moment ago."""
        self._forget_old()
        return any(consult.agent == agent for consult in self._calls.values())

    def _forget_old(self) -> None:
        horizon = asyncio.get_running_loop().time() - JUST_ENDED_S
        for channel, ended_at in list(self._ended_at.items()):
            if ended_at > horizon:
                return
            del self._ended_at[channel]
            self._calls.pop(channel, None)
