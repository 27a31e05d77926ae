"""Moments as people write them at the command line: `18:00`, `2026-12-24 18:00`.

Owns their reading, in the installation's time zone. Pure.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

WORDS = "a time such as 18:00, or a day and a time such as 2026-12-24 18:00"


def moment(text: str, now: datetime, zone: ZoneInfo) -> float:
    """Return the UTC second that `text` means; a time without a day is the next such time.

    `now` is aware. Raises `click.BadParameter`.
    """
    local = now.astimezone(zone)
    try:
        if len(text) <= len("18:00"):
            at = time.fromisoformat(text)
            then = datetime.combine(local.date(), at, zone)
            return (then if then > local else then + timedelta(days=1)).timestamp()
        then = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"expected {WORDS}, found {text[:30]!r}") from None
    return (then if then.tzinfo else then.replace(tzinfo=zone)).timestamp()
