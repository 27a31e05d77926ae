"""The follower: the same rows whatever is killed, locked or taken away, and an end when it is told."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from queues.calllog.errors import CallLogNotMigratedError, DatabaseUnavailableError, JournalMismatchError
from queues.calllog.follower import (
    BACK_OFF_S,
    LAST_TRIES,
    POLL_S,
    Advanced,
    Blocked,
    Follower,
    UpToDate,
    follow,
)
from queues.journal.reader import CHUNK_BYTES, read_journal
from queues.journal.segments import segment_path
from queues.journal.writer import JournalWriter
from routing.events import CallArrived, CallEnded, CallerQueued, Outcome, Recorded
from tests.queues.calllog.logs import all_rows, new_log, write_journal
from tests.queues.calllog.streams import START, play, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NO_WAIT_S = 0.0  # a locked database is said at once, so that no test waits for it


def stream_of(count: int) -> list[Recorded]:
    """Make a long stream of several contacts at once, always the same."""
    return play([(step * 7 % 5, step * 11 % 60, 0.25) for step in range(count)])


def caught_up(journal: Path, url: str) -> Follower:
    follower = Follower(journal, url, busy_s=NO_WAIT_S)
    while not isinstance(step := follower.step(), UpToDate):
        assert isinstance(step, Advanced)
    return follower


def rows_after_following(journal: Path, folder: Path) -> dict[str, list[tuple[object, ...]]]:
    url = new_log(folder)
    caught_up(journal, url).close()
    return all_rows(url)


class ScriptedStop:
    """A stop whose waits take no time: the n-th wait does the n-th thing, the last one tells to end."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self._happenings = list(happenings)
        self.waited: list[float] = []

    def is_set(self) -> bool:
        return not self._happenings

    def wait(self, timeout: float) -> bool:
        self.waited.append(timeout)
        if self._happenings:
            self._happenings.pop(0)()
        return self.is_set()


def nothing() -> None:
    pass


def test_a_journal_cut_at_any_byte_gives_the_rows_of_its_whole_lines(tmp_path: Path) -> None:
    stream = stream_of(12)
    journal = write_journal(tmp_path / "journal", stream)
    content = segment_path(journal, 1).read_bytes()
    url, url_restarted = new_log(tmp_path / "going-on"), new_log(tmp_path / "restarted")
    follower = Follower(journal, url)
    for cut in range(len(content) + 1):
        segment_path(journal, 1).write_bytes(content[:cut])
        whole = content[:cut].count(b"\n")
        assert stream[:whole] == list(read_journal(journal))
        assert not isinstance(follower.step(), Blocked)
        if cut and content[cut - 1 : cut] == b"\n":
            expected = rows_after_following(journal, tmp_path / "fresh")
            assert expected == all_rows(url)
            # Killed after each event, begun anew for the next: one log all the way.
            caught_up(journal, url_restarted).close()
            assert expected == all_rows(url_restarted)
    follower.close()
    assert len(stream) == whole


def test_events_written_after_the_repair_follow_on(tmp_path: Path) -> None:
    stream = stream_of(12)
    journal = write_journal(tmp_path / "journal", stream)
    file = segment_path(journal, 1)
    file.write_bytes(file.read_bytes()[:-5])
    url = new_log(tmp_path)
    follower = caught_up(journal, url)
    with JournalWriter.open(journal) as writer:
        assert writer.repair is not None
        writer.append(START + 99, CallArrived("late", "pj", "jarfalla", "+46", None, "withheld"))
    assert Advanced(len(stream), 1, 0) == follower.step()
    follower.close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_a_follower_killed_between_batches_goes_on_where_the_database_is(tmp_path: Path) -> None:
    stream = stream_of(2500)
    journal = write_journal(tmp_path / "journal", stream)
    assert segment_path(journal, 1).stat().st_size > 1.2 * CHUNK_BYTES
    url = new_log(tmp_path)
    follower = Follower(journal, url)
    step = follower.step()
    assert isinstance(step, Advanced)
    assert step.position < len(stream)
    follower.close()
    follower = caught_up(journal, url)
    assert UpToDate(len(stream)) == follower.step()
    follower.close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_a_batch_whose_writing_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    stream = stream_of(40)
    journal = write_journal(tmp_path / "journal", stream)
    url = new_log(tmp_path)
    other = sqlite3.connect(tmp_path / "calls.db")
    other.execute(
        "CREATE TRIGGER full BEFORE INSERT ON contact_events WHEN NEW.seq = 20 "
        "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    other.commit()
    follower = Follower(journal, url)
    empty = all_rows(url)
    assert Blocked(f"database {url}: disk is full") == follower.step()
    assert empty == all_rows(url)
    other.execute("DROP TRIGGER full")
    other.commit()
    other.close()
    assert Advanced(len(stream), len(stream), 0) == follower.step()
    follower.close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_two_followers_do_no_harm(tmp_path: Path) -> None:
    stream = stream_of(60)
    url = new_log(tmp_path)
    journal = tmp_path / "journal"
    first, second = Follower(journal, url), Follower(journal, url)
    for done in range(1, len(stream), 3):
        write_journal(journal, stream[:done])
        for follower in (first, second) if done % 2 else (second, first):
            assert not isinstance(follower.step(), Blocked)
    first.close()
    second.close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_a_locked_database_is_waited_for_with_growing_pauses(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "journal", stream_of(20))
    url = new_log(tmp_path)
    other = sqlite3.connect(tmp_path / "calls.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    stop = ScriptedStop(nothing, nothing, lambda: other.execute("ROLLBACK"), nothing)
    told: list[tuple[str, str]] = []
    follow(journal, url, stop, report=lambda kind, text: told.append((kind, text)), busy_s=NO_WAIT_S)
    other.close()
    assert [*BACK_OFF_S[:3], POLL_S] == stop.waited
    assert [("blocked", f"database {url}: database is locked"), ("going on", "the database is back")] == told
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_told_to_end_while_locked_it_gives_up_and_the_next_one_goes_on(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "journal", stream_of(20))
    url = new_log(tmp_path)
    other = sqlite3.connect(tmp_path / "calls.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    stop = ScriptedStop(nothing)
    with pytest.raises(DatabaseUnavailableError, match="database is locked"):
        follow(journal, url, stop, busy_s=NO_WAIT_S)
    assert len(stop.waited) == LAST_TRIES
    other.execute("ROLLBACK")
    other.close()
    caught_up(journal, url).close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_told_to_end_it_first_applies_what_is_there(tmp_path: Path) -> None:
    stream = stream_of(20)
    journal = tmp_path / "journal"
    url = new_log(tmp_path)
    stop = ScriptedStop(nothing, lambda: write_journal(journal, stream))
    assert len(stream) == follow(journal, url, stop)
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_a_database_that_is_taken_away_and_comes_back_new_is_filled_again(tmp_path: Path) -> None:
    stream = stream_of(30)
    journal = write_journal(tmp_path / "journal", stream[:20])
    url = new_log(tmp_path)
    follower = caught_up(journal, url)
    (tmp_path / "taken").mkdir()
    for file in tmp_path.glob("calls.db*"):  # without its side files it would not be the whole database
        file.rename(tmp_path / "taken" / file.name)
    write_journal(journal, stream)
    assert isinstance(follower.step(), Blocked)
    new_log(tmp_path)
    assert Advanced(len(stream), len(stream), 0) == follower.step()
    follower.close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_a_database_that_goes_back_under_the_follower_is_caught_up(tmp_path: Path) -> None:
    stream = stream_of(30)
    journal = write_journal(tmp_path / "journal", stream[:20])
    url = new_log(tmp_path)
    follower = caught_up(journal, url)
    other = sqlite3.connect(tmp_path / "calls.db")
    other.executescript(
        "PRAGMA foreign_keys = ON; DELETE FROM contacts; UPDATE follower SET seq = 0, at = 0.0;"
    )
    other.close()
    write_journal(journal, stream)
    assert isinstance(follower.step(), Blocked)
    assert Advanced(len(stream), len(stream), 0) == follower.step()
    follower.close()
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_another_journal_is_refused(tmp_path: Path) -> None:
    url = new_log(tmp_path)
    caught_up(write_journal(tmp_path / "one", stream_of(20)), url).close()
    last = all_rows(url)["follower"][0][1]
    shorter = write_journal(tmp_path / "shorter", stream_of(3))
    with pytest.raises(
        JournalMismatchError, match=f"has event {last} from another journal: .* has journal .*: got an end"
    ):
        Follower(shorter, url).step()
    later = [Recorded(seq, at + 60, event) for seq, at, event in stream_of(30)]
    with pytest.raises(JournalMismatchError, match=f"has an event of another time as its event {last}"):
        Follower(write_journal(tmp_path / "later", later), url).step()
    assert last == all_rows(url)["follower"][0][1]


def test_a_database_that_was_not_migrated_is_refused(tmp_path: Path) -> None:
    (tmp_path / "calls.db").touch()
    with pytest.raises(CallLogNotMigratedError):
        Follower(tmp_path, f"sqlite:///{tmp_path}/calls.db").step()


def test_a_contact_is_closed_once_though_the_stream_is_replayed(tmp_path: Path) -> None:
    stream = record(
        CallArrived("c-1", "pj-1", "jarfalla", "+46858028500", None, "withheld"),
        CallerQueued("c-1", "school", START + 1),
        CallEnded("c-1", Outcome.ABANDONED, "caller"),
    )
    journal = write_journal(tmp_path / "journal", stream)
    url = new_log(tmp_path)
    for _ in range(3):
        caught_up(journal, url).close()
    rows = all_rows(url)
    assert (len(rows["contacts"]), len(rows["contact_events"])) == (1, 3)
