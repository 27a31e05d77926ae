"""Over an engine's end: places that were kept, callers who were sent on, and what they count as."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.contact import Phase, Tell
from ivr.restoration import restore
from routing.events import (
    AsteriskConnected,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    ClockStepped,
    DigitPressed,
    OfferAnswered,
    OfficerAnswered,
    Outcome,
    PlaceKept,
    PlaceRegained,
    PromptEnded,
    Recorded,
    TalkEnded,
)
from routing.policy import Announcing, Conditions
from tests.ivr.waiting_scene import FOUR, NINE, OFFICE, SCHOOL, Scene, Ways, number_of

PATIENT = replace(SCHOOL, send_on=Conditions(waited_above_s=60.0))
TELLING = replace(SCHOOL, announcing=Announcing())


def sent_on(to: str, keys: dict[str, str] | None = None) -> Scene:
    """Return a scene in which a caller was sent on to a node by the school's queue."""
    scene = Scene(number_of(PATIENT, ways={"school": Ways(to, keys or {})}))
    scene.waits("c1")
    scene.passes(61)
    return scene


# --- places that were kept -------------------------------------------------------------------------------


def test_a_place_that_was_kept_is_had_back_from_the_next_engine() -> None:
    scene = Scene(number_of())
    scene.waits("c1", caller="hmac")
    scene.passes(5).hangs_up("c1")
    again = scene.restarted(away_s=50.0).all_return()
    assert again.waits("c2", caller="hmac")[0] == PlaceRegained("c2", "school")


def test_a_place_is_not_kept_for_longer_because_the_engine_was_away() -> None:
    scene = Scene(number_of())
    scene.waits("c1", caller="hmac")
    scene.hangs_up("c1")
    assert scene.restarted(away_s=61.0).log(PlaceKept) == []


def test_whose_end_was_learnt_late_has_a_minute_from_the_true_end() -> None:
    scene = Scene(number_of())
    scene.waits("c1", caller="hmac")
    scene.passes(100)
    scene.happens(CallerHungUp("c1", scene.at - 30))
    (place,) = restore(scene.stream).places
    assert place == PlaceKept("hmac", "school", NINE, scene.at + 30)
    scene.passes(31)
    scene.waits("c2", caller="hmac")
    assert scene.log(PlaceRegained) == []


def test_who_has_phoned_again_has_no_place_left_and_a_second_cut_gives_none() -> None:
    scene = Scene(number_of())
    scene.waits("c1", caller="hmac")
    scene.hangs_up("c1")
    scene.waits("c2", caller="hmac")
    assert restore(scene.stream).places == ()
    scene.hangs_up("c2")
    assert restore(scene.stream).places == ()


def test_kept_places_follow_the_machine_s_clock() -> None:
    scene = Scene(number_of())
    scene.waits("c1", caller="hmac")
    scene.happens(CallerLost("c1", "pbx"), ClockStepped(3600.0))
    (place,) = restore(scene.stream).places
    assert place == PlaceKept("hmac", "school", NINE + 3600, NINE + 3600 + 60)


# --- who was sent on -------------------------------------------------------------------------------------


def test_who_was_sent_on_to_a_message_hears_it_again_and_has_overflowed() -> None:
    again = sent_on("sorry").restarted()
    again.happens(AsteriskConnected("run"), CallerReturned("c1"))
    assert again.prompts("c1") == ["sorry.say"]
    assert again.hangs_up("c1") is Outcome.OVERFLOWED


def test_the_channel_s_memory_of_a_place_that_was_left_counts_no_more() -> None:
    """It may not have been told yet as the engine died; or the dead-man's switch fired in the message."""
    for scene in (sent_on("sorry"), sent_on("sorry").restarted()):
        scene.happens(CallerReturned("c1", "school", NINE))
        assert (scene["c1"].phase, scene.prompts("c1")) == (Phase.MENU, ["sorry.say"])


def test_a_crash_right_after_a_caller_was_sent_on_loses_neither_them_nor_their_waiting_time() -> None:
    scene = sent_on("general")
    last = max(place for place, (_, _, event) in enumerate(scene.stream) if isinstance(event, CallerQueued))
    scene.stream = scene.stream[:last]  # where it leads was written, and that they came there was not
    again = scene.restarted().all_return()
    assert again["c1"].queued == CallerQueued("c1", "general", NINE)


def test_who_was_asked_after_a_queue_and_chooses_another_waits_since_the_first() -> None:
    again = sent_on("stay").restarted().all_return()
    assert again.prompts("c1") == ["stay.greeting", "stay.1"]
    again.happens(DigitPressed("c1", "1"))
    assert again["c1"].since == NINE


@pytest.mark.parametrize("answers", [True, False])
def test_with_whom_an_officer_talked_after_a_queue_has_overflowed_and_who_gave_up_too(answers: bool) -> None:
    scene = sent_on("rut")
    if answers:
        scene.happens(OfficerAnswered("c1", "rut-holm"))
    again = scene.restarted()
    if answers:
        again.happens(TalkEnded("c1", "rut-holm", "agent"))
    assert again.hangs_up("c1") is Outcome.OVERFLOWED


def test_who_left_by_a_key_has_abandoned_after_the_restart_too() -> None:
    scene = Scene(number_of(PATIENT, ways={"school": Ways("sorry", {"9": "sorry"})}))
    scene.waits("c1")
    scene.happens(DigitPressed("c1", "9"), DigitPressed("c1", "9"))
    assert scene.restarted().hangs_up("c1") is Outcome.ABANDONED


def test_who_was_answered_before_another_queue_sent_them_on_was_answered() -> None:
    general = replace(PATIENT, id="general")
    scene = Scene(number_of(general, ways={"general": Ways("rut")}))
    scene.logs_in("anna")
    scene.waits("c1")
    scene.answers("anna")
    scene.happens(CallTransferred("c1", "anna", "queue", "general", "blind"))
    scene.passes(61).happens(OfficerAnswered("c1", "rut-holm"))
    for times in range(2):
        assert scene["c1"].phase is Phase.TALKING, times
        scene = scene.restarted()
    scene.happens(TalkEnded("c1", "rut-holm", "agent"))
    assert scene.restarted().hangs_up("c1") is Outcome.ANSWERED


def test_whom_an_officer_hands_on_after_the_restart_waits_since_the_first() -> None:
    scene = sent_on("rut")
    scene.happens(OfficerAnswered("c1", "rut-holm"))
    again = scene.restarted()
    again.happens(AsteriskConnected("run"))
    again.happens(CallTransferred("c1", "rut-holm", "queue", "general", "blind"))
    assert again["c1"].since == NINE


@pytest.mark.parametrize("restarts", [True, False])
def test_who_falls_back_out_of_a_message_after_a_queue_waits_since_the_first(restarts: bool) -> None:
    scene = sent_on("sorry")
    if restarts:
        scene = scene.restarted()
    scene.passes(20).happens(CallerFellBack("c1", "general"))
    assert scene["c1"].queued == CallerQueued("c1", "general", NINE)
    (carried,) = restore([*sent_on("sorry").stream, Recorded(99, NINE, CallerFellBack("c1", "g"))]).contacts
    assert carried.since == NINE
    assert scene.hangs_up("c1") is Outcome.ABANDONED


# --- who waited ------------------------------------------------------------------------------------------


def test_who_was_being_told_something_is_told_anew_once_everybody_is_back() -> None:
    scene = Scene(number_of(TELLING))
    scene.waits("c1")
    scene.passes(1).waits("c2")
    again = scene.restarted()
    again.happens(CallerReturned("c2"), CallerReturned("c1"))
    assert not isinstance(again["c2"].task, Tell)
    again.all_return()
    assert again.told("c2") == [(0.0, 2)]  # the same place as before


def test_whose_telephone_rang_waits_on_and_hears_their_place() -> None:
    scene = Scene(number_of(TELLING))
    scene.logs_in("anna")
    scene.waits("c1")
    again = scene.restarted().all_return()
    assert again["c1"].phase is Phase.WAITING
    assert again.told("c1") == [(0.0, 1)]
    again.logs_in("anna")
    again.happens(OfferAnswered("c1", "anna"))
    again.replays()


def test_nobody_is_sent_on_because_a_new_engine_knows_no_telephones_yet() -> None:
    empty = Conditions(nobody_logged_in=True)
    scene = Scene(number_of(replace(SCHOOL, turn_away=empty, send_on=empty), ways={"school": Ways("sorry")}))
    scene.logs_in("anna")
    scene.waits("t", "c1")
    again = scene.restarted().all_return()
    again.passes(30)
    assert again.sent_on() == []
    again.happens(AsteriskConnected("run"))
    assert {contact for contact, _, _ in again.sent_on()} == {"t", "c1"}


def test_who_comes_back_after_closing_time_is_released() -> None:
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, hours=OFFICE), at=FOUR - 5)
    scene.waits("c1")
    again = scene.restarted(away_s=10.0).all_return()
    again.passes(0)
    assert again.sent_on() == [("c1", "school", "closed")]
    again.happens(PromptEnded("c1"))
    assert again.hangs_up("c1") is Outcome.OVERFLOWED


def test_whom_an_officer_handed_to_a_queue_that_never_answered_has_overflowed_after_the_restart_too() -> None:
    scene = sent_on("rut")
    scene.happens(OfficerAnswered("c1", "rut-holm"))
    scene.happens(CallTransferred("c1", "rut-holm", "queue", "general", "blind"))
    for _ in range(2):
        scene = scene.restarted().all_return()
    assert scene["c1"].phase is Phase.WAITING
    assert scene.hangs_up("c1") is Outcome.OVERFLOWED
