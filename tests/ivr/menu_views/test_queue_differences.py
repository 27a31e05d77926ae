"""What holds for who waits, and who is known, is told in words once; callers' numbers never are."""

# ruff: noqa: E501  # sentences stand here as whole lines, as people read them

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.menu.model import Change, Way
from ivr.menu.waysout import Waiting, WaitingKey
from ivr.menu_views.difference import What
from ivr.menu_views.differences import differences
from queues.callers import CallerGroup
from queues.definitions import Guest
from routing.policy import Agent, Announcing, Conditions, CoolDowns, Ring, SameAgent, Skill
from tests.ivr.menu_views.towns import DECEMBER, MENU, PEOPLE, TOWN, said

if TYPE_CHECKING:
    from ivr.menu.number import Number

pytestmark = pytest.mark.thorough

KEYS = {
    "9": WaitingKey(Way("school"), said("queues/desk/key-9", "Tryck 9.", "Press 9.")),
    "1": WaitingKey(Way("closed"), said("queues/desk/key-1", "Tryck 1.", "Press 1.")),
}
POLICE = frozenset({"+46114140000", "+4684650041", "+4684650042"})
GROUPS = {"police": CallerGroup("police", "Polisen", 300, POLICE)}
GUESTS = {"ida": Guest("ida", "village", {"desk": Skill("generalist", 2)})}
QUEUE = replace(
    PEOPLE.queues["desk"],
    announcing=Announcing(),
    same_agent=SameAgent(7, 20.0),
    send_on=Conditions(waited_above_s=1200.0),
)
OLD = replace(
    TOWN,
    menu=replace(MENU, waiting={"desk": Waiting(Way("closed"), KEYS)}),
    definitions=replace(PEOPLE, queues={**PEOPLE.queues, "desk": QUEUE}, guests=GUESTS),
    callers=GROUPS,
)


def with_queue(**changes: Any) -> Number:
    queues = {**OLD.queues, "desk": replace(QUEUE, **changes)}
    return replace(OLD, definitions=replace(OLD.definitions, queues=queues))


def with_waiting(waiting: Waiting | None) -> Number:
    return replace(OLD, menu=replace(OLD.menu, waiting={} if waiting is None else {"desk": waiting}))


def with_overflow(overflow: Way | None) -> Number:
    return with_waiting(Waiting(overflow, KEYS))


def with_key(**changes: Any) -> Number:
    return with_waiting(Waiting(Way("closed"), {**KEYS, "9": replace(KEYS["9"], **changes)}))


def with_group(**changes: Any) -> Number:
    return replace(OLD, callers={"police": replace(GROUPS["police"], **changes)})


def with_people(**changes: Any) -> Number:
    return replace(OLD, definitions=replace(OLD.definitions, **changes))


def told(old: Number, new: Number, at: float | None = None) -> list[str]:
    return [difference.text for difference in differences(old, new, at=at)]


ALL_COOLER = CoolDowns(45.0, 60.0, 10.0, 300.0)
ALL_CONDITIONS = Conditions(
    nobody_logged_in=True, all_paused=True, estimate_above_s=1200.0, per_agent_above=2.5, waiting_above=40
)
LATER = Way("closed", (Change(DECEMBER, "school"),))
MUTATIONS: list[tuple[Number, list[str]]] = [
    # --- rules ---
    (with_queue(target_s=90.0), ["Queue desk should answer within 90 s (was: 60 s)"]),
    (with_queue(target_s=300.0), ["Queue desk should answer within 5 min (was: 60 s)"]),
    (with_queue(points=50.0), ["Queue desk gives everybody a head start of 50 points (was: 0 points)"]),
    (with_queue(cool_downs=ALL_COOLER), [
        "Queue desk after no answer leaves a person alone for 45 s (was: 30 s)",
        "Queue desk after a refusal leaves a person alone for 60 s (was: 30 s)",
        "Queue desk after a busy telephone leaves a person alone for 10 s (was: 5 s)",
        "Queue desk after an unreachable telephone leaves a person alone for 5 min (was: 10 s)",
    ]),
    (with_queue(same_agent=SameAgent(1, 180.0)), ["Queue desk keeps callers for who helped them last: within 1 day, for up to 3 min (was: within 7 days, for up to 20 s)"]),
    (with_queue(same_agent=None), ["Queue desk keeps callers for who helped them last: no (was: within 7 days, for up to 20 s)"]),
    (with_queue(announcing=None), ["Queue desk tells who waits: nothing (was: the place, up to 10 and the waiting time, again after 90 s)"]),
    (with_queue(announcing=Announcing(estimate=False, every_s=120.0, most_position=5)), ["Queue desk tells who waits: the place, up to 5, again after 2 min (was: the place, up to 10 and the waiting time, again after 90 s)"]),
    (with_queue(announcing=Announcing(position=False)), ["Queue desk tells who waits: the waiting time, again after 90 s (was: the place, up to 10 and the waiting time, again after 90 s)"]),
    (with_queue(turn_away=ALL_CONDITIONS), ["Queue desk turns away who comes: when nobody is logged in or everybody who is logged in has a pause or the estimated wait is above 20 min or more than 2.5 wait for each agent or more than 40 wait (was: never)"]),
    (with_queue(send_on=Conditions()), ["Queue desk sends on who waits: never (was: when the caller has waited for more than 20 min)"]),
    (with_queue(at_closing="release"), ["Queue desk at closing time releases who waits (was: still answers who waits)"]),
    # --- ways out ---
    (with_overflow(Way("school")), ['The overflow of queue desk now leads to queue school (was: "closed")']),
    (with_overflow(LATER), ["From 2026-12-01 the overflow of queue desk leads to queue school (was: no change)"]),
    (with_overflow(None), ['The overflow of queue desk is gone (it led to "closed")']),
    (with_waiting(None), [
        'The overflow of queue desk is gone (it led to "closed")',
        "Key 9 while waiting in queue desk is gone (it led to queue school)",
        'Key 1 while waiting in queue desk is gone (it led to "closed")',
    ]),
    (with_key(way=Way("anna")), ["Press 9 while waiting in queue desk: now leads to officer anna (was: queue school)"]),
    (with_key(way=Way("school", (Change(DECEMBER, "anna"),))), ["From 2026-12-01 key 9 while waiting in queue desk leads to officer anna (was: no change)"]),
    (with_key(text=said("queues/desk/key-9", "Tryck nio.", "Press 9.")), ['Key 9 while waiting in queue desk says (sv): "Tryck nio." (was: "Tryck 9.")']),
    (with_waiting(Waiting(Way("closed"), {**KEYS, "5": WaitingKey(LATER, said("x", "Tryck 5.", "Press 5."))})), ['New key 5 while waiting in queue desk: "Tryck 5." leads to "closed", from 2026-12-01 to queue school']),
    (with_waiting(Waiting(Way("closed"), {"1": KEYS["1"], "9": KEYS["9"]})), ["Queue desk says its keys in the order 1, 9 (was: 9, 1)"]),
    # --- callers ---
    (with_group(name="Polis"), ['Group of callers police is now called "Polis" (was: "Polisen")']),
    (with_group(points=1), ["Group of callers police has a head start of 1 point (was: 300 points)"]),
    (with_group(numbers=POLICE - {"+4684650041"}), ["Group of callers police is known by 2 telephone numbers (was: 3 telephone numbers)"]),
    (with_group(numbers=POLICE | {"+4684650043"}), ["Group of callers police is known by 4 telephone numbers (was: 3 telephone numbers)"]),
    (with_group(numbers=POLICE - {"+4684650041"} | {"+4684650043"}), ["Group of callers police is known by 3 telephone numbers, 1 of them new (was: 3 telephone numbers)"]),
    (replace(OLD, callers={}), ["Group of callers police is gone (it was Polisen, 300 points, 3 telephone numbers)"]),
    (replace(OLD, callers={**GROUPS, "court": CallerGroup("court", "Tingsrätten", 100, frozenset({"+4684650044"}))}), ["New group of callers court: Tingsrätten, 100 points, 1 telephone number"]),
    # --- people from other numbers ---
    (with_people(guests={**GUESTS, "ulf": Guest("ulf", "village", {"desk": Skill("specialist", 3)})}), ["ulf, who is defined in village, now answers too: desk (specialist, level 3)"]),
    (with_people(guests={}), ["ida, who is defined in village, no longer answers (was: desk (generalist, level 2))"]),
    (with_people(guests={"ida": replace(GUESTS["ida"], home="abbey")}), ["ida is now defined in abbey (was: in village)"]),
    (with_people(guests={"ida": replace(GUESTS["ida"], skills={})}), ["ida now answers no queue (was: desk (generalist, level 2))"]),
    (with_people(guests={}, agents={**PEOPLE.agents, "ida": Agent("ida", "Ida", {"desk": Skill("generalist", 2)})}), ["ida is now defined here (was: in village)"]),
]  # fmt: skip


@pytest.mark.parametrize(("new", "expected"), MUTATIONS, ids=[told[0][:60] for _, told in MUTATIONS])
def test_each_change_is_told_in_words(new: Number, expected: list[str]) -> None:
    assert told(OLD, new) == expected


UNNOTICED: list[Number] = [
    OLD,
    with_queue(announcing=Announcing(), send_on=Conditions(waited_above_s=1200.0)),
    with_waiting(Waiting(Way("closed"), dict(KEYS))),
    with_group(numbers=frozenset(sorted(POLICE))),
]


@pytest.mark.parametrize("new", UNNOTICED)
def test_what_nobody_notices_is_not_told(new: Number) -> None:
    assert told(OLD, new) == []


def test_who_is_told_nothing_either_way_notices_no_other_interval() -> None:
    silent = Announcing(position=False, estimate=False)
    assert told(with_queue(announcing=silent), with_queue(announcing=replace(silent, every_s=30.0))) == []


def test_a_queue_that_is_new_is_told_where_it_is_used() -> None:
    queues = {**OLD.queues, "new": replace(QUEUE, id="new", rings=(Ring(0.0, "everybody"),), points=9.0)}
    assert told(OLD, with_people(queues=queues)) == []


def test_an_overflow_whose_day_has_come_may_be_tidied_away() -> None:
    assert told(with_overflow(LATER), with_overflow(Way("school")), DECEMBER) == []


def test_an_overflow_to_a_node_that_is_only_renamed_is_no_other() -> None:
    shut = replace(MENU.nodes["closed"], id="shut")
    nodes = {("shut" if node_id == "closed" else node_id): node for node_id, node in MENU.nodes.items()}
    nodes = {**nodes, "shut": shut, "opening": replace(nodes["opening"], closed=Way("shut"))}  # type: ignore[arg-type]
    keys = {**KEYS, "1": replace(KEYS["1"], way=Way("shut"))}
    new = replace(OLD, menu=replace(OLD.menu, nodes=nodes, waiting={"desk": Waiting(Way("shut"), keys)}))
    assert told(OLD, new) == ['"closed" is now called "shut"']


def test_each_kind_of_change_has_its_own_word_for_machines() -> None:
    kinds = {each.what for new, _ in MUTATIONS for each in differences(OLD, new)}
    assert {What.QUEUE, What.CALLERS, What.PEOPLE, What.KEY, What.WAY, What.DATED_WAY} <= kinds


NUMBERS = st.frozensets(st.from_regex(r"\+46[0-9]{8}", fullmatch=True), min_size=1, max_size=6)


@given(NUMBERS, NUMBERS)
@settings(max_examples=60, deadline=None)
def test_no_number_of_a_caller_is_ever_told(old: frozenset[str], new: frozenset[str]) -> None:
    found = differences(with_group(numbers=old), with_group(numbers=new, points=1))
    assert not any(number in str(tuple(each)) for each in found for number in old | new)
    gone = differences(with_group(numbers=old), replace(OLD, callers={}))
    assert not any(number in str(tuple(each)) for each in gone for number in old)
