"""Free runs: people do what they did in history; what it does not say is drawn, once for all policies."""

from __future__ import annotations

import math

import pytest

from queues.whatif.course import Person, Served, free_run, people_of
from queues.whatif.demand import Demand, Entry, Presence, Ringing, demand_of
from queues.whatif.figures import ALL, Figures, figures, mean_of, recorded_figures
from routing.events import AgentPaused, AgentResumed, AgentStateChanged, OfferFailure, Rule
from routing.policy import Conditions, Policy, Queue
from tests.queues.whatif.days import (
    AGENTS,
    AWAY,
    FREE,
    POLICY,
    QUEUES,
    RINGS,
    answered,
    changed,
    lived,
    queued,
)

ANNA_FREE: tuple[float, Presence] = (0.0, AgentStateChanged("anna", FREE))
GUN_FREE: tuple[float, Presence] = (0.0, AgentStateChanged("gun", FREE))
AT_ONCE = (Ringing("anna", None, 2.0),)
LONG = Person(1000.0, 60.0, 1)
TWICE_IN_VAIN = Person(1000.0, 60.0, 2)  # of two ways to end, chance gives the first twice, then the other


def entry(name: str, at: float, queue: str = "school", **more: object) -> Entry:
    usual = Entry(name, queue, at, at, at, 0.0, "", "answered", at, 60.0, True, None, "", False)
    return usual._replace(**more)  # type: ignore[arg-type]  # fields by name


def demand(
    *entries: Entry, presence: tuple[tuple[float, Presence], ...] = (ANNA_FREE,),
    ringings: tuple[Ringing, ...] = AT_ONCE, auto_pauses_s: tuple[float, ...] = (),
) -> Demand:  # fmt: skip
    return Demand(entries, presence, ringings, auto_pauses_s, 10_000.0)


def came(of: Demand, policy: Policy = POLICY, *people: Person) -> list[tuple[str, str, float]]:
    """Return what became of each entry, and when."""
    served = free_run(of, [(0.0, policy)], people or [LONG] * len(of.entries))
    return [(each.entry.id, each.outcome, each.left_at) for each in served]


def test_callers_are_answered_in_turn_after_ringing_and_the_talk_before() -> None:
    of = demand(entry("c1", 10.0), entry("c2", 20.0))
    assert came(of) == [("c1", "answered", 12.0), ("c2", "answered", 74.0)]


def test_who_is_less_patient_hangs_up_also_while_a_telephone_rings() -> None:
    of = demand(entry("c1", 10.0), entry("c2", 20.0))
    assert came(of, POLICY, Person(1.0, 60.0, 1), LONG) == [
        ("c1", "abandoned", 11.0),
        ("c2", "answered", 22.0),
    ]


def test_nobody_is_rung_who_is_away_or_pauses() -> None:
    presence: tuple[tuple[float, Presence], ...] = (
        (0.0, AgentPaused("anna")),
        ANNA_FREE,
        (100.0, AgentResumed("anna")),
        (101.0, AgentResumed("anna")),
        (150.0, AgentStateChanged("anna", AWAY)),
    )
    of = demand(entry("c1", 10.0), entry("c2", 160.0), presence=presence)
    assert came(of, POLICY, LONG, Person(50.0, 1.0, 1)) == [
        ("c1", "answered", 102.0),
        ("c2", "abandoned", 210.0),
    ]


def test_a_telephone_that_is_logged_out_while_it_rings_is_no_answer() -> None:
    presence = (ANNA_FREE, (11.0, AgentStateChanged("anna", AWAY)), (40.0, AgentStateChanged("anna", FREE)))
    assert came(demand(entry("c1", 10.0), presence=presence)) == [("c1", "answered", 42.0)]


def test_two_offers_without_an_answer_pause_an_agent_for_as_long_as_in_history() -> None:
    never = (Ringing("anna", OfferFailure.NO_ANSWER, 20.0),)
    of = demand(entry("c1", 0.0), ringings=never, auto_pauses_s=(500.0,))
    # 20 s of ringing, 30 s left alone, 20 s of ringing, 500 s of pause, and so on.
    assert came(of, POLICY, Person(601.0, 1.0, 1)) == [("c1", "abandoned", 601.0)]


def test_the_end_of_a_pause_that_we_made_ends_none_of_the_agents_own() -> None:
    once = (Ringing("anna", OfferFailure.NO_ANSWER, 20.0), *AT_ONCE)
    presence = (ANNA_FREE, (100.0, AgentPaused("anna")), (700.0, AgentResumed("anna")))
    of = demand(entry("c1", 0.0), presence=presence, ringings=once, auto_pauses_s=(500.0,))
    # Paused by us at 70 s, which would be until 570 s; on their own until 700 s.
    assert came(of, POLICY, TWICE_IN_VAIN) == [("c1", "answered", 702.0)]
    alone = of._replace(presence=(ANNA_FREE,))
    assert came(alone, POLICY, TWICE_IN_VAIN) == [("c1", "answered", 572.0)]


def test_rings_open_by_time_alone_and_another_policy_opens_them_sooner() -> None:
    of = demand(entry("c1", 10.0), presence=(GUN_FREE, ANNA_FREE, (5.0, AgentStateChanged("anna", AWAY))))
    (alone,) = came(of)
    assert alone == ("c1", "answered", 12.0)  # nobody of the first ring: it is skipped at once
    busy = demand(entry("c0", 1.0), entry("c1", 10.0), presence=(GUN_FREE, ANNA_FREE))
    assert came(busy)[1] == ("c1", "answered", 42.0)
    sooner = changed(school=(RINGS[0], RINGS[1].__class__(15.0, "generalists")))
    assert came(busy, sooner)[1] == ("c1", "answered", 27.0)


def test_conditions_turn_away_and_send_on_as_they_do_live() -> None:
    queue = Queue("school", "S", "n", RINGS, turn_away=Conditions(nobody_logged_in=True))
    policy = Policy({**QUEUES, "school": queue}, AGENTS)
    assert came(demand(entry("c1", 10.0), presence=()), policy) == [("c1", "sent on", 10.0)]
    waits = Queue("school", "S", "n", RINGS, send_on=Conditions(waited_above_s=30.0))
    policy = Policy({**QUEUES, "school": waits}, AGENTS)
    ((_, outcome, at),) = came(demand(entry("c1", 10.0), presence=()), policy)
    assert outcome == "sent on"
    assert at == pytest.approx(41.0, abs=1.0)


def test_who_left_by_a_key_leaves_after_the_same_wait_and_that_is_no_abandonment() -> None:
    of = demand(entry("c1", 10.0, outcome="sent on", left_at=40.0, leaves_anyway=True), presence=())
    assert came(of, POLICY, *people_of(of, 1)) == [("c1", "sent on", 40.0)]


def test_who_is_served_does_not_come_to_where_history_sent_them() -> None:
    of = demand(
        entry("c1", 10.0), entry("c1#2", 50.0, "general", follows="c1"), presence=(ANNA_FREE, GUN_FREE)
    )
    assert [each[0] for each in came(of)] == ["c1"]
    nobody = of._replace(presence=(GUN_FREE,))
    queue = Queue("school", "S", "n", RINGS[:1], turn_away=Conditions(nobody_logged_in=True))
    told = came(nobody, Policy({**QUEUES, "school": queue}, AGENTS))
    assert told == [("c1", "sent on", 10.0), ("c1#2", "answered", 52.0)]


def test_who_still_waits_where_history_sent_them_on_comes_nowhere_else() -> None:
    of = demand(
        entry("c0", 1.0, talk_s=600.0),
        entry("c1", 10.0, outcome="sent on", left_at=50.0),
        entry("c1#2", 50.0, "general", follows="c1", outcome="sent on", left_at=60.0),
        entry("c1#3", 60.0, "general", follows="c1#2"),
        presence=(ANNA_FREE, GUN_FREE),
    )
    people = [Person(1000.0, 600.0, 1), LONG, LONG, LONG]
    told = came(of, changed(school=RINGS[:1]), *people)  # which sends nobody on
    assert told == [("c0", "answered", 3.0), ("c1", "answered", 605.0)]


def test_who_left_by_a_key_comes_to_the_next_queue_at_the_same_moment() -> None:
    of = demand(
        entry("c1", 10.0, outcome="sent on", left_at=40.0, leaves_anyway=True),
        entry("c1#2", 40.0, "general", follows="c1"),
        presence=(GUN_FREE,),
    )
    shut = changed(school=RINGS[:1])
    for patience_s in (30.0 - 1e-9, 30.0, 30.0 + 1e-9):  # the moment is subtracted and added: it is rounded
        told = came(of, shut, Person(patience_s, 60.0, 1), LONG)
        assert told == [("c1", "sent on", pytest.approx(40.0)), ("c1#2", "answered", 42.0)]


def test_policies_hold_from_their_time_on() -> None:
    never = changed(school=RINGS[:1])
    of = demand(entry("c0", 1.0), entry("c1", 10.0), entry("c2", 100.0), presence=(GUN_FREE, ANNA_FREE))
    people = [Person(1000.0, 500.0, 1), Person(1000.0, 30.0, 2), LONG]
    served = free_run(of, [(0.0, never), (90.0, POLICY)], people)
    assert [(each.outcome, each.left_at) for each in served] == [
        ("answered", 3.0),
        ("answered", 92.0),
        ("answered", 132.0),
    ]


def test_whoever_never_hangs_up_and_is_never_answered_is_not_over() -> None:
    of = demand(entry("c1", 10.0), presence=())
    assert came(of, POLICY, Person(math.inf, 1.0, 1)) == [("c1", "open", 10_000.0)]


def test_people_are_as_in_history_and_drawn_where_it_ended_too_early() -> None:
    of = demand(
        entry("c1", 10.0, outcome="abandoned", left_at=40.0, talk_s=None),
        entry("c2", 10.0, left_at=20.0, talk_s=77.0),
        entry("c3", 10.0, left_at=20.0, talk_s=500.0, has_talked_out=False),
    )
    one, two, three = people_of(of, 1)
    assert (one.patience_s, one.talk_s) == (30.0, 77.0)
    assert two.talk_s == 77.0
    assert two.patience_s >= 10.0
    assert three.talk_s == 500.0
    assert people_of(of, 1) == people_of(of, 1)
    assert people_of(of, 1) != people_of(of, 2)


def test_history_is_found_again_by_the_same_policy() -> None:
    events = [
        (0.0, AgentStateChanged("anna", FREE)),
        queued("c1", 10.0),
        *answered("c1", "anna", 15.0, 60.0),
        queued("c2", 100.0),
        *answered("c2", "anna", 105.0, 60.0),
    ]
    of = demand_of(lived(events))
    served = free_run(of, [(0.0, POLICY)], people_of(of, 1))
    assert figures(served) == recorded_figures(of)


def test_figures_are_those_worked_by_hand() -> None:
    def served(waited_s: float, outcome: str, rule: Rule | None = None, queue: str = "school") -> Served:
        return Served(entry("c", 100.0, queue), outcome, 100.0 + waited_s, rule)  # type: ignore[arg-type]

    told = figures(
        [
            *(served(wait, "answered", Rule.SPECIALIST) for wait in (10, 20, 30)),
            served(100, "answered", Rule.WIDENED),
            served(50, "abandoned"),
            served(0, "sent on"),
            served(7, "lost", queue="general"),
        ]
    )
    assert list(told) == [ALL, "general", "school"]
    assert told["school"] == Figures(6, 4, 1, 1, 40.0, 100.0, 0.75)
    assert told["general"] == Figures(1, 0, 0, 1, None, None, None)
    assert told[ALL] == Figures(7, 4, 1, 2, 40.0, 100.0, 0.75)


def test_the_mean_of_runs_leaves_out_what_a_run_does_not_have() -> None:
    one = {ALL: Figures(2, 2, 0, 0, 10.0, 20.0, 1.0)}
    other = {ALL: Figures(2, 0, 2, 0, None, None, None)}
    assert mean_of([one, other]) == {ALL: Figures(2.0, 1.0, 1.0, 0.0, 10.0, 20.0, 1.0)}
