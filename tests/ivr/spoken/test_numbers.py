"""Every figure is said in the words and the case that its language has for it, and never as a figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.spoken.errors import UnspeakableError, UnspokenLanguageError
from ivr.spoken.numbers import (
    LANGUAGES,
    LARGEST,
    Unit,
    counted,
    digits,
    number,
    ordinal,
    position,
    telephone,
)

MINUTES = {
    "sv": Unit("minut", "minuter"),
    "en": Unit("minute", "minutes"),
    "fi": Unit("minuutti", "minuuttia"),
}


@pytest.mark.parametrize(
    ("n", "swedish", "english", "finnish"),
    [
        (0, "noll", "zero", "nolla"),
        (1, "ett", "one", "yksi"),
        (21, "tjugoett", "twenty-one", "kaksikymmentäyksi"),
        (101, "etthundraett", "one hundred and one", "satayksi"),
        (1001, "ettusenett", "one thousand and one", "tuhat yksi"),
        (
            1234,
            "ettusen tvåhundratrettiofyra",
            "one thousand two hundred and thirty-four",
            "tuhat kaksisataakolmekymmentäneljä",
        ),
    ],
)
def test_a_number_is_said_in_each_language(n: int, swedish: str, english: str, finnish: str) -> None:
    assert [number(language, n) for language in LANGUAGES] == [swedish, english, finnish]


def test_swedish_is_right_where_the_library_is_not() -> None:
    tens = ["tjugo", "trettio", "fyrtio", "femtio", "sextio", "sjuttio", "åttio", "nittio"]
    units = ["", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"]
    assert [number("sv", n) for n in range(20, 100)] == [ten + unit for ten in tens for unit in units]
    assert number("sv", 40_140) == "fyrtiotusen etthundrafyrtio"


def test_finnish_is_joined_of_its_parts() -> None:
    units = ["", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan", "yhdeksän"]
    expected = [f"{ten}kymmentä{unit}" for ten in units[2:] for unit in units]
    assert [number("fi", n) for n in range(20, 100)] == expected


@pytest.mark.parametrize(
    ("n", "swedish", "english", "finnish"),
    [
        (1, "första", "first", "ensimmäinen"),
        (4, "fjärde", "fourth", "neljäs"),
        (20, "tjugonde", "twentieth", "kahdeskymmenes"),
        (21, "tjugoförsta", "twenty-first", "kahdeskymmenesensimmäinen"),
        (30, "trettionde", "thirtieth", "kolmaskymmenes"),
        (40, "fyrtionde", "fortieth", "neljäskymmenes"),
    ],
)
def test_an_ordinal_is_said_in_each_language(n: int, swedish: str, english: str, finnish: str) -> None:
    assert [ordinal(language, n) for language in LANGUAGES] == [swedish, english, finnish]


@pytest.mark.parametrize(
    ("n", "swedish", "english", "finnish"),
    [
        (0, "noll minuter", "zero minutes", "nolla minuuttia"),
        (1, "en minut", "one minute", "yksi minuutti"),
        (2, "två minuter", "two minutes", "kaksi minuuttia"),
        (11, "elva minuter", "eleven minutes", "yksitoista minuuttia"),
        (21, "tjugoen minuter", "twenty-one minutes", "kaksikymmentäyksi minuuttia"),
    ],
)
def test_one_is_singular_and_all_else_plural(n: int, swedish: str, english: str, finnish: str) -> None:
    assert [counted(language, n, MINUTES[language]) for language in LANGUAGES] == [swedish, english, finnish]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ("noll", "sju", "noll", "ett")),
        ("en", ("zero", "seven", "zero", "one")),
        ("fi", ("nolla", "seitsemän", "nolla", "yksi")),
    ],
)
def test_keyed_digits_are_said_one_by_one(language: str, words: tuple[str, ...]) -> None:
    assert digits(language, "0701") == words


def test_no_digits_are_no_words() -> None:
    assert digits("sv", "") == ()


@pytest.mark.parametrize("text", ["07-01", "*", "12#", "٣", "²", "12\n"])
def test_what_is_no_digit_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(UnspeakableError, match=r"^keyed digits: expected 0 to 9 only, found another sign$"):
        digits("sv", text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+46858028500", "noll åtta, fem åtta noll, två åtta fem, noll noll"),
        ("0858028500", "noll åtta, fem åtta noll, två åtta fem, noll noll"),
        ("08-580 285 00", "noll åtta, fem åtta noll, två åtta fem, noll noll"),
        ("+46701740605", "noll sju noll, ett sju fyra, noll sex, noll fem"),
        ("0771-12 34 56", "noll sju sju ett, ett två, tre fyra, fem sex"),
        ("+358401234567", "plus tre fem åtta, fyra noll, ett två tre, fyra fem, sex sju"),
        ("112", "ett ett två"),
        ("4711", "fyra sju ett ett"),
        ("47115", "fyra sju ett, ett fem"),
        ("471158", "fyra sju ett, ett fem åtta"),
    ],
)
def test_a_telephone_number_is_said_in_the_groups_that_people_write(text: str, words: str) -> None:
    assert telephone("sv", text) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "zero eight, five eight zero, two eight five, zero zero"),
        ("fi", "nolla kahdeksan, viisi kahdeksan nolla, kaksi kahdeksan viisi, nolla nolla"),
    ],
)
def test_a_telephone_number_is_grouped_alike_in_every_language(language: str, words: str) -> None:
    assert telephone(language, "+46858028500") == words


def test_home_is_where_the_exchange_stands() -> None:
    assert telephone("fi", "+358401234567", "FI").startswith("nolla neljä nolla, ")
    assert telephone("fi", "+46858028500", "FI").startswith("plus neljä kuusi, kahdeksan, ")


def test_a_telephone_number_without_digits_is_refused() -> None:
    with pytest.raises(UnspeakableError, match=r"^telephone number: expected digits, found none$"):
        telephone("sv", "anonymous")


@pytest.mark.parametrize(
    ("n", "swedish", "english", "finnish"),
    [
        (1, "plats nummer ett", "first", "ensimmäisenä"),
        (3, "plats nummer tre", "third", "kolmantena"),
        (10, "plats nummer tio", "tenth", "kymmenentenä"),
        (11, "minst tio före dig", "behind at least ten others", "vähintään kymmenen soittajan jälkeen"),
        (900, "minst tio före dig", "behind at least ten others", "vähintään kymmenen soittajan jälkeen"),
    ],
)
def test_a_place_is_told_up_to_the_limit(n: int, swedish: str, english: str, finnish: str) -> None:
    assert [position(language, n, 10) for language in LANGUAGES] == [swedish, english, finnish]


def test_a_limit_of_one_is_singular() -> None:
    assert [position(language, 2, 1) for language in LANGUAGES] == [
        "minst en före dig",
        "behind at least one other",
        "vähintään yhden soittajan jälkeen",
    ]


@pytest.mark.parametrize(("n", "limit"), [(0, 10), (-1, 10), (1, 0)])
def test_a_place_before_the_first_is_refused(n: int, limit: int) -> None:
    with pytest.raises(UnspeakableError, match=r"expected 1 to 999999$"):
        position("sv", n, limit)


@pytest.mark.parametrize("n", [-1, LARGEST + 1])
def test_a_number_that_nobody_counts_to_is_refused(n: int) -> None:
    with pytest.raises(UnspeakableError, match=rf"^number {n}: expected 0 to 999999$"):
        number("en", n)


@pytest.mark.parametrize("language", ["no", "", "SV", "sv-SE"])
def test_an_unknown_language_is_told_with_those_there_are(language: str) -> None:
    with pytest.raises(UnspokenLanguageError) as caught:
        number(language, 1)
    assert str(caught.value) == f'language "{language}": expected one of sv, en, fi'


@given(st.sampled_from(LANGUAGES), st.integers(1, LARGEST), st.integers(1, LARGEST))
def test_no_figure_remains_in_any_number(language: str, n: int, limit: int) -> None:
    said = [
        number(language, n),
        ordinal(language, n),
        counted(language, n, MINUTES[language]),
        position(language, n, limit),
    ]
    assert not [sign for text in said for sign in text if not (sign.isalpha() or sign in " -")]


@given(st.sampled_from(LANGUAGES), st.from_regex(r"\A(\+|0)?[0-9]{1,20}\Z"))
def test_every_digit_of_a_telephone_number_is_said(language: str, text: str) -> None:
    said = telephone(language, text)
    assert not any(sign.isdigit() for sign in said)
    assert all(1 <= len(group.removeprefix("plus ").split()) <= 4 for group in said.split(", "))


@given(st.text("0123456789-+ ().ab", max_size=30).filter(lambda text: any(map(str.isdigit, text))))
def test_no_way_to_write_a_number_breaks_its_saying(text: str) -> None:
    assert telephone("fi", text)
