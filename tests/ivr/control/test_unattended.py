"""Orders while no engine runs: noted by the same checks, and heard from the next start on."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.control.orders import (
    Answer,
    CrisisOff,
    CrisisOn,
    NoEngineError,
    OrderRefusedError,
    Reload,
    SetHours,
)
from ivr.control.unattended import note
from ivr.standing import StandingFile
from queues.problems import ConfigurationError
from routing.events import CrisisBegan, HoursOverridden
from tests.ivr.publishing.ground import record, settings_of, spoil, write_number

if TYPE_CHECKING:
    from ivr.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return an installation with Testby."""
    write_number(tmp_path / "menus", "testby", languages=("sv", "en"))
    return settings_of(tmp_path)


def stands(settings: Settings) -> list[CrisisBegan | HoursOverridden]:
    return list(StandingFile(settings.standing).read())


def from_next_start(settings: Settings) -> str:
    return f"no engine runs here (looked in {settings.state}): that holds from its next start on"


def test_a_message_is_noted_for_the_next_start(settings: Settings) -> None:
    before = time.time()
    answer = note(
        settings, CrisisOn("testby", {"": "Vatten.", "en": "Water."}, until=before + 60, owner="Kris")
    )
    (event,) = stands(settings)
    assert isinstance(event, CrisisBegan)
    assert (event.languages, event.texts, event.owner) == (("sv", "en"), ("Vatten.", "Water."), "Kris")
    assert before <= event.since <= time.time()
    assert event.until == before + 60
    assert event.until is not None
    until = datetime.fromtimestamp(event.until, settings.time_zone)
    assert answer.lines[0].startswith(
        f"testby: crisis message {event.crisis} is on: heard by everybody who phones, until "
    )
    assert answer.lines[0].endswith(f"{until:%H:%M}")
    assert answer == Answer(
        is_done=True, lines=(answer.lines[0], from_next_start(settings)), fields={"crisis": event.crisis}
    )


def test_two_messages_of_one_second_are_two_and_are_switched_off_together(settings: Settings) -> None:
    ids = [note(settings, CrisisOn("testby", {"": "X."})).fields["crisis"] for _ in range(2)]
    assert len(set(ids)) == 2
    answer = note(settings, CrisisOff("testby"))
    assert answer.lines == (
        *(f"testby: crisis message {each} is off" for each in ids),
        from_next_start(settings),
    )
    assert stands(settings) == []


def test_hours_are_noted_and_forgotten(settings: Settings) -> None:
    answer = note(settings, SetHours("testby", "closed", reason={"": "Vi övar."}))
    assert answer.lines[0].startswith("testby: office is closed until 2")
    assert answer.lines[0].endswith(", when the calendar next changes")
    assert answer.lines[1].startswith("testby: the reason has no text in en: ")
    assert answer.lines[2:] == (from_next_start(settings),)
    (event,) = stands(settings)
    assert isinstance(event, HoursOverridden)
    assert (event.hours, event.is_open, event.texts) == ("office", False, ("Vi övar.",))
    answer = note(settings, SetHours("testby", "calendar"))
    assert answer.lines == ("testby: office goes by its calendar again", from_next_start(settings))
    assert stands(settings) == []


def test_an_emergency_does_not_end_by_itself_unless_its_end_is_said(settings: Settings) -> None:
    answer = note(settings, SetHours("testby", "emergency"))
    assert answer.lines[0] == "testby: office is closed for an emergency until somebody changes it"
    note(settings, SetHours("testby", "emergency", until=time.time() + 60))
    (event,) = stands(settings)
    assert isinstance(event, HoursOverridden)
    assert not event.is_sticky
    answer = note(settings, SetHours("testby", "closed"))
    assert "; that ends the emergency since 2" in answer.lines[0]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (CrisisOn("nyby", {"": "X."}), "nyby: there is no such number; there is: testby"),
        (CrisisOn("testby", {"de": "X."}), 'testby: does not speak "de"; it speaks: sv, en'),
        (CrisisOff("testby"), "testby: no crisis message is on"),
        (SetHours("testby", "open", "x"), 'testby: unknown opening hours "x"; there is: office'),
    ],
)
def test_the_same_is_refused_as_by_an_engine(
    settings: Settings, order: CrisisOn | CrisisOff | SetHours, why: str
) -> None:
    with pytest.raises(OrderRefusedError) as caught:
        note(settings, order)
    assert str(caught.value) == why
    assert stands(settings) == []


def test_a_reload_needs_an_engine(settings: Settings) -> None:
    with pytest.raises(NoEngineError) as caught:
        note(settings, Reload())
    where = f"(looked in {settings.state})"
    assert (
        str(caught.value)
        == f"no engine runs here {where}; the menus go live when it is started (vaxel serve, or make run)"
    )


def test_menus_with_an_error_are_told(settings: Settings) -> None:
    spoil(settings.menus)
    with pytest.raises(ConfigurationError):
        note(settings, CrisisOff("testby"))


def test_times_are_those_that_the_next_engine_will_tell(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    settings = settings_of(tmp_path, as_if=datetime(2026, 12, 24, 10))  # noqa: DTZ001  # local, as people write
    moment = settings.calendar_at(0.0)
    answer = note(settings, CrisisOn("testby", {"": "X."}, until=moment + 3600))
    assert answer.lines[0].endswith(", until 11:00")
    (event,) = stands(settings)
    assert (event.since, event.until) == (moment, moment + 3600)


def test_a_recording_that_is_none_is_refused_before_it_is_noted(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "message.wav"
    path.write_bytes(b"ID3\x04 an mp3 by another name")
    with pytest.raises(OrderRefusedError) as caught:
        note(settings, CrisisOn("testby", {"": "X."}, recording=str(path)))
    what = "expected a WAV file, found something else; save it as a WAV file with 16 bits"
    assert str(caught.value) == f"testby: recording {path}: {what}"
    assert stands(settings) == []
    assert not (tmp_path / "recordings").exists()


def test_a_recording_is_kept_with_its_message(settings: Settings, tmp_path: Path) -> None:
    note(settings, CrisisOn("testby", {"": "X."}, recording=str(record(tmp_path / "elsewhere", 440))))
    (event,) = stands(settings)
    assert isinstance(event, CrisisBegan)
    assert Path(event.recording).is_file()
