"""`agents.yaml` and `officers.yaml`: the people of one number.

Owns what these files say of a person. Must not know queues but by their ids and whether they are
confidential, nor what stands in another number's folder: `queues.definitions` joins what several say of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from queues.naming import (
    AGENTS_FILE,
    ID,
    OFFICERS_FILE,
    read_entries,
    read_extension,
    read_id,
    read_name,
)
from queues.shapes import EXTENSION, ID_KEY, TEXT, Shape, described, either, keyed, whole
from queues.yamlfile import suggestion
from routing.policy import Agent, Skill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from queues.yamlfile import Findings, Section, Value
    from routing.policy import Queue, Role

LEVELS = (1, 3)  # can, masters

LEVEL = whole(*LEVELS)
EXTENSION_FORM = described(EXTENSION, "what an agent dials to send a caller here")
_SKILLS = keyed(ID_KEY, LEVEL, "queues, each with a level from 1 (can) to 3 (masters)")
_HOME = described(TEXT, "the number in whose agents.yaml this person has a name")
AGENT = Shape({"name": TEXT}, {"specialist": _SKILLS, "generalist": _SKILLS})
GUEST = Shape({"defined in": _HOME}, {"specialist": _SKILLS, "generalist": _SKILLS})
OFFICER = Shape({"name": TEXT, "extension": EXTENSION_FORM})
_PERSON = either(AGENT.schema, GUEST.schema)
AGENTS = Shape({"agents": keyed(ID_KEY, _PERSON, "each person, by an id that never changes")})
OFFICERS = Shape({"officers": keyed(ID_KEY, OFFICER.schema, "each person who may be dialled, by id")})

# As they are read: the key that belongs to the other kind is told better than as an unknown one.
_AGENT = Shape(AGENT.required, {**AGENT.optional, **GUEST.required})
_GUEST = Shape(GUEST.required, {**GUEST.optional, **AGENT.required})
_ROLES: tuple[Role, ...] = ("specialist", "generalist")


@dataclass(frozen=True, slots=True)
class Officer:
    """A person outside the queues to whom agents may hand a caller over."""

    id: str
    name: str
    extension: str


@dataclass(frozen=True, slots=True)
class Guest:
    """An agent whom another number defines, and who answers queues here too."""

    id: str
    home: str  # the number that defines the person
    skills: Mapping[str, Skill] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agents:
    """What one agents.yaml says: the people whom it defines, those whom it takes in, and where each stands.

    A guest's place is where the number is named that defines the person.
    """

    own: dict[str, Agent] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)
    own_places: dict[str, Value] = field(default_factory=dict)
    guest_places: dict[str, Value] = field(default_factory=dict)


def load_agents(folder: Path, number: str, queues: Mapping[str, Queue], findings: Findings) -> Agents:
    """Load a number's agents; their queues are only checked where some are given."""
    found = Agents()
    for key, value in read_entries(folder / AGENTS_FILE, AGENTS, findings):
        agent_id = read_id(key)
        is_guest = value.peek("defined in") is not None
        section = value.shaped(_GUEST if is_guest else _AGENT)
        skills = _skills(section, queues)
        if not skills:
            value.warning("answers no queue: neither specialist nor generalist of any")
        if is_guest:
            home, place = _home(section, number), section.get("defined in")
            if agent_id and home and place is not None:
                found.guests[agent_id], found.guest_places[agent_id] = Guest(agent_id, home, skills), place
        elif agent_id:
            found.own[agent_id], found.own_places[agent_id] = Agent(agent_id, read_name(section), skills), key
    return found


def _home(section: Section, number: str) -> str:
    """Read the number that defines a guest; "" when it is wrong."""
    place, name = section.get("defined in"), section.get("name")
    home = section.text("defined in", what="the id of another number (its folder's name)", pattern=ID)
    if place is not None and name is not None:
        place.error(
            'expected either "name" or "defined in", found both; remove the name: it stands where the person'
            " is defined"
        )
    elif place is not None and home == number:
        place.error(f'expected another number, found "{home}", which this is; write "name: …" instead')
        return ""
    return home


def load_officers(
    folder: Path, extensions: dict[str, Value], findings: Findings
) -> tuple[dict[str, Officer], dict[str, Value]]:
    """Load a number's officers, and where each stands; their extensions are added to those that are taken."""
    officers: dict[str, Officer] = {}
    places: dict[str, Value] = {}
    if not (folder / OFFICERS_FILE).exists():
        return officers, places
    remedy = "; without any, delete the file"
    for key, value in read_entries(folder / OFFICERS_FILE, OFFICERS, findings, remedy):
        officer_id = read_id(key)
        section = value.shaped(OFFICER)
        officer = Officer(officer_id, read_name(section), read_extension(section, extensions))
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
