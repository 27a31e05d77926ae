"""Who helped whom last: for queues that ask for it, for as long as it counts, and no longer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.acquaintances import DAY_S, Acquaintances
from routing.events import CallTransferred, Met
from routing.policy import SameAgent
from tests.ivr.waiting_scene import GENERAL, NINE, SCHOOL, Scene, number_of

if TYPE_CHECKING:
    from routing.policy import Queue

KEEPING = replace(SCHOOL, same_agent=SameAgent(within_days=7, hold_s=20.0))
LONGER = replace(GENERAL, same_agent=SameAgent(within_days=30, hold_s=20.0))


def known(*queues: Queue) -> Acquaintances:
    return Acquaintances({queue.id: queue for queue in queues})


def test_only_queues_that_ask_for_it_are_remembered() -> None:
    met = known(KEEPING, GENERAL)
    assert (met.queues, met.longest_s) == (("school",), 7 * DAY_S)
    met.met("hmac", "school", "anna", NINE)
    met.met("hmac", "general", "vera", NINE)
    assert met.of("hmac", NINE) == (Met("school", "anna", NINE),)


def test_the_last_counts_in_whatever_order_it_is_learnt() -> None:
    met = known(KEEPING)
    met.met("hmac", "school", "gun", NINE)
    met.learn([("hmac", Met("school", "anna", NINE - 60)), ("other", Met("school", "anna", NINE - 60))], NINE)
    assert met.of("hmac", NINE) == (Met("school", "gun", NINE),)
    assert met.of("other", NINE) == (Met("school", "anna", NINE - 60),)


def test_it_counts_for_the_days_of_each_queue() -> None:
    met = known(KEEPING, LONGER)
    met.met("hmac", "school", "anna", NINE)
    met.met("hmac", "general", "vera", NINE)
    assert {one.queue for one in met.of("hmac", NINE + 7 * DAY_S)} == {"school", "general"}
    assert {one.queue for one in met.of("hmac", NINE + 7 * DAY_S + 1)} == {"general"}


def test_who_withholds_the_number_or_never_talked_is_known_to_nobody() -> None:
    met = known(KEEPING)
    assert (met.of(None, NINE), met.of("hmac", NINE)) == ((), ())


def test_a_queue_that_asks_no_more_is_left_out_at_once() -> None:
    met = known(KEEPING)
    met.met("hmac", "school", "anna", NINE)
    met.change({"school": SCHOOL}, NINE)
    assert met.of("hmac", NINE) == ()
    assert met.longest_s == 0.0


def test_what_a_queue_asks_for_no_more_is_forgotten_for_good() -> None:
    met = known(KEEPING, LONGER)
    met.met("hmac", "school", "anna", NINE)
    met.met("other", "general", "vera", NINE)
    met.change({"school": SCHOOL, "general": LONGER}, NINE)
    assert met.callers == {"other"}
    met.change({"school": KEEPING}, NINE)
    assert met.callers == set()
    assert met.of("hmac", NINE) == ()


def test_who_counts_for_fewer_days_now_is_forgotten_with_the_change() -> None:
    met = known(LONGER)
    met.met("old", "general", "vera", NINE)
    met.met("new", "general", "vera", NINE + 2 * DAY_S)
    shorter = replace(GENERAL, same_agent=SameAgent(within_days=1, hold_s=20.0))
    met.change({"general": shorter}, NINE + 3 * DAY_S)
    assert met.callers == {"new"}


def test_each_queue_forgets_after_its_own_days() -> None:
    met = known(KEEPING, LONGER)
    met.met("hmac", "school", "anna", NINE)
    met.met("other", "school", "anna", NINE)
    met.met("hmac", "general", "vera", NINE + 8 * DAY_S)
    assert met.callers == {"hmac"}
    met.change({"school": replace(LONGER, id="school"), "general": LONGER}, NINE + 8 * DAY_S)
    assert met.of("hmac", NINE + 8 * DAY_S) == (Met("general", "vera", NINE + 8 * DAY_S),)


def test_what_is_learnt_late_is_forgotten_no_later_and_not_learnt_when_it_is_too_old() -> None:
    met = known(KEEPING)
    met.met("new", "school", "anna", NINE)
    earlier = [("old", Met("school", "anna", NINE - DAY_S)), ("gone", Met("school", "gun", NINE - 8 * DAY_S))]
    met.learn(earlier, NINE)
    assert met.callers == {"old", "new"}
    met.met("newest", "school", "anna", NINE + 6 * DAY_S + 1)
    assert met.callers == {"new", "newest"}


def test_no_pseudonym_is_kept_for_longer_than_it_counts() -> None:
    met = known(KEEPING)
    met.met("old", "school", "anna", NINE)
    met.met("again", "school", "anna", NINE)
    met.met("again", "school", "anna", NINE + DAY_S)
    met.met("new", "school", "anna", NINE + 7 * DAY_S + 1)
    assert met.callers == {"again", "new"}


def test_an_answer_is_remembered_under_the_queue_that_gave_it() -> None:
    met = known(KEEPING, LONGER)
    scene = Scene(number_of(KEEPING))
    scene.logs_in("anna")
    scene.waits("c1", caller="hmac")
    scene.answers("anna")
    met.answered(scene["c1"], scene.at)
    scene.logs_in("vera")
    scene.happens(CallTransferred("c1", "anna", "queue", "general", "blind"))
    scene.answers("vera")
    met.answered(scene["c1"], scene.at)
    assert met.of("hmac", NINE) == (Met("school", "anna", NINE), Met("general", "vera", NINE))


def test_a_talk_without_a_number_is_remembered_for_nobody() -> None:
    met = known(KEEPING)
    scene = Scene(number_of(KEEPING))
    scene.logs_in("anna")
    scene.waits("c1")
    scene.answers("anna")
    met.answered(scene["c1"], scene.at)
    assert met.callers == set()
