"""A caller's arrival, read from what Asterisk tells when the AGI session opens.

Owns which number (folder of menus) was called and who calls, as a pseudonym. The caller's number in
clear goes no further than this file.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ivr.installation import default_number
from ivr.numbers import NumberPlan, Pseudonyms
from routing.events import CallArrived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.agi.request import AgiRequest
    from ivr.menu.number import Number
    from ivr.settings import Settings

log = logging.getLogger(__name__)

UNREAD = "unknown"  # the called number when the network told nothing that can be read


class Arrivals:
    """Read arrivals for these numbers. A called number that none names goes to the default number.

    Raises `ConfigurationError` when the default number is none of them.
    """

    def __init__(self, numbers: Sequence[Number], settings: Settings, pseudonym_key: bytes) -> None:
        self._plan = NumberPlan(settings.region, settings.area)
        self._pseudonyms = Pseudonyms(pseudonym_key)
        self._folders = {called: number.id for number in numbers for called in number.called}
        self._default = default_number(settings, numbers).id

    def read(self, request: AgiRequest) -> CallArrived:
        """Read the arrival of the caller whom `request` tells of.

        The dialplan's AGI arguments are: called number, case, presentation of the caller's number, phase.
        """
        called_text, case, presentation, _phase = (*request.arguments, "", "", "", "")[:4]
        called = self._plan.e164(called_text) or UNREAD
        number = self._folders.get(called)
        if number is None:
            # Not shown: a number that is not the municipality's may be somebody's own.
            log.warning("no folder of menus names the called number; using %s", self._default)
            number = self._default
        caller, kind = self._pseudonyms.of(self._plan.caller(request.callerid or "", presentation))
        return CallArrived(case or request.uniqueid, request.uniqueid, number, called, caller, kind)
