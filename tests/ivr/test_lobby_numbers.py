"""Callers in queues that change, of other numbers, and with officers after a queue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Choose, Phase, Tell
from ivr.menu.model import GoodbyeNode
from ivr.menu.texts import text_of
from routing.events import (
    CallerQueued,
    CallTransferred,
    ConfigurationChanged,
    DigitPressed,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    Outcome,
    PromptEnded,
    SilenceElapsed,
    TalkEnded,
)
from routing.policy import Announcing, Conditions
from tests.ivr.waiting_scene import FOUR, GENERAL, NINE, OFFICE, SCHOOL, Scene, Ways, number_of

if TYPE_CHECKING:
    from ivr.menu.number import Number

TOLD = Announcing()
SORRY = {"school": Ways("sorry")}


def with_version(number: Number, content_hash: str = "1" * 64) -> Number:
    return replace(number, content_hash=content_hash)


def change(scene: Scene, number: Number) -> None:
    scene.core.attendant.know(number)
    scene.happens(ConfigurationChanged(number.id, number.content_hash))


def test_a_change_that_gives_a_queue_conditions_and_a_way_out_counts_for_who_waits_already() -> None:
    """Their own version has no overflow: they go by the live one."""
    school = replace(SCHOOL, send_on=Conditions(nobody_logged_in=True))
    scene = Scene(number_of())
    scene.waits("c1")
    change(scene, with_version(number_of(school, ways=SORRY)))
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
    school = replace(SCHOOL, announcing=TOLD)
    scene = Scene(number_of(school, ways={"school": Ways(keys={"9": "sorry"})}))
    scene.waits("c1")
    scene.happens(DigitPressed("c1", "9"))
    before = scene.numbers[0]
    queues = {"general": before.queues["general"]}
    left = replace(before.definitions, queues=queues)
    change(scene, with_version(replace(before, definitions=left)))
    assert scene["c1"].queued == CallerQueued("c1", "general", NINE)
    assert scene.tried(DigitPressed("c1", "9") if confirms else SilenceElapsed("c1")) is None
    assert scene["c1"].phase is Phase.WAITING


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
    sorry = GoodbyeNode("sorry", text_of("sorry.say", en="Sorry."))
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


def test_who_overflows_from_a_queue_of_another_number_goes_on_in_its_menu_and_has_been_answered() -> None:
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


def test_who_was_answered_overflowed_and_heard_a_goodbye_was_answered() -> None:
    general = replace(GENERAL, send_on=Conditions(waited_above_s=60.0))
    scene = Scene(number_of(general, ways={"general": Ways("sorry")}))
    scene.logs_in("anna")
    scene.waits("c1")
    scene.answers("anna")
    scene.happens(CallTransferred("c1", "anna", "queue", "general", "blind"))
    scene.passes(61).happens(PromptEnded("c1"))
    assert scene["c1"].phase is Phase.LEAVING
    assert scene.hangs_up("c1") is Outcome.ANSWERED
