"""Which keys a text tells callers to press, and what is no key although it sounds like one."""

from __future__ import annotations

import pytest

from ivr.menu.saidkeys import said_keys


@pytest.mark.parametrize(
    ("language", "text", "keys"),
    [
        ("sv", "För skola, tryck 1.", ("1",)),
        ("sv", "Tryck på 7 för bygglov.", ("7",)),
        ("sv", "Tryck knappen 3, eller vänta.", ("3",)),
        ("sv", "För bygglov, tryck sju.", ("7",)),
        ("sv", "Tryck på sjuan för bygglov.", ("7",)),
        ("sv", "Tryck 1 eller 2.", ("1", "2")),
        ("sv", "Tryck 12.", ("12",)),
        ("sv", "Tryck 1 2.", ("12",)),
        ("sv", "Tryck 9 eller vänta kvar. För att höra valen igen, tryck stjärna.", ("9",)),
        ("sv", "Är det bråttom, tryck 1. Annars, tryck 2.", ("1", "2")),
        ("en", "For permits, press 7.", ("7",)),
        ("en", "Press the key 7 for permits.", ("7",)),
        ("en", "Press seven.", ("7",)),
        ("en", "Press one or two for schools.", ("1", "2")),
        ("fi", "Suomeksi, paina 7.", ("7",)),
        ("fi", "Paina numeroa 7.", ("7",)),
        ("fi", "Rakennusluvat, paina seitsemän.", ("7",)),
        ("fi", "Painamalla kolmosta tai 4 pääset eteenpäin.", ("3", "4")),
    ],
)
def test_keys_are_found(language: str, text: str, keys: tuple[str, ...]) -> None:
    assert said_keys(text, language) == keys


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "För skola."),
        ("sv", "Ring 112."),
        ("sv", "Tryck ett ärendenummer och fyrkant."),
        ("sv", "Tryck stjärna."),
        ("sv", "Slå 601."),
        ("sv", "Tryck 0858028500."),
        ("sv", "Press 7."),
        ("en", "Press one of the keys."),
        ("en", "We are open 8 to 5."),
        ("fi", "Paina yksi numero kerrallaan."),
        ("de", "Für die Schule, drücken Sie 1."),
    ],
)
def test_no_key_is_found_where_none_is_named(language: str, text: str) -> None:
    assert said_keys(text, language) == ()
