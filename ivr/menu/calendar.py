"""The days that have a name in Sweden: public holidays, eves and bridge days.

Owns their keys, their kinds and their names as they are spoken. It asks the library `holidays`, which knows
the law and Easter. Must not know opening hours: what a day means for them stands in hours.py.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from holidays import country_holidays

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_YEARS = 32  # kept at once: a year costs about a millisecond to work out, and hours look 400 days ahead
BRIDGE_DAY = "bridge-day"

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_HALF_DAY = " (from 2pm)"  # how the library marks an eve whose afternoon is free by custom
_NOT_A_KEY = re.compile(r"[^a-z0-9]+", re.ASCII)
_OUR_WORDS = {"squeeze-day": BRIDGE_DAY, "holy-saturday": "easter-eve"}  # as one says in Sweden, in English


class Kind(StrEnum):
    """What custom makes of a named day. The order is that in which they rule a day that has two names."""

    PUBLIC = "public"  # by law (1989:253)
    DE_FACTO = "de facto"  # like a public holiday by the law on leave (1977:480): three eves
    EVE = "eve"  # half a day is free in many places
    NAMED = "named"  # has a name, and no custom that offices follow
    BRIDGE = "bridge"  # one working day between days that are free


_FREE = {Kind.PUBLIC, Kind.DE_FACTO}


class NamedDay(NamedTuple):
    """A name of a day: its key, which never changes, and its kind."""

    key: str
    kind: Kind


def named_days(day: date) -> tuple[NamedDay, ...]:
    """Give the names of a day, the strongest kind first. A day without a name has none; Sundays have none."""
    return _year(day.year).get(day, ())


@lru_cache(maxsize=MAX_YEARS)
def _year(year: int) -> Mapping[date, tuple[NamedDay, ...]]:
    days: dict[date, dict[str, Kind]] = {}
    # Banks add days before eves to the others: an office follows them only where it says so by name.
    for category in ("public", "de_facto", "optional", "bank"):
        found = country_holidays("SE", years=year, categories=(category,), language="en_US")
        for day in found:
            for name in found.get_list(day):
                key = key_of(name)
                days.setdefault(day, {}).setdefault(key, _kind(category, name, key))
    free = {day for day, kinds in days.items() if not _FREE.isdisjoint(kinds.values())}
    # The library knows only the bridge day after Ascension Day, which is there each year. No bridge leads
    # over New Year: its eve and its day are free themselves.
    for day in [near for each in free for near in (each - _ONE_DAY, each + _ONE_DAY) if near.year == year]:
        if not _is_free(day, free) and _is_free(day - _ONE_DAY, free) and _is_free(day + _ONE_DAY, free):
            days.setdefault(day, {})[BRIDGE_DAY] = Kind.BRIDGE
    return {
        day: tuple(NamedDay(key, kind) for kind in Kind for key in kinds if kinds[key] is kind)
        for day, kinds in days.items()
    }


def key_of(name: str) -> str:
    """Make the key of a day from the library's English name."""
    words = name.removesuffix(_HALF_DAY).lower().replace("'", "")
    key = _NOT_A_KEY.sub("-", words).strip("-")
    return _OUR_WORDS.get(key, key)


def _kind(category: str, name: str, key: str) -> Kind:
    if key == BRIDGE_DAY:
        return Kind.BRIDGE
    match category:
        case "public":
            return Kind.PUBLIC
        case "de_facto":
            return Kind.DE_FACTO
        case "optional" if name.endswith(_HALF_DAY):
            return Kind.EVE
        case _:
            return Kind.NAMED


def _is_free(day: date, free: set[date]) -> bool:
    return day.weekday() >= _SATURDAY or day in free


def _names(sv: str, en: str, fi: str) -> Mapping[str, str]:
    return {"sv": sv, "en": en, "fi": fi}


# As they stand within a sentence: "I dag är det julafton", "Today is Christmas Eve", "Tänään on jouluaatto".
HOLIDAY_NAMES: Mapping[str, Mapping[str, str]] = {
    "new-years-day": _names("nyårsdagen", "New Year's Day", "uudenvuodenpäivä"),
    "twelfth-night": _names("trettondagsafton", "the eve of Epiphany", "loppiaisaatto"),
    "epiphany": _names("trettondedag jul", "Epiphany", "loppiainen"),
    "maundy-thursday": _names("skärtorsdagen", "Maundy Thursday", "kiirastorstai"),
    "good-friday": _names("långfredagen", "Good Friday", "pitkäperjantai"),
    "easter-eve": _names("påskafton", "Easter Eve", "pääsiäislauantai"),
    "easter-sunday": _names("påskdagen", "Easter Sunday", "pääsiäispäivä"),
    "easter-monday": _names("annandag påsk", "Easter Monday", "toinen pääsiäispäivä"),
    "walpurgis-night": _names("valborgsmässoafton", "Walpurgis Night", "vapunaatto"),
    "may-day": _names("första maj", "May Day", "vappu"),
    "day-before-ascension-day": _names(
        "dagen före Kristi himmelsfärdsdag", "the day before Ascension Day", "helatorstain aatto"
    ),
    "ascension-day": _names("Kristi himmelsfärdsdag", "Ascension Day", "helatorstai"),
    "day-before-pentecost-eve": _names(
        "dagen före pingstafton", "the day before the eve of Pentecost", "helluntaiaaton aatto"
    ),
    "pentecost-eve": _names("pingstafton", "the eve of Pentecost", "helluntaiaatto"),
    "pentecost": _names("pingstdagen", "Pentecost", "helluntaipäivä"),
    "national-day": _names("Sveriges nationaldag", "the National Day of Sweden", "Ruotsin kansallispäivä"),
    "day-before-midsummer-eve": _names(
        "dagen före midsommarafton", "the day before Midsummer's Eve", "juhannusaaton aatto"
    ),
    "midsummer-eve": _names("midsommarafton", "Midsummer's Eve", "juhannusaatto"),
    "midsummer-day": _names("midsommardagen", "Midsummer's Day", "juhannuspäivä"),
    "all-saints-eve": _names("allhelgonaafton", "the eve of All Saints' Day", "pyhäinpäivän aatto"),
    "all-saints-day": _names("alla helgons dag", "All Saints' Day", "pyhäinpäivä"),
    "day-before-christmas-eve": _names(
        "dagen före julafton", "the day before Christmas Eve", "jouluaaton aatto"
    ),
    "christmas-eve": _names("julafton", "Christmas Eve", "jouluaatto"),
    "christmas-day": _names("juldagen", "Christmas Day", "joulupäivä"),
    "second-day-of-christmas": _names("annandag jul", "Boxing Day", "tapaninpäivä"),
    "day-before-new-years-eve": _names(
        "dagen före nyårsafton", "the day before New Year's Eve", "uudenvuodenaaton aatto"
    ),
    "new-years-eve": _names("nyårsafton", "New Year's Eve", "uudenvuodenaatto"),
    BRIDGE_DAY: _names("klämdag", "a bridge day between holidays", "välipäivä"),
}
