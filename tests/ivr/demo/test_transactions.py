"""Transactions on a wire that loses what a test wants lost, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from ivr.demo import sip
from ivr.demo.transactions import Address, Incoming, Transactions
from tests.ivr.ami.virtual_time import run

THERE: Address = ("192.0.2.1", 5060)


def request(method: str, branch: str = "b1") -> sip.Request:
    fields = (
        ("Via", f"SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK{branch}"),
        ("From", "<sip:a@b>;tag=1"),
        ("To", "<sip:c@d>"),
        ("Call-ID", "x"),
        ("CSeq", f"1 {method}"),
    )
    return sip.Request(method, "sip:c@d", sip.Headers(fields))


class Wire:
    """What was sent and when, what was handed up."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str]] = []
        self.taken: list[Incoming] = []
        self.strays: list[sip.Response] = []
        self.transactions = Transactions(self._send, self.taken.append, self.strays.append)

    def _send(self, data: bytes, _: Address) -> None:
        self.sent.append((asyncio.get_running_loop().time(), data.split(b"\r\n")[0].decode()))

    def starts(self) -> list[str]:
        return [start.replace("SIP/2.0", "").strip() for _, start in self.sent]


def test_a_refused_invite_is_acknowledged_and_again_when_the_refusal_is_repeated() -> None:
    async def scene() -> None:
        wire = Wire()
        invite = request("INVITE")
        asking = asyncio.create_task(wire.transactions.request(invite, THERE))
        await asyncio.sleep(0)
        busy = sip.respond(invite, 486, tag="2")
        wire.transactions.receive(busy, THERE)
        assert await asking == busy
        wire.transactions.receive(busy, THERE)
        assert wire.starts() == ["INVITE sip:c@d", "ACK sip:c@d", "ACK sip:c@d"]
        assert wire.strays == []

    run(scene())


def test_an_invite_is_sent_no_more_once_it_is_proceeding() -> None:
    async def scene() -> None:
        wire = Wire()
        invite = request("INVITE")
        asking = asyncio.create_task(wire.transactions.request(invite, THERE))
        await asyncio.sleep(0.6)
        wire.transactions.receive(sip.respond(invite, 180), THERE)
        assert wire.transactions.is_proceeding(invite)
        await asyncio.sleep(100.0)
        assert [at for at, _ in wire.sent] == pytest.approx([0, 0.5])
        assert not asking.done()
        wire.transactions.close()
        assert await asking is None

    run(scene())


def test_an_invite_that_nobody_answers_ends_after_32_seconds() -> None:
    async def scene() -> None:
        wire = Wire()
        assert await wire.transactions.request(request("INVITE"), THERE) is None
        assert [at for at, _ in wire.sent] == pytest.approx([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5])

    run(scene())


def test_a_repeated_request_gets_the_same_answer_and_is_handed_up_once() -> None:
    async def scene() -> None:
        wire = Wire()
        info = request("INFO")
        wire.transactions.receive(info, THERE)
        wire.transactions.receive(info, THERE)  # not answered yet: nothing to repeat
        wire.taken[0].reply(sip.respond(info, 200))
        wire.transactions.receive(info, THERE)
        assert len(wire.taken) == 1
        assert wire.starts() == ["200 OK", "200 OK"]

    run(scene())


def test_a_final_answer_to_an_invite_is_repeated_until_its_ack() -> None:
    async def scene() -> None:
        wire = Wire()
        invite = request("INVITE")
        wire.transactions.receive(invite, THERE)
        wire.taken[0].reply(sip.respond(invite, 603))
        await asyncio.sleep(2.0)
        wire.transactions.receive(request("ACK"), THERE)
        await asyncio.sleep(60.0)
        assert [at for at, _ in wire.sent] == pytest.approx([0, 0.5, 1.5])
        assert len(wire.taken) == 1

    run(scene())


def test_silence_after_an_answer_is_noticed() -> None:
    async def scene() -> None:
        wire = Wire()
        invite = request("INVITE")
        noticed: list[float] = []
        wire.transactions.receive(invite, THERE)
        wire.taken[0].reply(
            sip.respond(invite, 200), on_silence=lambda: noticed.append(asyncio.get_running_loop().time())
        )
        await asyncio.sleep(100.0)
        assert noticed == pytest.approx([35.5], abs=4.0)
        assert len(wire.sent) < 15

    run(scene())


def test_the_ack_of_an_answer_and_unknown_responses_are_handed_up() -> None:
    async def scene() -> None:
        wire = Wire()
        wire.transactions.receive(request("ACK", "b2"), THERE)
        ok = sip.respond(request("INVITE", "b3"), 200)
        wire.transactions.receive(ok, THERE)
        assert [incoming.request.method for incoming in wire.taken] == ["ACK"]
        assert wire.strays == [ok]

    run(scene())


def test_what_ended_long_ago_is_forgotten() -> None:
    async def scene() -> None:
        wire = Wire()
        old = request("INFO", "old")
        wire.transactions.receive(old, THERE)
        wire.taken[0].reply(sip.respond(old, 200))
        await asyncio.sleep(33.0)
        wire.transactions.receive(request("INFO", "new"), THERE)
        wire.transactions.receive(old, THERE)
        assert [incoming.request.method for incoming in wire.taken] == ["INFO"] * 3

    run(scene())
