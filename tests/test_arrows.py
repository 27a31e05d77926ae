"""The import arrows of docs/architecture.md hold: each room knows only what it may know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "routing": {"routing"},
    "queues": {"queues", "routing"},
    "ivr": {"ivr", "queues", "routing"},
    "staffing": {"staffing", "queues", "routing"},
}
PURE_MUST_NOT = {
    "asyncio",
    "socket",
    "time",
    "os",
    "pathlib",
    "datetime",
    "random",
    "threading",
    "subprocess",
}


def _imports(path: Path) -> set[str]:
    """Return the top-level modules that a file imports, also under TYPE_CHECKING."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_package_imports_only_what_it_may_know(package: str) -> None:
    ours = {*MAY_IMPORT, "cli", "tests"}
    for path in sorted((ROOT / package).rglob("*.py")):
        assert _imports(path) & ours <= MAY_IMPORT[package], path.relative_to(ROOT)


@pytest.mark.parametrize(
    "path",
    [
        "routing",
        "ivr/menu/machine.py",
        "ivr/menu/answers.py",
        "ivr/menu/entry.py",
        "ivr/core.py",
        "ivr/attendant.py",
        "ivr/agi/codec.py",
        "ivr/ami/codec.py",
    ],
)
def test_pure_code_has_no_clock_no_files_no_sockets(path: str) -> None:
    place = ROOT / path
    for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        imported = _imports(file)
        assert not imported & PURE_MUST_NOT, f"{file.relative_to(ROOT)}: {imported & PURE_MUST_NOT}"


def test_every_file_says_what_it_owns() -> None:
    for package in MAY_IMPORT:
        for path in sorted((ROOT / package).rglob("*.py")):
            assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path.relative_to(ROOT)
