"""Hours, rules and queues change under waiting callers: what is new holds for them, too."""

from __future__ import annotations

from dataclasses import replace

from routing.events import AgentOffered, CallArrived, ConfigurationChanged, DigitPressed, PromptEnded
from routing.policy import NEVER, Conditions, Queue
from tests.ivr.test_lobby_numbers import change, with_version
from tests.ivr.waiting_scene import FOUR, OFFICE, SCHOOL, Scene, Ways, number_of

RELEASES = replace(SCHOOL, hours="office", at_closing="release")
MINUTES_S = 60.0


def test_who_chose_the_queue_before_it_closed_and_comes_to_it_after_is_released() -> None:
    scene = Scene(number_of(RELEASES, hours=OFFICE), at=FOUR - 2)
    scene.happens(CallArrived("c1", "c1", "testby", "+46", None, "withheld"), DigitPressed("c1", "1"))
    scene.until(FOUR + 3)
    scene.happens(PromptEnded("c1"))
    scene.passes(1)
    assert scene.sent_on() == [("c1", "school", "closed")]
    scene.replays()


def test_hours_that_change_while_nobody_waits_hold_for_who_comes_next() -> None:
    scene = Scene(number_of(RELEASES, hours=OFFICE), at=FOUR - 3600)
    scene.waits("c1")
    scene.hangs_up("c1")
    spans = tuple(tuple(span._replace(closes=span.closes - 30) for span in day) for day in OFFICE.weekly)
    earlier = replace(OFFICE, weekly=spans)  # type: ignore[arg-type]  # seven days
    change(scene, with_version(number_of(RELEASES, hours=earlier)))
    scene.waits("c2")
    scene.until(FOUR - 30 * MINUTES_S + 1)
    assert scene.sent_on() == [("c2", "school", "closed")]


def test_a_new_rule_for_staying_reaches_who_waits_already() -> None:
    scene = Scene(number_of(replace(SCHOOL, announcing=None, send_on=NEVER)))
    scene.waits("c1")
    limited = replace(SCHOOL, announcing=None, send_on=Conditions(waited_above_s=10 * MINUTES_S))
    change(scene, with_version(number_of(limited, ways={"school": Ways("back")})))
    scene.passes(11 * MINUTES_S)
    assert scene.sent_on() == [("c1", "school", "waited")]


def test_who_waited_in_a_confidential_queue_that_is_no_more_is_given_to_nobody_else() -> None:
    secret: Queue = replace(SCHOOL, confidential=True)
    scene = Scene(number_of(secret))
    scene.logs_in("gun", "vera")
    scene.waits("c1")
    without = number_of()
    queues = {queue: each for queue, each in without.queues.items() if queue != "school"}
    change(scene, with_version(replace(without, definitions=replace(without.definitions, queues=queues))))
    scene.passes(5)
    assert scene.log(AgentOffered) == []
    assert scene.sent_on() == [("c1", "school", "closed")]
    assert scene.prompts("c1")[-1] == "trouble"
    assert scene.log(ConfigurationChanged)


def test_a_place_that_was_not_claimed_may_still_be_had_by_the_next_call() -> None:
    scene = Scene(number_of())
    scene.waits("c1", caller="hmac")
    scene.passes(30)
    scene.hangs_up("c1")
    scene.passes(5)
    scene.arrives("c2", caller="hmac")
    scene.hangs_up("c2")  # in the menu: cut off once more
    scene.passes(5)
    scene.waits("c3", caller="hmac")
    queued = scene["c3"].queued
    assert queued is not None
    assert queued.since == scene.began


def test_no_key_is_in_a_repr() -> None:
    scene = Scene(number_of(ways={"school": Ways("", {"7": "back", "8": "back"})}))
    scene.waits("c1")
    scene.happens(DigitPressed("c1", "7"))
    assert "'7'" not in repr(scene["c1"].task)
    assert "7" not in repr(scene.stream[-1].event)
