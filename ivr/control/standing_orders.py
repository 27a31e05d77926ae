"""Orders about what stands until further notice, as events; the same with an engine and without.

Owns the checks against a number. Times are those of calendars: UTC seconds, moved in trials. Must not know
who carries an event further.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.control.orders import OrderRefusedError
from ivr.menu.lengths import estimated_s
from ivr.menu.texts import Prompt
from ivr.menu.wording import LONGEST_PROMPT_S
from queues.problems import suggestion
from queues.yamlfile import MAX_TEXT
from routing.events import CrisisBegan, HoursOverridden, OverrideEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ivr.control.orders import CrisisOn, SetHours
    from ivr.menu.number import Number


def begin_crisis(
    order: CrisisOn, number: Number, now: float, others: Collection[str], keep: Callable[[Path], Path]
) -> CrisisBegan:
    """Return the crisis message that the order means, from `now` on.

    `others` are the ids of those that are on. `keep` copies a recording to where it stays: callers hear the
    message for longer than its owner may keep the file. Raises `OrderRefusedError`, and what `keep` raises.
    """
    if order.queue and order.queue not in number.queues:
        raise OrderRefusedError(
            f'{number.id}: unknown queue "{order.queue}"; {suggestion(order.queue, number.queues)}'
        )
    if not order.texts:
        raise OrderRefusedError(f"{number.id}: expected what is to be said, found nothing")
    texts = _texts(order.texts, number)
    _check_end(order, now)
    if order.recording and not Path(order.recording).is_file():
        raise OrderRefusedError(f"{number.id}: there is no recording {order.recording}")
    if order.recording and number.menu.languages[0] not in texts:
        raise OrderRefusedError(f"{number.id}: expected the recording's text in {number.menu.languages[0]}")
    return CrisisBegan(
        number.id,
        _id(now, others),
        tuple(texts),
        tuple(texts.values()),
        now,
        order.until,
        order.queue,
        str(keep(Path(order.recording))) if order.recording else "",
        order.owner,
        order.is_drill,
    )


def crisis_line(event: CrisisBegan) -> str:
    """Tell people that the message is on, and who hears it."""
    who = f"everybody who comes to the queue {event.queue}" if event.queue else "everybody who phones"
    heard = "heard in rehearsals only" if event.is_drill else f"heard by {who}"
    return f"{event.number}: crisis message {event.crisis} is on: {heard}"


def no_crisis(number: str, crisis: str, there: Iterable[str]) -> str:
    """Tell people that there is no such message."""
    known = ", ".join(there)
    if not known:
        return f"{number}: no crisis message is on"
    return f'{number}: there is no crisis message "{crisis}"; there is: {known}'


def overrides(order: SetHours, number: Number, now: float) -> tuple[HoursOverridden | OverrideEnded, ...]:
    """Return the changes that the order means, from `now` on. Raises `OrderRefusedError`."""
    return tuple(
        OverrideEnded(number.id, hours) if order.state == "calendar" else _override(order, number, hours, now)
        for hours in _hours(order, number)
    )


def hours_line(order: SetHours, number: Number, hours: str, shift_s: float = 0.0) -> str:
    """Tell people what holds; `shift_s` is what the calendar is ahead of their clocks."""
    match order.state:
        case "calendar":
            return f"{number.id}: {hours} goes by its calendar again"
        case "emergency":
            state = "closed for an emergency"
        case state:
            pass
    if order.until is not None:
        ends = datetime.fromtimestamp(order.until - shift_s, number.menu.hours[hours].zone)
        return f"{number.id}: {hours} is {state} until {ends:%Y-%m-%d %H:%M}"
    until = "somebody changes it" if order.is_sticky else "the next change of hours"
    return f"{number.id}: {hours} is {state} until {until}"


def _hours(order: SetHours, number: Number) -> tuple[str, ...]:
    known = number.menu.hours
    if order.hours and order.hours not in known:
        raise OrderRefusedError(
            f'{number.id}: unknown opening hours "{order.hours}"; {suggestion(order.hours, known)}'
        )
    if not known:
        raise OrderRefusedError(f"{number.id}: has no opening hours that could be changed")
    return (order.hours,) if order.hours else tuple(known)


def _override(order: SetHours, number: Number, hours: str, now: float) -> HoursOverridden:
    texts = _texts(order.reason, number)
    _check_end(order, now)
    return HoursOverridden(
        number.id,
        hours,
        order.state == "open",
        order.state == "emergency",
        tuple(texts),
        tuple(texts.values()),
        now,
        order.until,
        order.is_sticky,
        order.owner,
    )


def _id(now: float, others: Collection[str]) -> str:
    """Return an id that is none of the others': two messages may begin within a second."""
    second = f"{datetime.fromtimestamp(now).astimezone():%Y%m%d-%H%M%S}"
    ids = (second, *(f"{second}-{place}" for place in range(2, len(others) + 3)))
    return next(each for each in ids if each not in others)


def _check_end(order: CrisisOn | SetHours, now: float) -> None:
    if order.until is not None and order.until <= now:
        raise OrderRefusedError(f"{order.number}: expected an end that is still to come")


def _texts(ordered: Mapping[str, str], number: Number) -> dict[str, str]:
    """Return the texts in the order of the number's languages, each on one line."""
    first = number.menu.languages[0]
    if "" in ordered and first in ordered:
        raise OrderRefusedError(f"{number.id}: expected one text in {first}, found two")
    texts = {language or first: text for language, text in ordered.items()}
    _check_texts(texts, number)
    return {each: " ".join(texts[each].split()) for each in number.menu.languages if each in texts}


def _check_texts(texts: Mapping[str, str], number: Number) -> None:
    for language, text in texts.items():
        if language not in number.menu.languages:
            known = ", ".join(number.menu.languages)
            raise OrderRefusedError(f'{number.id}: does not speak "{language}"; it speaks: {known}')
        if not text.split() or len(text) > MAX_TEXT or not text.replace("\n", " ").isprintable():
            raise OrderRefusedError(
                f"{number.id}: expected a text of 1 to {MAX_TEXT} characters ({language})"
            )
        lasts_s = estimated_s(Prompt("", text, language))
        if lasts_s > LONGEST_PROMPT_S:
            most = f"expected at most {LONGEST_PROMPT_S:g} s of speech"
            raise OrderRefusedError(
                f"{number.id}: {most}, found about {lasts_s:.0f} s ({language}); say less"
            )
