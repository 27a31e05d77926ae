"""Telephone numbers: read into E.164, and turned into pseudonyms before anything is written.

Owns the reading of caller and called numbers. A caller's number leaves this module only as a
pseudonym; it is never in a repr or an error.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import phonenumbers

if TYPE_CHECKING:
    from routing.events import CallerKind

LONGEST_NUMBER = 32  # characters that are looked at; E.164 has 15 digits, the rest is somebody's play
PSEUDONYM_DIGITS = 32  # hex digits kept of the HMAC: 128 bits, no two of a million callers meet
_WITHHELD_WORDS = frozenset({"", "unknown", "anonymous", "restricted", "unavailable", "withheld", "private"})


@dataclass(frozen=True, slots=True)
class Known:
    """A caller's number in E.164, hidden from every repr."""

    e164: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Withheld:
    """The caller asked the network not to tell, or it told nothing."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something was told that is no telephone number."""


CallerNumber: TypeAlias = Known | Withheld | Unreadable


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """Where a number without a country or area code belongs.

    Attributes:
        region: ISO 3166 country code, such as "SE".
        area: the local area code without its leading zero, such as "8"; empty when numbers without an
            area code are not expected.
    """

    region: str = "SE"
    area: str = ""

    def e164(self, text: str) -> str | None:
        """Return the number in E.164 ("+46858028500"), or None when it is none.

        Reads 08-580 285 00, 0046…, +46…, 46… as some trunks tell it, and, with an area, the
        subscriber's number alone.
        """
        text = text[:LONGEST_NUMBER].strip()
        if text[:1] in {"0", "+"}:
            return self._read(text)
        international = self._read(f"+{text}", strictly=True)
        if international is not None:
            return international
        local = self._read(f"0{self.area}{text}") if self.area else None
        return local if local is not None else self._read(text)

    def written(self, e164: str) -> tuple[str, ...]:
        """Return the ways in which a network may write the number, in digits with or without a plus."""
        number = phonenumbers.parse(e164)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        digits = "".join(sign for sign in national if sign.isdigit())
        ways = [e164, e164.removeprefix("+"), f"00{e164.removeprefix('+')}"]
        if phonenumbers.region_code_for_country_code(number.country_code or 0) == self.region:
            ways.append(digits)
            if self.area and digits.startswith(f"0{self.area}"):
                ways.append(digits.removeprefix(f"0{self.area}"))
        return tuple(dict.fromkeys(ways))

    def _read(self, text: str, *, strictly: bool = False) -> str | None:
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            return None
        fits = phonenumbers.is_valid_number if strictly else phonenumbers.is_possible_number
        if not fits(number):
            return None
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def caller(self, text: str, presentation: str = "allowed") -> CallerNumber:
        """Read a caller's number as Asterisk tells it.

        `presentation` is Asterisk's CALLERID(num-pres): what begins with `prohib` was withheld by the
        caller and stays withheld even when the network told the number; `unavailable` likewise.
        """
        if presentation.startswith(("prohib", "unavailable")) or text.strip().lower() in _WITHHELD_WORDS:
            return Withheld()
        e164 = short_number(text, self.region) or self.e164(text)
        return Unreadable() if e164 is None else Known(e164)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed pseudonyms of callers: HMAC-SHA-256, because a plain hash of a number can be enumerated.

    The key belongs to one municipality and lies outside the database. The same number always gives
    the same pseudonym; without the key it leads nowhere.
    """

    key: bytes = field(repr=False)

    def of(self, caller: CallerNumber) -> tuple[str | None, CallerKind]:
        """Return (pseudonym, kind); the pseudonym is None when there is no number to stand for."""
        match caller:
            case Known(e164):
                digest = hmac.new(self.key, e164.encode(), hashlib.sha256).hexdigest()
                return digest[:PSEUDONYM_DIGITS], "known"
            case Withheld():
                return None, "withheld"
            case Unreadable():
                return None, "unreadable"


def short_number(text: str, region: str = "SE") -> str | None:
    """Return a short number (112, 114 14) as E.164 would write it ("+46112"); None when it is none.

    A network may present it with or without the country's code. No other number of the region is so short.
    """
    try:
        number = phonenumbers.parse(text[:LONGEST_NUMBER], region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_short_number_for_region(number, region):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
