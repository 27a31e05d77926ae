"""What SIPp says of the citizens it played: its log, its statistics and its errors, read back as records.

Owns the reading of SIPp's three files and the typed results. Starts no process and reads no clock. Callers'
numbers come in from the citizens who were sent, never from SIPp's files, and stay out of every repr.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EPOCH: Final = re.compile(r"(\d{9,}\.\d+)\s*$")  # [timestamp] ends with seconds since 1970
_ERROR: Final = re.compile(r"^\d{4}-\d\d-\d\d\s+\S+\s+\d+\.\d+: (.+)$")
_PLANNED: Final = ", jumping to label "  # a wait that the scenario lets end
_SECRET: Final = re.compile(r"\+?\d{5,}|Call-I[dD]:? '?[^' ,]*'?|Dead call \S+")


class CitizenEnd(StrEnum):
    """How a citizen's call went, seen from the citizen. The members partition all citizens."""

    LEFT = "left"  # the citizen hung up
    CUT_OFF = "cut_off"  # the far end hung up
    REFUSED = "refused"  # the call was refused: see the status
    FAILED = "failed"  # SIPp gave the call up: an unexpected message, or no response at all
    UNFINISHED = "unfinished"  # still in the call when the log was read
    NOT_PLACED = "not_placed"  # SIPp never got so far


@dataclass(frozen=True, slots=True)
class CitizenCall:
    """One citizen's call; times are UTC seconds since 1970, None where it never came to that."""

    caller: str = field(repr=False)
    end: CitizenEnd
    status: int | None = None  # of a refusal
    placed_at: float | None = None
    connected_at: float | None = None
    ended_at: float | None = None
    keys_taken: int = 0  # how many keys the far end confirmed

    @property
    def connected(self) -> bool:
        """Whether the call was answered."""
        return self.connected_at is not None


@dataclass(frozen=True, slots=True)
class CitizensReport:
    """All citizens' calls in the order of the citizens, and SIPp's own totals beside them."""

    calls: tuple[CitizenCall, ...]
    placed: int = 0
    successful: int = 0
    failed: int = 0
    unexpected: int = 0  # of the failed: by a message that the scenario does not know
    retransmissions: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)  # SIPp's complaints, numbers cut out, counted

    def count(self, end: CitizenEnd) -> int:
        """Count the calls that ended so."""
        return sum(call.end is end for call in self.calls)


def read_report(
    callers: Sequence[str], *, log: str, statistics: str, errors: str, running: bool
) -> CitizensReport:
    """Read SIPp's files; `callers` are in the order of the citizens' indices.

    While SIPp is `running`, an open call is unfinished; afterwards it has failed.
    """
    calls = _Calls(callers)
    for line in log.splitlines():
        calls.take(line)
    totals = _last_row(statistics)
    return CitizensReport(
        calls=calls.finish(running=running),
        placed=totals.get("TotalCallCreated", 0),
        successful=totals.get("SuccessfulCall(C)", 0),
        failed=totals.get("FailedCall(C)", 0),
        unexpected=totals.get("FailedUnexpectedMessage(C)", 0),
        retransmissions=totals.get("Retransmissions(C)", 0),
        problems=_problems(errors),
    )


class _Calls:
    def __init__(self, callers: Sequence[str]) -> None:
        self._callers = callers
        self._events: list[dict[str, tuple[str, float]]] = [{} for _ in callers]
        self._keys = [0] * len(callers)

    def take(self, line: str) -> None:
        index, _, rest = line.partition(";")
        event, _, rest = rest.partition(";")
        detail, _, stamp = rest.partition(";")
        at = _EPOCH.search(stamp)
        if not index.isdecimal() or int(index) >= len(self._callers) or at is None:
            return  # the last line may be half written while SIPp runs
        self._events[int(index)][event] = (detail, float(at[1]))
        self._keys[int(index)] += event == "pressed"

    def finish(self, *, running: bool) -> tuple[CitizenCall, ...]:
        return tuple(self._call(index, running=running) for index in range(len(self._callers)))

    def _call(self, index: int, *, running: bool) -> CitizenCall:
        events = self._events[index]
        end, status, ended_at = _end_of(events, running=running)
        return CitizenCall(
            caller=self._callers[index],
            end=end,
            status=status,
            placed_at=_time_of(events, "placed"),
            connected_at=_time_of(events, "connected"),
            ended_at=ended_at,
            keys_taken=self._keys[index],
        )


def _end_of(
    events: Mapping[str, tuple[str, float]], *, running: bool
) -> tuple[CitizenEnd, int | None, float | None]:
    if not events:
        return CitizenEnd.NOT_PLACED, None, None
    if "they" in events and "leaving" not in events:
        return CitizenEnd.CUT_OFF, None, events["they"][1]
    if "we" in events or "they" in events:  # both hung up: the citizen had decided first
        return CitizenEnd.LEFT, None, events["leaving"][1]
    if "refused" in events:
        status, at = events["refused"]
        return CitizenEnd.REFUSED, int(status), at
    return (CitizenEnd.UNFINISHED if running else CitizenEnd.FAILED), None, None


def _time_of(events: Mapping[str, tuple[str, float]], event: str) -> float | None:
    return events[event][1] if event in events else None


def _last_row(statistics: str) -> dict[str, int]:
    """Read the last complete row of SIPp's statistics; the whole numbers of it."""
    names, *rows = statistics.splitlines() or [""]
    columns = names.split(";")
    for row in reversed(rows):
        values = row.split(";")
        if len(values) == len(columns):
            return {
                name: int(value) for name, value in zip(columns, values, strict=True) if value.isdecimal()
            }
    return {}


def first_complaint(said: str) -> str:
    """Return the first complaint of what SIPp said, without its time and without numbers."""
    return next(iter(_problems(said)), "nothing")


def _problems(errors: str) -> dict[str, int]:
    """Count SIPp's complaints by their first lines, without numbers, Call-IDs and messages."""
    found = (_ERROR.match(line) for line in errors.splitlines())
    return dict(
        Counter(_SECRET.sub("…", match[1]).strip() for match in found if match and _PLANNED not in match[1])
    )
