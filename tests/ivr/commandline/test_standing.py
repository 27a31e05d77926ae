"""`vaxel crisis` and `vaxel hours`: what is ordered, what is told, and by which exit code."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from ivr.commandline.times import WORDS
from ivr.control.orders import Answer, CrisisOff, CrisisOn, SetHours
from tests.ivr.commandline.vaxel import engine_in, vaxel
from tests.ivr.publishing.ground import NOON, spoil, write_number

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.control.orders import Order

ME = getpass.getuser()


def later(town: Path) -> str:
    return f"no engine runs here (looked in {town}/state): that holds from its next start on"


USAGE = 2


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make an installation with Testby."""
    write_number(tmp_path / "menus", "testby", languages=("sv", "en"))
    return tmp_path


def at_noon(folder: Path, *words: str) -> tuple[int, list[str], list[str]]:
    with freeze_time("2026-11-24 11:00:00"):  # UTC: noon in Stockholm
        return vaxel(folder, *words)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (("crisis", "on", "--text", "Vatten."), CrisisOn("testby", {"": "Vatten."}, owner=getpass.getuser())),
        (("crisis", "on", "--text", "OBS: vatten.", "--text", "en: Water.", "--owner", "Kris", "--drill",
          "--queue", "testby-people"),
         CrisisOn("testby", {"": "OBS: vatten.", "en": "Water."}, "testby-people", None, "", "Kris", True)),
        (("crisis", "off"), CrisisOff("testby")),
        (("crisis", "off", "20261124-120000"), CrisisOff("testby", "20261124-120000")),
        (("hours", "set", "closed", "--reason", "Vi övar.", "--sticky"),
         SetHours("testby", "closed", "", {"": "Vi övar."}, None, True, getpass.getuser())),
        (("hours", "set", "calendar", "--number", "nyby", "--hours", "office"),
         SetHours("nyby", "calendar", "office", owner=getpass.getuser())),
    ],
)  # fmt: skip
def test_a_running_engine_is_given_the_order(town: Path, words: tuple[str, ...], order: Order) -> None:
    with engine_in(town, Answer(is_done=True, lines=("done",))) as orders:
        assert vaxel(town, *words) == (0, ["done"], [])
    assert orders == [order]


def test_menus_that_somebody_is_editing_keep_no_message_from_callers(town: Path) -> None:
    spoil(town / "menus")
    with engine_in(town, Answer(is_done=True, lines=("done",))):
        assert vaxel(town, "crisis", "on", "--text", "en: Water.") == (0, ["done"], [])


def test_what_the_engine_refuses_is_an_error(town: Path) -> None:
    with engine_in(town, Answer(is_done=False, lines=("testby: no crisis message is on",))):
        assert vaxel(town, "crisis", "off") == (1, [], ["testby: no crisis message is on"])
        code, (line,), told = vaxel(town, "crisis", "off", "--json")
    assert (code, json.loads(line), told) == (
        1,
        {"done": False, "lines": ["testby: no crisis message is on"]},
        [],
    )


def test_without_an_engine_the_same_is_refused_in_the_same_words(town: Path) -> None:
    assert vaxel(town, "crisis", "off") == (1, [], ["testby: no crisis message is on"])
    code, (line,), told = vaxel(town, "crisis", "off", "--json")
    assert (code, json.loads(line)["done"], told) == (1, False, [])


def test_a_message_is_switched_on_listed_and_switched_off_without_an_engine(town: Path) -> None:
    on = at_noon(town, "crisis", "on", "--text", "Vatten.", "--text", "en: Water.", "--until", "18:00",
                 "--owner", "Kris")  # fmt: skip
    (name,) = [word for word in on[1][0].split() if word.startswith("2026")]
    assert on == (
        0,
        [f"testby: crisis message {name} is on: heard by everybody who phones, until 18:00", later(town)],
        [],
    )
    assert at_noon(town, "crisis", "list") == (
        0,
        [
            f"testby  {name}  everybody  since 2026-11-24 12:00 by Kris, until 2026-11-24 18:00",
            "    sv: Vatten.",
            "    en: Water.",
        ],
        [],
    )
    assert at_noon(town, "crisis", "off", name) == (
        0,
        [f"testby: crisis message {name} is off", later(town)],
        [],
    )
    assert at_noon(town, "crisis", "list") == (0, ["no crisis message is on"], [])


def test_a_message_without_an_end_of_a_queue_is_listed_so(town: Path) -> None:
    at_noon(town, "crisis", "on", "--text", "X.", "--queue", "testby-people", "--drill", "--owner", "K")
    _, lines, _ = at_noon(town, "crisis", "list")
    assert lines[0].endswith(
        "queue testby-people, drill  since 2026-11-24 12:00 by K, until it is switched off"
    )


def test_messages_are_listed_for_programs(town: Path) -> None:
    at_noon(town, "crisis", "on", "--text", "X.", "--owner", "K")
    code, (line,), _ = at_noon(town, "crisis", "list", "--json")
    (row,) = json.loads(line)
    assert code == 0
    assert row == {
        "number": "testby",
        "crisis": row["crisis"],
        "languages": ["sv"],
        "texts": ["X."],
        "since": NOON,
        "until": None,
        "queue": "",
        "recording": "",
        "owner": "K",
        "is_drill": False,
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("crisis", "on"), "Error: expected --text with what is said (with a recording: what is said in it)"),
        (("crisis", "on", "--text", "a", "--text", "b"),
         "Error: expected one --text for each language, found two without a language"),
        (("crisis", "on", "--text", "en: a", "--text", "en: b"),
         "Error: expected one --text for each language, found two in en"),
        (("crisis", "on", "--text", "a", "--until", "kl 18"),
         f"Error: Invalid value: expected {WORDS}, found 'kl 18'"),
        (("hours", "set", "closed", "--sticky", "--until", "18:00"),
         "Error: expected either --until or --sticky"),
    ],
)  # fmt: skip
def test_what_is_written_wrongly_is_told_and_no_order_is_given(
    town: Path, words: tuple[str, ...], why: str
) -> None:
    with engine_in(town, Answer(is_done=True)) as orders:
        code, out, told = vaxel(town, *words)
    assert (code, out, told[-1]) == (USAGE, [], why)
    assert orders == []


def test_which_of_several_numbers_is_asked(town: Path) -> None:
    write_number(town / "menus", "nyby")
    code, _, told = vaxel(town, "crisis", "off")
    assert (code, told[-1]) == (USAGE, "Error: which number? say --number; there is: nyby, testby")


def test_hours_are_listed_with_what_holds_and_until_when(town: Path) -> None:
    assert at_noon(town, "hours", "list") == (
        0,
        ["testby  office: open: weekly hours, until 2026-11-24 16:00"],
        [],
    )
    done = at_noon(town, "hours", "set", "emergency", "--until", "13:00")
    assert done == (
        0,
        ["testby: office is closed for an emergency until 2026-11-24 13:00", later(town)],
        [],
    )
    then = "until 2026-11-24 13:00, then by the calendar"
    assert at_noon(town, "hours", "list") == (
        0,
        [f"testby  office: closed for an emergency by {ME} since 2026-11-24 12:00, {then}"],
        [],
    )
    _, (line,), _ = at_noon(town, "hours", "list", "--json")
    assert json.loads(line) == [
        {
            "number": "testby",
            "hours": "office",
            "open": False,
            "why": "emergency",
            "changes_at": "2026-11-24 13:00",
            "by_hand_until": "2026-11-24 13:00",
        }
    ]


def test_what_is_set_by_hand_is_listed_until_when_as_it_was_told(town: Path) -> None:
    with freeze_time("2026-11-23 02:00:00"):  # UTC: three in the night in Stockholm, of a Monday
        told = vaxel(town, "hours", "set", "open")
        listed = vaxel(town, "hours", "list")
        _, (line,), _ = vaxel(town, "hours", "list", "--json")
    assert told[1][0] == "testby: office is open until 2026-11-23 08:00, when the calendar next changes"
    since = f"open by hand by {ME} since 2026-11-23 03:00"
    assert listed[1] == [f"testby  office: {since}, until 2026-11-23 08:00, then by the calendar"]
    (row,) = json.loads(line)
    assert (row["open"], row["changes_at"], row["by_hand_until"]) == (
        True,
        "2026-11-23 16:00",
        "2026-11-23 08:00",
    )


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2026-11-24 20:00", "closed: outside weekly hours, until 2026-11-25 08:00"),
        ("2026-12-24 11:00", "closed: holiday: julafton, until 2026-12-28 08:00"),
        ("2026-11-30 11:00", "closed: dated exception: Vi har stängt för flytt., until 2026-12-01 08:00"),
    ],
)
def test_what_decides_is_said_in_words(town: Path, day: str, line: str) -> None:
    said = "sv: Vi har stängt för flytt., en: We are moving."
    exceptions = f"    exceptions: [{{on: 2026-11-30, open: closed, reason: {{{said}}}}}]\n"
    hours = "hours:\n  office:\n    weekly: {monday-friday: 08:00-16:00}\n"
    (town / "menus" / "testby" / "hours.yaml").write_text(hours + exceptions, encoding="utf-8")
    with freeze_time(day):
        assert vaxel(town, "hours", "list") == (0, [f"testby  office: {line}"], [])


def test_hours_set_by_hand_are_listed_with_who_set_them(town: Path) -> None:
    for state, said in (("closed", "closed by hand"), ("emergency", "closed for an emergency")):
        at_noon(town, "hours", "set", state, *(["--sticky"] if state == "closed" else []))
        _, lines, _ = at_noon(town, "hours", "list")
        assert lines == [f"testby  office: {said} by {ME} since 2026-11-24 12:00, until somebody changes it"]


def test_a_damaged_file_of_messages_is_one_line(town: Path) -> None:
    (town / "state").mkdir()
    (town / "state" / "standing.jsonl").write_bytes(b"rubbish\n")
    code, out, (line,) = vaxel(town, "crisis", "list")
    assert (code, out) == (1, [])
    assert line.startswith(f"vaxel: standing messages {town}/state/standing.jsonl: line 1: got 7 bytes")
