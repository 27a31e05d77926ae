"""The dialplan's notes are read as it writes them; a note that cannot be read is none, and never an error."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.fallback import Ended, InFallback, arrived_at, read_ends, read_fallback, seconds_of

CASE = "vaxel-1763782800.7"


@pytest.mark.parametrize(
    ("note", "ends"),
    [
        (
            f"{CASE}|talking|1763782900.125|1763782850.5",
            {CASE: Ended("talking", 1_763_782_900.125, 1_763_782_850.5)},
        ),
        (f"{CASE}|waiting|1763782900.125|", {CASE: Ended("waiting", 1_763_782_900.125, None)}),
        (f"{CASE}||1763782900", {CASE: Ended("", 1_763_782_900.0, None)}),
        (f"{CASE}|lost|1763782900|soon||and more", {CASE: Ended("lost", 1_763_782_900.0, None)}),
        (f"{CASE}|waiting|soon|", {}),
        (f"{CASE}|waiting", {}),
        ("", {}),
    ],
)
def test_an_end_is_read(note: str, ends: dict[str, Ended]) -> None:
    assert read_ends([note]) == ends


def test_every_end_is_read_and_an_unreadable_one_hides_no_other() -> None:
    notes = ["a|waiting|1|", "?", "b|lost|2|", "|||"]
    assert read_ends(notes) == {"a": Ended("waiting", 1.0, None), "b": Ended("lost", 2.0, None)}


WAITS = InFallback("0858028500", "school", 1.5, 2.25, None, None)


@pytest.mark.parametrize(
    ("note", "calls"),
    [
        ("0858028500|school|1.5|2.25", {CASE: WAITS}),
        ("0858028500|school|1.5|2.25|gun|9.75", {CASE: WAITS._replace(agent="gun", answered_at=9.75)}),
        ("0858028500|school|1.5|2.25|gun|soon", {CASE: WAITS._replace(agent="gun")}),
        (
            "0858028500|school|1.5|2.25|gun|9.75|anna|11",
            {CASE: WAITS._replace(agent="gun", answered_at=9.75)},
        ),
        ("|school|1.5|2.25||", {CASE: WAITS._replace(called="")}),
        ("0858028500||1.5|2.25", {}),
        ("0858028500|school|soon|2.25", {}),
        ("0858028500|school|1.5|", {}),
        ("0858028500|school", {}),
        ("", {}),
    ],
)
def test_a_call_in_the_fallback_is_read(note: str, calls: dict[str, InFallback]) -> None:
    assert read_fallback({CASE: note}) == calls


@pytest.mark.parametrize(
    ("case", "at"),
    [
        (CASE, 1_763_782_800.0),
        ("my-town-1763782800.7", 1_763_782_800.0),
        ("1763782800.7", 1_763_782_800.0),
        ("case-x", None),
        ("", None),
    ],
)
def test_a_case_tells_when_its_call_arrived(case: str, at: float | None) -> None:
    assert arrived_at(case) == at


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-inf", "-1", "0", "1e12", "1,5", "0x10"])
def test_what_is_no_second_of_our_days_is_none(text: str) -> None:
    assert seconds_of(text) is None


@given(st.lists(st.text()))
@example(["|nan|inf|-inf"])
def test_no_text_as_an_end_is_an_error(notes: list[str]) -> None:
    for end in read_ends(notes).values():
        assert math.isfinite(end.at)


@given(st.dictionaries(st.text(), st.text()))
@example({CASE: "a|b|nan|1e999|c|-inf"})
def test_no_text_as_a_call_is_an_error(notes: dict[str, str]) -> None:
    for call in read_fallback(notes).values():
        assert call.queue
        assert math.isfinite(call.since)
        assert math.isfinite(call.entered_at)


@given(st.text())
def test_no_case_is_an_error(case: str) -> None:
    at = arrived_at(case)
    assert at is None or 0 < at < math.inf


@given(st.floats(0.001, 9e10).map(lambda at: f"{at:.3f}"))
def test_seconds_are_read_as_the_dialplan_writes_them(text: str) -> None:
    assert f"{seconds_of(text):.3f}" == text
