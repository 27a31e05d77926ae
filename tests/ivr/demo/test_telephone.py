"""Two telephones that call each other directly on loopback, without any server between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.demo import sip
from ivr.demo.call import Call
from ivr.demo.dialog import Account
from ivr.demo.errors import PortTakenError, TelephoneClosedError
from ivr.demo.outcomes import Answered, Ended, TimedOut
from ivr.demo.sound import tone
from ivr.demo.telephone import Answer, Refuse, Ring, Telephone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.demo.telephone import Behaviour

SOON_S = 2.0  # a deadline, not a wait: everything comes within milliseconds
NOWHERE = ("127.0.0.1", 9)


def account(user: str) -> Account:
    return Account(user, "secret", NOWHERE, name=user.title())


def talk(
    behaviour: Behaviour,
    play: Callable[[Telephone, Telephone], Awaitable[None]],
    *,
    voice: bytes | None = None,
) -> None:
    """Play a scene between a caller and a telephone with this behaviour."""

    async def scene() -> None:
        async with (
            Telephone(account("anna"), voice=voice) as caller,
            Telephone(account("bo"), behaviour=behaviour) as called,
        ):
            await play(caller, called)
            assert caller.malformed == called.malformed == 0

    asyncio.run(scene())


async def connected(caller: Telephone, called: Telephone) -> tuple[Call, Call]:
    call = caller.place(called.uri)
    assert isinstance(await call.answered(SOON_S), Answered)
    other = await called.ringing(SOON_S)
    assert isinstance(other, Call)
    return call, other


def outcome(end: Ended | Answered | TimedOut) -> tuple[str, int, bool]:
    assert isinstance(end, Ended)
    return end.by, end.status, end.talked_s is not None


def test_the_called_side_hangs_up_and_both_know_who() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        assert call.is_up
        await other.hang_up()
        assert outcome(await call.ended(SOON_S)) == ("them", 200, True)
        assert outcome(await other.ended(SOON_S)) == ("us", 200, True)
        assert (caller.calls, called.calls) == ((), ())

    talk(Answer(), play)


def test_the_caller_hangs_up_a_talk() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        await call.hang_up()
        assert outcome(await other.ended(SOON_S)) == ("them", 200, True)

    talk(Answer(), play)


@pytest.mark.parametrize("status", [486, 603, 480])
def test_a_refusal_reaches_the_caller(status: int) -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call = caller.place(called.uri)
        assert outcome(await call.answered(SOON_S)) == ("them", status, False)
        assert not await call.rang(SOON_S)

    talk(Refuse(status), play)


def test_a_ringing_telephone_may_refuse_later() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call = caller.place(called.uri)
        assert outcome(await call.answered(SOON_S)) == ("them", 603, False)
        assert await call.rang(SOON_S)

    talk(Refuse(603, after_s=0.01), play)


def test_the_caller_gives_up_while_it_rings() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call = caller.place(called.uri)
        assert await call.rang(SOON_S)
        other = await called.ringing(SOON_S)
        assert isinstance(other, Call)
        await call.hang_up()
        assert outcome(await call.ended(SOON_S)) == ("us", 487, False)
        assert outcome(await other.ended(SOON_S)) == ("them", 487, False)
        assert isinstance(await called.ringing(0.0), TimedOut)

    talk(Ring(), play)


def test_a_caller_who_hangs_up_before_any_ring_is_not_answered_for_long() -> None:
    """CANCEL must wait for a first response; the answer may win the race, then BYE follows."""

    async def play(caller: Telephone, called: Telephone) -> None:
        call = caller.place(called.uri)
        await call.hang_up()
        end = await call.ended(SOON_S)
        assert isinstance(end, Ended)
        assert end.by == "us"
        assert called.calls == ()

    talk(Answer(), play)


def test_a_ringing_telephone_can_be_answered_by_hand() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call = caller.place(called.uri)
        other = await called.ringing(SOON_S)
        assert isinstance(other, Call)
        assert isinstance(await call.answered(0.01), TimedOut)
        other.answer()
        assert isinstance(await call.answered(SOON_S), Answered)

    talk(Ring(), play)


def test_a_telephone_in_a_talk_is_busy_to_others() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        await connected(caller, called)
        async with Telephone(account("cilla")) as third:
            call = third.place(called.uri)
            assert outcome(await call.answered(SOON_S)) == ("them", 486, False)

    talk(Answer(), play)


def test_keys_arrive_in_their_order() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        assert await call.press("1*9#")
        assert other.keys == "1*9#"
        assert "9" not in repr(other)

    talk(Answer(), play)


def test_a_tone_is_heard_and_its_end_is_noticed() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        assert await other.sound.sound(SOON_S)
        assert called.heard(0.5).level_dbfs == pytest.approx(-30, abs=0.5)
        assert not caller.heard(0.5).is_sound
        await call.hang_up()

    talk(Answer(), play, voice=tone(level_dbfs=-30))


def test_a_reinvite_gets_the_same_description_again() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, _ = await connected(caller, called)
        invite = call.invite
        assert invite is not None
        final = await call.request("INVITE", (("Content-Type", "application/sdp"),), invite.body)
        assert final is not None
        assert final.status == 200
        assert final.body.startswith(b"v=0")
        assert call.is_up

    talk(Answer(), play)


def test_a_request_outside_any_dialog_is_refused_but_options_is_answered() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        await other.hang_up()
        final = await call.request("INFO")
        assert final is not None
        assert final.status == 481

    talk(Answer(), play)


def test_repeated_requests_are_answered_alike_and_happen_once() -> None:
    """UDP may deliver a datagram twice."""

    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        key = call.dialog.request("INFO", (), b"Signal=5\r\nDuration=100\r\n")
        transactions = call.dialog.line.transactions
        twice = asyncio.create_task(transactions.request(key, called.address))
        transactions.send(sip.encode(key), called.address)
        assert (await twice) is not None
        assert other.keys == "5"
        assert call.invite is not None
        transactions.send(sip.encode(call.invite), called.address)
        await call.press("6")
        assert len(called.calls) == 1

    talk(Answer(), play)


def test_a_withheld_caller_shows_no_number_in_from() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        caller.place(called.uri, withheld=True)
        other = await called.ringing(SOON_S)
        assert isinstance(other, Call)
        assert other.invite is not None
        headers = other.invite.headers
        assert sip.address_uri(headers.get("From") or "") == "sip:anonymous@anonymous.invalid"
        assert headers.get("Privacy") == "id"
        assert "anna" in (headers.get("P-Asserted-Identity") or "")

    talk(Ring(), play)


def test_a_hostile_name_arrives_byte_by_byte() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        caller.place(called.uri, caller_name=b"\xff\x00\\\"'; ${X}")
        other = await called.ringing(SOON_S)
        assert isinstance(other, Call)
        assert other.invite is not None
        sent = (other.invite.headers.get("From") or "").encode("utf-8", "surrogateescape")
        assert sent.startswith(b'"\xff\x00\\"\'; ${X}" <sip:anna@')

    talk(Ring(), play)


def test_a_dialog_names_itself_for_replaces() -> None:
    async def play(caller: Telephone, called: Telephone) -> None:
        call, other = await connected(caller, called)
        mine, theirs = call.dialog, other.dialog
        assert mine.replaces == f"{mine.call_id};to-tag={theirs.tag};from-tag={mine.tag}"

    talk(Answer(), play)


def test_closing_hangs_up_and_vanishing_does_not() -> None:
    async def scene(*, politely: bool) -> Ended | TimedOut:
        caller, called = Telephone(account("anna")), Telephone(account("bo"), behaviour=Answer())
        await caller.open()
        await called.open()
        call, _ = await connected(caller, called)
        await called.close(politely=politely)
        end = await call.ended(0.05)
        await caller.close(politely=False)
        return end

    assert outcome(asyncio.run(scene(politely=True))) == ("them", 200, True)
    assert asyncio.run(scene(politely=False)) == TimedOut(0.05)


def test_a_taken_port_is_said() -> None:
    async def scene() -> None:
        async with Telephone(account("anna")) as first:
            with pytest.raises(PortTakenError) as caught:
                await Telephone(account("bo"), port=first.address[1]).open()
            assert str(first.address[1]) in str(caught.value)

    asyncio.run(scene())


def test_a_closed_telephone_says_so() -> None:
    with pytest.raises(TelephoneClosedError):
        Telephone(account("anna")).place("sip:bo@127.0.0.1")
