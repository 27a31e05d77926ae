"""An earlier version put back in place of the files that people edit.

Owns the choice of the version, and the order of it: nothing is overwritten before it is kept. Must not know
what a menu is.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

from ivr.publishing.versions import MENUS, Versions, VersionsError, copy

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from ivr.publishing.versions import Version

REPLACED = "replaced"  # the folder of what was put aside, each time in a folder of its own
REPLACED_KEPT = 10  # of these
_NAME = re.compile(r"([0-9]{4,9})-[0-9-]+", re.ASCII)


class PutBack(NamedTuple):
    """What was put back, where that is which stood there before, and which folders the version knew not."""

    version: Version
    numbers: tuple[str, ...]
    kept: Path | None  # None: nothing stood there
    newer: tuple[str, ...] = ()


def put_back(
    folder: Path, menus: Path, version_id: int | None, number: str | None, *, local: datetime
) -> PutBack:
    """Put a version's files back into `menus`. `local` is when, for the name of what is put aside.

    Without an id: those of the version before what is live, and only of numbers in which it is other than
    what is live. Raises `VersionsError`.
    """
    versions = Versions(folder)
    there = versions.all()
    version = version_before(there, number) if version_id is None else versions.get(version_id)
    if number is not None and number not in version.hashes:
        known = ", ".join(version.hashes)
        raise VersionsError(f"version {version.id} has no number {number}; there is: {known}")
    if number is not None:
        numbers: tuple[str, ...] = (number,)
    elif version_id is not None:
        numbers = tuple(version.hashes)
    else:
        live = there[-1].hashes
        numbers = tuple(each for each, digest in version.hashes.items() if live.get(each) != digest)
    try:
        kept = _put_aside(folder / REPLACED, menus, numbers, local)
        for each in numbers:
            _restore(version.menus / each, menus / each)
        newer = () if number is not None else _newer(menus, version)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise VersionsError(f"cannot put files back into {menus}: {reason}; make it writable") from error
    return PutBack(version, numbers, kept, newer)


def version_before(versions: Collection[Version], number: str | None = None) -> Version:
    """Return the version before what is live: the newest of those before it first went live.

    So who goes back twice is two steps back. Live is what the newest version has; with a number, only that
    one counts. A number that a version knows not does not make it another. Raises `VersionsError`.
    """
    there = [version for version in versions if number is None or number in version.hashes]
    if not there:
        raise VersionsError("there is no version before this one")
    if number is not None and there[-1] is not list(versions)[-1]:
        return there[-1]  # the number is live no more: as it last was
    contents = [version.hashes if number is None else {number: version.hashes[number]} for version in there]
    live = contents[-1]
    others = [
        version
        for version, content in zip(there, contents[: contents.index(live)], strict=False)
        if any(live.get(each) != digest for each, digest in content.items())
    ]
    if not others:
        ids = ", ".join(str(version.id) for version in there)
        raise VersionsError(
            f"there is no version before this one: what is live first went live as version {there[0].id}, the"
            f" oldest that is kept; for another: vaxel menus rollback VERSION; there is: {ids}"
        )
    return others[-1]


def _put_aside(replaced: Path, menus: Path, numbers: Collection[str], local: datetime) -> Path | None:
    """Keep what stands in these folders; the oldest beyond ten is forgotten."""
    standing = [menus / each for each in numbers if (menus / each).is_dir()]
    if not standing:
        return None
    replaced.mkdir(parents=True, exist_ok=True)
    before = sorted(
        (int(name[1]), path) for path in replaced.iterdir() if (name := _NAME.fullmatch(path.name))
    )
    place = before[-1][0] + 1 if before else 1
    kept = replaced / f"{place:04}-{local:%Y-%m-%d-%H%M%S}"
    for path in standing:
        copy(path, kept / MENUS / path.name)
    for _, oldest in before[: -(REPLACED_KEPT - 1)]:
        shutil.rmtree(oldest)
    return kept


def _newer(menus: Path, version: Version) -> tuple[str, ...]:
    """List the folders of numbers that the version knows not."""
    there = sorted(path.name for path in menus.iterdir() if path.is_dir() and path.name[0] not in "._")
    return tuple(name for name in there if name not in version.hashes)


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
