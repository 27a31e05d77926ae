"""One journal, and what was live in it: everything that a replay needs.

Owns the opening of a journal for a replay, from where to where, and the cores of its runs. Must not know what
is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ivr.core import Core
from ivr.menu.number import policy
from ivr.replaying.configurations import Configurations
from ivr.replaying.errors import NoRunError, NumberUntoldError
from ivr.replaying.runs import MARKS, Content, runs_of
from queues.journal.excerpts import last_sequence, read_kinds, read_segments, segments_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ivr.menu.number import Ground, Number
    from ivr.replaying.runs import Run
    from queues.journal.segments import Segment
    from routing.events import ConfigurationChanged, Recorded
    from routing.policy import Policy

VERSIONS = "versions"  # the folder of what was live, beside the journal's
EVERY = 1000  # events between two signs of life


class Moment(NamedTuple):
    """A place in the journal, by an event's number or by a time (UTC seconds)."""

    seq: int | None = None
    at: float | None = None

    def is_before(self, seq: int, at: float) -> bool:
        """Tell whether the place comes before this event."""
        return (self.seq is not None and self.seq < seq) or (self.at is not None and self.at < at)

    def has_come(self, seq: int, at: float) -> bool:
        """Tell whether this event is at the place or beyond."""
        return (self.seq is not None and self.seq <= seq) or (self.at is not None and self.at <= at)


class Places(NamedTuple):
    """Where a journal and its configurations lie."""

    journal: Path  # the folder, or one file of it
    versions: Sequence[Path]  # also these are searched
    menus: Path
    ground: Ground


class History:
    """A journal from a start of the engine on. It is `Past` to a comparison."""

    def __init__(
        self, segments: Sequence[Segment], runs: Sequence[Run], configurations: Configurations, before: Moment
    ) -> None:
        self._segments = segments
        self._configurations = configurations
        self._before = before
        self._unborn = frozenset(run.first_seq for run in runs if not run.numbers)
        self._contents = {each.seq: each for run in runs for each in (*run.numbers, *run.changes)}
        self._runs = {run.first_seq: run for run in runs}
        self.runs = tuple(run for run in runs if run.numbers)
        """Those that took calls."""

    @property
    def software(self) -> tuple[str, ...]:
        """The versions of Växel that wrote it, the first to come first."""
        return tuple(dict.fromkeys(run.software for run in self.runs))

    @property
    def unborn(self) -> int:
        """How many runs were killed before they took a call: there is nothing to replay in them."""
        return len(self._unborn)

    def events(self, progress: Callable[[int, int], object] | None = None) -> Iterator[Recorded]:
        """Give the events of the runs, in order; `progress` is told how many of how many now and then."""
        first, last = self.runs[0].first_seq, last_sequence(self._segments)
        last = last if self._before.seq is None else min(last, self._before.seq)
        is_unborn = False
        for recorded in read_segments(self._segments, first):
            if self._before.has_come(recorded.seq, recorded.at):
                return
            if recorded.seq in self._runs:
                is_unborn = recorded.seq in self._unborn
            if progress is not None and not recorded.seq % EVERY:
                progress(recorded.seq - first, last - first)
            if not is_unborn:
                yield recorded

    def numbers(self, seq: int) -> tuple[Number, ...]:
        """Return the numbers with which the run that begins with event `seq` began."""
        return tuple(self._configurations.get(content) for content in self._runs[seq].numbers)

    def number(self, seq: int) -> Number | None:
        """Return what event `seq` made live; None: it took a number out of service."""
        content = self._contents.get(seq)
        return None if content is None or not content.content_hash else self._configurations.get(content)

    def core(self, seq: int) -> Core:
        """Return the core of the run that begins with event `seq`.

        Raises `NumberUntoldError` when the journal does not tell all that was live in it.
        """
        if self._runs[seq].untold:
            raise NumberUntoldError(self._untold(self._runs[seq]))
        numbers = self.numbers(seq)
        return Core({number.id: number for number in numbers}, policy(numbers))

    def _untold(self, run: Run) -> str:
        """Say what is not known of this run, and what can be replayed all the same."""
        later = [each.first_seq for each in self.runs if each.first_seq > run.first_seq and not each.untold]
        instead = ""
        if later:
            instead = f"; the next run begins later: --since {later[0]}"
        elif self.runs[0] is not run:
            instead = f"; earlier runs end before it: --before {run.first_seq}"
        return (
            f"the run that begins with event {run.first_seq} took over callers of {', '.join(run.untold)} and"
            " was killed before it had told all its numbers: what was live there is not in the journal"
            f"{instead}"
        )

    def change(self, core: Core, seq: int, event: ConfigurationChanged) -> None:
        """Let the core know what becomes live with event `seq`."""
        del event  # its number tells which
        number = self.number(seq)
        if number is not None:
            core.attendant.know(number)

    def policies(self) -> Iterator[tuple[int, float, Policy]]:
        """Give what the router went by, with the event and the time (UTC seconds) from which on."""
        for run in self.runs:
            live = {content.number: self._configurations.get(content) for content in run.numbers}
            yield run.first_seq, run.at, policy(live.values())
            for content in run.changes:
                if content.content_hash:
                    live[content.number] = self._configurations.get(content)
                else:
                    live.pop(content.number, None)
                yield content.seq, content.at, policy(live[number] for number in sorted(live))

    def latest(self) -> dict[str, tuple[Number, Path]]:
        """Return each number as it was last, and the folder of its copy."""
        contents: dict[str, Content] = {}
        for run in self.runs:
            for content in (*run.numbers, *run.changes):
                contents[content.number] = content
        kept = self._configurations
        live = (each for _, each in sorted(contents.items()) if each.content_hash)
        return {each.number: (kept.get(each), kept.folder(each)) for each in live}


def open_history(places: Places, since: Moment | None = None, before: Moment | None = None) -> History:
    """Open a journal from the run that was under way at `since` on, up to `before`.

    Raises the `ReplayError`s when there is no run, or what was live then is kept nowhere; `JournalError`.
    """
    before = before or Moment()
    segments = segments_of(places.journal)
    runs = runs_of(read_kinds(segments, MARKS))
    if since is not None:
        passed = [run for run in runs if not since.is_before(run.first_seq, run.at)]
        runs = runs[max(0, len(passed) - 1) :]
    runs = tuple(_until(run, before) for run in runs if not before.has_come(run.first_seq, run.at))
    if not any(run.numbers for run in runs):
        raise NoRunError(
            f"journal {places.journal}: no run of the engine begins in it, so there is nothing to begin with;"
            " name the whole folder, or another time"
        )
    folder = places.journal if places.journal.is_dir() else places.journal.parent
    configurations = Configurations(
        (folder.absolute().parent / VERSIONS, *places.versions), places.menus, places.ground
    )
    configurations.check(runs)
    return History(segments, runs, configurations, before)


def _until(run: Run, before: Moment) -> Run:
    """Leave out what went live too late to matter."""
    return run._replace(changes=tuple(each for each in run.changes if not before.has_come(each.seq, each.at)))
