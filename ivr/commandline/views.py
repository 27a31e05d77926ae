"""`vaxel menus graph` and `vaxel menus diff`: menus as people look at them.

Owns the commands' arguments and files. Must not know how a picture or a comparison is made.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.commandline.settings import named_settings_of, settings_of

if TYPE_CHECKING:
    from ivr.menu.number import Ground, Number
    from ivr.settings import Settings

_FILE = click.Path(dir_okay=False, path_type=Path)
_FORMS = {".svg": "svg", **dict.fromkeys((".mmd", ".mermaid", ".md", ".txt"), "mermaid")}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "svg"]),
    help="A picture, or the text that Mermaid draws one of; as the file ends when left out, else mermaid.",
)  # fmt: skip
@click.option("--out", type=_FILE, help="The file to write (.svg, .mmd); the terminal otherwise.")
@click.pass_context
def graph(ctx: click.Context, path: Path, form: str | None, out: Path | None) -> None:
    """Draw the menu in PATH: the folder of one number, a file in it, or the number's name."""
    from ivr.commandline.paths import folder_of_one
    from ivr.menu.number import load_number
    from ivr.menu_views.graph import graph_of
    from ivr.menu_views.mermaid import mermaid
    from ivr.menu_views.svg import svg

    form = form or _form_of(out)
    settings = named_settings_of(ctx)
    ground = settings.ground
    drawn = graph_of(load_number(folder_of_one(settings, path), ground), ground.zone)
    text = svg(drawn) if form == "svg" else mermaid(drawn)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror or 'unknown reason'}") from error
    click.echo(out)


def _form_of(out: Path | None) -> str:
    """Return the format that a file's ending means."""
    if out is None:
        return "mermaid"
    if out.suffix.lower() not in _FORMS:
        known = ", ".join(_FORMS)
        raise click.BadParameter(
            f"expected a file that ends in {known}, or --format beside it; found {out.name[:80]!r}",
            param_hint="--out",
        )
    return _FORMS[out.suffix.lower()]


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def diff(ctx: click.Context, old: str | None, new: str | None, as_json: bool) -> None:
    """Say what changes for callers from OLD to NEW.

    Each is a folder of one number or its name, a folder of all numbers, or a version that `vaxel menus
    versions` shows. Without NEW: the files as they are now. Without OLD too: from what is live to the files;
    with a number alone, the same of this number.
    """
    from ivr.menu_views.differences import differences, differences_of_all
    from ivr.menu_views.presentation import differences_json, differences_text

    settings = settings_of(ctx)
    ground = settings.ground
    was_in, is_in = _sides(settings, old, new)
    (before, is_one), (after, is_one_too) = _both(was_in, is_in, ground)
    if is_one and is_one_too:  # whatever the folders are called
        (was,), (now,) = before.values(), after.values()
        found = {now.id: differences(was, now, zone=ground.zone, at=ground.at)}
    else:
        found = differences_of_all(before, after, zone=ground.zone, at=ground.at)
    if as_json:
        click.echo(json.dumps(differences_json(found), ensure_ascii=False))
    else:
        click.echo(differences_text(found), nl=False)


def _sides(settings: Settings, old: str | None, new: str | None) -> tuple[Path | None, Path | None]:
    """Return the two folders that are meant, both of one number or both of all; None: there is none of it."""
    from ivr.menu.number import NUMBER_FILE

    was_in = _live(settings) if old is None else _place(settings, old)
    if new is not None:
        is_in = _place(settings, new)
    elif _is_edited(settings, was_in):  # files beside themselves would say nothing
        was_in, is_in = _live(settings), was_in
    else:
        is_in = _files_of(settings, was_in)
    if (is_in / NUMBER_FILE).exists():
        return _of_one(was_in, is_in), is_in
    return was_in, _of_one(is_in, was_in) if (was_in / NUMBER_FILE).exists() else is_in


def _is_edited(settings: Settings, folder: Path) -> bool:
    """Tell whether the folder is what people edit: the menus, or one number of them."""
    menus = settings.menus.resolve()
    return menus in {folder.resolve(), folder.resolve().parent}


def _of_one(folder: Path, other: Path) -> Path | None:
    """Return what a folder of all numbers has of the number in `other`; the folder of one is that itself."""
    from ivr.menu.number import NUMBER_FILE

    if (folder / NUMBER_FILE).exists():
        return folder
    own = folder / other.resolve().name
    return own if own.is_dir() else None


def _live(settings: Settings) -> Path:
    """Return the copy of what is live."""
    from ivr.publishing.versions import Versions, VersionsError

    kept = Versions(settings.versions).all()
    if not kept:
        raise VersionsError("no version is kept yet: the first is made when the engine starts")
    return kept[-1].menus


def _place(settings: Settings, named: str) -> Path:
    """Return the folder that is meant: one that is there, a version's copy, or a number's files."""
    from ivr.commandline.paths import folder_of_name
    from ivr.publishing.versions import Versions

    if Path(named).is_dir():
        return Path(named)
    if named.isascii() and named.isdecimal():
        return Versions(settings.versions).get(int(named)).menus
    folder = folder_of_name(settings, named)
    if folder is None:
        expected = "expected a folder, a number's name, or a version as vaxel menus versions shows it"
        raise click.BadParameter(f"{expected}; found {named[:80]!r}")
    return folder


def _files_of(settings: Settings, old: Path) -> Path:
    """Return what people edit, to compare with `old`: of the same number, when that is of one."""
    from ivr.menu.number import NUMBER_FILE

    if not (old / NUMBER_FILE).exists():
        return settings.menus
    name = old.resolve().name
    if not (settings.menus / name).is_dir():
        raise click.BadParameter(f"{settings.menus} has no folder {name}; say as NEW what to compare it with")
    return settings.menus / name


def _both(old: Path | None, new: Path | None, ground: Ground) -> tuple[tuple[dict[str, Number], bool], ...]:
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


def _numbers(folder: Path | None, ground: Ground) -> tuple[dict[str, Number], bool]:
    """Load the numbers of a folder by id, and tell whether it is the folder of one."""
    from ivr.menu.number import NUMBER_FILE, load_number, load_numbers

    if folder is None:
        return {}, False
    if (folder / NUMBER_FILE).exists():
        number = load_number(folder, ground)
        return {number.id: number}, True
    return {number.id: number for number in load_numbers(folder, ground)}, False
