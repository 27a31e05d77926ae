"""The attendant: what stands at a moment, which version is live, and which a call goes on by."""

from __future__ import annotations

from dataclasses import replace

from ivr.attendant import MOST_VERSIONS, Attendant, crisis_of, standing_at
from ivr.menu.circumstances import NOTHING, Standing
from ivr.menu.texts import Prompt
from routing.events import (
    CallArrived,
    ConfigurationChanged,
    CrisisBegan,
    CrisisEnded,
    EngineStarted,
    HoursOverridden,
    OverrideEnded,
)
from tests.ivr.numbers_for_tests import number_for_tests

NUMBER = number_for_tests()
NEWER = replace(NUMBER, content_hash="1" * 64)
ARRIVED = CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld")


def began(crisis: str = "c", text: str = "Vatten.", until: float | None = None) -> CrisisBegan:
    return CrisisBegan("testby", crisis, ("sv", "en"), (text, "Water."), 10.0, until, "", "", "Kris")


def set_by_hand(*, is_open: bool = False) -> HoursOverridden:
    return HoursOverridden(
        "testby", "office", is_open, False, ("sv",), ("Vi övar.",), 10.0, 60.0, False, "Kris"
    )


def attendant(*events: CrisisBegan | CrisisEnded | HoursOverridden | OverrideEnded) -> Attendant:
    made = Attendant({"testby": NUMBER})
    for event in events:
        made.take(event)
    return made


def test_nothing_stands_until_somebody_says_so() -> None:
    assert attendant().stands("testby") == NOTHING


def test_a_crisis_is_on_changed_and_off() -> None:
    on, changed = began(), began(text="Vatten igen.")
    assert attendant(on).stands("testby").crises == (crisis_of(on),)
    assert attendant(on, began("d"), changed).stands("testby").crises == (
        crisis_of(began("d")),
        crisis_of(changed),
    )
    assert attendant(on, CrisisEnded("testby", "c")).stands("testby") == Standing()
    assert attendant(on, CrisisEnded("testby", "d")).stands("testby").crises == (crisis_of(on),)


def test_a_crisis_is_heard_from_its_beginning_until_before_its_end() -> None:
    made = attendant(began(until=60.0))
    heard = {at: len(made.moment(at, "testby").crises()) for at in (9.0, 10.0, 59.0, 60.0)}
    assert heard == {9.0: 0, 10.0: 1, 59.0: 1, 60.0: 0}


def test_hours_are_set_changed_and_left_to_the_calendar() -> None:
    made = attendant(set_by_hand(), set_by_hand(is_open=True))
    assert made.stands("testby").overrides["office"].is_open
    made.take(OverrideEnded("testby", "office"))
    assert made.stands("testby").overrides == {}


def test_a_recording_is_heard_in_the_first_of_the_languages_only() -> None:
    crisis = crisis_of(began()._replace(recording="/r.wav"))
    assert crisis.prompts == {
        "sv": Prompt("crisis/c", "Vatten.", "sv", recording="/r.wav"),
        "en": Prompt("crisis/c", "Water.", "en"),
    }


def test_the_calendar_is_shifted_for_what_callers_are_told_alone() -> None:
    made = attendant(began())
    made.take(EngineStarted("0", calendar_shift_s=100.0))
    assert (made.moment(5.0, "testby").at, made.stands("testby")) == (105.0, NOTHING)


def test_a_version_is_live_when_it_is_said_so_and_not_when_it_is_known() -> None:
    made = attendant()
    made.know(NEWER)
    assert made.numbers["testby"] is NUMBER
    made.take(ConfigurationChanged("testby", NEWER.content_hash))
    assert made.numbers["testby"] is NEWER
    made.take(ConfigurationChanged("testby", NUMBER.content_hash))
    assert made.numbers["testby"] is NUMBER


def test_a_version_that_is_known_again_is_the_last_to_be_forgotten() -> None:
    made = attendant()
    others = [replace(NUMBER, content_hash=f"{each:064}") for each in range(1, MOST_VERSIONS + 1)]
    for other in others[:-1]:
        made.know(other)
    made.know(NUMBER)
    made.know(others[-1])  # one more than are kept
    made.take(ConfigurationChanged("testby", others[1].content_hash))
    made.take(ConfigurationChanged("testby", NUMBER.content_hash))
    assert made.numbers["testby"] is NUMBER


def test_the_same_content_of_two_numbers_is_two_versions() -> None:
    made = attendant()
    renamed = replace(NUMBER, id="nyby")
    made.know(renamed)
    made.take(ConfigurationChanged("nyby", NUMBER.content_hash))
    made.take(ConfigurationChanged("testby", NUMBER.content_hash))
    assert (made.numbers["testby"], made.numbers["nyby"]) == (NUMBER, renamed)
    assert made.numbers["testby"] is NUMBER


def test_a_number_that_is_no_more_is_answered_for_by_the_first() -> None:
    made = Attendant({"testby": NUMBER, "nyby": replace(NUMBER, id="nyby")})
    made.take(ConfigurationChanged("testby", ""))
    assert list(made.numbers) == ["nyby"]
    assert made.live("testby").id == made.live("nyby").id == "nyby"


def test_a_call_begins_by_the_live_version() -> None:
    made = attendant()
    made.know(replace(NEWER, menu=replace(NUMBER.menu, start=NUMBER.menu.nodes["start"].wrong_key.way)))  # type: ignore[union-attr]  # a ChoiceNode
    before = made.begin(10.0, ARRIVED)
    made.take(ConfigurationChanged("testby", NEWER.content_hash))
    assert (before.command.node, made.begin(10.0, ARRIVED).command.node) == ("start", "general")


def test_what_stands_at_a_moment_leaves_out_what_is_over() -> None:
    stood = (began("over", until=60.0), began("on"), set_by_hand())
    assert standing_at(stood, 60.0) == {"testby": Standing({}, (crisis_of(began("on")),))}
    assert standing_at(stood, 59.0)["testby"].overrides.keys() == {"office"}
