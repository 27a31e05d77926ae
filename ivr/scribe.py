"""What happens is written down, whatever the disk does.

Owns how an input and its decisions come into the journal together, and what is said and done while the
journal cannot be written: its writer keeps the events, the scribe lets it try again. Decides nothing, and
never raises: the caller comes first, a full disk must not end a call. Knows no file.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from queues.journal.errors import JournalError, JournalWriteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routing.events import Event

log = logging.getLogger(__name__)

RETRY_S = 1.0  # a failing disk may take its time to say no, and all calls wait for it meanwhile


class Journal(Protocol):
    """Where events are written first."""

    trouble: str | None
    """Why the journal cannot be written now."""

    @property
    def kept(self) -> int:
        """How many events are in memory only."""
        ...

    def append_all(self, at: float, events: Sequence[Event]) -> None:
        """Write these events, or keep them; raise `JournalError` when neither can be done."""
        ...

    def catch_up(self) -> int:
        """Write the next of what is kept; return how many events that were, 0 if it cannot be done yet."""
        ...


class Scribe:
    """Write inputs down with their decisions. Works inside a running event loop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._retry: asyncio.TimerHandle | None = None  # while the journal cannot be written
        self._caught_up = 0
        self._lost = 0
        self._lost_said = 0

    def write(self, at: float, events: Sequence[Event]) -> None:
        """Write an input and its decisions, which make no sense to a replay without it."""
        try:
            self._journal.append_all(at, events)
        except JournalWriteError as error:
            self._lose(len(events), error)
        except JournalError as error:  # a fault of ours: one of them cannot be written on any disk
            log.error("events are missing in the log, %d of them: %s", len(events), error)  # noqa: TRY400  # says all
        if self._retry is None and self._journal.kept:
            self._caught_up = self._lost = self._lost_said = 0
            log.error("the journal cannot be written: %s; events are kept in memory", self._journal.trouble)
            self._try_again_in(RETRY_S)

    def close(self) -> None:
        """Try a last time to write what is kept, and say what is lost."""
        if self._retry is None:
            return
        self._retry.cancel()
        self._retry = None
        while written := self._journal.catch_up():
            self._caught_up += written
        if kept := self._journal.kept:
            log.error(
                "the journal cannot be written: %s; %d events are lost",
                self._journal.trouble,
                self._lost + kept,
            )
        else:
            self._it_is_over()

    def _try_again_in(self, seconds: float) -> None:
        self._retry = asyncio.get_running_loop().call_later(seconds, self._try_again)

    def _try_again(self) -> None:
        written = self._journal.catch_up()
        self._caught_up += written
        if self._journal.kept:
            self._try_again_in(0 if written else RETRY_S)  # between two pieces the calls have their turn
        else:
            self._it_is_over()

    def _it_is_over(self) -> None:
        self._retry = None
        if self._lost:
            log.error(
                "the journal can be written again: %d events that were kept stand in it, %d are lost",
                self._caught_up,
                self._lost,
            )
        else:
            log.warning(
                "the journal can be written again: %d events that were kept stand in it", self._caught_up
            )

    def _lose(self, count: int, error: JournalWriteError) -> None:
        """Count what is lost; say so as it begins, and then each time that it has doubled."""
        self._lost += count
        if self._lost >= 2 * self._lost_said:
            self._lost_said = self._lost
            log.error("%d events are lost: %s", self._lost, error)
