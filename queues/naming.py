"""How queues and people are named in a number's folder: the files, ids, names and extensions.

Owns the form of each, and that none of them stands for two. Must not know what a queue or a person is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from queues.yamlfile import read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from queues.shapes import Shape
    from queues.yamlfile import Findings, Section, Value

QUEUES_FILE = "queues.yaml"
AGENTS_FILE = "agents.yaml"
OFFICERS_FILE = "officers.yaml"  # need not be there
HOURS_FILE = "hours.yaml"  # nor this one

# Starts with a letter, so no id is a telephone number; these signs are safe in every configuration we render.
ID = re.compile(r"[a-z][a-z0-9-]{1,30}", re.ASCII)
ID_WORDS = "an id of 2 to 31 small letters (a-z), digits and hyphens, the first a letter"
EXTENSION = re.compile(r"[1-9][0-9]{1,5}", re.ASCII)
EXTENSION_WORDS = "an extension of 2 to 6 digits, the first not 0"
MAX_NAME = 80  # characters: fits a telephone's display over two lines, and every table of ours


def read_entries(
    path: Path, shape: Shape, findings: Findings, remedy: str = ""
) -> tuple[tuple[Value, Value], ...]:
    """Read what a file has below its one key, each by its id; nothing where it has none, which is noted."""
    root = read_file(path, findings)
    if root is None:
        return ()
    section, (name,) = root.shaped(shape), shape.required
    what = f"{name}, each with its id as key"
    value = section.get(name)
    if value is None:
        return ()
    if value.is_empty:
        value.expected(what, remedy)
        return ()
    return value.entries(what=what)


def read_id(key: Value) -> str:
    """Read an id; one that is wrong is returned all the same, for what refers to it is not to blame."""
    return key.text(what=ID_WORDS, pattern=ID) or key.written or ""


def read_name(section: Section) -> str:
    """Read the name that people are shown."""
    value = section.get("name")
    return "" if value is None else value.text(what="a name", longest=MAX_NAME)


def read_extension(section: Section, places: dict[str, Value]) -> str:
    """Read an extension, "" when there is none; one of the `places` where others stand is an error."""
    value = section.get("extension")
    if value is None:
        return ""
    extension = value.text(what=EXTENSION_WORDS, pattern=EXTENSION)
    if extension:
        only_once("extension", extension, {extension: value}, places)
    return extension


def only_once(what: str, key: str, here: Mapping[str, Value], places: dict[str, Value]) -> None:
    """Note at its place `here` a key that stands among the `places` already; else it stands there now."""
    place = here.get(key)
    if place is None:
        return
    first = places.setdefault(key, place)
    if first is not place:
        place.error(f'expected an {what} of its own, found "{key}" also in {where(first)}; choose another')


def where(place: Value) -> str:
    """Say in words where something stands."""
    return f"{place.path}, line {place.line}"


def are_known(ids: Collection[str]) -> bool:
    """Tell whether something may be said to be none of these: a wrong id is not what others call it."""
    return bool(ids) and all(ID.fullmatch(each) for each in ids)
