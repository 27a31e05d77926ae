"""Open the call log's database by its address, and bring its tables up to date.

Owns engines, SQLite's settings and the mapping of database failures to `queues.calllog.errors`, once, here.
Knows no event and no row.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from queues.calllog.errors import (
    CallLogMissingError,
    CallLogNotMigratedError,
    DatabaseAddressError,
    DatabaseUnavailableError,
)
from queues.calllog.schema import REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

BUSY_S = 2.0
"""How long SQLite itself waits for another writer, before we hear of the lock and back off."""

CONNECT_S = 5  # a server that does not answer is gone
FILE_MODE = 0o600  # pseudonyms are for the exchange's own user alone; SQLite's side files take the same mode
FOLDER_MODE = 0o700

_MIGRATIONS = Path(__file__).parent / "migrations"


def shown_address(url: str) -> str:
    """Return a database address as it may be shown: without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(unreadable address)"


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite address; None for a server's, and for SQLite's memory."""
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


def open_database(url: str, *, busy_s: float = BUSY_S) -> Engine:
    """Return an engine for a database that exists; nothing is connected yet.

    Raises `DatabaseAddressError`, and `CallLogMissingError` for a missing SQLite file: SQLite would make an
    empty one.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise CallLogMissingError(str(file))
    return _engine(url, busy_s)


@contextmanager
def failures_named(url: str) -> Iterator[None]:
    """Turn whatever the database raises inside into a `DatabaseUnavailableError` of one line."""
    try:
        yield
    except SQLAlchemyError as error:
        # A statement's own text would repeat the row that failed, so only the driver's words are told.
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        reason = str(cause).partition("\n")[0] or type(cause).__name__
        raise DatabaseUnavailableError(shown_address(url), reason) from None


def check_schema(connection: Connection, url: str) -> None:
    """Raise `CallLogNotMigratedError` unless the tables are those of this version."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        raise CallLogNotMigratedError(shown_address(url), "none", REVISION)
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != REVISION:
        raise CallLogNotMigratedError(shown_address(url), str(found), REVISION)


def migrate(url: str) -> None:
    """Make the database's tables, or bring them up to date, in one transaction; once done, it does nothing.

    Makes a missing SQLite file, readable for its owner alone. Raises `DatabaseAddressError`,
    `DatabaseUnavailableError`, and `CallLogNotMigratedError` for a database of a newer version.
    """
    from alembic import command  # noqa: PLC0415  a fifth of a second, which only migrating needs
    from alembic.config import Config  # noqa: PLC0415  the same
    from alembic.util.exc import CommandError  # noqa: PLC0415  the same

    file = sqlite_file(url)
    if file is not None:
        _make_file(url, file)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engine = _engine(url, BUSY_S)
    try:
        with failures_named(url), engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # The driver begins no transaction before DDL; a kill half-way must leave nothing.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except CommandError as error:
        raise CallLogNotMigratedError(shown_address(url), str(error), REVISION) from None
    finally:
        engine.dispose()


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise DatabaseAddressError("(unreadable address)", "not a database address") from None


def _engine(url: str, busy_s: float) -> Engine:
    parsed = _parse(url)
    arguments: dict[str, Any] = {}
    try:
        if parsed.get_backend_name() == "sqlite":
            # One connection for good: closing SQLite's last one writes the WAL back, with an fsync.
            engine = create_engine(
                parsed,
                poolclass=StaticPool,
                connect_args={"timeout": busy_s, "check_same_thread": False},
                hide_parameters=True,
            )
            event.listen(engine, "connect", _set_up_sqlite)
            return engine
        if parsed.get_backend_name() == "postgresql":
            arguments["connect_timeout"] = CONNECT_S
        return create_engine(parsed, pool_pre_ping=True, connect_args=arguments, hide_parameters=True)
    except NoSuchModuleError:
        raise DatabaseAddressError(shown_address(url), "an unknown kind of database") from None
    except ModuleNotFoundError as error:
        raise DatabaseAddressError(shown_address(url), f"the driver {error.name} is not installed") from None


def _set_up_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")  # readers and the follower do not wait for each other
    cursor.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes is in the journal
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _make_file(url: str, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
    except OSError as error:
        raise DatabaseUnavailableError(shown_address(url), error.strerror or str(error)) from None
