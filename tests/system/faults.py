"""`make faults`: everything that can break is broken under calls on a real Asterisk, and measured.

Run as `python -m tests.system.faults`; further arguments go to pytest. Runs the tests that measure a fault,
each of which ends in the ledger, and writes docs/reliability.md from what they measured.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.toolbox import find_program
from tests.system.figures import FILE_VARIABLE, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.system.figures import Fault

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "reliability.md"
FILES = (
    "test_no_silence.py",
    "test_crash.py",
    "test_engine_away.py",
    "test_hang.py",
    "test_ami_faults.py",
    "test_handing_over_faults.py",
    "test_asterisk_restart.py",
    "test_two_engines.py",
    "test_storage_faults.py",
)


def main(arguments: Sequence[str]) -> int:
    """Run the tests, write the page, and return pytest's exit code."""
    with tempfile.TemporaryDirectory(prefix="vaxel-faults-") as folder:
        file = Path(folder) / "faults"
        file.touch()
        os.environ[FILE_VARIABLE] = str(file)
        gaps = KnownGaps()
        code = pytest.main([*(str(Path(__file__).parent / name) for name in FILES), *arguments], [gaps])
        faults = read(file)
    if code or arguments:  # a page tells of all that was promised, or is the old one
        print(f"{REPORT.relative_to(ROOT)} is left as it was: not everything was run, or not all of it held")  # noqa: T201
        return int(code)
    REPORT.write_text(_page(faults, gaps.reasons), "utf-8")
    print(f"written to {REPORT.relative_to(ROOT)}")  # noqa: T201  # it is the output
    return 0


class KnownGaps:
    """Told by pytest of each test that fails as expected: what is promised and not kept yet."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the reason."""
        if report.skipped and (reason := getattr(report, "wasxfail", "")):
            self.reasons.append(reason.removeprefix("reason: "))


def _page(faults: Sequence[Fault], gaps: Sequence[str]) -> str:
    asterisk = find_program("asterisk").version
    place = f"Python {platform.python_version()}, Asterisk {asterisk}, {os.cpu_count()} cores"
    table = "\n".join(_row(fault) for fault in faults)
    details = "\n".join(_details(fault) for fault in faults)
    return f"""# Reliability

Written by `make faults` on {time.strftime("%Y-%m-%d")}: {place}.

Each fault happens to a real Asterisk and the real engine, under calls. Afterwards the *ledger* holds what
every caller and every agent's telephone saw against the journal, the call log and Asterisk itself: each call
has one closed contact with the right outcome; arrival, end and talk agree within a second unless it says
otherwise below; nobody was rung whom the router did not choose; nothing is left in Asterisk.

- *lost*: calls without one closed contact, or let go without having been served.
- *cut off*: calls that ended unserved by the nature of the fault (Asterisk is dead, nobody is logged in);
  each is closed as such in the log.
- *doubled*: contacts beyond one for a call.
- *silence*: the longest time in which a caller heard nothing, measured on RTP.
- *order*: callers were served in the order they came. Asterisk's own queues keep it within each queue alone.

| fault | calls | lost | cut off | doubled | ledger's differences | silence | order |
| --- | --- | --- | --- | --- | --- | --- | --- |
{table}

## What was done

{details}

## Known gaps

{"".join(f"- {gap}" + chr(10) for gap in gaps) or "No test of these fails as expected." + chr(10)}
Of callers who are handed over, [decision 0008](decisions/0008-a-transfer-is-told-by-three.md) names more.
"""


def _row(fault: Fault) -> str:
    gap = "" if fault.gap_s is None else f"{fault.gap_s:.1f} s"
    order = {None: "", True: "kept", False: "lost"}[fault.order_kept]
    counts = (fault.calls, fault.lost, fault.let_go, fault.doubled, fault.differences)
    return f"| {fault.name} | {' | '.join(map(str, counts))} | {gap} | {order} |"


def _details(fault: Fault) -> str:
    lines = [f"- **{fault.name}**: {fault.done}."]
    if fault.out_s:
        places = ", ".join(f"{place} {after_s:.1f} s" for place, after_s in fault.out_s.items())
        lines.append(f"  In a queue of Asterisk's own after: {places}.")
    if fault.notes:
        lines.append(f"  {'; '.join(f'{what}: {figure}' for what, figure in fault.notes.items())}.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
