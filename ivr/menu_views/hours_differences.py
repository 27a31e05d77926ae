"""What changes in opening hours.

Owns the comparison of two calendars and its words. Must not know how hours are worked out or used.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ivr.menu.calendar import BRIDGE_DAY, HOLIDAY_NAMES, Kind, named_days
from ivr.menu.hours import BRIDGE_DAYS, EVES, GROUPS, PUBLIC_HOLIDAYS
from ivr.menu.hoursfile import CLOSED, WEEKDAYS
from ivr.menu_views.difference import Difference, What

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.menu.hours import Hours, Spans
    from ivr.menu_views.comparing import Comparing

ORDINARY = "an ordinary day"
USUAL = "usual hours"


class Change(NamedTuple):
    """Other hours on a day, or on days of a name."""

    day: str
    was: str
    now: str

    @property
    def text(self) -> str:
        """What is otherwise, in words."""
        now = f"closed on {self.day}" if self.now == CLOSED else f"{self.day} {self.now}"
        return f"{now} (was: {self.was})"


def hours_differences(compared: Comparing) -> Iterator[Difference]:
    """Compare the calendars that are in both versions: one that is new is told where it is used."""
    old, new = compared.old.menu.hours, compared.new.menu.hours
    for hours_id, hours in new.items():
        before = old.get(hours_id)
        if before is None:
            continue
        changes = [*_weekly(before, hours), *_holidays(before, hours), *_exceptions(before, hours)]
        if changes:
            text = f'Hours "{hours_id}": {"; ".join(change.text for change in changes)}'
            was = "; ".join(f"{change.day} {change.was}" for change in changes)
            now = "; ".join(f"{change.day} {change.now}" for change in changes)
            yield compared.differs("", What.HOURS, was, now, text)
        reasons = {(each.first, each.last): each.reason for each in before.exceptions}
        for each in hours.exceptions:
            days = (each.first, each.last)
            if days in reasons:
                subject = f'Hours "{hours_id}" on {each.first}'
                yield from compared.texts("", subject, reasons[days], each.reason)


def _weekly(old: Hours, new: Hours) -> Iterator[Change]:
    """Compare the week; days that follow each other and change alike are told together."""
    days = zip(WEEKDAYS, old.weekly, new.weekly, strict=True)
    for (was, now), alike in groupby(days, key=lambda day: (day[1], day[2])):
        names = [day[0] for day in alike]
        if was != now:
            day = names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"
            yield Change(day, spans_words(was), spans_words(now))


def _holidays(old: Hours, new: Hours) -> Iterator[Change]:
    for key in dict.fromkeys((*GROUPS, *HOLIDAY_NAMES)):
        if key not in old.holidays and key not in new.holidays:
            continue
        was, now = _on(old.holidays, key), _on(new.holidays, key)
        if was != now:
            yield Change(key, was, now)


def _on(holidays: Mapping[str, Spans], key: str) -> str:
    """Say what holds on a day of this name, set or not."""
    if key in holidays:
        return spans_words(holidays[key])
    if key == PUBLIC_HOLIDAYS:
        return CLOSED
    match _kinds().get(key):
        case Kind.PUBLIC:
            return spans_words(holidays.get(PUBLIC_HOLIDAYS, ()))
        case Kind.DE_FACTO:
            return CLOSED
        case Kind.EVE if EVES in holidays:
            return "as other eves"  # not the same as their hours: a group opens no Saturday
        case Kind.BRIDGE if key == BRIDGE_DAY and BRIDGE_DAYS in holidays:
            return "as other bridge days"
        case _:
            return ORDINARY


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, Kind]:
    """Return the kind of each named day: it is the same every year."""
    days = (date(2026, 1, 1) + timedelta(days=day) for day in range(365))
    return {named.key: named.kind for day in days for named in named_days(day)}


def _exceptions(old: Hours, new: Hours) -> Iterator[Change]:
    before = {(each.first, each.last): spans_words(each.spans) for each in old.exceptions}
    after = {(each.first, each.last): spans_words(each.spans) for each in new.exceptions}
    for first, last in sorted({*before, *after}):
        was, now = before.get((first, last), USUAL), after.get((first, last), USUAL)
        if was != now:
            yield Change(str(first) if first == last else f"{first} to {last}", was, now)


def spans_words(spans: Spans) -> str:
    """Say a day's hours as they are written: "08:00-12:00 and 13:00-16:30", or "closed"."""
    return " and ".join(f"{_time(opens)}-{_time(closes)}" for opens, closes in spans) or CLOSED


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
