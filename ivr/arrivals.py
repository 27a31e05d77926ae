"""A caller's arrival, read from what Asterisk tells when the AGI session opens.

Owns which number (folder of menus) was called and who calls, as a pseudonym. The caller's number in
clear goes no further than this file.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, NamedTuple

from ivr.agi.errors import RemoteProtocolError
from ivr.consult import Target, read_target
from ivr.fallback import seconds_of
from ivr.installation import default_number
from ivr.numbers import Known, NumberPlan, Pseudonyms
from ivr.translator import endpoint_of
from routing.events import CallArrived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.agi.request import AgiRequest
    from ivr.menu.number import Number
    from ivr.settings import Settings

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
UNREAD = "unknown"  # the called number when the network told nothing that can be read


class Entry(NamedTuple):
    """A caller's session as it opens: who it is, and what the channel has kept of an earlier one."""

    arrival: CallArrived
    phase: str  # of the dialplan; empty in a call's first session
    queue: str | None
    since: float | None
    target: Target | None  # where somebody has sent the caller
    sent_by: str | None  # the telephone, where the channel knows it


class Arrivals:
    """Read arrivals for these numbers. A called number that none names goes to the default number.

    Raises `ConfigurationError` when the default number is none of them.
    """

    def __init__(self, numbers: Sequence[Number], settings: Settings, pseudonym_key: bytes) -> None:
        self._plan = NumberPlan(settings.region, settings.area)
        self._pseudonyms = Pseudonyms(pseudonym_key)
        self._settings = settings
        self.change(numbers)

    def change(self, numbers: Sequence[Number]) -> None:
        """Go by these numbers from now on. Raises `ConfigurationError` as the beginning does."""
        self._folders = {called: number.id for number in numbers for called in number.called}
        self._queues = frozenset(queue for number in numbers for queue in number.queues)
        self._groups = {
            (number.id, telephone): group.id
            for number in numbers
            for group in number.callers.values()
            for telephone in group.numbers
        }
        self._default = default_number(self._settings, numbers).id

    def read(self, request: AgiRequest) -> Entry:
        """Read the arrival of the caller whom `request` tells of.

        The dialplan's AGI arguments are: called number, case, presentation of the caller's number, phase; the
        place that the channel has kept: queue and UTC second; where it was sent, and by which channel.
        Raises `RemoteProtocolError` for ids that are none of Asterisk's.
        """
        called, case, presentation, phase, queue, since, target, sender = (*request.arguments, *[""] * 8)[:8]
        contact = case or request.uniqueid
        if _ID.fullmatch(contact) is None or _ID.fullmatch(request.uniqueid) is None:
            # AGI has no password; AMI takes some texts for more than one channel.
            raise RemoteProtocolError("AGI request: got an id of a call that Asterisk does not make")
        arrival = self._arrival(contact, request.uniqueid, called, (request.callerid or "", presentation))
        place = queue if queue in self._queues else None
        return Entry(
            arrival, phase, place, seconds_of(since), read_target(target), endpoint_of(sender) or None
        )

    def learned(self, case: str, called: str, caller: tuple[str, str] | None, when: float) -> CallArrived:
        """Make the arrival of a call that Asterisk alone has taken, at UTC second `when`.

        `caller` is the number and its presentation, as Asterisk has them; None when nobody can tell any more.
        """
        return self._arrival(case, case, called, caller)._replace(when=when)

    def _arrival(
        self, contact: str, channel: str, called_text: str, caller: tuple[str, str] | None
    ) -> CallArrived:
        called = self._plan.e164(called_text) or UNREAD
        number = self._folders.get(called)
        if number is None:
            # Not shown: a number that is not the municipality's may be somebody's own.
            log.warning("no folder of menus names the called number; using %s", self._default)
            number = self._default
        if caller is None:
            return CallArrived(contact, channel, number, called, None, "unreadable")
        known = self._plan.caller(*caller)
        pseudonym, kind = self._pseudonyms.of(known)
        group = self._groups.get((number, known.e164), "") if isinstance(known, Known) else ""
        return CallArrived(contact, channel, number, called, pseudonym, kind, group=group)
