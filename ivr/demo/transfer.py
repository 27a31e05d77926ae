"""A REFER under way: what it asks for, and what the server tells of it (RFC 3515, RFC 3891).

Owns the Refer-To of an attended transfer and the meaning of the server's news. Knows no calls: who sends the
REFER, and who gets the NOTIFYs, is `ivr.demo.call`'s matter.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from ivr.demo import sip
from ivr.demo.errors import MalformedMessageError
from ivr.demo.outcomes import TimedOut, Transferred, TransferRefused
from ivr.demo.transactions import FIRST_FAILURE, FIRST_FINAL

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ivr.demo.dialog import Dialog
    from ivr.demo.outcomes import TransferOutcome


def refer_to(other: Dialog) -> str:
    """Return the Refer-To that asks for our side of `other` to be replaced."""
    return f"<{sip.address_uri(other.remote)}?Replaces={quote(other.replaces, safe='')}>"


class Referral:
    """One REFER: over when the server has refused it, or has told a final status."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._outcome: Transferred | TransferRefused | None = None

    async def outcome(self, answer: Awaitable[sip.Response | None], within_s: float) -> TransferOutcome:
        """Wait for what becomes of it; `answer` is the REFER's own final response."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                final = await answer
                if final is not None and final.status >= FIRST_FAILURE:
                    return TransferRefused(final.status)
                await self._told.wait()  # 202 only says that news will come
        return self._outcome or TimedOut(within_s)

    def told(self, fragment: bytes) -> None:
        """Take the body of a NOTIFY: the status line of what the server does (RFC 3420)."""
        try:
            news = sip.parse(fragment.rstrip(b"\r\n") + b"\r\n\r\n")
        except MalformedMessageError:
            return
        if isinstance(news, sip.Response) and news.status >= FIRST_FINAL:
            refused = news.status >= FIRST_FAILURE
            self._outcome = TransferRefused(news.status) if refused else Transferred()
            self._told.set()
