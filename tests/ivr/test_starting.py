"""The start: the menus as they are, or as they last were good; the line is not dead because of a file."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from ivr.prompts import PromptError
from ivr.publishing.refusals import last_refusal
from ivr.publishing.versions import Versions
from ivr.standing import StandingFile
from ivr.starting import numbers_to_start_with
from queues.problems import ConfigurationError
from routing.events import CrisisBegan
from tests.ivr.publishing.ground import diary, record, settings_of, speech_in, spoil, write_number

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.settings import Settings

pytestmark = pytest.mark.thorough


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return an installation with Testby and Nyby."""
    for name in ("testby", "nyby"):
        write_number(tmp_path / "menus", name)
    return settings_of(tmp_path)


def start(settings: Settings) -> dict[str, str]:
    """Return the greeting of each number that an engine would start with."""
    return {
        number.id: prompt.text
        for number in numbers_to_start_with(settings)
        for prompt in number.prompts()
        if prompt.name == "people/text"
    }


GOOD = {"nyby": "Välkommen.", "testby": "Välkommen."}


def test_good_menus_are_a_version_from_which_the_engine_starts(settings: Settings) -> None:
    assert start(settings) == GOOD
    (version,) = Versions(settings.versions).all()
    assert (version.id, version.why) == (1, "start")


def test_a_second_start_makes_no_other_version_and_speaks_nothing(settings: Settings) -> None:
    start(settings)
    diary(settings.state)
    assert start(settings) == GOOD
    assert len(Versions(settings.versions).all()) == 1
    assert diary(settings.state) == []


def test_broken_menus_start_as_they_last_were_good_and_others_as_they_are(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    start(settings)
    spoil(settings.menus, "testby")
    assert start(settings) == GOOD
    write_number(settings.menus, "nyby", greeting="Hej.")
    assert start(settings) == {"nyby": "Hej.", "testby": "Välkommen."}
    assert f"menus stay as they last were: {settings.menus}/testby/queues.yaml:1:9: error: " in caplog.text


def test_what_a_start_refused_is_remembered_until_it_is_good(settings: Settings) -> None:
    start(settings)
    spoil(settings.menus, "testby")
    start(settings)
    refusal = last_refusal(settings.versions)
    assert refusal is not None
    assert (refusal.why, refusal.numbers) == ("start", ("testby",))
    write_number(settings.menus, "testby")
    start(settings)
    assert last_refusal(settings.versions) is None


def test_menus_that_are_gone_start_as_they_last_were(settings: Settings) -> None:
    start(settings)
    settings.menus.rename(settings.state / "elsewhere")
    assert start(settings) == GOOD


def test_broken_menus_without_an_earlier_version_tell_all_that_is_wrong(settings: Settings) -> None:
    spoil(settings.menus, "testby")
    spoil(settings.menus, "nyby")
    with pytest.raises(ConfigurationError) as caught:
        start(settings)
    assert {problem.path for problem in caught.value.problems} >= {
        f"{settings.menus}/{name}/queues.yaml" for name in ("nyby", "testby")
    }


def test_a_scenario_that_fails_at_the_very_first_start_is_logged_and_the_line_is_up(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    write_number(settings.menus, "testby", scenario="Hej")
    assert start(settings) == GOOD
    assert f"{settings.menus}/testby/scenarios.yaml:3: " in caplog.text
    assert "; testby is live all the same" in caplog.text
    (version,) = Versions(settings.versions).all()
    assert version.hashes.keys() == {"nyby", "testby"}


def test_a_folder_of_versions_that_cannot_be_used_is_logged_and_the_line_is_up(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.versions.write_text("", encoding="ascii")
    assert start(settings) == GOOD
    assert (
        f"no version is kept of the menus that go live: versions folder {settings.versions}: " in caplog.text
    )


def test_what_stood_is_spoken_before_the_first_call(settings: Settings) -> None:
    event = CrisisBegan("testby", "c", ("sv",), ("Vatten.",), 1.0, None, "", "", "Kris")
    over = event._replace(crisis="d", texts=("Över.",), until=time.time())
    StandingFile(settings.standing).write([event, over], 1.0)
    start(settings)
    spoken = diary(settings.state)
    assert "sv|150|Vatten." in spoken
    assert "sv|150|Över." not in spoken


@pytest.mark.parametrize("what", ["damaged", "no recording"])
def test_what_stood_and_cannot_be_said_is_logged_and_the_line_is_up(
    settings: Settings, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    event = CrisisBegan("testby", "c", ("sv",), ("Vatten.",), 1.0, None, "", "/none.wav", "Kris")
    StandingFile(settings.standing).write([event], 1.0)
    if what == "damaged":
        settings.standing.write_bytes(b"rubbish\n")
    assert start(settings) == GOOD
    assert ("standing messages" if what == "damaged" else "recording /none.wav") in caplog.text


@pytest.mark.parametrize("broken", ["recording", "voice"])
def test_what_cannot_be_spoken_starts_as_it_last_was(
    settings: Settings, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    start(settings)
    write_number(settings.menus, "nyby", greeting="Hej.")
    if broken == "recording":
        record(settings.menus, 440).write_bytes(b"noise")
        assert start(settings) == {"nyby": "Hej.", "testby": "Välkommen."}
        assert f"menus stay as they last were: recording {settings.menus}/testby/" in caplog.text
    else:
        shutil.rmtree(settings.prompts)
        assert start(replace(settings, speech=("sh", "-c", "exit 3", "{output}"))) == GOOD
        assert "menus stay as they last were: sh was to speak " in caplog.text


def test_hours_that_have_ended_since_they_went_live_keep_no_line_dead(settings: Settings) -> None:
    once = "weekly: {monday-sunday: closed}, exceptions: [{on: 2026-12-01, open: 08:00-16:00}]"
    hours = settings.menus / "testby" / "hours.yaml"
    hours.write_text(f"hours: {{office: {{{once}}}}}", "utf-8")
    with freeze_time("2026-11-24"):
        start(settings)
    with freeze_time("2026-12-24"):
        assert start(settings) == GOOD
        spoil(settings.menus, "nyby")
        assert start(settings) == GOOD


def test_a_damaged_copy_is_passed_over_for_the_one_before(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    start(settings)
    write_number(settings.menus, "testby", greeting="Hej.")
    start(settings)
    newest = Versions(settings.versions).all()[-1]
    spoil(newest.menus, "testby")
    spoil(settings.menus, "testby")
    assert start(settings) == GOOD
    assert "version 2 cannot be used: " in caplog.text


def test_a_disk_that_is_full_starts_the_menus_as_they_last_were(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    start(settings)
    spoil(settings.menus, "testby")
    (settings.versions / "0002").touch()  # where the next version would be
    assert start(settings) == GOOD
    assert "no version is kept of the menus that go live: " in caplog.text


def test_a_number_whose_folder_is_gone_is_told(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    start(settings)
    shutil.rmtree(settings.menus / "nyby")
    assert start(settings) == {"testby": "Välkommen."}
    assert "nyby is live no more: its folder is gone" in caplog.text


def test_a_voice_that_fails_is_told(tmp_path: Path) -> None:
    write_number(tmp_path / "menus")
    with pytest.raises(PromptError):
        start(settings_of(tmp_path, speech=("sh", "-c", "exit 3", "{output}")))
    assert speech_in(tmp_path)
