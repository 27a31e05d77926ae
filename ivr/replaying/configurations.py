"""What was live: numbers' folders by their content, wherever a copy is kept.

Owns the search among the kept versions and the present menus, and the words for what is lost. Must not know
what is done with a number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.menu.number import content_hash, folders_below, load_number
from ivr.publishing.versions import Versions
from ivr.replaying.errors import ConfigurationLostError
from queues.problems import ConfigurationError, Findings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.menu.number import Ground, Number
    from ivr.replaying.runs import Content, Run

SHOWN = 12  # digits of a content hash: enough to tell versions apart


class Configurations:
    """Numbers as they were. `versions` are folders of kept versions, `menus` what people edit now."""

    def __init__(self, versions: Sequence[Path], menus: Path, ground: Ground) -> None:
        self._versions = tuple(dict.fromkeys(versions))
        self._menus = menus
        self._ground = ground
        self._found: dict[tuple[str, str], Path] = {}
        self._loaded: dict[tuple[str, str], Number] = {}
        self._search()

    @property
    def places(self) -> str:
        """Where was looked."""
        return " and ".join(str(place) for place in (*self._versions, self._menus))

    def has(self, content: Content) -> bool:
        """Tell whether this content is kept somewhere."""
        return (content.number, content.content_hash) in self._found

    def folder(self, content: Content) -> Path:
        """Return the copy's folder. Raises `ConfigurationLostError`."""
        folder = self._found.get((content.number, content.content_hash))
        if folder is None:
            raise ConfigurationLostError(self._lost(content))
        return folder

    def get(self, content: Content) -> Number:
        """Load a number as it was.

        Raises `ConfigurationLostError` when it is kept nowhere, or its copy is not what it was.
        """
        key = content.number, content.content_hash
        if key in self._loaded:
            return self._loaded[key]
        folder = self.folder(content)
        # Judged by the time it went live: what has become wrong since was right then.
        ground = replace(self._ground, at=content.at, live_since={content.number: content.at})
        try:
            number = load_number(folder, ground)
        except ConfigurationError as error:
            raise ConfigurationLostError(
                f"{content.number} {content.content_hash[:SHOWN]}: its copy cannot be read by this version of"
                f" Växel: {error.problems[0]}"
            ) from error
        if number.content_hash != content.content_hash:
            raise ConfigurationLostError(
                f"{content.number} {content.content_hash[:SHOWN]}: its copy {folder} has been changed since"
            )
        self._loaded[key] = number
        return number

    def check(self, runs: Sequence[Run]) -> None:
        """Raise `ConfigurationLostError` unless everything that was live in these runs is kept."""
        lost = [content for run in runs for content in _of(run) if not self.has(content)]
        if lost:
            raise ConfigurationLostError(f"{self._lost(lost[0])}; {self._then(runs, lost[0])}")

    def _then(self, runs: Sequence[Run], first: Content) -> str:
        """Say what can be replayed all the same, or what to do."""
        whole_from = len(runs)
        while whole_from and all(map(self.has, _of(runs[whole_from - 1]))):
            whole_from -= 1
        if whole_from < len(runs):
            run = runs[whole_from]
            return f"from event {run.first_seq} on everything is kept: --since {run.first_seq}"
        earlier = [run for run in runs if all(map(self.has, _of(run))) and run.first_seq < first.seq]
        if earlier:
            before = next(run.first_seq for run in runs if not all(map(self.has, _of(run))))
            return f"before event {before} everything is kept: --before {before}"
        return "name the folder that keeps it: --versions FOLDER"

    def _lost(self, content: Content) -> str:
        return (
            f"the journal's event {content.seq} made {content.number} {content.content_hash[:SHOWN]} live,"
            f" which is kept neither in {' nor in '.join(map(str, (*self._versions, self._menus)))}"
        )

    def _search(self) -> None:
        for number in folders_below(self._menus, Findings()):
            try:
                self._found[number.name, content_hash(number)] = number
            except OSError:
                continue  # not whole: it is not what was live
        for folder in self._versions:
            for version in Versions(folder).all():
                for name, digest in version.hashes.items():
                    self._found[name, digest] = version.menus / name


def _of(run: Run) -> tuple[Content, ...]:
    return tuple(content for content in (*run.numbers, *run.changes) if content.content_hash)
