"""Settings of menus: departments' scripts, reloads by themselves, and the moment that callers are told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ivr.settings import Settings, load_settings, share, usual_menus
from queues.problems import ConfigurationError
from tests.ivr.publishing.ground import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOCAL = "a local time such as 2026-12-24 10:00"


def load(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> Settings:
    file = folder / "vaxel.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment or {})


def problem(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, environment)
    (found,) = caught.value.problems
    return str(found).removeprefix(f"{folder}/")


def test_without_a_word_nothing_reloads_by_itself_callers_are_told_of_now_and_there_are_no_scripts() -> None:
    usual = Settings()
    assert (usual.reloads, usual.as_if, usual.scripts, usual.calendar_at(NOON)) == (False, None, None, NOON)


def test_an_installation_has_the_menus_of_the_folder_where_one_is_if_there_are_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    installed = tmp_path / "site-packages"
    shipped = share("menus", installed)
    assert shipped.parts[-3:] == ("share", "vaxel", "menus")
    (tmp_path / "menus" / "testby").mkdir(parents=True)
    assert usual_menus(installed) == shipped
    (tmp_path / "menus" / "testby" / "number.yaml").touch()
    assert usual_menus(installed) == tmp_path / "menus"
    assert usual_menus() == share("menus") == Settings().menus  # a checkout has its own


def test_scripts_lie_beside_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, "scripts: own\n")
    assert settings.scripts == tmp_path / "own"
    assert settings.ground.scripts == tmp_path / "own"


@pytest.mark.parametrize(("word", "reloads"), [("yes", True), ("no", False)])
def test_menus_reload_themselves_or_not(tmp_path: Path, word: str, reloads: bool) -> None:
    assert load(tmp_path, f"automatic reload: {word}\n").reloads is reloads


@pytest.mark.parametrize("text", ["2026-11-24 12:00", "2026-11-24T12:00:00"])
def test_callers_are_told_the_hours_of_a_local_moment(tmp_path: Path, text: str) -> None:
    settings = load(tmp_path, f"as if: {text}\n")
    assert settings.as_if == datetime(2026, 11, 24, 12)  # noqa: DTZ001  # local, in the settings' zone
    assert (settings.calendar_at(1.0), settings.ground.at) == (NOON, NOON)


def test_the_moment_is_of_the_settings_time_zone(tmp_path: Path) -> None:
    settings = load(tmp_path, "time zone: Europe/Helsinki\nas if: 2026-11-24 13:00\n")
    assert settings.calendar_at(1.0) == NOON


def test_the_environments_moment_stands_above_the_files(tmp_path: Path) -> None:
    settings = load(tmp_path, "as if: 2020-01-01 10:00\n", {"VAXEL_AS_IF": "2026-11-24 12:00"})
    assert settings.calendar_at(1.0) == NOON


@pytest.mark.parametrize("text", ["now", "2026-02-30 10:00", "2026-11-24 12:00+01:00", "7"])
def test_a_moment_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    assert problem(tmp_path, f"as if: {text}\n").startswith(
        f"vaxel.yaml:1:8: error: as if: expected {LOCAL}, found "
    )
    found = problem(tmp_path, "region: SE\n", {"VAXEL_AS_IF": text})
    assert found == f"VAXEL_AS_IF:1:1: error: expected {LOCAL}, found {text[:20]!r}"
