"""The people of one number: `queues.yaml` and `agents.yaml` to the routing policy, and `officers.yaml`.

Owns the meaning of these files and the checks that need several. Must not know menus or telephones.
A confidential queue is checked hardest: that somebody phoned it is itself secret, so a ring or a
skill that lets others than its named specialists answer is an error, never a default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from queues.shapes import EXTENSION as EXTENSION_FORM
from queues.shapes import ID_KEY, TEXT, TIME, YES_NO, Shape, described, keyed, listed, one_of_words, whole
from queues.yamlfile import read_file, suggestion
from routing.policy import Agent, Policy, Queue, Ring, Skill

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from queues.yamlfile import Findings, Section, Value
    from routing.policy import Reach, Role

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

RING_S = (5.0, 20.0, 120.0)  # least, default, most: under 5 s nobody reaches the receiver
WRAP_UP_S = (0.0, 0.0, 1800.0)
MAX_AFTER_S = 3600.0  # a ring that opens after an hour helps nobody
LEVELS = (1, 3)  # can, masters
MAX_RINGS = 10

_LEVEL = whole(*LEVELS)
_EXTENSION = described(EXTENSION_FORM, "what an agent dials to send a caller here")
RING = Shape(
    {
        "after": described(TIME, "of waiting"),
        "ask": one_of_words("specialists", "generalists", "everybody"),
    },
    {"least level": _LEVEL},
)
QUEUE = Shape(
    {"name": TEXT, "rings": described(listed(RING.schema, least=1), "who is asked, after how long a wait")},
    {
        "confidential": described(YES_NO, "only its named specialists answer"),
        "ring time": described(TIME, "then the next person is rung"),
        "wrap-up": described(TIME, "after a talk, before the next one"),
        "hours": described(TEXT, "the opening hours in which its people answer"),
        "extension": _EXTENSION,
    },
)
_SKILLS = keyed(ID_KEY, _LEVEL, "queues, each with a level from 1 (can) to 3 (masters)")
AGENT = Shape({"name": TEXT}, {"specialist": _SKILLS, "generalist": _SKILLS})
OFFICER = Shape({"name": TEXT, "extension": _EXTENSION})
QUEUES = Shape({"queues": keyed(ID_KEY, QUEUE.schema, "each group that answers, by its id")})
AGENTS = Shape({"agents": keyed(ID_KEY, AGENT.schema, "each person, by an id that never changes")})
OFFICERS = Shape({"officers": keyed(ID_KEY, OFFICER.schema, "each person who may be dialled, by id")})

_REACHES: Mapping[str, Reach] = {
    "specialists": "specialists",
    "generalists": "generalists",
    "everybody": "everybody",
}
_ROLES: tuple[Role, ...] = ("specialist", "generalist")


@dataclass(frozen=True, slots=True)
class Officer:
    """A person outside the queues to whom agents may hand a caller over."""

    id: str
    name: str
    extension: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """One folder's queues, agents and officers by id, and where each id and each extension stands."""

    queues: Mapping[str, Queue]
    agents: Mapping[str, Agent]
    officers: Mapping[str, Officer] = field(default_factory=dict)
    queue_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    agent_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    officer_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    extension_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    unread: frozenset[str] = frozenset()  # the files that could not be read


def load_definitions(
    folder: Path, findings: Findings, hours: Collection[str] | None = (), number: str = ""
) -> Definitions:
    """Load the files of a number's folder; all that is wrong is noted.

    `hours` are the ids of its opening hours, None when these are not known; `number` is the number's id where
    that is not the folder's name.
    """
    extensions: dict[str, Value] = {}
    queues, queue_places = _load_queues(folder, number or folder.name, extensions, hours, findings)
    agents, agent_places = _load_agents(folder, queues if _are_known(queues) else {}, findings)
    officers, officer_places = _load_officers(folder, extensions, findings)
    for queue_id, queue in queues.items():
        if (
            queue.rings
            and agents
            and _are_known(queues)
            and not any(_may_answer(agent, queue) for agent in agents.values())
        ):
            queue_places[queue_id].error(
                f"expected somebody who may answer, found nobody in {AGENTS_FILE} whom its rings ask; make"
                " somebody its specialist"
            )
    unread = set() if _are_known(queues) else {QUEUES_FILE}
    if (folder / OFFICERS_FILE).exists() and not _are_known(officers):
        unread.add(OFFICERS_FILE)
    return Definitions(
        queues, agents, officers, queue_places, agent_places, officer_places, extensions, frozenset(unread)
    )


def merge(folders: Iterable[Definitions]) -> Policy:
    """Join the folders of all numbers to one policy.

    An id or an extension in two places is noted as an error at the second, where that was read; the first
    stays. Agents and officers share one space of ids: each is a telephone's.
    """
    queues: dict[str, Queue] = {}
    agents: dict[str, Agent] = {}
    queue_places: dict[str, Value] = {}
    people_places: dict[str, Value] = {}
    extension_places: dict[str, Value] = {}
    for folder in folders:
        for queue_id, queue in folder.queues.items():
            _once("id", queue_id, folder.queue_places, queue_places)
            queues.setdefault(queue_id, queue)
        for agent_id, agent in folder.agents.items():
            _once("id", agent_id, folder.agent_places, people_places)
            agents.setdefault(agent_id, agent)
        for officer_id in folder.officers:
            _once("id", officer_id, folder.officer_places, people_places)
        for extension in folder.extension_places:
            _once("extension", extension, folder.extension_places, extension_places)
    return Policy(queues, agents)


def _once(what: str, key: str, here: Mapping[str, Value], places: dict[str, Value]) -> None:
    place = here.get(key)
    if place is None:
        return
    first = places.setdefault(key, place)
    if first is not place:
        where = f"{first.path}, line {first.line}"
        place.error(f'expected an {what} of its own, found "{key}" also in {where}; choose another')


def _extension(section: Section, places: dict[str, Value]) -> str:
    value = section.get("extension")
    if value is None:
        return ""
    extension = value.text(what=EXTENSION_WORDS, pattern=EXTENSION)
    if extension:
        _once("extension", extension, {extension: value}, places)
    return extension


def _hours(section: Section, known: Collection[str] | None) -> str:
    value = section.get("hours")
    hours = "" if value is None else value.text(what="the id of opening hours")
    if value is not None and hours and known is not None and hours not in known:
        remedy = suggestion(hours, known) if known else f"there is none in {HOURS_FILE}"
        value.error(f"unknown opening hours {value.found}; {remedy}")
    return hours


def _load_queues(
    folder: Path, number: str, extensions: dict[str, Value], hours: Collection[str] | None, findings: Findings
) -> tuple[dict[str, Queue], dict[str, Value]]:
    queues: dict[str, Queue] = {}
    places: dict[str, Value] = {}
    for key, value in _entries(folder / QUEUES_FILE, QUEUES, findings):
        queue_id = _id(key)
        section = value.shaped(QUEUE)
        confidential = section.boolean("confidential")
        queue = Queue(
            id=queue_id,
            name=_name(section),
            number=number,
            rings=_rings(section, confidential=confidential),
            confidential=confidential,
            ring_s=section.seconds("ring time", RING_S[1], least=RING_S[0], most=RING_S[2]),
            wrap_up_s=section.seconds("wrap-up", WRAP_UP_S[1], least=WRAP_UP_S[0], most=WRAP_UP_S[2]),
            hours=_hours(section, hours),
            extension=_extension(section, extensions),
        )
        if queue_id:
            queues[queue_id], places[queue_id] = queue, key
    return queues, places


def _rings(section: Section, *, confidential: bool) -> tuple[Ring, ...]:
    rings: list[Ring] = []
    for item in section.items("rings", what="a list of rings", least=1, most=MAX_RINGS):
        keys = item.shaped(RING)
        after, ask = keys.get("after"), keys.get("ask")
        after_s = keys.seconds("after", most=MAX_AFTER_S)
        if after is not None and not rings and after_s != 0:
            after.error(f"expected 0 s, because this is the first ring, found {after_s:g} s")
        if after is not None and rings and after_s <= rings[-1].after_s:
            after.error(
                f"expected more than the {rings[-1].after_s:g} s of the ring before, found {after_s:g} s"
            )
        reach: Reach = "specialists" if ask is None else ask.choice(_REACHES)
        if ask is not None and confidential and reach != "specialists":
            ask.error(f'expected "specialists" only, because the queue is confidential, found "{reach}"')
        least = keys.integer("least level", LEVELS[0], least=LEVELS[0], most=LEVELS[1])
        rings.append(Ring(after_s, reach, least))
    return tuple(rings)


def _load_agents(
    folder: Path, queues: Mapping[str, Queue], findings: Findings
) -> tuple[dict[str, Agent], dict[str, Value]]:
    agents: dict[str, Agent] = {}
    places: dict[str, Value] = {}
    for key, value in _entries(folder / AGENTS_FILE, AGENTS, findings):
        agent_id = _id(key)
        section = value.shaped(AGENT)
        agent = Agent(agent_id, _name(section), _skills(section, queues))
        if not agent.skills:
            value.warning("answers no queue: neither specialist nor generalist of any")
        if agent_id:
            agents[agent_id], places[agent_id] = agent, key
    return agents, places


def _load_officers(
    folder: Path, extensions: dict[str, Value], findings: Findings
) -> tuple[dict[str, Officer], dict[str, Value]]:
    officers: dict[str, Officer] = {}
    places: dict[str, Value] = {}
    if not (folder / OFFICERS_FILE).exists():
        return officers, places
    for key, value in _entries(folder / OFFICERS_FILE, OFFICERS, findings, "; without any, delete the file"):
        officer_id = _id(key)
        section = value.shaped(OFFICER)
        officer = Officer(officer_id, _name(section), _extension(section, extensions))
        if officer_id:
            officers[officer_id], places[officer_id] = officer, key
    return officers, places


def _skills(section: Section, queues: Mapping[str, Queue]) -> dict[str, Skill]:
    skills: dict[str, Skill] = {}
    for role in _ROLES:
        for key, value in section.entries(role, what="queues with a level each, such as {school: 2}"):
            queue_id = key.text()
            level = value.integer(least=LEVELS[0], most=LEVELS[1])
            if queue_id in skills:
                key.error(f'expected specialist or generalist of "{queue_id}", found both; remove one')
            elif queues and queue_id not in queues:
                key.error(f"unknown queue; {suggestion(queue_id, queues)}")
            elif queue_id in queues and queues[queue_id].confidential and role == "generalist":
                key.error(
                    f'expected only specialists, because "{queue_id}" is confidential, found a generalist'
                )
            skills.setdefault(queue_id, Skill(role, level))
    return skills


def _may_answer(agent: Agent, queue: Queue) -> bool:
    skill = agent.skills.get(queue.id)
    return skill is not None and any(
        skill.level >= ring.least_level and ring.reach in {f"{skill.role}s", "everybody"}
        for ring in queue.rings
    )


def _entries(
    path: Path, shape: Shape, findings: Findings, remedy: str = ""
) -> tuple[tuple[Value, Value], ...]:
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


def _are_known(ids: Collection[str]) -> bool:
    """Tell whether something may be said to be none of these: a wrong id is not what others call it."""
    return bool(ids) and all(ID.fullmatch(each) for each in ids)


def _id(key: Value) -> str:
    """Read an id; one that is wrong is returned all the same, for what refers to it is not to blame."""
    return key.text(what=ID_WORDS, pattern=ID) or key.written or ""


def _name(section: Section) -> str:
    value = section.get("name")
    return "" if value is None else value.text(what="a name", longest=MAX_NAME)
