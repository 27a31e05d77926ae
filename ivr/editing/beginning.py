"""A new number's folder: small, complete and right, for somebody to change.

Owns what differs from one such folder to the next: ids, extensions and the called number, which no other
number has. What stands in the files is in menus/_new. Must not know the command line.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Final

from ivr.menu.number import FILES, NUMBER_FILE, OPTIONAL_FILES, folders_below
from queues.naming import ID, ID_WORDS
from queues.problems import MAX_WORD, Findings

TEMPLATE: Final = "_new"  # below menus/: folders that begin with _ are no numbers
SHIPPED: Final = Path(sys.prefix) / "share" / "vaxel" / "menus"  # of an installation; new ones replace it
LONGEST: Final = 22  # characters of an id: those of its queues and people begin with it and have 31
# Of the numbers that Post- och telestyrelsen keeps for books and films; the first forty are in use here.
CALLED: Final = tuple(f"+46 31 390 06 {last}" for last in range(40, 80))
_FIRST_EXTENSION: Final = 900
_LAST_EXTENSION: Final = 9999
_EXTENSION: Final = re.compile(r"\bextension:\s*[\"']?([0-9]+)")
_PLACES: Final = ("ANKNYTNING-1", "ANKNYTNING-2", "ANKNYTNING-3")


def begin_number(number: str, menus: Path, template: Path) -> Path:
    """Make the folder of a number that is not there yet, and return it.

    Raises `ConfigurationError` when it cannot be made.
    """
    findings = Findings()
    folder = menus / number
    if ID.fullmatch(number) is None or len(number) > LONGEST:
        words = ID_WORDS.replace("31", str(LONGEST))
        findings.note(folder, 1, 1, f'expected {words}, found "{number[:MAX_WORD]}"')
    elif folder.exists():
        findings.note(folder, 1, 1, "expected an id of its own, found this folder already; choose another")
    findings.check()
    names = [name for name in (*FILES, *OPTIONAL_FILES) if (template / name).exists()]
    if NUMBER_FILE not in names:
        findings.note(template, 1, 1, f"expected the files of a new number, found none; is {template} there?")
    findings.check()
    called, extensions = _unused(menus)
    unfinished = menus / f".{number}.new"  # nobody reads folders that begin so
    try:
        menus.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)  # somebody was interrupted
        unfinished.mkdir()
        for name in names:
            text = (template / name).read_text(encoding="utf-8")
            for place, extension in zip(_PLACES, extensions, strict=True):
                text = text.replace(place, extension)
            text = text.replace("NYTT-NUMMER", called).replace("NYTT-ID", number)
            (unfinished / name).write_text(text, encoding="utf-8")
        unfinished.rename(folder)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        findings.note(folder, 1, 1, f"cannot make this folder: {error.strerror or 'unknown reason'}")
    findings.check()
    return folder


def own_menus(menus: Path, shipped: Path = SHIPPED) -> Path:
    """Return the folder of menus that may be written to: the one here, in place of an installation's own."""
    return Path("menus").absolute() if menus == shipped else menus


def _unused(menus: Path) -> tuple[str, tuple[str, ...]]:
    """Return a telephone number and extensions that no file of a number names, whatever is wrong there."""
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for folder in folders_below(menus, Findings())
        for path in sorted(folder.glob("*.yaml"))
        if path.is_file()
    ]
    digits = "".join(text.replace(" ", "").replace("-", "") for text in texts)
    taken = {found for text in texts for found in _EXTENSION.findall(text)}
    called = next((each for each in CALLED if each.replace(" ", "") not in digits), CALLED[0])
    free = (str(each) for each in range(_FIRST_EXTENSION, _LAST_EXTENSION) if str(each) not in taken)
    return called, tuple(extension for extension, _ in zip(free, _PLACES, strict=False))
