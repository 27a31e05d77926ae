"""What a menu is read against, what could be read of it so far, and the ways within it.

Owns the reading of what refers to something else: nodes and whatever is defined outside the menu. Must not
know the kinds of node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ivr.menu.model import Change, Way
from queues.definitions import Definitions
from queues.problems import MAX_WORD
from queues.shapes import CHANGE
from queues.yamlfile import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ivr.menu.hours import Hours
    from ivr.menu.messages import Messages
    from ivr.menu.model import Extension, Node
    from ivr.menu.wording import Wording
    from queues.yamlfile import Value

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a menu may refer to, and how its texts and dates are read."""

    wording: Wording
    messages: Messages
    queues: Mapping[str, str] = field(
        default_factory=dict
    )  # id → the id of its hours; none known: not checked
    officers: Collection[str] = ()
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    entrances: Collection[str] = ()  # nodes at which callers of old numbers begin
    definitions: Definitions = field(default_factory=lambda: Definitions({}, {}))  # of the same folder
    scripts: Path | None = None  # the folder of departments' own scripts
    is_live: bool = False  # the menu is live as it is: a script that is broken by now is no error of it
    unread: frozenset[str] = frozenset()  # files that could not be read: what they define is not checked
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Stockholm"))


class Loaded:
    """A menu as far as it could be read: `nodes`, and where each id stands (`places`)."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.around = surroundings
        self.nodes: dict[str, Node] = {}
        self.places: dict[str, Value] = {}
        self.person = ""
        self.start = Way("")
        self.text_errors = 0  # these do not change what leads where


def way_of(value: Value | None, loaded: Loaded) -> Way:
    """Read a destination: a node's id, or a list of it and of those that follow it on a date."""
    if value is None:
        return Way(loaded.person)
    if value.written is not None:
        return Way(node_id_of(value, loaded))
    items = value.items(what="a node's id, or a list that begins with one", least=1, most=20)
    first = ""
    if items and items[0].written is None:
        items[0].expected("a node's id to begin with, before {from: …, to: …}")
    elif items:
        first = node_id_of(items[0], loaded)
    changes: list[Change] = []
    for item in items[1:]:
        section = item.shaped(CHANGE)
        since = _midnight(section.get("from"), loaded.around.zone)
        if changes and since is not None and since <= changes[-1].since:
            item.error("expected a later day than that of the change before it; write them in order of time")
        changes.append(Change(since or 0.0, node_id_of(section.get("to"), loaded)))
    return Way(first, tuple(changes))


def _midnight(value: Value | None, zone: ZoneInfo) -> float | None:
    """Return when the day begins, UTC seconds."""
    if value is None:
        return None
    written = value.written or ""
    try:
        day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        value.expected("a day that exists")
        return None
    if day is None or not 2000 <= day.year < 2100:  # noqa: PLR2004  # further off is a slip of the pen
        value.expected("a day such as 2026-12-01")
        return None
    return datetime.combine(day, time(), zone).timestamp()


def node_id_of(value: Value | None, loaded: Loaded) -> str:
    """Read the id of a node; "" when there is no such node."""
    node_id = "" if value is None else value.text(what="a node's id")
    return known(value, node_id, loaded.places, "node")


def known(value: Value | None, found: str, known: Collection[str], what: str, file: str = "") -> str:
    """Return an id that was found if it is known; else "", and it is noted what there is."""
    if value is not None and found and found not in known:
        remedy = suggestion(found, known) if known or not file else f"there is none in {file}"
        value.error(f'unknown {what} "{found[:MAX_WORD]}"; {remedy}')
        return ""
    return found
