"""What holds for who waits in a queue: target, conditions, announcements, cool-downs, the same person again.

Owns these keys of `queues.yaml` and what of them contradicts each other. Must not know rings but when the
last one opens, nor where a caller goes who leaves the queue, nor any text: `ivr.menu.queueways` reads these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from queues.shapes import (
    DECIMAL,
    SAID,
    TIME,
    WAY,
    YES_NO,
    Shape,
    described,
    either,
    keyed,
    one_of_words,
    whole,
)
from queues.yamlfile import Value
from queues.yesno import hint, yes_or_no
from routing.order import OVERDUE
from routing.policy import NEVER, Announcing, Conditions, CoolDowns, SameAgent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queues.shapes import JSON
    from queues.yamlfile import Section

    AtClosing: TypeAlias = Literal["serve", "release"]

TARGET_S = (5.0, 60.0, 3600.0)  # least, default, most
MOST_POINTS = 1_000  # 100 are worth one target's wait: ten targets ahead is ahead of everybody
MOST_COOL_DOWN_S = 600.0  # who is left alone for longer is paused, which the board shows
DAYS = (1, 90)  # beyond a quarter nobody remembers the caller
MOST_HOLD_S = 600.0
EVERY_S = (15.0, 600.0)  # announcements more often leave no music between them, less often are no news
POSITIONS = (1, 20)
ESTIMATE_S = (10.0, 4 * 3600.0)
WAITED_S = (10.0, 4 * 3600.0)
MOST_PER_AGENT = 100.0
MOST_WAITING = 1_000

COOL_DOWN = Shape(
    {},
    {
        "no answer": described(TIME, "30 s when left out"),
        "declined": described(TIME, "30 s when left out"),
        "busy": described(TIME, "5 s when left out"),
        "unreachable": described(TIME, "10 s when left out"),
    },
)
SAME_PERSON = Shape(
    {
        "within days": described(whole(*DAYS), "so long after the last talk"),
        "hold": described(TIME, "so long is waited for that person, before anybody else is asked"),
    }
)
ANNOUNCE = Shape(
    {},
    {
        "position": described(YES_NO, "the place in the queue"),
        "estimate": described(YES_NO, "how long it will take"),
        "every": described(TIME, "again after so long, while nothing is better; 90 s when left out"),
        "at most": described(whole(*POSITIONS), 'beyond this place, "more than ten" is said'),
    },
)
_EITHER: Mapping[str, JSON] = {
    "nobody logged in": described(YES_NO, "nobody is there who may answer"),
    "all paused": described(YES_NO, "everybody who is logged in has a pause; wrap-up is none"),
    "estimate above": described(TIME, "callers would wait longer than this"),
    "waiting per agent above": described(DECIMAL, "callers for each agent who is at work, such as 6 or 2.5"),
}
_ONLY_COMING: Mapping[str, JSON] = {
    "waiting above": described(whole(0, MOST_WAITING), "so many callers wait already")
}
_ONLY_WAITING: Mapping[str, JSON] = {"waited above": described(TIME, "this caller has waited so long")}
TURN_AWAY = Shape({}, {**_EITHER, **_ONLY_COMING})
SEND_ON = Shape({}, {**_EITHER, **_ONLY_WAITING})
_WHY_NOT: Mapping[str, str] = {
    "waited above": 'who comes has not waited; write it below "send on when"',
    "waiting above": 'who waits already is not sent on for that; write it below "turn away when"',
}
WAITING_KEY = Shape({"text": SAID, "to": WAY})
DIGIT_KEY = "^[0-9]$"

# In QUEUE; overflow and the keys are for whoever knows nodes and texts to read.
RULES: Mapping[str, JSON] = {
    "target": described(TIME, "callers should be answered within this; 60 s when left out"),
    "points": described(whole(0, MOST_POINTS), "head start of everybody here: 100 are one target's wait"),
    "cool-down": described(COOL_DOWN.schema, "how long a person is left alone who did not take a caller"),
    "same person": described(SAME_PERSON.schema, "who was helped lately comes to the same person again"),
    "announce": described(
        either(YES_NO, ANNOUNCE.schema), "what waiting callers are told; yes when left out"
    ),
    "turn away when": described(TURN_AWAY.schema, "who comes goes to the overflow; any one is enough"),
    "send on when": described(SEND_ON.schema, "who waits goes to the overflow; any one is enough"),
    "overflow": described(WAY, "the node of menu.yaml where they go"),
    "at closing": described(one_of_words("serve", "release"), "callers who wait when the hours end"),
    "while waiting": keyed(DIGIT_KEY, WAITING_KEY.schema, "keys from 0 to 9 that work while waiting"),
}

_DECIMAL = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?", re.ASCII)
_COMMA = re.compile(r"[0-9]+,[0-9]+", re.ASCII)
_AT_CLOSING: Mapping[str, AtClosing] = {"serve": "serve", "release": "release"}


class Rules(NamedTuple):
    """The rules of one queue, as `routing.policy.Queue` has them."""

    target_s: float
    points: float
    cool_downs: CoolDowns
    same_agent: SameAgent | None
    turn_away: Conditions
    send_on: Conditions
    announcing: Announcing | None
    at_closing: AtClosing


def read_rules(section: Section, last_ring_s: float, *, has_hours: bool) -> Rules:
    """Read a queue's rules; `last_ring_s` is the wait after which its last ring is asked."""
    already = section.value.findings.errors
    target_s = section.seconds("target", TARGET_S[1], least=TARGET_S[0], most=TARGET_S[2])
    closing = section.get("at closing")
    rules = Rules(
        target_s,
        float(section.integer("points", least=0, most=MOST_POINTS)),
        _cool_downs(section.get("cool-down")),
        _same_agent(section.get("same person"), target_s),
        _conditions(section.get("turn away when"), TURN_AWAY, _ONLY_WAITING),
        _conditions(section.get("send on when"), SEND_ON, _ONLY_COMING, last_ring_s),
        _announcing(section),
        "serve" if closing is None else closing.choice(_AT_CLOSING),
    )
    _check_overflow(section, rules, is_read=section.value.findings.errors == already)
    if closing is not None and rules.at_closing == "release" and not has_hours:
        closing.warning('without effect, because this queue has no opening hours; give it "hours: …"')
    return rules


def _cool_downs(value: Value | None) -> CoolDowns:
    if value is None:
        return CoolDowns()
    section, usual = value.shaped(COOL_DOWN), CoolDowns()
    return CoolDowns(
        no_answer_s=section.seconds("no answer", usual.no_answer_s, most=MOST_COOL_DOWN_S),
        declined_s=section.seconds("declined", usual.declined_s, most=MOST_COOL_DOWN_S),
        busy_s=section.seconds("busy", usual.busy_s, most=MOST_COOL_DOWN_S),
        unreachable_s=section.seconds("unreachable", usual.unreachable_s, most=MOST_COOL_DOWN_S),
    )


def _same_agent(value: Value | None, target_s: float) -> SameAgent | None:
    if value is None:
        return None
    section = value.shaped(SAME_PERSON)
    hold = section.get("hold")
    same = SameAgent(
        section.integer("within days", DAYS[0], least=DAYS[0], most=DAYS[1]),
        section.seconds("hold", most=MOST_HOLD_S),
    )
    if hold is not None and same.hold_s > OVERDUE * target_s:
        hold.warning(
            f"callers are held for at most {OVERDUE * target_s:g} s, three times the target, found"
            f" {same.hold_s:g} s; hold them shorter"
        )
    return same


_UNSAID = 'the keys of "while waiting" work and are never said, because nothing is announced'


def _announcing(section: Section) -> Announcing | None:
    value = section.get("announce")
    if value is None:
        return Announcing()
    if value.written is not None:
        meaning = yes_or_no(value.written)
        if meaning is None:
            what = "yes, no, or what is told, such as {position: yes, estimate: no, every: 90 s}"
            value.expected(what, hint(value.written))
        if meaning is False and section.get("while waiting") is not None:
            value.warning(f"{_UNSAID}; say which keys there are in the text of the node that leads here")
        return None if meaning is False else Announcing()
    keys, usual = value.shaped(ANNOUNCE), Announcing()
    told = Announcing(
        position=keys.boolean("position", default=usual.position),
        estimate=keys.boolean("estimate", default=usual.estimate),
        every_s=keys.seconds("every", usual.every_s, least=EVERY_S[0], most=EVERY_S[1]),
        most_position=keys.integer("at most", usual.most_position, least=POSITIONS[0], most=POSITIONS[1]),
    )
    if not told.position and not told.estimate and section.get("while waiting") is None:
        value.warning('callers are told nothing, neither position nor estimate; write "announce: no"')
    return told


def _conditions(
    value: Value | None, shape: Shape, elsewhere: Mapping[str, JSON], last_ring_s: float = -1.0
) -> Conditions:
    if value is None:
        return NEVER
    if value.is_empty:
        value.expected('at least one condition, such as "nobody logged in: yes"')
        return NEVER
    misplaced = {key: form for key, form in elsewhere.items() if value.peek(key) is not None}
    section = value.shaped(Shape({}, {**shape.optional, **misplaced}))
    for key in misplaced:
        key_of(section.values[key]).error(f"this is no condition here: {_WHY_NOT[key]}")
    found = Conditions(
        nobody_logged_in=section.boolean("nobody logged in"),
        all_paused=section.boolean("all paused"),
        estimate_above_s=_seconds(section.get("estimate above"), ESTIMATE_S),
        per_agent_above=_decimal(section.get("waiting per agent above")),
        waiting_above=_whole(section.get("waiting above")),
        waited_above_s=_seconds(section.get("waited above"), WAITED_S),
    )
    waited, waited_s = section.get("waited above"), found.waited_above_s
    if waited is not None and waited_s is not None and last_ring_s >= waited_s:
        waited.warning(
            f"callers are sent on after {waited_s:g} s, before the last ring is asked at {last_ring_s:g} s;"
            " send them on later, or remove that ring"
        )
    return found


def _seconds(value: Value | None, limits: tuple[float, float]) -> float | None:
    return None if value is None else value.seconds(least=limits[0], most=limits[1])


def _whole(value: Value | None) -> int | None:
    return None if value is None else value.integer(least=0, most=MOST_WAITING)


def _decimal(value: Value | None) -> float | None:
    """Read how many callers for each agent; the most when it is wrong."""
    if value is None:
        return None
    written = value.written or ""
    number = float(written) if _DECIMAL.fullmatch(written) else -1.0
    if not 0 <= number <= MOST_PER_AGENT:
        point = written.replace(",", ".")
        remedy = f"; write {point}, with a point" if _COMMA.fullmatch(written) else ""
        value.expected(f"a number from 0 to {MOST_PER_AGENT:g}, such as 6 or 2.5", remedy)
        return MOST_PER_AGENT
    return number


def _check_overflow(section: Section, rules: Rules, *, is_read: bool) -> None:
    """Note conditions that lead nowhere and, where all could be read, an overflow that nobody comes to."""
    overflow, has_conditions = section.get("overflow"), False
    for key, conditions in (("turn away when", rules.turn_away), ("send on when", rules.send_on)):
        value = section.get(key)
        if value is None or conditions == NEVER:
            continue
        has_conditions = True
        if overflow is None:
            key_of(value).error('the key "overflow" is missing: the node of menu.yaml where they go then')
    conditions_are_there = any(section.get(key) is not None for key in ("turn away when", "send on when"))
    if overflow is not None and not has_conditions and rules.at_closing == "serve" and is_read:
        why = "none of its conditions is on" if conditions_are_there else "there is no condition"
        key_of(overflow).warning(
            f'nobody comes to this overflow, because {why}; add "turn away when" or "send on when", or remove'
            " it"
        )


def key_of(value: Value) -> Value:
    """Return the place of the key that a value belongs to."""
    return value if value.key is None else Value(value.key, value.path, value.trail, value.findings)
