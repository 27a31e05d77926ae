"""A number as callers meet it from a moment on: what was dated and has come is the present.

Owns the leaving out of what has passed, so that tidying it away is no difference. Must not know differences.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from ivr.menu.model import (
    ChoiceNode,
    DigitsNode,
    GoodbyeNode,
    HoursNode,
    LanguageNode,
    MessageNode,
    OfficerNode,
    PatienceNode,
    QueueNode,
    ScriptNode,
)

if TYPE_CHECKING:
    from ivr.menu.hours import Hours
    from ivr.menu.model import Menu, Node, Retry, Way
    from ivr.menu.waysout import Waiting


def menu_from(menu: Menu, at: float) -> Menu:
    """Return the menu from this moment (UTC seconds) on."""
    return replace(
        menu,
        start=_way(menu.start, at),
        nodes={node_id: _node(node, at) for node_id, node in menu.nodes.items()},
        hours={hours_id: _hours(hours, at) for hours_id, hours in menu.hours.items()},
        replaced={
            telephone: replaced._replace(way=_way(replaced.way, at))
            for telephone, replaced in menu.replaced.items()
        },
        waiting={queue_id: _waiting(waiting, at) for queue_id, waiting in menu.waiting.items()},
    )


def _way(way: Way, at: float) -> Way:
    return replace(way, to=way.at(at), changes=tuple(change for change in way.changes if change.since > at))


def _way_or_none(way: Way | None, at: float) -> Way | None:
    return None if way is None else _way(way, at)


def _waiting(waiting: Waiting, at: float) -> Waiting:
    keys = {digit: replace(key, way=_way(key.way, at)) for digit, key in waiting.keys.items()}
    return replace(waiting, overflow=_way_or_none(waiting.overflow, at), keys=keys)


def _retry(retry: Retry, at: float) -> Retry:
    return replace(retry, way=_way(retry.way, at))


def _node(node: Node, at: float) -> Node:
    match node:
        case ChoiceNode():
            options = tuple(replace(option, way=_way(option.way, at)) for option in node.options)
            wrong_key, silence = _retry(node.wrong_key, at), _retry(node.silence, at)
            return replace(node, options=options, wrong_key=wrong_key, silence=silence)
        case DigitsNode():
            wrong_key, silence = _retry(node.wrong_key, at), _retry(node.silence, at)
            return replace(node, then=_way_or_none(node.then, at), wrong_key=wrong_key, silence=silence)
        case MessageNode():
            return replace(node, then=_way_or_none(node.then, at))
        case LanguageNode():
            return replace(node, then=_way(node.then, at))
        case PatienceNode():
            return replace(node, then=_way(node.then, at))
        case OfficerNode():
            return replace(node, away=_way(node.away, at))
        case HoursNode():
            return replace(node, open=_way(node.open, at), closed=_way_or_none(node.closed, at))
        case ScriptNode():
            results = {result: _way(way, at) for result, way in node.results.items()}
            return replace(node, then=_way(node.then, at), failed=_way(node.failed, at), results=results)
        case QueueNode() | GoodbyeNode():
            return node
        case _:
            assert_never(node)


def _hours(hours: Hours, at: float) -> Hours:
    today = datetime.fromtimestamp(at, hours.zone).date()
    return replace(hours, exceptions=tuple(each for each in hours.exceptions if each.last >= today))
