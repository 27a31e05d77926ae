"""Everything about one municipal number: its folder below `menus/`, loaded and checked as a whole.

Owns `number.yaml` and the loading of all folders, so that every problem of every file is told at once: also
an id that no telephone can have. Must not know trunks: which one a number comes in on is no matter here.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ivr.asterisk.site import is_taken
from ivr.collector import collector_paused
from ivr.menu.callersfile import CALLERS_FILE, load_callers
from ivr.menu.front import (
    FRONT,
    entrances,
    read_front,
    read_languages,
    replaced_numbers,
    replaced_without_text,
)
from ivr.menu.hoursfile import load_hours
from ivr.menu.loader import MENU_FILE, Loaded, Surroundings, read_menu
from ivr.menu.messages import MESSAGES_FILE, load_messages
from ivr.menu.model import DigitsNode, Extension, Menu
from ivr.menu.strays import stray_files, stray_recordings
from ivr.menu.wording import RECORDINGS
from ivr.spoken.numbers import LANGUAGES
from queues.definitions import Definitions, check_guests, load_definitions, merge
from queues.naming import AGENTS_FILE, HOURS_FILE, ID, ID_WORDS, OFFICERS_FILE, QUEUES_FILE
from queues.yamlfile import Findings, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ivr.menu.hours import Hours
    from ivr.menu.texts import Prompt
    from ivr.menu.wording import Wording
    from queues.callers import CallerGroup
    from queues.definitions import Officer
    from queues.yamlfile import Section, Value
    from routing.policy import Agent, Policy, Queue

log = logging.getLogger(__name__)

NUMBER_FILE = "number.yaml"
SCENARIOS_FILE = "scenarios.yaml"
FILES = (NUMBER_FILE, MENU_FILE, QUEUES_FILE, AGENTS_FILE)
OPTIONAL_FILES = (HOURS_FILE, MESSAGES_FILE, OFFICERS_FILE, CALLERS_FILE, SCENARIOS_FILE)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a folder is read against: the zone of its hours and dates, scripts, and the present time."""

    zone: ZoneInfo = STOCKHOLM
    scripts: Path | None = None
    at: float = field(
        default_factory=time.time
    )  # UTC seconds: hours that never open from now on are an error
    live_since: Mapping[str, float] = field(
        default_factory=dict
    )  # UTC seconds, of numbers that are live as they are: what has become wrong beside them is no error


@dataclass(frozen=True, slots=True)
class Number:
    """One folder. `id` is its name, `called` the telephone numbers (E.164) that lead here."""

    id: str
    name: str
    called: tuple[str, ...]  # old numbers too, which `menu.replaced` knows
    trouble: Prompt  # what a caller hears whom we cannot help because something is broken
    menu: Menu
    definitions: Definitions
    content_hash: str  # of the folder's files: the version that a call is led by
    callers: Mapping[str, CallerGroup] = field(default_factory=dict)  # who is known by their number

    @property
    def queues(self) -> Mapping[str, Queue]:
        """The number's queues by id, in the order of the file."""
        return self.definitions.queues

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The agents whom the number defines by id, in the order of the file: each has a telephone."""
        return self.definitions.agents

    @property
    def people(self) -> Mapping[str, Agent]:
        """Everybody who may answer the number's queues: also agents whom another number defines."""
        return self.definitions.people

    @property
    def officers(self) -> Mapping[str, Officer]:
        """The people outside the queues to whom callers may be handed over, by id."""
        return self.definitions.officers

    def prompts(self) -> Iterator[Prompt]:
        """Go through everything that may be said to a caller of this number whatever the moment."""
        yield from self.menu.prompts()
        yield self.trouble

    def written(self) -> Iterator[Prompt]:
        """Go through everything that its files have callers hear, on any day: reasons of exceptions too."""
        yield from self.prompts()
        for hours in self.menu.hours.values():
            for exception in hours.exceptions:
                if exception.reason is not None:
                    yield from exception.reason.prompts.values()


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What could be read of a folder; `called` has the place of each telephone number."""

    number: Number | None
    definitions: Definitions
    called: Mapping[str, Value]


def load_number(folder: Path, ground: Ground | None = None) -> Number:
    """Load one number's folder. Raises `ConfigurationError` with all problems of all its files."""
    findings = Findings()
    number = _load(folder, ground or Ground(), findings).number
    findings.check()
    assert number is not None  # noqa: S101  # whatever forbids a number is noted as an error
    return number


def load_numbers(menus: Path, ground: Ground | None = None) -> tuple[Number, ...]:
    """Load every number's folder below `menus`, by name; folders that begin with . or _ are left out.

    Logs what is doubtful and not wrong. Raises `ConfigurationError` with all problems of all files: also a
    telephone number, a queue or an agent that two folders claim.
    """
    findings = Findings()
    numbers = check_folders(folders_below(menus, findings), findings, ground)
    findings.check()
    for problem in findings.warnings:
        log.warning("%s", problem)
    return numbers


def check_folders(
    folders: Iterable[Path], findings: Findings, ground: Ground | None = None, beside: Iterable[Path] = ()
) -> tuple[Number, ...]:
    """Load the folders together; those that are without errors are returned, all problems are noted.

    What the folders `beside` them claim is not theirs to claim; what else is wrong there is not told.
    """
    ground = ground or Ground()
    elsewhere = Findings()
    with collector_paused():
        around = [_load(folder, ground, elsewhere) for folder in beside]
        loaded = [_load(folder, ground, findings) for folder in folders]
    places: dict[str, Value] = {}
    for folder in (*around, *loaded):
        for telephone, value in folder.called.items():
            first = places.setdefault(telephone, value)
            if first is not value:
                where = f"{first.path}, line {first.line}"
                value.error(f"expected a number of its own, found {telephone} also in {where}; remove one")
    definitions = [folder.definitions for folder in (*around, *loaded)]
    merge(definitions)
    check_guests(definitions, ground.live_since)
    return tuple(folder.number for folder in loaded if folder.number is not None)


def policy(numbers: Iterable[Number]) -> Policy:
    """Join the queues and agents of all numbers for the router."""
    return merge(number.definitions for number in numbers)


def folders_below(menus: Path, findings: Findings) -> list[Path]:
    """List the folders of numbers; it is noted when there is none, or they cannot be read."""
    try:
        folders = sorted(path for path in menus.iterdir() if path.is_dir() and path.name[0] not in "._")
    except FileNotFoundError:
        findings.note(
            menus, 1, 1, "expected a folder of menus, found none; is it elsewhere, or named otherwise?"
        )
        return []
    except OSError as error:
        findings.note(menus, 1, 1, f"cannot read this folder: {error.strerror or 'unknown reason'}")
        return []
    if not folders:
        findings.note(menus, 1, 1, f"expected a folder with a {NUMBER_FILE} for each number, found none")
    return folders


def id_of(folder: Path) -> str:
    """Return a number's id: the name of its folder as it is written, or as it is where that is no name."""
    return folder.resolve().name if folder.name in {"", ".."} else folder.name


def content_hash(folder: Path) -> str:
    """Return the hash of everything in the folder that callers are led by. Raises `OSError`."""
    content = hashlib.sha256()
    for name in (*FILES, *OPTIONAL_FILES):
        path = folder / name
        if name in FILES or path.exists():
            content.update(path.read_bytes() + b"\0")
    for path in sorted(path for path in (folder / RECORDINGS).rglob("*.wav") if path.is_file()):
        content.update(f"{path.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
        content.update(hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()


def _load(folder: Path, ground: Ground, findings: Findings) -> _Loaded:
    already = findings.errors
    path = folder / NUMBER_FILE
    number_id = id_of(folder)
    if ID.fullmatch(number_id) is None:
        findings.note(path, 1, 1, f'expected the folder to be named by {ID_WORDS}, found "{number_id}"')
    stray_files(folder, (*FILES, *OPTIONAL_FILES), findings)
    if folder.is_dir() and not any((folder / name).exists() for name in FILES):
        expected = f"expected the files of a number ({', '.join(FILES)}), found none of them"
        findings.note(folder, 1, 1, f"{expected}; a folder that is no number begins with _ or .")
        return _Loaded(None, Definitions({}, {}), {})
    root = read_file(path, findings)
    section = None if root is None else root.shaped(FRONT)
    wording = read_languages(section, folder / RECORDINGS)
    hours, definitions = _hours_and_people(folder, number_id, wording, ground, findings)
    spoken = None if section is None else section.get("languages")
    messages = load_messages(folder, wording, spoken, findings)
    around = Surroundings(
        wording,
        messages,
        queues={queue.id: queue.hours for queue in definitions.queues.values()},
        officers=definitions.officers,
        extensions=_extensions(definitions),
        definitions=definitions,
        hours=hours or {},
        entrances=entrances(section),
        scripts=ground.scripts,
        is_live=number_id in ground.live_since,
        zone=ground.zone,
        unread=definitions.unread | ({HOURS_FILE} if hours is None else set()),
    )
    loaded = Loaded(around)
    callers = load_callers(folder / CALLERS_FILE, findings)
    menu = read_menu(folder / MENU_FILE, loaded, findings)
    if section is None:
        return _Loaded(None, definitions, {})
    front = read_front(section, wording, messages)
    replaced = replaced_numbers(section, messages, front, loaded)
    places = {**front.called, **front.replaced}
    if spoken is not None:
        _unspoken(spoken, loaded, section)
    if menu is None or front.trouble is None or findings.errors > already or findings.full:
        return _Loaded(None, definitions, places)
    try:
        version = content_hash(folder)
    except OSError as error:
        where = Path(error.filename or folder)
        findings.note(where, 1, 1, f"cannot read this: {error.strerror or 'unknown reason'}")
        return _Loaded(None, definitions, places)
    menu = replace(menu, opening=front.opening, replaced=replaced, extra_wait_s=front.extra_wait_s)
    called = tuple(places)
    number = Number(number_id, front.name, called, front.trouble, menu, definitions, version, callers)
    stray_recordings(folder, number.written(), findings)
    return _Loaded(number, definitions, places)


def _hours_and_people(
    folder: Path, number_id: str, wording: Wording, ground: Ground, findings: Findings
) -> tuple[Mapping[str, Hours] | None, Definitions]:
    """Load what menus refer to; no hours are None when the file that should have some has none."""
    hours: Mapping[str, Hours] | None = {}
    calendars = folder / HOURS_FILE
    if calendars.exists():
        languages = wording.languages
        at = min(ground.at, ground.live_since.get(number_id, ground.at))
        hours = load_hours(calendars, ground.zone, languages, wording.read, findings, at) or None
    definitions = load_definitions(folder, findings, hours, number_id)
    for person, place in (*definitions.agent_places.items(), *definitions.officer_places.items()):
        if is_taken(person):
            place.error(
                f'expected another id than "{person}", which the exchange uses itself; add a letter or a name'
            )
    return hours, definitions


def _unspoken(languages: Value, loaded: Loaded, section: Section) -> None:
    """Note each language in which the exchange cannot say the times or digits that this number has it say."""
    uses = [
        *([HOURS_FILE] if loaded.around.hours else []),
        *(
            f'"read back" of {n.id}'
            for n in loaded.nodes.values()
            if isinstance(n, DigitsNode) and n.reads_back
        ),
        *(["replaced numbers without a text"] if replaced_without_text(section) else []),
        *_announcements(loaded.around.definitions.queues.values()),
    ]
    for language in loaded.around.wording.languages:
        if uses and language not in LANGUAGES:
            languages.error(
                f'the exchange can say no times, numbers or digits in "{language}", only in '
                f"{', '.join(LANGUAGES)}; leave out the language, or {' and '.join(uses)}"
            )


def _announcements(queues: Iterable[Queue]) -> list[str]:
    """Name what waiting callers are told in numbers, and how to leave it out."""
    told = [q.id for q in queues if q.announcing and (q.announcing.position or q.announcing.estimate)]
    return [f'the announcements of {", ".join(told)} ("announce: no" in {QUEUES_FILE})'] if told else []


def _extensions(definitions: Definitions) -> dict[str, Extension]:
    return {
        extension: target
        for extension, target in (
            *((queue.extension, Extension("queue", queue.id)) for queue in definitions.queues.values()),
            *(
                (officer.extension, Extension("officer", officer.id))
                for officer in definitions.officers.values()
            ),
        )
        if extension
    }
