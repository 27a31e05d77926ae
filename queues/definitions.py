"""The people of one number: `queues.yaml`, `agents.yaml` and `officers.yaml`, and all numbers' together.

Owns the checks that need several of these files, and the joining of people who serve several numbers. Must
not know menus or telephones, nor how a file is read: `queues.queuesfile` and `queues.peoplefile` do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from queues.naming import AGENTS_FILE, OFFICERS_FILE, QUEUES_FILE, are_known, only_once
from queues.peoplefile import Guest, Officer, load_agents, load_officers
from queues.queuesfile import load_queues
from queues.yamlfile import suggestion
from routing.policy import Agent, Policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from queues.yamlfile import Findings, Section, Value
    from routing.policy import Queue, Skill

__all__ = ["Definitions", "Guest", "Officer", "check_guests", "load_definitions", "merge"]


@dataclass(frozen=True, slots=True)
class Definitions:
    """One folder's queues, agents and officers by id, and where each id and each extension stands.

    `guests` are agents whom another number defines. `queue_sections` are for whoever knows menus: where
    callers go who leave a queue, and the keys that work in it.
    """

    queues: Mapping[str, Queue]
    agents: Mapping[str, Agent]
    officers: Mapping[str, Officer] = field(default_factory=dict)
    guests: Mapping[str, Guest] = field(default_factory=dict)
    number: str = ""
    queue_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    agent_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    guest_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    officer_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    extension_places: Mapping[str, Value] = field(repr=False, default_factory=dict)
    queue_sections: Mapping[str, Section] = field(repr=False, default_factory=dict)
    unread: frozenset[str] = frozenset()  # the files that could not be read

    @property
    def bare(self) -> Definitions:
        """The same without the places in files."""
        return Definitions(self.queues, self.agents, self.officers, self.guests, self.number)

    @property
    def people(self) -> Mapping[str, Agent]:
        """Everybody who may answer here, with the skills that they have here.

        A guest is named by their id: the name stands in another folder.
        """
        guests = {guest.id: Agent(guest.id, guest.id, guest.skills) for guest in self.guests.values()}
        return {**self.agents, **guests}


def load_definitions(
    folder: Path, findings: Findings, hours: Collection[str] | None = (), number: str = ""
) -> Definitions:
    """Load the files of a number's folder; all that is wrong is noted.

    `hours` are the ids of its opening hours, None when these are not known; `number` is the number's id where
    that is not the folder's name.
    """
    number = number or folder.name
    extensions: dict[str, Value] = {}
    queues, queue_places, sections = load_queues(folder, number, extensions, hours, findings)
    agents = load_agents(folder, number, queues if are_known(queues) else {}, findings)
    officers, officer_places = load_officers(folder, extensions, findings)
    skills = [agent.skills for agent in agents.own.values()]
    skills += [guest.skills for guest in agents.guests.values()]
    for queue_id, queue in queues.items():
        if (
            queue.rings
            and skills
            and are_known(queues)
            and not any(_may_answer(each, queue) for each in skills)
        ):
            queue_places[queue_id].error(
                f"expected somebody who may answer, found nobody in {AGENTS_FILE} whom its rings ask; make"
                " somebody its specialist"
            )
    unread = set() if are_known(queues) else {QUEUES_FILE}
    if not skills:
        unread.add(AGENTS_FILE)
    if (folder / OFFICERS_FILE).exists() and not are_known(officers):
        unread.add(OFFICERS_FILE)
    return Definitions(
        queues,
        agents.own,
        officers,
        agents.guests,
        number,
        queue_places,
        agents.own_places,
        agents.guest_places,
        officer_places,
        extensions,
        sections,
        frozenset(unread),
    )


def merge(folders: Iterable[Definitions]) -> Policy:
    """Join the folders of all numbers to one policy.

    An id or an extension in two places is noted as an error at the second, where that was read; the first
    stays. Agents and officers share one space of ids: each is a telephone's. A guest is joined with the agent
    whom the other number defines; where that is not among the folders, or defines no such agent, the guest is
    left out: `check_guests` tells of it.
    """
    folders = tuple(folders)
    queues: dict[str, Queue] = {}
    agents: dict[str, Agent] = {}
    queue_places: dict[str, Value] = {}
    people_places: dict[str, Value] = {}
    extension_places: dict[str, Value] = {}
    for folder in folders:
        for queue_id, queue in folder.queues.items():
            only_once("id", queue_id, folder.queue_places, queue_places)
            queues.setdefault(queue_id, queue)
        for agent_id, agent in folder.agents.items():
            only_once("id", agent_id, folder.agent_places, people_places)
            agents.setdefault(agent_id, agent)
        for officer_id in folder.officers:
            only_once("id", officer_id, folder.officer_places, people_places)
        for extension in folder.extension_places:
            only_once("extension", extension, folder.extension_places, extension_places)
    homes = {folder.number: folder for folder in folders}
    for folder in folders:
        for guest in folder.guests.values():
            home = homes.get(guest.home)
            if home is not None and guest.id in home.agents:
                agent = agents[guest.id]
                agents[guest.id] = replace(agent, skills={**agent.skills, **guest.skills})
    return Policy(queues, agents)


def check_guests(folders: Iterable[Definitions], live: Collection[str] = ()) -> None:
    """Note each guest whom the number named does not define.

    That is no more than a warning in a number that is `live` as it is: it was right when it went live, and
    the change to the other number is not its fault.
    """
    folders = tuple(folders)
    homes = {folder.number: folder for folder in folders}
    for folder in folders:
        for guest_id, place in folder.guest_places.items():
            guest = folder.guests[guest_id]
            home = homes.get(guest.home)
            tell = place.warning if folder.number in live else place.error
            if home is None:
                others = homes.keys() - {folder.number}
                remedy = suggestion(guest.home, others) if others else "there is no other number"
                tell(f'unknown number "{guest.home}"; {remedy}')
            elif guest_id not in home.agents and AGENTS_FILE not in home.unread:
                names = next((number for number, each in homes.items() if guest_id in each.agents), "")
                remedy = f'"{names}" does' if names else suggestion(guest_id, home.agents)
                tell(f'{AGENTS_FILE} of "{guest.home}" names no agent "{guest_id}"; {remedy}')


def _may_answer(skills: Mapping[str, Skill], queue: Queue) -> bool:
    skill = skills.get(queue.id)
    return skill is not None and any(
        skill.level >= ring.least_level and ring.reach in {f"{skill.role}s", "everybody"}
        for ring in queue.rings
    )
