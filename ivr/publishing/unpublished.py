"""What stands in the files and is not live: the newest version beside the folders that people edit.

Owns the comparison by content, which is quick. Must not know what the difference means to callers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.number import content_hash, folders_below
from ivr.publishing.versions import Versions
from queues.problems import Findings

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "the files are not what is live: vaxel menus diff"
NEW = "its folder is new and not live: vaxel menus reload"
GONE = "its folder is gone, and it is live still: vaxel menus reload ends that, vaxel menus rollback --to"


def unpublished(versions: Path, menus: Path) -> dict[str, str]:
    """Say of each number that is not live as its files are what to do; empty before the first version.

    Raises `VersionsError`.
    """
    kept = Versions(versions).all()
    if not kept:
        return {}
    live = kept[-1].hashes
    found: dict[str, str] = {}
    folders = {folder.name: folder for folder in folders_below(menus, Findings())}
    for number in sorted({*folders, *live}):
        if number not in folders:
            found[number] = f"{GONE} {kept[-1].id} puts it back"
        elif number not in live:
            found[number] = NEW
        elif _hash(folders[number]) != live[number]:
            found[number] = OTHER
    return found


def _hash(folder: Path) -> str:
    """Return the hash of what is there; of what cannot be read, none that is live."""
    try:
        return content_hash(folder)
    except OSError:
        return ""
