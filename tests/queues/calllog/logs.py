"""Call logs for tests: a migrated file, copied because migrating takes a tenth of a second, and its rows."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, insert
from sqlalchemy.pool import StaticPool

from queues.calllog.database import migrate
from queues.calllog.projection import new_row
from queues.calllog.readings import ContactRecord
from queues.calllog.schema import follower, metadata
from queues.journal.format import format_line
from queues.journal.segments import segment_path

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from routing.events import CallArrived, Recorded


@functools.cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()


def new_log(folder: Path) -> str:
    """Return the address of an empty, migrated call log in a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "calls.db").write_bytes(_migrated())
    return f"sqlite:///{folder}/calls.db"


def log_in_memory() -> Engine:
    """Return an engine on the same tables in memory: for many examples, without files."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(follower), {"id": 1, "seq": 0, "at": 0.0})
    return engine


def record_of(at: float, arrival: CallArrived, **since: Any) -> ContactRecord:
    """Return a contact's record as its arrival makes it, with what has happened `since` in these fields."""
    return replace(ContactRecord(**new_row(at, arrival)), **since)


def all_rows(source: str | Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of ours."""
    queries = {
        "contacts": "SELECT * FROM contacts ORDER BY contact",
        "contact_events": "SELECT * FROM contact_events ORDER BY seq",
        "estimates": "SELECT * FROM estimates ORDER BY seq",
        "follower": "SELECT * FROM follower",
    }
    if isinstance(source, str):
        connection = sqlite3.connect(source.removeprefix("sqlite:///"))
        try:
            return {table: connection.execute(query).fetchall() for table, query in queries.items()}
        finally:
            connection.close()
    with source.connect() as reading:
        return {
            table: [tuple(row) for row in reading.exec_driver_sql(query)] for table, query in queries.items()
        }


def write_journal(folder: Path, stream: list[Recorded]) -> Path:
    """Write events as they are, times and numbers included, as one segment."""
    folder.mkdir(parents=True, exist_ok=True)
    segment_path(folder, 1).write_bytes(b"".join(map(format_line, stream)))
    return folder
