"""A stream's inputs passed through a new core: its decisions must be the stream's, one for one.

Owns the stepping and the comparison. Which numbers a run begins with, and what became live in it, is told by
whoever knows. Pure. Must not know files or words for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from routing.events import INPUTS, AgentOffered, ConfigurationChanged, Considered, EngineStarted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.core import Core
    from routing.events import Decision, Event, Recorded

KEPT = 1000  # differences that are remembered; all are counted


class Past(Protocol):
    """What was live when."""

    def core(self, seq: int) -> Core:
        """Return the core of the run that begins with event `seq`."""
        ...

    def change(self, core: Core, seq: int, event: ConfigurationChanged) -> None:
        """Let the core know what becomes live with event `seq`."""
        ...


class Difference(NamedTuple):
    """What was decided otherwise after one input.

    `recorded` and `replayed` are the first of the decisions that are not alike; None: there was none more.
    `is_stale`: the replay takes the input for old news, from which nothing follows.
    """

    seq: int
    at: float
    event: Event  # the input
    recorded: Decision | None
    replayed: Decision | None
    is_stale: bool = False
    fault: str = ""  # the replay itself broke: what it said


class Replayed(NamedTuple):
    """What a replay came to."""

    events: int
    inputs: int
    decisions: int  # that the journal has, and that were compared
    runs: int
    first_seq: int
    last_seq: int
    first_at: float
    last_at: float
    differing: int  # inputs after which something else was decided
    differences: tuple[Difference, ...]
    unfinished: tuple[int, ...]  # inputs of which a killed engine wrote down less than it decided
    ends_unfinished: bool  # the last of them: the journal's end lacks something
    broken: int  # runs that were compared in part only, because the replay broke after a difference


def compare(stream: Iterable[Recorded], past: Past) -> Replayed:
    """Replay a stream that begins with a run, or with a call; return what came of it."""
    comparison = _Comparison(past)
    for recorded in stream:
        comparison.take(recorded)
    return comparison.end()


class _Comparison:
    def __init__(self, past: Past) -> None:
        self._past = past
        self._core: Core | None = None
        self._input: Recorded | None = None
        self._is_stale = False
        self._recorded: list[Decision] = []
        self._replayed: list[Decision] = []
        self._events = self._inputs = self._decisions = self._runs = 0
        self._first: Recorded | None = None
        self._last: Recorded | None = None
        self._differing = 0
        self._differences: list[Difference] = []
        self._unfinished: list[int] = []
        self._broken = 0
        self._differed_in_run = False
        self._is_broken = False

    def take(self, recorded: Recorded) -> None:
        """Take the next event of the stream."""
        self._events += 1
        self._first = self._first or recorded
        self._last = recorded
        if not isinstance(recorded.event, INPUTS):
            self._decisions += not self._is_broken
            self._recorded.append(recorded.event)  # type: ignore[arg-type]  # what is no input is a decision
            return
        is_start = isinstance(recorded.event, EngineStarted)
        self._close(is_cut=is_start)
        self._inputs += 1
        if is_start or self._core is None:
            self._runs += is_start
            self._core = self._past.core(recorded.seq)
            self._differed_in_run = self._is_broken = False
        self._input = recorded
        self._step(self._core, recorded)

    def end(self) -> Replayed:
        """Compare what is left; return what came of all."""
        of = self._input
        self._close(is_cut=True)
        first, last = self._first, self._last
        return Replayed(
            self._events,
            self._inputs,
            self._decisions,
            self._runs,
            0 if first is None else first.seq,
            0 if last is None else last.seq,
            0.0 if first is None else first.at,
            0.0 if last is None else last.at,
            self._differing,
            tuple(self._differences),
            tuple(self._unfinished),
            bool(self._unfinished) and of is not None and self._unfinished[-1] == of.seq,
            self._broken,
        )

    def _step(self, core: Core, recorded: Recorded) -> None:
        self._replayed, self._is_stale = [], False
        if self._is_broken:
            return
        event = recorded.event
        if isinstance(event, ConfigurationChanged):
            self._past.change(core, recorded.seq, event)
        try:
            decisions = core.step(recorded.at, event)  # type: ignore[arg-type]  # one of `INPUTS`
        except (ValueError, KeyError, AttributeError, IndexError) as error:
            # Once history and replay have parted, an input may make no sense; before, it is a fault of ours.
            if not self._differed_in_run:
                raise
            self._is_broken = True
            self._broken += 1
            self._note(Difference(recorded.seq, recorded.at, event, None, None, fault=type(error).__name__))
            return
        self._is_stale = decisions is None
        self._replayed = decisions or []

    def _close(self, *, is_cut: bool) -> None:
        """Compare what followed from the latest input; `is_cut`: the engine may have died while it wrote."""
        recorded, replayed, of = self._recorded, self._replayed, self._input
        self._recorded = []
        if of is None or self._is_broken:
            return
        one, other = _kinds(recorded), _kinds(map(_as_then, recorded, replayed))
        other += _kinds(replayed[len(other) :])
        if one == other and not self._is_stale:
            return
        if is_cut and not self._is_stale and other[: len(one)] == one:
            self._unfinished.append(of.seq)
            return
        place = next(
            (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        first = recorded[place] if place < len(recorded) else None
        second = replayed[place] if place < len(replayed) else None
        self._note(Difference(of.seq, of.at, of.event, first, second, self._is_stale))

    def _note(self, difference: Difference) -> None:
        self._differed_in_run = True
        self._differing += 1
        if len(self._differences) < KEPT:
            self._differences.append(difference)


def _kinds(decisions: Iterable[Decision]) -> list[tuple[type, Decision]]:
    """Return decisions so that two of different kinds with equal fields are not equal."""
    return [(type(decision), decision) for decision in decisions]


def _as_then(recorded: Decision, replayed: Decision) -> Decision:
    """Return a replayed offer with no more reasons than an earlier version of Växel wrote down."""
    if (
        isinstance(recorded, AgentOffered)
        and isinstance(replayed, AgentOffered)
        and recorded.considered == Considered()  # ours has the chosen agent at the least
    ):
        return replayed._replace(turn=recorded.turn, score=recorded.score, considered=recorded.considered)
    return replayed
