"""A queue as it was at a time, by the versions of the menus that are kept.

Owns that look-up, which is quick, for only queues and people are read. What was live when is told by when
each version was made; must not know the journal, which says it to the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.publishing.versions import Versions, VersionsError
from queues.definitions import load_definitions
from queues.problems import Findings

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.publishing.versions import Version
    from routing.policy import Queue


class QueuesThen:
    """Give a queue as it was: `queues_then("school", at)`; None where that is not known."""

    def __init__(self, versions: Path) -> None:
        try:
            self._versions = Versions(versions).all()
        except VersionsError:
            self._versions = ()  # a story can be told without
        self._read: dict[int, dict[str, Queue]] = {}

    def __call__(self, queue: str, at: float) -> Queue | None:
        """Return the queue at UTC second `at`."""
        live = [version for version in self._versions if version.made_at <= at]
        return self._queues(live[-1]).get(queue) if live else None

    def _queues(self, version: Version) -> dict[str, Queue]:
        if version.id not in self._read:
            queues: dict[str, Queue] = {}
            for number in version.hashes:
                queues |= load_definitions(version.menus / number, Findings(), None, number).queues
            self._read[version.id] = queues
        return self._read[version.id]
