"""An earlier version put back in place of the files that people edit.

Owns the order of it: nothing is overwritten before it is kept. Must not know what a menu is.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from ivr.publishing.versions import MENUS, Versions, VersionsError, copy

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.publishing.versions import Version

REPLACED = "replaced"  # the folder of what was put aside last


class PutBack(NamedTuple):
    """What was put back, and where that is which stood there before."""

    version: int
    numbers: tuple[str, ...]
    kept: Path


def put_back(folder: Path, menus: Path, version_id: int | None, number: str | None) -> PutBack:
    """Put a version's files back into `menus`; without an id, those of the one before the newest.

    Raises `VersionsError`.
    """
    versions = Versions(folder)
    version = _before_newest(versions) if version_id is None else versions.get(version_id)
    numbers = tuple(version.hashes) if number is None else (number,)
    if number is not None and number not in version.hashes:
        known = ", ".join(version.hashes)
        raise VersionsError(f"version {version.id} has no number {number}; there is: {known}")
    kept = folder / REPLACED
    try:
        if kept.exists():
            shutil.rmtree(kept)
        for each in numbers:
            if (menus / each).is_dir():
                copy(menus / each, kept / MENUS / each)
            _restore(version.menus / each, menus / each)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise VersionsError(f"cannot put files back into {menus}: {reason}; make it writable") from error
    return PutBack(version.id, numbers, kept)


def _before_newest(versions: Versions) -> Version:
    there = versions.all()
    if len(there) < 2:  # noqa: PLR2004  # one to go from, one to go to
        raise VersionsError("there is no version before this one")
    return there[-2]


def _restore(version: Path, folder: Path) -> None:
    """Make the folder's menus and recordings those of the version; other files there stay."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {path.relative_to(version) for path in version.rglob("*") if path.is_file()}
    for path in [*folder.rglob("*.yaml"), *folder.rglob("*.wav")]:
        if path.relative_to(folder) not in wanted:
            path.unlink()
    for name in sorted(wanted):
        there = folder / name
        there.parent.mkdir(parents=True, exist_ok=True)
        whole = there.with_name(f".{there.name}")
        shutil.copyfile(version / name, whole)
        whole.replace(there)
