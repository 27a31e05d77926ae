"""Times as text, the same in every list and for every program.

Owns their form. Knows no zone but UTC: times for people are written where the reader's zone is known.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal


def iso(at: float, to: Literal["seconds", "milliseconds"] = "milliseconds") -> str:
    """Write UTC seconds since 1970 as ISO 8601 in UTC: `2025-07-01T10:00:00.000Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=to).replace("+00:00", "Z")


def minutes(seconds: float) -> str:
    """Write how long something took, as `m:ss`; an hour is 60 minutes, and less than nothing is nothing."""
    whole, rest = divmod(max(0, round(seconds)), 60)
    return f"{whole}:{rest:02}"
