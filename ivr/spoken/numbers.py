"""Numbers in words, as a good radio voice would say them.

Owns the languages that are spoken and every way to say a figure: a number, an ordinal, a count of
something, digits one by one, a telephone number, a place in the queue. Must not know clocks, dates or
sentences.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias, assert_never

import phonenumbers
from num2words import num2words  # type: ignore[import-untyped]  # it has no stubs

from ivr.spoken.errors import UnspeakableError, UnspokenLanguageError

Language: TypeAlias = Literal["sv", "en", "fi"]  # ISO 639
Case: TypeAlias = Literal["nominative", "genitive", "elative", "illative", "essive"]  # Finnish only

LANGUAGES: Final[tuple[Language, ...]] = ("sv", "en", "fi")
LARGEST: Final = 999_999  # nothing that we count is larger, and the library joins Swedish millions wrongly

_DIGITS: Final[dict[Language, tuple[str, ...]]] = {
    "sv": ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "fi": (
        "nolla",
        "yksi",
        "kaksi",
        "kolme",
        "neljä",
        "viisi",
        "kuusi",
        "seitsemän",
        "kahdeksan",
        "yhdeksän",
    ),
}
_LONGEST_GROUP = 4  # digits that people write and say in one breath; what is longer we cut
# What num2words 0.5.14 writes in Swedish, and what the dictionary (SAOL) has.
_MENDED: Final = ((r"förtio", "fyrtio"), (r"etttusen", "ettusen"), (r"tjugode$", "tjugonde"))
_UNDIVIDED: Final = re.compile(r"(?:\+|0)[0-9]+")


class Unit(NamedTuple):
    """A counted word in its singular and its plural; for Finnish, the plural is the partitive singular."""

    one: str
    many: str


def known(language: str) -> Language:
    """Return the language if there are words in it. Raises `UnspokenLanguageError`."""
    for spoken in LANGUAGES:
        if language == spoken:
            return spoken
    raise UnspokenLanguageError(f'language "{language}": expected one of {", ".join(LANGUAGES)}')


def number(language: str, n: int) -> str:
    """Say a number from 0 to `LARGEST`: 2026 is "tvåtusentjugosex"."""
    return _cardinal(known(language), n)


def ordinal(language: str, n: int, case: Case = "nominative") -> str:
    """Say "fjärde", "fourth" or "neljäs"; `case` bends the Finnish word, "neljäntenä"."""
    tongue = known(language)
    _speakable(n, least=1)
    if tongue == "fi":
        return str(num2words(n, lang=tongue, to="ordinal", case=case))
    words = str(num2words(n, lang=tongue, to="ordinal"))
    return _mended(words) if tongue == "sv" else words.replace(",", "")


def counted(language: str, n: int, unit: Unit) -> str:
    """Say how many: "en minut", "kaksi minuuttia". A Swedish unit is one that takes "en"."""
    tongue = known(language)
    return f"{common(tongue, n)} {unit.one if n == 1 else unit.many}"


def digits(language: str, text: str) -> tuple[str, ...]:
    """Give one word per digit, such as a prompt for each. Raises `UnspeakableError` on any other sign."""
    words = _DIGITS[known(language)]
    if not re.fullmatch(r"[0-9]*", text):
        raise UnspeakableError("keyed digits: expected 0 to 9 only, found another sign")
    return tuple(words[int(digit)] for digit in text)


def telephone(language: str, text: str, region: str = "SE") -> str:
    """Say a telephone number in the groups it is written in, with a pause between them.

    "+46858028500" is 08-580 285 00 at home, in `region` (ISO 3166), and so "noll åtta, fem åtta noll, två
    åtta fem, noll noll". A number abroad begins with "plus" and its country's code. What has groups already
    keeps them, such as 0771-12 34 56. Raises `UnspeakableError` when there is no digit.
    """
    tongue = known(language)
    written = _written(text, region)
    groups = [part for group in re.findall(r"[0-9]+", written) for part in _breaths(group)]
    if not groups:
        raise UnspeakableError("telephone number: expected digits, found none")
    plus = "plus " if written.startswith("+") else ""  # the same word in all three languages
    return plus + ", ".join(" ".join(digits(tongue, group)) for group in groups)


def position(language: str, n: int, limit: int) -> str:
    """Say a place in the queue, the first being 1, as the sentence `position` takes it.

    Beyond `limit` it says only that at least so many are ahead, which is true of every such place:
    "plats nummer tre" and "minst tio före dig", "third" and "behind at least ten others".
    """
    tongue = known(language)
    _speakable(n, least=1)
    _speakable(limit, least=1)
    match tongue:
        case "sv":
            return (
                f"plats nummer {number(tongue, n)}"
                if n <= limit
                else f"minst {common(tongue, limit)} före dig"
            )
        case "en":
            others = Unit("other", "others")
            return ordinal(tongue, n) if n <= limit else f"behind at least {counted(tongue, limit, others)}"
        case "fi":
            if n <= limit:
                return ordinal(tongue, n, "essive")
            return f"vähintään {bent(limit, 'genitive')} soittajan jälkeen"
        case _:
            assert_never(tongue)


def common(language: str, n: int) -> str:
    """Say a number as it stands before a person or a minute: "tjugoen", where Swedes count "tjugoett"."""
    words = number(language, n)
    return f"{words.removesuffix('ett')}en" if language == "sv" and words.endswith("ett") else words


def bent(n: int, case: Case) -> str:
    """Say a Finnish number in one of its cases: "viidestä", "viiteen"."""
    return _cardinal("fi", n, case)


def _speakable(n: int, least: int = 0) -> None:
    if not least <= n <= LARGEST:
        raise UnspeakableError(f"number {n}: expected {least} to {LARGEST}")


@lru_cache(maxsize=1024)  # small numbers are said over and over, and each takes 10 to 30 µs to put into words
def _cardinal(tongue: Language, n: int, case: Case = "nominative") -> str:
    _speakable(n)
    match tongue:
        case "sv":
            return _mended(str(num2words(n, lang=tongue)))
        case "en":
            return str(num2words(n, lang=tongue)).replace(",", "")  # it would be heard as a pause
        case "fi":
            return str(num2words(n, lang=tongue, case=case))
        case _:
            assert_never(tongue)


def _mended(words: str) -> str:
    for wrong, right in _MENDED:
        words = re.sub(wrong, right, words)
    return words


def _written(text: str, region: str) -> str:
    """Divide a number of any country as its people do; one that somebody divided stays as it is."""
    if not _UNDIVIDED.fullmatch(text):
        return text
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(parsed):
        return text
    home = parsed.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(parsed, form.NATIONAL if home else form.INTERNATIONAL))


def _breaths(group: str) -> list[str]:
    """Cut a long group in threes, and the last four in two and two: 1234567 is 123 45 67."""
    if len(group) <= _LONGEST_GROUP:
        return [group]
    cuts = []
    while len(group) > _LONGEST_GROUP:
        cuts.append(group[:3])
        group = group[3:]
    return [*cuts, group[:2], group[2:]] if len(group) == _LONGEST_GROUP else [*cuts, group]
