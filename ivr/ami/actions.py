"""What the engine tells Asterisk to do, typed.

Owns which action and which headers an order takes. Must not know agents or contacts. What tells whether it
was done is awaited; what nobody could do anything about is only told. Rights that suffice: write `call`, and
`agent` for the queues of Asterisk's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.ami.errors import ErrorResponseError, UnsafeValueError
from ivr.ami.snapshots import GONE, one_channel

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ivr.ami.client import AmiClient
    from ivr.ami.codec import Response
    from ivr.ami.snapshots import Member

NORMAL_CLEARING = 16  # Q.850

_KEYS = frozenset("0123456789*#ABCD")


async def hang_up(client: AmiClient, channel: str, cause: int = NORMAL_CLEARING) -> bool:
    """Hang up a channel, given by name or uniqueid; tell whether it was still there."""
    return await _found(client.action("Hangup", Channel=one_channel(channel, "Hangup"), Cause=str(cause)))


async def play_dtmf(client: AmiClient, channel: str, digit: str, *, receive: bool = True) -> bool:
    """Press a key on a channel; tell whether the channel was there.

    `receive`: as if its telephone had sent the key; otherwise the telephone hears it.
    """
    if digit not in _KEYS:  # Asterisk takes any text, and presses its first character
        raise UnsafeValueError("AMI action PlayDTMF, header Digit: expected one of 0-9, *, #, A-D")
    flag = "true" if receive else "false"
    return await _found(
        client.action("PlayDTMF", Channel=one_channel(channel, "PlayDTMF"), Digit=digit, Receive=flag)
    )


async def _found(answer: Awaitable[Response]) -> bool:
    try:
        await answer
    except ErrorResponseError as error:
        if error.message in GONE:
            return False
        raise
    return True


async def redirect(client: AmiClient, channel: str, context: str, extension: str) -> bool:
    """Send a channel elsewhere in the dialplan; tell whether it was still there."""
    return await _found(
        client.action(
            "Redirect",
            Channel=one_channel(channel, "Redirect"),
            Context=context,
            Exten=extension,
            Priority="1",
        )
    )


def set_variable(client: AmiClient, channel: str, name: str, value: str) -> None:
    """Set a channel's variable."""
    client.tell("Setvar", Channel=one_channel(channel, "Setvar"), Variable=name, Value=value)


def set_absolute_timeout(client: AmiClient, channel: str, after_s: int) -> None:
    """Let the channel come out at its extension `T` after so many seconds; 0: never."""
    set_variable(client, channel, "TIMEOUT(absolute)", str(after_s))


def forget(client: AmiClient, family: str, key: str) -> None:
    """Delete one entry of Asterisk's database."""
    client.tell("Setvar", Variable=f"DB_DELETE({family}/{key})", Value="1")


def add_member(client: AmiClient, member: Member) -> None:
    """Put somebody into a queue of Asterisk's own."""
    client.tell(
        "QueueAdd",
        Queue=member.queue,
        Interface=member.interface,
        Penalty=str(member.penalty),
        Paused="true" if member.is_paused else "false",
    )


def remove_member(client: AmiClient, queue: str, interface: str) -> None:
    """Take somebody out of a queue of Asterisk's own."""
    client.tell("QueueRemove", Queue=queue, Interface=interface)


def pause_member(client: AmiClient, interface: str, *, is_paused: bool) -> None:
    """Pause somebody, or not, in every queue of Asterisk's own."""
    client.tell("QueuePause", Interface=interface, Paused="true" if is_paused else "false")
