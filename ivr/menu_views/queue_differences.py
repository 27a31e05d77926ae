"""What changes in queues: who is asked how soon, and what holds for callers while they wait.

Owns the comparison of queues that are in both versions, with their overflows and keys: one that is new is
told where it is used. Must not know how a queue's rules are carried out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.menu.waysout import Waiting
from ivr.menu_views.comparing import Comparing, Subject, led
from ivr.menu_views.difference import NOTHING, Difference, What, quoted, yes_no
from routing.policy import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ivr.menu.model import Way
    from ivr.menu.waysout import WaitingKey
    from routing.policy import Agent, Announcing, Conditions, Queue, Ring, SameAgent

MINUTES_FROM_S = 120.0  # shorter times are told in seconds, as people write them
_NO_WAITING = Waiting()


def queue_differences(compared: Comparing) -> Iterator[Difference]:
    """Go through the queues in the order of the new version."""
    old, new = compared.old, compared.new
    for queue_id, queue in new.queues.items():
        before = old.queues.get(queue_id)
        if before is None:
            continue
        is_both = queue.confidential and before.confidential
        people = _people(old.people, before), _people(new.people, queue)
        for words, was, now in (
            ("is confidential:", yes_no(before.confidential), yes_no(queue.confidential)),
            ("is answered in confidence by", *(people if is_both else ("", ""))),
            ("is answered in the hours", _hours(before), _hours(queue)),
            ("asks", _rings(before), _rings(queue)),
            ("rings each telephone for", _time(before.ring_s), _time(queue.ring_s)),
            *_rules(before, queue),
        ):
            if was != now:
                text = f"Queue {queue_id} {words} {now} (was: {was})"
                yield compared.differs("", What.QUEUE, was, now, text)
        was_waiting = old.menu.waiting.get(queue_id, _NO_WAITING)
        now_waiting = new.menu.waiting.get(queue_id, _NO_WAITING)
        yield from _overflow(compared, queue_id, was_waiting.overflow, now_waiting.overflow)
        yield from _keys(compared, queue_id, was_waiting.keys, now_waiting.keys)


# --- who is asked -------------------------------------------------------------------------------


def _people(agents: Mapping[str, Agent], queue: Queue) -> str:
    return ", ".join(agent.name for agent in agents.values() if queue.id in agent.skills) or "nobody"


def _hours(queue: Queue) -> str:
    return f'"{queue.hours}"' if queue.hours else "of every day and night"


def _rings(queue: Queue) -> str:
    return ", ".join(map(_ring, queue.rings))


def _ring(ring: Ring) -> str:
    level = f" of level {ring.least_level} and above" if ring.least_level > 1 else ""
    return f"{ring.reach}{level} {f'after {_time(ring.after_s)}' if ring.after_s else 'at once'}"


# --- what holds while callers wait --------------------------------------------------------------


def _rules(old: Queue, new: Queue) -> Iterator[tuple[str, str, str]]:
    """Go through the rules: the words before each, how it was, and how it is."""
    was, now = old.cool_downs, new.cool_downs
    yield "should answer within", _time(old.target_s), _time(new.target_s)
    yield "gives everybody a head start of", _points(old.points), _points(new.points)
    yield "after no answer leaves a person alone for", _time(was.no_answer_s), _time(now.no_answer_s)
    yield "after a refusal leaves a person alone for", _time(was.declined_s), _time(now.declined_s)
    yield "after a busy telephone leaves a person alone for", _time(was.busy_s), _time(now.busy_s)
    yield (
        "after an unreachable telephone leaves a person alone for",
        _time(was.unreachable_s),
        _time(now.unreachable_s),
    )
    yield "keeps callers for who helped them last:", _same(old.same_agent), _same(new.same_agent)
    yield "tells who waits:", _announced(old.announcing), _announced(new.announcing)
    yield "turns away who comes:", _conditions(old.turn_away), _conditions(new.turn_away)
    yield "sends on who waits:", _conditions(old.send_on), _conditions(new.send_on)
    yield "at closing time", _at_closing(old), _at_closing(new)


def _points(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"


def _same(same: SameAgent | None) -> str:
    if same is None:
        return "no"
    days = f"{same.within_days} day{'' if same.within_days == 1 else 's'}"
    return f"within {days}, for up to {_time(same.hold_s)}"


def _announced(announcing: Announcing | None) -> str:
    if announcing is None or not (announcing.position or announcing.estimate):
        return NOTHING
    told = [f"the place, up to {announcing.most_position}"] if announcing.position else []
    told += ["the waiting time"] if announcing.estimate else []
    return f"{' and '.join(told)}, again after {_time(announcing.every_s)}"


def _conditions(when: Conditions) -> str:
    if when == NEVER:
        return "never"
    met = ["nobody is logged in"] if when.nobody_logged_in else []
    met += ["everybody who is logged in has a pause"] if when.all_paused else []
    if when.estimate_above_s is not None:
        met.append(f"the estimated wait is above {_time(when.estimate_above_s)}")
    if when.per_agent_above is not None:
        met.append(f"more than {when.per_agent_above:g} wait for each agent")
    if when.waiting_above is not None:
        met.append(f"more than {when.waiting_above} wait")
    if when.waited_above_s is not None:
        met.append(f"the caller has waited for more than {_time(when.waited_above_s)}")
    return f"when {' or '.join(met)}"


def _at_closing(queue: Queue) -> str:
    return "releases who waits" if queue.at_closing == "release" else "still answers who waits"


def _time(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:g} min" if seconds >= MINUTES_FROM_S and minutes.is_integer() else f"{seconds:g} s"


# --- ways out -----------------------------------------------------------------------------------


def _overflow(compared: Comparing, queue_id: str, old: Way | None, new: Way | None) -> Iterator[Difference]:
    name = f"overflow of queue {queue_id}"
    if old is not None and new is not None:
        yield from compared.ways("", Subject(f"The {name} now", f"the {name}"), old, new)
    elif new is not None:
        now = led(compared, compared.new.menu, new)
        yield compared.differs("", What.WAY, "", now, f"New {name} leads to {now}")
    elif old is not None:
        was = led(compared, compared.old.menu, old)
        yield compared.differs("", What.WAY, was, "", f"The {name} is gone (it led to {was})")


def _keys(
    compared: Comparing, queue_id: str, old: Mapping[str, WaitingKey], new: Mapping[str, WaitingKey]
) -> Iterator[Difference]:
    """Compare the keys that work while callers wait."""
    where = f"while waiting in queue {queue_id}"
    for digit, key in new.items():
        before = old.get(digit)
        if before is None:
            now = led(compared, compared.new.menu, key.way)
            said = quoted(key.text.said_in(compared.new.menu.languages[0]).text)
            text = f"New key {digit} {where}: {said} leads to {now}"
            yield compared.differs("", What.KEY, "", now, text)
            continue
        yield from compared.texts("", f"Key {digit} {where}", before.text, key.text)
        subject = Subject(f"Press {digit} {where}: now", f"key {digit} {where}")
        yield from compared.ways("", subject, before.way, key.way)
    for digit, key in old.items():
        if digit not in new:
            was = led(compared, compared.old.menu, key.way)
            yield compared.differs("", What.KEY, was, "", f"Key {digit} {where} is gone (it led to {was})")
    was, now = (", ".join(digit for digit in keys if digit in old and digit in new) for keys in (old, new))
    if was != now:
        text = f"Queue {queue_id} says its keys in the order {now} (was: {was})"
        yield compared.differs("", What.ASKING, was, now, text)
