"""Moments as people write them at the command line: `18:00`, `2026-12-24 18:00`.

Owns their reading, in the installation's time zone. Pure.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}", re.ASCII)
_DAY_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}", re.ASCII)
WORDS = "a time such as 18:00, or a day and a time such as 2026-12-24 18:00"


def moment(text: str, now: datetime, zone: ZoneInfo) -> float:
    """Return the UTC second that `text` means; a time without a day is the next such time.

    `now` is aware. Raises `click.BadParameter`.
    """
    local = now.astimezone(zone)
    try:
        if _TIME.fullmatch(text):
            then = datetime.combine(local.date(), time.fromisoformat(text.zfill(len("18:00"))), zone)
            return (then if then > local else then + timedelta(days=1)).timestamp()
        if _DAY_AND_TIME.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        pass  # no such time, no such day
    raise click.BadParameter(f"expected {WORDS}, found {text[:30]!r}")
