"""Times as text: ISO 8601 in UTC for programs, minutes and seconds for people."""

from __future__ import annotations

import pytest

from queues.times import iso, minutes


def test_a_time_is_written_in_utc() -> None:
    assert iso(1_751_364_000.0625) == "2025-07-01T10:00:00.062Z"
    assert iso(1_751_364_000.9, "seconds") == "2025-07-01T10:00:00Z"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-3.0, "0:00"), (59.6, "1:00"), (125.2, "2:05"), (3903, "65:03")]
)
def test_how_long_is_written_in_minutes_and_seconds(seconds: float, text: str) -> None:
    assert minutes(seconds) == text
