"""Giving an order from the command line, and telling what came of it.

Owns that, for every command that gives one, and what time it is where the order will hold. Must not know
what an order does.
"""

from __future__ import annotations

import getpass
import json
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.control.orders import Answer, Order
    from ivr.settings import Settings

EXIT_REFUSED = 1
TIME_S = 10.0  # for the engine to tell the time: it is never busy for so long


def give_order(ctx: click.Context, settings: Settings, order: Order, *, as_json: bool) -> None:
    """Give the order to the engine, or note it where none runs; exit with 1 when it was refused."""
    from ivr.control.client import give
    from ivr.control.orders import Answer, NoEngineError, OrderRefusedError
    from ivr.control.unattended import note

    try:
        answer = give(settings.control, order)
    except NoEngineError:
        try:
            answer = note(settings, order)
        except OrderRefusedError as refusal:
            answer = Answer(is_done=False, lines=(str(refusal),))
    tell(ctx, answer, as_json=as_json)


def calendar_now(settings: Settings) -> float:
    """Return the time by which hours and messages go, UTC seconds: as callers hear it, in a trial too.

    A trial's calendar runs on from its first moment with its engine, so that is asked. Raises
    `NoAnswerError` when it does not say.
    """
    from ivr.control.client import give
    from ivr.control.orders import NoAnswerError, NoEngineError, WhatTime

    if settings.as_if is None:
        return time.time()
    try:
        answer = give(settings.control, WhatTime(), answer_s=TIME_S)
    except NoEngineError:
        return settings.calendar_at(time.time())
    if not answer.is_done:
        raise NoAnswerError("; ".join(answer.lines))
    return float(answer.fields["calendar"])


def tell(ctx: click.Context, answer: Answer, *, as_json: bool) -> None:
    """Print an answer, what was refused to standard error."""
    if as_json:
        fields = {"done": answer.is_done, "lines": answer.lines, **answer.fields}
        click.echo(json.dumps(fields, ensure_ascii=False))
    else:
        for line in answer.lines:
            click.echo(line, err=not answer.is_done)
    ctx.exit(0 if answer.is_done else EXIT_REFUSED)


def number_of(settings: Settings, number: str | None) -> str:
    """Return the number that is meant: the one that is named, or the only one there is."""
    if number:
        return number
    from ivr.menu.number import folders_below
    from queues.problems import Findings

    findings = Findings()
    folders = folders_below(settings.menus, findings)
    findings.check()
    if len(folders) > 1:
        names = ", ".join(folder.name for folder in folders)
        raise click.UsageError(f"which number? say --number; there is: {names}")
    return folders[0].name


def user() -> str:
    """Return who gives the order, for what is noted without an engine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
