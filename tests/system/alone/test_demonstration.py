"""`vaxel demo` as people and programs start it: it ends by itself or when told to, with all it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.asterisk

ROOT = Path(__file__).resolve().parents[3]
STARTED_S = 60.0
ENDED_S = 30.0
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
QUEUES = {"elder-care", "social-services", "school", "streets", "culture", "general"}


def start(state: Path, *arguments: str, depth: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "demo", "--state", str(state), *arguments],
        cwd=place(state.parents[depth]),
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def place(folder: Path) -> Path:
    """Return where a demonstration is started, as from a checkout: commands that are given there mean it."""
    here = folder / "here"
    if not here.exists():
        here.mkdir()
        (here / ".cache").symlink_to(ROOT / ".cache")
    return here


def first_call(demo: subprocess.Popen[str], state: Path) -> None:
    """Return when somebody has phoned."""
    deadline = time.monotonic() + STARTED_S
    while b"CallArrived" not in b"".join(file.read_bytes() for file in state.glob("journal/*")):
        assert demo.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_ends_by_itself_with_one_json_object(tmp_path: Path) -> None:
    with start(tmp_path / "d", "--seconds", "6", "--calls-per-minute", "60", "--json") as demo:
        out, err = demo.communicate(timeout=180)
    assert (demo.returncode, err) == (0, "")
    figures = json.loads(out)
    assert set(figures["by_queue"]) == QUEUES
    assert (figures["entered"], figures["lost"]) == (6, 0)
    assert {"offered", "answered", "abandoned", "self_served"} <= set(figures)
    replay = [sys.executable, "-m", "cli", "replay", str(tmp_path / "d" / "journal"), "--json"]
    again = subprocess.run(replay, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr + again.stdout
    assert json.loads(again.stdout)["decisions"] > 0


@pytest.mark.parametrize(
    "orders", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT, signal.SIGINT)]
)
def test_told_to_end_it_ends_with_everything_that_it_started(
    tmp_path: Path, orders: tuple[signal.Signals, ...]
) -> None:
    state = tmp_path / "d"
    with start(state, "--calls-per-minute", "60") as demo:
        first_call(demo, state)
        for order in orders:
            demo.send_signal(order)
            time.sleep(0.3)  # a second Ctrl-C comes while everything is being ended
        out, err = demo.communicate(timeout=ENDED_S)
    assert (demo.returncode, err) == (130, "")
    assert "the call log: " in out
    assert not [command for _, command in processes() if str(state) in command]


def test_commands_in_its_folder_mean_it_while_it_runs(tmp_path: Path) -> None:
    state = tmp_path / "d"
    command = [sys.executable, "-m", "cli", "menus", "reload"]
    environment = {**ENVIRONMENT, "VAXEL_STATE": ""}

    def reload() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=place(tmp_path), env=environment, capture_output=True, text=True, check=False
        )

    with start(state, "--calls-per-minute", "60") as demo:
        first_call(demo, state)
        told = reload()
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=ENDED_S)
    assert (told.returncode, told.stdout) == (0, "nothing to do: what is in the files is live already\n")
    meant = "the running demonstration is meant (.state/demo/running.yaml); its callers are told the hours of"
    assert told.stderr.startswith(f"{meant} Tuesday 2026-11-24 10:0")
    after = reload()
    assert (after.returncode, "no engine runs here (looked in " in after.stderr) == (1, True)


def processes() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if int(folder.name) != os.getpid():
            yield int(folder.name), command


def test_a_state_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    state = tmp_path / "file" / "x"
    with start(state, "--json", depth=1) as demo:
        out, err = demo.communicate(timeout=ENDED_S)
    expected = f"vaxel: state folder {state}: Not a directory; choose another with --state\n"
    assert (demo.returncode, out, err) == (1, "", expected)


def test_an_engine_that_dies_ends_it_with_one_line(tmp_path: Path) -> None:
    state = tmp_path / "d"
    with start(state, "--calls-per-minute", "60", "--json") as demo:
        first_call(demo, state)
        (engine,) = (pid for pid, command in processes() if str(state) in command and "serve" in command)
        os.kill(engine, signal.SIGKILL)
        out, err = demo.communicate(timeout=ENDED_S)
    expected = f"vaxel: the engine ended with exit code -9; its log is {state / 'engine.log'}\n"
    assert (demo.returncode, out, err) == (1, "", expected)
