"""Every sentence is there in every language with its places and no others; filling does nothing else."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.spoken.errors import TemplateError, UnknownPlaceholderError
from ivr.spoken.moments import LANGUAGES, digits, opening, position, telephone, wait
from ivr.spoken.sentences import SENTENCES, filled, placeholders

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIELDS = {
    "closed holiday": {"holiday"},
    "opens": {"opening"},
    "replaced": {"number"},
    "position": {"position"},
    "estimate": {"wait"},
    "choice": {"key"},
}
KEYS = {
    "closed",
    "closed holiday",
    "closed exception",
    "closed emergency",
    "opens",
    "replaced",
    "offer",
    "read back",
    "confirm",
    "digits end",
    "emergency number",
    "privacy",
    "officer away",
    "script failed",
    "patient on",
    "first in line",
    "position",
    "estimate",
    "place regained",
    "choice",
}
HOLIDAY = {"sv": "juldagen", "en": "Christmas Day", "fi": "joulupäivä"}


def test_the_sentences_are_these() -> None:
    assert set(SENTENCES) == KEYS


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_sentence_is_there_in_every_language_with_just_its_places(key: str) -> None:
    sentence = SENTENCES[key]
    assert set(sentence.words) == set(LANGUAGES)
    assert sentence.fields == FIELDS.get(key, set())
    assert {placeholders(words) for words in sentence.words.values()} == {sentence.fields}


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_sentence_is_fit_to_be_spoken(key: str) -> None:
    for words in SENTENCES[key].words.values():
        assert words == words.strip()
        assert words[0].isupper()
        assert words[-1] in (".:" if key == "read back" else ".")
        assert not any(sign.isdigit() for sign in words)


def test_nobody_changes_the_table() -> None:
    with pytest.raises(TypeError):
        SENTENCES["closed"].words["sv"] = "Öppet."  # type: ignore[index]
    with pytest.raises(TypeError):
        SENTENCES["closed"] = SENTENCES["opens"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "sv",
            [
                "Vi har stängt, eftersom det är juldagen i dag.",
                "Vi öppnar igen i morgon klockan åtta.",
                (
                    "Numret du ringde har ersatts. Det nya numret är: noll åtta, fem åtta noll, två åtta "
                    "fem, noll noll. Du kopplas dit nu."
                ),
                "Du har plats nummer tre i kön.",
                "Du har minst tio före dig i kön.",
                "Väntetiden är just nu mellan fem och sju minuter.",
                "Väntetiden är just nu mindre än en minut.",
                "Om du vill lämna kön, tryck nio en gång till. Annars behåller du din plats.",
            ],
        ),
        (
            "en",
            [
                "We are closed, because today is Christmas Day.",
                "We open again tomorrow at eight in the morning.",
                (
                    "The number you dialled has been replaced. The new number is: zero eight, five eight "
                    "zero, two eight five, zero zero. You are being connected to it now."
                ),
                "You are third in the queue.",
                "You are behind at least ten others in the queue.",
                "The waiting time just now is between five and seven minutes.",
                "The waiting time just now is less than a minute.",
                "To leave the queue, press nine once more. Otherwise you keep your place.",
            ],
        ),
        (
            "fi",
            [
                "Palvelumme on suljettu, koska tänään on joulupäivä.",
                "Avaamme jälleen huomenna kello kahdeksan.",
                (
                    "Valitsemasi numero on vaihtunut. Uusi numero on: nolla kahdeksan, viisi kahdeksan "
                    "nolla, kaksi kahdeksan viisi, nolla nolla. Puhelusi yhdistetään sinne nyt."
                ),
                "Olet jonossa kolmantena.",
                "Olet jonossa vähintään kymmenen soittajan jälkeen.",
                "Odotusaika on tällä hetkellä viidestä seitsemään minuuttia.",
                "Odotusaika on tällä hetkellä alle minuutin.",
                "Jos haluat poistua jonosta, paina vielä kerran numeroa yhdeksän. Muuten säilytät paikkasi.",
            ],
        ),
    ],
)
def test_a_filled_sentence_is_whole_and_right(language: str, expected: list[str]) -> None:
    now = datetime(2026, 12, 25, 10, tzinfo=STOCKHOLM)
    tomorrow = opening(language, now, datetime(2026, 12, 26, 8, tzinfo=STOCKHOLM))
    filling = [
        ("closed holiday", {"holiday": HOLIDAY[language]}),
        ("opens", {"opening": tomorrow}),
        ("replaced", {"number": telephone(language, "+46858028500")}),
        ("position", {"position": position(language, 3, 10)}),
        ("position", {"position": position(language, 11, 10)}),
        ("estimate", {"wait": wait(language, 300, 420)}),
        ("estimate", {"wait": wait(language, 0, 59)}),
        ("choice", {"key": digits(language, "9")[0]}),
    ]
    assert [filled(SENTENCES[key].words[language], **values) for key, values in filling] == expected


def test_a_place_without_a_value_is_named() -> None:
    with pytest.raises(UnknownPlaceholderError) as caught:
        filled("Vi öppnar {openin}.", opening="hemligt", holiday="juldagen")
    assert str(caught.value) == (
        'sentence "Vi öppnar {openin}.": no value for {openin}; '
        "expected only places of these: {holiday}, {opening}"
    )


def test_where_there_are_no_values_none_are_listed() -> None:
    with pytest.raises(UnknownPlaceholderError, match=r"expected only places of these: none$"):
        filled("{wait}")


def test_a_value_without_a_place_is_left_out() -> None:
    assert filled("Vi har stängt.", holiday="juldagen") == "Vi har stängt."


def test_one_place_may_stand_twice_and_a_value_is_not_filled_again() -> None:
    assert filled("{a}, {a} och {b}", a="{b}", b="{0.__class__}") == "{b}, {b} och {0.__class__}"


@pytest.mark.parametrize(
    "template",
    ["{", "}", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>99999999}", "{{a}}", "{ a }", "{A}", "{a", "a}"],
)
def test_anything_but_a_name_in_braces_is_refused(template: str) -> None:
    for refused in (placeholders, filled):
        with pytest.raises(TemplateError) as caught:
            refused(template)
        assert str(caught.value) == (
            f'sentence "{template}": expected braces only around a name in small letters, as in {{opening}}'
        )


@given(st.text(), st.text())
def test_whatever_a_value_is_it_stands_in_its_place(before: str, value: str) -> None:
    words = before.replace("{", "").replace("}", "")
    assert filled(f"{words}{{value}}.", value=value) == f"{words}{value}."
