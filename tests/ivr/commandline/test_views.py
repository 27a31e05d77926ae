"""`vaxel menus graph`: which number is drawn, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ivr.commandline.vaxel import vaxel
from tests.ivr.publishing.ground import write_number

if TYPE_CHECKING:
    from pathlib import Path

SVG, MERMAID = '<?xml version="1.0"', "flowchart LR"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an installation with one number."""
    write_number(tmp_path / "menus")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["testby", "menus/testby", "menus/testby/menu.yaml", "menus"])
def test_a_number_is_drawn_by_its_name_its_folder_or_a_file(town: Path, path: str) -> None:
    code, lines, told = vaxel(town, "menus", "graph", path)
    assert (code, lines[0], told) == (0, MERMAID, [])


def test_of_several_numbers_one_is_to_be_named(town: Path) -> None:
    write_number(town / "menus", "nyby")
    why = "menus:1:1: error: expected one number, found 2: nyby, testby; name one of them"
    assert vaxel(town, "menus", "graph", "menus") == (1, [], [why])


def test_a_number_that_there_is_not_is_told(town: Path) -> None:
    code, _, (told,) = vaxel(town, "menus", "graph", "tsetby")
    expected = "expected a file or a folder, or the name of one below menus, found neither"
    assert (code, told) == (1, f'tsetby:1:1: error: {expected}; did you mean "testby"?')


@pytest.mark.parametrize(
    ("name", "words", "begins"),
    [
        ("m.svg", (), SVG),
        ("M.SVG", (), SVG),
        ("m.mmd", (), MERMAID),
        ("m.mermaid", (), MERMAID),
        ("m.md", (), MERMAID),
        ("m.txt", (), MERMAID),
        ("m.svg", ("--format", "mermaid"), MERMAID),
        ("m", ("--format", "svg"), SVG),
    ],
)
def test_a_file_is_what_its_ending_says_unless_one_says_otherwise(
    town: Path, name: str, words: tuple[str, ...], begins: str
) -> None:
    assert vaxel(town, "menus", "graph", "testby", "--out", name, *words) == (0, [name], [])
    assert (town / name).read_text("utf-8").startswith(begins)


@pytest.mark.parametrize("name", ["m.png", "m"])
def test_a_file_that_ends_otherwise_is_refused(town: Path, name: str) -> None:
    code, out, told = vaxel(town, "menus", "graph", "testby", "--out", name)
    expected = "expected a file that ends in .svg, .mmd, .mermaid, .md, .txt, or --format beside it"
    assert (code, out, told[-1]) == (2, [], f"Error: Invalid value for --out: {expected}; found {name!r}")
    assert not (town / name).exists()
