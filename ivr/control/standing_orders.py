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
from routing.events import CrisisBegan, HoursOverridden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.control.orders import CrisisOn, SetHours
    from ivr.menu.number import Number


def begin_crisis(order: CrisisOn, number: Number, now: float) -> CrisisBegan:
    """Return the crisis message that the order means, from `now` on. Raises `OrderRefusedError`."""
    if order.queue and order.queue not in number.queues:
        raise OrderRefusedError(
            f'{number.id}: unknown queue "{order.queue}"; {suggestion(order.queue, number.queues)}'
        )
    if not order.texts:
        raise OrderRefusedError(f"{number.id}: expected what is to be said, found nothing")
    _check_texts(order.texts, number)
    if order.until is not None and order.until <= now:
        raise OrderRefusedError(f"{number.id}: expected an end that is still to come")
    if order.recording and not Path(order.recording).is_file():
        raise OrderRefusedError(f"{number.id}: there is no recording {order.recording}")
    languages = tuple(language for language in number.menu.languages if language in order.texts)
    return CrisisBegan(
        number.id,
        f"{datetime.fromtimestamp(now).astimezone():%Y%m%d-%H%M%S}",
        languages,
        tuple(" ".join(order.texts[language].split()) for language in languages),
        now,
        order.until,
        order.queue,
        order.recording,
        order.owner,
        order.is_drill,
    )


def numbers_hours(order: SetHours, number: Number) -> tuple[str, ...]:
    """Return the ids of the hours that the order is about. Raises `OrderRefusedError`."""
    known = number.menu.hours
    if order.hours and order.hours not in known:
        raise OrderRefusedError(
            f'{number.id}: unknown opening hours "{order.hours}"; {suggestion(order.hours, known)}'
        )
    if not known:
        raise OrderRefusedError(f"{number.id}: has no opening hours that could be changed")
    return (order.hours,) if order.hours else tuple(known)


def override(order: SetHours, number: Number, hours: str, now: float) -> HoursOverridden:
    """Return the override that the order means, from `now` on. Raises `OrderRefusedError`."""
    _check_texts(order.reason, number)
    if order.until is not None and order.until <= now:
        raise OrderRefusedError(f"{number.id}: expected an end that is still to come")
    languages = tuple(language for language in number.menu.languages if language in order.reason)
    return HoursOverridden(
        number.id,
        hours,
        order.state == "open",
        order.state == "emergency",
        languages,
        tuple(" ".join(order.reason[language].split()) for language in languages),
        now,
        order.until,
        order.is_sticky,
        order.owner,
    )


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
