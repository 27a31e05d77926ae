"""The folder of departments' scripts: which script a name means, and its import.

Owns the reading of `module:function` and where that may lead. Must not know calls or pyst2. Checking reads
the file only; nothing of a script runs before `load_script`.

A script is imported below a private package: it cannot take the place of a module of ours or of a library,
whatever it is called. Its neighbours it imports as `from . import neighbour`. Each edition of the folder has
a package of its own, so that calls under way keep the modules they have when the next one begins. Threads
may import at once: each module is run once in a package, by Python's own locks.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import itertools
import keyword
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from ivr.scripts.errors import ScriptNotLoadedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PACKAGE: Final = "_vaxel_scripts_"
_editions = itertools.count(1)


def find_script(folder: Path, name: str) -> str | None:
    """Check, without importing it, that `name` is a script below `folder`; return the problem, if any.

    `name` is `module:function`, both plain names; the function must be callable with one argument, `agi`.
    """
    module, colon, function = name.partition(":")
    if not colon or not _is_name(module) or not _is_name(function):
        return f'script {name!r}: expected "module:function", each a plain name of A-Z, a-z, 0-9 and _'
    path = folder / f"{module}.py"
    try:
        if not path.is_file():
            there = sorted(file.stem for file in folder.glob("*.py"))
            return f"script {name}: there is no file {path}{_meant(module, there)}"
        if (folder / module / "__init__.py").exists():
            return f"script {name}: {path} is hidden by the folder {folder / module}; rename one of them"
        if not path.resolve().is_relative_to(folder.resolve()):
            return f"script {name}: {path} leads out of the scripts' folder"
        tree = ast.parse(path.read_bytes(), str(path))
    except OSError as error:
        return f"script {name}: cannot read {path}: {error.strerror or type(error).__name__}"
    except SyntaxError as error:
        return f"script {name}: {path}:{error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError) as error:
        return f"script {name}: {path} is no Python: {error}"
    return _problem(name, path, tree, function)


def new_package() -> str:
    """Return the name of a private package in which nothing is imported yet."""
    return f"{_PACKAGE}{next(_editions)}"


def forget_package(package: str) -> None:
    """Let go of a private package and of every module below it; nobody may import there any more."""
    for full_name in list(sys.modules):
        if full_name == package or full_name.startswith(f"{package}."):
            sys.modules.pop(full_name, None)


def load_script(folder: Path, name: str, package: str) -> Callable[[Any], object]:
    """Import a script, unless `package` has it already, and return its function.

    Runs the department's module: where it is called it may hang, or take its time.

    Raises:
        ScriptNotLoadedError: `find_script` has a problem with it, or the import failed.
    """
    problem = find_script(folder, name)
    if problem is not None:
        raise ScriptNotLoadedError(problem)
    module_name, _, function_name = name.partition(":")
    path = folder / f"{module_name}.py"
    _open(package, folder)
    try:
        module = importlib.import_module(f"{package}.{module_name}")
    except (Exception, SystemExit) as error:
        raise ScriptNotLoadedError(
            f"script {name}: importing {path} failed: {type(error).__name__}: {error}"
        ) from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ScriptNotLoadedError(f"script {name}: {path} made something else of {function_name}")
    return cast("Callable[[Any], object]", function)


def _open(package: str, folder: Path) -> None:
    """Let what is below `package` be imported from the folder; the package holds no code of its own."""
    if package in sys.modules:
        return
    where = folder.resolve()
    module = ModuleType(package, f"Departments' scripts in {where}.")
    module.__path__ = [str(where)]
    importlib.invalidate_caches()  # files that came since the folder was last listed
    sys.modules.setdefault(package, module)  # in one step: another thread may be here too


def _problem(name: str, path: Path, tree: ast.Module, function: str) -> str | None:
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = [node for node in defined if node.name == function]
    if not found:
        names = sorted({node.name for node in defined})
        return (
            f"script {name}: {path} defines no function {function} at its top level{_meant(function, names)}"
        )
    last = found[-1]  # the one that counts when a name is defined twice
    where = f"script {name}: {path}:{last.lineno}"
    if isinstance(last, ast.AsyncFunctionDef):
        return f"{where}: {function} is async, expected an ordinary function: it runs in a thread of its own"
    takes = last.args
    positional = len(takes.posonlyargs) + len(takes.args)
    required = positional - len(takes.defaults)
    unnamed = positional > 0 or takes.vararg is not None
    if not unnamed or required > 1 or any(default is None for default in takes.kw_defaults):
        return f"{where}: {function} takes other parameters, expected one: def {function}(agi)"
    return None


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier() and not keyword.iskeyword(text)


def _meant(name: str, there: list[str]) -> str:
    close = difflib.get_close_matches(name, there, n=1)
    return f"; did you mean {close[0]}?" if close else ""
