"""What every command begins with: the installation's settings.

Owns that step, and how people call the command again. Must not know any command.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ivr.settings import Settings


def settings_of(ctx: click.Context) -> Settings:
    """Load the settings that the command line names, or else of the demonstration that runs in this folder.

    That it is meant is said on standard error, with the time that it pretends. Raises `ConfigurationError`,
    and `NoAnswerError` when it does not tell the time.
    """
    from ivr.commandline.orders import calendar_now
    from ivr.demo.running import RUNNING, running_settings

    if ctx.obj is None and not os.environ.get("VAXEL_STATE"):
        running = running_settings()
        if running is not None:
            local = datetime.fromtimestamp(calendar_now(running), running.time_zone)
            hours = f"its callers are told the hours of {local:%A %Y-%m-%d %H:%M}"
            click.echo(f"the running demonstration is meant ({RUNNING}); {hours}", err=True)
            return running
    return named_settings_of(ctx)


def named_settings_of(ctx: click.Context) -> Settings:
    """Load the settings that the command line names: of an engine to be started, of files to be edited.

    A demonstration that runs is never meant. Raises `ConfigurationError`.
    """
    from ivr.settings import load_settings

    return load_settings(ctx.obj)


def command_of(ctx: click.Context) -> str:
    """Return how people call `vaxel` from where they are, with the settings that they named."""
    from ivr.settings import near

    called = Path(sys.argv[0])
    is_found = shutil.which(called.name) == sys.argv[0]  # a shell gives the whole path
    words = [called.name if is_found else str(near(called))]
    if ctx.obj is not None:
        words += ["--settings", str(ctx.obj)]
    return shlex.join(words)
