"""The journal's files: how a segment is named and found.

Owns the naming alone. A segment is named by the sequence number of its first event, so whoever has read
event N finds the next segment as N + 1, without an index and without asking the writer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r"[0-9]{12,}\.jsonl")


class Segment(NamedTuple):
    """One file of the journal and the sequence number that its first line has, or will have."""

    first_seq: int
    path: Path


def segment_path(folder: Path, first_seq: int) -> Path:
    """Name the segment that begins with `first_seq`; twelve digits, so that names sort as numbers do."""
    return folder / f"{first_seq:012d}.jsonl"


def list_segments(folder: Path) -> list[Segment]:
    """List the folder's segments in order; other files are passed over, a missing folder has none."""
    try:
        paths = [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    return sorted(Segment(int(path.stem), path) for path in paths)
