"""Times, dates and waits are said as a radio voice would say them, whatever the moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import inf, nan
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.spoken import moments
from ivr.spoken.errors import UnspeakableError, UnspokenLanguageError
from ivr.spoken.moments import LANGUAGES, duration, opening, time_of_day, wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import time

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 12, 21, 18, 15, tzinfo=STOCKHOLM)  # a Monday
languages = st.sampled_from(LANGUAGES)


def spoken(text: str) -> bool:
    """Tell whether a speech program finds nothing but words and pauses."""
    return bool(text) and all(sign.isalpha() or sign in " ,-" for sign in text) and "  " not in text


@pytest.mark.parametrize(
    ("clock", "swedish", "english", "finnish"),
    [
        ((8, 0), "klockan åtta", "eight in the morning", "kello kahdeksan"),
        ((16, 0), "klockan sexton", "four in the afternoon", "kello kuusitoista"),
        (
            (16, 30),
            "klockan sexton och trettio",
            "four thirty in the afternoon",
            "kello kuusitoista kolmekymmentä",
        ),
        (
            (16, 5),
            "klockan sexton noll fem",
            "four oh five in the afternoon",
            "kello kuusitoista nolla viisi",
        ),
        ((1, 0), "klockan ett", "one in the morning", "kello yksi"),
        ((12, 0), "klockan tolv", "noon", "kello kaksitoista"),
        (
            (12, 15),
            "klockan tolv och femton",
            "twelve fifteen in the afternoon",
            "kello kaksitoista viisitoista",
        ),
        ((18, 0), "klockan arton", "six in the evening", "kello kahdeksantoista"),
        (
            (21, 45),
            "klockan tjugoett och fyrtiofem",
            "nine forty-five in the evening",
            "kello kaksikymmentäyksi neljäkymmentäviisi",
        ),
        ((22, 0), "klockan tjugotvå", "ten at night", "kello kaksikymmentäkaksi"),
        ((0, 0), "klockan noll noll", "midnight", "kello nolla nolla"),
        (
            (0, 30),
            "klockan noll noll trettio",
            "twelve thirty at night",
            "kello nolla nolla kolmekymmentä",
        ),
    ],
)
def test_a_clock_time_is_said_in_each_language(
    clock: tuple[int, int], swedish: str, english: str, finnish: str
) -> None:
    assert [time_of_day(language, *clock) for language in LANGUAGES] == [swedish, english, finnish]


@pytest.mark.parametrize(("hour", "minute"), [(24, 0), (-1, 0), (8, 60), (8, -1)])
def test_a_time_that_no_clock_shows_is_refused(hour: int, minute: int) -> None:
    with pytest.raises(UnspeakableError) as caught:
        time_of_day("sv", hour, minute)
    assert str(caught.value) == f"time {hour}:{minute}: expected 0:00 to 23:59"


@pytest.mark.parametrize(
    ("day", "swedish", "english", "finnish"),
    [
        (
            date(2027, 1, 4),
            "måndagen den fjärde januari",
            "Monday the fourth of January",
            "maanantaina neljäs tammikuuta",
        ),
        (
            date(2026, 5, 20),
            "onsdagen den tjugonde maj",
            "Wednesday the twentieth of May",
            "keskiviikkona kahdeskymmenes toukokuuta",
        ),
        (
            date(2026, 12, 24),
            "torsdagen den tjugofjärde december",
            "Thursday the twenty-fourth of December",
            "torstaina kahdeskymmenesneljäs joulukuuta",
        ),
        (
            date(2028, 2, 29),
            "tisdagen den tjugonionde februari",
            "Tuesday the twenty-ninth of February",
            "tiistaina kahdeskymmenesyhdeksäs helmikuuta",
        ),
        (
            date(2026, 10, 31),
            "lördagen den trettioförsta oktober",
            "Saturday the thirty-first of October",
            "lauantaina kolmaskymmenesensimmäinen lokakuuta",
        ),
    ],
)
def test_a_date_is_said_in_each_language(day: date, swedish: str, english: str, finnish: str) -> None:
    assert [moments.date(language, day) for language in LANGUAGES] == [swedish, english, finnish]


@pytest.mark.parametrize(
    ("opens", "swedish", "english", "finnish"),
    [
        (
            datetime(2026, 12, 21, 19, tzinfo=STOCKHOLM),
            "i dag klockan nitton",
            "today at seven in the evening",
            "tänään kello yhdeksäntoista",
        ),
        (
            datetime(2026, 12, 22, 8, tzinfo=STOCKHOLM),
            "i morgon klockan åtta",
            "tomorrow at eight in the morning",
            "huomenna kello kahdeksan",
        ),
        (
            datetime(2026, 12, 23, 12, tzinfo=STOCKHOLM),
            "på onsdag klockan tolv",
            "on Wednesday at noon",
            "keskiviikkona kello kaksitoista",
        ),
        (
            datetime(2026, 12, 27, 0, tzinfo=STOCKHOLM),
            "på söndag klockan noll noll",
            "on Sunday just after midnight",
            "sunnuntaina kello nolla nolla",
        ),
        (
            datetime(2026, 12, 28, 8, 30, tzinfo=STOCKHOLM),
            "måndagen den tjugoåttonde december klockan åtta och trettio",
            "on Monday the twenty-eighth of December at eight thirty in the morning",
            "maanantaina kahdeskymmeneskahdeksas joulukuuta kello kahdeksan kolmekymmentä",
        ),
    ],
    ids=["today", "tomorrow", "two days", "six days", "seven days"],
)
def test_the_next_opening_is_told_by_the_day_that_people_would_name(
    opens: datetime, swedish: str, english: str, finnish: str
) -> None:
    assert [opening(language, NOW, opens) for language in LANGUAGES] == [swedish, english, finnish]


def test_today_is_counted_where_it_opens() -> None:
    half_past_midnight = datetime(2026, 12, 21, 23, 30, tzinfo=UTC)
    opens = datetime(2026, 12, 22, 8, tzinfo=STOCKHOLM)
    assert opening("sv", half_past_midnight, opens) == "i dag klockan åtta"


def test_a_day_with_a_clock_change_is_one_day() -> None:
    saturday = datetime(2026, 10, 24, 23, 59, tzinfo=STOCKHOLM)
    assert opening("sv", saturday, datetime(2026, 10, 26, 8, tzinfo=STOCKHOLM)) == "på måndag klockan åtta"


@pytest.mark.parametrize(
    ("range_s", "swedish", "english", "finnish"),
    [
        ((0, 0), "mindre än en minut", "less than a minute", "alle minuutin"),
        ((0, 60), "mindre än en minut", "less than a minute", "alle minuutin"),
        ((30, 61), "mindre än två minuter", "less than two minutes", "alle kaksi minuuttia"),
        (
            (0, 1234),
            "mindre än tjugofem minuter",
            "less than twenty-five minutes",
            "alle kaksikymmentäviisi minuuttia",
        ),
        ((0, 3600), "mindre än en timme", "less than an hour", "alle tunnin"),
        ((0, 5000), "mindre än två timmar", "less than two hours", "alle kaksi tuntia"),
        ((60, 60), "ungefär en minut", "about a minute", "noin minuutti"),
        ((60, 120), "mellan en och två minuter", "between one and two minutes", "yhdestä kahteen minuuttia"),
        (
            (300, 420),
            "mellan fem och sju minuter",
            "between five and seven minutes",
            "viidestä seitsemään minuuttia",
        ),
        ((580, 620), "ungefär tio minuter", "about ten minutes", "noin kymmenen minuuttia"),
        (
            (1500, 2500),
            "mellan tjugofem och fyrtio minuter",
            "between twenty-five and forty minutes",
            "kahdestakymmenestäviidestä neljäänkymmeneen minuuttia",
        ),
        (
            (3000, 3600),
            "mellan femtio minuter och en timme",
            "between fifty minutes and an hour",
            "viidestäkymmenestä minuutista tuntiin",
        ),
        (
            (60, 3600),
            "mellan en minut och en timme",
            "between a minute and an hour",
            "minuutista tuntiin",
        ),
        ((3500, 3700), "ungefär en timme", "about an hour", "noin tunti"),
        ((1440, 5000), "minst tjugo minuter", "at least twenty minutes", "vähintään kaksikymmentä minuuttia"),
        ((3600, 9000), "minst en timme", "at least an hour", "vähintään tunti"),
        ((8000, 9000), "minst två timmar", "at least two hours", "vähintään kaksi tuntia"),
    ],
)
def test_a_wait_is_a_rounded_range(
    range_s: tuple[float, float], swedish: str, english: str, finnish: str
) -> None:
    assert [wait(language, *range_s) for language in LANGUAGES] == [swedish, english, finnish]


@pytest.mark.parametrize(
    ("least_s", "most_s"), [(-1, 5), (10, 5), (0, inf), (inf, inf), (nan, nan), (0, nan)]
)
def test_a_wait_that_is_no_range_is_refused(least_s: float, most_s: float) -> None:
    with pytest.raises(UnspeakableError, match=r"expected 0 s or more, the least first$"):
        wait("sv", least_s, most_s)


@pytest.mark.parametrize(
    ("seconds", "swedish", "english", "finnish"),
    [
        (0, "noll sekunder", "zero seconds", "nolla sekuntia"),
        (1, "en sekund", "one second", "yksi sekunti"),
        (61, "en minut och en sekund", "one minute and one second", "yksi minuutti ja yksi sekunti"),
        (120, "två minuter", "two minutes", "kaksi minuuttia"),
        (1260, "tjugoen minuter", "twenty-one minutes", "kaksikymmentäyksi minuuttia"),
        (3599.7, "en timme", "one hour", "yksi tunti"),
        (3660, "en timme och en minut", "one hour and one minute", "yksi tunti ja yksi minuutti"),
        (7325, "två timmar och två minuter", "two hours and two minutes", "kaksi tuntia ja kaksi minuuttia"),
    ],
)
def test_a_length_of_time_is_said_in_two_units(
    seconds: float, swedish: str, english: str, finnish: str
) -> None:
    assert [duration(language, seconds) for language in LANGUAGES] == [swedish, english, finnish]


@pytest.mark.parametrize("seconds", [-1.0, inf, nan])
def test_a_length_of_time_below_nothing_or_without_end_is_refused(seconds: float) -> None:
    with pytest.raises(UnspeakableError, match=r"expected 0 s or more$"):
        duration("sv", seconds)


def test_an_unknown_language_is_refused_everywhere() -> None:
    ways: list[Callable[[], object]] = [
        lambda: time_of_day("de", 8, 0),
        lambda: moments.date("de", NOW.date()),
        lambda: opening("de", NOW, NOW),
        lambda: wait("de", 0, 1),
        lambda: duration("de", 1),
    ]
    for say in ways:
        with pytest.raises(UnspokenLanguageError, match=r'^language "de": expected one of sv, en, fi$'):
            say()


@given(languages, st.times(), st.dates())
def test_any_time_and_any_date_are_words_only(language: str, clock: time, day: date) -> None:
    assert spoken(time_of_day(language, clock.hour, clock.minute))
    assert spoken(moments.date(language, day))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_clock_times_sound_alike(language: str) -> None:
    said = {time_of_day(language, hour, minute) for hour in range(24) for minute in range(60)}
    assert len(said) == 24 * 60


@given(languages, st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)), st.integers(-(10**7), 10**8))  # noqa: DTZ001
def test_any_opening_is_words_only(language: str, now: datetime, ahead_s: int) -> None:
    here = now.replace(tzinfo=STOCKHOLM)
    assert spoken(opening(language, here, here + timedelta(seconds=ahead_s)))


@given(languages, st.floats(0, 100_000), st.floats(0, 100_000))
def test_any_wait_is_words_only_and_never_a_plural_of_one(language: str, one: float, other: float) -> None:
    said = wait(language, min(one, other), max(one, other))
    assert spoken(said)
    plurals = {"en minuter", "en timmar", "one minutes", "one hours", "yksi minuuttia", "yksi tuntia"}
    assert not {f"{a} {b}" for a, b in zip(said.split(), said.split()[1:], strict=False)} & plurals


@given(languages, st.floats(0, 10_000_000))
def test_any_length_of_time_is_words_only(language: str, seconds: float) -> None:
    assert spoken(duration(language, seconds))
