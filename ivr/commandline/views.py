"""`vaxel menus graph` and `vaxel menus diff`: menus as people look at them.

Owns the commands' arguments and files. Must not know how a picture or a comparison is made.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.menu.number import Ground, Number

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("path", type=_FOLDER)
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "svg"]), default="mermaid", show_default=True,
    help="A picture, or the text that Mermaid draws one of.",
)  # fmt: skip
@click.option("--out", type=_FILE, help="The file to write; the terminal otherwise.")
@click.pass_obj
def graph(settings_file: Path | None, path: Path, form: str, out: Path | None) -> None:
    """Draw the menu in PATH, the folder of one number."""
    from ivr.menu.number import load_number
    from ivr.menu_views.graph import graph_of
    from ivr.menu_views.mermaid import mermaid
    from ivr.menu_views.svg import svg

    ground = _ground(settings_file)
    drawn = graph_of(load_number(path, ground), ground.zone)
    text = svg(drawn) if form == "svg" else mermaid(drawn)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror or 'unknown reason'}") from error
    click.echo(out)


@click.command()
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def diff(settings_file: Path | None, old: Path, new: Path, as_json: bool) -> None:
    """Say what changes for callers from OLD to NEW: folders of one number, or of all numbers."""
    from ivr.menu_views.differences import differences, differences_of_all
    from ivr.menu_views.presentation import differences_json, differences_text

    ground = _ground(settings_file)
    (before, is_one), (after, is_one_too) = _both(old, new, ground)
    if is_one and is_one_too:  # whatever the folders are called
        (was,), (now,) = before.values(), after.values()
        found = {now.id: differences(was, now, zone=ground.zone, at=ground.at)}
    else:
        found = differences_of_all(before, after, zone=ground.zone, at=ground.at)
    if as_json:
        click.echo(json.dumps(differences_json(found), ensure_ascii=False))
    else:
        click.echo(differences_text(found), nl=False)


def _ground(settings_file: Path | None) -> Ground:
    from ivr.settings import load_settings

    return load_settings(settings_file).ground


def _both(old: Path, new: Path, ground: Ground) -> tuple[tuple[dict[str, Number], bool], ...]:
    """Load both; the problems of both are told at once."""
    from queues.problems import ConfigurationError, Problem

    loaded: list[tuple[dict[str, Number], bool]] = []
    problems: list[Problem] = []
    for folder in (old, new):
        try:
            loaded.append(_numbers(folder, ground))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(dict.fromkeys(problems))
    return tuple(loaded)


def _numbers(folder: Path, ground: Ground) -> tuple[dict[str, Number], bool]:
    """Load the numbers of a folder by id, and tell whether it is the folder of one."""
    from ivr.menu.number import NUMBER_FILE, load_number, load_numbers

    if (folder / NUMBER_FILE).exists():
        number = load_number(folder, ground)
        return {number.id: number}, True
    return {number.id: number for number in load_numbers(folder, ground)}, False
