"""What the people of the tests see: callers' calls and the rings at agents' telephones, kept for the ledger.

Owns the watching of `Caller`s, crowds of SIPp's and telephones. Knows nothing of engine, journal or log.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.demo import sip
from ivr.demo.citizen_log import CitizenEnd
from ivr.demo.citizens import Crowd
from ivr.demo.outcomes import Ended
from tests.system.books import CallSeen, RingSeen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.demo.call import Call
    from ivr.demo.citizen_log import CitizensReport
    from ivr.demo.telephone import Telephone
    from tests.system.caller import Caller

_ANSWERED = (CitizenEnd.LEFT, CitizenEnd.CUT_OFF, CitizenEnd.FAILED, CitizenEnd.UNFINISHED)


class SeenCrowd(Crowd):
    """A crowd whose report outlives its files."""

    report: CitizensReport | None = None

    @property
    def withheld(self) -> frozenset[str]:
        """The numbers that were not told."""
        return frozenset(citizen.caller for citizen in self._citizens if citizen.withheld)

    async def close(self) -> None:
        """End SIPp, and keep what it wrote."""
        if self._folder is not None:
            self.report = self.so_far()
        await super().close()


@dataclass(slots=True)
class _Ring:
    agent: str
    caller: str
    at: float
    call: Call | None  # None: turned away


@dataclass(slots=True)
class Seen:
    """What was seen since the ledger last balanced."""

    callers: list[Caller] = field(default_factory=list)
    crowds: list[SeenCrowd] = field(default_factory=list)
    _rings: list[_Ring] = field(default_factory=list)

    def watch(self, *telephones: Telephone) -> None:
        """Keep every INVITE that comes to these telephones."""
        for telephone in telephones:
            agent = telephone.account.user
            telephone.on_invite = lambda request, call, agent=agent: self._rings.append(  # type: ignore[misc]
                _Ring(agent, _user_of(request), time.time(), call)
            )

    def calls(self) -> list[CallSeen]:
        """Return every call that was answered, as its caller saw it."""
        return [*self._by_telephone(), *self._by_sipp()]

    async def rings(self) -> list[RingSeen]:
        """Return every ring."""
        seen = []
        for ring in self._rings:
            ended = None if ring.call is None else await ring.call.ended(0.0)
            talked_s = ended.talked_s if isinstance(ended, Ended) else None
            seen.append(RingSeen(ring.agent, ring.caller, ring.at, talked_s))
        return seen

    def forget(self) -> None:
        """Begin anew."""
        self.callers.clear()
        self.crowds.clear()
        self._rings.clear()

    def _by_telephone(self) -> Iterator[CallSeen]:
        for caller in self.callers:
            if caller.began_at:
                yield CallSeen(caller.number, caller.began_at, caller.ended_at, caller.was_cut_off)

    def _by_sipp(self) -> Iterator[CallSeen]:
        for crowd in self.crowds:
            for call in crowd.report.calls if crowd.report is not None else ():
                if call.end in _ANSWERED and call.placed_at is not None and call.connected:
                    yield CallSeen(
                        call.caller,
                        call.placed_at,
                        call.ended_at,
                        call.end is CitizenEnd.CUT_OFF,
                        call.caller in crowd.withheld,
                    )


def _user_of(request: sip.Request) -> str:
    """Return the user of an INVITE's From, if it is a number."""
    user = sip.address_uri(request.headers.get("From") or "").removeprefix("sip:").partition("@")[0]
    return user if user.removeprefix("+").isdecimal() else ""
