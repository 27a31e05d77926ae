"""What `vaxel menus check` says of broken menus, word for word.

`broken/_base` is a small installation without mistakes. Each other folder below `broken` has what differs
from it: files beside `expected.txt` belong to the number `testby`, folders (menus, scripts) to the
installation; what is to be absent is named in `absent.txt`. `expected.txt` is what is printed.

After a change of words, write every `expected.txt` anew and read what has changed as an administrator would:

    .venv/bin/python -m tests.ivr.menu.test_broken && git diff tests/ivr/menu/broken
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

BROKEN = Path(__file__).resolve().parent / "broken"
BASE = BROKEN / "_base"
CASES = sorted(path.name for path in BROKEN.iterdir() if path.name != BASE.name)
OURS = {"expected.txt", "absent.txt"}
LINE = re.compile(r"[^:]+:\d+:\d+: (error|warning): .+")


def lay_out(case: Path, installation: Path) -> None:
    """Make the installation that the case means."""
    shutil.copytree(BASE, installation)
    absent = case / "absent.txt"
    for name in absent.read_text(encoding="utf-8").split() if absent.exists() else []:
        path = installation / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in case.iterdir():
        if path.is_dir():
            shutil.copytree(path, installation / path.name, dirs_exist_ok=True)
        elif path.name == "vaxel.yaml":
            shutil.copy(path, installation)
        elif path.name not in OURS:
            shutil.copy(path, installation / "menus" / "testby")


def told(installation: Path, *words: str) -> tuple[int, str]:
    """Check the installation's menus; return the exit code and what is printed."""
    here = Path.cwd()
    os.chdir(installation)
    try:
        settings = {"VAXEL_SETTINGS": "vaxel.yaml", "VAXEL_MENUS": None, "VAXEL_AS_IF": None}
        result = CliRunner().invoke(main, ["menus", "check", *words], env=settings)
    finally:
        os.chdir(here)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception  # what a person would see as a traceback
    assert not result.stderr
    return result.exit_code, result.stdout.replace(f"{installation}/", "")  # of the scripts, by the settings


def test_the_base_has_no_problem(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "x")
    assert told(tmp_path / "x") == (0, "menus: 7 files, no errors\n")


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_told(tmp_path: Path, case: str) -> None:
    lay_out(BROKEN / case, tmp_path / "x")
    code, printed = told(tmp_path / "x")
    assert printed == (BROKEN / case / "expected.txt").read_text(encoding="utf-8")
    assert code == (1 if ": error: " in printed else 0)
    *problems, _ = printed.splitlines()
    assert problems
    assert all(LINE.fullmatch(problem) for problem in problems)


def _rewritten() -> Iterator[str]:
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            lay_out(BROKEN / case, Path(folder) / "x")
            _, printed = told(Path(folder) / "x")
        expected = BROKEN / case / "expected.txt"
        before = expected.read_text(encoding="utf-8") if expected.exists() else ""
        expected.write_text(printed, encoding="utf-8")
        if printed != before:
            yield case


if __name__ == "__main__":
    for name in _rewritten():
        print(name)  # noqa: T201  # a script
