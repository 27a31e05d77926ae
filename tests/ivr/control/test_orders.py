"""Orders and answers as lines: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.control.orders import (
    Answer,
    CrisisOff,
    CrisisOn,
    NoAnswerError,
    OrderRefusedError,
    Reload,
    SetHours,
    WhatTime,
    read_answer,
    read_order,
    write_answer,
    write_order,
)

if TYPE_CHECKING:
    from ivr.control.orders import Order

NO_ORDER = "that is no order; is the command line as new as the engine?"
TEXTS = st.dictionaries(st.text(max_size=3), st.text(max_size=20), max_size=3)
AFTER_2999_S = 32_503_680_000.0
ENDS = st.none() | st.floats(-AFTER_2999_S, AFTER_2999_S, exclude_min=True, exclude_max=True)
ORDERS: st.SearchStrategy[Order] = st.one_of(
    st.builds(Reload, st.text(), st.lists(st.text(max_size=5), max_size=3).map(tuple)),
    st.just(WhatTime()),
    st.builds(
        CrisisOn, st.text(), TEXTS, st.text(), ENDS, st.text(), st.text(), st.booleans()
    ),
    st.builds(CrisisOff, st.text(), st.text()),
    st.builds(
        SetHours,
        st.text(),
        st.sampled_from(["open", "closed", "emergency", "calendar"]),
        st.text(),
        TEXTS,
        ENDS,
        is_sticky=st.booleans(),
        owner=st.text(),
    ),
)  # fmt: skip


@given(ORDERS)
def test_an_order_is_read_as_it_was_written(order: Order) -> None:
    line = write_order(order)
    assert line.count(b"\n") == 1
    assert read_order(line) == order


@given(st.binary(max_size=200))
def test_any_bytes_are_an_order_or_refused(line: bytes) -> None:
    with pytest.raises(OrderRefusedError) as caught:
        read_order(line)
    assert str(caught.value) == NO_ORDER


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = ("number", "texts", "queue", "until", "recording", "owner", "is_drill", "crisis", "state", "hours",
         "reason", "is_sticky", "why", "order", "numbers", "more")  # fmt: skip


@given(
    st.sampled_from(["Reload", "WhatTime", "CrisisOn", "CrisisOff", "SetHours"]),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8),
)
def test_whatever_the_fields_hold_an_order_that_is_read_is_whole(
    kind: str, fields: dict[str, object]
) -> None:
    line = json.dumps({**fields, "order": kind}).encode()
    try:
        order = read_order(line)
    except OrderRefusedError:
        return
    assert read_order(write_order(order)) == order


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b'{"order":"Reload","why":7}',
        b'{"order":"Reload","numbers":"ab"}',
        b'{"order":"Reload","numbers":[7]}',
        b'{"order":"CrisisOff","number":"a","numbers":["a"]}',
        b'{"order":"Drop"}',
        b'{"order":["Reload"]}',
        b'{"order":"CrisisOff"}',
        b'{"order":"CrisisOff","number":"a","more":1}',
        b'{"order":"CrisisOn","number":"a","texts":["a"]}',
        b'{"order":"CrisisOn","number":"a","texts":{"sv":1}}',
        b'{"order":"CrisisOn","number":"a","texts":{},"until":NaN}',
        b'{"order":"CrisisOn","number":"a","texts":{},"until":1e999}',
        b'{"order":"CrisisOn","number":"a","texts":{},"until":1e15}',
        b'{"order":"SetHours","number":"a","state":"open","until":32503680000}',
        b'{"order":"WhatTime","number":"a"}',
        b'{"order":"CrisisOn","number":"a","texts":{},"until":1' + b"0" * 400 + b"}",
        b'{"order":"SetHours","number":"a","state":"ajar"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_order_is_refused(line: bytes) -> None:
    with pytest.raises(OrderRefusedError, match="that is no order"):
        read_order(line)


@given(
    st.booleans(), st.lists(st.text(max_size=10)), st.dictionaries(st.text(max_size=5), st.text(max_size=5))
)
def test_an_answer_is_read_as_it_was_written(is_done: bool, lines: list[str], fields: dict[str, str]) -> None:
    answer = Answer(is_done, tuple(lines), fields)
    assert read_answer(write_answer(answer)) == answer


@pytest.mark.parametrize("line", [b"", b"{}", b"null", b'{"is_done":true}', b"[" * 100_000])
def test_what_is_no_answer_is_told(line: bytes) -> None:
    with pytest.raises(NoAnswerError) as caught:
        read_answer(line)
    assert str(caught.value) == "the engine's answer cannot be read; is it as new as the command line?"
