"""`vaxel menus test`: the scenarios beside the menus are tried, without Asterisk and in no time.

Owns the command line of it. Must not know what a scenario is.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from ivr.commandline.settings import named_settings_of

EXIT_FAILED = 1
WIDTH_WITHOUT_TERMINAL = 110
LEAST_WIDTH = 60


@click.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def prove_menus(ctx: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Try the scenarios of the menus: what callers do, hear and come to.

    PATH is a folder of numbers, the folder of one or its name, or a file in it; the installation's menus
    when left out.
    """
    from ivr.proving.proof import prove_folders
    from ivr.proving.report import proof_json, report
    from ivr.settings import near

    settings = named_settings_of(ctx)
    menus = near(settings.menus)
    proof = prove_folders(paths or (menus,), settings.ground, menus)
    if as_json:
        click.echo(json.dumps(proof_json(proof), ensure_ascii=False))
    else:
        columns = shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 0)).columns
        click.echo(report(proof, max(LEAST_WIDTH, columns)))
    ctx.exit(0 if proof.passed else EXIT_FAILED)
