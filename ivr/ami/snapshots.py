"""What the engine asks of Asterisk, typed.

Owns which action and which headers a question takes, and the records it is answered with. Must not
know agents or contacts, and keeps no telephone number: `CoreShowChannels` gives the caller's, and it
stops here. Rights that suffice: write `call` (variables) and `reporting` (the rest).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ivr.ami.errors import ErrorResponseError, UnsafeValueError

if TYPE_CHECKING:
    from ivr.ami.client import AmiClient
    from ivr.ami.codec import Event

GONE = frozenset({"No such channel", "Channel not found"})  # the latter is PlayDTMF's
_VARIABLE_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)  # `SHELL(…)` and its like run code
_FUNCTIONS = frozenset({"CALLERID(num)", "CALLERID(num-pres)"})  # these run nothing


class DeviceState(StrEnum):
    """A device's state in AMI's own words."""

    UNKNOWN = "UNKNOWN"
    NOT_INUSE = "NOT_INUSE"  # registered and idle
    INUSE = "INUSE"
    BUSY = "BUSY"
    INVALID = "INVALID"  # no such endpoint
    UNAVAILABLE = "UNAVAILABLE"  # not registered
    RINGING = "RINGING"
    RINGINUSE = "RINGINUSE"  # ringing beside another call
    ONHOLD = "ONHOLD"


@dataclass(frozen=True, slots=True)
class ChannelSnapshot:
    """One channel as it is now."""

    uniqueid: str
    linkedid: str  # the uniqueid of the call's first channel
    channel: str
    state: str  # Down, Ring, Ringing, Up …
    application: str  # of the dialplan, now: AGI, Dial, AppDial (a dialled leg) …
    context: str
    bridge_id: str | None  # None: not connected to anybody
    duration_s: int
    case: str  # the contact it belongs to, by the variable that manager.conf's `channelvars` names; or empty


def read_device_state(event: Event) -> tuple[str, DeviceState] | None:
    """Give device and state of a `DeviceStateChange`, `None` for another event or an incomplete one."""
    if event.name != "DeviceStateChange":
        return None
    device = event.get("Device")
    if not device:
        return None
    try:
        return device, DeviceState(event.get("State") or "")
    except ValueError:
        return device, DeviceState.UNKNOWN


async def read_device_states(client: AmiClient) -> dict[str, DeviceState]:
    """Read the state of every device; raises as `AmiClient.list_action`."""
    items = await client.list_action("DeviceStateList")
    return dict(pair for item in items if (pair := read_device_state(item)) is not None)


async def read_start(client: AmiClient) -> str:
    """Read when this Asterisk started, in its own words: another answer means another run of it."""
    status = await client.action("CoreStatus")
    return f"{status.get('CoreStartupDate')} {status.get('CoreStartupTime')}"


async def read_version(client: AmiClient) -> str:
    """Read this Asterisk's version, as Debian or its makers write it: `22.10.1+dfsg…`, `22.10.1`."""
    return (await client.action("CoreSettings")).get("AsteriskVersion") or ""


async def read_channels(client: AmiClient) -> tuple[ChannelSnapshot, ...]:
    """Read every channel; raises as `AmiClient.list_action`."""
    items = await client.list_action("CoreShowChannels")
    return tuple(_channel(item) for item in items if item.name == "CoreShowChannel")


def _channel(item: Event) -> ChannelSnapshot:
    return ChannelSnapshot(
        uniqueid=item.get("Uniqueid") or "",
        linkedid=item.get("Linkedid") or "",
        channel=item.get("Channel") or "",
        state=item.get("ChannelStateDesc") or "",
        application=item.get("Application") or "",
        context=item.get("Context") or "",
        bridge_id=item.get("BridgeId") or None,
        duration_s=_seconds(item.get("Duration") or ""),
        case=(item.get("ChanVariable") or "").removeprefix("VAXEL_CASE="),
    )


def _seconds(duration: str) -> int:
    """Read `hh:mm:ss`; hours may have more digits. What is not of that form counts as 0."""
    parts = duration.split(":")
    if not all(part.isdecimal() for part in parts):
        return 0
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds


async def read_variable(client: AmiClient, channel: str, name: str) -> str | None:
    """Read a channel variable; empty when it is not set, `None` when the channel has gone.

    `channel` is a channel's name or uniqueid. Only for variables known to hold one line.
    """
    if not _VARIABLE_NAME.fullmatch(name) and name not in _FUNCTIONS:
        raise UnsafeValueError("AMI action Getvar, header Variable: expected letters, digits and '_'")
    try:
        response = await client.action("Getvar", Channel=one_channel(channel, "Getvar"), Variable=name)
    except ErrorResponseError as error:
        if error.message in GONE:
            return None
        raise
    return response.get("Value") or ""


async def read_tree(client: AmiClient, family: str) -> dict[str, str]:
    """Read a family of Asterisk's database: key → value. Empty when there is none."""
    try:
        items = await client.list_action("DBGetTree", Family=family)
    except ErrorResponseError:
        return {}  # it answers so when it holds nothing
    return {(item.get("Key") or "").removeprefix(f"/{family}/"): item.get("Val") or "" for item in items}


class Member(NamedTuple):
    """Who is in a queue of Asterisk's own."""

    queue: str
    interface: str  # as a telephone's device is named
    penalty: int
    is_paused: bool


async def read_members(client: AmiClient) -> set[Member]:
    """Read who is in which queue of Asterisk's own."""
    items = await client.list_action("QueueStatus")
    return {
        Member(
            item.get("Queue") or "",
            item.get("Location") or "",
            int(penalty) if (penalty := item.get("Penalty") or "").isdecimal() else 0,
            item.get("Paused") == "1",
        )
        for item in items
        if item.name == "QueueMember"
    }


def one_channel(channel: str, action: str) -> str:
    """Let through what names one channel: Asterisk reads `/…/` as a pattern, and nothing as all."""
    if not channel or channel.startswith("/"):
        raise UnsafeValueError(f"AMI action {action}, header Channel: expected the name of one channel")
    return channel
