"""`queues.yaml`: the groups that answer, each with its rings.

Owns what this file says of a queue; `queues.waitingrules` has what holds while callers wait. A confidential
queue is checked hardest: a ring that lets others than its named specialists answer is an error, never a
default. Must not know people, menus or telephones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from queues.naming import HOURS_FILE, QUEUES_FILE, read_entries, read_extension, read_id, read_name
from queues.peoplefile import EXTENSION_FORM, LEVEL, LEVELS
from queues.shapes import ID_KEY, TEXT, TIME, YES_NO, Shape, described, keyed, listed, one_of_words
from queues.waitingrules import RULES, read_rules
from queues.yamlfile import suggestion
from routing.policy import Queue, Ring

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from queues.yamlfile import Findings, Section, Value
    from routing.policy import Reach

RING_S = (5.0, 20.0, 120.0)  # least, default, most: under 5 s nobody reaches the receiver
WRAP_UP_S = (0.0, 0.0, 1800.0)
MAX_AFTER_S = 3600.0  # a ring that opens after an hour helps nobody
MAX_RINGS = 10

RING = Shape(
    {
        "after": described(TIME, "of waiting"),
        "ask": one_of_words("specialists", "generalists", "everybody"),
    },
    {"least level": LEVEL},
)
QUEUE = Shape(
    {"name": TEXT, "rings": described(listed(RING.schema, least=1), "who is asked, after how long a wait")},
    {
        "confidential": described(YES_NO, "only its named specialists answer"),
        "ring time": described(TIME, "then the next person is rung"),
        "wrap-up": described(TIME, "after a talk, before the next one"),
        "hours": described(TEXT, "the opening hours in which its people answer"),
        "extension": EXTENSION_FORM,
        **RULES,
    },
)
QUEUES = Shape({"queues": keyed(ID_KEY, QUEUE.schema, "each group that answers, by its id")})

_REACHES: Mapping[str, Reach] = {
    "specialists": "specialists",
    "generalists": "generalists",
    "everybody": "everybody",
}


def load_queues(
    folder: Path, number: str, extensions: dict[str, Value], hours: Collection[str] | None, findings: Findings
) -> tuple[dict[str, Queue], dict[str, Value], dict[str, Section]]:
    """Load a number's queues, where each id stands, and the part of the file that is about each.

    Their extensions are added to those that are taken. `hours` are the ids of opening hours, None when these
    are not known.
    """
    queues: dict[str, Queue] = {}
    places: dict[str, Value] = {}
    sections: dict[str, Section] = {}
    for key, value in read_entries(folder / QUEUES_FILE, QUEUES, findings):
        queue_id = read_id(key)
        section = value.shaped(QUEUE)
        confidential = section.boolean("confidential")
        rings = _rings(section, confidential=confidential)
        open_in = _hours(section, hours)
        rules = read_rules(
            section, rings[-1].after_s if rings else 0.0, has_hours=section.get("hours") is not None
        )
        queue = Queue(
            id=queue_id,
            name=read_name(section),
            number=number,
            rings=rings,
            confidential=confidential,
            ring_s=section.seconds("ring time", RING_S[1], least=RING_S[0], most=RING_S[2]),
            wrap_up_s=section.seconds("wrap-up", WRAP_UP_S[1], least=WRAP_UP_S[0], most=WRAP_UP_S[2]),
            hours=open_in,
            extension=read_extension(section, extensions),
            **rules._asdict(),
        )
        if queue_id:
            queues[queue_id], places[queue_id], sections[queue_id] = queue, key, section
    return queues, places, sections


def _hours(section: Section, known: Collection[str] | None) -> str:
    value = section.get("hours")
    hours = "" if value is None else value.text(what="the id of opening hours")
    if value is not None and hours and known is not None and hours not in known:
        remedy = suggestion(hours, known) if known else f"there is none in {HOURS_FILE}"
        value.error(f"unknown opening hours {value.found}; {remedy}")
    return hours


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
