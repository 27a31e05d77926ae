"""The SIP codec: what is written can be read, and what telephones write is understood."""

from __future__ import annotations

import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.demo import sip
from ivr.demo.errors import MalformedMessageError

_TOKENS = st.text(string.ascii_letters + string.digits + "-.", min_size=2, max_size=20)
_NAMES = _TOKENS.filter(lambda name: name.lower() != "content-length")
_VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=60).map(
    lambda value: value.strip(" \t")
)
_HEADERS = st.lists(st.tuples(_NAMES, _VALUES), max_size=8).map(lambda fields: sip.Headers(tuple(fields)))
_URIS = st.text(string.ascii_letters + string.digits + "@:;.=-%", min_size=1, max_size=40)
_BODIES = st.binary(max_size=200)
_REQUESTS = st.builds(sip.Request, _TOKENS, _URIS, _HEADERS, _BODIES)
_RESPONSES = st.builds(sip.Response, st.integers(100, 699), _VALUES, _HEADERS, _BODIES)

INVITE = (
    b"INVITE sip:46858028500@127.0.0.1 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKa,SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb\r\n"
    b'F: "Eva \\"Ek, <x>" <sip:ek@127.0.0.1>;tag=77\r\n'
    b"t: <sip:46858028500@127.0.0.1>\r\n"
    b"call-ID: one\r\n"
    b"CSEQ: 3\r\n"
    b"   INVITE\r\n"
    b"m: <sip:ek@127.0.0.1:5062;transport=udp>\r\n"
    b"l: 4\r\n"
    b"\r\n"
    b"v=0\nrest of another datagram"
)


@given(st.one_of(_REQUESTS, _RESPONSES))
def test_what_is_encoded_parses_to_itself(message: sip.Message) -> None:
    assert sip.parse(sip.encode(message)) == message


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_malformed(datagram: bytes) -> None:
    with contextlib.suppress(MalformedMessageError):
        sip.encode(sip.parse(datagram))


def test_compact_folded_and_oddly_written_headers_are_read() -> None:
    message = sip.parse(INVITE)
    assert isinstance(message, sip.Request)
    headers = message.headers
    assert [sip.parameter(via, "branch") for via in headers.listed("Via")] == ["z9hG4bKa", "z9hG4bKb"]
    assert sip.parameter(headers.get("From") or "", "tag") == "77"
    assert sip.address_uri(headers.get("from") or "") == "sip:ek@127.0.0.1"
    assert sip.uri_host_port(sip.address_uri(headers.get("Contact") or "")) == ("127.0.0.1", 5062)
    assert sip.cseq(message) == (3, "INVITE")
    assert message.body == b"v=0\n"


def test_bare_line_feeds_and_leading_keep_alives_are_tolerated() -> None:
    assert sip.parse(b"\r\n\r\nOPTIONS sip:a@b SIP/2.0\nCall-ID: x\n\n") == sip.Request(
        "OPTIONS", "sip:a@b", sip.Headers((("Call-ID", "x"),))
    )


def test_bytes_that_are_no_utf8_survive() -> None:
    hostile = b'OPTIONS sip:a@b SIP/2.0\r\nFrom: "\xff\x00\'" <sip:a@b>\r\nContent-Length: 0\r\n\r\n'
    assert sip.encode(sip.parse(hostile)) == hostile


@pytest.mark.parametrize(
    ("datagram", "complaint"),
    [
        (b"INVITE sip:a@b SIP/2.0\r\n", "no empty line ends the headers"),
        (b"HELLO\r\n\r\n", "start line of 5 characters"),
        (b"INVITE sip:a@b SIP/2.0\r\nno colon\r\n\r\n", "header 1: expected 'Name: value', got 8"),
        (b"INVITE sip:a@b SIP/2.0\r\nl: 9\r\n\r\nabc", "Content-Length says 9 bytes, got 3"),
        (b"INVITE sip:a@b SIP/2.0\r\nl: nine\r\n\r\nabc", "Content-Length is not a number"),
        (
            b"INVITE sip:a@b SIP/2.0\r\n" + b"a: b\r\n" * 300 + b"\r\n",
            "headers: got 300, expected at most 256",
        ),
    ],
)
def test_nonsense_is_named(datagram: bytes, complaint: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        sip.parse(datagram)
    assert complaint in str(caught.value)


def test_a_response_repeats_what_the_request_is_known_by() -> None:
    request = sip.parse(INVITE)
    assert isinstance(request, sip.Request)
    response = sip.respond(request, 486, tag="t1")
    assert [name for name, _ in response.headers.fields] == ["Via", "From", "To", "call-ID", "CSEQ"]
    assert response.reason == "Busy Here"
    assert sip.parameter(response.headers.get("To") or "", "tag") == "t1"


def test_reprs_show_no_number() -> None:
    message = sip.parse(INVITE.replace(b"ek@", b"0701740001@"))
    assert "0701740001" not in repr(message)
    assert "46858028500" not in repr(message)
