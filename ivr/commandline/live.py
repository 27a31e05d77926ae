"""`vaxel menus reload`, `rollback`, `versions`: menus going live, and going back.

Owns the command line of these. Must not know how a version is made.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ivr.commandline.settings import settings_of

if TYPE_CHECKING:
    from ivr.publishing.refusals import Refusal
    from ivr.publishing.rollback import PutBack
    from ivr.settings import Settings


@click.command("reload")
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def reload_menus(ctx: click.Context, numbers: tuple[str, ...], as_json: bool) -> None:
    """Let the menus go live as they are now: checked, spoken, proven, then swapped at once.

    NUMBER is a folder of menus: only these change, the others stay as they are live. Calls under way finish
    on the menus that they began with. A folder with an error stays as it was.
    """
    from ivr.commandline.orders import give_order
    from ivr.control.orders import Reload

    give_order(ctx, settings_of(ctx), Reload(numbers=numbers), as_json=as_json)


@click.command("rollback")
@click.argument("version", metavar="[VERSION]", type=int, required=False)
@click.option("--to", "to", metavar="VERSION", type=int, help="The same as VERSION.")
@click.option("--number", help="Only this folder; all when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def rollback(
    ctx: click.Context, version: int | None, to: int | None, number: str | None, as_json: bool
) -> None:
    """Put an earlier version back in place of the files, and let it go live.

    VERSION is a number that `vaxel menus versions` shows. Without it: the version before what is live, that
    is, before the one with which it first went live. So a second rollback goes one further back. VERSION may
    be the newest: that takes back what was only edited.

    What stands in the files now is kept beside the versions first. Only what is put back goes live; what else
    is edited and not live waits for `vaxel menus reload`.
    """
    from ivr.commandline.orders import tell
    from ivr.control.client import give
    from ivr.control.orders import Answer, NoEngineError, Reload
    from ivr.control.unattended import no_engine
    from ivr.publishing.rollback import put_back

    if version is not None and to is not None and version != to:
        raise click.UsageError(f"expected one version, found {version} and --to {to}")
    settings = settings_of(ctx)
    local = datetime.now(UTC).astimezone(settings.time_zone)
    wanted = to if version is None else version
    done = put_back(settings.versions, settings.menus, wanted, number, local=local)
    if not as_json:
        for line in _told(settings, done):
            click.echo(line)
    try:
        answer = give(settings.control, Reload(f"back to version {done.version.id}", done.numbers))
    except NoEngineError:
        answer = Answer(is_done=True, lines=(f"{no_engine(settings)}: it goes live with its next start",))
    put = {
        "restored": done.version.id,
        "numbers": done.numbers,
        "kept": None if done.kept is None else str(done.kept),
        "newer": done.newer,
    }
    tell(ctx, replace(answer, fields={**put, **answer.fields}), as_json=as_json)


@click.command("versions")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def versions(ctx: click.Context, as_json: bool) -> None:
    """List the versions that are kept, the newest first, and what is edited and not live."""
    from ivr.publishing.refusals import last_refusal
    from ivr.publishing.unpublished import unpublished
    from ivr.publishing.versions import Versions

    settings = settings_of(ctx)
    kept = list(reversed(Versions(settings.versions).all()))
    if as_json:
        rows = [{**version._asdict(), "menus": str(version.menus)} for version in kept]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for version in kept:
        numbers = ", ".join(f"{number} {digest[:8]}" for number, digest in version.hashes.items())
        click.echo(f"{version.id:4}  {_local(settings, version.made_at)}  {version.why}  {numbers}")
    if not kept:
        click.echo("no version is kept yet: the first is made when the engine starts")
    for number, what in unpublished(settings.versions, settings.menus).items():
        click.echo(f"{number}: {what}")
    refusal = last_refusal(settings.versions)
    if refusal is not None:
        click.echo(_refused(settings, refusal))


def _told(settings: Settings, done: PutBack) -> list[str]:
    """Tell what was put back, and what was not."""
    version = done.version
    what = f"version {version.id} of {_local(settings, version.made_at)} ({version.why})"
    lines = [f"{what} is back in {settings.menus}: {', '.join(done.numbers)}"]
    if done.kept is not None:
        lines.append(f"what stood there is kept in {done.kept}")
    lines += [f"{each}: newer than version {version.id}; its folder stays as it is" for each in done.newer]
    return lines


def _refused(settings: Settings, refusal: Refusal) -> str:
    """Tell of the last refusal in one line."""
    at = datetime.fromtimestamp(refusal.at, settings.time_zone)
    is_today = at.date() == datetime.now(UTC).astimezone(settings.time_zone).date()
    more = f" (and {len(refusal.lines) - 1} more)" if len(refusal.lines) > 1 else ""
    when = f"{at:%H:%M}" if is_today else f"{at:%Y-%m-%d %H:%M}"
    return f"the last change ({refusal.why}, {when}) was refused: {refusal.lines[0]}{more}"


def _local(settings: Settings, at: float) -> str:
    return f"{datetime.fromtimestamp(at, settings.time_zone):%Y-%m-%d %H:%M:%S}"
