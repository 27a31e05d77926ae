"""`vaxel calls estimates`: how good the waiting times were that callers were told.

Owns the command line. Must not know how a figure is made or shown.
"""

from __future__ import annotations

import json

import click

from ivr.commandline.settings import settings_of


@click.command("estimates")
@click.option("--since", metavar="WHEN", help='Told from then on: a day, or "2026-12-24 10:00".')
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def calls_estimates(ctx: click.Context, since: str | None, as_json: bool) -> None:
    """Hold the waiting times that callers were told against how long they truly waited, by queue.

    Without --since: all that the call log has.
    """
    from ivr.commandline.times import past_moment
    from queues.calllog.estimate_page import quality_json, quality_text
    from queues.calllog.readings import estimate_quality

    settings = settings_of(ctx)
    then = None if since is None else past_moment(since, settings.time_zone, "--since")
    qualities = estimate_quality(settings.database_url, since=then)
    if as_json:
        click.echo(json.dumps(quality_json(qualities, since=then), ensure_ascii=False))
    else:
        click.echo(quality_text(qualities, since=then, zone=settings.time_zone), nl=False)
