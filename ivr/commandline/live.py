"""`vaxel menus reload`, `rollback`, `versions`: menus going live, and going back.

Owns the command line of these. Must not know how a version is made.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.settings import Settings


@click.command("reload")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def reload_menus(ctx: click.Context, as_json: bool) -> None:
    """Let the menus go live as they are now: checked, spoken, proven, then swapped at once.

    Calls under way finish on the menus that they began with. A folder with an error stays as it was.
    """
    from ivr.commandline.orders import give_order
    from ivr.control.orders import Reload

    give_order(ctx, _settings(ctx), Reload(), as_json=as_json)


@click.command("rollback")
@click.option("--to", "version_id", type=int, help="The version; the one before the newest when left out.")
@click.option("--number", help="Only this folder; all when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def rollback(ctx: click.Context, version_id: int | None, number: str | None, as_json: bool) -> None:
    """Put an earlier version back in place of the files, and let it go live.

    What stands in the files now is kept beside the versions first.
    """
    from ivr.commandline.orders import tell
    from ivr.control.client import give
    from ivr.control.orders import Answer, NoEngineError, Reload
    from ivr.publishing.rollback import put_back

    settings = _settings(ctx)
    done = put_back(settings.versions, settings.menus, version_id, number)
    if not as_json:
        click.echo(f"version {done.version} is back in {settings.menus}: {', '.join(done.numbers)}")
        click.echo(f"what stood there is kept in {done.kept}")
    try:
        answer = give(settings.control, Reload(f"back to version {done.version}"))
    except NoEngineError:
        answer = Answer(is_done=True, lines=("no engine runs here: it goes live with its next start",))
    put = {"restored": done.version, "numbers": done.numbers, "kept": str(done.kept)}
    tell(ctx, replace(answer, fields={**put, **answer.fields}), as_json=as_json)


@click.command("versions")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def versions(ctx: click.Context, as_json: bool) -> None:
    """List the versions that are kept, the newest first."""
    from ivr.publishing.versions import Versions

    settings = _settings(ctx)
    kept = list(reversed(Versions(settings.versions).all()))
    if as_json:
        rows = [{**version._asdict(), "menus": str(version.menus)} for version in kept]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for version in kept:
        made = datetime.fromtimestamp(version.made_at, settings.time_zone)
        numbers = ", ".join(f"{number} {digest[:8]}" for number, digest in version.hashes.items())
        click.echo(f"{version.id:4}  {made:%Y-%m-%d %H:%M:%S}  {version.why}  {numbers}")
    if not kept:
        click.echo("no version is kept yet: the first is made when the engine starts")


def _settings(ctx: click.Context) -> Settings:
    from ivr.settings import load_settings

    return load_settings(ctx.obj)
