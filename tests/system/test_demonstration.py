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

ROOT = Path(__file__).resolve().parents[2]
STARTED_S = 60.0
ENDED_S = 30.0
QUEUES = {"elder-care", "social-services", "school", "streets", "culture", "general"}


def start(state: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "demo", "--state", str(state), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_ends_by_itself_with_one_json_object(tmp_path: Path) -> None:
    with start(tmp_path / "d", "--seconds", "6", "--calls-per-minute", "60", "--json") as demo:
        out, err = demo.communicate(timeout=180)
    assert (demo.returncode, err) == (0, "")
    figures = json.loads(out)
    assert set(figures["by_queue"]) == QUEUES
    assert (figures["entered"], figures["lost"]) == (6, 0)
    assert {"offered", "answered", "abandoned", "self_served"} <= set(figures)


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_with_everything_that_it_started(tmp_path: Path, order: signal.Signals) -> None:
    state = tmp_path / "d"
    with start(state, "--calls-per-minute", "60") as demo:
        deadline = time.monotonic() + STARTED_S
        while b"CallArrived" not in b"".join(file.read_bytes() for file in state.glob("journal/*")):
            assert demo.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        demo.send_signal(order)
        out, err = demo.communicate(timeout=ENDED_S)
    assert (demo.returncode, err) == (130, "")
    assert "the call log: " in out
    assert not list(processes_with(str(state)))


def processes_with(argument: str) -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if argument in command and int(folder.name) != os.getpid():
            yield command
