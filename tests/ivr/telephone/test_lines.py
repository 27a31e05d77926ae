"""Lines from Asterisk's side: what our codec writes is read again, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agi.codec import encode
from ivr.agi.request import read_request
from ivr.telephone.lines import UnreadableLineError, decode, request

NAMES = st.lists(st.text("ABCXYZ", min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join)
ARGUMENTS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=40)
    | st.text(' "\\ab', max_size=12),
    max_size=16,
)


@given(NAMES, ARGUMENTS)
def test_what_was_encoded_is_decoded(name: str, arguments: list[str]) -> None:
    assert decode(encode(name, *arguments)) == (name, *arguments)


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    try:
        words = decode(data)
    except UnreadableLineError:
        return
    assert encode(*words) == data


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"NOOP",
        b"noop\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b'EXEC "Set\n',
        b'EXEC Set "A=1"\n',
        b'EXEC "Set" \n',
        b"\xff\xfe\n",
        b'NOOP "' + b"a" * 8192 + b'"\n',
    ],
)
def test_what_no_engine_of_ours_writes_is_refused_without_telling_it(line: bytes) -> None:
    with pytest.raises(UnreadableLineError) as refused:
        decode(line)
    assert "Set" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_engine_reads_the_request_with_its_empty_arguments() -> None:
    values = {"network_script": "rehearsal", "channel": "Text/1", "uniqueid": "r-1.5", "callerid": "unknown"}
    read = read_request(request(values, ("jarfalla", "", "prohib")))
    assert (read.script, read.uniqueid, read.callerid) == ("rehearsal", "r-1.5", None)
    assert read.arguments == ("jarfalla", "", "prohib")


@pytest.mark.parametrize("text", ["a\nagi_uniqueid: 1", "a\rb", "a\0b"])
def test_a_request_of_more_lines_than_asked_for_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        request({"channel": "Text/1"}, (text,))
