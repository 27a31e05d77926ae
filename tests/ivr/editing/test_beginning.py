"""A new number's folder has no errors, passes its scenarios, and takes nothing that another number has."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli import main
from ivr.editing import beginning
from ivr.editing.beginning import CALLED, LONGEST, begin_number, own_menus
from ivr.menu.number import load_numbers
from queues.problems import ConfigurationError
from tests.ivr.menu.changed_folders import GROUND

if TYPE_CHECKING:
    from click.testing import Result

MENUS = Path(__file__).resolve().parents[3] / "menus"
TEMPLATE = MENUS / beginning.TEMPLATE
CALLED_AS = ".venv/bin/vaxel --settings vaxel.yaml"


@pytest.fixture
def menus(tmp_path: Path) -> Path:
    shutil.copytree(MENUS, tmp_path / "menus")
    (tmp_path / "vaxel.yaml").write_text("menus: menus\nstate: state\n", encoding="utf-8")
    return tmp_path / "menus"


def vaxel(menus: Path, *words: str) -> Result:
    there = menus.parent / "vaxel.yaml"
    settings = there.name if there.parent == Path.cwd() else str(there)
    usual = {"VAXEL_SETTINGS": settings, "VAXEL_MENUS": None, "VAXEL_AS_IF": None}
    return CliRunner().invoke(main, ["menus", *words], env=usual)


def test_a_new_number_is_checked_proven_and_says_what_follows(
    menus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(menus.parent)
    monkeypatch.setattr(sys, "argv", [".venv/bin/vaxel"])
    made = vaxel(menus, "new", "testby")
    hints = ("menus check menus/testby", "menus test menus/testby", "call --draft --to testby")
    assert (made.exit_code, made.stdout.splitlines()) == (
        0,
        [
            "menus/testby: made; the called number is invented, write yours in menus/testby/number.yaml",
            f"next: {'; '.join(f'{CALLED_AS} {hint}' for hint in hints)}",
        ],
    )
    assert vaxel(menus, "check", "menus/testby").stdout == "menus/testby: 7 files, no errors\n"
    proven = vaxel(menus, "test", "testby")
    assert (proven.exit_code, proven.stdout) == (0, "5 scenarios passed\n")
    assert sorted(path.name for path in menus.iterdir() if path.name.startswith(".")) == []


def test_new_numbers_take_nothing_from_each_other(menus: Path) -> None:
    names = ("testby", "annanby", "a" * LONGEST)
    for name in names:
        begin_number(name, menus, TEMPLATE)
    numbers = {number.id: number for number in load_numbers(menus, GROUND)}
    called = [numbers[name].called[0] for name in names]
    assert called == ["+46313900640", "+46313900641", "+46313900642"]


def test_what_files_with_mistakes_name_is_taken_too(menus: Path) -> None:
    broken = menus / "brokenby"
    broken.mkdir()
    (broken / "number.yaml").write_text('called numbers: ["+46 31-390 06 40"\n', encoding="utf-8")
    (broken / "queues.yaml").write_text("queues: {a: {extension: 900}}\n", encoding="utf-8")
    made = begin_number("testby", menus, TEMPLATE)
    assert "+46 31 390 06 41" in (made / "number.yaml").read_text(encoding="utf-8")
    assert "900" not in (made / "queues.yaml").read_text(encoding="utf-8")


def test_no_placeholder_is_left(menus: Path) -> None:
    made = begin_number("testby", menus, TEMPLATE)
    written = "".join(path.read_text(encoding="utf-8") for path in made.iterdir())
    assert "NYTT" not in written
    assert "ANKNYTNING" not in written


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("jarfalla", "expected an id of its own, found this folder already; choose another"),
        ("Testby", "an id of 2 to 22 small letters (a-z), digits and hyphens, the first a letter"),
        ("../x", "an id of 2 to 22 small letters (a-z), digits and hyphens, the first a letter"),
        ("a" * (LONGEST + 1), "an id of 2 to 22 small letters (a-z), digits and hyphens, the first a letter"),
    ],
)
def test_a_folder_that_cannot_be_is_refused(menus: Path, number: str, message: str) -> None:
    before = sorted(menus.parent.rglob("*"))
    refused = vaxel(menus, "new", number)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert message in refused.stderr
    assert sorted(menus.parent.rglob("*")) == before


def test_what_an_interrupted_run_left_is_no_hindrance(menus: Path) -> None:
    (menus / ".trasig.new").mkdir()
    assert begin_number("trasig", menus, TEMPLATE) == menus / "trasig"


def test_a_folder_of_menus_that_there_is_not_yet_is_made(menus: Path) -> None:
    (menus.parent / "vaxel.yaml").write_text("menus: own/menus\n", encoding="utf-8")
    assert vaxel(menus, "new", "testby").exit_code == 0
    assert vaxel(menus, "check").stdout.endswith("own/menus: 7 files, no errors\n")


def test_an_installation_is_never_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert own_menus(beginning.SHIPPED) == tmp_path / "menus"
    assert own_menus(tmp_path / "elsewhere") == tmp_path / "elsewhere"


def test_where_no_folder_can_be_made_or_no_template_is_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot make this folder: Not a directory"):
        begin_number("testby", tmp_path / "file" / "menus", TEMPLATE)
    with pytest.raises(ConfigurationError, match="expected the files of a new number, found none"):
        begin_number("testby", tmp_path, tmp_path)


def test_there_are_forty_numbers_to_invent() -> None:
    assert (len(CALLED), CALLED[0], CALLED[-1]) == (40, "+46 31 390 06 40", "+46 31 390 06 79")
