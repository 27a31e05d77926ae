"""`vaxel call`: a telephone in the terminal.

Owns the command line of it. Must not know AGI.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from ivr.commandline.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ivr.proving.actions import Action
    from ivr.settings import Settings
    from ivr.telephone.happenings import Happening


@click.command("call")
@click.option(
    "--to", default="", help="The called number, or its folder's name; the default number otherwise."
)
@click.option("--from", "caller", default="", metavar="NUMBER", help='The caller\'s number, or "withheld".')
@click.option(
    "--press",
    metavar="ACTIONS",
    help='What the caller does, such as "wait 2, 9, hang up", in no time; you type the keys otherwise.',
)
@click.option(
    "--at",
    metavar="TIME",
    help="The local time whose opening hours are told: 10:00 (today), 'tuesday 10:00' (the next one),"
    " '2026-12-24 10:00'. Otherwise now, or when a draft is next open.",
)
@click.option("--now", "is_now", is_flag=True, help="Call a draft now, although it is closed.")
@click.option("--draft", is_flag=True, help="Call the menus as the files are now, not the running engine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@click.option("--officers", type=click.Choice(["answer", "away"]), default="answer", show_default=True)
@click.option("--script-result", default="", metavar="TEXT", help="What departments' scripts return.")
@click.option("--run-scripts", is_flag=True, help="Run departments' scripts, instead of saying so.")
@click.pass_context
def call(
    ctx: click.Context,
    to: str,
    caller: str,
    press: str | None,
    at: str | None,
    is_now: bool,
    draft: bool,
    as_json: bool,
    officers: str,
    script_result: str,
    run_scripts: bool,
) -> None:
    """Call a municipal number from here: you read what callers hear, and press their keys.

    No telephone rings, and nothing of the call is kept: not in the books, nor in the statistics. Where no
    engine runs, the menus are taken as their files are now.
    """
    import asyncio

    from ivr.telephone.calling import Order
    from ivr.telephone.calling import call as make_call
    from ivr.telephone.errors import EngineRefusedError
    from ivr.telephone.record import Record
    from ivr.telephone.screen import Screen

    for option, text in (("--to", to), ("--from", caller), ("--script-result", script_result)):
        if not text.isprintable():
            raise click.BadParameter("expected one line of text", ctx, param_hint=option)
    if at is not None and is_now:
        raise click.UsageError("expected either --at or --now")
    settings = settings_of(ctx)
    order = Order(
        to.strip(),
        caller.strip(),
        _actions(press),
        None if at is None else _local(settings, at),
        is_now,
        draft,
        officers == "answer",
        script_result,
        run_scripts,
    )
    record = Record()
    is_live = press is None
    screen = Screen(
        lambda line: click.echo(line, err=as_json),
        is_live=is_live,
        width=shutil.get_terminal_size().columns if sys.stdout.isatty() else 0,
    )
    takers = [record.take] if as_json and not is_live else [record.take, screen.take]

    def tell(happening: Happening) -> None:
        for take in takers:
            take(happening)

    def note(line: str) -> None:
        click.echo(line, err=True)

    if not draft:
        _tell_what_is_not_live(settings, note)
    try:
        asyncio.run(make_call(settings, order, tell, note))
    except EngineRefusedError:
        _check_number(settings, order.to, is_draft=draft)
        raise
    if as_json:
        click.echo(json.dumps(record.as_json(press), ensure_ascii=False))


def _check_number(settings: Settings, to: str, *, is_draft: bool) -> None:
    """Raise `TelephoneError` when files were called, no engine, and none of them are of this number."""
    from ivr.control.client import listens
    from ivr.menu.number import folders_below
    from ivr.numbers import NumberPlan
    from ivr.settings import near
    from ivr.telephone.errors import TelephoneError
    from queues.problems import Findings, suggestion

    there = [folder.name for folder in folders_below(settings.menus, Findings())]
    is_known = to in there or NumberPlan(settings.region, settings.area).e164(to) is not None
    if is_known or not (is_draft or not listens(settings.control)):
        return
    what = f"there is no number {to[:40]!r} in {near(settings.menus)}/, and it is no telephone number"
    raise TelephoneError(f"{what}; {suggestion(to, there)}")


def _local(settings: Settings, at: str) -> datetime:
    """Return the local time that is meant, without a zone. Today is the day that callers are told of."""
    from ivr.commandline.times import local_moment

    now = datetime.fromtimestamp(settings.calendar_at(time.time()), settings.time_zone)
    return local_moment(at, now.replace(tzinfo=None))


def _tell_what_is_not_live(settings: Settings, note: Callable[[str], None]) -> None:
    """Tell whoever calls a running engine that the files are other than what they will hear."""
    from ivr.control.client import listens
    from ivr.publishing.unpublished import unpublished
    from ivr.publishing.versions import VersionsError

    if not listens(settings.control):
        return
    with contextlib.suppress(VersionsError):  # a call needs none
        for number, what in unpublished(settings.versions, settings.menus).items():
            note(f"{number}: {what}")


def _actions(press: str | None) -> Sequence[Action] | None:
    from ivr.proving.actions import ActionsError, parse_actions

    if press is None:
        return None
    try:
        return parse_actions(press)
    except ActionsError as error:
        raise click.BadParameter(str(error), param_hint="--press") from error
