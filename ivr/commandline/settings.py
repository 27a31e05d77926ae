"""What every command begins with: the installation's settings, and paths as people here would write them.

Owns these two steps. Must not know any command.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from ivr.settings import Settings


def settings_of(ctx: click.Context) -> Settings:
    """Load the settings that the command line names. Raises `ConfigurationError`."""
    from ivr.settings import load_settings

    return load_settings(ctx.obj)


def near(path: Path) -> Path:
    """Return the path as people here would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
