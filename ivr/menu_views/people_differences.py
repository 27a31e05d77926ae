"""What changes in who is known: groups of callers by their numbers, and people taken in from other numbers.

Owns the comparison of these and its words. Telephone numbers of callers are counted and never told. Must not
know files, nor what points do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu_views.difference import Difference, What, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.menu_views.comparing import Comparing
    from queues.callers import CallerGroup
    from queues.definitions import Definitions
    from routing.policy import Skill

HERE = "here"


def people_differences(compared: Comparing) -> Iterator[Difference]:
    """Compare the groups of callers, then the people whom several numbers share."""
    yield from _groups(compared, compared.old.callers, compared.new.callers)
    yield from _shared(compared, compared.old.definitions, compared.new.definitions)


# --- groups of callers --------------------------------------------------------------------------


def _groups(
    compared: Comparing, old: Mapping[str, CallerGroup], new: Mapping[str, CallerGroup]
) -> Iterator[Difference]:
    for group_id, group in new.items():
        name, before = f"Group of callers {group_id}", old.get(group_id)
        if before is None:
            now = _described(group)
            yield compared.differs("", What.CALLERS, "", now, f"New group of callers {group_id}: {now}")
            continue
        for words, was, now in (
            ("is now called", quoted(before.name), quoted(group.name)),
            ("has a head start of", _points(before), _points(group)),
            ("is known by", *_counted(before.numbers, group.numbers)),
        ):
            if was != now:
                yield compared.differs("", What.CALLERS, was, now, f"{name} {words} {now} (was: {was})")
    for group_id, group in old.items():
        if group_id not in new:
            was = _described(group)
            text = f"Group of callers {group_id} is gone (it was {was})"
            yield compared.differs("", What.CALLERS, was, "", text)


def _described(group: CallerGroup) -> str:
    return f"{group.name}, {_points(group)}, {_numbers(len(group.numbers))}"


def _points(group: CallerGroup) -> str:
    return f"{group.points} point{'' if group.points == 1 else 's'}"


def _counted(old: frozenset[str], new: frozenset[str]) -> tuple[str, str]:
    """Say how many numbers there were and are; of others it is said how many are new."""
    was, now, come = _numbers(len(old)), _numbers(len(new)), len(new - old)
    is_only_longer = come == len(new) - len(old)
    return was, now if is_only_longer or not come else f"{now}, {come} of them new"


def _numbers(count: int) -> str:
    return f"{count} telephone number{'' if count == 1 else 's'}"


# --- people whom several numbers share ----------------------------------------------------------


def _shared(compared: Comparing, old: Definitions, new: Definitions) -> Iterator[Difference]:
    for agent_id in dict.fromkeys((*new.guests, *old.guests)):
        was_home, now_home = _home(old, agent_id), _home(new, agent_id)
        was_skills, now_skills = _skills(old, agent_id), _skills(new, agent_id)
        if not was_home:
            text = f"{agent_id}, who is defined in {now_home}, now answers too: {now_skills}"
            yield compared.differs("", What.PEOPLE, "", now_skills, text)
            continue
        if not now_home:
            text = f"{agent_id}, who is defined in {was_home}, no longer answers (was: {was_skills})"
            yield compared.differs("", What.PEOPLE, was_skills, "", text)
            continue
        if was_home != now_home:
            where = f"{agent_id} is now defined {_in(now_home)} (was: {_in(was_home)})"
            yield compared.differs("", What.PEOPLE, was_home, now_home, where)
        if was_skills != now_skills:
            text = f"{agent_id} now answers {now_skills} (was: {was_skills})"
            yield compared.differs("", What.PEOPLE, was_skills, now_skills, text)


def _home(definitions: Definitions, agent_id: str) -> str:
    """Return the number that defines who answers; empty where they do not answer."""
    guest = definitions.guests.get(agent_id)
    if guest is not None:
        return guest.home
    return HERE if agent_id in definitions.agents else ""


def _in(home: str) -> str:
    return home if home == HERE else f"in {home}"


def _skills(definitions: Definitions, agent_id: str) -> str:
    person = definitions.people.get(agent_id)
    skills: Mapping[str, Skill] = {} if person is None else person.skills
    words = (f"{queue_id} ({skill.role}, level {skill.level})" for queue_id, skill in sorted(skills.items()))
    return ", ".join(words) or "no queue"
