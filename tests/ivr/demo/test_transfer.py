"""A telephone holds, consults and transfers; the server at the far end is a fake."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from ivr.demo.dialog import Account
from ivr.demo.outcomes import Answered, Ended, TimedOut, Transferred, TransferRefused
from ivr.demo.telephone import Answer, Telephone
from tests.ivr.demo.far_end import FarEnd

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ivr.demo.call import Call
    from ivr.demo.outcomes import TransferOutcome

SOON_S = 2.0  # a deadline, not a wait: everything comes within milliseconds
NEVER_S = 0.05  # long enough for what would come within milliseconds
TRYING, MOVED = "SIP/2.0 100 Trying", "SIP/2.0 200 OK"


def talk(server: FarEnd, play: Callable[[Telephone, Call], Awaitable[None]]) -> None:
    """Play a scene in which an agent's telephone, which may have two calls, is in a talk."""

    async def scene() -> None:
        async with server, Telephone(Account("anna", "", server.address), calls_at_once=2) as anna:
            call = anna.place("caller")
            assert isinstance(await call.answered(SOON_S), Answered)
            await play(anna, call)
            assert anna.malformed == 0

    asyncio.run(scene())


def outcome_of(server: FarEnd, target: str, within_s: float = SOON_S) -> tuple[TransferOutcome, bool]:
    """Return what became of a transfer without asking, and whether the agent's talk goes on."""
    seen: list[tuple[TransferOutcome, bool]] = []

    async def play(_: Telephone, call: Call) -> None:
        seen.append((await call.transfer(target, within_s), call.is_up))

    talk(server, play)
    return seen[0]


def test_a_transfer_ends_our_side_of_the_talk() -> None:
    assert outcome_of(FarEnd(news=(TRYING, MOVED)), "601") == (Transferred(), False)


@pytest.mark.parametrize(
    ("answer", "news", "status"),
    [
        (603, (), 603),  # transfers are not allowed
        (202, (TRYING, "SIP/2.0 404 Not Found"), 404),  # there is no such target
        (202, ("no status line", "SIP/2.0 503 Service Unavailable"), 503),
        (202, ("SIP/2.0 486 Busy Here", MOVED), 486),  # the first final word counts
    ],
)
def test_a_refused_transfer_leaves_the_talk(answer: int, news: Sequence[str], status: int) -> None:
    assert outcome_of(FarEnd(answer, news), "999") == (TransferRefused(status), True)


def test_a_server_that_says_no_more_is_waited_for_until_the_deadline() -> None:
    assert outcome_of(FarEnd(news=(TRYING,)), "601", NEVER_S) == (TimedOut(NEVER_S), True)


@pytest.mark.parametrize(
    ("target", "suffix"), [("601", "<sip:601@{}:{}>"), ("sip:bo@192.0.2.1", "<sip:bo@192.0.2.1>")]
)
def test_a_user_is_meant_at_our_server_and_a_uri_as_it_stands(target: str, suffix: str) -> None:
    server = FarEnd(news=(MOVED,))
    outcome_of(server, target)
    assert server.referred == [suffix.format(*server.address)]


@pytest.mark.parametrize("officer", ["officer", "ringing"])
def test_a_consulted_call_is_named_as_the_server_knows_it(officer: str) -> None:
    """RFC 3891: the to-tag is the server's own; a call that only rings has one too."""
    server = FarEnd(news=(MOVED,))

    async def play(anna: Telephone, call: Call) -> None:
        assert await call.hold()
        consult = anna.place(officer)
        assert await consult.rang(SOON_S)
        assert anna.calls == (call, consult)
        assert await call.transfer_to(consult, SOON_S) == Transferred()
        assert (call.is_over, consult.is_over) == (True, False)
        mine, theirs = consult.dialog, server.dialogs[consult.dialog.call_id]
        address, _, replaces = server.referred[0].strip("<>").partition("?Replaces=")
        assert address == f"sip:{officer}@{server.address[0]}:{server.address[1]}"
        assert not set(replaces) & set(";=@")
        assert unquote(replaces) == f"{mine.call_id};to-tag={theirs.tag};from-tag={mine.tag}"
        consult.abandon()

    talk(server, play)


def test_hold_and_resume_describe_the_audio_anew_and_are_acknowledged() -> None:
    server = FarEnd()

    async def play(_: Telephone, call: Call) -> None:
        assert await call.hold()
        assert await call.resume()
        assert await call.press("1")  # the ACK came before it: UDP on loopback keeps the order
        assert server.described == ["1 sendrecv", "2 sendonly", "3 sendrecv"]
        assert server.acks == 3
        assert call.is_up

    talk(server, play)


def test_a_telephone_does_not_follow_a_refer_itself() -> None:
    async def scene() -> None:
        nowhere = ("127.0.0.1", 9)
        async with (
            Telephone(Account("anna", "", nowhere)) as anna,
            Telephone(Account("bo", "", nowhere), behaviour=Answer()) as bo,
        ):
            call = anna.place(bo.uri)
            assert isinstance(await call.answered(SOON_S), Answered)
            assert await call.transfer("601", SOON_S) == TransferRefused(405)
            assert await call.hold()
            await call.hang_up()
            assert isinstance(await call.ended(SOON_S), Ended)

    asyncio.run(scene())
