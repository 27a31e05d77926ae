"""The last publication that was refused, until one comes about: why a change is not heard.

Owns one file beside the versions. Must not know what a menu is.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

log = logging.getLogger(__name__)

FILE = "refused.json"


class Refusal(NamedTuple):
    """What was refused, when, and why: `why` it was asked for, `lines` of what is wrong."""

    at: float  # UTC seconds
    why: str
    lines: tuple[str, ...]
    numbers: tuple[str, ...] = ()  # that stay as they were; none: all


def last_refusal(versions: Path) -> Refusal | None:
    """Return the refusal that nothing has come after; None too when the file is none of ours."""
    try:
        noted = json.loads((versions / FILE).read_text("utf-8"))
        lines, numbers = tuple(map(str, noted["lines"])), tuple(map(str, noted["numbers"]))
        if not lines:
            return None
        return Refusal(float(noted["at"]), str(noted["why"]), lines, numbers)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember(versions: Path, refusal: Refusal, asked: Collection[str] = ()) -> None:
    """Keep what a publication refused for whoever asks later; without lines it refused nothing: forget that.

    `asked`: the numbers that it was for; none: all. A folder that cannot be written is told in the log alone.
    """
    try:
        if refusal.lines:
            note_refusal(versions, refusal)
        else:
            forget_refusal(versions, asked)
    except OSError as error:
        log.warning("what became of the menus cannot be noted in %s: %s", versions, error.strerror)


def note_refusal(versions: Path, refusal: Refusal) -> None:
    """Keep this as the last refusal. Raises `OSError`."""
    versions.mkdir(parents=True, exist_ok=True)
    written = versions / f".{FILE}"
    written.write_text(json.dumps(refusal._asdict(), ensure_ascii=False, indent=1), "utf-8")
    written.replace(versions / FILE)


def forget_refusal(versions: Path, numbers: Collection[str] = ()) -> None:
    """Forget the last refusal: these numbers are as their files are; none: all are. Raises `OSError`."""
    if numbers:
        noted = last_refusal(versions)
        if noted is None or not noted.numbers or set(noted.numbers) - set(numbers):
            return  # what was refused then is refused still
    (versions / FILE).unlink(missing_ok=True)
