"""What is wrong in the files that people edit, and where.

Owns the words of a problem and the collecting of many. Must not know any file's form. One error only:

    Exception
    └── ConfigurationError    a file is missing, unreadable, malformed, or says what it may not
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_PROBLEMS = 200  # at once: nobody reads more, and a hostile file cannot fill the memory
MAX_WARNINGS = 100  # of these: warnings never take the place of an error
MOST_SHOWN = 300  # characters of what there is, in a message: some folders have hundreds of texts
MAX_WORD = 40  # characters of a word that are compared with the known ones, or shown again


class Severity(StrEnum):
    """Whether a file with the problem may be used."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """One thing that is wrong, and where: `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        """Give the form that editors and CI systems turn into links."""
        return f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message}"


class ConfigurationError(Exception):
    """What people wrote cannot be used; `problems` says all of it, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Findings:
    """All problems found so far, over any number of files."""

    problems: list[Problem] = field(default_factory=list)
    errors: int = 0  # how many of the problems forbid using the files

    def note(
        self, path: Path, line: int, column: int, message: str, severity: Severity = Severity.ERROR
    ) -> None:
        """Add a problem, unless it is there already or there are more than anybody reads."""
        problem = Problem(str(path), line, column, severity, message)
        is_error = severity is Severity.ERROR
        if self.full or problem in self.problems:
            return
        if is_error or len(self.problems) - self.errors < MAX_WARNINGS:
            self.problems.append(problem)
            self.errors += is_error

    def warn(self, path: Path, message: str) -> None:
        """Add a warning about a whole file."""
        self.note(path, 1, 1, message, Severity.WARNING)

    @property
    def full(self) -> bool:
        """Whether no further problem is taken."""
        return len(self.problems) >= MAX_PROBLEMS

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not forbid it, in the order of files and places."""
        return tuple(sorted(p for p in self.problems if p.severity is Severity.WARNING))

    def check(self) -> None:
        """Raise `ConfigurationError` with everything noted, warnings too, if any of it is an error."""
        if self.errors:
            raise ConfigurationError(self.problems)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Say which of the `known` words was probably meant, or what there is: the tail of an error message."""
    words = sorted(known)
    near = difflib.get_close_matches(word[:MAX_WORD], words, n=1)
    if near:
        return f'did you mean "{near[0]}"?'
    shown = ", ".join(words)
    if len(shown) > MOST_SHOWN:
        shown = shown[:MOST_SHOWN].rpartition(", ")[0]
        shown += f" and {len(words) - shown.count(', ') - 1} more"
    return f"there is: {shown}" if words else "there is none"
