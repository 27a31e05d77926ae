"""Keep the call log up with the journal: in a process of its own, or wherever `follow` is called.

Owns the loop: what to do when the database is locked, gone or replaced, and when to end. Loses and doubles
nothing at any moment it may be killed, because the position moves with the rows; a second follower does no
harm for the same reason. Knows no event. Run it with `python -m queues.calllog.follower --journal DIR`.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from queues.calllog.database import check_schema, failures_named, open_database, shown_address, sqlite_file
from queues.calllog.errors import (
    CallLogError,
    CallLogMissingError,
    DatabaseUnavailableError,
    JournalMismatchError,
    PositionGapError,
)
from queues.calllog.projection import Position, apply_batch, read_position
from queues.journal.errors import JournalError, JournalGapError
from queues.journal.reader import JournalTail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

    from sqlalchemy import Engine

    from routing.events import Recorded

POLL_S = 0.5  # how old a row may be; at 20 calls a second it costs the follower .5 ms per call, .2 s costs .8
BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # the last one again and again
LAST_TRIES = 5  # of a database that is away when we are told to end: the journal keeps what is missing
ADDRESS_VARIABLE = "VAXEL_DATABASE"  # an address may hold a password, and `ps` shows arguments to everybody
EXIT_FAILED = 1


class Stop(Protocol):
    """What tells the loop to end; a `threading.Event` is one."""

    def is_set(self) -> bool:
        """Say whether to end."""

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds, or until told to end."""


class Advanced(NamedTuple):
    """A batch stands in the database."""

    position: int
    events: int
    strays: int


class UpToDate(NamedTuple):
    """The journal holds nothing more."""

    position: int


class Blocked(NamedTuple):
    """The database is locked, gone or full; the batch is kept for the next try."""

    reason: str


Step: TypeAlias = Advanced | UpToDate | Blocked


class Follower:
    """Bring the database up with the journal, one batch per `step`; waits for nothing itself.

    Raises `DatabaseAddressError` for an address that is none.
    """

    def __init__(self, journal: Path, url: str, *, busy_s: float | None = None) -> None:
        self._journal = journal
        self._url = url
        self._busy_s = busy_s
        self._engine: Engine | None = None
        self._file = sqlite_file(url)
        self._inode = 0
        self._tail: JournalTail | None = None
        self._expected_anchor: Position | None = None
        self._batch: Sequence[Recorded] = ()
        self._after = 0  # the batch follows this event

    def step(self) -> Step:
        """Read and write the next batch.

        Raises `JournalError` and the `CallLogError`s that no waiting mends: not migrated, another journal.
        """
        try:
            if self._engine is None or self._replaced():
                self._connect()
            tail = self._tail_there()
            if not self._batch:
                self._after = tail.position
                self._batch = self._poll(tail)
            if not self._batch:
                return UpToDate(tail.position)
            with failures_named(self._url):
                applied = apply_batch(self._open_engine(), self._batch, after=self._after)
        except PositionGapError:
            self.close()  # an older copy of the database was put back: read again from where it is
            return Blocked("the database went back; reading the journal again from its position")
        except (DatabaseUnavailableError, CallLogMissingError) as error:
            return Blocked(str(error))
        self._batch = ()
        return Advanced(*applied)

    def close(self) -> None:
        """Close journal and database; the next step opens them again."""
        if self._tail is not None:
            self._tail.close()
        if self._engine is not None:
            self._engine.dispose()
        self._tail, self._engine, self._batch = None, None, ()

    def _connect(self) -> None:
        self.close()
        engine = (
            open_database(self._url)
            if self._busy_s is None
            else open_database(self._url, busy_s=self._busy_s)
        )
        try:
            with failures_named(self._url), engine.connect() as connection:
                check_schema(connection, self._url)
        except CallLogError:
            engine.dispose()
            raise
        self._engine = engine
        self._inode = self._inode_now()

    def _open_engine(self) -> Engine:
        assert self._engine is not None  # noqa: S101  step connects first
        return self._engine

    def _tail_there(self) -> JournalTail:
        if self._tail is None:
            with failures_named(self._url), self._open_engine().connect() as connection:
                position = read_position(connection)
            self._tail = JournalTail(self._journal, position.seq)
            self._expected_anchor = position if position.seq else None
        return self._tail

    def _poll(self, tail: JournalTail) -> list[Recorded]:
        """Poll, and make sure at the first chance that the database was written from this journal."""
        expected = self._expected_anchor
        try:
            batch = tail.poll()
        except JournalGapError as error:
            if expected is None:
                raise
            raise self._mismatch(expected, str(error)) from None
        if expected is not None and tail.anchor is not None:
            if tail.anchor.at != expected.at:
                raise self._mismatch(expected, f"an event of another time as its event {expected.seq}")
            self._expected_anchor = None
        return batch

    def _mismatch(self, expected: Position, found: str) -> JournalMismatchError:
        return JournalMismatchError(str(self._journal), shown_address(self._url), expected.seq, found)

    def _replaced(self) -> bool:
        """Say whether the SQLite file is no longer the one we opened: writing on would go nowhere."""
        return self._inode_now() != self._inode

    def _inode_now(self) -> int:
        try:
            return self._file.stat().st_ino if self._file is not None else 0
        except OSError:
            return -1


Report: TypeAlias = "Callable[[Literal['blocked', 'going on', 'strays'], str], None]"


def follow(
    journal_folder: Path,
    database_url: str,
    stop: Stop,
    *,
    report: Report = lambda _kind, _text: None,
    busy_s: float | None = None,
) -> int:
    """Follow the journal until `stop`, apply what stands in it then, and return the last sequence number.

    Backs off while the database is away; told to end meanwhile, it tries a few times more and raises
    `DatabaseUnavailableError`: the journal keeps what is missing for the next start. Else raises as
    `Follower.step`.
    """
    follower = Follower(journal_folder, database_url, busy_s=busy_s)
    failures = last_tries = 0
    try:
        while True:
            ending = stop.is_set()  # asked before the step: what stood in the journal by then is applied
            step = follower.step()
            if isinstance(step, Blocked):
                if failures == 0:
                    report("blocked", step.reason)
                last_tries += ending
                if last_tries >= LAST_TRIES:
                    raise DatabaseUnavailableError(shown_address(database_url), step.reason)
                stop.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
                failures += 1
                continue
            if failures:
                report("going on", "the database is back")
                failures = 0
            if isinstance(step, Advanced):
                if step.strays:
                    report(
                        "strays",
                        f"{step.strays} events of contacts that never arrived",
                    )
            elif ending:
                return step.position
            else:
                stop.wait(POLL_S)
    finally:
        follower.close()


class ProcessStop:
    """The end of this process: SIGTERM, or the death of the parent that wanted us.

    A signal handler may not take a lock, as `threading.Event` does: it writes to a pipe.
    """

    def __init__(self, parent: int | None) -> None:
        self._parent = parent
        self._set = False
        self._readable, self._writable = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.signal(signal.SIGTERM, self._on_signal)
        # Ctrl-C reaches the whole terminal group: with a parent, it is the parent who says when.
        signal.signal(signal.SIGINT, self._on_signal if parent is None else signal.SIG_IGN)

    def is_set(self) -> bool:
        """Say whether SIGTERM came or the parent has gone."""
        return self._set or (self._parent is not None and os.getppid() != self._parent)

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds, or until SIGTERM."""
        if self._set:  # the pipe stays readable; a last back-off must still wait
            select.select([], [], [], timeout)
        else:
            select.select([self._readable], [], [], timeout)
        return self.is_set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self._set:
            self._set = True
            os.write(self._writable, b"x")


def follower_command(journal_folder: Path, database_url: str) -> tuple[list[str], dict[str, str]]:
    """Return arguments and added environment that start a follower which ends with this process."""
    arguments = [sys.executable, "-m", "queues.calllog.follower"]
    arguments += ["--journal", str(journal_folder), "--parent", str(os.getpid())]
    return arguments, {ADDRESS_VARIABLE: database_url}


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the follower as a process; print one line per trouble and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="queues.calllog.follower", description="Keep the call log up with the journal."
    )
    parser.add_argument("--journal", required=True, type=Path, help="the journal's folder")
    parser.add_argument(
        "--database",
        default=environment.get(ADDRESS_VARIABLE),
        help=f"the database's address; better in {ADDRESS_VARIABLE} when it holds a password",
    )
    parser.add_argument("--parent", type=int, help="end when this process is no longer our parent")
    chosen = parser.parse_args(arguments)
    if chosen.database is None:
        parser.error(f"name the database: --database, or {ADDRESS_VARIABLE}")
    stop = ProcessStop(chosen.parent)
    try:
        follow(chosen.journal, chosen.database, stop, report=_print_report)
    except (CallLogError, JournalError) as error:
        print(f"call log follower: {error}", file=sys.stderr)  # noqa: T201  a process's one line
        return EXIT_FAILED
    return 0


def _print_report(kind: str, text: str) -> None:
    print(f"call log follower: {kind}: {text}", file=sys.stderr, flush=True)  # noqa: T201  a process's one line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
