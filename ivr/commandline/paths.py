"""Which folders people mean by a PATH: a folder, a file in it, or just a number's name.

Owns that for commands that look at one number. Must not know what they do with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.settings import Settings


def folder_of_one(settings: Settings, path: Path) -> Path:
    """Return the folder of the one number that is meant, as `check` and `test` understand it.

    Raises `ConfigurationError`, also when several are meant.
    """
    from ivr.editing.checking import folders_meant
    from ivr.settings import near
    from queues.problems import Findings

    findings = Findings()
    folders = list(folders_meant(path, findings, near(settings.menus)))
    if len(folders) > 1:
        names = ", ".join(folder.name for folder in folders)
        findings.note(path, 1, 1, f"expected one number, found {len(folders)}: {names}; name one of them")
    findings.check()
    return folders[0]


def folder_of_name(settings: Settings, name: str) -> Path | None:
    """Return the folder of the number with this name, or around this file of one; else None."""
    from ivr.menu.number import FILES, OPTIONAL_FILES, folders_below
    from ivr.settings import near
    from queues.problems import Findings

    path = Path(name)
    if path.is_file() and path.name in (*FILES, *OPTIONAL_FILES):
        return path.parent
    below = {folder.name: folder for folder in folders_below(near(settings.menus), Findings())}
    return below.get(name)
