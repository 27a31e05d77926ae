"""Orders while something fails: the voice, a recording, the disk. The line still does what it is told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from ivr.attendant import crisis_of
from ivr.control.orders import CrisisOff, CrisisOn, OrderRefusedError, SetHours
from ivr.control.standing_orders import spoken_only
from ivr.control.supervision import _speak
from ivr.menu.number import load_number
from ivr.menu.texts import Prompt
from ivr.prompts import PromptLibrary, SpeechFailedError
from routing.events import CrisisBegan, CrisisEnded, HoursOverridden
from tests.fakes.full_disk import disk_full_at
from tests.ivr.control.town import Town
from tests.ivr.prompts_for_tests import WORDS
from tests.ivr.publishing.ground import record, write_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FAILED = "it ended with 3 and said: no such voice at all"
WATER = CrisisOn("testby", {"sv": "Vattnet är avstängt.", "en": "No water."})


def hoarse(folder: Path) -> Town:
    """Make Testby with a voice that fails at texts that begin with "fail"."""
    return Town(folder, speech=(*WORDS, str(folder / "diary")))


class Voiceless(PromptLibrary):
    """A library without a voice, and what it was asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[tuple[Prompt, ...]] = []

    def speak_now(self, prompts: Iterable[Prompt]) -> None:
        self.asked.append(tuple(prompts))
        raise SpeechFailedError("hoarse")


# --- the voice ---


def test_hours_hold_though_a_text_cannot_be_spoken_and_the_others_are(tmp_path: Path) -> None:
    town = hoarse(tmp_path)
    reason = {"sv": "fail, vattenläcka.", "en": "We are closed."}
    (answer,) = town.carry_out(SetHours("testby", "emergency", reason=reason))
    assert answer.is_done
    first, second = answer.lines
    assert first == "testby: office is closed for an emergency until somebody changes it"
    assert second.startswith('testby: "fail, vattenläcka." (sv) cannot be spoken: ')
    assert second.endswith(f"{FAILED}; callers do not hear it")
    assert [type(event) for event in town.events] == [HoursOverridden]
    assert town.library.is_built(Prompt("closed/reason", "We are closed.", "en"))


def test_hours_hold_without_any_voice(tmp_path: Path) -> None:
    town = Town(tmp_path, speech=("no-such-program", "{output}"))
    (answer,) = town.carry_out(SetHours("testby", "closed", reason={"sv": "Vi övar."}, is_sticky=True))
    no_voice = "speech program no-such-program: No such file or directory; install it, or set another"
    assert answer.lines[0] == "testby: office is closed until somebody changes it"
    assert answer.lines[1].startswith(
        "testby: the reason has no text in en: there callers hear that it is closed"
    )
    assert answer.lines[1].endswith("; the same again with --reason 'en: …' too")
    more = f'"Vi övar." (sv) and another text cannot be spoken: {no_voice}; callers do not hear them'
    assert answer.lines[2:] == (f"testby: {more}",)
    (answer,) = town.carry_out(SetHours("testby", "closed", is_sticky=True))
    assert answer.lines[1].endswith(
        f" (sv) and another text cannot be spoken: {no_voice}; callers do not hear them"
    )
    (answer,) = town.carry_out(SetHours("testby", "calendar"))
    assert len(answer.lines) == 1


def test_hours_do_not_wait_for_a_voice_that_hangs(tmp_path: Path) -> None:
    town = Town(tmp_path, speaking_s=0.0)
    (answer,) = town.carry_out(SetHours("testby", "closed", is_sticky=True))
    late = "what is said while it is closed is not all spoken after 0 s; callers do not hear the rest"
    assert answer.lines[1:] == (f"testby: {late}",)
    assert [type(event) for event in town.events] == [HoursOverridden]


def test_no_text_is_begun_after_hours_have_waited_long_enough(tmp_path: Path) -> None:
    voiceless, is_enough = Voiceless(tmp_path), threading.Event()
    one, other = Prompt("closed", "Stängt.", "sv"), Prompt("closed", "Closed.", "en")
    assert _speak(voiceless, (one, other), is_enough) == dict.fromkeys((one, other), "hoarse")
    is_enough.set()
    assert _speak(voiceless, (one, other), is_enough) == {}
    assert voiceless.asked == [(one, other), (one,), (other,), (one, other)]


def test_a_message_that_can_be_heard_in_no_language_is_refused_before_it_is_noted(tmp_path: Path) -> None:
    texts = {"sv": "fail, alltid", "en": "fail, always"}
    assert FAILED in hoarse(tmp_path).refusal(CrisisOn("testby", texts))


def test_who_cannot_be_told_in_the_own_language_is_told_in_another(tmp_path: Path) -> None:
    town = hoarse(tmp_path)
    (answer,) = town.carry_out(CrisisOn("testby", {"sv": "fail, vatten.", "en": "No water."}))
    (event,) = town.events
    assert isinstance(event, CrisisBegan)
    assert (event.languages, event.texts) == (("en",), ("No water.",))
    assert answer.is_done
    assert "it has no text in sv: who chose that hears it in en" in answer.lines[1]
    assert answer.lines[2].startswith('testby: "fail, vatten." (sv) cannot be spoken: ')
    assert [prompt.text for prompt in crisis_of(event).said_in(["sv"])] == ["No water."]


def test_a_recording_is_heard_though_the_other_text_cannot_be_spoken(tmp_path: Path) -> None:
    town = hoarse(tmp_path)
    path = record(tmp_path / "elsewhere", 440)
    texts = {"sv": "Vatten.", "en": "fail, water."}
    (answer,) = town.carry_out(CrisisOn("testby", texts, recording=str(path)))
    (event,) = town.events
    assert isinstance(event, CrisisBegan)
    assert (event.languages, bool(event.recording)) == (("sv",), True)
    assert answer.lines[2].endswith(f"{FAILED}; callers do not hear it")


def test_a_recording_goes_with_the_text_that_it_says() -> None:
    event = CrisisBegan("testby", "c", ("sv", "en"), ("X.", "Y."), 1.0, recording="x.wav")
    assert spoken_only(event, ["sv", "en"]) == event
    assert spoken_only(event, ["sv"]) == event._replace(languages=("sv",), texts=("X.",))
    assert spoken_only(event, ["en"]) == event._replace(languages=("en",), texts=("Y.",), recording="")


# --- a recording ---


def test_a_recording_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "message.wav"
    path.write_bytes(b"ID3\x04 an mp3 by another name")
    what = "expected a WAV file, found something else; save it as a WAV file with 16 bits"
    order = CrisisOn("testby", {"sv": "X."}, recording=str(path))
    assert Town(tmp_path).refusal(order) == f"testby: recording {path}: {what}"
    assert not (tmp_path / "recordings").exists()


# --- the disk ---


def test_all_hours_of_an_order_are_noted_or_none(tmp_path: Path) -> None:
    town = Town(tmp_path)
    folder = write_number(tmp_path / "menus", "testby", languages=("sv", "en"))
    hours = "  office: {weekly: {monday-friday: 08:00-16:00}}\n"
    (folder / "hours.yaml").write_text(
        f"hours:\n{hours}{hours.replace('office', 'school')}", encoding="utf-8"
    )
    town.attendant.numbers["testby"] = load_number(folder)
    town.carry_out(SetHours("testby", "closed"))
    one = len(town.file.path.read_bytes().splitlines()[0]) + 2
    town.carry_out(SetHours("testby", "calendar"))
    del town.events[:]
    with disk_full_at(one), pytest.raises(OrderRefusedError) as caught:
        town.carry_out(SetHours("testby", "closed"))
    assert str(caught.value) == f"standing messages {town.file.path}: File too large"
    assert (town.events, town.file.read()) == ([], ())


def test_a_message_is_switched_off_though_the_disk_is_full(tmp_path: Path) -> None:
    town = Town(tmp_path)
    first, second = (answer.fields["crisis"] for answer in town.carry_out(WATER, WATER))
    with disk_full_at(10):
        (answer,) = town.carry_out(CrisisOff("testby", first))
    full = f"standing messages {town.file.path}: File too large"
    then = "after a restart it would be on again: vaxel crisis off once more, when that is mended"
    assert answer.is_done
    assert answer.lines == (f"testby: crisis message {first} is off", f"testby: {full}; {then}")
    assert [crisis.id for crisis in town.attendant.stands("testby").crises] == [second]
    assert len(town.file.read()) == 2
    (answer,) = town.carry_out(CrisisOff("testby", first))
    assert answer.lines == (f"testby: crisis message {first} is off",)
    assert [getattr(event, "crisis", "") for event in town.file.read()] == [second]
    assert town.events[2:] == [CrisisEnded("testby", first)] * 2


def test_what_could_not_be_written_is_written_with_the_next_change(tmp_path: Path) -> None:
    town = Town(tmp_path)
    first, second = (answer.fields["crisis"] for answer in town.carry_out(WATER, WATER))
    with disk_full_at(10):
        town.carry_out(CrisisOff("testby", first))
    town.carry_out(SetHours("testby", "closed"))
    assert [getattr(event, "crisis", "") for event in town.file.read()] == [second, ""]
    with pytest.raises(OrderRefusedError):
        town.carry_out(CrisisOff("testby", first))


# --- an answer ---


@pytest.mark.parametrize(
    "order",
    [CrisisOn("testby", {"sv": "X."}, until=1e15), SetHours("testby", "closed", until=1e15)],
)
def test_an_answer_that_cannot_be_given_leaves_everything_as_it_was(
    tmp_path: Path, order: CrisisOn | SetHours
) -> None:
    town = Town(tmp_path)
    with pytest.raises(ValueError, match="out of range"):
        town.carry_out(order)
    assert (town.events, town.file.read()) == ([], ())
