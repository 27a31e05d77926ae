"""The follower as a process: it ends when told or when its parent dies, and loses nothing when killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from queues.calllog.follower import ADDRESS_VARIABLE, follower_command, main
from queues.journal.writer import JournalWriter
from tests.queues.calllog.logs import all_rows, new_log, write_journal
from tests.queues.calllog.test_follower import rows_after_following, stream_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[3]
ENDS_WITHIN_S = 20  # on a busy machine; usually half a second


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(journal: Path, url: str, started: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    arguments, environment = follower_command(journal, url)
    process = subprocess.Popen(
        arguments, cwd=CHECKOUT, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    )
    started.append(process)
    return process


def wait_for_position(url: str, position: int, process: subprocess.Popen[str]) -> None:
    """Look until the database is there: another process has no event that we could wait for."""
    while all_rows(url)["follower"][0][1] < position:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)


def test_it_follows_survives_a_kill_and_applies_what_is_there_when_told_to_end(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    stream = stream_of(60)
    journal = write_journal(tmp_path / "journal", stream[:20])
    url = new_log(tmp_path)
    first = start(journal, url, started)
    wait_for_position(url, 20, first)
    first.kill()
    first.wait(ENDS_WITHIN_S)
    second = start(journal, url, started)
    with JournalWriter.open(journal) as writer:
        for recorded in stream[20:]:
            writer.append(recorded.at, recorded.event)
    wait_for_position(url, 21, second)
    second.send_signal(signal.SIGINT)  # Ctrl-C reaches the whole group; the parent says when
    second.terminate()
    _, told = second.communicate(timeout=ENDS_WITHIN_S)
    assert (second.returncode, told) == (0, "")
    assert rows_after_following(journal, tmp_path / "fresh") == all_rows(url)


def test_it_ends_when_its_parent_dies(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "journal", stream_of(20))
    url = new_log(tmp_path)
    # The follower holds the pipe's other end: it is read to its end when parent and follower have gone.
    parent = f"""
import os, subprocess, sys
from pathlib import Path
from queues.calllog.follower import follower_command
arguments, environment = follower_command(Path({str(journal)!r}), {url!r})
subprocess.Popen(arguments, env={{**os.environ, **environment}})
print("started", flush=True)
os.read(0, 1)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", parent], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    wait_for_position(url, 20, process)
    process.kill()
    process.communicate(timeout=ENDS_WITHIN_S)


def test_the_address_is_not_among_the_arguments(tmp_path: Path) -> None:
    url = "postgresql+psycopg://vaxel:secret@host/calls"
    arguments, environment = follower_command(tmp_path, url)
    assert "secret" not in " ".join(arguments)
    assert {ADDRESS_VARIABLE: url} == environment


@pytest.mark.usefixtures("signals_kept")
def test_what_it_cannot_mend_is_one_line_and_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calls.db").touch()
    assert main(["--journal", str(tmp_path), "--database", f"sqlite:///{tmp_path}/calls.db"], {}) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"call log follower: call log sqlite:///{tmp_path}/calls.db: got schema none")


def test_without_an_address_it_says_how_to_name_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--journal", str(tmp_path)], {})
    assert "name the database: --database, or VAXEL_DATABASE" in capsys.readouterr().err


@pytest.fixture
def signals_kept() -> Iterator[None]:
    """Put back the handlers that a follower in this process has set."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
