"""Callers between menu and talk: what goes wrong beside the rules, and what news is too late."""

from __future__ import annotations

from dataclasses import replace

from ivr.contact import Choose, Phase, Tell, Wait
from queues.callers import CallerGroup
from routing.events import (
    AgentStateChanged,
    CallArrived,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    DigitPressed,
    EngineStarted,
    GhostRemoved,
    Met,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    PlaceRegained,
    PromptEnded,
    SilenceElapsed,
    TelephoneState,
    WaitTold,
)
from routing.policy import Announcing, Conditions
from tests.ivr.waiting_scene import FOUR, GENERAL, NINE, OFFICE, SCHOOL, Scene, Ways, number_of

EMPTY = Conditions(nobody_logged_in=True)
TOLD = Announcing()
TALKING_SCHOOL = replace(SCHOOL, announcing=TOLD)


# --- keys and news that come late ------------------------------------------------------------------------


def keyed(announcing: Announcing | None = TOLD) -> Scene:
    school = replace(SCHOOL, announcing=announcing)
    scene = Scene(number_of(school, ways={"school": Ways(keys={"8": "rut", "9": "sorry"})}))
    scene.waits("c1")
    return scene


def test_news_of_a_text_that_is_not_being_said_is_stale() -> None:
    scene = keyed()
    scene.happens(PromptEnded("c1"))
    for late in (PromptEnded("c1"), SilenceElapsed("c1"), DigitPressed("c1", "5")):
        assert scene.tried(late) is None


def test_another_key_after_the_question_asks_about_that_one() -> None:
    scene = keyed()
    scene.happens(DigitPressed("c1", "9"), DigitPressed("c1", "8"))
    assert isinstance(scene["c1"].task, Choose)
    assert scene["c1"].task.key == "8"
    scene.happens(DigitPressed("c1", "8"))
    assert scene["c1"].phase is Phase.HANDED


def test_a_key_that_means_nothing_ends_the_question() -> None:
    scene = keyed()
    scene.happens(DigitPressed("c1", "9"), DigitPressed("c1", "5"))
    assert scene["c1"].task == Wait("89")


def test_keys_work_again_after_an_offer_that_failed_or_was_given_up() -> None:
    scene = keyed(None)
    scene.logs_in("anna")
    scene.does_not_answer("anna")
    assert scene["c1"].task == Wait("89")
    scene.passes(31)  # she is asked again
    scene.happens(AgentStateChanged("anna", TelephoneState.BUSY))
    assert scene["c1"].phase is Phase.OFFERED
    scene.happens(CallerReturned("c1"))
    assert scene["c1"].task == Wait("89")


def test_a_ghost_of_an_offer_lets_the_caller_wait_and_hear_on() -> None:
    scene = keyed()
    scene.passes(20)
    scene.logs_in("anna")
    scene.passes(90)
    scene.happens(GhostRemoved("c1", "offer", "anna"), OfferFailed("c1", "anna", OfferFailure.WITHDRAWN))
    assert scene["c1"].phase in {Phase.WAITING, Phase.OFFERED}


def test_who_is_sent_on_while_being_asked_is_asked_no_more() -> None:
    school = replace(SCHOOL, send_on=Conditions(waited_above_s=60.0))
    scene = Scene(number_of(school, ways={"school": Ways("stay", {"9": "sorry"})}))
    scene.waits("c1")
    scene.passes(59).happens(DigitPressed("c1", "9"))
    scene.passes(3)
    assert scene.sent_on() == [("c1", "school", "waited")]
    assert scene.prompts("c1") == ["stay.greeting", "stay.1"]


def test_who_returns_while_being_asked_is_asked_on() -> None:
    scene = keyed()
    scene.happens(DigitPressed("c1", "9"), CallerReturned("c1"))
    assert isinstance(scene["c1"].task, Choose)


def test_other_keys_of_another_queue_are_said_at_once() -> None:
    """The keys of the first queue were said a moment ago; those of the second never were."""
    school = replace(SCHOOL, announcing=TOLD, send_on=Conditions(waited_above_s=60.0))
    ways = {"school": Ways("general", {"9": "sorry"}), "general": Ways(keys={"8": "sorry"})}
    scene = Scene(number_of(school, replace(GENERAL, announcing=TOLD), ways=ways))
    scene.waits("c1")
    scene.passes(62)
    assert scene.prompts("c1") == ["sentences/first-in-line", "queues/general/key-8"]


def test_whose_place_was_kept_hears_so_where_nothing_else_is_told_and_keys_work_meanwhile() -> None:
    scene = keyed(None)
    scene.waits("c2", caller="hmac")
    scene.hangs_up("c2")
    scene.waits("c3", caller="hmac")
    assert isinstance(scene["c3"].task, Tell)
    assert (scene.prompts("c3"), scene["c3"].task.keys) == (["sentences/place-regained"], "89")
    scene.happens(PromptEnded("c3"))
    assert scene["c3"].task == Wait("89")  # type: ignore[comparison-overlap]  # it changes


def test_a_kept_place_in_another_queue_than_is_chosen_is_none() -> None:
    scene = keyed()
    scene.waits("c2", caller="hmac")
    scene.hangs_up("c2")
    scene.arrives("c3", "hmac")
    while scene["c3"].phase is Phase.MENU:
        scene.happens(SilenceElapsed("c3"))  # until a person follows
    assert scene["c3"].queued == CallerQueued("c3", "general", NINE)
    assert scene.log(PlaceRegained) == []


# --- overflows in rounds and rows ------------------------------------------------------------------------


def test_queues_that_would_send_round_for_ever_send_each_caller_on_once() -> None:
    """Checks forbid it in one version; two versions, or a change on a date, may still make it."""
    school, general = replace(SCHOOL, send_on=EMPTY), replace(GENERAL, send_on=EMPTY)
    scene = Scene(number_of(school, general, ways={"school": Ways("general"), "general": Ways("back")}))
    scene.waits("c1", "c2")
    assert scene.sent_on() == [
        (contact, queue, "nobody_logged_in") for contact in ("c1", "c2") for queue in ("school", "general")
    ]
    assert scene["c1"].queued == CallerQueued("c1", "school", NINE)
    scene.logs_in("anna")
    scene.logs_out("anna")
    assert scene["c1"].phase in {Phase.WAITING, Phase.OFFERED}
    scene.replays()


def test_who_is_released_at_closing_time_is_not_released_again_where_the_overflow_is_closed_too() -> None:
    school = replace(SCHOOL, hours="office", at_closing="release")
    general = replace(GENERAL, hours="office", at_closing="release")
    ways = {"school": Ways("general"), "general": Ways("back")}
    scene = Scene(number_of(school, general, ways=ways, hours=OFFICE), at=FOUR - 1)
    scene.waits("c1")
    scene.until(FOUR + 60)
    assert len(scene.sent_on()) <= 2


# --- what comes with the caller --------------------------------------------------------------------------


def test_a_caller_of_a_group_has_its_head_start_and_who_was_helped_their_last_agent() -> None:
    number = replace(number_of(), callers={"police": CallerGroup("police", "Polisen", 50)})
    scene = Scene(number)
    met = (Met("general", "vera", 1.0), Met("school", "anna", 2.0))
    arrived = CallArrived("c1", "c1", "testby", "+46", "hmac", "known", group="police", met=met)
    scene.happens(arrived, DigitPressed("c1", "1"), PromptEnded("c1"))
    assert scene["c1"].queued == CallerQueued("c1", "school", NINE, 50.0, "anna")


def test_a_new_run_watches_nothing_of_the_last() -> None:
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, hours=OFFICE))
    scene.waits("c1")
    assert scene.core.lobby._closings.next_due() == FOUR
    scene.happens(EngineStarted("0"))
    assert scene.core.next_due() is None


def test_an_offer_goes_on_over_closing_and_a_talk_too() -> None:
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, hours=OFFICE), at=FOUR - 10)
    scene.waits("c1", "c2")
    scene.happens(AgentStateChanged("anna", TelephoneState.FREE))
    scene.until(FOUR)
    assert [sent.contact for sent in scene.log(CallerSentOn)] == ["c2"]
    scene.happens(OfferAnswered("c1", "anna"))
    assert scene.log(WaitTold) == []
