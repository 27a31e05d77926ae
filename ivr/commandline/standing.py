"""`vaxel crisis` and `vaxel hours`: messages to everybody, and opening or closing by hand.

Owns the command line of both. Must not know how they reach callers.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import click

from ivr.commandline.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.menu.hours import HoursState
    from ivr.settings import Settings
    from routing.events import HoursOverridden

_NUMBER = click.option("--number", help="The folder of menus; not needed where there is only one.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_LANGUAGE = re.compile(r"([a-z]{2,3}):\s*")


@click.group()
def crisis() -> None:
    """Messages to everybody who phones about the same event."""


@crisis.command("on")
@_NUMBER
@click.option("--text", "texts", multiple=True, help="What is said; in another language: --text 'en: …'.")
@click.option("--recording", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A WAV file of the text, in the number's first language.")  # fmt: skip
@click.option("--queue", default="", help="Only for those who come to this queue.")
@click.option("--until", help="18:00, or 2026-12-24 18:00; until it is switched off when left out.")
@click.option("--owner", default="", help="Who answers for it; you when left out.")
@click.option("--drill", is_flag=True, help="Practise: heard only in `vaxel call`.")
@_JSON
@click.pass_context
def crisis_on(
    ctx: click.Context,
    number: str | None,
    texts: Sequence[str],
    recording: Path | None,
    queue: str,
    until: str | None,
    owner: str,
    drill: bool,
    as_json: bool,
) -> None:
    """Let everybody who phones hear a message, from now on."""
    from ivr.commandline.orders import give_order, number_of, user
    from ivr.control.orders import CrisisOn

    settings = settings_of(ctx)
    meant = number_of(settings, number)
    if not texts:
        raise click.UsageError("expected --text with what is said (with a recording: what is said in it)")
    order = CrisisOn(
        meant,
        _by_language(texts, "--text"),
        queue,
        _until(settings, until),
        "" if recording is None else str(recording.absolute()),
        owner or user(),
        drill,
    )
    give_order(ctx, settings, order, as_json=as_json)


@crisis.command("off")
@_NUMBER
@click.argument("crisis_id", metavar="[ID]", default="")
@_JSON
@click.pass_context
def crisis_off(ctx: click.Context, number: str | None, crisis_id: str, as_json: bool) -> None:
    """Let a message be heard no more; without ID, every message of the number."""
    from ivr.commandline.orders import give_order, number_of
    from ivr.control.orders import CrisisOff

    settings = settings_of(ctx)
    give_order(ctx, settings, CrisisOff(number_of(settings, number), crisis_id), as_json=as_json)


@crisis.command("list")
@_JSON
@click.pass_context
def crisis_list(ctx: click.Context, as_json: bool) -> None:
    """List the messages that are on."""
    from ivr.commandline.orders import calendar_now
    from ivr.menu.circumstances import is_over
    from ivr.standing import StandingFile
    from routing.events import CrisisBegan

    settings = settings_of(ctx)
    there = [e for e in StandingFile(settings.standing).read() if isinstance(e, CrisisBegan)]
    now = calendar_now(settings)
    on = [event for event in there if not is_over(event.until, now)]
    if as_json:
        click.echo(json.dumps([event._asdict() for event in on], ensure_ascii=False))
        return
    for event in on:
        until = "it is switched off" if event.until is None else _local(settings, event.until)
        where = f"queue {event.queue}" if event.queue else "everybody"
        drill = ", drill" if event.is_drill else ""
        owner = f" by {event.owner}" if event.owner else ""
        since = _local(settings, event.since)
        click.echo(f"{event.number}  {event.crisis}  {where}{drill}  since {since}{owner}, until {until}")
        for language, text in zip(event.languages, event.texts, strict=True):
            click.echo(f"    {language}: {text}")
    if not on:
        click.echo("no crisis message is on")


@click.group()
def hours() -> None:
    """Opening hours, by hand."""


@hours.command("set")
@click.argument("state", type=click.Choice(["open", "closed", "emergency", "calendar"]))
@_NUMBER
@click.option("--hours", "hours_id", default="", help="Which of the opening hours; all when left out.")
@click.option("--reason", "reasons", multiple=True, help="One whole sentence; others by --reason 'en: …'.")
@click.option("--until", help="18:00, or 2026-12-24 18:00.")
@click.option("--sticky", is_flag=True, help="Until somebody changes it, not until the next change of hours.")
@_JSON
@click.pass_context
def hours_set(
    ctx: click.Context,
    state: str,
    number: str | None,
    hours_id: str,
    reasons: Sequence[str],
    until: str | None,
    sticky: bool,
    as_json: bool,
) -> None:
    """Open or close now, whatever the calendar says; `calendar` lets it decide again.

    Without --until and --sticky, `open` and `closed` hold until the calendar next opens or closes; an
    `emergency` holds until somebody changes it.
    """
    from ivr.commandline.orders import give_order, number_of, user
    from ivr.control.orders import SetHours

    settings = settings_of(ctx)
    meant = number_of(settings, number)
    if sticky and until:
        raise click.UsageError("expected either --until or --sticky")
    reason = _by_language(reasons, "--reason")
    ends = _until(settings, until)
    order = SetHours(meant, state, hours_id, reason, ends, sticky, user())  # type: ignore[arg-type]  # a choice
    give_order(ctx, settings, order, as_json=as_json)


@hours.command("list")
@_JSON
@click.pass_context
def hours_list(ctx: click.Context, as_json: bool) -> None:
    """List which opening hours there are, and what holds now."""
    from ivr.attendant import override_of
    from ivr.commandline.orders import calendar_now
    from ivr.menu.hours import override_ends_at, state_at
    from ivr.menu.number import load_numbers
    from ivr.standing import StandingFile
    from routing.events import HoursOverridden

    settings = settings_of(ctx)
    standing = [e for e in StandingFile(settings.standing).read() if isinstance(e, HoursOverridden)]
    at = calendar_now(settings)
    rows: list[dict[str, object]] = []
    lines: list[str] = []
    for number in load_numbers(settings.menus, settings.ground):
        for hours_id, known in number.menu.hours.items():
            by_hand = [each for each in standing if (each.number, each.hours) == (number.id, hours_id)]
            state = state_at(known, at, [override_of(event) for event in by_hand])
            changes = state.closes_at if state.is_open else state.opens_at
            ends = None if state.override is None else override_ends_at(known, state.override)
            rows.append(
                {
                    "number": number.id,
                    "hours": hours_id,
                    "open": state.is_open,
                    "why": state.why.value,
                    "changes_at": None if changes is None else _local(settings, changes),
                    "by_hand_until": None if ends is None else _local(settings, ends),
                }
            )
            if state.override is None:
                then = "" if changes is None else f", until {_local(settings, changes)}"
            elif ends is None:
                then = ", until somebody changes it"
            else:
                then = f", until {_local(settings, ends)}, then by the calendar"
            said = _decided(settings, state, by_hand, number.menu.languages[0])
            lines.append(f"{number.id}  {hours_id}: {said}{then}")
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)
    if not rows:
        click.echo("no number has opening hours")


def _decided(settings: Settings, state: HoursState, by_hand: Sequence[HoursOverridden], language: str) -> str:
    """Say whether it is open, and what decided that."""
    from ivr.attendant import override_of
    from ivr.menu.calendar import HOLIDAY_NAMES
    from ivr.menu.hours import Why

    now = "open" if state.is_open else "closed"
    match state.why:
        case Why.WEEKLY:
            return "open: weekly hours" if state.is_open else "closed: outside weekly hours"
        case Why.HOLIDAY:
            names = HOLIDAY_NAMES.get(state.holiday, {})
            return f"{now}: holiday: {names.get(language, state.holiday)}"
        case Why.EXCEPTION:
            reason = "" if state.reason is None else f": {state.reason.said_in(language).text}"
            return f"{now}: dated exception{reason}"
        case Why.EMERGENCY | Why.OVERRIDE:
            how = "for an emergency" if state.why is Why.EMERGENCY else "by hand"
            event = next(each for each in by_hand if override_of(each) == state.override)
            by = f" by {event.owner}" if event.owner else ""
            return f"{now} {how}{by} since {_local(settings, event.since)}"
        case _:
            assert_never(state.why)


def _until(settings: Settings, text: str | None) -> float | None:
    from ivr.commandline.orders import calendar_now
    from ivr.commandline.times import moment

    if text is None:
        return None
    return moment(text, datetime.fromtimestamp(calendar_now(settings), UTC), settings.time_zone)


def _local(settings: Settings, at: float) -> str:
    return f"{datetime.fromtimestamp(at, settings.time_zone):%Y-%m-%d %H:%M}"


def _by_language(texts: Sequence[str], option: str) -> dict[str, str]:
    """Return texts by language: `en: …` names its own, others are in the number's first."""
    by_language: dict[str, str] = {}
    for text in texts:
        named = _LANGUAGE.match(text)
        language = "" if named is None else named[1]
        if language in by_language:
            where = f"in {language}" if language else "without a language"
            raise click.UsageError(f"expected one {option} for each language, found two {where}")
        by_language[language] = text if named is None else text[named.end() :]
    return by_language
