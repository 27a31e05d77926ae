"""What Asterisk tells by AMI, translated into inputs of our own words.

Owns the reading of AMI events and device states, and which channels belong to which contact. It may
tell the same thing that a call session tells, before or after it: the core takes the first and
calls the second stale. Must not decide anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.contact import Phase
from routing.events import (
    AgentStateChanged,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    FallbackAnswered,
    OfferAnswered,
    OfficerAnswered,
    TalkEnded,
    TelephoneState,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ivr.ami.codec import Event as AmiEvent
    from ivr.ami.snapshots import ChannelSnapshot
    from ivr.contact import Contact
    from ivr.transfers import Transfers
    from routing.events import Input

DEVICE = "PJSIP/"  # how Asterisk names a telephone's device and begins the names of its channels
LOST = "lost"  # the phase of a caller whom the dialplan let go because no engine served them
REMEMBERED_CHANNELS = 1_000  # channels that ended unknown to us; a session of one of them follows within ms

_STATES: Mapping[str, TelephoneState] = {
    "NOT_INUSE": TelephoneState.FREE,
    "RINGING": TelephoneState.RINGING,
    "INUSE": TelephoneState.BUSY,
    "RINGINUSE": TelephoneState.BUSY,
    "BUSY": TelephoneState.BUSY,
    "ONHOLD": TelephoneState.BUSY,
    "UNAVAILABLE": TelephoneState.UNREACHABLE,
    "INVALID": TelephoneState.UNREACHABLE,
    "UNKNOWN": TelephoneState.UNREACHABLE,
}


def endpoint_of(channel: str) -> str:
    """Return the telephone that a channel's name tells of: `PJSIP/anna-0000002a` is anna's; else empty."""
    return channel.removeprefix(DEVICE).rpartition("-")[0] if channel.startswith(DEVICE) else ""


class Translator:
    """Turn AMI events into inputs for the exchange.

    `tell` takes each input; `contacts` is the core's table, read only; `agents` are the known ids;
    `withdraw` ends the ringing for a contact.
    """

    def __init__(
        self,
        tell: Callable[[Input], bool],
        contacts: Mapping[str, Contact],
        agents: Collection[str],
        withdraw: Callable[[str], None],
        transfers: Transfers,
    ) -> None:
        self._tell = tell
        self._withdraw = withdraw
        self._transfers = transfers
        self._contacts = contacts
        self._agents = agents  # as they are at each moment
        self._ringing: dict[str, str] = {}  # contact -> name of the channel that rings the agent
        self._ended_unknown: dict[str, None] = {}  # the oldest first; agents' legs are among them

    def take(self, event: AmiEvent) -> None:
        """Take one AMI event; most concern nobody and cost a look-up of their name."""
        match event.name:
            case "DeviceStateChange":
                self.device(event.get("Device") or "", event.get("State") or "")
            case "BridgeEnter" if event.get("BridgeNumChannels") == "2":
                self._answered(self._contact_of_leg(event))
            case "BridgeLeave" if event.get("BridgeNumChannels") == "1":
                self._talk_ended(event)
            case "DialBegin":
                contact = self._contacts.get(event.get("Uniqueid") or "")
                channel = event.get("DestChannel")
                if contact is not None and channel:
                    self._ringing[contact.id] = channel
                    if contact.withdrawn:  # before it rang
                        self._withdraw(contact.id)
            case "DialEnd":
                self._ringing.pop(event.get("Uniqueid") or "", None)
            case "BlindTransfer" | "AttendedTransfer":
                self._transfers.take(event)
            case "Hangup":
                self._channel_ended(event.get("Uniqueid") or "")
            case "UserEvent":
                self._dialplan_said(event)
            case _:
                pass

    def device(self, device: str, state: str) -> None:
        """Take the state of one device, as an event or a full reading tells it."""
        agent = device.removeprefix(DEVICE)
        if agent in self._agents:
            self._tell(AgentStateChanged(agent, _STATES.get(state, TelephoneState.UNREACHABLE)))

    def learn(self, channels: Iterable[ChannelSnapshot]) -> None:
        """Take every channel as it is now: who is being rung."""
        self._ringing.clear()
        for channel in channels:
            contact = self._contacts.get(channel.case)
            if contact is None:
                continue
            if channel.uniqueid != contact.id and channel.state == "Ringing":
                self._ringing[contact.id] = channel.channel

    def ringing_channel(self, contact: str) -> str | None:
        """Return the channel that rings an agent for this contact, if any."""
        return self._ringing.get(contact)

    def arrived(self, contact: str) -> None:
        """Tell the end of a contact whose channel was gone before its session came to us."""
        if contact in self._ended_unknown:
            del self._ended_unknown[contact]
            self._tell(CallerHungUp(contact))

    def _dialplan_said(self, event: AmiEvent) -> None:
        case = event.get("Case") or ""
        match event.get("UserEvent"):
            case "VaxelEnded":
                self._channel_ended(case, lost=event.get("Phase") == LOST)
            case "VaxelFallback":
                self._tell(CallerFellBack(case, event.get("Queue") or ""))
            case "VaxelFallbackAnswered" if (contact := self._contacts.get(case)) and contact.queued:
                self._tell(FallbackAnswered(case, contact.queued.queue, event.get("Agent") or ""))
            case _:
                pass

    def _channel_ended(self, uniqueid: str, *, lost: bool = False) -> None:
        self._ringing.pop(uniqueid, None)
        if uniqueid in self._contacts:
            self._tell(CallerLost(uniqueid, "engine") if lost else CallerHungUp(uniqueid))
            return
        self._ended_unknown[uniqueid] = None
        if len(self._ended_unknown) > REMEMBERED_CHANNELS:
            del self._ended_unknown[next(iter(self._ended_unknown))]

    def _answered(self, contact: Contact | None) -> None:
        if contact is None or contact.agent is None:
            return
        if contact.phase is Phase.HANDED:
            self._tell(OfficerAnswered(contact.id, contact.agent))
        else:
            self._tell(OfferAnswered(contact.id, contact.agent))

    def _talk_ended(self, event: AmiEvent) -> None:
        """Take that the other side has left the caller alone in the bridge.

        A caller who leaves it first has hung up or is being handed over, and what tells of that follows.
        """
        contact = self._contact_of_leg(event)
        if contact is not None and event.get("Uniqueid") != contact.id:
            # Named by who left, not by whom the caller has now: news of an earlier talk may come late.
            self._tell(TalkEnded(contact.id, endpoint_of(event.get("Channel") or ""), "agent"))

    def _contact_of_leg(self, event: AmiEvent) -> Contact | None:
        """Return the contact of a caller's or another's leg: its linked id is the caller's."""
        own = self._contacts.get(event.get("Uniqueid") or "")
        return self._contacts.get(event.get("Linkedid") or "") if own is None else own
