"""`vaxel menus`: which folders a path means, what is printed, and that hostile or large files end quickly."""

# ruff: noqa: E501  # messages stand here as whole lines, as people see them

from __future__ import annotations

import json
import shutil
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli import main
from ivr.editing.schemas import rendered, schemas
from ivr.menu.number import load_number
from ivr.prompts import PromptLibrary
from ivr.settings import Settings
from ivr.sound import wav
from tests.ivr.menu.changed_folders import GROUND
from tests.ivr.menu.test_broken import BASE, told

if TYPE_CHECKING:
    from click.testing import Result


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "x")
    return tmp_path / "x"


def change(installation: Path, name: str, wrong: str, right: str) -> None:
    path = installation / "menus" / "testby" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(wrong) == 1
    path.write_text(text.replace(wrong, right), encoding="utf-8")


def vaxel(*words: str, settings: Path) -> Result:
    usual = {"VAXEL_SETTINGS": str(settings), "VAXEL_MENUS": None, "VAXEL_AS_IF": None}
    return CliRunner().invoke(main, ["menus", *words], env=usual)


# --- which files, and how they are named --------------------------------------------------------------


@pytest.mark.parametrize("path", ["menus", "./menus", "menus/testby", "menus/../menus"])
def test_a_path_is_a_folder_of_numbers_or_one_and_is_shown_as_it_was_given(
    installation: Path, path: str
) -> None:
    assert told(installation, path) == (0, f"{Path(path)}: 7 files, no errors\n")
    change(installation, "menu.yaml", "wait: 4 s", "wait: 4")
    code, printed = told(installation, path)
    folder = Path(path) if path.endswith("testby") else Path(path) / "testby"
    assert (code, printed.split(": error: ")[0]) == (1, f"{folder}/menu.yaml:17:11")


def test_the_name_of_a_number_stands_for_its_folder(installation: Path) -> None:
    assert told(installation, "testby") == (0, "testby: 7 files, no errors\n")
    change(installation, "menu.yaml", "wait: 4 s", "wait: 4")
    assert told(installation, "testby")[1].startswith("menus/testby/menu.yaml:17:11: error: ")


def test_a_number_may_not_claim_what_one_beside_it_has(installation: Path) -> None:
    """Whoever checks one folder only is told so now, and not when it is to go live."""
    beside = installation / "menus" / "annanby"
    shutil.copytree(installation / "menus" / "testby", beside)
    (beside / "menu.yaml").write_text("what is wrong there is theirs\n", encoding="utf-8")
    code, printed = told(installation, "menus/testby")
    problems = [line.split(": ")[0] for line in printed.splitlines()]
    files = [problem.split(":")[0].removeprefix("menus/testby/") for problem in problems[:-1]]
    assert (code, problems[-1]) == (1, "9 errors in 7 files")
    counts = {"agents": 2, "number": 2, "officers": 2, "queues": 3}
    assert files == [f"{name}.yaml" for name, count in counts.items() for _ in range(count)]
    known = "found +46858028500 also in menus/annanby/number.yaml, line 6; remove one"
    assert f"called numbers[1]: expected a number of its own, {known}" in printed


def test_what_begins_with_a_sign_beside_a_number_is_no_number(installation: Path) -> None:
    for name in (".old", "_testby"):
        shutil.copytree(installation / "menus" / "testby", installation / "menus" / name)
    assert told(installation, "menus/testby") == (0, "menus/testby: 7 files, no errors\n")


def test_a_file_stands_for_its_folder(installation: Path) -> None:
    """Files are only right together: what an error in queues.yaml is may be the menu's fault."""
    change(installation, "menu.yaml", "queue: social", "queue: sosial")
    code, printed = told(installation, "menus/testby/queues.yaml")
    expected = 'menu.yaml:25:32: error: nodes.social.queue: unknown queue "sosial"; did you mean "social"?'
    assert (code, printed) == (1, f"menus/testby/{expected}\n1 error in 7 files\n")


def test_files_of_one_folder_are_one_check(installation: Path) -> None:
    paths = ("menus/testby/queues.yaml", "menus/testby/menu.yaml", "menus")
    assert told(installation, *paths) == (0, f"{', '.join(paths)}: 7 files, no errors\n")


def test_without_a_path_the_settings_menus_are_checked(installation: Path) -> None:
    assert told(installation) == (0, "menus: 7 files, no errors\n")
    elsewhere = vaxel("check", settings=installation / "vaxel.yaml")
    assert elsewhere.stdout == f"{installation}/menus: 7 files, no errors\n"


def test_inside_the_folder_a_point_will_do(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installation / "menus" / "testby")
    change(installation, "menu.yaml", "wait: 4 s", "wait: 4")
    found = vaxel("check", ".", settings=installation / "vaxel.yaml")
    assert found.stdout.startswith("menu.yaml:17:11: error: nodes.welcome.wait: ")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("menu", 'menu:1:1: error: expected a file or a folder, or the name of one below menus, found neither; did you mean "menus"?'),
        ("tsetby", 'tsetby:1:1: error: expected a file or a folder, or the name of one below menus, found neither; did you mean "testby"?'),
        ("krisby", "krisby:1:1: error: expected a file or a folder, or the name of one below menus, found neither; there is: testby"),
        ("menus/tsetby", "menus/tsetby:1:1: error: expected a folder of menus, found none; is it elsewhere, or named otherwise?"),
        ("vaxel.yaml/x", "vaxel.yaml/x:1:1: error: cannot read this folder: Not a directory"),
        ("scripts/parking.py", "scripts/parking.py:1:1: error: expected a folder, or a file of a number (number.yaml, menu.yaml, queues.yaml, agents.yaml, hours.yaml, messages.yaml, officers.yaml, callers.yaml, scenarios.yaml), found another file"),
        ("scripts", "scripts:1:1: error: expected a folder with a number.yaml for each number, found none"),
    ],
)  # fmt: skip
def test_a_path_that_means_no_number_is_told(installation: Path, path: str, message: str) -> None:
    assert told(installation, path) == (1, f"{message}\n1 error\n")


# --- what is printed ------------------------------------------------------------------------------------


def test_problems_for_programs_are_a_list(installation: Path) -> None:
    assert told(installation, "--json") == (0, "[]\n")
    change(installation, "menu.yaml", "wait: 4 s", "wait: 4")
    change(installation, "agents.yaml", "  bo-b", "  cia-c: {name: Cia C}\n  bo-b")
    code, printed = told(installation, "--json")
    assert code == 1
    assert json.loads(printed) == [
        {
            "file": "menus/testby/agents.yaml",
            "line": 3,
            "column": 10,
            "severity": "warning",
            "message": "agents.cia-c: answers no queue: neither specialist nor generalist of any",
        },
        {
            "file": "menus/testby/menu.yaml",
            "line": 17,
            "column": 11,
            "severity": "error",
            "message": "nodes.welcome.wait: expected a time from 1 s to 30 s, with its unit,"
            ' such as "20 s" or "2 min", found "4"',
        },
    ]


def test_warnings_alone_do_not_fail(installation: Path) -> None:
    change(installation, "agents.yaml", "  bo-b", "  cia-c: {name: Cia C}\n  bo-b")
    code, printed = told(installation)
    assert (code, printed.splitlines()[-1]) == (0, "menus: 7 files, no errors, 1 warning")


def test_more_than_anybody_reads_is_cut_off(installation: Path) -> None:
    keys = "".join(f"key-{n}: 1\n" for n in range(300))
    (installation / "menus" / "testby" / "menu.yaml").write_text(keys, encoding="utf-8")
    code, printed = told(installation)
    assert (code, printed.splitlines()[-1]) == (1, "200 errors in 7 files; there may be more")


def test_warnings_never_hide_an_error(installation: Path) -> None:
    people = "".join(f"  a{n}: {{name: A}}\n" for n in range(300))
    with (installation / "menus" / "testby" / "agents.yaml").open("a", encoding="utf-8") as file:
        file.write(people)
    change(installation, "menu.yaml", "wait: 4 s", "wait: 4")
    code, printed = told(installation)
    assert (code, printed.splitlines()[-1]) == (1, "1 error, 100 warnings in 7 files")


def test_a_recording_that_says_an_older_text_is_told(installation: Path) -> None:
    recording = installation / "menus/testby/recordings/sv/times/text.wav"
    recording.parent.mkdir(parents=True)
    with wave.open(str(recording), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\x00\x20\x00\xe0" * 8_000)
    settings = installation / "vaxel.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "state: state\n", encoding="utf-8")
    number = load_number(installation / "menus" / "testby", GROUND)
    recorded = [prompt for prompt in number.prompts() if prompt.recording]
    PromptLibrary.of(Settings(state=installation / "state")).build(recorded, ())
    assert told(installation)[0] == 0
    change(installation, "menu.yaml", "Vi har öppet.", "Vi har stängt.")
    says = 'this recording says "Vi har öppet.", which is no longer the text'
    warning = f"{says}, so the text is spoken by the machine; record it anew"
    assert told(installation)[1].splitlines() == [
        f"menus/testby/recordings/sv/times/text.wav:1:1: warning: {warning}",
        "menus: 7 files, no errors, 1 warning",
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "expected a WAV file, found something else"),
        (b"no sound", "expected a WAV file, found something else"),
        (b"".join(wav()), "expected speech, found no samples at all"),
    ],
)
def test_a_recording_that_is_no_sound_is_an_error(installation: Path, content: bytes, found: str) -> None:
    recording = installation / "menus/testby/recordings/sv/times/text.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(content)
    remedy = "save it as a WAV file with 16 bits, or take it out of the folder"
    assert told(installation) == (
        1,
        f"menus/testby/recordings/sv/times/text.wav:1:1: error: {found}; {remedy}\n1 error in 7 files\n",
    )


def test_settings_that_are_wrong_are_told(tmp_path: Path) -> None:
    (tmp_path / "vaxel.yaml").write_text("menu: x\n", encoding="utf-8")
    wrong = vaxel("check", settings=tmp_path / "vaxel.yaml")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr == f'{tmp_path}/vaxel.yaml:1:1: error: menu: unknown key; did you mean "menus"?\n'


# --- large and hostile files: what counts is that these end ---------------------------------------------


def test_a_menu_of_two_hundred_nodes_is_checked(installation: Path) -> None:
    words = "{sv: 'Du kan välja mellan tre ärenden.', en: 'You can choose between three errands.'}"
    nodes = "".join(
        f"  node-{n}:\n    kind: menu\n    greeting: {words}\n    options:\n"
        f"      1: {{text: {words}, to: node-{(n + 1) % 199}}}\n      2: {{text: {words}, to: node-0}}\n"
        for n in range(199)
    )
    menu = f"start: node-0\nperson: help\nnodes:\n{nodes}  help: {{kind: queue, queue: school}}\n"
    (installation / "menus/testby/menu.yaml").write_text(menu, encoding="utf-8")
    change(installation, "number.yaml", "to: welcome", "to: node-7")
    assert told(installation) == (0, "menus: 7 files, no errors\n")


def test_a_menu_of_more_than_a_thousand_nodes_is_told(installation: Path) -> None:
    nodes = "".join(f"  n{n}: {{kind: queue, queue: school}}\n" for n in range(1_001))
    menu = f"start: n0\nperson: n0\nnodes:\n{nodes}"
    (installation / "menus/testby/menu.yaml").write_text(menu, encoding="utf-8")
    first, *_ = told(installation)[1].splitlines()
    expected = "expected at most 1000 nodes, found 1001; divide the menu"
    assert first == f"menus/testby/menu.yaml:1:1: error: {expected}"


@pytest.mark.parametrize("size", [1_000_001, 50_000_000])
def test_a_file_that_is_too_large_is_not_read(installation: Path, size: int) -> None:
    with (installation / "menus/testby/hours.yaml").open("wb") as file:
        file.truncate(size)
    message = "menus/testby/hours.yaml:1:1: error: expected at most 1,000,000 bytes, found more"
    assert told(installation) == (1, f"{message}; divide the file\n1 error in 7 files\n")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "content",
    ["[" * 999_999, "a: &x 1\nb: [" + "*x, " * 240_000, "- " * 400_000, "a" * 999_999, "a: b\n" * 190_000],
)
def test_a_hostile_file_of_a_megabyte_is_told(installation: Path, content: str) -> None:
    (installation / "menus/testby/officers.yaml").write_text(content, encoding="utf-8")
    code, printed = told(installation)
    assert code == 1
    assert "menus/testby/officers.yaml:" in printed


# --- schema ---------------------------------------------------------------------------------------------


def test_the_schemas_are_written_where_one_says(installation: Path, tmp_path: Path) -> None:
    written = vaxel("schema", "--out", str(tmp_path / "out"), settings=installation / "vaxel.yaml")
    assert (written.exit_code, written.stderr) == (0, "")
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert found == {name: rendered(schema) for name, schema in schemas().items()}
    assert written.stdout.splitlines() == [str(tmp_path / "out" / name) for name in schemas()]


def test_the_schemas_lie_beside_the_numbers_and_are_none(installation: Path) -> None:
    assert vaxel("schema", settings=installation / "vaxel.yaml").exit_code == 0
    assert (installation / "menus" / "_schema" / "menu.json").is_file()
    assert told(installation) == (0, "menus: 7 files, no errors\n")


def test_a_folder_that_cannot_be_made_is_one_line(installation: Path) -> None:
    (installation / "file").write_text("x")
    out = installation / "file" / "out"
    failed = vaxel("schema", "--out", str(out), settings=installation / "vaxel.yaml")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert failed.stderr == f"vaxel: cannot write to {out}: Not a directory\n"
