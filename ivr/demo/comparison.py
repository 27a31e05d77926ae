"""What the callers saw against what the call log says: who was lost.

Owns the definition of a lost call: a call without exactly one closed contact, or one that we cut off.
Reads the call log as anybody does, through its database.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.demo.citizen_log import CitizenEnd
from queues.calllog.readings import list_contacts
from routing.events import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.demo.citizen_log import CitizensReport
    from ivr.demo.stand import Stand
    from queues.calllog.readings import ContactRecord

FOLLOWED_S = 10.0  # the call log may be so far behind the calls in the end; it is .5 s behind usually
LOOK_S = 0.2
EVERY_CONTACT = 1_000_000

# Outcomes after which it is for us to hang up.
SERVED = frozenset(
    {
        Outcome.ANSWERED,
        Outcome.SELF_SERVED,
        Outcome.OUT_OF_HOURS,
        Outcome.CONNECTED_DIRECTLY,
        Outcome.OVERFLOWED,  # they were told what to do instead
    }
)
_PLACED = frozenset(CitizenEnd) - {CitizenEnd.NOT_PLACED}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts of calls, as the callers saw them."""

    placed: int
    without_one_contact: int  # none, several, or one that is not closed
    cut_off: int  # we hung up on somebody who had not been served

    @property
    def lost(self) -> int:
        """How many callers were lost."""
        return self.without_one_contact + self.cut_off

    def as_json(self) -> dict[str, int]:
        """Return the counts by name."""
        return {
            "lost": self.lost,
            "phoned": self.placed,
            "lost_without_contact": self.without_one_contact,
            "lost_cut_off": self.cut_off,
        }


async def compare(report: CitizensReport, stand: Stand) -> Comparison:
    """Compare the citizens' report with the call log, giving the follower time to catch up."""
    pseudonyms = [stand.pseudonym(call.caller) or "" for call in report.calls]
    deadline = time.monotonic() + FOLLOWED_S
    while True:
        found = _compare(report, pseudonyms, _by_caller(stand))
        if not found.lost or time.monotonic() > deadline:
            return found
        await asyncio.sleep(LOOK_S)


def _by_caller(stand: Stand) -> Mapping[str, Sequence[ContactRecord]]:
    contacts: dict[str, list[ContactRecord]] = defaultdict(list)
    for record in list_contacts(stand.settings.database_url, limit=EVERY_CONTACT):
        contacts[record.caller or ""].append(record)
    return contacts


def _compare(
    report: CitizensReport, pseudonyms: Sequence[str], contacts: Mapping[str, Sequence[ContactRecord]]
) -> Comparison:
    placed = without = cut_off = 0
    for call, pseudonym in zip(report.calls, pseudonyms, strict=True):
        if call.end not in _PLACED:
            continue
        placed += 1
        own = contacts.get(pseudonym, ())
        if len(own) != 1 or own[0].outcome is None:
            without += 1
        elif call.end is not CitizenEnd.LEFT and own[0].outcome not in SERVED:
            cut_off += 1
    return Comparison(placed, without, cut_off)
