"""A call to the files as they are is kept from nobody by what is wrong with another number."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli import main
from ivr.demo.stand import free_port
from ivr.menu.hours import Span
from ivr.menu.model import Change, HoursNode, Way
from ivr.menu.number import STOCKHOLM
from ivr.settings import Settings
from ivr.telephone.draft import Entered, drafts, when_open
from queues.problems import ConfigurationError
from tests.ivr.menu.hours_for_tests import FRIDAY, LONG, OFFICE
from tests.ivr.menu.menus_for_tests import choice, menu_of, option

if TYPE_CHECKING:
    from ivr.menu.hours import Spans
    from ivr.menu.model import Menu

MENUS = Path(__file__).resolve().parents[3] / "menus"
MENU = """\
start: welcome
person: {id}
nodes:
  welcome: {{kind: menu, greeting: Välkommen., options: {{1: {{text: "Tryck {key}.", to: {id}}}}}}}
  {id}: {{kind: queue, queue: {id}}}
"""
NUMBER = """\
name: {id}
languages: [sv]
called numbers: ["{called}"]
trouble: Ett tekniskt fel.
"""
FIRST, SECOND = "+46 31 390 06 40", "+46 31 390 06 41"


def number(menus: Path, name: str, called: str, *, is_broken: bool = False, key: int = 1) -> None:
    folder = menus / name
    folder.mkdir(parents=True)
    menu = MENU.format(id=name, key=key)
    written = {
        "menu.yaml": menu.replace("start: welcome", "start: nowhere") if is_broken else menu,
        "number.yaml": NUMBER.format(id=name, called=called),
        "queues.yaml": f"queues: {{{name}: {{name: A, rings: [{{after: 0 s, ask: everybody}}]}}}}\n",
        "agents.yaml": f"agents: {{{name}-a: {{name: A, specialist: {{{name}: 1}}}}}}\n",
    }
    for file, text in written.items():
        (folder / file).write_text(text, encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    number(tmp_path / "menus", "annanby", FIRST, is_broken=True)
    number(tmp_path / "menus", "testby", SECOND)
    return Settings(menus=tmp_path / "menus", state=tmp_path / "state")


@pytest.mark.parametrize("to", ["testby", "+46313900641", "031-390 06 41"])
def test_a_number_that_is_right_is_called_whatever_is_wrong_with_another(settings: Settings, to: str) -> None:
    found = drafts(settings, to)
    assert [each.id for each in found.numbers] == ["testby"]
    assert (found.broken, found.settings.default_number) == (("annanby",), "testby")


@pytest.mark.parametrize("to", ["annanby", "+46313900640", "031-390 06 40", "", "0858028500"])
def test_a_number_that_is_wrong_is_refused_with_its_problems(settings: Settings, to: str) -> None:
    """Who calls none, or one that nobody has, comes to the default number: the first."""
    with pytest.raises(ConfigurationError) as raised:
        drafts(settings, to)
    assert [problem.message.split(";")[0] for problem in raised.value.problems] == [
        'start: unknown node "nowhere"'
    ]


def test_a_name_that_is_none_is_left_for_the_engine_to_refuse(settings: Settings) -> None:
    assert drafts(settings, "krisby").settings.default_number == "testby"


def test_without_errors_everything_is_there(tmp_path: Path) -> None:
    number(tmp_path, "testby", SECOND)
    settings = Settings(menus=tmp_path)
    assert drafts(settings, "")[0] is settings
    assert drafts(settings, "").broken == ()


def test_what_two_numbers_claim_is_called_where_it_stood_first(tmp_path: Path) -> None:
    number(tmp_path, "annanby", FIRST)
    number(tmp_path, "testby", FIRST)
    found = drafts(Settings(menus=tmp_path), "")
    assert ([each.id for each in found.numbers], found.broken) == (["annanby"], ("testby",))


def test_doubts_about_a_neighbour_are_not_told_before_a_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number(tmp_path, "annanby", FIRST, key=7)
    number(tmp_path, "testby", SECOND)
    with caplog.at_level(logging.DEBUG):
        assert len(drafts(Settings(menus=tmp_path), "testby").numbers) == 2
    assert not caplog.records


@pytest.mark.usefixtures("settings")
def test_a_call_says_whom_it_is_made_without(tmp_path: Path) -> None:
    file = tmp_path / "vaxel.yaml"
    port = free_port()
    file.write_text(f"menus: menus\nstate: state\nagi: {{port: {port}}}\n", encoding="utf-8")
    nothing = dict.fromkeys(("VAXEL_SETTINGS", "VAXEL_STATE", "VAXEL_MENUS", "VAXEL_AS_IF", "VAXEL_AGI_PORT"))
    words = ["--settings", str(file), "call", "--draft", "--to", "testby", "--press", "1"]
    result = CliRunner().invoke(main, words, env=nothing)
    assert result.exit_code == 0
    assert "without annanby: there are errors (vaxel menus check tells)" in result.stderr
    assert "nowhere" not in result.stderr


# --- as of which time it is called --------------------------------------------------------------


def local(written: str) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=STOCKHOLM).timestamp()


FRIDAY_AFTERNOON, MONDAY_MORNING = local("2026-11-27 15:30"), local("2026-11-30 08:00")
EVENING: Spans = (Span(18 * 60, 20 * 60),)


@pytest.mark.parametrize(("to", "opens"), [("kommunsupport", None), ("jarfalla", MONDAY_MORNING)])
def test_only_the_hours_of_the_number_that_is_called_are_waited_for(to: str, opens: float | None) -> None:
    """On Friday at half past three Järfälla is closed, and Kommunsupport is not."""
    entered = drafts(Settings(menus=MENUS), to).entered
    assert entered is not None
    assert when_open(entered, FRIDAY_AFTERNOON) == opens


def test_a_call_to_a_number_that_is_open_says_nothing_of_another(tmp_path: Path) -> None:
    file = tmp_path / "vaxel.yaml"
    file.write_text(f"menus: {MENUS}\nstate: state\nagi: {{port: {free_port()}}}\n", encoding="utf-8")
    nothing = dict.fromkeys(("VAXEL_SETTINGS", "VAXEL_STATE", "VAXEL_MENUS", "VAXEL_AGI_PORT"))
    told = []
    for to in ("kommunsupport", "jarfalla"):
        words = ["--settings", str(file), "call", "--draft", "--to", to, "--press", "hang up"]
        result = CliRunner().invoke(main, words, env={**nothing, "VAXEL_AS_IF": "2026-11-27 15:30"})
        told.append((result.exit_code, "as if it were" in result.stderr))
    assert told == [(0, False), (0, True)]
    assert (
        "as if it were Monday 2026-11-30 08:00, when all of it is open (now it is not: --now calls now)"
    ) in result.stderr


def with_hours() -> Menu:
    """Make a menu by office hours, one option of which is by evening hours from Tuesday on."""
    menu = menu_of(
        HoursNode("opening", "office", Way("top")),
        choice("top", option("0", "general")),
        HoursNode("late", "evening", Way("general")),
    )
    evening = replace(OFFICE, id="evening", weekly=(EVENING,) * 7)
    return replace(menu, start=Way("opening"), hours={"office": OFFICE, "evening": evening})


def test_hours_that_the_call_cannot_meet_are_not_waited_for() -> None:
    menu = with_hours()
    friday, monday = local("2026-09-04 17:00"), local("2026-09-07 08:00")
    assert (OFFICE.weekly[4], OFFICE.weekly[0]) == (FRIDAY, LONG)
    assert when_open(Entered(menu, menu.start), friday) == monday
    assert when_open(Entered(menu, menu.start), monday) is None
    assert when_open(Entered(menu, Way("general")), friday) is None  # an old number that leads past the hours
    evening = local("2026-09-04 18:00")
    assert when_open(Entered(menu, Way("late")), friday) == evening
    dated = Way("opening", (Change(local("2026-09-08 00:00"), "late"),))
    assert when_open(Entered(menu, dated), friday) == monday


def test_hours_that_are_never_open_together_are_not_waited_for() -> None:
    menu = with_hours()
    both = replace(menu, nodes={**menu.nodes, "opening": HoursNode("opening", "office", Way("late"))})
    assert when_open(Entered(both, both.start), local("2026-09-04 17:00")) is None


def test_who_calls_a_number_that_is_none_waits_for_nothing(settings: Settings) -> None:
    assert drafts(settings, "krisby").entered is None
    entered = drafts(settings, "testby").entered
    assert entered is not None
    assert entered.way == Way("welcome")
