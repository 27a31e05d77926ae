"""`vaxel call`: what a person sees, and what programs read, of menus as the files are."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli import main
from ivr.demo.stand import free_port

if TYPE_CHECKING:
    from click.testing import Result

JARFALLA = Path(__file__).resolve().parents[3] / "menus" / "jarfalla"
OPEN = ("--at", "2026-11-24 10:00")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    shutil.copytree(JARFALLA, tmp_path / "menus" / "jarfalla")
    file = tmp_path / "vaxel.yaml"
    file.write_text(f"menus: menus\nstate: state\nagi: {{port: {free_port()}}}\n", encoding="utf-8")
    return file


def vaxel(settings: Path, *words: str, typed: str | None = None) -> Result:
    """Run the command with these settings and none of this machine's."""
    nothing = dict.fromkeys(("VAXEL_SETTINGS", "VAXEL_STATE", "VAXEL_MENUS", "VAXEL_AS_IF", "VAXEL_AGI_PORT"))
    result = CliRunner().invoke(main, ["--settings", str(settings), "call", *words], env=nothing, input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def called(settings: Path, *words: str) -> dict[str, object]:
    result = vaxel(settings, *OPEN, "--json", *words)
    assert (result.exit_code, result.stderr.count("\n")) == (0, 1)
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("press", "queue", "language"),
    [
        ("3", "school", "sv"),
        ("", "general", "sv"),
        ("wait 2, 9", "general", "sv"),
        ("7, 1", "elder-care", "fi"),
        ("wait 1, 8, wait 1, 5", "culture", "en"),
        ("0", "general", "sv"),
    ],
)
def test_what_is_pressed_leads_to_a_queue(settings: Path, press: str, queue: str, language: str) -> None:
    found = called(settings, "--draft", "--press", press)
    assert (found["queue"], found["language"], found["keys"]) == (queue, language, press)
    assert (found["to"], found["number"], found["ends"]) == ("+46858028500", "jarfalla", None)


def test_the_whole_call_as_json(settings: Path) -> None:
    found = called(settings, "--draft", "--press", "wait 5.5, 3")
    assert re.fullmatch("[0-9a-f]{64}", str(found.pop("version")))
    assert found == {
        "to": "+46858028500",
        "number": "jarfalla",
        "heard": [
            {
                "at_s": 0.0,
                "language": "sv",
                "name": "welcome/greeting",
                "text": "Välkommen till Järfälla kommun. Välj vad din fråga gäller.",
            },
            {
                "at_s": 4.5,
                "language": "fi",
                "name": "welcome/option-7",
                "text": "…",
            },
            {
                "at_s": 5.5,
                "language": "sv",
                "name": "school/text",
                "text": "Du kopplas nu till förskola, skola och utbildning.",
            },
            {
                "at_s": 9.2,
                "language": "sv",
                "name": "sentences/first-in-line",
                "text": "Du står först i kön.",
            },
            {
                "at_s": 10.9,
                "language": "sv",
                "name": "queues/school/key-9",
                "text": "Om du hellre vill tala med kundtjänst, tryck 9.",
            },
        ],
        "keys": "wait 5.5, 3",
        "queue": "school",
        "officer": None,
        "ends": None,
        "language": "sv",
        "seconds": 14.7,
    }


def test_where_no_engine_runs_the_files_are_taken_and_nothing_is_left_behind(settings: Path) -> None:
    result = vaxel(settings, "--press", "3", *OPEN)
    assert result.exit_code == 0
    assert re.fullmatch(
        r"no engine runs: the files in \S*menus/ as they are now, "
        r"version [0-9a-f]{12} of jarfalla \(\+46858028500\)\n",
        result.stderr,
    )
    assert result.stdout.endswith(
        "tryck stjärna.\n  > 3\n    Du kopplas nu till förskola, skola och utbildning.\n"
        "queue: school\n    Du står först i kön.\n    Om du hellre vill tala med kundtjänst, tryck 9.\n"
        "    ♪ music while waiting\nends: waiting in the queue (the telephone hangs up)\n"
    )
    assert sorted(path.name for path in settings.parent.iterdir()) == ["menus", "vaxel.yaml"]


def test_the_files_are_taken_as_they_are_at_this_moment(settings: Path) -> None:
    menu = settings.parent / "menus" / "jarfalla" / "menu.yaml"
    menu.write_text(menu.read_text("utf-8").replace("Välkommen till", "Hej till"), encoding="utf-8")
    assert "sv  Hej till Järfälla kommun." in vaxel(settings, "--draft", "--press", "3", *OPEN).stdout


@pytest.mark.parametrize("to", ["jarfalla", "08-580 285 00", "+46 8 580 285 00", "58028500"])
def test_the_number_may_be_written_as_people_write_it(settings: Path, to: str) -> None:
    assert (
        called(settings, "--draft", "--to", to, "--from", "0701740605", "--press", "3")["number"]
        == "jarfalla"
    )


def test_outside_office_hours_the_call_ends_and_says_as_what(settings: Path) -> None:
    result = vaxel(settings, "--draft", "--press", "2", "--at", "2026-11-24 20:00")
    assert result.stdout.endswith("ends: out of hours (the call ends here)\n")


def test_keys_can_be_typed_by_line(settings: Path) -> None:
    result = vaxel(settings, "--draft", *OPEN, typed="q\n")
    assert (result.exit_code, result.stdout) == (0, "ends: the caller hung up\n")


def test_typed_with_json_the_words_are_on_the_other_stream(settings: Path) -> None:
    result = vaxel(settings, "--draft", "--json", *OPEN, typed="q\n")
    assert "keys" not in json.loads(result.stdout)
    assert result.stderr.endswith("ends: the caller hung up\n")


def test_errors_in_the_menus_are_told_and_nobody_is_called(settings: Path) -> None:
    menu = settings.parent / "menus" / "jarfalla" / "menu.yaml"
    menu.write_text(menu.read_text("utf-8").replace("start: opening", "start: nowhere"), encoding="utf-8")
    result = vaxel(settings, "--draft", "--press", "3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(r"menu\.yaml:5:8: error: .*nowhere", result.stderr)


def test_a_number_that_there_is_not_is_one_line(settings: Path) -> None:
    result = vaxel(settings, "--draft", "--to", "stockholm", "--press", "3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"vaxel: there is no number 'stockholm' in {settings.parent}/menus/, and it is no telephone number; "
        "there is: jarfalla\n"
    )
    assert vaxel(settings, "--to", "stockholm", "--press", "3").stderr == result.stderr  # no engine runs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--press", "jump"), 'expected keys such as 9 or 1234#, "wait 2 s" or "hang up", found "jump"'),
        (
            ("--at", "soon"),
            "Invalid value for --at: expected a time of today such as 10:00, tuesday 10:00, or",
        ),
        (("--at", "10:00", "--now"), "expected either --at or --now"),
        (("--to", "a\nb"), "expected one line of text"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(settings: Path, words: tuple[str, ...], told: str) -> None:
    result = vaxel(settings, "--draft", *words)
    assert result.exit_code == 2
    assert told in result.stderr
