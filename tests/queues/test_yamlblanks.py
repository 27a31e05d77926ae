"""A line with too few or too many blanks before it is the line that is blamed, and nothing raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.shapes import TEXT, Shape, keyed
from queues.yamlfile import Findings, read_bytes

PATH = Path("menus/x/menu.yaml")
PART = Shape({"kind": TEXT}, {"text": keyed("^[a-z]{2}$", TEXT), "to": TEXT})
WHOLE = Shape({"start": TEXT, "nodes": keyed("^[a-z][a-z0-9]+$", PART.schema)})
RIGHT = """\
start: opening
nodes:
  opening:
    kind: menu
    text:
      sv: Hej.
      en: Hello.
      fi: Hei.
    to: school
  school:
    kind: queue
    text:
      sv: Du kopplas.
      en: Please hold.
      fi: Hetki.
    to: bye
  bye:
    kind: goodbye
    text:
      sv: Hej då.
      en: Goodbye.
      fi: Näkemiin.
    to: opening
"""
ROWS = RIGHT.splitlines()


def told(rows: list[str]) -> list[tuple[int, str]]:
    """Read the file as a menu is read; return the lines that are blamed."""
    findings = Findings()
    root = read_bytes("\n".join(rows).encode(), PATH, findings)
    if root is not None:
        for _, part in root.shaped(WHOLE).entries("nodes"):
            section = part.shaped(PART)
            section.text("kind")
            section.text("to")
            for key, inner in section.entries("text"):
                key.text()
                inner.text()
    return [(problem.line, problem.message) for problem in sorted(findings.problems)]


def moved(at: int, by: int) -> list[str]:
    row = ROWS[at]
    return [*ROWS[:at], " " * by + row if by > 0 else row[-by:], *ROWS[at + 1 :]]


def test_what_is_right_is_not_told() -> None:
    assert told(ROWS) == []


@pytest.mark.parametrize("by", [-2, -1, 1, 2])
@pytest.mark.parametrize("at", range(3, len(ROWS)))
def test_the_line_that_was_moved_is_the_one_that_is_told(at: int, by: int) -> None:
    if at + 1 == len(ROWS) or ROWS[at].startswith(" " * max(0, -by)):
        problems = told(moved(at, by))
        assert [line for line, _ in problems] in ([at + 1], []), problems
        assert all("add" in words or "remove" in words for _, words in problems)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(ROWS)), max_size=25))
def test_no_blanks_raise(rows: list[tuple[int, str]]) -> None:
    told([" " * blanks + row.strip() for blanks, row in rows])


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(st.integers(0, len(ROWS) - 1), st.integers(-3, 3)), max_size=3))
def test_no_line_that_is_moved_raises(moves: list[tuple[int, int]]) -> None:
    rows = list(ROWS)
    for at, by in moves:
        rows[at] = " " * max(0, len(rows[at]) - len(rows[at].lstrip()) + by) + rows[at].lstrip()
    told(rows)
