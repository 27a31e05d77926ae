"""Callers whose names are made to hurt, byte by byte over TCP: Asterisk and the engine live on."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from routing.events import PromptPlayed
from tests.system.exchange import TESTBY

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk

ANSWER_S = 3.0  # Asterisk answers at once, or not at all
STAYS_S = 0.6  # what an accepted caller hears of the menu
_TO = re.compile(rb"(?im)^To: *(.+?)\r$")

NAMES = {
    "quotes": b'"Eve \\"; agi_uniqueid: 1"',
    "newline": b'"Eve\nagi_uniqueid: 1\n"',
    "a header of its own": b'"Eve"\r\nX-Injected: 1\r\n',
    "NUL": b'"Eve\x00\x00agi_callerid: 1"',
    "100 kB": b'"' + b"x" * 100_000 + b'"',
    "60 kB": b'"' + b"x" * 60_000 + b'"',
    "bad UTF-8": b'"bad \xff\xfe\x80\xc0\xaf"',
    "dialplan": b'"${SHELL(id)} & PJSIP/sol"',
    "an end of AGI's request": b'"Eve\\n\\nHANGUP\\n"',
}


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_leaves_everything_as_it_was(exchange: RealExchange, name: str) -> None:
    hostile = exchange.new_caller(malformed=True)
    answers = exchange.run(phone(exchange.server, hostile, NAMES[name]))
    exchange.settle()
    contacts = exchange.stories(hostile)
    assert len(contacts) <= 1
    assert len(contacts) == (b"SIP/2.0 200 OK" in answers), answers[:200]
    assert exchange.stand.asterisk.pid is not None
    ordinary = exchange.citizen(stays_s=STAYS_S)
    exchange.run(exchange.phone([ordinary]))
    assert exchange.story(ordinary.caller).of(PromptPlayed)


def test_who_claims_to_be_a_trunk_from_another_address_is_nobody(exchange: RealExchange) -> None:
    trunk = exchange.stand.settings.trunks[0].endpoint
    answers = exchange.run(phone(exchange.server, trunk, b"", source="127.0.0.2"))
    assert re.findall(rb"SIP/2\.0 (\d+)", answers) == [b"401"]
    assert exchange.run(exchange.channels()) == []


def test_dialling_the_dialplans_own_extension_is_a_call_like_any_other(exchange: RealExchange) -> None:
    caller = exchange.new_caller()
    answers = exchange.run(phone(exchange.server, caller, b"", called="T"))
    assert b"SIP/2.0 200 OK" in answers
    exchange.settle()
    assert exchange.story(caller).of(PromptPlayed)


async def phone(
    server: tuple[str, int], caller: str, name: bytes, *, called: str = TESTBY, source: str = "127.0.0.1"
) -> bytes:
    """Phone with that display name, stay for a moment if answered, hang up; return what Asterisk said."""
    reader, writer = await asyncio.open_connection(*server, local_addr=(source, 0))
    own = writer.get_extra_info("sockname")
    call = f"{caller.removeprefix('+')}@127.0.0.1"

    def request(method: str, number: int, to: bytes, body: bytes = b"") -> bytes:
        lines = [
            f"{method} sip:{called}@{server[0]}:{server[1]} SIP/2.0".encode(),
            f"Via: SIP/2.0/TCP {own[0]}:{own[1]};branch=z9hG4bK{method}{number}{caller[1:]}".encode(),
            b"From: " + name + f" <sip:{caller}@{own[0]}:{own[1]}>;tag=1".encode(),
            b"To: " + to,
            f"Call-ID: {call}".encode(),
            f"CSeq: {number} {method}".encode(),
            f"Contact: <sip:{caller}@{own[0]}:{own[1]};transport=tcp>".encode(),
            b"Max-Forwards: 70",
            b"Content-Type: application/sdp",
            f"Content-Length: {len(body)}".encode(),
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    to = f"<sip:{called}@{server[0]}>".encode()
    offer = (
        "v=0",
        f"o=- 1 1 IN IP4 {own[0]}",
        "s=-",
        f"c=IN IP4 {own[0]}",
        "t=0 0",
        "m=audio 9 RTP/AVP 8",
    )
    answers = b""
    try:
        writer.write(request("INVITE", 1, to, "\r\n".join((*offer, "")).encode()))
        answers = await _until_final(reader)
        if b"SIP/2.0 200 OK" in answers:
            to = _TO.findall(answers)[-1]
            writer.write(request("ACK", 1, to))
            await asyncio.sleep(STAYS_S)
            writer.write(request("BYE", 2, to))
            answers += await _until_final(reader)
    except ConnectionError:
        pass  # Asterisk has thrown the connection away
    finally:
        writer.close()
    return answers


async def _until_final(reader: asyncio.StreamReader) -> bytes:
    """Read until an answer that ends the transaction, the connection's end, or silence."""
    answers = b""
    try:
        async with asyncio.timeout(ANSWER_S):
            while not re.search(rb"SIP/2\.0 [2-6]\d\d", answers):
                data = await reader.read(65_536)
                if not data:
                    break
                answers += data
    except TimeoutError:
        pass
    return answers
