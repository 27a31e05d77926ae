"""What is said while hours are over, to the word, and that all of it is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.announcements import closed, coming, digit_prompt, hours_state, is_closed
from ivr.menu.circumstances import NOTHING, Moment, Standing
from ivr.menu.hours import DatedException, Hours, Override, Span, Spans
from ivr.menu.number import Ground, load_number
from ivr.menu.texts import Prompt
from tests.ivr.menu.hours_for_tests import LONG, OFFICE, SHORT, at, office
from tests.ivr.menu.menus_for_tests import (
    CHRISTMAS,
    LANGUAGES,
    NIGHT,
    NOON,
    choice,
    menu_of,
    option,
    overridden,
    said,
)

MENU = menu_of(choice("top", option("0", "general")))
DAY_S = 86_400.0
JARFALLA = Path(__file__).resolve().parents[3] / "menus" / "jarfalla"


def words(now: Moment, hours: Hours = OFFICE, language: str = "sv") -> list[str]:
    """Return the sentences that are said in one language."""
    menu = replace(MENU, hours={"office": hours})
    return [prompt.text for prompt in closed(menu, "office", (language,), now)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-09-02 22:00", "Vi öppnar igen i morgon klockan åtta."),
        ("2026-09-03 00:00", "Vi öppnar igen i dag klockan åtta."),
        ("2026-09-04 12:30", "Vi öppnar igen i dag klockan tretton."),
        ("2026-09-04 15:00", "Vi öppnar igen på måndag klockan åtta."),
    ],
)
def test_the_next_opening_is_said_as_seen_from_today(written: str, expected: str) -> None:
    assert words(Moment(at(written))) == ["Vi har stängt just nu.", expected]


def test_on_a_holiday_its_name_is_said() -> None:
    assert words(CHRISTMAS) == [
        "Vi har stängt, eftersom det är juldagen i dag.",
        "Vi öppnar igen på måndag klockan åtta.",
    ]
    assert words(CHRISTMAS, language="en")[0] == "We are closed, because today is Christmas Day."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "Vi har stängt just nu. I dag har vi andra öppettider än vanligt."),
        ("vi flyttar", "vi flyttar på svenska."),
    ],
)
def test_on_a_day_with_other_hours_the_reason_is_said(name: str, expected: str) -> None:
    day = date(2026, 9, 2)
    other = DatedException(day, day, (), said(name) if name else None)
    assert words(NOON, office(exceptions=(other,))) == [expected, "Vi öppnar igen i morgon klockan åtta."]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "2026-12-23 07:30",
            [
                "Vi har stängt just nu. I dag har vi andra öppettider än vanligt.",
                "Vi öppnar igen i dag klockan åtta.",
            ],
        ),
        ("2026-12-23 11:59", None),
        (
            "2026-12-23 12:00",
            [
                "Vi har stängt för i dag. Dagen före julafton har vi öppet till klockan tolv.",
                "Vi öppnar igen på måndag klockan åtta.",
            ],
        ),
    ],
)
def test_the_reason_of_a_shorter_day_is_said_when_that_day_is_over(
    written: str, expected: list[str] | None
) -> None:
    """Before it opens, "we are closed for today" would not be true."""
    menu, now = load_number(JARFALLA, Ground(at=at("2026-11-23 00:00"))).menu, Moment(at(written))
    assert is_closed(menu, "office", now) == (expected is not None)
    if expected is not None:
        assert [prompt.text for prompt in closed(menu, "office", ("sv",), now)] == expected


def test_between_the_hours_of_a_day_its_reason_is_not_said_yet() -> None:
    day = date(2026, 9, 2)
    other = DatedException(day, day, (Span(480, 600), Span(780, 900)), said("vi flyttar"))
    told = [
        words(Moment(at(f"2026-09-02 {hour}")), office(exceptions=(other,)))[0] for hour in ("11:00", "16:00")
    ]
    assert told == [
        "Vi har stängt just nu. I dag har vi andra öppettider än vanligt.",
        "vi flyttar på svenska.",
    ]


def test_an_emergency_is_said_as_one_unless_somebody_gave_a_reason() -> None:
    opens = "Vi öppnar igen i dag klockan tolv och trettio."
    assert words(overridden(NOON, is_emergency=True)) == [
        "Vi har tyvärr fått stänga på grund av en oväntad händelse.",
        opens,
    ]
    assert words(overridden(NOON, is_emergency=True, reason={"sv": "Brand."})) == ["Brand.", opens]


def test_a_reason_given_by_hand_is_said_in_the_language_that_it_has_and_closed_in_the_others() -> None:
    now = overridden(NOON, reason={"sv": "Övning."})
    said_now = closed(MENU, "office", LANGUAGES, now)
    assert [(prompt.language, prompt.name) for prompt in said_now] == [
        ("sv", "closed/reason"),
        ("sv", "sentences/opens"),
        ("en", "sentences/closed"),
        ("en", "sentences/opens"),
    ]


def test_hours_that_never_open_again_say_no_opening() -> None:
    never: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans] = ((),) * 7
    assert words(NOON, Hours("office", OFFICE.zone, never)) == ["Vi har stängt just nu."]


def test_no_hours_at_all_are_never_over() -> None:
    assert not is_closed(MENU, "", NIGHT)
    assert is_closed(MENU, "office", NIGHT)
    assert not is_closed(MENU, "office", NOON)


def test_an_override_of_other_hours_changes_nothing() -> None:
    now = NOON._replace(standing=Standing({"elsewhere": overridden(NOON).standing.overrides["office"]}))
    assert not is_closed(MENU, "office", now)
    assert is_closed(MENU, "office", overridden(NOON))


@pytest.mark.parametrize(
    ("language", "digit", "text"), [("sv", "0", "noll"), ("en", "7", "seven"), ("fi", "2", "kaksi")]
)
def test_each_digit_is_a_prompt_of_its_own(language: str, digit: str, text: str) -> None:
    assert digit_prompt(language, digit) == Prompt(f"digits/{digit}", text, language)


# --- all of it is known beforehand --------------------------------------------------------------

SPANS: st.SearchStrategy[Spans] = st.sampled_from(
    [(), LONG, SHORT, (Span(0, 1440),), (Span(0, 60), Span(1380, 1440))]
)
ZONES = st.sampled_from([ZoneInfo("Europe/Stockholm"), ZoneInfo("UTC"), ZoneInfo("America/New_York")])
# Clocks change, years change, Christmas and midsummer come.
STARTS = st.sampled_from(
    [at(f"2026-{day} 00:00") for day in ("03-27", "06-17", "09-02", "10-23", "12-22", "12-30")]
)


@st.composite
def calendars(draw: st.DrawFn) -> Hours:
    """Draw opening hours."""
    week = tuple(draw(SPANS) for _ in range(7))
    spans = draw(st.dictionaries(st.sampled_from(["eves", "public holidays", "bridge days"]), SPANS))
    return Hours("office", draw(ZONES), week, spans)  # type: ignore[arg-type]  # seven of them


@st.composite
def standings(draw: st.DrawFn, start: float) -> Standing:
    """Draw nothing, or hours set by hand some time around the start."""
    if draw(st.booleans()):
        return NOTHING
    since = start + draw(st.integers(-86_400, 86_400))
    until = draw(st.none() | st.integers(60, int(2 * DAY_S)).map(lambda lasts: since + lasts))
    reason = draw(st.sampled_from([{}, {"sv": "Övning."}, {"sv": "Övning.", "en": "A drill."}]))
    kinds = st.booleans()
    return Standing({"office": Override(draw(kinds), draw(kinds), reason, since, until, draw(kinds))})


@settings(deadline=None, max_examples=60)  # the machine may be busy
@given(st.data(), calendars(), STARTS)
def test_whatever_is_said_in_the_coming_days_is_known_today(
    data: st.DataObject, hours: Hours, start: float
) -> None:
    menu, standing = replace(MENU, hours={"office": hours}), data.draw(standings(start))
    known = set(coming(menu, standing, start, start + 2 * DAY_S))
    for later in data.draw(st.lists(st.integers(0, 2 * 86_400 - 1), min_size=20, max_size=20)):
        now = Moment(start + later, standing)
        if not hours_state(menu, "office", now).is_open:
            assert closed(menu, "office", LANGUAGES, now) in known
