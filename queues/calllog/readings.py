"""Read contacts from the call log: the latest ones, or one with all that happened to it.

Owns the queries and their immutable records. Never writes. Knows no terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import case, func, select

from queues.calllog.database import check_schema, failures_named, open_database
from queues.calllog.errors import ContactUnknownError
from queues.calllog.schema import contact_events, contacts
from routing.events import Met

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import Connection, RowMapping

    from routing.events import CallerKind

LIST_LIMIT = 50  # contacts that a list shows unless told: what a person looks through


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One contact as the log has it; times are UTC seconds since 1970, None where it did not happen."""

    contact: str
    number: str
    called: str
    caller: str | None  # the pseudonym
    caller_kind: CallerKind
    arrived_at: float
    first_queue: str | None
    queued_at: float | None
    last_agent: str | None
    offers: int
    answered_at: float | None
    talk_started_at: float | None
    talk_ended_at: float | None
    ended_at: float | None
    outcome: str | None
    ended_by: str | None
    wait_s: float | None
    talk_s: float
    hops: int  # how often the caller was handed over


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """One thing that happened to a contact; `detail` is the event's fields."""

    seq: int
    at: float
    event: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """One contact and its events in order."""

    record: ContactRecord
    events: tuple[ContactEvent, ...]


def list_contacts(
    url: str, *, since: float | None = None, limit: int = LIST_LIMIT, number: str | None = None
) -> tuple[ContactRecord, ...]:
    """List the latest contacts, newest first: arrived at or after `since` (UTC seconds), at `number`.

    Raises the `CallLogError`s of a missing, foreign or unreachable database.
    """
    query = select(contacts).order_by(contacts.c.arrived_at.desc(), contacts.c.contact.desc()).limit(limit)
    if since is not None:
        query = query.where(contacts.c.arrived_at >= since)
    if number is not None:
        query = query.where(contacts.c.number == number)
    with _reading(url) as connection:
        return tuple(_record(row) for row in connection.execute(query).mappings())


def show_contact(url: str, contact: str) -> ContactHistory:
    """Return one contact with its events.

    Raises `ContactUnknownError`, and the `CallLogError`s of a missing, foreign or unreachable database.
    """
    with _reading(url) as connection:
        row = connection.execute(select(contacts).where(contacts.c.contact == contact)).mappings().first()
        if row is None:
            raise ContactUnknownError(contact)
        query = (
            select(contact_events).where(contact_events.c.contact == contact).order_by(contact_events.c.seq)
        )
        events = tuple(ContactEvent(e.seq, e.at, e.event, e.detail) for e in connection.execute(query))
    return ContactHistory(_record(row), events)


class CalledCount(NamedTuple):
    """How often one telephone number was called, by how many known callers, and when last (UTC seconds)."""

    called: str
    calls: int
    recent_calls: int
    callers: int
    last_at: float | None


def count_called(url: str, called: Collection[str], *, since: float) -> tuple[CalledCount, ...]:
    """Count the calls to each of these numbers, in their order; `recent_calls` arrived at or after `since`.

    Raises the `CallLogError`s of a missing, foreign or unreachable database.
    """
    recent = func.sum(case((contacts.c.arrived_at >= since, 1), else_=0))
    query = (
        select(
            contacts.c.called,
            func.count(),
            recent,
            func.count(contacts.c.caller.distinct()),
            func.max(contacts.c.arrived_at),
        )
        .where(contacts.c.called.in_(called))
        .group_by(contacts.c.called)
    )
    with _reading(url) as connection:
        counted = {row[0]: CalledCount(*row) for row in connection.execute(query)}
    return tuple(counted.get(number, CalledCount(number, 0, 0, 0, None)) for number in called)


def last_agents(url: str, queues: Collection[str], *, since: float) -> list[tuple[str, Met]]:
    """List who talked last with each known caller of these queues, in talks that began at or after `since`.

    Each with the caller's pseudonym, the earliest first. A call counts under its first queue. Raises the
    `CallLogError`s of a missing, foreign or unreachable database.
    """
    query = (
        select(contacts.c.caller, contacts.c.first_queue, contacts.c.last_agent, contacts.c.answered_at)
        .where(contacts.c.answered_at >= since, contacts.c.first_queue.in_(queues))
        .where(contacts.c.caller.is_not(None), contacts.c.last_agent.is_not(None))
        .order_by(contacts.c.answered_at)
    )
    with _reading(url) as connection:
        return [(row[0], Met(*row[1:])) for row in connection.execute(query)]


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    engine = open_database(url)
    try:
        with failures_named(url), engine.connect() as connection:
            check_schema(connection, url)
            yield connection
    finally:
        engine.dispose()


def _record(row: RowMapping) -> ContactRecord:
    return ContactRecord(**row)
