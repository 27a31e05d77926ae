"""Callers between menu and talk: what goes wrong beside the rules, and what news is too late."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Choose, Phase, Tell, Wait
from ivr.menu.texts import text_of
from queues.callers import CallerGroup
from routing.events import (
    AgentStateChanged,
    CallArrived,
    CallerQueued,
    CallerReturned,
    CallerSentOn,
    CallTransferred,
    ConfigurationChanged,
    DigitPressed,
    EngineStarted,
    GhostRemoved,
    LanguageChosen,
    Met,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    Outcome,
    PlaceRegained,
    PromptEnded,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
    WaitTold,
)
from routing.policy import Announcing, Conditions
from tests.ivr.waiting_scene import FOUR, GENERAL, NINE, OFFICE, SCHOOL, Scene, Ways, number_of

if TYPE_CHECKING:
    from ivr.menu.number import Number

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
    scene.logs_in("gun")
    scene.passes(40)
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
    assert scene["c3"].task == Wait("89")


def test_a_kept_place_in_another_queue_than_is_chosen_is_none() -> None:
    scene = keyed()
    scene.waits("c2", caller="hmac")
    scene.hangs_up("c2")
    scene.arrives("c3", "hmac")
    for _ in range(3):
        scene.happens(DigitPressed("c3", "7"))  # wrong thrice: to a person
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


def test_a_change_that_gives_a_queue_conditions_and_a_way_out_counts_for_who_waits_already() -> None:
    """Their own version has no overflow: they go by the live one."""
    before, after = number_of(), with_version(number_of(replace(SCHOOL, send_on=EMPTY), ways=SORRY))
    scene = Scene(before)
    scene.waits("c1")
    change(scene, after)
    assert scene.sent_on() == [("c1", "school", "nobody_logged_in")]
    assert scene.prompts("c1") == ["sorry.say"]


def test_a_change_that_gives_a_queue_hours_releases_by_them_who_waits_already() -> None:
    before = number_of()
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(before, at=FOUR - 60)
    scene.waits("c1")
    change(scene, with_version(number_of(school, hours=OFFICE)))
    assert scene["c1"].phase is Phase.WAITING
    scene.until(FOUR)
    assert scene.prompts("c1") == ["sentences/closed", "sentences/opens"]


@pytest.mark.parametrize("confirms", [True, False])
def test_who_is_asked_about_a_key_of_a_queue_that_is_no_more_waits_for_a_person(confirms: bool) -> None:
    scene = keyed()
    scene.happens(DigitPressed("c1", "9"))
    before = scene.numbers[0]
    queues = {"general": before.queues["general"]}
    left = replace(before.definitions, queues=queues)
    change(scene, with_version(replace(before, definitions=left)))
    assert scene["c1"].queued == CallerQueued("c1", "general", NINE)
    assert scene.tried(DigitPressed("c1", "9") if confirms else SilenceElapsed("c1")) is None
    assert scene["c1"].phase is Phase.WAITING


def test_who_is_released_at_closing_time_is_not_released_again_where_the_overflow_is_closed_too() -> None:
    school = replace(SCHOOL, hours="office", at_closing="release")
    general = replace(GENERAL, hours="office", at_closing="release")
    ways = {"school": Ways("general"), "general": Ways("back")}
    scene = Scene(number_of(school, general, ways=ways, hours=OFFICE), at=FOUR - 1)
    scene.waits("c1")
    scene.until(FOUR + 60)
    assert len(scene.sent_on()) <= 2


SORRY = {"school": Ways("sorry")}


def with_version(number: Number, content_hash: str = "1" * 64) -> Number:
    return replace(number, content_hash=content_hash)


def change(scene: Scene, number: Number) -> None:
    scene.core.attendant.know(number)
    scene.happens(ConfigurationChanged(number.id, number.content_hash))


# --- two numbers -----------------------------------------------------------------------------------------


def other_number(*, announcing: Announcing | None = None, send_on: Conditions | None = None) -> Number:
    """Return a second number with queues of its own, in which only English is spoken."""
    queues = {
        f"other-{queue.id}": replace(
            queue,
            id=f"other-{queue.id}",
            number="annanby",
            announcing=announcing,
            send_on=send_on or Conditions(),
        )
        for queue in (SCHOOL, GENERAL)
    }
    number = number_of(name="annanby", ways={"other-school": Ways("sorry", {"9": "sorry"})})
    english = {key: text_of(text.name, en="Words.") for key, text in number.menu.sentences.items()}
    templates = {
        key: text_of(text.name, en=next(iter(text.prompts.values())).text)
        for key, text in number.menu.templates.items()
    }
    sorry = replace(number.menu.nodes["sorry"], text=text_of("sorry.say", en="Sorry."))  # type: ignore[type-var]
    waiting = {
        queue: replace(
            ways,
            keys={key: replace(each, text=text_of("k", en="Press 9.")) for key, each in ways.keys.items()},
        )
        for queue, ways in number.menu.waiting.items()
    }
    menu = replace(
        number.menu,
        languages=("en",),
        sentences=english,
        templates=templates,
        nodes={**number.menu.nodes, "sorry": sorry},
        waiting=waiting,
    )
    return replace(
        number,
        menu=menu,
        called=("+46858028600",),
        definitions=replace(number.definitions, queues=queues, agents={}),
    )


def transferred(other: Number) -> Scene:
    """Return a scene whose caller was helped by anna, who has sent them to a queue of another number."""
    scene = Scene(number_of(), other)
    scene.logs_in("anna")
    scene.waits("c1")
    scene.answers("anna")
    scene.happens(CallTransferred("c1", "anna", "queue", "other-school", "blind"))
    return scene


def test_who_waits_in_a_queue_of_another_number_hears_its_language_where_theirs_is_not_spoken() -> None:
    scene = transferred(other_number(announcing=TOLD))
    assert isinstance(scene["c1"].task, Tell)
    assert {prompt.language for prompt in scene["c1"].task.prompts} == {"en"}
    scene.happens(DigitPressed("c1", "9"))
    assert isinstance(scene["c1"].task, Choose)


@pytest.mark.parametrize("answered_by", [None, "rut-holm"])
def test_who_overflows_from_a_queue_of_another_number_goes_on_in_its_menu_and_has_been_answered(
    answered_by: str | None,
) -> None:
    scene = transferred(other_number(send_on=Conditions(waited_above_s=60.0)))
    scene.passes(61)
    assert scene.sent_on() == [("c1", "other-school", "waited")]
    assert scene.prompts("c1") == ["sorry.say"]
    assert scene["c1"].number.id == "annanby"
    assert scene.hangs_up("c1") is Outcome.ANSWERED


def test_who_was_answered_overflowed_and_then_reached_an_officer_was_answered() -> None:
    general = replace(GENERAL, send_on=Conditions(waited_above_s=60.0))
    scene = Scene(number_of(general, ways={"general": Ways("rut")}))
    scene.logs_in("anna")
    scene.waits("c1")
    scene.answers("anna")
    scene.happens(CallTransferred("c1", "anna", "queue", "general", "blind"))
    scene.passes(61).happens(OfficerAnswered("c1", "rut-holm"), TalkEnded("c1", "rut-holm", "agent"))
    assert scene.hangs_up("c1") is Outcome.ANSWERED


# --- officers after a queue ------------------------------------------------------------------------------


def to_officer() -> Scene:
    school = replace(SCHOOL, send_on=Conditions(waited_above_s=60.0))
    scene = Scene(number_of(school, ways={"school": Ways("rut")}))
    scene.waits("c1")
    scene.passes(61)
    assert scene["c1"].phase is Phase.HANDED
    return scene


def test_who_is_sent_on_to_an_officer_who_does_not_answer_goes_on_in_the_menu() -> None:
    scene = to_officer()
    scene.happens(OfficerFailed("c1", "rut-holm", OfferFailure.NO_ANSWER))
    assert scene.prompts("c1") == ["sentences/officer-away", "sorry.say"]
    assert scene.hangs_up("c1") is Outcome.OVERFLOWED


def test_whom_an_officer_answers_after_a_queue_has_overflowed() -> None:
    scene = to_officer()
    scene.happens(OfficerAnswered("c1", "rut-holm"), TalkEnded("c1", "rut-holm", "agent"))
    assert scene.hangs_up("c1") is Outcome.OVERFLOWED


def test_whom_that_officer_hands_to_a_queue_waits_since_the_first_and_is_answered_there() -> None:
    scene = to_officer()
    scene.happens(OfficerAnswered("c1", "rut-holm"))
    scene.happens(CallTransferred("c1", "rut-holm", "queue", "general", "blind"))
    assert scene["c1"].queued == CallerQueued("c1", "general", NINE)
    scene.logs_in("vera")
    scene.answers("vera")
    assert scene.hangs_up("c1") is Outcome.ANSWERED


# --- what comes with the caller --------------------------------------------------------------------------


def test_a_caller_of_a_group_has_its_head_start_and_who_was_helped_their_last_agent() -> None:
    number = replace(number_of(), callers={"police": CallerGroup("police", "Polisen", 50)})
    scene = Scene(number)
    met = (Met("general", "vera", 1.0), Met("school", "anna", 2.0))
    arrived = CallArrived("c1", "c1", "testby", "+46", "hmac", "known", group="police", met=met)
    scene.happens(arrived, DigitPressed("c1", "1"), PromptEnded("c1"))
    assert scene["c1"].queued == CallerQueued("c1", "school", NINE, 50.0, "anna")


def test_a_language_that_was_chosen_is_kept_after_a_queue() -> None:
    assert LanguageChosen  # documented in tests/ivr/menu; here only that an overflow resumes the walk
    scene = keyed()
    walk = scene["c1"].walk
    scene.happens(DigitPressed("c1", "9"), DigitPressed("c1", "9"))
    assert scene["c1"].walk.greeted == walk.greeted


def test_a_new_run_watches_nothing_of_the_last() -> None:
    school = replace(SCHOOL, hours="office", at_closing="release")
    scene = Scene(number_of(school, hours=OFFICE))
    scene.waits("c1")
    assert scene.core.next_due() == FOUR
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
