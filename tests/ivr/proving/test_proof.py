"""`vaxel menus test` proves folders of numbers; Järfälla's own scenarios hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.commandline.proving import prove_menus
from ivr.menu.number import Ground, load_numbers
from ivr.proving.proof import prove, prove_folders
from ivr.proving.report import report
from queues.problems import ConfigurationError, Findings
from tests.ivr.proving.testby import FOLDER, GROUND, MENUS
from tests.ivr.publishing.ground import write_number

SHIPPED = Path(__file__).resolve().parents[3] / "menus"
RIGHT = "scenarios: [{name: A, at: 2026-11-24 10:00, does: 0, expects: {queue: general}}]\n"
WRONG = RIGHT.replace("queue: general", "queue: school")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "menus" / "testby"))


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "vaxel.yaml"
    path.write_text(f"menus: {tmp_path / 'menus'}\nscripts: {MENUS.parent / 'scripts'}\n", encoding="utf-8")
    return path


def run(settings: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(prove_menus, arguments, obj=settings)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_the_shipped_menus_do_what_their_scenarios_say() -> None:
    proof = prove_folders([SHIPPED], Ground())
    assert report(proof).splitlines()[-1] == f"{proof.count} scenarios passed"
    assert proof.count >= 24


def test_only_the_numbers_that_are_asked_for_are_proved() -> None:
    numbers, findings = load_numbers(SHIPPED), Findings()
    folders = {number.id: SHIPPED / number.id for number in numbers}
    assert prove(numbers, folders, GROUND.zone, findings, only=()).count == 0
    assert prove(numbers, folders, GROUND.zone, findings, only=["jarfalla"]).count >= 24


def test_who_is_defined_in_the_folder_beside_answers_in_a_trial(tmp_path: Path) -> None:
    write_number(tmp_path, "nyby", agent="cia-c")
    folder = write_number(tmp_path)
    guest = "  cia-c: {defined in: nyby, specialist: {testby-people: 3}}\n"
    with (folder / "agents.yaml").open("a", encoding="utf-8") as file:
        file.write(guest)
    (folder / "scenarios.yaml").write_text(
        "scenarios: [{name: A, at: 2026-11-24 10:00, given: {free: [cia-c]}, expects: {agent: cia-c}}]\n",
        encoding="utf-8",
    )
    proof = prove_folders([folder], GROUND)
    assert ([number.number for number in proof.numbers], proof.count, proof.failed) == (["testby"], 1, ())


def test_a_folder_without_scenarios_is_no_failure(folder: Path, settings: Path) -> None:
    assert run(settings, str(folder)) == (
        0,
        f"{folder}/scenarios.yaml: not there, so nothing was proved of testby\nno scenarios\n",
    )


@pytest.mark.parametrize("named", ["menus", "menus/testby", "menus/testby/scenarios.yaml", None])
def test_folders_files_and_nothing_name_what_is_proved(
    folder: Path, settings: Path, tmp_path: Path, named: str | None
) -> None:
    (folder / "scenarios.yaml").write_text(RIGHT, encoding="utf-8")
    assert run(settings, *(() if named is None else (str(tmp_path / named),))) == (0, "1 scenario passed\n")


def test_a_failure_is_exit_code_1_with_its_place(folder: Path, settings: Path) -> None:
    (folder / "scenarios.yaml").write_text(WRONG, encoding="utf-8")
    code, output = run(settings, str(folder))
    assert code == 1
    assert output.startswith(f"{folder}/scenarios.yaml:1: A\n    expected queue school, found general\n")
    assert output.endswith("\n1 of 1 scenario failed\n")


def test_json_is_one_object(folder: Path, settings: Path) -> None:
    (folder / "scenarios.yaml").write_text(WRONG, encoding="utf-8")
    code, output = run(settings, "--json", str(folder))
    assert (code, json.loads(output)["failed"]) == (1, 1)


def test_mistakes_in_menus_and_scenarios_are_told_at_once(folder: Path) -> None:
    other = Path(shutil.copytree(folder, folder.parent / "broken"))
    (folder / "scenarios.yaml").write_text(RIGHT.replace("general", "generl"), encoding="utf-8")
    (other / "menu.yaml").write_text("start: x\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        prove_folders([folder.parent], GROUND)
    assert {Path(problem.path).name for problem in caught.value.problems} >= {"menu.yaml", "scenarios.yaml"}
