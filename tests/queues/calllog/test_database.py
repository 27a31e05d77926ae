"""The database: one schema, made by migrations, and one clear line for each thing that is wrong with it."""

from __future__ import annotations

import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from queues.calllog import database
from queues.calllog.database import check_schema, migrate, open_database, shown_address
from queues.calllog.errors import (
    CallLogMissingError,
    CallLogNotMigratedError,
    DatabaseAddressError,
    DatabaseUnavailableError,
)
from queues.calllog.projection import Position, read_position
from queues.calllog.readings import list_contacts
from queues.calllog.schema import REVISION, metadata

if TYPE_CHECKING:
    from pathlib import Path


def test_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    migrate(url)
    engine = open_database(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        check_schema(connection, url)
        assert Position(0, 0.0) == read_position(connection)
    engine.dispose()


def test_the_newest_migration_is_the_one_that_readers_ask_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_the_schema_has_a_form_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    tables = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    assert "seq BIGINT NOT NULL" in tables[-1] + tables[-2]
    assert "arrived_at DOUBLE PRECISION NOT NULL" in "".join(tables)


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state/calls.db"
    migrate(url)
    before = (tmp_path / "state/calls.db").read_bytes()
    migrate(url)
    assert before == (tmp_path / "state/calls.db").read_bytes()


def test_the_file_and_its_side_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    migrate(url)
    engine = open_database(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE follower SET seq = seq")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == {"calls.db": 0o600, "calls.db-shm": 0o600, "calls.db-wal": 0o600}


def test_sqlite_is_set_up_for_a_writer_beside_readers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    migrate(url)
    engine = open_database(url, busy_s=1.5)
    with engine.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        ]
    engine.dispose()
    assert pragmas == ["wal", 1500, 1, 1]


def test_a_migration_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "calls.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE contact_events (other INTEGER)")  # in the way of the second table
    with pytest.raises(DatabaseUnavailableError, match="table contact_events already exists"):
        migrate(f"sqlite:///{file}")
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("contact_events",)]
    other.close()


def test_a_missing_file_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(CallLogMissingError) as raised:
        list_contacts(f"sqlite:///{tmp_path}/calls.db")
    expected = "no such file; the exchange makes it when it starts: is the path right?"
    assert f"call log {tmp_path}/calls.db: {expected}" == str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_our_tables_is_said(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "calls.db").close()
    (tmp_path / "calls.db").touch()
    with pytest.raises(CallLogNotMigratedError) as raised:
        list_contacts(f"sqlite:///{tmp_path}/calls.db")
    assert (
        f"call log sqlite:///{tmp_path}/calls.db: got schema none, expected 0003; "
        "start the exchange, which brings it up to date"
    ) == str(raised.value)


def test_a_database_of_a_newer_version_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    migrate(url)
    connection = sqlite3.connect(tmp_path / "calls.db")
    connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.commit()
    connection.close()
    with pytest.raises(CallLogNotMigratedError, match="got schema 0999, expected 0003"):
        list_contacts(url)
    with pytest.raises(CallLogNotMigratedError, match="0999"):
        migrate(url)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "calls.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseUnavailableError, match=r"calls\.db: file is not a database"):
        list_contacts(f"sqlite:///{tmp_path}/calls.db")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailableError, match=r"Not a directory|File exists"):
        migrate(f"sqlite:///{tmp_path}/file/state/calls.db")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("calls.db", "database (unreadable address): not a database address; expected sqlite:////path"),
        ("oracle9://host/x", "database oracle9://host/x: an unknown kind of database; expected"),
        ("postgresql+pg8000://u:secret@host/x", "u:***@host/x: the driver pg8000 is not installed; expected"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_without_its_password(url: str, text: str) -> None:
    with pytest.raises(DatabaseAddressError) as raised:
        open_database(url)
    assert text in str(raised.value)
    assert "secret" not in str(raised.value)


def test_an_address_is_shown_without_its_password() -> None:
    assert shown_address("postgresql+psycopg://u:secret@host/x") == "postgresql+psycopg://u:***@host/x"
