"""The runs of the engine that a journal tells of, and which menus were live in each.

Owns how a run's beginning is read from the stream: an engine tells all its numbers, one right after the
other, once it has taken over what an earlier run left. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routing.events import ConfigurationChanged, ContactCarried, EngineStarted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.events import Event, Recorded

MARKS: tuple[type[Event], ...] = (EngineStarted, ContactCarried, ConfigurationChanged)
"""What a journal is searched for first: with these the runs are known."""


class Content(NamedTuple):
    """A number's folder, as event `seq` made it live at UTC second `at`; no hash: live no more."""

    seq: int
    at: float
    number: str
    content_hash: str


class Run(NamedTuple):
    """One run of the engine, from its start on."""

    first_seq: int
    at: float  # UTC seconds
    software: str  # the version of Växel
    numbers: tuple[Content, ...]  # live as it began; none: it was killed before it took a call
    changes: tuple[Content, ...]  # what went live meanwhile
    carried: tuple[str, ...] = ()  # numbers whose callers it took over, which it tells before its own

    @property
    def untold(self) -> tuple[str, ...]:
        """Numbers whose callers it took over, but of which it was killed before it told what is live."""
        told = {each.number for each in self.numbers}
        return tuple(number for number in self.carried if number not in told)


def runs_of(marks: Iterable[Recorded]) -> tuple[Run, ...]:
    """Return the runs by the events of `MARKS`; what stands before the first start is left out."""
    runs: list[Run] = []
    for seq, at, event in marks:
        if isinstance(event, EngineStarted):
            runs.append(Run(seq, at, event.version, (), ()))
        elif isinstance(event, ContactCarried) and runs:
            if event.number not in runs[-1].carried:
                runs[-1] = runs[-1]._replace(carried=(*runs[-1].carried, event.number))
        elif isinstance(event, ConfigurationChanged) and runs:
            runs[-1] = _with(runs[-1], Content(seq, at, event.number, event.content_hash))
    return tuple(runs)


def _with(run: Run, content: Content) -> Run:
    told = {each.number for each in run.numbers}
    goes_on = not run.numbers or (run.numbers[-1].seq + 1 == content.seq and content.number not in told)
    if goes_on and not run.changes and content.content_hash:
        return run._replace(numbers=(*run.numbers, content))
    return run._replace(changes=(*run.changes, content))
