"""Orders about what stands until further notice, as events; the same with an engine and without.

Owns the checks against a number, and the words of what came of it. Times are those of the calendar: UTC
seconds, moved in trials. Must not know who carries an event further.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ivr.attendant import override_of
from ivr.control.orders import OrderRefusedError
from ivr.menu.circumstances import is_over
from ivr.menu.hours import override_ends_at
from ivr.menu.lengths import estimated_s
from ivr.menu.texts import Prompt
from ivr.menu.wording import LONGEST_PROMPT_S
from ivr.prompts.errors import reason_of
from ivr.prompts.telephone import telephone_frames
from ivr.sound import NotSoundError
from queues.problems import suggestion
from queues.yamlfile import MAX_TEXT
from routing.events import CrisisBegan, CrisisEnded, HoursOverridden, OverrideEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from zoneinfo import ZoneInfo

    from ivr.control.orders import CrisisOff, CrisisOn, SetHours
    from ivr.menu.hours import Override
    from ivr.menu.number import Number

DAY = timedelta(days=1)
_SHOWN = 40  # characters of a text that cannot be spoken


class Clock(NamedTuple):
    """How people here tell time."""

    zone: ZoneInfo

    def local(self, at: float) -> datetime:
        """Return the local time of a moment."""
        return datetime.fromtimestamp(at, self.zone)

    def near(self, at: float, now: float) -> str:
        """Write a moment to come: `18:00` today, `tomorrow 18:00`, `2026-12-24 18:00`."""
        then, today = self.local(at), self.local(now).date()
        if then.date() == today:
            return f"{then:%H:%M}"
        return f"tomorrow {then:%H:%M}" if then.date() - today == DAY else f"{then:%Y-%m-%d %H:%M}"


def begin_crisis(
    order: CrisisOn,
    number: Number,
    now: float,
    others: Collection[str],
    keep: Callable[[Path], Path],
    clock: Clock,
) -> CrisisBegan:
    """Return the crisis message that the order means, from `now` on.

    `others` are the ids of those that are on. `keep` copies a recording to where it stays: callers hear the
    message for longer than its owner may keep the file. Reads the recording, which blocks. Raises
    `OrderRefusedError`, and what `keep` raises.
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
    if order.recording:
        _check_recording(Path(order.recording), number)
    return CrisisBegan(
        number.id,
        _id(clock.local(now), others),
        tuple(texts),
        tuple(texts.values()),
        now,
        order.until,
        order.queue,
        str(keep(Path(order.recording))) if order.recording else "",
        order.owner,
        order.is_drill,
    )


def crisis_lines(event: CrisisBegan, number: Number, on: Collection[str], clock: Clock) -> tuple[str, ...]:
    """Tell people that the message is on, who hears it and until when; `on` are those that were on before."""
    who = f"everybody who comes to the queue {event.queue}" if event.queue else "everybody who phones"
    heard = "heard in rehearsals only" if event.is_drill else f"heard by {who}"
    until = "it is switched off" if event.until is None else clock.near(event.until, event.since)
    lines = [f"{number.id}: crisis message {event.crisis} is on: {heard}, until {until}"]
    bare = [language for language in number.menu.languages if language not in event.languages]
    if bare:
        off = f"vaxel crisis off {event.crisis} --number {number.id}"
        lines.append(
            f"{number.id}: it has no text in {', '.join(bare)}: who chose that hears it in"
            f" {event.languages[0]}; {off}, then on again with {_options('--text', bare)} too"
        )
    if on:
        ids = f"is on already: {', '.join(on)}" if len(on) == 1 else f"are on already: {', '.join(on)}"
        others = "another message" if len(on) == 1 else f"{len(on)} other messages"
        lines.append(f"{number.id}: {others} {ids}; vaxel crisis list shows all")
    return tuple(lines)


def _options(option: str, languages: Iterable[str]) -> str:
    return " ".join(f"{option} '{language}: …'" for language in languages)


def spoken_only(event: CrisisBegan, languages: Collection[str]) -> CrisisBegan:
    """Return the message with its texts in these languages alone, at least one of its own.

    A text that cannot be spoken is left out rather than kept: who chose its language then hears the message
    in the first of the others, instead of nothing. The recording goes with the text that it says.
    """
    said = [each for each in zip(event.languages, event.texts, strict=True) if each[0] in languages]
    return event._replace(
        languages=tuple(language for language, _ in said),
        texts=tuple(text for _, text in said),
        recording=event.recording if event.languages[0] in languages else "",
    )


def end_crises(order: CrisisOff, number: Number, on: Collection[str]) -> tuple[CrisisEnded, ...]:
    """Return what the order ends; `on` are the messages that are on. Raises `OrderRefusedError`."""
    if not on:
        raise OrderRefusedError(f"{number.id}: no crisis message is on")
    if order.crisis and order.crisis not in on:
        known = ", ".join(on)
        raise OrderRefusedError(
            f'{number.id}: there is no crisis message "{order.crisis}"; there is: {known}'
        )
    return tuple(CrisisEnded(number.id, each) for each in ([order.crisis] if order.crisis else on))


def off_lines(ended: Iterable[CrisisEnded]) -> tuple[str, ...]:
    """Tell people that these messages are off."""
    return tuple(f"{each.number}: crisis message {each.crisis} is off" for each in ended)


def overrides(order: SetHours, number: Number, now: float) -> tuple[HoursOverridden | OverrideEnded, ...]:
    """Return the changes that the order means, from `now` on. Raises `OrderRefusedError`."""
    return tuple(
        OverrideEnded(number.id, hours) if order.state == "calendar" else _override(order, number, hours, now)
        for hours in _hours(order, number)
    )


def hours_lines(
    changes: Iterable[HoursOverridden | OverrideEnded],
    number: Number,
    clock: Clock,
    before: Mapping[str, Override],
) -> list[str]:
    """Tell people what holds now, until when, and which languages lack the reason.

    `before`: what held by hand until now, by the hours' id; an emergency of these is told to be over.
    """
    lines: list[str] = []
    for change in changes:
        if isinstance(change, OverrideEnded):
            lines.append(f"{number.id}: {change.hours} goes by its calendar again")
            continue
        lines.append(_hours_line(change, number, clock, before.get(change.hours)))
        bare = [language for language in number.menu.languages if language not in change.languages]
        if change.texts and bare and not change.is_open:
            lines.append(
                f"{number.id}: the reason has no text in {', '.join(bare)}: there callers hear that it is"
                f" closed, and not why; the same again with {_options('--reason', bare)} too"
            )
    return lines


def _hours_line(change: HoursOverridden, number: Number, clock: Clock, before: Override | None) -> str:
    state = "open" if change.is_open else "closed"
    state = "closed for an emergency" if change.is_emergency else state
    ends = override_ends_at(number.menu.hours[change.hours], override_of(change))
    if ends is None:
        until = "somebody changes it"
    elif change.until is None:
        until = f"{clock.local(ends):%Y-%m-%d %H:%M}, when the calendar next changes"
    else:
        until = f"{clock.local(ends):%Y-%m-%d %H:%M}"
    line = f"{number.id}: {change.hours} is {state} until {until}"
    if before is None or not before.is_emergency or change.is_emergency:
        return line
    ended_at = override_ends_at(number.menu.hours[change.hours], before)
    if ended_at is not None and ended_at <= change.since:
        return line
    return f"{line}; that ends the emergency since {clock.local(before.since):%Y-%m-%d %H:%M}"


def unspoken_line(number: str, failed: Mapping[Prompt, str]) -> str:
    """Tell people that callers do not hear these texts, at least one, and why the first cannot be spoken."""
    (first, why), *others = failed.items()
    more = (
        "" if not others else " and another text" if len(others) == 1 else f" and {len(others)} other texts"
    )
    them = "them" if others else "it"
    return (
        f'{number}: "{first.text[:_SHOWN]}" ({first.language}){more} cannot be spoken: {why};'
        f" callers do not hear {them}"
    )


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
        # An emergency does not end by itself over lunch, as what is set by hand does.
        order.is_sticky or (order.state == "emergency" and order.until is None),
        order.owner,
    )


def _id(local: datetime, others: Collection[str]) -> str:
    """Return an id that is none of the others': two messages may begin within a second."""
    second = f"{local:%Y%m%d-%H%M%S}"
    ids = (second, *(f"{second}-{place}" for place in range(2, len(others) + 3)))
    return next(each for each in ids if each not in others)


def _check_recording(path: Path, number: Number) -> None:
    """Make the sound of it once, so that none is noted that could never be heard, and hinders what comes."""
    try:
        telephone_frames(path.read_bytes())
    except NotSoundError as error:
        raise OrderRefusedError(
            f"{number.id}: recording {path}: {error}; save it as a WAV file with 16 bits"
        ) from error
    except OSError as error:
        raise OrderRefusedError(f"{number.id}: recording {path}: {reason_of(error)}") from error


def _check_end(order: CrisisOn | SetHours, now: float) -> None:
    if is_over(order.until, now):
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
        if not text.split() or len(text) > MAX_TEXT:
            raise OrderRefusedError(
                f"{number.id}: expected a text of 1 to {MAX_TEXT} characters ({language})"
            )
        strange = next((each for each in text if each != "\n" and not each.isprintable()), "")
        if strange:
            name = unicodedata.name(strange, "control character").lower()
            raise OrderRefusedError(
                f"{number.id}: expected letters, signs and spaces, found U+{ord(strange):04X}"
                f" ({name}) as character {text.index(strange) + 1} ({language})"
            )
        lasts_s = estimated_s(Prompt("", text, language))
        if lasts_s > LONGEST_PROMPT_S:
            most = f"expected at most {LONGEST_PROMPT_S:g} s of speech"
            raise OrderRefusedError(
                f"{number.id}: {most}, found about {lasts_s:.0f} s ({language}); say less"
            )
