"""What the exchange itself says, composed for the moment: that it is closed and until when, a crisis.

Owns which sentences follow each other. Pure. Must not know keys, states or how a prompt becomes sound. All
that depends on the moment can be told beforehand (`coming`), so that it is spoken before it is needed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.menu.calendar import HOLIDAY_NAMES
from ivr.menu.circumstances import Moment
from ivr.menu.hours import Why, state_at
from ivr.menu.texts import Prompt
from ivr.spoken.moments import digits, opening
from ivr.spoken.sentences import filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ivr.menu.circumstances import Standing
    from ivr.menu.hours import HoursState
    from ivr.menu.model import Menu


def hours_state(menu: Menu, hours: str, now: Moment) -> HoursState:
    """Return whether these hours are open, and why."""
    override = now.standing.overrides.get(hours)
    return state_at(menu.hours[hours], now.at, () if override is None else (override,))


def is_closed(menu: Menu, hours: str, now: Moment) -> bool:
    """Tell whether these hours are closed; none (an empty id) never are."""
    return bool(hours) and not hours_state(menu, hours, now).is_open


def closed(menu: Menu, hours: str, languages: Sequence[str], now: Moment) -> tuple[Prompt, ...]:
    """Return what is said in these languages while the hours are closed: why, and when they open again."""
    state, zone = hours_state(menu, hours, now), menu.hours[hours].zone
    local = datetime.fromtimestamp(now.at, zone)
    opens = None if state.opens_at is None else datetime.fromtimestamp(state.opens_at, zone)
    is_over = opens is None or opens.date() != local.date()
    said: list[Prompt] = []
    for language in languages:
        said.append(_why_closed(menu, state, language, is_over=is_over))
        if opens is not None:
            said.append(_filled(menu, "opens", language, opening=opening(language, local, opens)))
    return tuple(said)


def digit_prompt(language: str, digit: str) -> Prompt:
    """Return what is said for one keyed digit."""
    return Prompt(f"digits/{digit}", " ".join(digits(language, digit)), language)


def coming(menu: Menu, standing: Standing, at: float, until: float) -> Iterator[tuple[Prompt, ...]]:
    """Go through all that `closed` will return from `at` to `until`, some of it twice.

    What is said changes with the hours and, because of "tomorrow", at each midnight.
    """
    for hours_id, hours in menu.hours.items():
        then = at
        while then < until:
            now = Moment(then, standing)
            state = hours_state(menu, hours_id, now)
            if not state.is_open:
                yield closed(menu, hours_id, menu.languages, now)
            local = datetime.fromtimestamp(then, hours.zone)
            midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), hours.zone)
            then = min(midnight.timestamp(), until if state.changes_at is None else state.changes_at)


def _why_closed(menu: Menu, state: HoursState, language: str, *, is_over: bool) -> Prompt:
    """Return why it is closed. `is_over`: it does not open again on this day."""
    override = state.override
    if override is not None and language in override.reason:
        return Prompt("closed/reason", override.reason[language], language)
    match state.why:
        case Why.EMERGENCY:
            return menu.sentences["closed emergency"].said_in(language)
        case Why.HOLIDAY if language in (names := HOLIDAY_NAMES.get(state.holiday, {})):
            return _filled(menu, "closed holiday", language, holiday=names[language])
        # A reason is written for the day's end ("we are closed for today"): it is not true before it opens.
        case Why.EXCEPTION if state.reason is not None and is_over:
            return state.reason.said_in(language)
        case Why.EXCEPTION:
            return menu.sentences["closed exception"].said_in(language)
        case _:
            return menu.sentences["closed"].said_in(language)


def _filled(menu: Menu, key: str, language: str, **values: str) -> Prompt:
    prompt = menu.templates[key].said_in(language)
    return prompt._replace(text=filled(prompt.text, **values), recording="")
