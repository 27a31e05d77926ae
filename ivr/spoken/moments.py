"""Clock times, dates, waiting times and lengths of time in words, as a good radio voice would say them.

Owns how each language tells when and how long, with the cases and plurals that a sentence needs. Must not
know calendars or the time it is now: every moment is passed in. All that `numbers` says is named here too.

The 24-hour clock is said in Swedish and Finnish, where it is what timetables and authorities use, and the
12-hour clock in English, where many callers do not take "sixteen" for an hour.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, inf
from typing import TYPE_CHECKING, Final, assert_never

from ivr.spoken.errors import UnspeakableError, UnspokenLanguageError
from ivr.spoken.numbers import (
    LANGUAGES,
    Language,
    bent,
    common,
    counted,
    digits,
    known,
    number,
    ordinal,
    position,
    telephone,
)
from ivr.spoken.vocabulary import HOUR, MINUTE, MONTHS, SECOND, TODAY, WEEKDAYS

if TYPE_CHECKING:
    from datetime import date as Date  # noqa: N812  # `date` is what this module says
    from datetime import datetime

__all__ = [
    "LANGUAGES",
    "UnspokenLanguageError",
    "date",
    "digits",
    "duration",
    "number",
    "opening",
    "position",
    "telephone",
    "time_of_day",
    "wait",
]

NAMED_DAYS: Final = 6  # so many days ahead a weekday's name means one day only
MINUTE_S: Final = 60
HOUR_S: Final = 3600
ROUNDED: Final = ((10, 1), (30, 5), (60, 10))  # under so many minutes, a wait is said in steps of so many
_HOUR_MINUTES, _HALF_DAY_HOURS, _DAY_HOURS = 60, 12, 24
_OH = 10  # minutes below it are said with a zero: 16:05 is "sexton noll fem"
_AND: Final[dict[Language, str]] = {"sv": "och", "en": "and", "fi": "ja"}
_ABOUT: Final[dict[Language, str]] = {"sv": "ungefär", "en": "about", "fi": "noin"}
_AT_LEAST: Final[dict[Language, str]] = {"sv": "minst", "en": "at least", "fi": "vähintään"}
_LESS_THAN: Final[dict[Language, str]] = {"sv": "mindre än", "en": "less than", "fi": "alle"}


def time_of_day(language: str, hour: int, minute: int) -> str:
    """Say a clock time: "klockan sexton och trettio", "four thirty in the afternoon", "kello kuusitoista …".

    In English it stands after "at". Hours are 0 to 23, or it raises `UnspeakableError`.
    """
    tongue = known(language)
    if not (0 <= hour < _DAY_HOURS and 0 <= minute < _HOUR_MINUTES):
        raise UnspeakableError(f"time {hour}:{minute}: expected 0:00 to 23:59")
    if tongue == "en":
        return _english_time(hour, minute)
    clock = "klockan" if tongue == "sv" else "kello"
    zero = number(tongue, 0)
    # Nobody says noll alone for an hour: midnight is noll noll, as on the radio.
    spoken = [clock, number(tongue, hour) if hour else f"{zero} {zero}"]
    if 0 < minute < _OH:
        spoken.append(f"{zero} {number(tongue, minute)}")
    elif minute:
        # "åtta trettio" might be heard as one number, and "noll noll och" is no Swedish.
        spoken += ["och"] if tongue == "sv" and hour else []
        spoken.append(number(tongue, minute))
    return " ".join(spoken)


def date(language: str, day: Date) -> str:
    """Say a day without its year: "måndagen den fjärde januari", "Monday the fourth of January".

    In Finnish it is when something happens, "maanantaina neljäs tammikuuta": the weekday in the essive, the
    ordinal in the nominative as people say it. The other two take a word before it, or none in Swedish.
    """
    tongue = known(language)
    weekday, month = WEEKDAYS[tongue][day.weekday()], MONTHS[tongue][day.month - 1]
    nth = ordinal(tongue, day.day)
    match tongue:
        case "sv":
            return f"{weekday}en den {nth} {month}"
        case "en":
            return f"{weekday} the {nth} of {month}"
        case "fi":
            return f"{weekday} {nth} {month}"
        case _:
            assert_never(tongue)


def opening(language: str, now: datetime, opens: datetime) -> str:
    """Say when we open again, as the sentence `opens` takes it: "i morgon klockan åtta".

    Both times are aware; the day is counted in the time zone of `opens`.
    """
    tongue = known(language)
    days = (opens.date() - now.astimezone(opens.tzinfo).date()).days
    if days in {0, 1}:
        day = TODAY[tongue][days]
    elif 0 < days <= NAMED_DAYS:
        day = {"sv": "på ", "en": "on ", "fi": ""}[tongue] + WEEKDAYS[tongue][opens.weekday()]
    else:
        day = {"sv": "", "en": "on ", "fi": ""}[tongue] + date(tongue, opens.date())
    clock = time_of_day(tongue, opens.hour, opens.minute)
    if tongue == "en":
        # "tomorrow at midnight" might be the end of that day.
        clock = "just after midnight" if clock == "midnight" else f"at {clock}"
    return f"{day} {clock}"


@lru_cache(maxsize=1024)  # 58 ranges are said in each language, of every number the same
def wait(language: str, least_s: float, most_s: float) -> str:
    """Say a rounded range of waiting, as the sentence `estimate` takes it: "mellan fem och sju minuter".

    Seconds. Both ends of a range are rounded to the nearest step that a caller can use. A least below a
    minute is not said, nor a most above an hour; the other end alone is then rounded so that it holds,
    "mindre än" up and "minst" down. Raises `UnspeakableError` unless 0 <= least <= most and both are finite.
    """
    tongue = known(language)
    if not 0 <= least_s <= most_s < inf:
        raise UnspeakableError(f"wait of {least_s:g} to {most_s:g} s: expected 0 s or more, the least first")
    if least_s < MINUTE_S:
        return f"{_LESS_THAN[tongue]} {_most(tongue, most_s)}"
    least, most = _nearest(least_s / MINUTE_S), _nearest(most_s / MINUTE_S)
    if most > _HOUR_MINUTES:
        return f"{_AT_LEAST[tongue]} {_least(tongue, least_s)}"
    if least == most:
        return f"{_ABOUT[tongue]} {_span(tongue, most)}"
    return _between(tongue, least, most)


def duration(language: str, seconds: float) -> str:
    """Say a length of time in its two largest units: "en timme och fem minuter", "kaksi minuuttia"."""
    tongue = known(language)
    if not 0 <= seconds < inf:
        raise UnspeakableError(f"duration of {seconds:g} s: expected 0 s or more")
    whole = round(seconds)
    if whole >= HOUR_S:
        whole = MINUTE_S * round(whole / MINUTE_S)
    hours, rest = divmod(whole, HOUR_S)
    minutes, left = divmod(rest, MINUTE_S)
    parts = [
        counted(tongue, n, unit[tongue])
        for n, unit in ((hours, HOUR), (minutes, MINUTE), (left, SECOND))
        if n
    ]
    return f" {_AND[tongue]} ".join(parts or [counted(tongue, 0, SECOND[tongue])])


def _english_time(hour: int, minute: int) -> str:
    if minute == 0 and hour % _HALF_DAY_HOURS == 0:
        return "noon" if hour else "midnight"
    spoken = [number("en", hour % _HALF_DAY_HOURS or _HALF_DAY_HOURS)]
    if minute:
        spoken.append(number("en", minute) if minute >= _OH else f"oh {number('en', minute)}")
    return f"{' '.join(spoken)} {_english_part(hour)}"


def _english_part(hour: int) -> str:
    parts = ((1, "at night"), (12, "in the morning"), (18, "in the afternoon"), (22, "in the evening"))
    return next((part for until, part in parts if hour < until), "at night")


def _step(minutes: float) -> int:
    return next((step for under, step in ROUNDED if minutes < under), ROUNDED[-1][1])


def _nearest(minutes: float) -> int:
    """Round to what a caller can use; halves go up, because a shorter wait disappoints nobody."""
    step = _step(minutes)
    return step * int(minutes / step + 0.5)


def _span(tongue: Language, minutes: int) -> str:
    """Say up to an hour; one alone needs no numeral in English or Finnish."""
    if minutes == _HOUR_MINUTES:
        return {"sv": "en timme", "en": "an hour", "fi": "tunti"}[tongue]
    if minutes == 1:
        return {"sv": "en minut", "en": "a minute", "fi": "minuutti"}[tongue]
    return counted(tongue, minutes, MINUTE[tongue])


def _most(tongue: Language, seconds: float) -> str:
    minutes, step = seconds / MINUTE_S, _step(seconds / MINUTE_S)
    most = max(1, step * ceil(minutes / step))
    if most > _HOUR_MINUTES:
        return counted(tongue, ceil(minutes / _HOUR_MINUTES), HOUR[tongue])
    if tongue == "fi" and most in {1, _HOUR_MINUTES}:
        return "minuutin" if most == 1 else "tunnin"  # after alle: a noun alone bends, a numeral stays
    return _span(tongue, most)


def _least(tongue: Language, seconds: float) -> str:
    hours, minutes = int(seconds // HOUR_S), int(seconds // MINUTE_S)
    if hours > 1:
        return counted(tongue, hours, HOUR[tongue])
    return _span(tongue, _HOUR_MINUTES if hours else minutes - minutes % _step(minutes))


def _between(tongue: Language, least: int, most: int) -> str:
    hour = most == _HOUR_MINUTES
    match tongue:
        case "sv":
            low = _span(tongue, least) if hour else common(tongue, least)
            return f"mellan {low} och {_span(tongue, most)}"
        case "en":
            low = _span(tongue, least) if hour else number(tongue, least)
            return f"between {low} and {_span(tongue, most)}"
        case "fi":
            # From … to: elative and illative, and the noun in the partitive where one noun serves both.
            if hour:
                noun = "minuutista"
                low = noun if least == 1 else f"{bent(least, 'elative')} {noun}"
                return f"{low} tuntiin"
            return f"{bent(least, 'elative')} {bent(most, 'illative')} {MINUTE[tongue].many}"
        case _:
            assert_never(tongue)
