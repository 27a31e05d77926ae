"""Menus that go live by themselves when a file was saved.

Owns the looking at files, and the patience until an editor has done. Must not know what publishing is.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NoReturn

from ivr.menu.number import folders_below
from ivr.publishing.versions import files_of
from queues.problems import Findings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

LOOK_S = 1.0  # a look at fifty files takes a millisecond


class MenuWatcher:
    """Await `changed` when a file below `menus` has changed and then stayed the same for a look."""

    def __init__(self, menus: Path, changed: Callable[[], Awaitable[object]], look_s: float = LOOK_S) -> None:
        self._menus = menus
        self._look_s = look_s
        self._changed = changed

    async def keep(self) -> NoReturn:
        """Look for ever. The first time all is as if it were new: somebody may have saved as we started."""
        published: dict[str, tuple[int, int]] | None = None
        before = await asyncio.to_thread(self._look)
        while True:
            await asyncio.sleep(self._look_s)
            now = await asyncio.to_thread(self._look)
            if now != published and now == before:  # whoever saves several files, or one slowly, has done
                published = now
                await self._changed()
            before = now

    def _look(self) -> dict[str, tuple[int, int]]:
        """Return when each file was changed, and how long it is."""
        seen: dict[str, tuple[int, int]] = {}
        with contextlib.suppress(OSError):  # a folder went as we looked: the next look tells
            for folder in folders_below(self._menus, Findings()):
                for path in files_of(folder):
                    with contextlib.suppress(OSError):  # a file went
                        status = path.stat()
                        seen[str(path)] = status.st_mtime_ns, status.st_size
        return seen
