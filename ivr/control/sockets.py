"""Where a socket of the file system is, however long its path.

Owns the way round the 107 bytes that a socket's path may have (unix(7)): by the folder's open file.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """Give a short path for the socket at `path`, which holds within the block. Raises `OSError`."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
