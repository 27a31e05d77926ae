"""The wheel, installed into an empty environment elsewhere, has its data with it and works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from queues.calllog.database import migrate, open_database
from queues.calllog.projection import apply_batch
from queues.journal.reader import JournalTail
from queues.journal.writer import JournalWriter
from routing.events import CallArrived, CallEnded, CallerHungUp, EngineStarted, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]
INSTALL_WITHIN_S = 240.0
SHIPPED = {"_new", "_schema", "jarfalla", "kommunsupport"}


def run(*command: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed; its errors are the test's."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=INSTALL_WITHIN_S,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


@pytest.mark.load
def test_wheel_in_an_empty_environment_renders_and_lists(tmp_path: Path) -> None:
    dist, env, state = tmp_path / "dist", tmp_path / "env", tmp_path / "state"
    pip = [sys.executable, "-m", "pip"]
    run(*pip, "wheel", "-q", "--no-build-isolation", "--no-deps", "-w", dist, ".", cwd=ROOT)
    (wheel,) = dist.glob("*.whl")
    venv.create(env, with_pip=False)
    inside: list[str | Path] = [
        "--python",
        env / "bin" / "python",
        "install",
        "-q",
        "--disable-pip-version-check",
    ]
    run(*pip, *inside, "-c", _constraints(tmp_path), wheel, cwd=tmp_path)
    vaxel = env / "bin" / "vaxel"
    elsewhere = {"VAXEL_STATE": str(state), "VAXEL_TOOLBOX": str(tmp_path / "no-toolbox"), "PYTHONPATH": ""}

    run(vaxel, "asterisk", "render", "--out", tmp_path / "out", cwd=tmp_path, environment=elsewhere)
    assert "vaxel-in" in (tmp_path / "out" / "extensions.conf").read_text("utf-8")
    assert "birgitta-sandell" in (tmp_path / "out" / "pjsip.conf").read_text("utf-8")

    _write_one_call(state)
    listed = json.loads(run(vaxel, "calls", "list", "--json", cwd=tmp_path, environment=elsewhere))
    assert [(call["contact"], call["outcome"]) for call in listed] == [("c1", "left_in_menu")]
    assert "left in menu" in run(vaxel, "calls", "list", cwd=tmp_path, environment=elsewhere)

    _a_number_of_ones_own(vaxel, tmp_path / "own", env / "share" / "vaxel" / "menus", elsewhere)


def _a_number_of_ones_own(vaxel: Path, here: Path, shipped: Path, environment: Mapping[str, str]) -> None:
    """Begin a number as docs/menus.md says, where there are no menus yet: nothing installed changes."""
    assert {path.name for path in shipped.iterdir()} == SHIPPED  # and nothing that somebody practised on
    before = {path: path.stat().st_mtime_ns for path in shipped.rglob("*")}
    here.mkdir()
    made = run(vaxel, "menus", "new", "ovning", cwd=here, environment=environment)
    assert made.startswith("menus/ovning: made; ")
    assert "`menus: menus`" in made
    told = run(vaxel, "menus", "check", "menus/ovning", cwd=here, environment=environment)
    assert told == "menus/ovning: 7 files, no errors\n"
    call = run(vaxel, "call", "--draft", "--to", "ovning", "--press", "1", cwd=here, environment=environment)
    assert "queue: ovning-cases" in call
    assert "`menus: " not in run(vaxel, "menus", "new", "annanby", cwd=here, environment=environment)
    assert run(vaxel, "menus", "test", cwd=here, environment=environment) == "10 scenarios passed\n"
    assert before == {path: path.stat().st_mtime_ns for path in shipped.rglob("*")}


def _constraints(folder: Path) -> Path:
    """Return the locked versions without their hashes, which pip would then want for the wheel too."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = [line.removesuffix("\\").strip() for line in lines if "==" in line and not line.startswith(" ")]
    path = folder / "constraints.txt"
    path.write_text("\n".join(pins) + "\n", "utf-8")
    return path


def _write_one_call(state: Path) -> None:
    url = f"sqlite:///{state / 'calls.sqlite'}"
    with JournalWriter.open(state / "journal") as journal:
        journal.append(1000.0, EngineStarted("0"))
        journal.append(1001.0, CallArrived("c1", "c1", "jarfalla", "+46858028500", None, "withheld"))
        journal.append(1002.0, CallerHungUp("c1"))
        journal.append(1002.0, CallEnded("c1", Outcome.LEFT_IN_MENU, "caller"))
    migrate(url)
    engine = open_database(url)
    apply_batch(engine, JournalTail(state / "journal").poll(), after=0)
    engine.dispose()
