"""Orders carried out: checked, spoken and noted before a caller hears of it, and told in words to go by."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.control.orders import Answer, CrisisOff, CrisisOn, OrderRefusedError, Reload, SetHours
from ivr.publishing.publisher import Published
from routing.events import CrisisBegan, CrisisEnded, HoursOverridden, OverrideEnded
from tests.ivr.control.town import Town
from tests.ivr.publishing.ground import NOON, record

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.control.orders import Order

NO_FIELDS: dict[str, object] = {"changed": (), "refused": {}, "removed": (), "version": None, "scenarios": 0}
ON = CrisisOn("testby", {"sv": "Vattnet är\n  avstängt.", "en": "No water."}, owner="Kris")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Make Testby."""
    return Town(tmp_path)


# --- crisis messages ---


def test_a_crisis_message_is_spoken_and_noted_before_it_is_told(town: Town) -> None:
    (answer,) = town.carry_out(ON)
    (event,) = town.events
    assert isinstance(event, CrisisBegan)
    assert event == CrisisBegan(
        "testby",
        event.crisis,
        ("sv", "en"),
        ("Vattnet är avstängt.", "No water."),
        NOON,
        None,
        "",
        "",
        "Kris",
    )
    heard = "heard by everybody who phones, until it is switched off"
    line = f"testby: crisis message {event.crisis} is on: {heard}"
    assert answer == Answer(is_done=True, lines=(line,), fields={"crisis": event.crisis})
    assert town.noted_first == [True]
    assert town.spoken == [["en|150|No water.", "sv|150|Vattnet är avstängt."]]


@pytest.mark.parametrize(
    ("order", "heard"),
    [
        (CrisisOn("testby", {"sv": "X."}, "testby-people"),
         "heard by everybody who comes to the queue testby-people"),
        (CrisisOn("testby", {"": "X."}, is_drill=True), "heard in rehearsals only"),
    ],
)  # fmt: skip
def test_who_hears_a_crisis_message_is_told(town: Town, order: CrisisOn, heard: str) -> None:
    (answer,) = town.carry_out(order)
    assert answer.lines[0].endswith(f" is on: {heard}, until it is switched off")
    assert [getattr(event, "owner", None) for event in town.events] == ["johan"]


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (NOON + 6 * 3600, "18:00"),
        (NOON + 30 * 3600, "tomorrow 18:00"),
        (NOON + 54 * 3600, "2026-11-26 18:00"),
    ],
)
def test_until_when_a_crisis_message_is_heard_is_told(town: Town, until: float, told: str) -> None:
    (answer,) = town.carry_out(replace(ON, until=until))
    assert answer.lines[0].endswith(f", until {told}")


def test_languages_without_a_text_and_messages_that_are_on_are_told(town: Town) -> None:
    first, second, third = town.carry_out(ON, CrisisOn("testby", {"sv": "El."}), ON)
    ids = [answer.fields["crisis"] for answer in (first, second, third)]
    assert first.lines[1:] == ()
    remedy = f"vaxel crisis off {ids[1]} --number testby, then on again with --text 'en: …' too"
    assert second.lines[1:] == (
        f"testby: it has no text in en: who chose that hears it in sv; {remedy}",
        f"testby: another message is on already: {ids[0]}; vaxel crisis list shows all",
    )
    assert third.lines[1:] == (
        f"testby: 2 other messages are on already: {ids[0]}, {ids[1]}; vaxel crisis list shows all",
    )


def test_two_messages_of_one_second_are_two(town: Town) -> None:
    first, second = town.carry_out(ON, CrisisOn("testby", {"sv": "El."}, "testby-people"))
    assert second.fields["crisis"] == f"{first.fields['crisis']}-2"
    assert len(town.attendant.stands("testby").crises) == 2
    assert len(town.file.read()) == 2


def test_a_recording_is_kept_whatever_becomes_of_the_file_and_is_in_one_language(town: Town) -> None:
    path = record(town.folder / "elsewhere", 440)
    (answer,) = town.carry_out(CrisisOn("testby", {"sv": "Vatten.", "en": "Water."}, recording=str(path)))
    assert answer.is_done
    path.unlink()
    (event,) = town.events
    assert isinstance(event, CrisisBegan)
    assert event.recording.startswith(f"{town.folder}/recordings/")
    (crisis,) = town.attendant.stands("testby").crises
    assert {language: prompt.recording for language, prompt in crisis.prompts.items()} == {
        "sv": event.recording,
        "en": "",
    }
    assert town.spoken == [["en|150|Water."]]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (CrisisOn("nyby", {"": "X."}), "nyby: there is no such number; there is: testby"),
        (CrisisOn("testby", {"": "X."}, "people"),
         'testby: unknown queue "people"; did you mean "testby-people"?'),
        (CrisisOn("testby", {}), "testby: expected what is to be said, found nothing"),
        (CrisisOn("testby", {"de": "X."}), 'testby: does not speak "de"; it speaks: sv, en'),
        (CrisisOn("testby", {"": "X.", "sv": "Y."}), "testby: expected one text in sv, found two"),
        (CrisisOn("testby", {"": " \n "}), "testby: expected a text of 1 to 2000 characters (sv)"),
        (CrisisOn("testby", {"": "a" * 2001}), "testby: expected a text of 1 to 2000 characters (sv)"),
        (CrisisOn("testby", {"": "a\tb"}),
         "testby: expected letters, signs and spaces, found U+0009 (control character) as character 2 (sv)"),
        (CrisisOn("testby", {"en": "10\u00a0km"}),
         "testby: expected letters, signs and spaces, found U+00A0 (no-break space) as character 3 (en)"),
        (CrisisOn("testby", {"": "X."}, until=NOON), "testby: expected an end that is still to come"),
        (CrisisOn("testby", {"": "X."}, recording="/no.wav"), "testby: there is no recording /no.wav"),
        (CrisisOff("testby"), "testby: no crisis message is on"),
        (CrisisOff("testby", "c"), "testby: no crisis message is on"),
        (SetHours("nyby", "open"), "nyby: there is no such number; there is: testby"),
        (SetHours("testby", "open", "ofice"),
         'testby: unknown opening hours "ofice"; did you mean "office"?'),
        (SetHours("testby", "open", until=NOON - 1), "testby: expected an end that is still to come"),
        (SetHours("testby", "closed", reason={"de": "X."}), 'testby: does not speak "de"; it speaks: sv, en'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_there_is(town: Town, order: Order, why: str) -> None:
    assert town.refusal(order) == why


def test_a_text_that_takes_too_long_is_refused(town: Town) -> None:
    why = town.refusal(CrisisOn("testby", {"sv": "Vattnet är avstängt. " * 90}))
    assert why.startswith("testby: expected at most ")
    assert why.endswith(" s (sv); say less")


def test_a_recording_needs_its_text_in_the_first_language(town: Town) -> None:
    path = record(town.folder / "elsewhere", 440)
    order = CrisisOn("testby", {"en": "X."}, recording=str(path))
    assert town.refusal(order) == "testby: expected the recording's text in sv"


def test_a_standing_file_that_cannot_be_written_refuses_and_callers_hear_nothing(town: Town) -> None:
    town.file.path.mkdir()
    with pytest.raises(OrderRefusedError) as caught:
        town.carry_out(ON)
    assert str(caught.value) == f"standing messages {town.file.path}: Is a directory"
    assert town.events == []


def test_messages_are_switched_off_by_id_or_all(town: Town) -> None:
    first, second = town.carry_out(ON, ON)
    ids = [first.fields["crisis"], second.fields["crisis"]]
    with pytest.raises(OrderRefusedError) as caught:
        town.carry_out(CrisisOff("testby", "c"))
    assert str(caught.value) == f'testby: there is no crisis message "c"; there is: {", ".join(ids)}'
    assert town.carry_out(CrisisOff("testby", ids[0])) == [
        Answer(is_done=True, lines=(f"testby: crisis message {ids[0]} is off",), fields={"off": ids[:1]})
    ]
    assert town.carry_out(CrisisOff("testby")) == [
        Answer(is_done=True, lines=(f"testby: crisis message {ids[1]} is off",), fields={"off": ids[1:]})
    ]
    assert town.events[2:] == [CrisisEnded("testby", each) for each in ids]
    assert town.file.read() == ()


def test_a_message_that_is_over_is_none_that_is_on(town: Town) -> None:
    town.carry_out(CrisisOn("testby", {"": "X."}, until=NOON + 60))
    town.now = NOON + 60
    with pytest.raises(OrderRefusedError) as caught:
        town.carry_out(CrisisOff("testby"))
    assert str(caught.value) == "testby: no crisis message is on"


# --- hours ---


@pytest.mark.parametrize(
    ("order", "line"),
    [
        (SetHours("testby", "open"),
         "testby: office is open until 2026-11-24 16:00, when the calendar next changes"),
        (SetHours("testby", "closed", is_sticky=True),
         "testby: office is closed until somebody changes it"),
        (SetHours("testby", "emergency", until=NOON + 3600),
         "testby: office is closed for an emergency until 2026-11-24 13:00"),
        (SetHours("testby", "closed", "office", until=NOON + 3600),
         "testby: office is closed until 2026-11-24 13:00"),
        (SetHours("testby", "emergency"),
         "testby: office is closed for an emergency until somebody changes it"),
        (SetHours("testby", "calendar"), "testby: office goes by its calendar again"),
    ],
)  # fmt: skip
def test_hours_set_by_hand_are_told_with_their_end(town: Town, order: SetHours, line: str) -> None:
    assert town.carry_out(order) == [Answer(is_done=True, lines=(line,), fields={"hours": ["office"]})]


@pytest.mark.parametrize(
    ("before", "tells"),
    [
        (SetHours("testby", "emergency"), True),
        (SetHours("testby", "emergency", until=NOON + 3600), True),
        (SetHours("testby", "emergency", until=NOON + 60), False),  # over by itself
        (SetHours("testby", "closed"), False),
    ],
)
def test_who_ends_an_emergency_by_setting_hours_is_told(town: Town, before: SetHours, tells: bool) -> None:
    town.carry_out(before)
    town.now = NOON + 120
    (answer,) = town.carry_out(SetHours("testby", "open"))
    assert ("; that ends the emergency since 2026-11-24 12:00" in answer.lines[0]) is tells


def test_what_is_said_while_closed_is_spoken_and_noted_before_it_holds(town: Town) -> None:
    town.carry_out(SetHours("testby", "closed", reason={"": "Vi övar."}, until=NOON + 3600))
    assert town.events == [
        HoursOverridden(
            "testby", "office", False, False, ("sv",), ("Vi övar.",), NOON, NOON + 3600, False, "johan"
        )
    ]
    assert town.noted_first == [True]
    assert "sv|150|Vi övar." in town.spoken[0]
    assert any(text.endswith("klockan tretton.") for text in town.spoken[0])


def test_the_calendar_decides_again_after_a_restart_too(town: Town) -> None:
    town.carry_out(SetHours("testby", "closed"))
    town.carry_out(SetHours("testby", "calendar"))
    assert town.events[1:] == [OverrideEnded("testby", "office")]
    assert town.file.read() == ()
    assert town.attendant.stands("testby").overrides == {}


# --- reload ---


@pytest.mark.parametrize(
    ("published", "answer"),
    [
        (
            Published(("testby",), {}, ("a warning",), 7, 12),
            Answer(
                is_done=True,
                lines=("testby: live, version 7", "a warning"),
                fields={"changed": ("testby",), "refused": {}, "removed": (), "version": 7, "scenarios": 12},
            ),
        ),
        (
            Published((), {"testby": ("f:1:1: error: x",)}, (), None, 0),
            Answer(
                is_done=False,
                lines=("f:1:1: error: x", "testby: stays as it was"),
                fields=NO_FIELDS | {"refused": {"testby": ("f:1:1: error: x",)}},
            ),
        ),
        (
            Published((), {}, (), None, 0),
            Answer(
                is_done=True,
                lines=("nothing to do: what is in the files is live already",),
                fields=NO_FIELDS,
            ),
        ),
        (
            Published((), {}, (), 8, 3, "", ("nyby",)),
            Answer(
                is_done=True,
                lines=("nyby: live no more, its folder is gone",),
                fields={"changed": (), "refused": {}, "removed": ("nyby",), "version": 8, "scenarios": 3},
            ),
        ),
        (
            Published((), {}, (), None, 0, "no voice"),
            Answer(
                is_done=False,
                lines=("no voice",),
                fields=NO_FIELDS,
            ),
        ),
    ],
    ids=["good", "refused", "nothing new", "removed", "failed"],
)
def test_a_reload_is_told_number_by_number(tmp_path: Path, published: Published, answer: Answer) -> None:
    town = Town(tmp_path, published)
    assert town.carry_out(Reload()) == [answer]
    assert town.publisher.whys == ["by hand, johan"]


def test_a_reload_of_some_numbers_is_of_these(town: Town) -> None:
    town.carry_out(Reload("back to version 1", ("testby",)))
    assert (town.publisher.whys, town.publisher.numbers) == (["back to version 1, johan"], [("testby",)])


def test_a_crisis_message_does_not_wait_for_a_reload(town: Town) -> None:
    holds = asyncio.Event()

    async def hold(why: str, numbers: tuple[str, ...] = ()) -> Published:
        assert (why, numbers) == ("by hand, johan", ())
        await holds.wait()
        return town.publisher.published

    async def main() -> None:
        town.publisher.publish = hold  # type: ignore[method-assign]
        reload = asyncio.create_task(town.supervision.carry_out(Reload(), "johan"))
        await asyncio.sleep(0)
        assert (await town.supervision.carry_out(ON, "johan")).is_done
        assert not reload.done()
        holds.set()
        await reload

    asyncio.run(main())
