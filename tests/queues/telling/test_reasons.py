"""Reasons: the rule, the turn and the others in plain words; rings and targets only where they explain it."""

from __future__ import annotations

from typing import Any

import pytest

from queues.calllog.projection import detail_of
from queues.telling.agents import agent_lines
from queues.telling.reasons import reasons
from routing.events import AgentOffered, Condition, Considered, Rule, Turn
from routing.policy import Queue, Ring
from routing.reasons import AgentReason, Why

RINGS = (Ring(0.0, "specialists"), Ring(30.0, "everybody"), Ring(90.0, "everybody"))
SCHOOL = Queue("school", "School", "n", RINGS)


def offer(rule: Rule = Rule.SPECIALIST, ring: int = 0, waited_s: float = 83.0, **more: Any) -> AgentOffered:
    usual = AgentOffered("c", "anna", "school", rule, ring, waited_s, 1, 20.0)
    return usual._replace(score=waited_s * 100 / 60, considered=Considered(free=1))._replace(**more)


def why(offered: AgentOffered, queue: Queue | None = SCHOOL, points: float = 0.0) -> tuple[str, ...]:
    return reasons(detail_of(offered), queue, points)


@pytest.mark.parametrize(
    ("offered", "rule"),
    [
        (offer(), "anna belongs to the first ring of school"),
        (
            offer(free=3),
            (
                "anna belongs to the first ring of school; of 3 who were free: lowest"
                " ring, highest level, then"
                " longest idle"
            ),
        ),
        (offer(Rule.WIDENED, 1), "anna belongs to ring 2, which had opened after 30 s of waiting"),
        (
            offer(Rule.RING_EMPTY, 1, 2.0),
            (
                "anna belongs to ring 2: the first ring was skipped, because nobody in"
                " it was logged in and without"
                " a pause"
            ),
        ),
        (
            offer(Rule.RING_EMPTY, 2, 40.0),
            (
                "anna belongs to ring 3: the ring before it was skipped, because"
                " nobody in it was logged in"
                " and without a pause"
            ),
        ),
        (offer(Rule.SAME_AGENT), "anna helped this caller the last time"),
    ],
)
def test_the_rule_is_told(offered: AgentOffered, rule: str) -> None:
    assert why(offered)[0] == rule


def test_without_the_queue_of_then_no_time_of_a_ring_is_told() -> None:
    later = Queue("school", "School", "n", (Ring(0.0, "specialists"), Ring(120.0, "everybody")))
    for queue in (None, later):
        assert why(offer(Rule.WIDENED, 1), queue)[0] == "anna belongs to ring 2, which had opened by then"


@pytest.mark.parametrize(
    ("offered", "queue", "points", "turn"),
    [
        (offer(), SCHOOL, 0.0, "waited 1:23 min of a target of 1:00 min"),
        (offer(score=188.33), SCHOOL, 50.0, "waited 1:23 min of a target of 1:00 min, and 50 points"),
    ],
)
def test_the_score_is_told_with_what_makes_it(
    offered: AgentOffered, queue: Queue, points: float, turn: str
) -> None:
    told = f"score {offered.score:.0f}, the highest among those whom anna may answer: {turn}"
    assert why(offered, queue, points)[1] == told


def test_a_target_that_does_not_explain_the_score_is_not_told() -> None:
    for queue in (None, Queue("school", "School", "n", RINGS, target_s=20.0)):
        assert why(offer(), queue)[1] == "score 138, the highest among those whom anna may answer"


def test_who_is_overdue_and_who_came_just_now_have_words_of_their_own() -> None:
    overdue = offer(turn=Turn.OVERDUE, waited_s=200.0)
    words = "waited more than three times the target{}: nobody who came later may go before"
    assert why(overdue)[1] == words.format(" of 60 s")
    assert why(overdue, None)[1] == words.format("")
    assert why(offer(waited_s=0.0))[1] == "nobody waited longer"


def test_offers_from_before_reasons_were_kept_say_what_is_known() -> None:
    old = AgentOffered("c", "anna", "school", Rule.SPECIALIST, 0, 83.0, 2, 20.0)
    assert why(old) == (
        (
            "anna belongs to the first ring of school; of 2 who were free: lowest"
            " ring, highest level, then longest"
            " idle"
        ),
    )


def test_the_others_are_counted_without_the_one_who_is_rung() -> None:
    counts = Considered(3, 4, 1, 2, 1, 1, 1, 1, 5)
    assert why(offer(considered=counts))[2] == (
        "the others of school: 2 free, 1 being rung, 2 talking, 1 on another call, 1 in wrap-up, 1 left alone"
        " after an offer that failed, 1 paused, 5 not logged in, 4 of rings that were not open yet"
    )
    assert why(offer())[2] == "nobody else answers school"


def test_each_agent_has_a_line_that_names_no_other_caller() -> None:
    def agent(
        name: str, ring: int, condition: Condition, until: float | None = None, contact: str | None = None
    ) -> AgentReason:
        return AgentReason(name, ring, 2, condition, False, until, contact)

    agents = (
        agent("anna", 0, Condition.FREE),
        agent("bo", 0, Condition.TALKING, contact="c9"),
        agent("cia", 0, Condition.OFFERED, contact="c8"),
        agent("dan", 0, Condition.WRAP_UP, 112.0),
        agent("eva", 1, Condition.FREE),
        agent("fia", 2, Condition.FREE),
        agent("gun", 2, Condition.AWAY),
    )
    asked = Why("school", 1, "c", 17.0, 83.0, 138.0, False, None, None, 1, None, agents)
    assert agent_lines(asked, offer(), 1, 100.0) == (
        "anna (ring 1; level 2): free, and rung",
        "bo (ring 1; level 2): talking with another caller",
        "cia (ring 1; level 2): being rung for another caller",
        "dan (ring 1; level 2): in wrap-up, for 12 s more",
        "eva (ring 2; level 2): free: of a later ring or a lower level, or not idle for as long",
        "fia (ring 3, not open yet; level 2): free",
        "gun (ring 3, not open yet; level 2): not logged in",
    )


def test_who_is_free_while_the_caller_is_kept_for_somebody_was_passed_over_for_that() -> None:
    agents = (
        AgentReason("anna", 0, 2, Condition.FREE, False, None, None),
        AgentReason("bo", 0, 3, Condition.FREE, False, None, None),
        AgentReason("cia", 1, 3, Condition.FREE, True, None, None),
    )
    asked = Why("school", 1, "c", 17.0, 83.0, 138.0, False, "anna", 100.0, 0, None, agents)
    assert agent_lines(asked, offer(Rule.SAME_AGENT), 0, 100.0) == (
        "anna (ring 1; level 2): free, and rung",
        "bo (ring 1; level 3): free, but the caller was kept for anna",
        "cia (ring 2, not open yet; level 3): free",
    )
