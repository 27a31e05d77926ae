"""A telephone's registration: made, refreshed at half its life, taken back (RFC 3261 section 10).

Owns one binding at one server. Knows no calls.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from ivr.demo import sip
from ivr.demo.outcomes import OK, TimedOut

if TYPE_CHECKING:
    from ivr.demo.dialog import Fields, Line

RETRY_S: Final = 5.0  # after a refresh that failed: soon, for the server may be starting again


@dataclass(frozen=True, slots=True)
class Registered:
    """The server knows where we are; `expires_s` is 0 when it has agreed to forget it."""

    expires_s: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The server would not: 401 or 403 wrong password, 404 unknown user."""

    status: int


Outcome: TypeAlias = Registered | Refused | TimedOut


class Registration:
    """One contact's binding."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._call_id = secrets.token_hex(10)
        self._tag = secrets.token_hex(5)
        self._sequence = 0
        self.is_made = False

    async def make(self, within_s: float, expires_s: int) -> Outcome:
        """Register for so long; 0 takes the binding back."""
        try:
            async with asyncio.timeout(within_s):
                final = await self._line.ask(
                    lambda auth: self._request(expires_s, auth), self._line.account.server
                )
        except TimeoutError:
            return TimedOut(within_s)
        if final is None:
            return TimedOut(within_s)
        self.is_made = final.status == OK and expires_s > 0
        return Registered(_granted(final, expires_s)) if final.status == OK else Refused(final.status)

    async def keep(self, granted_s: int, asked_s: int, within_s: float) -> None:
        """Refresh for ever: at half the granted time, and soon again after a failure."""
        wait_s = granted_s / 2
        while True:
            await asyncio.sleep(wait_s)
            match await self.make(within_s, asked_s):
                case Registered(expires_s=granted):
                    wait_s = granted / 2
                case _:
                    self.is_made = False
                    wait_s = RETRY_S

    def _request(self, expires_s: int, auth: Fields) -> sip.Request:
        self._sequence += 1
        account = self._line.account
        fields: Fields = (
            ("From", f"<{account.uri}>;tag={self._tag}"),
            ("To", f"<{account.uri}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._sequence} REGISTER"),
            ("Contact", self._line.contact),
            ("Expires", str(expires_s)),
            *auth,
        )
        return self._line.request("REGISTER", f"sip:{account.server[0]}:{account.server[1]}", fields)


def _granted(final: sip.Response, asked_s: int) -> int:
    """Read how long the server keeps us: the contact's own parameter, or the Expires header."""
    if asked_s == 0:
        return 0
    for contact in final.headers.listed("Contact"):
        if (expires := sip.parameter(contact, "expires")) and expires.isdecimal():
            return int(expires)
    said = final.headers.get("Expires") or ""
    return int(said) if said.isdecimal() else asked_s
