"""What AMI tells of callers who are handed over, translated into inputs.

Owns the reading of Asterisk's two transfer events: which of the channels is the caller's, who sent them and
where. Must not know sessions beyond the consulting call that becomes the caller's. Decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.consult import Target, read_target
from ivr.translator import endpoint_of
from routing.events import CallTransferred

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.ami.codec import Event as AmiEvent
    from ivr.consult import Consults
    from ivr.contact import Contact
    from routing.events import Input


class Transfers:
    """Tell of transfers. `targets` says what an extension leads to: extension → `queue:ID` or `officer:ID`.

    `release` is called with a contact whose caller rings an officer in what was a consulting call: what was
    armed for that call must not cut theirs.
    """

    def __init__(
        self,
        tell: Callable[[Input], bool],
        contacts: Mapping[str, Contact],
        targets: Mapping[str, str],
        consults: Consults,
        release: Callable[[str], None],
    ) -> None:
        self._tell = tell
        self._contacts = contacts
        self._targets = targets
        self._consults = consults
        self._release = release

    def take(self, event: AmiEvent) -> None:
        """Take a `BlindTransfer` or `AttendedTransfer`; one that failed changes nothing."""
        if event.get("Result") != "Success":
            return
        if event.name == "BlindTransfer":
            self._blind(event)
        else:
            self._attended(event)

    def _blind(self, event: AmiEvent) -> None:
        contact = self._contacts.get(event.get("TransfereeUniqueid") or "")
        target = read_target(self._targets.get(event.get("Extension") or "", ""))
        by = endpoint_of(event.get("TransfererChannel") or "")
        if contact is not None and target is not None:
            self._tell(CallTransferred(contact.id, by, target.kind, target.id, "blind"))

    def _attended(self, event: AmiEvent) -> None:
        """Find the caller on either side: a telephone may send its request in either of its calls."""
        sides = ("Transferee", "TransferTarget")
        caller = next((s for s in sides if event.get(f"{s}Uniqueid") in self._contacts), None)
        if caller is None:
            return
        contact = self._contacts[event.get(f"{caller}Uniqueid") or ""]
        by = endpoint_of(event.get("OrigTransfererChannel") or "")
        if event.get("DestType") == "Bridge":
            other = sides[1 - sides.index(caller)]
            officer = endpoint_of(event.get(f"{other}Channel") or "")
            self._tell(CallTransferred(contact.id, by, "officer", officer, "attended", answered=True))
        elif event.get("DestType") == "App":
            self._into_consult(event, contact, by)

    def _into_consult(self, event: AmiEvent, contact: Contact, by: str) -> None:
        """The consulting call had nobody at its other end yet: it is the caller's from now on."""
        legs = (event.get("OrigTransfererUniqueid") or "", event.get("SecondTransfererUniqueid") or "")
        consult = next((found for leg in legs if (found := self._consults.get(leg))), None)
        if consult is None:
            return
        target: Target = consult.target
        told = CallTransferred(contact.id, by, target.kind, target.id, "attended")
        if self._tell(told):
            if target.kind == "officer":
                self._release(contact.id)
            consult.become(contact.id)
