"""What is measured while something is broken on purpose, kept for docs/reliability.md.

Owns one record per fault and its line of JSON. Renders nothing: `tests.system.faults` does.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.caller import Caller
    from tests.system.ledger import Balance

FILE_VARIABLE = "VAXEL_FAULTS"  # the file that records are added to, when it is set


@dataclass(slots=True)
class Fault:
    """One fault: what was done, and what came of it."""

    name: str = ""
    done: str = ""
    gap_s: float | None = None  # the longest time that a caller heard nothing
    out_s: dict[str, float] = field(default_factory=dict)  # until the fallback had them, by where they were
    order_kept: bool | None = None
    calls: int = 0
    lost: int = 0
    let_go: int = 0  # by the fault itself
    doubled: int = 0
    differences: int = 0  # in the ledger
    notes: dict[str, str] = field(default_factory=dict)

    def is_that(self, name: str, done: str) -> None:
        """Name the fault."""
        self.name, self.done = name, done

    def heard(self, *callers: Caller, limit_s: float) -> None:
        """Measure what these callers heard since they were answered; nobody may hear nothing for so long."""
        gap_s = max(caller.longest_gap_s() for caller in callers)
        self.gap_s = max(gap_s, self.gap_s or 0.0)
        assert gap_s < limit_s, f"{gap_s:.1f} s without sound"

    def kept(self, served: list[str], entered: list[str]) -> None:
        """Hold the order of service against the order of entry."""
        self.order_kept = served == entered and self.order_kept is not False
        assert served == entered

    def take(self, balances: list[Balance]) -> None:
        """Take what the ledger found."""
        self.calls = sum(found.calls for found in balances)
        self.lost = sum(found.lost for found in balances)
        self.let_go = sum(found.let_go for found in balances)
        self.doubled = sum(found.doubled for found in balances)
        self.differences = sum(len(found.differences) for found in balances)

    def write(self, file: Path) -> None:
        """Add this record to a file."""
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(self), ensure_ascii=False) + "\n")


def read(file: Path) -> list[Fault]:
    """Read every record of a file."""
    records: list[dict[str, Any]] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [Fault(**record) for record in records]
