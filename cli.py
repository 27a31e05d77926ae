"""The `vaxel` command: parsing of the command line, and wiring of the parts. Nothing else.

Errors that a person can mend are one line each on standard error and exit code 1; never a traceback.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import shutil
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ivr.commandline.estimates import calls_estimates
from ivr.commandline.live import reload_menus, rollback, versions
from ivr.commandline.menus import menus
from ivr.commandline.prompts import prompts as prompts_group
from ivr.commandline.proving import prove_menus
from ivr.commandline.replaying import replay
from ivr.commandline.settings import named_settings_of, settings_of
from ivr.commandline.standing import crisis, hours
from ivr.commandline.story import calls_why
from ivr.commandline.telephone import call
from ivr.commandline.views import diff, graph
from ivr.commandline.why import why

if TYPE_CHECKING:
    from collections.abc import Sequence


RECENT_S = 30 * 86_400.0
EXIT_MENDABLE = 1  # something that the message says how to mend
WIDTH_WITHOUT_TERMINAL = 160
EXIT_INTERRUPTED = 130  # Ctrl-C, by custom; also when told to end in another way

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


class _Vaxel(click.Group):
    """The one place where errors become lines and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, asyncio.CancelledError):
            sys.exit(EXIT_INTERRUPTED)
        except Exception as error:
            lines = _told(error)
            if lines is None:
                raise
            for line in lines:
                click.echo(line, err=True)
            sys.exit(EXIT_MENDABLE)


def _told(error: BaseException) -> Sequence[str] | None:
    """Return the lines for an error that a person can mend; None for a fault of ours."""
    from ivr.agi.errors import ServerError
    from ivr.ami.errors import AmiError
    from ivr.asterisk.errors import AsteriskError
    from ivr.control.orders import ControlError
    from ivr.demo.errors import DemoError
    from ivr.prompts import PromptError
    from ivr.publishing.versions import VersionsError
    from ivr.replaying.errors import ReplayError
    from ivr.standing import StandingUnusableError
    from ivr.telephone.errors import TelephoneError
    from ivr.toolbox import ToolboxError
    from queues.calllog.errors import CallLogError
    from queues.journal.errors import JournalError
    from queues.problems import ConfigurationError

    mendable = (
        ServerError, AmiError, AsteriskError, DemoError, PromptError, ToolboxError, CallLogError,
        JournalError, ControlError, StandingUnusableError, TelephoneError, VersionsError, ReplayError
    )  # fmt: skip
    if isinstance(error, BaseExceptionGroup):
        told = [_told(inner) for inner in error.exceptions]
        return None if None in told else [line for lines in told if lines is not None for line in lines]
    if isinstance(error, ConfigurationError):
        return [str(problem) for problem in error.problems]
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return [f"vaxel: {error.filename or 'where this was written'}: {error.strerror}; free some space"]
    return [f"vaxel: {error}"] if isinstance(error, mendable) else None


def _width() -> int:
    """Return the terminal's width, or enough for every column where there is no terminal."""
    return shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 0)).columns


@click.group(cls=_Vaxel)
@click.option("--settings", type=_FILE, envvar="VAXEL_SETTINGS", help="The installation's vaxel.yaml.")
@click.version_option(version("vaxel"))
@click.pass_context
def main(ctx: click.Context, settings: Path | None) -> None:
    """Växel: a telephone exchange for municipalities."""
    ctx.obj = settings


@main.command()
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Answer the municipal numbers until told to stop (SIGTERM, Ctrl-C)."""
    import uvloop

    from ivr.collector import leave_alone
    from ivr.commandline.progress import Progress
    from ivr.prompts import PromptLibrary
    from ivr.service import Engine, Parts
    from ivr.starting import numbers_to_start_with
    from queues.journal.writer import JournalWriter

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = named_settings_of(ctx)
    progress = Progress(lambda line: click.echo(line, err=True), "prompts: ")
    with JournalWriter.open(settings.journal) as journal:  # first: a second engine must publish nothing
        numbers = numbers_to_start_with(settings, progress)
        leave_alone()
        parts = Parts(settings, journal, numbers, PromptLibrary.of(settings), version("vaxel"))
        uvloop.run(Engine(parts).run())


@main.command()
@click.option(
    "--seconds",
    type=click.FloatRange(1, 86_400),
    help="Let citizens come for so long; then the last calls end.",
)
@click.option("--calls-per-minute", type=click.FloatRange(0, 1_200), default=12.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end, nothing else.")
@click.option("--sip-port", type=click.IntRange(1, 65_535), help="Asterisk's SIP port; a free one otherwise.")
@click.option("--state", type=_FOLDER, help="Where journal, database and logs go; a new folder otherwise.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of everything that is left to chance.")
@click.pass_context
def demo(
    ctx: click.Context,
    seconds: float | None,
    calls_per_minute: float,
    as_json: bool,
    sip_port: int | None,
    state: Path | None,
    seed: int,
) -> None:
    """Run the whole exchange on this machine: real Asterisk, simulated citizens and agents."""
    from ivr.demo.demonstration import Plan, run

    plan = Plan(seconds, calls_per_minute, sip_port, state, seed, shown=not as_json)
    result = asyncio.run(run(plan, named_settings_of(ctx)))
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))


@main.group()
def asterisk() -> None:
    """Asterisk's configuration."""


@asterisk.command("render")
@click.option("--out", type=_FOLDER, required=True, help="The folder to write the files to.")
@click.pass_context
def asterisk_render(ctx: click.Context, out: Path) -> None:
    """Write Asterisk's configuration for these settings and menus."""
    from ivr.asterisk.render import write
    from ivr.installation import site_of
    from ivr.menu.number import load_numbers

    settings = named_settings_of(ctx)
    site = site_of(settings, load_numbers(settings.menus, settings.ground), out)
    site.folders.make()
    for name in write(site, out):
        click.echo(out / name)


@main.group()
def calls() -> None:
    """Read the call log."""


@calls.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--number", help="Only calls to this folder of menus.")
@click.pass_context
def calls_list(ctx: click.Context, as_json: bool, limit: int, number: str | None) -> None:
    """List the latest calls, the newest first."""
    from queues.calllog import presentation, readings

    settings = settings_of(ctx)
    contacts = readings.list_contacts(settings.database_url, limit=limit, number=number)
    if as_json:
        click.echo(
            json.dumps([presentation.contact_json(contact) for contact in contacts], ensure_ascii=False)
        )
    elif not contacts:
        click.echo("no calls yet" if number is None else f"no calls to {number} yet")
    else:
        click.echo(presentation.contacts_table(contacts, zone=settings.time_zone, width=_width()), nl=False)


@calls.command("show")
@click.argument("contact")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_context
def calls_show(ctx: click.Context, contact: str, as_json: bool) -> None:
    """Show one call, event by event."""
    from queues.calllog import presentation, readings

    settings = settings_of(ctx)
    shown = readings.show_contact(settings.database_url, contact)
    if as_json:
        click.echo(json.dumps(presentation.history_json(shown), ensure_ascii=False))
    else:
        click.echo(presentation.contact_table(shown, zone=settings.time_zone, width=_width()), nl=False)


@calls.command("old-numbers")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def calls_old_numbers(ctx: click.Context, as_json: bool) -> None:
    """Count who still calls the numbers that have been replaced."""
    from ivr.menu.number import load_numbers
    from queues.calllog import presentation, readings

    settings = settings_of(ctx)
    numbers = load_numbers(settings.menus, settings.ground)
    led_to = {called: number.id for number in numbers for called in number.menu.replaced}
    since = time.time() - RECENT_S
    counts = readings.count_called(settings.database_url, tuple(led_to), since=since)
    if as_json:
        click.echo(json.dumps(presentation.called_json(counts, led_to), ensure_ascii=False))
    else:
        table = presentation.called_table(counts, led_to, zone=settings.time_zone, width=_width())
        click.echo(table, nl=False)


for command in (prove_menus, graph, diff, reload_menus, rollback, versions):
    menus.add_command(command)
for group in (menus, prompts_group, crisis, hours):
    main.add_command(group)
main.add_command(call)
main.add_command(why)
main.add_command(replay)
calls.add_command(calls_why)
calls.add_command(calls_estimates)


if __name__ == "__main__":
    main()
