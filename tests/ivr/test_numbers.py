"""Numbers are read as people write them, and leave only as pseudonyms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.numbers import Known, NumberPlan, Pseudonyms, Unreadable, Withheld

JARFALLA = NumberPlan("SE", "8")


@pytest.mark.parametrize(
    "text",
    [
        "+46858028500",
        "0046858028500",
        "08-580 285 00",
        "08 58028500",
        "0858028500",
        "58028500",
        "46858028500",
        "+46 (0)8 580 285 00",
    ],
)
def test_every_way_to_write_a_swedish_number_gives_one_e164(text: str) -> None:
    assert JARFALLA.e164(text) == "+46858028500"


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("+358401234567", "+358401234567"),
        ("00358401234567", "+358401234567"),
        ("070-174 06 05", "+46701740605"),
    ],
)
def test_foreign_and_mobile_numbers_are_read(text: str, e164: str) -> None:
    assert JARFALLA.e164(text) == e164


@pytest.mark.parametrize("text", ["", "unknown", "anonymous", "Anonymous", " "])
def test_nothing_told_is_withheld(text: str) -> None:
    assert JARFALLA.caller(text) == Withheld()


@pytest.mark.parametrize(
    "presentation", ["prohib", "prohib_not_screened", "prohib_passed_screen", "unavailable"]
)
def test_a_withheld_number_stays_withheld_even_when_the_network_tells_it(presentation: str) -> None:
    assert JARFALLA.caller("+46701740605", presentation) == Withheld()


@pytest.mark.parametrize("text", ["hej", "'; drop table", "12", "+", "9" * 100_000, "\u202e+46", "٣"])
def test_what_is_no_number_is_unreadable(text: str) -> None:
    assert JARFALLA.caller(text) == Unreadable()


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert isinstance(JARFALLA.caller(text), Known | Withheld | Unreadable)


def test_the_same_caller_has_one_pseudonym_under_one_key_and_another_under_another() -> None:
    caller = JARFALLA.caller("070-174 06 05")
    first, kind = Pseudonyms(b"a" * 32).of(caller)
    assert kind == "known"
    assert first == Pseudonyms(b"a" * 32).of(JARFALLA.caller("+46701740605"))[0]
    assert first != Pseudonyms(b"b" * 32).of(caller)[0]
    assert len(first or "") == 32


def test_who_has_no_number_has_no_pseudonym() -> None:
    assert Pseudonyms(b"a" * 32).of(Withheld()) == (None, "withheld")
    assert Pseudonyms(b"a" * 32).of(Unreadable()) == (None, "unreadable")


def test_neither_number_nor_key_is_in_a_repr() -> None:
    assert "701740605" not in repr(JARFALLA.caller("+46701740605"))
    assert "aaaa" not in repr(Pseudonyms(b"a" * 32))


@pytest.mark.parametrize(
    ("plan", "e164", "ways"),
    [
        (
            JARFALLA,
            "+46858028500",
            ("+46858028500", "46858028500", "0046858028500", "0858028500", "58028500"),
        ),
        (NumberPlan("SE"), "+46858028500", ("+46858028500", "46858028500", "0046858028500", "0858028500")),
        (JARFALLA, "+46701740605", ("+46701740605", "46701740605", "0046701740605", "0701740605")),
        (JARFALLA, "+358401234567", ("+358401234567", "358401234567", "00358401234567")),
    ],
    ids=["own area", "no area", "elsewhere", "abroad"],
)
def test_a_number_is_known_in_every_way_that_a_network_may_write_it(
    plan: NumberPlan, e164: str, ways: tuple[str, ...]
) -> None:
    assert plan.written(e164) == ways


@given(st.integers(58_000_000, 58_999_999))
def test_every_way_to_write_a_number_is_read_as_that_number(subscriber: int) -> None:
    ways = JARFALLA.written(f"+468{subscriber}")
    assert len(ways) == 5
    assert {JARFALLA.e164(way) for way in ways} == {f"+468{subscriber}"}
