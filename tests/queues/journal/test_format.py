"""The journal's line: readable, and the same event again when it is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.journal.errors import UnreadableLineError, UnwritableEventError
from queues.journal.format import LINE_LIMIT, format_line, parse_line, read_sequence
from routing.events import (
    DECISIONS,
    INPUTS,
    CallArrived,
    CallEnded,
    CallerHungUp,
    ClockStepped,
    DigitPressed,
    EngineStarted,
    Event,
    MenuAnswered,
    MenuResult,
    Outcome,
    PromptEnded,
    PromptPlayed,
    Recorded,
)
from tests.queues.journal.events import RECORDED, events_of

ARRIVED = Recorded(1, 1763782800.25, CallArrived("c-1", "pj-7", "jarfalla", "+46858028500", None, "withheld"))
ARRIVED_LINE = (
    b'{"seq":1,"at":1763782800.25,"event":"CallArrived","contact":"c-1","channel":"pj-7","number":"jarfalla",'
    b'"called":"+46858028500","caller":null,"caller_kind":"withheld"}\n'
)


def test_an_event_is_one_readable_line() -> None:
    assert format_line(ARRIVED) == ARRIVED_LINE


@pytest.mark.parametrize("kind", [*INPUTS, *DECISIONS], ids=lambda kind: kind.__name__)
def test_every_event_reads_back_as_itself(kind: type[Event]) -> None:
    @given(events_of(kind), st.integers(1, 2**53))
    def reads_back(event: Event, seq: int) -> None:
        line = format_line(Recorded(seq, 0.5, event))
        again = parse_line(line)
        assert Recorded(seq, 0.5, event) == again
        assert kind is type(again.event)
        assert [type(value) for value in event] == [type(value) for value in again.event]
        assert seq == read_sequence(line)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert b"\r" not in line

    reads_back()


def test_enums_and_tuples_come_back_typed() -> None:
    answered = parse_line(
        format_line(Recorded(1, 0.0, MenuAnswered("c", "main", MenuResult.MATCH, "school")))
    )
    played = parse_line(format_line(Recorded(1, 0.0, PromptPlayed("c", "main", ("welcome", "choices")))))
    assert isinstance(answered.event, MenuAnswered)
    assert answered.event.result is MenuResult.MATCH
    assert PromptPlayed("c", "main", ("welcome", "choices")) == played.event


def test_events_of_two_kinds_with_equal_fields_stay_two_kinds() -> None:
    assert type(parse_line(format_line(Recorded(1, 0.0, PromptEnded("c")))).event) is PromptEnded
    assert type(parse_line(format_line(Recorded(1, 0.0, CallerHungUp("c")))).event) is CallerHungUp


@given(RECORDED, st.data())
def test_a_torn_line_is_an_error_that_says_where(recorded: Recorded, data: st.DataObject) -> None:
    line = format_line(recorded)
    cut = data.draw(st.integers(0, len(line) - 2))
    with pytest.raises(UnreadableLineError) as raised:
        parse_line(line[:cut], file="000000000001.jsonl", offset=77)
    assert raised.value.file == "000000000001.jsonl"
    assert raised.value.offset == 77


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'{"seq":1,"at"', "got 13 bytes that are no JSON, expected one event"),
        (b"\xff\xfe", "got 2 bytes that are no JSON, expected one event"),
        (b"[1]", "got a list, expected an object"),
        (
            b'{"seq":1,"at":0,"event":"CallDied"}',
            "got event 'CallDied', expected the name of an event of routing.events",
        ),
        (
            b'{"seq":1,"at":0,"event":"08-123"}',
            "got event that is no name, expected the name of an event of routing.events",
        ),
        (b'{"at":0,"event":"TimerFired"}', "got TimerFired without seq, expected a whole number"),
        (
            b'{"seq":1.5,"at":0,"event":"TimerFired"}',
            "got TimerFired.seq of kind float, expected a whole number",
        ),
        (b'{"seq":1,"at":"now","event":"TimerFired"}', "got TimerFired.at of kind str, expected a number"),
        (b'{"seq":1,"at":0,"event":"PromptEnded"}', "got PromptEnded without contact, expected text"),
        (
            b'{"seq":1,"at":0,"event":"PromptEnded","contact":"c","colour":1}',
            "got PromptEnded with unknown 'colour', expected its fields at, contact, event, seq",
        ),
        (
            b'{"seq":1,"at":0,"event":"CallerLost","contact":"c","by":"moon"}',
            "got CallerLost.by of kind str, expected one of engine, pbx",
        ),
        (
            b'{"seq":1,"at":0,"event":"PromptPlayed","contact":"c","node":"n","prompts":[1]}',
            "got PromptPlayed.prompts of kind list, expected a list, each text",
        ),
        (
            (
                b'{"seq":1,"at":0,"event":"CallArrived","contact":"c","channel":"","number":"","called":"","caller":2,'
                b'"caller_kind":"known"}'
            ),
            "got CallArrived.caller of kind int, expected text, or null",
        ),
    ],
)
def test_a_wrong_line_says_where_what_and_what_instead(line: bytes, text: str) -> None:
    with pytest.raises(UnreadableLineError) as raised:
        parse_line(line, file="j/000000000001.jsonl", offset=12)
    assert f"journal j/000000000001.jsonl, line at byte 12: {text}" == str(raised.value)


def test_no_error_repeats_what_the_caller_keyed() -> None:
    with pytest.raises(UnreadableLineError) as raised:
        parse_line(b'{"seq":1,"at":0,"event":"DigitPressed","contact":"c","digits":1998}')
    assert "1998" not in str(raised.value)
    with pytest.raises(UnwritableEventError) as refused:
        format_line(Recorded(1, 0.0, DigitPressed("c", "1998" * LINE_LIMIT)))
    assert "1998" not in str(refused.value)


def test_a_number_written_whole_reads_as_the_float_it_is() -> None:
    again = parse_line(b'{"seq":1,"at":5,"event":"ClockStepped","by_s":3}')
    assert Recorded(1, 5.0, ClockStepped(3.0)) == again
    assert isinstance(again.event, ClockStepped)
    assert isinstance(again.event.by_s, float)


@pytest.mark.parametrize("by_s", [float("nan"), float("inf")])
def test_a_duration_that_is_no_number_is_refused(by_s: float) -> None:
    with pytest.raises(
        UnwritableEventError, match="ClockStepped cannot be written: a field is neither text nor"
    ):
        format_line(Recorded(1, 0.0, ClockStepped(by_s)))


def test_a_line_beyond_the_limit_is_refused() -> None:
    with pytest.raises(UnwritableEventError, match="the limit is 65536"):
        format_line(Recorded(1, 0.0, EngineStarted("x" * LINE_LIMIT)))


def test_a_lone_surrogate_from_outside_does_not_cost_the_event() -> None:
    event = CallEnded("c\udc80", Outcome.ANSWERED, "caller")
    assert Recorded(1, 0.0, event) == parse_line(format_line(Recorded(1, 0.0, event)))


@given(RECORDED)
def test_the_order_of_the_fields_does_not_matter(recorded: Recorded) -> None:
    fields = json.loads(format_line(recorded))
    shuffled = json.dumps(dict(reversed(fields.items()))).encode()
    assert recorded == parse_line(shuffled)
