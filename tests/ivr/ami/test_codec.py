"""AMI's bytes: what is refused on the way out, and that chunking never matters on the way in."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.ami.codec import (
    GREETING_MAX_BYTES,
    HEADERS_MAX,
    LINE_MAX_BYTES,
    MESSAGE_MAX_BYTES,
    Decoder,
    Event,
    Greeting,
    Message,
    Response,
    encode,
)
from ivr.ami.errors import (
    GarbageError,
    GreetingError,
    LineTooLongError,
    MessageTooLongError,
    RemoteError,
    TooManyHeadersError,
    UnsafeValueError,
)

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.txt"))


def decode(*chunks: bytes) -> list[Message | type[RemoteError]]:
    """Give the messages, and the kind of the error that ended them."""
    decoder = Decoder()
    got: list[Message | type[RemoteError]] = []
    for chunk in chunks:
        decoder.feed(chunk)
        try:
            got.extend(decoder.messages())
        except RemoteError as error:
            return [*got, type(error)]
    return got


# --- out ---


def test_an_action_is_its_lines_in_order() -> None:
    assert (
        encode("Originate", [("ActionID", "7"), ("Variable", "a=1"), ("Variable", "b=å: 2")])
        == "Action: Originate\r\nActionID: 7\r\nVariable: a=1\r\nVariable: b=å: 2\r\n\r\n".encode()
    )


@pytest.mark.parametrize("value", ["16\r\nAction: Command", "a\nb", "a\rb", "a\0b", "\n", "half \ud800"])
def test_a_value_that_would_inject_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(UnsafeValueError) as refused:
        encode("Hangup", [("Cause", value)])
    assert str(refused.value).startswith("AMI action Hangup, header Cause: got ")
    assert value not in str(refused.value)


@pytest.mark.parametrize("name", ["", "A: b\r\nAction", "Ä", "a b", "a:", "x\n"])
def test_a_header_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UnsafeValueError):
        encode("Hangup", [(name, "1")])


def test_an_action_name_cannot_inject() -> None:
    with pytest.raises(UnsafeValueError):
        encode("Ping\r\nAction: Command")


def test_a_line_may_be_as_long_as_asterisk_reads_and_no_longer() -> None:
    room = LINE_MAX_BYTES - len("Variable: \r\n")
    assert len(encode("Setvar", [("Variable", "å" * (room // 2))]).split(b"\r\n")[1]) + 2 == LINE_MAX_BYTES
    with pytest.raises(LineTooLongError) as refused:
        encode("Setvar", [("Variable", "9" * (room + 1))])
    assert str(refused.value) == (
        "AMI action Setvar, header Variable: got a line of 1025 bytes, expected at most 1024"
    )


def test_an_action_may_have_as_many_lines_as_asterisk_takes_and_no_more() -> None:
    headers = [("Variable", f"a{n}=1") for n in range(HEADERS_MAX)]
    assert encode("Originate", headers[1:]).count(b"\r\n") == HEADERS_MAX + 1
    with pytest.raises(TooManyHeadersError):
        encode("Originate", headers)


names = st.text(st.sampled_from("abcXYZ019-_"), min_size=1, max_size=12).filter(lambda s: s[0] not in "-_")
values = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0"), max_size=60)


@given(st.lists(st.tuples(names, values), max_size=20))
def test_what_is_encoded_is_read_back(headers: list[tuple[str, str]]) -> None:
    """Asterisk echoes an action's headers in `UserEvent`; the text must survive both ways."""
    data = encode("UserEvent", headers).replace(b"Action: UserEvent", b"Event: UserEvent", 1)
    (event,) = decode(GREETING, data)[1:]
    assert isinstance(event, Event)
    assert event.headers() == tuple(headers)


# --- in ---


def test_the_greeting_comes_once_and_first() -> None:
    assert decode(GREETING) == [Greeting("11.0.0")]


def test_an_event_gives_its_headers_in_order_and_repeated_ones_too() -> None:
    data = (
        b"Event: Hangup\r\nChannel: PJSIP/x-1\r\nChanVariable: A=1\r\n"
        b"AccountCode: \r\nChanVariable: B=2\r\n\r\n"
    )
    (event,) = decode(GREETING, data)[1:]
    assert isinstance(event, Event)
    assert event.name == "Hangup"
    assert event.headers() == (
        ("Channel", "PJSIP/x-1"),
        ("ChanVariable", "A=1"),
        ("AccountCode", ""),
        ("ChanVariable", "B=2"),
    )
    assert event.get("ChanVariable") == "A=1"
    assert event.all("ChanVariable") == ("A=1", "B=2")
    assert event.get("AccountCode") == ""
    assert event.get("Nosuch") is None
    assert event.variable("B") == "2"
    assert event.variable("C") is None


def test_a_value_may_hold_colons_and_a_bare_line_feed() -> None:
    """Seen on Asterisk: a variable with a line feed in `UserEvent`. It must not pass for a header."""
    (event,) = decode(GREETING, b"Event: UserEvent\r\nNote: a: b\nUniqueid: 1.1\r\n\r\n")[1:]
    assert isinstance(event, Event)
    assert event.get("Note") == "a: b\nUniqueid: 1.1"
    assert event.get("Uniqueid") is None


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    (event,) = decode(GREETING, b"Event: X\r\nCallerIDName: \xff\xc3\xa5\xc3\r\n\r\n")[1:]
    assert isinstance(event, Event)
    assert event.get("CallerIDName") == "\ufffdå\ufffd"


def test_a_message_shows_no_values_in_its_repr() -> None:
    data = (
        b"Event: DTMFEnd\r\nCallerIDNum: 0701740605\r\nDigit: 5\r\n\r\n"
        b"Response: Error\r\nMessage: 0701740605\r\n\r\n"
    )
    assert repr(decode(GREETING, data)[1:]) == "[Event(DTMFEnd, 2 headers), Response(Error, 1 headers)]"


def test_stray_empty_lines_say_nothing() -> None:
    data = b"Event: A\r\n\r\n\r\n\r\nEvent: B\r\n\r\n\r\nEvent: C\r\n\r\n"
    assert [m.name for m in decode(GREETING, data) if isinstance(m, Event)] == ["A", "B", "C"]


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0", b"\r\n", b"Asterisk Call M\r\n"]
)
def test_who_is_not_ami_is_found_out_at_the_first_line(first: bytes) -> None:
    assert decode(first) == [GreetingError]


def test_an_endless_greeting_is_an_error() -> None:
    assert decode(b"Asterisk Call Manager/" + b"9" * GREETING_MAX_BYTES) == [GreetingError]


def test_messages_before_garbage_are_given_first() -> None:
    got = decode(GREETING + b"Event: A\r\n\r\nGarbage: 0701740605\r\n\r\nEvent: B\r\n\r\n")
    assert got[1:] == [Event("A", "Event: A"), GarbageError]


def test_garbage_is_shown_with_long_numbers_masked() -> None:
    decoder = Decoder()
    decoder.feed(GREETING + b"0701740605 dialled\r\n\r\n")
    with pytest.raises(GarbageError) as garbage:
        list(decoder.messages())
    assert str(garbage.value) == (
        "AMI: got a message that begins with '# dialled', expected 'Response' or 'Event'"
    )


@pytest.mark.parametrize("size", [MESSAGE_MAX_BYTES - 1, MESSAGE_MAX_BYTES])
def test_a_message_may_be_as_long_as_the_bound(size: int) -> None:
    data = (b"Event: A\r\nB: ").ljust(size, b"x") + b"\r\n\r\n"
    assert [type(m) for m in decode(GREETING, data)] == [Greeting, Event]


def test_a_longer_message_is_an_error_whether_it_ends_or_not() -> None:
    data = (b"Event: A\r\nB: ").ljust(MESSAGE_MAX_BYTES + 1, b"x")
    assert decode(GREETING, data + b"\r\n\r\n")[1:] == [MessageTooLongError]
    assert decode(GREETING, *[data + b"xxxx"])[1:] == [MessageTooLongError]


pieces = st.sampled_from(
    [
        b"Event: Hangup\r\nUniqueid: 1.1\r\nCause: 16\r\n\r\n",
        b"Response: Success\r\nActionID: 7\r\nMessage: a: b\r\n\r\n",
        b"Event: X\r\nName: \xff\xfe\r\n\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\r",
        b"\n",
        b"Event: ",
        b"nonsense\r\n\r\n",
        b": \r\n\r\n",
    ]
)


@given(st.lists(pieces, max_size=12), st.lists(st.integers(0, 300), max_size=10), st.booleans())
@example([b"nonsense\r\n\r\n"], [1, 2, 3], True)
def test_any_chunking_gives_the_same_messages(parts: list[bytes], cuts: list[int], greets: bool) -> None:
    stream = (GREETING if greets else b"") + b"".join(parts)
    whole = decode(stream)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    assert decode(*(stream[a:b] for a, b in pairwise(places))) == whole
    assert decode(*(stream[n : n + 1] for n in range(len(stream)))) == whole


# --- what Asterisk 22.10.1 really sent ---


def test_there_are_captures() -> None:
    assert len(CAPTURES) >= 15


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_reads_the_same_whole_and_byte_by_byte(capture: Path) -> None:
    data = capture.read_bytes()
    whole = decode(data)
    assert whole[0] == Greeting("11.0.0")
    assert all(isinstance(message, Event | Response) for message in whole[1:])
    assert sum(isinstance(m, Event) for m in whole) == data.count(b"\r\nEvent: ") + data.startswith(
        b"Event: "
    )
    assert sum(isinstance(m, Response) for m in whole) == data.count(b"\r\nResponse: ")
    assert decode(*(data[n : n + 1] for n in range(len(data)))) == whole


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_lazy_reading_finds_what_eager_reading_finds(capture: Path) -> None:
    for message in decode(capture.read_bytes())[1:]:
        assert isinstance(message, Event | Response)
        first: dict[str, str] = {}
        for name, value in message.headers():
            first.setdefault(name, value)
        assert {name: message.get(name) for name in first} == first


def events(capture: str) -> list[Event]:
    data = (Path(__file__).parent / "captures" / f"{capture}.txt").read_bytes()
    return [message for message in decode(data) if isinstance(message, Event)]


def test_the_case_is_on_both_legs_of_a_dial() -> None:
    """`__VAXEL_CASE` set on the caller's channel and `channelvars = VAXEL_CASE` in manager.conf."""
    (begin,) = [event for event in events("offer_answered_agent_hangs_up") if event.name == "DialBegin"]
    assert begin.variable("VAXEL_CASE") == "case-17"
    assert begin.get("DestChanVariable") == "VAXEL_CASE=case-17"
    cases = {
        event.get("Channel"): event.variable("VAXEL_CASE")
        for event in events("offer_answered_agent_hangs_up")
        if event.name in ("BridgeEnter", "BridgeLeave", "Hangup", "DTMFEnd")
    }
    assert sorted(cases.values(), key=str) == ["case-17", "case-17"]


@pytest.mark.parametrize(
    ("capture", "status", "cause"),
    [
        ("offer_answered_agent_hangs_up", "ANSWER", "16"),
        ("offer_not_answered", "NOANSWER", "0"),
        ("offer_busy", "BUSY", "17"),
        ("offer_declined", "NOANSWER", "21"),
        ("offer_withdrawn", "NOANSWER", "16"),
        ("offer_caller_hangs_up", "CANCEL", "16"),
    ],
)
def test_how_an_offer_ended_shows_in_dial_end_and_the_legs_cause(
    capture: str, status: str, cause: str
) -> None:
    (end,) = [event for event in events(capture) if event.name == "DialEnd"]
    leg = end.get("DestUniqueid")
    hangups = [event for event in events(capture) if event.name == "Hangup" and event.get("Uniqueid") == leg]
    assert (end.get("DialStatus"), [event.get("Cause") for event in hangups]) == (status, [cause])


def test_injected_lines_in_a_user_event_become_headers_and_events() -> None:
    """Asterisk does not escape `UserEvent`'s own headers: why no caller's data may go into them."""
    names = [event.name for event in events("user_event_injected")]
    evil = next(event for event in events("user_event_injected") if event.get("UserEvent") == "Evil")
    assert "Fake2" in names
    assert evil.get("Inj2") == "yes"
    assert evil.variable("VAXEL_CASE") == r"a\r\nInjected: yes\r\n\r\nEvent: Fake"
