"""Whose turn it is: one short story for each rule of the order across queues that share people.

A caller's score is the time waited in hundredths of the queue's target, and points. Anna answers schools,
where callers should be answered within 60 seconds, and the emergency queue, whose target is 20.
"""

from __future__ import annotations

from routing.events import Turn
from tests.routing.policies import generalist, policy, queue, specialist
from tests.routing.stories import Story

QUEUES = [queue("school", target_s=60.0), queue("emergency", target_s=20.0), queue("streets", target_s=60.0)]
ANNA = specialist("anna", "school", "emergency", "streets")
STIG = specialist("stig", "streets")
TOWN = policy(QUEUES, [ANNA, STIG])


def test_equal_callers_are_served_in_the_order_in_which_they_came() -> None:
    """Within a queue and between queues of one target, who came first goes first."""
    story = Story(TOWN).calls("Ada", "streets").at(1).calls("Birk").at(2).calls("Cleo", "streets")
    assert story.at(3).free("anna").ringing == {"anna": "Ada"}
    assert story.answers("anna").at(9).ends("anna").ringing == {"anna": "Birk"}
    assert story.answers("anna").at(12).ends("anna").ringing == {"anna": "Cleo"}


def test_waiting_counts_in_relation_to_what_the_queue_promises() -> None:
    """15 of 20 promised seconds are more than 30 of 60."""
    story = Story(TOWN).calls("Ada").at(15).calls("Birk", "emergency").at(30).free("anna")
    assert story.ringing == {"anna": "Birk"}
    assert (story.why.turn, story.why.score) == (Turn.SCORE, 75.0)


def test_long_waiting_outweighs_a_short_target() -> None:
    """No queue always goes first: who has waited long enough elsewhere has the higher score."""
    story = Story(TOWN).calls("Ada").at(45).calls("Birk", "emergency").at(50).free("anna")
    assert story.ringing == {"anna": "Ada"}


def test_points_of_a_queue_and_of_a_caller_are_added() -> None:
    """A crisis line with 40 points, or a caller of a kind that has 100, is worth so many hundredths."""
    crisis = policy([queue("school"), queue("crisis", points=40.0)], [specialist("anna", "school", "crisis")])
    story = Story(crisis).calls("Ada").at(18).calls("Birk", "crisis").at(30).free("anna")
    assert story.ringing == {"anna": "Birk"}  # 20 + 40 against Ada's 50
    story = Story(TOWN).calls("Ada").at(30).calls("Birk", points=100.0).at(31).free("anna")
    assert story.ringing == {"anna": "Birk"}


def test_points_cannot_starve_anybody() -> None:
    """Points are added, not multiplied: callers with points who keep coming only delay who has none."""
    story = Story(TOWN).calls("Ada").at(130).calls("Birk", points=100.0).at(150).free("anna")
    assert story.ringing == {"anna": "Ada"}


def test_the_waiting_time_is_kept_over_a_transfer() -> None:
    """Ada waits since she first did, so she goes before Birk, who came to the streets' queue before her."""
    story = Story(TOWN).calls("Ada").at(5).free("anna").answers("anna").at(10).calls("Birk", "streets")
    story.at(40).busy("anna").transfers("anna", "streets").at(45).free("stig")
    assert story.ringing == {"stig": "Ada"}
    assert story.why.waited_s == 45.0


def test_a_caller_who_is_overdue_goes_before_everybody_who_came_later() -> None:
    """Beyond three times the target, no points bring anybody forward who came later."""
    story = Story(TOWN).calls("Ada").at(170).calls("Birk", points=1000.0).at(181).free("anna")
    assert story.ringing == {"anna": "Ada"}
    assert story.why.turn == Turn.OVERDUE


def test_just_in_time_is_not_overdue() -> None:
    """At three times the target exactly, the score still counts."""
    story = Story(TOWN).calls("Ada").at(170).calls("Birk", points=1000.0).at(180).free("anna")
    assert story.ringing == {"anna": "Birk"}


def test_among_the_overdue_the_first_who_came_goes_first() -> None:
    """Both have waited too long; Birk's score is far higher, but Ada was there before."""
    story = Story(TOWN).calls("Ada").at(50).calls("Birk", "emergency").at(190).free("anna")
    assert story.ringing == {"anna": "Ada"}


def test_an_overdue_caller_holds_up_no_agent_who_may_not_answer_them() -> None:
    """The guarantee is about agents whose ring is open to the caller; the others serve who came later."""
    gun = generalist("gun", "social", "streets")
    queues = [queue("social", confidential=True, target_s=20.0), queue("streets")]
    story = Story(policy(queues, [gun, specialist("sara", "social")]))
    story.calls("Ada", "social").at(200).calls("Birk", "streets").free("gun")
    assert story.ringing == {"gun": "Birk"}


def test_the_place_that_is_told_is_the_order_of_service() -> None:
    """Callers hear the place in which they will be served: points count, being overdue counts more."""
    story = Story(TOWN).calls("Ada").at(30).calls("Birk").at(31).calls("Cleo", points=100.0)
    assert [story.place_of(caller) for caller in ("Ada", "Birk", "Cleo")] == [2, 3, 1]
    story.at(181)
    assert [story.place_of(caller) for caller in ("Ada", "Birk", "Cleo")] == [1, 3, 2]
    story.hangs_up("Ada")
    assert [story.place_of(caller) for caller in ("Birk", "Cleo")] == [2, 1]
