"""The sentences that the exchange itself says, in every language that is spoken.

Owns their words, the places in them, and how a place is filled. Must not know when a sentence is said,
nor how a time or a number is put into words: `moments` gives the values that fit here.

A caller is old, in a hurry or new to the language: one thing per sentence, the key last, nothing blamed
on the caller. Figures are in words. Holidays are named in the nominative, and in small letters where the
language has them ("juldagen", "Christmas Day", "joulupäivä"), so `{holiday}` stands only after "is".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.spoken.errors import TemplateError, UnknownPlaceholderError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACE = re.compile(r"\{([a-z][a-z_]*)\}")  # a name and nothing else: no attribute, index or format


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: the places to be filled, and its words by language."""

    fields: frozenset[str]
    words: Mapping[str, str]


def placeholders(template: str) -> frozenset[str]:
    """Return the names of a sentence's places. Raises `TemplateError` when its braces are anything else."""
    rest = _PLACE.sub("", template)
    if "{" in rest or "}" in rest:
        raise TemplateError(
            f'sentence "{template}": expected braces only around a name in small letters, as in {{opening}}'
        )
    return frozenset(_PLACE.findall(template))


def filled(template: str, /, **values: str) -> str:
    """Put the values in their places; a value for which there is no place is left out.

    A value is put in as it is, also when it has braces. Raises `UnknownPlaceholderError` when a place has no
    value, and `TemplateError`.
    """
    for name in sorted(placeholders(template) - values.keys()):
        there = ", ".join(f"{{{known}}}" for known in sorted(values)) or "none"
        raise UnknownPlaceholderError(
            f'sentence "{template}": no value for {{{name}}}; expected only places of these: {there}'
        )
    return _PLACE.sub(lambda place: values[place[1]], template)


def _sentence(*, sv: str, en: str, fi: str) -> Sentence:
    return Sentence(placeholders(sv), MappingProxyType({"sv": sv, "en": en, "fi": fi}))


# What a number may say in words of its own, and has to in a language that is none of ours.
SENTENCES: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "closed": _sentence(
            sv="Vi har stängt just nu.",
            en="We are closed at the moment.",
            fi="Palvelumme on nyt suljettu.",
        ),
        # True of a whole day and of a shortened one, also before it opens: "closed today" would not be.
        "closed holiday": _sentence(
            sv="Vi har stängt, eftersom det är {holiday} i dag.",
            en="We are closed, because today is {holiday}.",
            fi="Palvelumme on suljettu, koska tänään on {holiday}.",
        ),
        "closed exception": _sentence(
            sv="Vi har stängt just nu. I dag har vi andra öppettider än vanligt.",
            en="We are closed at the moment. Our opening hours are different today.",
            fi="Palvelumme on nyt suljettu. Tänään meillä on poikkeavat aukioloajat.",
        ),
        "closed emergency": _sentence(
            sv="Vi har tyvärr fått stänga på grund av en oväntad händelse.",
            en="We are sorry, but we have had to close because of an unexpected event.",
            fi="Olemme valitettavasti joutuneet sulkemaan palvelumme odottamattoman tapahtuman vuoksi.",
        ),
        "opens": _sentence(
            sv="Vi öppnar igen {opening}.",
            en="We open again {opening}.",
            fi="Avaamme jälleen {opening}.",
        ),
        "replaced": _sentence(
            sv="Numret du ringde har ersatts. Det nya numret är: {number}. Du kopplas dit nu.",
            en="The number you dialled has been replaced. The new number is: {number}. "
            "You are being connected to it now.",
            fi="Valitsemasi numero on vaihtunut. Uusi numero on: {number}. Puhelusi yhdistetään sinne nyt.",
        ),
        "offer": _sentence(
            sv="Om du vill tala med någon, tryck noll.",
            en="To speak with somebody, press zero.",
            fi="Jos haluat puhua jonkun kanssa, paina numeroa nolla.",
        ),
        # The keyed digits follow, one sound each; then `confirm`.
        "read back": _sentence(sv="Du slog:", en="You entered:", fi="Näppäilit:"),
        "confirm": _sentence(
            sv="Om det stämmer, tryck ett. Vill du slå om, tryck två.",
            en="If that is right, press one. To enter it again, press two.",
            fi="Jos se on oikein, paina numeroa yksi. Jos haluat näppäillä uudelleen, paina numeroa kaksi.",
        ),
        "digits end": _sentence(
            sv="Avsluta med fyrkant.",
            en="Finish with the hash key.",
            fi="Paina lopuksi ruutua.",
        ),
        "emergency number": _sentence(
            sv="Om någons liv är i fara, lägg på och ring ett ett två.",
            en="If somebody's life is in danger, hang up and dial one one two.",
            fi="Jos jonkun henki on vaarassa, sulje puhelu ja soita hätänumeroon yksi yksi kaksi.",
        ),
        "privacy": _sentence(
            sv="Samtalet spelas inte in. Ditt telefonnummer sparas bara i skyddad form.",
            en="This call is not recorded. Your telephone number is stored only in a protected form.",
            fi="Puhelua ei nauhoiteta. Puhelinnumerosi tallennetaan vain suojatussa muodossa.",
        ),
        "officer away": _sentence(
            sv="Den du söker svarar inte just nu. Du kopplas till någon annan som kan hjälpa dig.",
            en="The person you are calling is not answering just now. "
            "You are being connected to somebody else who can help you.",
            fi="Tavoittelemasi henkilö ei vastaa juuri nyt. "
            "Puhelusi yhdistetään toiselle henkilölle, joka voi auttaa sinua.",
        ),
        "script failed": _sentence(
            sv="Tjänsten går tyvärr inte att använda just nu. Du kopplas till någon som kan hjälpa dig.",
            en="Sorry, this service cannot be used just now. "
            "You are being connected to somebody who can help you.",
            fi="Palvelua ei valitettavasti voi käyttää juuri nyt. "
            "Puhelusi yhdistetään henkilölle, joka voi auttaa sinua.",
        ),
        "patient on": _sentence(
            sv="Du får nu god tid på dig i menyerna.",
            en="You now have plenty of time in the menus.",
            fi="Saat nyt runsaasti aikaa valintojen tekemiseen.",
        ),
        # What callers hear while they wait.
        "first in line": _sentence(
            sv="Du står först i kön.",
            en="You are first in the queue.",
            fi="Olet jonossa ensimmäisenä.",
        ),
        "position": _sentence(
            sv="Du har {position} i kön.",
            en="You are {position} in the queue.",
            fi="Olet jonossa {position}.",
        ),
        "estimate": _sentence(
            sv="Väntetiden är just nu {wait}.",
            en="The waiting time just now is {wait}.",
            fi="Odotusaika on tällä hetkellä {wait}.",
        ),
        # Of somebody who was cut off and phones again.
        "place regained": _sentence(
            sv="Välkommen tillbaka. Du har kvar din plats i kön.",
            en="Welcome back. You have kept your place in the queue.",
            fi="Tervetuloa takaisin. Paikkasi jonossa on säilynyt.",
        ),
        # After a key that leads out of the queue: whoever touched it by mistake loses nothing.
        "choice": _sentence(
            sv="Om du vill lämna kön, tryck {key} en gång till. Annars behåller du din plats.",
            en="To leave the queue, press {key} once more. Otherwise you keep your place.",
            fi="Jos haluat poistua jonosta, paina vielä kerran numeroa {key}. Muuten säilytät paikkasi.",
        ),
    }
)
