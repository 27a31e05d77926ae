"""docs/operation.md taken at its word: render, start Asterisk with what was rendered, serve."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ivr.demo.stand import free_port
from ivr.toolbox import find_program

pytestmark = pytest.mark.asterisk

ROOT = Path(__file__).resolve().parents[3]
STARTED_S = 30.0


def test_asterisk_starts_with_what_was_rendered(tmp_path: Path) -> None:
    ports = {name: {"port": free_port()} for name in ("agi", "ami")}
    sip = {"host": "127.0.0.1", "port": free_port()}
    settings = tmp_path / "vaxel.yaml"
    settings.write_text(yaml.safe_dump({"state": "state", "sip": sip, **ports}), "utf-8")
    out = tmp_path / "etc"
    render = [
        sys.executable,
        "-m",
        "cli",
        "--settings",
        str(settings),
        "asterisk",
        "render",
        "--out",
        str(out),
    ]
    subprocess.run(render, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    program = find_program("asterisk").reaching(out, tmp_path / "state").command
    asterisk = subprocess.Popen([*program, "-C", str(out / "asterisk.conf"), "-f"], stdout=subprocess.DEVNULL)
    try:
        answer = ""
        deadline = time.monotonic() + STARTED_S
        while "fully booted" not in answer and time.monotonic() < deadline:
            assert asterisk.poll() is None
            time.sleep(0.2)
            ask = [*program, "-C", str(out / "asterisk.conf"), "-rx", "core waitfullybooted"]
            answer = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
        assert "fully booted" in answer
    finally:
        asterisk.terminate()
        asterisk.wait(STARTED_S)
