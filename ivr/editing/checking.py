"""A check of the files that somebody names: which folders these mean, and what is wrong in them.

Owns that meaning and the words of the result. Must not know the command line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivr.menu.number import (
    FILES,
    NUMBER_FILE,
    OPTIONAL_FILES,
    SCENARIOS_FILE,
    check_folders,
    folders_below,
    id_of,
)
from ivr.prompts.errors import PromptError
from ivr.proving.scenariofile import load_scenarios
from ivr.sound import NotSoundError, check_sound
from queues.problems import MAX_PROBLEMS, MAX_WORD, Findings, Severity, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.menu.number import Ground, Number
    from ivr.prompts import PromptLibrary
    from queues.problems import Problem


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found: problems by file and place, and of how many files."""

    problems: tuple[Problem, ...]
    files: int
    paths: tuple[Path, ...]

    @property
    def errors(self) -> int:
        """How many problems forbid using the files."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def summary(self) -> str:
        """The closing line for people."""
        errors, warnings = self.errors, len(self.problems) - self.errors
        told = [_counted(errors, "error")] if errors else []
        told += [_counted(warnings, "warning")] if warnings else []
        files = _counted(self.files, "file")
        if errors:
            more = "; there may be more" if len(self.problems) >= MAX_PROBLEMS else ""
            return f"{', '.join(told)}{f' in {files}' if self.files else ''}{more}"
        return f"{', '.join(map(str, self.paths))}: {', '.join([files, 'no errors', *told])}"


def check(
    paths: Sequence[Path], ground: Ground, library: PromptLibrary | None = None, menus: Path | None = None
) -> Checked:
    """Check all numbers that these paths mean, together.

    A path is a folder of numbers, a number's folder, or a file in one, which stands for its folder: files
    are only right together. Below `menus` a number's name will do. `library` knows what recordings said when
    they were first heard. The numbers beside those that are meant are read for what they claim.
    """
    findings = Findings()
    folders: dict[Path, Path] = {}  # by where they really are, each once
    for path in paths:
        for folder in folders_meant(path, findings, menus):
            first = folders.setdefault(folder.resolve(), folder)
            if id_of(first) != id_of(folder):
                found = f"found one with another name, {first}; remove one"
                findings.note(folder, 1, 1, f"expected a folder of its own, {found}")
    numbers = check_folders(folders.values(), findings, ground, folders_beside(folders))
    by_id = {id_of(folder): folder for folder in folders.values()}
    for number in numbers:
        scenarios = by_id[number.id] / SCENARIOS_FILE
        if scenarios.exists():
            load_scenarios(scenarios, number, ground.zone, findings)
    for number in numbers:
        _recordings(number, library, findings)
    there = sum((folder / name).exists() for folder in folders.values() for name in (*FILES, *OPTIONAL_FILES))
    return Checked(tuple(sorted(findings.problems)), there, tuple(paths))


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem for programs."""
    return {
        "file": problem.path,
        "line": problem.line,
        "column": problem.column,
        "severity": str(problem.severity),
        "message": problem.message,
    }


def folders_meant(path: Path, findings: Findings, menus: Path | None = None) -> Iterable[Path]:
    """Return the numbers' folders that somebody means by a path, or name below `menus`; else it is noted."""
    if menus is not None and path != menus and path.name == str(path) and not path.exists():
        return _of_a_name(path, menus, findings)
    if path.is_file():
        return _of_a_file(path, findings)
    if any((path / name).exists() for name in (*FILES, *OPTIONAL_FILES)):
        return [path]
    return folders_below(path, findings)


def _of_a_name(name: Path, menus: Path, findings: Findings) -> Iterable[Path]:
    below = {folder.name: folder for folder in folders_below(menus, Findings())}
    if name.name in below:
        return [below[name.name]]
    expected = f"expected a file or a folder, or the name of one below {menus}, found neither"
    meant = difflib.get_close_matches(name.name[:MAX_WORD], [str(menus)], n=1)
    findings.note(name, 1, 1, f"{expected}; {suggestion(name.name, meant or below)}")
    return []


def folders_beside(folders: Mapping[Path, Path]) -> list[Path]:
    """Return the numbers' folders that stand beside these (by where they really are), as people write."""
    beside: dict[Path, Path] = {}
    for folder in folders.values():
        above = folder / ".." if folder.name in {"", ".."} else folder.parent
        for path in folders_below(above, Findings()):
            real = path.resolve()
            if real not in folders and (path / NUMBER_FILE).exists():
                beside.setdefault(real, path)
    return list(beside.values())


def _of_a_file(path: Path, findings: Findings) -> Iterable[Path]:
    if path.name in (*FILES, *OPTIONAL_FILES):
        return [path.parent]
    names = ", ".join((*FILES, *OPTIONAL_FILES))
    findings.note(path, 1, 1, f"expected a folder, or a file of a number ({names}), found another file")
    return []


def _recordings(number: Number, library: PromptLibrary | None, findings: Findings) -> None:
    """Note each recording that cannot be used, or that says something else than its text does by now."""
    for prompt in number.written():
        if not prompt.recording:
            continue
        path = Path(prompt.recording)
        try:
            check_sound(path.read_bytes())
        except NotSoundError as error:
            remedy = "save it as a WAV file with 16 bits, or take it out of the folder"
            findings.note(path, 1, 1, f"{error}; {remedy}")
            continue
        except OSError as error:
            findings.note(path, 1, 1, f"cannot read this recording: {error.strerror or 'unknown reason'}")
            continue
        if library is None:
            continue
        try:
            (source,) = library.sources([prompt])
        except PromptError as error:
            findings.warn(path, str(error))
            continue
        if source.recording is not None and source.is_stale:
            findings.warn(
                path,
                f'this recording says "{source.recording.text}", which is no longer the text, so the text is'
                " spoken by the machine; record it anew",
            )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
