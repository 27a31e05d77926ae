"""What changes in opening hours.

Owns the comparison of two calendars and its words. Must not know how hours are worked out or used.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from ivr.menu.calendar import BRIDGE_DAY, HOLIDAY_NAMES, Kind, named_days
from ivr.menu.hours import BRIDGE_DAYS, EVES, GROUPS, PUBLIC_HOLIDAYS
from ivr.menu.hoursfile import CLOSED, WEEKDAYS
from ivr.menu_views.difference import Difference, What

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ivr.menu.hours import DatedException, Hours, Spans
    from ivr.menu.texts import Text
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
        for days, was_said, now_said in _reasons(before, hours):
            yield from compared.texts("", f'Hours "{hours_id}" on {days}', was_said, now_said)


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
    """Compare day by day; days that follow each other and change alike are told together."""

    def hours(stretch: _Stretch) -> tuple[str, str]:
        was, now = (USUAL if each is None else spans_words(each.spans) for each in (stretch.old, stretch.new))
        return was, now

    for days, alike in _alike(_stretches(old, new), hours):
        was, now = hours(alike)
        if was != now:
            yield Change(days, was, now)


def _reasons(old: Hours, new: Hours) -> Iterator[tuple[str, Text | None, Text | None]]:
    """Go through what is said as the reason on days, as it was and is."""

    def words(stretch: _Stretch) -> tuple[Mapping[str, str], ...]:
        return tuple(
            {} if text is None else {language: prompt.text for language, prompt in text.prompts.items()}
            for text in stretch.reasons
        )

    for days, alike in _alike(_stretches(old, new), words):
        yield days, *alike.reasons


class _Stretch(NamedTuple):
    """Days, by ordinal and both included, of which each version says one thing: an exception, or None."""

    first: int
    last: int
    old: DatedException | None
    new: DatedException | None

    @property
    def reasons(self) -> tuple[Text | None, Text | None]:
        """What is said as the reason, as it was and is."""
        return (
            None if self.old is None else self.old.reason,
            None if self.new is None else self.new.reason,
        )


def _stretches(old: Hours, new: Hours) -> Iterator[_Stretch]:
    """Cut the days wherever an exception of either version begins or ends, so that many days cost no more."""
    exceptions = (*old.exceptions, *new.exceptions)
    firsts = {each.first.toordinal() for each in exceptions}
    cuts = sorted(firsts | {each.last.toordinal() + 1 for each in exceptions})
    for first, end in pairwise(cuts):
        yield _Stretch(first, end - 1, _exception_on(old, first), _exception_on(new, first))


def _exception_on(hours: Hours, ordinal: int) -> DatedException | None:
    day = date.fromordinal(ordinal)
    return next((each for each in hours.exceptions if each.first <= day <= each.last), None)


def _alike(
    stretches: Iterable[_Stretch], says: Callable[[_Stretch], object]
) -> Iterator[tuple[str, _Stretch]]:
    """Join stretches that say the same; the days that none speaks of lie between two, and are one too."""
    for _, alike in groupby(stretches, key=says):
        joined = list(alike)
        first, last = date.fromordinal(joined[0].first), date.fromordinal(joined[-1].last)
        yield str(first) if first == last else f"{first} to {last}", joined[0]


def spans_words(spans: Spans) -> str:
    """Say a day's hours as they are written: "08:00-12:00 and 13:00-16:30", or "closed"."""
    return " and ".join(f"{_time(opens)}-{_time(closes)}" for opens, closes in spans) or CLOSED


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
