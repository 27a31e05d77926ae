"""Files in a number's folder that nobody reads: their names are probably misspelt.

Owns the telling of them. Must not know what stands in any file.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from ivr.menu.wording import RECORDINGS
from queues.problems import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from ivr.menu.texts import Prompt
    from queues.problems import Findings

_YAML: Final = {".yaml", ".yml"}
_SOUND: Final = ".wav"
_SOUNDS: Final = {_SOUND, ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".wma", ".aiff", ".aif"}
_NEAR: Final = 0.8  # of difflib's likeness: menu.yaml.bak and menu.yam are near, README.md is not
_OURS: Final = (".", "_", "#")  # names that begin so are somebody's own; # is an editor's
_FIRST_WORD: Final = re.compile("[a-z]*")


def stray_files(folder: Path, known: Collection[str], findings: Findings) -> None:
    """Note each file that is named almost as one of those that are read."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError:
        return  # which is told of the files that should be there
    for name in known:
        if (folder / name).is_symlink() and not (folder / name).exists():
            findings.note(folder / name, 1, 1, "expected a file, found a link to nowhere; remove or mend it")
    for name in names:
        if name in known or name.startswith(_OURS) or name.endswith("~"):
            continue
        meant = _meant(name.lower(), known)
        if meant is None and (folder / name).suffix.lower() not in _YAML:
            continue
        if meant is None:
            remedy = f"; there is: {', '.join(known)}"
        elif meant in names:
            remedy = f", {meant} is; remove it, or let its name begin with _"
        else:
            remedy = f"; did you mean {meant}?"
        findings.warn(folder / name, f"this file is not read{remedy}")


def _meant(name: str, known: Collection[str]) -> str | None:
    """Return the known name that was meant, by the first word (of "menu - kopia.yaml") or nearly."""
    first = _FIRST_WORD.match(name)
    begins = first[0] if first is not None else ""
    if name.endswith(tuple(_YAML)):
        for each in known:
            if begins == each.removesuffix(".yaml"):
                return each
    near = difflib.get_close_matches(name[:80], known, n=1, cutoff=_NEAR)
    return near[0] if near else None


def stray_recordings(folder: Path, prompts: Iterable[Prompt], findings: Findings) -> None:
    """Note each sound in a number's folder that none of its prompts plays."""
    recordings = folder / RECORDINGS
    named = {(prompt.language, prompt.name) for prompt in prompts}
    for path in _sounds(folder):
        if not path.is_relative_to(recordings):
            findings.warn(path, f"recordings are only read from {recordings}, so nobody hears this; move it")
            continue
        if path.suffix != _SOUND:
            findings.warn(path, f"only WAV files are read, so nobody hears this; save it as {path.stem}.wav")
            continue
        language, _, name = path.relative_to(recordings).with_suffix("").as_posix().partition("/")
        if (language, name) not in named:
            known = [name for lang, name in named if lang == language]
            findings.warn(path, f"no text has this name, so nobody hears it; {suggestion(name, known)}")


def _sounds(folder: Path) -> list[Path]:
    there = {*folder.rglob("*"), *(folder / RECORDINGS).rglob("*")}  # also behind a link
    return sorted(path for path in there if path.suffix.lower() in _SOUNDS and path.is_file())
