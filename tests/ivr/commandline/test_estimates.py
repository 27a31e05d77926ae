"""`vaxel calls estimates`: what callers were told of their wait, held against what it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.ivr.commandline.vaxel import vaxel
from tests.ivr.replaying.town import Town

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation after a day on which callers waited, and were told for how long."""
    town = Town(tmp_path_factory.mktemp("town"))
    town.starts()
    town.day(150, every_s=18.0)
    town.log()
    return town.folder


def test_the_figures_are_told_by_queue_and_together(folder: Path) -> None:
    code, out, err = vaxel(folder, "calls", "estimates")
    assert (code, err) == (0, [])
    assert out[0] == "Waiting times that callers were told"
    assert [line for line in out[2:] if line and line[0].islower()] == ["general", "school", "all queues"]
    assert sum(line.startswith("  estimate coverage") for line in out) == 3


def test_json_says_the_same(folder: Path) -> None:
    _, (line,), _ = vaxel(folder, "calls", "estimates", "--json")
    told = json.loads(line)
    *queues, together = told["queues"]
    assert together["spoken"] == sum(each["spoken"] for each in queues) > 0
    assert together["answered"] + together["left_out"]["all"] == together["spoken"]


def test_the_figures_begin_at_a_day_or_a_time(folder: Path) -> None:
    code, out, _ = vaxel(folder, "calls", "estimates", "--since", "2026-11-23")
    assert (code, out[0]) == (0, "Waiting times that callers were told since 2026-11-23 00:00 CET")
    expected = ["no waiting time has been told since 2026-12-24 10:00 CET"]
    assert vaxel(folder, "calls", "estimates", "--since", "2026-12-24 10:00") == (0, expected, [])
    _, (line,), _ = vaxel(folder, "calls", "estimates", "--since", "2026-12-24", "--json")
    assert json.loads(line) == {"since": "2026-12-23T23:00:00Z", "queues": []}


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01", "10:00"])
def test_another_time_is_told_as_one_line(folder: Path, when: str) -> None:
    code, out, err = vaxel(folder, "calls", "estimates", "--since", when)
    expected = "expected a day such as 2026-12-24, or a day and a time such as 2026-12-24 10:00"
    assert (code, out) == (2, [])
    assert err[-1] == f"Error: Invalid value for --since: {expected}, found {when!r}"
