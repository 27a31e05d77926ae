"""The commands draw and compare folders; what cannot be loaded is told for both folders at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ivr.commandline.views import diff, graph
from queues.problems import ConfigurationError

if TYPE_CHECKING:
    import click

MENUS = Path(__file__).resolve().parents[3] / "menus"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demonstration that runs in this checkout meanwhile is not meant."""
    monkeypatch.setenv("VAXEL_STATE", str(tmp_path / "state"))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Copy the shipped menus, with one text changed."""
    menus = tmp_path / "menus"
    shutil.copytree(MENUS, menus)
    menu = menus / "jarfalla" / "menu.yaml"
    words = menu.read_text("utf-8").replace("sv: Välkommen åter.", "sv: Hej då.")
    menu.write_text(words, encoding="utf-8")
    return menus


def run(command: click.Command, *words: object) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_menu_is_drawn_to_the_terminal_or_to_a_file(tmp_path: Path) -> None:
    assert run(graph, MENUS / "jarfalla").startswith("flowchart LR\n")
    out = tmp_path / "jarfalla.svg"
    assert run(graph, MENUS / "jarfalla", "--format", "svg", "--out", out) == f"{out}\n"
    assert out.read_text("utf-8").startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "x.svg"
    result = CliRunner().invoke(graph, [str(MENUS / "jarfalla"), "--out", str(out)])
    assert result.exit_code == 1
    assert result.output == f"Error: cannot write {out}: No such file or directory\n"


@pytest.mark.parametrize("inner", ["", "jarfalla"])
def test_folders_of_one_number_and_of_all_are_compared(changed: Path, inner: str) -> None:
    other = "" if inner else "kommunsupport\n  nothing changes for callers\n"
    assert run(diff, MENUS / inner, changed / inner) == (
        f'jarfalla\n  "goodbye" says (sv): "Hej då." (was: "Välkommen åter.")\n{other}'
    )
    assert run(diff, MENUS / inner, MENUS / inner) == f"jarfalla\n  nothing changes for callers\n{other}"


def test_two_folders_of_a_number_may_have_different_names(changed: Path) -> None:
    (changed / "jarfalla").rename(changed / "test")
    assert run(diff, MENUS / "jarfalla", changed / "test").splitlines()[0] == "test"


def test_differences_are_printed_as_json(changed: Path) -> None:
    assert json.loads(run(diff, MENUS, changed, "--json")) == [
        {
            "number": "jarfalla",
            "node": "goodbye",
            "what": "text",
            "old": "Välkommen åter.",
            "new": "Hej då.",
            "text": '"goodbye" says (sv): "Hej då." (was: "Välkommen åter.")',
        }
    ]


def test_the_problems_of_both_folders_are_told_at_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    result = CliRunner().invoke(diff, [str(tmp_path / "one"), str(tmp_path / "two")])
    assert isinstance(result.exception, ConfigurationError)
    assert {problem.path for problem in result.exception.problems} == {
        str(tmp_path / name) for name in ("one", "two")
    }
