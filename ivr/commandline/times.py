"""Moments as people write them at the command line: `18:00`, `tuesday 10:00`, `2026-12-24 18:00`.

Owns their reading, in the installation's time zone. Pure.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from ivr.control.orders import LAST_YEAR
from ivr.menu.hoursfile import WEEKDAYS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}", re.ASCII)
_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?", re.ASCII)
_SWEDISH = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_WEEKDAYS = {word: place % 7 for place, word in enumerate((*WEEKDAYS, *_SWEDISH))}
LOCAL_WORDS = "a time of today such as 10:00, tuesday 10:00, or a day and a time such as 2026-12-24 10:00"
PAST_WORDS = "a day such as 2026-12-24, or a day and a time such as 2026-12-24 10:00"
WORDS = "a time such as 18:00, or a day and a time such as 2026-12-24 18:00"


def local_moment(text: str, now: datetime) -> datetime:
    """Return the local time that `text` means, as is `now`: without a day today, with a weekday the next one.

    The weekday of today is today while that time is still to come. Raises `click.BadParameter`.
    """
    day_word, _, clock = " ".join(text.lower().split()).rpartition(" ")
    try:
        if dated := _DATED.fullmatch(text.strip()):
            return datetime.fromisoformat(dated[0])
        if _TIME.fullmatch(clock):
            at = time.fromisoformat(clock.zfill(len("18:00")))
            if not day_word:
                return datetime.combine(now.date(), at)
            if day_word in _WEEKDAYS:
                days = (_WEEKDAYS[day_word] - now.weekday()) % 7
                then = datetime.combine(now.date() + timedelta(days=days), at)
                return then if then > now else then + timedelta(days=7)
    except (ValueError, OverflowError):
        pass  # no such time, no such day
    raise click.BadParameter(f"expected {LOCAL_WORDS}, found {text[:30]!r}", param_hint="--at")


def moment(text: str, now: datetime, zone: ZoneInfo) -> float:
    """Return the UTC second that `text` means; a time without a day is the next such time.

    A time that exists twice is the first of the two that is still to come. `now` is aware. Raises
    `click.BadParameter`.
    """
    today = now.astimezone(zone).date()
    try:
        if _TIME.fullmatch(text):
            at = time.fromisoformat(text.zfill(len("18:00")))
            days = [datetime.combine(today + timedelta(days=more), at, zone) for more in (0, 1)]
            # A time of today that is past need not have existed.
            days = days if days[0].replace(fold=1).timestamp() > now.timestamp() else days[1:]
            return next(then for day in days for then in _moments(day, text) if then > now.timestamp())
        if _DAY_AND_TIME.fullmatch(text):
            if int(text[:4]) > LAST_YEAR:
                raise click.BadParameter(f"expected a year up to {LAST_YEAR}, found {text[:30]!r}")
            moments = _moments(datetime.fromisoformat(text).replace(tzinfo=zone), text)
            return next((then for then in moments if then > now.timestamp()), moments[0])
    except (ValueError, OverflowError):
        pass  # no such time, no such day
    raise click.BadParameter(f"expected {WORDS}, found {text[:30]!r}")


def past_moment(text: str, zone: ZoneInfo, option: str) -> float:
    """Return the UTC second that `text` means, the first of two; a day alone is its midnight.

    Raises `click.BadParameter`, which names the option.
    """
    try:
        if _DAY.fullmatch(text) or _DATED.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        pass  # no such time, no such day
    raise click.BadParameter(f"expected {PAST_WORDS}, found {text[:30]!r}", param_hint=option)


def _moments(local: datetime, text: str) -> tuple[float, float]:
    """Return the UTC seconds of a wall clock's time, two when it exists twice, else the same again."""
    first, second = local.timestamp(), local.replace(fold=1).timestamp()
    if datetime.fromtimestamp(first, local.tzinfo).time() != local.time():
        raise click.BadParameter(
            f"expected a time that exists, found {text[:30]!r}: the clocks go forward then"
        )
    return first, second
