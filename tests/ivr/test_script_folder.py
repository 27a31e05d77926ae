"""The scripts' folder: what a name may mean, what is told of a wrong one, and the import."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import pytest

from ivr.scripts.errors import ScriptNotLoadedError
from ivr.scripts.folder import find_script, forget_package, load_script, new_package

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
raise_me = False

def main(agi):
    return "tax-open"

def both(agi, debug=False):
    return None

def several(*everything):
    return None

def two(agi, case):
    return None

def none():
    return None

def named(agi, *, case):
    return None

async def later(agi):
    return None
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "tax.py").write_text(SCRIPT)
    (scripts / "broken.py").write_text("def main(agi:\n")
    (scripts / "binary.py").write_bytes(b"def main(agi):\n    return '\xff'\n")
    (scripts / "failing.py").write_text("def main(agi):\n    pass\n\nimport no_such_module_of_anybody\n")
    (scripts / "remade.py").write_text("def main(agi):\n    pass\n\nmain = 5\n")
    (scripts / "logging.py").write_text("def main(agi):\n    return __name__\n")
    (scripts / "near.py").write_text("from . import tax\n\ndef main(agi):\n    return tax.main(agi)\n")
    (tmp_path / "outside.py").write_text("def main(agi):\n    pass\n")
    (scripts / "linked.py").symlink_to(tmp_path / "outside.py")
    return scripts


@pytest.mark.parametrize("name", ["tax:main", "tax:both", "tax:several", "logging:main", "failing:main"])
def test_a_script_is_found_without_running_it(folder: Path, name: str) -> None:
    assert find_script(folder, name) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tax", 'expected "module:function"'),
        ("", 'expected "module:function"'),
        ("tax:main:x", 'expected "module:function"'),
        ("../outside:main", 'expected "module:function"'),
        ("sub.tax:main", 'expected "module:function"'),
        ("/etc/passwd:main", 'expected "module:function"'),
        ("tax:import", 'expected "module:function"'),
        ("skått:main", 'expected "module:function"'),
        ("tac:main", "there is no file {folder}/tac.py; did you mean tax?"),
        ("tax:mian", "{folder}/tax.py defines no function mian at its top level; did you mean main?"),
        ("tax:two", "{folder}/tax.py:13: two takes other parameters, expected one: def two(agi)"),
        ("tax:none", "{folder}/tax.py:16: none takes other parameters, expected one: def none(agi)"),
        ("tax:named", "{folder}/tax.py:19: named takes other parameters, expected one: def named(agi)"),
        ("tax:later", "{folder}/tax.py:22: later is async, expected an ordinary function"),
        ("broken:main", "{folder}/broken.py:1: '(' was never closed"),
        ("binary:main", "{folder}/binary.py"),
        ("linked:main", "{folder}/linked.py leads out of the scripts' folder"),
    ],
)
def test_a_wrong_name_is_told(folder: Path, name: str, told: str) -> None:
    problem = find_script(folder, name)
    assert problem is not None
    assert told.format(folder=folder) in problem


def test_a_script_that_a_folder_of_its_name_hides_is_told(folder: Path) -> None:
    (folder / "parking").mkdir()
    (folder / "parking" / "__init__.py").touch()
    (folder / "parking.py").write_text("def main(agi): ...\n", "ascii")
    problem = find_script(folder, "parking:main")
    assert problem is not None
    assert problem.endswith(f"is hidden by the folder {folder}/parking; rename one of them")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    problem = find_script(tmp_path / "nowhere", "tax:main")
    assert problem == f"script tax:main: there is no file {tmp_path}/nowhere/tax.py"


def test_a_script_is_imported_and_takes_nobodys_place(folder: Path) -> None:
    package = new_package()
    assert load_script(folder, "tax:main", package)(None) == "tax-open"
    assert load_script(folder, "logging:main", package)(None) == f"{package}.logging"
    assert sys.modules["logging"] is logging
    assert str(folder) not in sys.path


def test_a_package_has_each_module_once_and_the_next_one_anew(folder: Path) -> None:
    package = new_package()
    old, near = load_script(folder, "tax:main", package), load_script(folder, "near:main", package)
    (folder / "tax.py").write_text("def main(agi):\n    return 'tax-shut-for-today'\n")
    assert load_script(folder, "tax:main", package) is old
    later = new_package()
    assert load_script(folder, "near:main", later)(None) == "tax-shut-for-today"  # by its neighbour
    assert load_script(folder, "tax:main", later)(None) == "tax-shut-for-today"
    assert (old(None), near(None)) == ("tax-open", "tax-open")  # whoever runs it goes on with it


def test_a_package_that_is_forgotten_leaves_nothing_and_no_other_package(folder: Path) -> None:
    package, other = new_package(), new_package()
    near = load_script(folder, "near:main", package)
    load_script(folder, "tax:main", other)
    forget_package(package)
    assert not [full for full in sys.modules if full == package or full.startswith(f"{package}.")]
    assert f"{other}.tax" in sys.modules
    assert near(None) == "tax-open"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tac:main", "did you mean tax?"),
        ("failing:main", "ModuleNotFoundError: No module named 'no_such_module_of_anybody'"),
        ("remade:main", "made something else of main"),
    ],
)
def test_a_script_that_cannot_be_imported_is_told(folder: Path, name: str, told: str) -> None:
    modules = set(sys.modules)
    with pytest.raises(ScriptNotLoadedError, match="script ") as raised:
        load_script(folder, name, new_package())
    assert told in str(raised.value)
    assert not {full for full in set(sys.modules) - modules if full.endswith(".failing")}
