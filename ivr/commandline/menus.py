"""`vaxel menus`: menus are checked, and described for editors, without answering a call.

Owns the command line of both. Must not know what a menu is.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from ivr.commandline.settings import command_of, named_settings_of

EXIT_ERRORS = 1


@click.group()
def menus() -> None:
    """Menus, opening hours, queues and people."""


@menus.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of problems.")
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Tell everything that is wrong in the menus, file by file.

    PATH is a folder of numbers, the folder of one or its name, or a file in it; the installation's menus
    when left out.
    """
    from ivr.editing.checking import check, problem_json
    from ivr.prompts import PromptLibrary
    from ivr.settings import near

    settings = named_settings_of(ctx)
    menus = near(settings.menus)
    checked = check(paths or (menus,), settings.ground, PromptLibrary.of(settings), menus)
    if as_json:
        click.echo(json.dumps([problem_json(problem) for problem in checked.problems], ensure_ascii=False))
    else:
        for problem in checked.problems:
            click.echo(problem)
        click.echo(checked.summary)
    ctx.exit(EXIT_ERRORS if checked.errors else 0)


@menus.command("new")
@click.argument("number", metavar="ID")
@click.pass_context
def new(ctx: click.Context, number: str) -> None:
    """Make the folder of a new number, small and complete, for you to change.

    ID is the folder's name below the installation's menus; where it has none but those that were shipped,
    below the folder `menus` here.
    """
    from ivr.editing.beginning import TEMPLATE, begin_number, own_menus
    from ivr.settings import near, share

    settings = named_settings_of(ctx)
    menus = own_menus(settings.menus)
    folder = begin_number(number, near(menus), share("menus") / TEMPLATE)
    click.echo(f"{folder}: made; the called number is invented, write yours in {folder / 'number.yaml'}")
    if menus != settings.menus:
        click.echo(
            "for the exchange to take the menus of this folder, write a vaxel.yaml here with the line"
            f" `menus: {near(menus)}`, and name it in each command: vaxel --settings vaxel.yaml …"
        )
    command = command_of(ctx)
    path = shlex.quote(str(folder))
    hints = (f"menus check {path}", f"menus test {path}", f"call --draft --to {number}")
    click.echo(f"next: {'; '.join(f'{command} {hint}' for hint in hints)}")


@menus.command("schema")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder; menus/_schema when left out."
)
@click.pass_context
def schema(ctx: click.Context, out: Path | None) -> None:
    """Write JSON Schema for each kind of file: editors complete and explain with it."""
    from ivr.editing.beginning import own_menus
    from ivr.editing.schemas import FOLDER, write
    from ivr.settings import near

    folder = out or near(own_menus(named_settings_of(ctx).menus)) / FOLDER
    try:
        written = write(folder)
    except OSError as error:
        click.echo(f"vaxel: cannot write to {folder}: {error.strerror or 'unknown reason'}", err=True)
        ctx.exit(EXIT_ERRORS)
    for path in written:
        click.echo(path)
