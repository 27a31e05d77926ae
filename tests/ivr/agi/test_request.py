"""The request: what Asterisk says of a call, and what strangers and hostile callers make of it."""

from __future__ import annotations

import pytest

from ivr.agi.codec import Decoder, Fault
from ivr.agi.request import MAX_REQUEST_BYTES, MAX_VALUE_CHARACTERS, AgiRequest
from tests.fakes.agi_lines import request
from tests.fakes.fastagi import FakeChannel


def read(data: bytes) -> AgiRequest:
    [event] = Decoder().feed(data)
    assert isinstance(event, AgiRequest)
    return event


def fault(data: bytes) -> str:
    event = Decoder().feed(data)[-1]
    assert isinstance(event, Fault)
    return str(event.error)


def test_reads_what_asterisk_sends() -> None:
    channel = FakeChannel(
        "17.1",
        channel="PJSIP/t-1",
        callerid="0700000001",
        caller_name="Åsa: A",
        dnid="0858028000",
        extension="0858028000",
        context="from-trunk",
        script="jarfalla?x=1",
        arguments=["one", "", "three"],
    )
    assert read(channel.request) == AgiRequest(
        uniqueid="17.1",
        channel="PJSIP/t-1",
        script="jarfalla?x=1",
        callerid="0700000001",
        caller_name="Åsa: A",
        dnid="0858028000",
        rdnis=None,
        extension="0858028000",
        context="from-trunk",
        language="sv",
        arguments=("one", "", "three"),
    )


def test_ten_arguments_keep_their_order() -> None:
    arguments = tuple("abcdefghijkl")
    assert read(FakeChannel(arguments=arguments).request).arguments == arguments


@pytest.mark.parametrize("word", ["unknown", ""])
def test_a_missing_number_or_name_is_none(word: str) -> None:
    got = read(FakeChannel(callerid=word, caller_name=word, dnid=word).request)
    assert (got.callerid, got.caller_name, got.dnid) == (None, None, None)


def test_unknown_keys_and_lines_without_a_key_are_ignored() -> None:
    data = request({"uniqueid": "1", "channel": "c"})
    assert read(b"agi_new: x\nnonsense\nother: y\nother: y\n: \nagi_empty:\n" + data) == AgiRequest("1", "c")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b'"; DROP ${SHELL(id)}', '"; DROP ${SHELL(id)}'),
        (b"\xff\xfe", "��"),
        (b"a\0b", "a\0b"),
        (b"a\rb", "a\rb"),
        (b"x" * 100_000, "x" * MAX_VALUE_CHARACTERS),
        ("å".encode() * 50_000, "å" * MAX_VALUE_CHARACTERS),
        ("x😀".encode() * 25_000, "x😀" * (MAX_VALUE_CHARACTERS // 2)),
        (b"a\nb", "a"),
        (b"a\nHANGUP", "a"),
    ],
)
def test_hostile_names_cost_nothing_but_themselves(name: bytes, expected: str) -> None:
    channel = FakeChannel(caller_name=name, dnid="0858028000")
    events = Decoder().feed(channel.request)
    [got] = [event for event in events if isinstance(event, AgiRequest)]
    assert (got.caller_name, got.dnid) == (expected, "0858028000")


def test_a_name_that_forges_a_key_is_refused() -> None:
    text = fault(FakeChannel(caller_name=b"a\nagi_dnid: 112").request)
    assert text == "AGI request: got a key twice; expected each once"


def test_a_name_that_ends_the_request_early_is_refused() -> None:
    assert "is no reply" in fault(FakeChannel(caller_name=b"a\n\nagi_dnid: 112").request)


@pytest.mark.parametrize(
    "values", [{}, {"uniqueid": "1"}, {"channel": "c"}, {"uniqueid": "", "channel": "c"}]
)
def test_a_request_must_name_its_channel(values: dict[str, str]) -> None:
    assert "expected both" in fault(request(values))


def test_too_much_is_refused() -> None:
    assert str(MAX_REQUEST_BYTES) in fault(FakeChannel(caller_name=b"x" * MAX_REQUEST_BYTES).request)
    assert "got 300 lines" in fault(b"a\n" * 300 + b"\n")


def test_the_caller_is_not_shown() -> None:
    shown = repr(
        read(FakeChannel(callerid="0700000001", caller_name="Åsa", arguments=["0700000002"]).request)
    )
    assert "07000" not in shown
    assert "Åsa" not in shown
