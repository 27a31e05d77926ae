"""The versions of the menus that were live: numbered copies in the state folder, the last ten.

Owns these folders and what is noted beside each. Must not know what a menu is. Errors:

    Exception
    └── VersionsError    the folder cannot be written or read, or there is no such version
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from ivr.menu.wording import RECORDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEPT = 10
NOTE = "version.json"  # written last: a folder without it is not whole
MENUS = "menus"
_NAME = re.compile(r"[0-9]{4,9}", re.ASCII)
_COPIED = (".yaml", ".wav")


class VersionsError(Exception):
    """The versions cannot be used; the message says what to do."""


class Version(NamedTuple):
    """One copy of all numbers' folders."""

    id: int
    made_at: float  # UTC seconds
    why: str
    hashes: Mapping[str, str]  # content hash by number
    menus: Path  # the copy


class Versions:
    """The versions in `folder`, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> tuple[Version, ...]:
        """List the whole versions, the oldest first. Raises `VersionsError`."""
        try:
            named = (path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))
            there = sorted(named, key=lambda path: int(path.name))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error) from error
        return tuple(version for path in there if (version := _read(path)) is not None)

    def get(self, version_id: int) -> Version:
        """Return the version with this number. Raises `VersionsError`."""
        versions = self.all()
        for version in versions:
            if version.id == version_id:
                return version
        known = ", ".join(str(version.id) for version in versions) or "none"
        raise VersionsError(f"version {version_id}: there is no such version; there is: {known}")

    def folder_of(self, number: str, content_hash: str) -> Path | None:
        """Return the newest copy of a number's folder with this content."""
        for version in reversed(self.all()):
            if version.hashes.get(number) == content_hash:
                return version.menus / number
        return None

    def stage(self, folders: Iterable[Path]) -> Path:
        """Copy these folders to where the next version will be; return that place. Raises `VersionsError`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            numbers = [int(path.name) for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
            for path in self.folder.iterdir():
                if _NAME.fullmatch(path.name) and not (path / NOTE).exists():
                    shutil.rmtree(path)  # somebody was interrupted
            staged = self.folder / f"{max(numbers, default=0) + 1:04}"
            try:
                for folder in folders:
                    copy(folder, staged / MENUS / folder.name)
            except BaseException:
                shutil.rmtree(staged, ignore_errors=True)  # it may be what fills the disk
                raise
        except OSError as error:
            raise self._unusable(error) from error
        return staged

    def put(self, staged: Path, number: str, folder: Path | None) -> None:
        """Stage another folder for a number, or none. Raises `VersionsError`."""
        try:
            if folder is None:
                with contextlib.suppress(FileNotFoundError):  # what could not be read was not staged
                    shutil.rmtree(staged / MENUS / number)
            else:
                copy(folder, staged / MENUS / number)
        except OSError as error:
            raise self._unusable(error) from error

    def keep(self, staged: Path, made_at: float, why: str, hashes: Mapping[str, str]) -> Version:
        """Make a version of what was staged; the oldest beyond ten is forgotten. Raises `VersionsError`."""
        note = {"made_at": made_at, "why": why, "hashes": dict(hashes)}
        try:
            written = staged / f".{NOTE}"
            written.write_text(json.dumps(note, ensure_ascii=False, indent=1), "utf-8")
            written.replace(staged / NOTE)
            for version in self.all()[:-KEPT]:
                shutil.rmtree(version.menus.parent)
        except OSError as error:
            raise self._unusable(error) from error
        return Version(int(staged.name), made_at, why, hashes, staged / MENUS)

    def drop(self, staged: Path) -> None:
        """Forget what was staged. Raises `VersionsError`."""
        try:
            with contextlib.suppress(FileNotFoundError):  # nothing was staged
                shutil.rmtree(staged)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> VersionsError:
        reason = error.strerror or "unknown reason"
        return VersionsError(f"versions folder {self.folder}: {reason}; make it writable, or free some space")


def live_since(versions: Iterable[Version], live: Mapping[str, str]) -> dict[str, float]:
    """Return since when numbers are live with this content, UTC seconds, as far as versions are kept."""
    since: dict[str, float] = {}
    for version in versions:
        for number, content_hash in version.hashes.items():
            if live.get(number) == content_hash:
                since.setdefault(number, version.made_at)
    return since


def copy(folder: Path, to: Path) -> None:
    """Copy what a number's folder is made of, in place of what is there. Raises `OSError`."""
    if to.exists():
        shutil.rmtree(to)
    to.mkdir(parents=True)
    for path in files_of(folder):
        there = to / path.relative_to(folder)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, there)


def unreadable_file(folder: Path) -> str:
    """Tell which file of a number's folder the engine may not read; "" when it may read all."""
    path = folder
    try:
        for path in files_of(folder):
            with path.open("rb") as opened:
                opened.read(1)
    except OSError as error:
        where = error.filename or path
        return f"{where}: cannot be read: {error.strerror or 'unknown reason'}; let the engine's user read it"
    return ""


def files_of(folder: Path) -> list[Path]:
    """List what a number's folder is made of, also where its recordings are a link to a folder.

    Raises `OSError` for a folder in it that may not be read.
    """
    tops = (folder, folder / RECORDINGS)
    walks = (os.walk(top, onerror=_fail) for top in tops if top.is_dir())
    there = {Path(place) / name for walk in walks for place, _, names in walk for name in names}
    return sorted(path for path in there if path.suffix in _COPIED and path.is_file())


def _fail(error: OSError) -> NoReturn:
    raise error


def _read(path: Path) -> Version | None:
    try:
        note = json.loads((path / NOTE).read_text("utf-8"))
        made_at, why, hashes = float(note["made_at"]), str(note["why"]), dict(note["hashes"])
        return Version(int(path.name), made_at, why, hashes, path / MENUS)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not whole: it was being written, or is damaged
