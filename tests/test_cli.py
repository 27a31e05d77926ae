"""The `vaxel` command: what a person can mend is one line on standard error and exit code 1."""

from __future__ import annotations

import json
import re
import shutil
import socket
import wave
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli import _told, main
from ivr.agi.errors import PortInUseError
from queues.calllog.follower import Follower
from routing.events import CallArrived, CallEnded, CallerHungUp, CallerQueued, Outcome, Recorded
from tests.queues.calllog.logs import new_log, write_journal

if TYPE_CHECKING:
    from click.testing import Result

MENUS = Path(__file__).resolve().parents[1] / "menus"
FEW_TEXTS = Path(__file__).resolve().parent / "system" / "menus" / "krisby"
PLACE = re.compile(r"^\S+:\d+:\d+: (error|warning): .+$")


def vaxel(folder: Path, *words: str, **environment: str) -> Result:
    """Run a command with its state below `folder` and nothing of this machine's settings."""
    usual = dict.fromkeys(("VAXEL_SETTINGS", "VAXEL_DATABASE", "VAXEL_ASTERISK", "VAXEL_ESPEAK_NG"))
    own = {"VAXEL_STATE": str(folder / "state"), "VAXEL_MENUS": str(MENUS)}
    result = CliRunner().invoke(main, words, env=usual | own | environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception  # what a person would see as a traceback
    return result


def one_line(result: Result) -> str:
    """Return the only line that a failed command said."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    return line


def speaking(folder: Path) -> Path:
    """Write settings whose speech program copies a second of humming."""
    with wave.open(str(folder / "hum.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(b"\x00\x20\x00\x20\x00\xe0\x00\xe0" * 5_512)
    shutil.copytree(FEW_TEXTS, folder / "menus" / FEW_TEXTS.name)
    settings = folder / "vaxel.yaml"
    settings.write_text(f"menus: menus\nspeech: cp {folder}/hum.wav {{output}}\n", encoding="utf-8")
    return settings


def nothing_installed(folder: Path) -> dict[str, str]:
    """Return an environment in which no program is found."""
    (folder / "empty").mkdir()
    return {"VAXEL_TOOLBOX": str(folder / "empty"), "PATH": str(folder / "empty")}


def call_log(folder: Path) -> str:
    """Make a call log with two calls and return its address."""
    stream = [
        Recorded(1, 1_763_782_800.0, CallArrived("c1", "c1", "jarfalla", "+46858028500", "ab" * 16, "known")),
        Recorded(2, 1_763_782_805.0, CallerQueued("c1", "school", 1_763_782_805.0)),
        Recorded(3, 1_763_782_830.0, CallerHungUp("c1")),
        Recorded(4, 1_763_782_830.0, CallEnded("c1", Outcome.ABANDONED, "caller")),
        Recorded(5, 1_763_782_900.0, CallArrived("c2", "c2", "annanby", "+46812345678", None, "withheld")),
    ]
    url = new_log(folder)
    with closing(Follower(write_journal(folder / "journal", stream), url)) as follower:
        follower.step()
    return url


# --- mistakes in files ----------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("serve",), ("asterisk", "render", "--out", "OUT")])
def test_a_mistake_in_a_menu_is_told_with_its_place(tmp_path: Path, words: tuple[str, ...]) -> None:
    menus = tmp_path / "menus"
    shutil.copytree(MENUS, menus)
    (menus / "jarfalla" / "queues.yaml").write_text("queues: 7\n", encoding="utf-8")
    told = vaxel(tmp_path, *(w.replace("OUT", str(tmp_path / "out")) for w in words), VAXEL_MENUS=str(menus))
    assert told.exit_code == 1
    assert told.stdout == ""
    lines = told.stderr.splitlines()
    assert all(PLACE.match(line) for line in lines), lines
    assert any(
        re.search(r"jarfalla/queues\.yaml:1:9: error: .*expected .*found \"?7", line) for line in lines
    )
    assert not (tmp_path / "out").exists()


def test_yaml_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "vaxel.yaml").write_text("agi: {port: 1\nsip: [\n", encoding="utf-8")
    line = one_line(vaxel(tmp_path, "--settings", str(tmp_path / "vaxel.yaml"), "calls", "list"))
    assert PLACE.match(line)


def test_settings_that_are_not_there_are_one_line(tmp_path: Path) -> None:
    line = one_line(vaxel(tmp_path, "--settings", str(tmp_path / "none.yaml"), "calls", "list"))
    assert line.startswith(f"{tmp_path}/none.yaml:1:1: error: ")


def test_a_default_number_that_is_none_is_told_before_anybody_calls(tmp_path: Path) -> None:
    settings = speaking(tmp_path)
    settings.write_text(settings.read_text(encoding="utf-8") + "default number: krisb\n", encoding="utf-8")
    told = vaxel(tmp_path, "--settings", str(settings), "serve", VAXEL_MENUS=str(tmp_path / "menus"))
    assert told.exit_code == 1
    assert told.stderr.splitlines()[-1].endswith('named "krisb"; did you mean "krisby"?')


# --- what the machine lacks -------------------------------------------------------------------------


def test_an_agi_port_in_use_is_one_line(tmp_path: Path) -> None:
    settings = speaking(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        few = str(tmp_path / "menus")
        told = vaxel(
            tmp_path, "--settings", str(settings), "serve", VAXEL_AGI_PORT=str(port), VAXEL_MENUS=few
        )
    assert told.exit_code == 1
    errors = [line for line in told.stderr.splitlines() if not line.startswith("prompts: ")]
    assert errors == [
        f"vaxel: FastAGI server: 127.0.0.1 port {port} is in use by another program, expected it free"
    ]


def test_a_missing_espeak_ng_is_one_line_with_its_remedy(tmp_path: Path) -> None:
    line = one_line(vaxel(tmp_path, "serve", **nothing_installed(tmp_path)))
    assert "espeak-ng" in line
    assert "make setup" in line


def test_a_missing_asterisk_is_one_line_with_its_remedy(tmp_path: Path) -> None:
    line = one_line(vaxel(tmp_path, "demo", "--json", "--seconds", "1", **nothing_installed(tmp_path)))
    assert line.startswith("vaxel: ")
    assert "make setup" in line


@pytest.mark.parametrize("words", [("serve",), ("asterisk", "render", "--out", "OUT")])
def test_a_file_in_the_state_folders_place_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "state").write_text("")
    settings = speaking(tmp_path)
    words = tuple(word.replace("OUT", str(tmp_path / "out")) for word in words)
    line = one_line(vaxel(tmp_path, "--settings", str(settings), *words))
    assert line.startswith("vaxel: ")
    assert str(tmp_path / "state") in line


# --- the call log -------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("show", "c1")])
def test_a_call_log_that_is_not_there_is_one_line_with_its_remedy(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert one_line(vaxel(tmp_path, "calls", *words)) == (
        f"vaxel: call log {tmp_path}/state/calls.sqlite: no such file; "
        "the exchange makes it when it starts: is the path right?"
    )


def test_calls_are_listed_the_newest_first(tmp_path: Path) -> None:
    told = vaxel(tmp_path, "calls", "list", "--json", VAXEL_DATABASE=call_log(tmp_path))
    assert told.exit_code == 0
    assert [call["contact"] for call in json.loads(told.stdout)] == ["c2", "c1"]
    assert json.loads(told.stdout)[1]["outcome"] == "abandoned"


@pytest.mark.parametrize(
    ("words", "contacts"), [(("--limit", "1"), ["c2"]), (("--number", "jarfalla"), ["c1"])]
)
def test_fewer_calls_are_listed_on_demand(
    tmp_path: Path, words: tuple[str, ...], contacts: list[str]
) -> None:
    told = vaxel(tmp_path, "calls", "list", "--json", *words, VAXEL_DATABASE=call_log(tmp_path))
    assert [call["contact"] for call in json.loads(told.stdout)] == contacts


def test_the_table_is_for_people(tmp_path: Path) -> None:
    told = vaxel(tmp_path, "calls", "list", VAXEL_DATABASE=call_log(tmp_path))
    assert told.exit_code == 0
    assert told.stdout.index("c2") < told.stdout.index("c1")


@pytest.mark.parametrize(
    ("words", "told"), [((), "no calls yet\n"), (("--number", "nyby"), "no calls to nyby yet\n")]
)
def test_where_nobody_has_called_that_is_said(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    assert vaxel(tmp_path, "calls", "list", *words, VAXEL_DATABASE=new_log(tmp_path)).stdout == told


def test_one_call_is_shown_event_by_event(tmp_path: Path) -> None:
    url = call_log(tmp_path)
    shown = vaxel(tmp_path, "calls", "show", "c1", VAXEL_DATABASE=url)
    assert shown.exit_code == 0
    assert "school" in shown.stdout
    as_json = json.loads(vaxel(tmp_path, "calls", "show", "c1", "--json", VAXEL_DATABASE=url).stdout)
    assert [event["seq"] for event in as_json["events"]] == [1, 2, 3, 4]


def test_an_unknown_call_is_one_line(tmp_path: Path) -> None:
    told = vaxel(tmp_path, "calls", "show", "c9", VAXEL_DATABASE=call_log(tmp_path))
    assert one_line(told) == "vaxel: contact c9: not in the call log; `vaxel calls list` shows the ids"


# --- the command itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("--help",), ("serve", "--help"), ("asterisk",), ("calls",)])
def test_help_needs_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = vaxel(tmp_path, *words)
    assert told.output.startswith("Usage: ")


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    mendable = PortInUseError("port 1 is in use")
    assert _told(mendable) == ["vaxel: port 1 is in use"]
    assert _told(ExceptionGroup("both", [mendable, mendable])) == ["vaxel: port 1 is in use"] * 2
    assert _told(ExceptionGroup("both", [mendable, KeyError("ours")])) is None
    assert _told(KeyError("ours")) is None


def test_a_default_number_that_there_is_not_is_told_before_anything_is_rendered(tmp_path: Path) -> None:
    settings = tmp_path / "vaxel.yaml"
    settings.write_text("default number: jarfala\n", encoding="utf-8")
    out = tmp_path / "out"
    line = one_line(vaxel(tmp_path, "--settings", str(settings), "asterisk", "render", "--out", str(out)))
    assert line.endswith('no folder of menus is named "jarfala"; did you mean "jarfalla"?')
    assert not out.exists()
