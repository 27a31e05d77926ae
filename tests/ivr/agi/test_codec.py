"""The codec: each case whole, byte by byte, and with bytes behind it; then any chunking of anything."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agi.codec import (
    FUNCTIONS,
    HANGUP,
    MAX_LINE_BYTES,
    MAX_REPLY_BYTES,
    AgiEvent,
    Decoder,
    Fault,
    Reply,
    encode,
    variable_name,
)
from ivr.agi.errors import (
    BadNameError,
    ForbiddenCharacterError,
    LineTooLongError,
    LocalProtocolError,
    TooManyArgumentsError,
)
from ivr.agi.request import MAX_REQUEST_BYTES, AgiRequest
from tests.fakes.agi_lines import split_command, words

REQUEST = b"agi_network: yes\nagi_channel: PJSIP/t-1\nagi_uniqueid: 17.1\n\n"
REQUESTED = AgiRequest("17.1", "PJSIP/t-1")

USAGE = (
    b"520-Invalid command syntax.  Proper usage follows:\nUsage: NOOP\n\nExample: 200 result=1\n520 End.\n"
)
USAGE_TEXT = "Invalid command syntax.  Proper usage follows:\nUsage: NOOP\n\nExample: 200 result=1\n520 End."

WIRE: dict[str, tuple[bytes, list[AgiEvent]]] = {
    "done": (b"200 result=0\n", [Reply(200, "0")]),
    "digit": (b"200 result=53\n", [Reply(200, "53")]),
    "minus one": (b"200 result=-1\n", [Reply(200, "-1")]),
    "minus one with a place": (b"200 result=-1 endpos=0\n", [Reply(200, "-1", None, 0)]),
    "no application": (b"200 result=-2\n", [Reply(200, "-2")]),
    "prompt": (b"200 result=0 endpos=8512\n", [Reply(200, "0", None, 8512)]),
    "keys": (b"200 result=12\n", [Reply(200, "12")]),
    "keys and star": (b"200 result=*7\n", [Reply(200, "*7")]),
    "some keys, then silence": (b"200 result=7 (timeout)\n", [Reply(200, "7", "timeout")]),
    "silence": (b"200 result= (timeout)\n", [Reply(200, "", "timeout")]),
    "only #": (b"200 result=\n", [Reply(200, "")]),
    "recorded": (b"200 result=0 (hangup) endpos=-1\n", [Reply(200, "0", "hangup", -1)]),
    "variable": (b"200 result=1 (abc)\n", [Reply(200, "1", "abc")]),
    "empty variable": (b"200 result=1 ()\n", [Reply(200, "1", "")]),
    "variable with brackets": (b"200 result=1 (a) b) (c)\n", [Reply(200, "1", "a) b) (c")]),
    "variable like a place": (b"200 result=1 (a) endpos=5)\n", [Reply(200, "1", "a) endpos=5")]),
    "variable of two lines": (b"200 result=1 (a\nHANGUP\nb)\n", [Reply(200, "1", "a\nHANGUP\nb")]),
    "variable in bad UTF-8": (b"200 result=1 (\xff)\n", [Reply(200, "1", "�")]),
    "variable in Swedish": ("200 result=1 (Växel)\n".encode(), [Reply(200, "1", "Växel")]),
    "unknown": (b"510 Invalid or unknown command\n", [Reply(510, "", "Invalid or unknown command")]),
    "dead": (b"511 Command Not Permitted\n", [Reply(511, "", "Command Not Permitted")]),
    "usage": (USAGE, [Reply(520, "", USAGE_TEXT)]),
    "usage of one line": (b"520 Invalid syntax.\n", [Reply(520, "", "Invalid syntax.")]),
    "hang-up": (b"HANGUP\n", [HANGUP]),
    "hang-up before the answer": (b"HANGUP\n200 result=-1\n", [HANGUP, Reply(200, "-1")]),
    "hang-up twice, after": (b"200 result=-1\nHANGUP\nHANGUP\n", [Reply(200, "-1"), HANGUP, HANGUP]),
    "hang-up within usage": (b"520-a\nHANGUP\n520 b\n", [HANGUP, Reply(520, "", "a\n520 b")]),
}
STRANGE: dict[str, bytes] = {
    "nothing": b"\n",
    "other protocol": b"HTTP/1.1 400 Bad Request\r\n",
    "no result": b"200 OK\n",
    "other case": b"hangup\n",
    "carriage return": b"HANGUP\r\n",
    "words behind": b"200 result=0 and more\n",
    "number without end": b"200 result=0 endpos=" + b"9" * 5000 + b"\n",
    "binary": b"\x00\xff\n",
}


def whole(data: bytes) -> list[AgiEvent]:
    return Decoder().feed(data)


def bytewise(data: bytes) -> list[AgiEvent]:
    decoder = Decoder()
    return [event for at in range(len(data)) for event in decoder.feed(data[at : at + 1])]


def comparable(events: list[AgiEvent]) -> list[object]:
    return [
        (type(event), str(event.error) if isinstance(event, Fault) else tuple_of(event)) for event in events
    ]


def tuple_of(event: AgiEvent) -> object:
    return tuple(event) if isinstance(event, tuple) else event


@pytest.mark.parametrize("case", WIRE)
def test_reads_the_same_whole_bytewise_and_with_bytes_behind(case: str) -> None:
    data, expected = WIRE[case]
    assert whole(REQUEST + data) == [REQUESTED, *expected]
    assert bytewise(REQUEST + data) == [REQUESTED, *expected]
    assert whole(REQUEST + data + b"200 result=7\n200 re") == [REQUESTED, *expected, Reply(200, "7")]


@pytest.mark.parametrize("case", WIRE)
def test_no_event_before_its_last_byte(case: str) -> None:
    data, expected = WIRE[case]
    events = whole(REQUEST + data[:-1])
    assert events == [REQUESTED, *expected][:-1]


@pytest.mark.parametrize("case", STRANGE)
def test_a_strange_line_is_a_fault_once_and_ends_reading(case: str) -> None:
    decoder = Decoder()
    events = decoder.feed(REQUEST + b"200 result=0\n" + STRANGE[case] + b"200 result=0\n")
    assert events[:2] == [REQUESTED, Reply(200, "0")]
    assert [type(event) for event in events[2:]] == [Fault]
    assert decoder.feed(b"200 result=0\n") == []


def test_hang_up_may_come_before_the_request_is_complete() -> None:
    assert whole(b"agi_network: yes\nHANGUP\n" + REQUEST.partition(b"\n")[2]) == [HANGUP, REQUESTED]


@pytest.mark.parametrize(
    ("begin", "limit"),
    [(b"", MAX_REQUEST_BYTES), (REQUEST, MAX_REPLY_BYTES), (REQUEST + b"520-", MAX_REPLY_BYTES)],
)
@pytest.mark.parametrize("line_bytes", [sys.maxsize, 100, 1])
def test_endless_input_is_a_fault_and_is_not_kept(begin: bytes, limit: int, line_bytes: int) -> None:
    decoder = Decoder()
    decoder.feed(begin)
    if begin == REQUEST:
        decoder.feed(b"200 result=1 (")
    sent = 0
    chunk = (
        b"x" * 4096 if line_bytes == sys.maxsize else (b"x" * line_bytes + b"\n") * (4096 // (line_bytes + 1))
    )
    while not (events := decoder.feed(chunk)):
        sent += len(chunk)
        assert sent <= limit
    assert [type(event) for event in events] == [Fault]
    assert sys.getsizeof(decoder._partial) + sys.getsizeof(decoder._block) < 200


streams = st.lists(
    st.sampled_from([data for data, _ in WIRE.values()] + list(STRANGE.values())) | st.binary(max_size=30),
    max_size=8,
).map(b"".join)
beginnings = st.sampled_from([REQUEST, b"", REQUEST[:-1], b"agi_channel: a\n" + REQUEST])


@given(beginnings, streams, st.lists(st.integers(1, 40)))
def test_any_chunking_gives_the_same_events(beginning: bytes, stream: bytes, sizes: list[int]) -> None:
    data = beginning + stream
    decoder = Decoder()
    events: list[AgiEvent] = []
    rest = data
    for size in sizes:
        events += decoder.feed(rest[:size])
        rest = rest[size:]
    events += decoder.feed(rest)
    assert comparable(events) == comparable(whole(data)) == comparable(bytewise(data))


# --- our commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (("NOOP",), b"NOOP\n"),
        (("WAIT FOR DIGIT", "10000"), b'WAIT FOR DIGIT "10000"\n'),
        (("EXEC", "Dial", "PJSIP/x,20,g"), b'EXEC "Dial" "PJSIP/x,20,g"\n'),
        (("STREAM FILE", "a b", ""), b'STREAM FILE "a b" ""\n'),
        (("SET VARIABLE", "A", 'say "hi" \\ ${X}'), b'SET VARIABLE "A" "say \\"hi\\" \\\\ ${X}"\n'),
        (("SET VARIABLE", "A", "Växel"), 'SET VARIABLE "A" "Växel"\n'.encode()),
    ],
)
def test_command_words_stand_bare_and_arguments_quoted(command: tuple[str, ...], line: bytes) -> None:
    assert encode(*command) == line
    assert split_command(line) == command


@pytest.mark.parametrize(
    ("command", "error", "text"),
    [
        ((), BadNameError, "got a command that is not upper-case words"),
        (("noop",), BadNameError, "got a command that is not upper-case words"),
        (("NOOP\nHANGUP",), BadNameError, "got a command that is not upper-case words"),
        (("NOOP", "0701\n"), ForbiddenCharacterError, "NOOP: argument 1 holds a newline at position 4"),
        (
            ("NOOP", "", "0701\r"),
            ForbiddenCharacterError,
            "NOOP: argument 2 holds a carriage return at position 4",
        ),
        (("NOOP", "\0"), ForbiddenCharacterError, "NOOP: argument 1 holds a NUL at position 0"),
        (("NOOP", "0701\ud800"), ForbiddenCharacterError, "NOOP: an argument holds a lone surrogate"),
        (("NOOP", *["0701"] * 17), TooManyArgumentsError, "got 17 arguments, expected at most 16"),
        (("NOOP", "0701" * 25_000), LineTooLongError, "got a line of 100008 bytes, expected at most 8191"),
    ],
)
def test_what_would_derail_asterisk_is_refused_and_not_shown(
    command: tuple[str, ...], error: type[LocalProtocolError], text: str
) -> None:
    with pytest.raises(error) as raised:
        encode(*command)
    assert text in str(raised.value)
    assert "0701" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_the_longest_line_is_8191_bytes_with_its_newline() -> None:
    room = MAX_LINE_BYTES - len(b'NOOP ""\n')
    assert len(encode("NOOP", "x" * room)) == MAX_LINE_BYTES
    with pytest.raises(LineTooLongError):
        encode("NOOP", "x" * (room + 1))
    with pytest.raises(LineTooLongError):
        encode("NOOP", '"' * (room // 2 + 1))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=40) | st.text(
    '"\\ \tab${}', max_size=40
)


@given(st.lists(texts, max_size=16))
def test_asterisk_reads_back_every_argument(arguments: list[str]) -> None:
    assert words(encode("NOOP", *arguments)) == ["NOOP", *arguments]


@given(st.lists(st.text(max_size=10), max_size=18))
def test_what_is_not_refused_is_one_line_and_reads_back(arguments: list[str]) -> None:
    try:
        line = encode("NOOP", *arguments)
    except LocalProtocolError:
        return
    assert line.count(b"\n") == 1
    assert words(line) == ["NOOP", *arguments]


@pytest.mark.parametrize("name", ["A", "__VAXEL_CASE", "1", *sorted(FUNCTIONS)])
def test_variable_names_are_words_or_known_functions(name: str) -> None:
    assert variable_name(name) == name


@pytest.mark.parametrize("name", ["", "SHELL(id)", "A B", "${A}", "A\n", "Å", "TIMEOUT(response)", "A=B"])
def test_other_variable_names_are_refused(name: str) -> None:
    with pytest.raises(BadNameError):
        variable_name(name)


def test_a_reply_shows_neither_keys_nor_values() -> None:
    assert repr(Reply(200, "12", "0700000001")) == "Reply(code=200)"
