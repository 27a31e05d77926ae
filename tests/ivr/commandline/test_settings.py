"""Which exchange a command means: the one that is named, or the demonstration that runs in this folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from cli import main
from ivr.commandline.settings import command_of, named_settings_of, settings_of
from ivr.control.orders import Answer, Reload, WhatTime
from ivr.demo.running import announced
from tests.ivr.commandline.vaxel import engine_in
from tests.ivr.publishing.ground import NOON, write_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from ivr.control.orders import Order

MEANT = (
    "the running demonstration is meant (.state/demo/running.yaml); its callers are told the hours of"
    " Tuesday 2026-11-24 12:00\n"
)
LIVE = Answer(is_done=True, lines=("testby: live, version 2",), fields={"calendar": NOON})


@pytest.fixture
def demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Order]]:
    """Let one run in the present folder; gives the orders that it takes."""
    for name in ("VAXEL_SETTINGS", "VAXEL_STATE", "VAXEL_MENUS", "VAXEL_DATABASE", "VAXEL_AS_IF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write_number(tmp_path / "menus")
    settings = tmp_path / "vaxel.yaml"
    settings.write_text("state: state\nmenus: menus\n", encoding="utf-8")
    settings = settings.rename(tmp_path / "own.yaml")
    absolute = f"state: {tmp_path}/state\nmenus: {tmp_path}/menus\nas if: 2026-11-24 12:00\n"
    settings.write_text(absolute, encoding="utf-8")
    with engine_in(tmp_path, LIVE) as orders, announced(settings):
        yield orders


def vaxel(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, words, env=environment)


def test_commands_in_the_folder_mean_it_and_say_so(demonstration: list[Order]) -> None:
    told = vaxel("menus", "reload")
    assert (told.exit_code, told.stdout, told.stderr) == (0, "testby: live, version 2\n", MEANT)
    assert demonstration == [WhatTime(), Reload()]


@pytest.mark.parametrize("words", ["crisis list", "hours list", "menus versions", "prompts list"])
def test_so_do_all_that_ask(demonstration: list[Order], words: str) -> None:
    told = vaxel(*words.split())
    assert (told.exit_code, told.stderr) == (0, MEANT)
    assert set(demonstration) == {WhatTime()}


def test_another_that_is_named_is_meant(demonstration: list[Order], tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("state: other\nmenus: menus\n", encoding="utf-8")
    for told in (
        vaxel("--settings", str(other), "menus", "reload"),
        vaxel("menus", "reload", VAXEL_SETTINGS=str(other)),
        vaxel("menus", "reload", VAXEL_STATE=str(tmp_path / "other"), VAXEL_MENUS=str(tmp_path / "menus")),
    ):
        why = "vaxel: no engine runs here (looked in other); the menus go live when it is started"
        assert (told.exit_code, told.stderr) == (1, f"{why} (vaxel serve, or make run)\n")
    assert demonstration == []


@pytest.mark.parametrize("words", ["menus check", "menus test"])
def test_whoever_looks_at_files_does_not_mean_it(demonstration: list[Order], words: str) -> None:
    told = vaxel(*words.split(), VAXEL_MENUS="menus")
    assert (told.exit_code, told.stderr) == (0, "")
    assert demonstration == []


@pytest.mark.usefixtures("demonstration")
def test_whoever_starts_an_engine_does_not_mean_one_that_runs(tmp_path: Path) -> None:
    ctx = click.Context(main, obj=None)
    assert settings_of(ctx).state == tmp_path / "state"
    assert named_settings_of(ctx).state != tmp_path / "state"


@pytest.mark.parametrize(
    ("called", "settings", "expected"),
    [
        (".venv/bin/vaxel", None, ".venv/bin/vaxel"),
        ("{here}/.venv/bin/vaxel", None, ".venv/bin/vaxel"),
        ("/opt/x/bin/vaxel", "vaxel.yaml", "/opt/x/bin/vaxel --settings vaxel.yaml"),
        ("{here}/bin/vaxel", "my own.yaml", "vaxel --settings 'my own.yaml'"),
    ],
)
def test_a_command_is_written_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str, settings: str | None, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "bin" / "vaxel"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(sys, "argv", [called.format(here=tmp_path)])
    assert command_of(click.Context(main, obj=None if settings is None else Path(settings))) == expected
