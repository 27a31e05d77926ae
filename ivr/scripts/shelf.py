"""Departments' scripts at hand: each imported once, where it is called, until menus are loaded anew.

Owns this memory, which threads share. Must not know how a script is run, or for whom.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from ivr.scripts.errors import ScriptNotLoadedError
from ivr.scripts.folder import forget_package, load_script, new_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.scripts.bridge import ScriptAgi
    from ivr.scripts.running import ScriptFunction

# Whoever imports a module that another thread is importing waits for it. After this long nobody else shall:
# it waits for a system that does not answer, and who comes now tries anew.
HANGS_AFTER_S: Final = 30.0


class ScriptShelf:
    """Find a script by its name: `shelf("module:function")`. `folder` is None where there are none."""

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()  # of the editions; nothing of a script runs under it
        self._edition = _Edition()

    def __call__(self, name: str) -> ScriptFunction:
        """Return a function that imports the script, if nobody has yet, and runs it: both where it is called.

        It raises `ScriptNotLoadedError`, and what the script raises.
        """

        def script(agi: ScriptAgi) -> object:
            edition = self._taken()
            try:
                function = edition.loaded.get(name) or self._load(edition, name)
                agi.test_hangup()  # nobody may be there any more
                return function(agi)
            finally:
                self._given_back(edition)

        return script

    def forget(self) -> None:
        """Import scripts and their neighbours anew when they are next called; calls under way keep theirs."""
        with self._lock:
            self._begin_anew()

    def _taken(self) -> _Edition:
        with self._lock:
            too_early = self._clock() - HANGS_AFTER_S
            if any(since < too_early for since in self._edition.loading.values()):
                self._begin_anew()
            self._edition.users += 1
            return self._edition

    def _given_back(self, edition: _Edition) -> None:
        with self._lock:
            edition.users -= 1
            self._tidy(edition)

    def _begin_anew(self) -> None:
        old, self._edition = self._edition, _Edition()
        self._tidy(old)

    def _tidy(self, edition: _Edition) -> None:
        """Let Python forget what nobody uses, and nobody will."""
        if edition is not self._edition and not edition.users:
            forget_package(edition.package)

    def _load(self, edition: _Edition, name: str) -> ScriptFunction:
        if self._folder is None:
            raise ScriptNotLoadedError(f"script {name}: no folder of scripts is set")
        me = threading.get_ident()
        with self._lock:
            edition.loading[me] = self._clock()
        try:
            function = edition.loaded[name] = load_script(self._folder, name, edition.package)
        finally:
            with self._lock:
                del edition.loading[me]
        return function


class _Edition:
    """The scripts as they were from one `forget` to the next."""

    def __init__(self) -> None:
        self.package = new_package()
        self.loaded: dict[str, ScriptFunction] = {}
        self.loading: dict[int, float] = {}  # since when, by thread
        self.users = 0  # threads that load or run one of these scripts
