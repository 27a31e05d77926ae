"""What every command begins with: the installation's settings.

Owns that step. Must not know any command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from ivr.settings import Settings


def settings_of(ctx: click.Context) -> Settings:
    """Load the settings that the command line names. Raises `ConfigurationError`."""
    from ivr.settings import load_settings

    return load_settings(ctx.obj)
