"""Departments' scripts at hand: each imported once, until menus are loaded anew.

Owns this memory. Must not know when a script is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.scripts.errors import ScriptNotLoadedError
from ivr.scripts.folder import load_script

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.scripts.running import ScriptFunction


class ScriptShelf:
    """Find a script by its name: `shelf("module:function")`. `folder` is None where there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._loaded: dict[str, ScriptFunction] = {}

    def __call__(self, name: str) -> ScriptFunction:
        """Return the script's function. Raises `ScriptNotLoadedError`."""
        if self._folder is None:
            raise ScriptNotLoadedError(f"script {name}: no folder of scripts is set")
        if name not in self._loaded:
            self._loaded[name] = load_script(self._folder, name)
        return self._loaded[name]

    def forget(self) -> None:
        """Import each script anew when it is next asked for."""
        self._loaded.clear()
