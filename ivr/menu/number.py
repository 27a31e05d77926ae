"""Everything about one municipal number: its folder below `menus/`, loaded and checked as a whole.

Owns `number.yaml` and the loading of all folders, so that every problem of every file is told at once: also
an id that no telephone can have. Must not know trunks: which one a number comes in on is no matter here.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.asterisk.site import is_taken
from ivr.menu.loader import MENU_FILE, load_menu
from ivr.menu.model import Menu, Prompt
from queues.definitions import (
    AGENTS_FILE,
    ID,
    ID_WORDS,
    OFFICERS_FILE,
    QUEUES_FILE,
    Definitions,
    load_definitions,
    merge,
)
from queues.yamlfile import Findings, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from queues.definitions import Officer
    from queues.yamlfile import Section, Value
    from routing.policy import Agent, Policy, Queue

log = logging.getLogger(__name__)

NUMBER_FILE = "number.yaml"
FILES = (NUMBER_FILE, MENU_FILE, QUEUES_FILE, AGENTS_FILE)
MAX_CALLED_NUMBERS = 100

# ITU-T E.164: at most 15 digits with the country's code, which never begins with 0.
_E164 = re.compile(r"\+[1-9](?:[ -]?[0-9]){6,14}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)  # ISO 639


@dataclass(frozen=True, slots=True)
class Number:
    """One folder. `id` is its name, `called` the telephone numbers (E.164) that lead here."""

    id: str
    name: str
    language: str  # ISO 639, such as sv
    called: tuple[str, ...]
    trouble: Prompt  # what a caller hears whom we cannot help because something is broken
    menu: Menu
    definitions: Definitions
    content_hash: str  # of the folder's files: the version that a call is led by

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The number's queues by id, in the order of the file."""
        return self.definitions.queues

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The number's agents by id, in the order of the file."""
        return self.definitions.agents

    @property
    def officers(self) -> Mapping[str, Officer]:
        """The people outside the queues to whom callers may be handed over, by id."""
        return self.definitions.officers

    def prompts(self) -> Iterator[Prompt]:
        """Go through everything that may be said to a caller of this number."""
        yield from self.menu.prompts()
        yield self.trouble


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What could be read of a folder; `called` has the place of each telephone number."""

    number: Number | None
    definitions: Definitions
    called: Mapping[str, Value]


def load_number(folder: Path) -> Number:
    """Load one number's folder. Raises `ConfigurationError` with all problems of all its files."""
    findings = Findings()
    number = _load(folder, findings).number
    findings.check()
    assert number is not None  # noqa: S101  # whatever forbids a number is noted as an error
    return number


def load_numbers(menus: Path) -> tuple[Number, ...]:
    """Load every number's folder below `menus`, by name; folders that begin with . or _ are left out.

    Logs what is doubtful and not wrong. Raises `ConfigurationError` with all problems of all files: also a
    telephone number, a queue or an agent that two folders claim.
    """
    findings = Findings()
    loaded = [_load(folder, findings) for folder in _folders(menus, findings)]
    places: dict[str, Value] = {}
    for folder in loaded:
        for telephone, value in folder.called.items():
            first = places.setdefault(telephone, value)
            if first is not value:
                where = f"{first.path}, line {first.line}"
                value.error(f"expected a number of its own, found {telephone} also in {where}")
    merge(folder.definitions for folder in loaded)
    findings.check()
    for problem in findings.warnings:
        log.warning("%s", problem)
    return tuple(folder.number for folder in loaded if folder.number is not None)


def policy(numbers: Iterable[Number]) -> Policy:
    """Join the queues and agents of all numbers for the router."""
    return merge(number.definitions for number in numbers)


def _folders(menus: Path, findings: Findings) -> list[Path]:
    try:
        folders = sorted(path for path in menus.iterdir() if path.is_dir() and path.name[0] not in "._")
    except OSError as error:
        findings.note(menus, 1, 1, f"cannot read this folder: {error.strerror or 'unknown reason'}")
        return []
    if not folders:
        findings.note(menus, 1, 1, f"expected a folder with a {NUMBER_FILE} for each number, found none")
    return folders


def _load(folder: Path, findings: Findings) -> _Loaded:
    if folder.name in {"", ".."}:
        folder = folder.resolve()
    already = findings.errors
    path = folder / NUMBER_FILE
    if ID.fullmatch(folder.name) is None:
        findings.note(path, 1, 1, f'expected the folder to be named by {ID_WORDS}, found "{folder.name}"')
    definitions = load_definitions(folder, findings)
    for person, place in (*definitions.agent_places.items(), *definitions.officer_places.items()):
        if is_taken(person):
            place.error(f'expected an id that Asterisk does not use itself, found "{person}"')
    menu = load_menu(folder / MENU_FILE, definitions.queues, findings)
    root = read_file(path, findings)
    if root is None:
        return _Loaded(None, definitions, {})
    section = root.section(required=("name", "language", "called numbers", "trouble"))
    called = _called(section)
    name = section.text("name")
    language = section.text("language", what="a language's code such as sv or en", pattern=_LANGUAGE)
    trouble = Prompt("trouble", section.text("trouble"))
    content_hash = _content_hash(folder, findings)
    if menu is None or findings.errors > already:
        return _Loaded(None, definitions, called)
    number = Number(folder.name, name, language, tuple(called), trouble, menu, definitions, content_hash)
    return _Loaded(number, definitions, called)


def _called(section: Section) -> dict[str, Value]:
    called: dict[str, Value] = {}
    what = "a list of telephone numbers"
    for item in section.items("called numbers", what=what, least=1, most=MAX_CALLED_NUMBERS):
        telephone = item.text(what="a telephone number such as +46858028500", pattern=_E164)
        telephone = telephone.replace(" ", "").replace("-", "")
        if telephone in called:
            item.error(f"this number stands twice; the first is on line {called[telephone].line}")
        elif telephone:
            called[telephone] = item
    return called


def _content_hash(folder: Path, findings: Findings) -> str:
    content = hashlib.sha256()
    there = [OFFICERS_FILE] if (folder / OFFICERS_FILE).exists() else []
    for name in (*FILES, *there):
        try:
            content.update((folder / name).read_bytes() + b"\0")
        except OSError as error:
            reason = error.strerror or "unknown reason"
            findings.note(folder / name, 1, 1, f"cannot read this file: {reason}")
    return content.hexdigest()
