"""`vaxel crisis` and `vaxel hours` where it is as if another day: one clock, which callers hear too."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ivr.control.orders import Answer, CrisisOn, SetHours, WhatTime
from ivr.menu.number import STOCKHOLM
from ivr.standing import StandingFile
from routing.events import CrisisBegan, HoursOverridden
from tests.ivr.commandline.vaxel import engine_in, vaxel
from tests.ivr.publishing.ground import write_number

if TYPE_CHECKING:
    from pathlib import Path


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).timestamp()


BEGAN, NOW, SIX = at("2026-11-24 10:00"), at("2026-11-24 10:40"), at("2026-11-24 18:00")
TIME = Answer(is_done=True, lines=("done",), fields={"calendar": NOW})


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make an installation whose callers are told that it is a Tuesday in November."""
    write_number(tmp_path / "menus", "testby")
    (tmp_path / "vaxel.yaml").write_text(
        "state: state\nmenus: menus\nas if: 2026-11-24 10:00\n", encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def stands(town: Path) -> Path:
    """Let a message and hours by hand have begun half an hour after the engine did, as that notes them."""
    half_past = BEGAN + 1800
    message = CrisisBegan("testby", "c", ("sv",), ("Vatten.",), half_past, SIX, "", "", "Kris")
    over = message._replace(crisis="over", until=NOW - 60)
    closed = HoursOverridden("testby", "office", False, False, (), (), half_past, None, False, "johan")
    StandingFile(town / "state" / "standing.jsonl").write([message, over, closed], half_past)
    return town


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (("crisis", "on", "--text", "X.", "--owner", "K", "--until", "18:00"),
         CrisisOn("testby", {"": "X."}, until=SIX, owner="K")),
        (("crisis", "on", "--text", "X.", "--owner", "K", "--until", "10:20"),
         CrisisOn("testby", {"": "X."}, until=at("2026-11-25 10:20"), owner="K")),
    ],
)  # fmt: skip
def test_until_is_the_next_such_time_where_the_engine_is(
    town: Path, words: tuple[str, ...], order: CrisisOn
) -> None:
    with engine_in(town, TIME) as orders:
        assert vaxel(town, *words) == (0, ["done"], [])
    assert orders == [WhatTime(), order]


def test_no_time_is_asked_for_what_has_no_end_or_where_it_is_now(town: Path) -> None:
    with engine_in(town, TIME) as orders:
        vaxel(town, "hours", "set", "closed")
        (town / "vaxel.yaml").write_text("state: state\nmenus: menus\n", encoding="utf-8")
        vaxel(town, "hours", "set", "closed", "--until", "2999-12-24 18:00")
    assert [type(order) for order in orders] == [SetHours, SetHours]


def test_what_holds_is_listed_at_the_time_of_the_engine(stands: Path) -> None:
    with engine_in(stands, TIME):
        messages, hours = vaxel(stands, "crisis", "list"), vaxel(stands, "hours", "list")
    assert messages[1] == [
        "testby  c  everybody  since 2026-11-24 10:30 by Kris, until 2026-11-24 18:00",
        "    sv: Vatten.",
    ]
    by_hand = "closed by hand by johan since 2026-11-24 10:30, until 2026-11-24 16:00, then by the calendar"
    assert hours[1] == [f"testby  office: {by_hand}"]


def test_without_an_engine_it_is_the_moment_at_which_the_next_begins(stands: Path) -> None:
    _, (line,), _ = vaxel(stands, "hours", "list", "--json")
    (row,) = json.loads(line)
    assert (row["open"], row["why"], row["by_hand_until"]) == (True, "weekly", None)
    answer = vaxel(stands, "hours", "set", "closed", "--until", "11:00")
    assert answer[1][0] == "testby: office is closed until 2026-11-24 11:00"
    _, (line,), _ = vaxel(stands, "hours", "list", "--json")
    (row,) = json.loads(line)
    assert (row["open"], row["by_hand_until"]) == (False, "2026-11-24 11:00")


def test_an_engine_that_does_not_tell_the_time_is_one_line(town: Path) -> None:
    why = "that is no order; is the command line as new as the engine?"
    with engine_in(town, Answer(is_done=False, lines=(why,))):
        assert vaxel(town, "crisis", "list") == (1, [], [f"vaxel: {why}"])
