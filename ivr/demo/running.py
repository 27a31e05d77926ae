"""Which demonstration runs in this folder, so that commands that are given here can mean it.

Owns the link to its settings file. Must not know what a demonstration or a command does.
"""

from __future__ import annotations

import contextlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.control.client import listens
from ivr.settings import load_settings
from queues.problems import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.settings import Settings

RUNNING: Final = Path(".state/demo/running.yaml")


@contextmanager
def announced(settings_file: Path) -> Iterator[bool]:
    """Let commands in this folder find the exchange of this file meanwhile; gives whether they do.

    The last one that was started is found.
    """
    link, target = RUNNING.absolute(), settings_file.absolute()
    unfinished = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        link.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished.symlink_to(target)
        unfinished.replace(link)
    except OSError:  # a folder that is not ours to write: they say --settings
        yield False
        return
    try:
        yield True
    finally:
        with contextlib.suppress(OSError):
            if link.readlink() == target:
                link.unlink()


def running_settings() -> Settings | None:
    """Return the settings of the demonstration that was started in this folder and whose engine answers."""
    try:
        # The file says which programs we start: one that another user has laid there is none of ours.
        if any(found.st_uid != os.geteuid() for found in (RUNNING.lstat(), RUNNING.stat())):
            return None
        settings = load_settings(RUNNING)
    except (OSError, ConfigurationError):
        return None
    return settings if listens(settings.control) else None
