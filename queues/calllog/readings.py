"""Read the call log: the latest contacts, one with all that happened to it, and figures over many.

Owns the queries and their immutable records. Never writes. Knows no terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, select

from queues.calllog.database import check_schema, failures_named, open_database
from queues.calllog.errors import ContactUnknownError
from queues.calllog.schema import EstimateEnd, contact_events, contacts, estimates
from routing.events import Met

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sqlalchemy import Connection, RowMapping

    from routing.events import CallerKind

_CENSORED = (EstimateEnd.LEFT, EstimateEnd.SENT_ON, EstimateEnd.MOVED, EstimateEnd.LOST)

_OFFERS = ("AgentOffered",)
_ANSWERS = ("OfferAnswered", "FallbackAnswered")
_LONGEST_CALL_S = 86_400.0  # arrivals are indexed, answers are not: who was answered later came before

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
    """List who answered each known caller last in each of these queues, at or after `since` (UTC seconds).

    Each with the caller's pseudonym, the earliest first. An answer counts under the queue that rang: not
    under others of the same call, and officers answer for none. Raises the `CallLogError`s of a missing,
    foreign or unreachable database.
    """
    detail = contact_events.c.detail
    query = (
        select(
            contacts.c.caller,
            contact_events.c.contact,
            contact_events.c.at,
            contact_events.c.event,
            detail["agent"].as_string(),
            detail["queue"].as_string(),
            detail["when"].as_float(),
        )
        .join_from(contacts, contact_events, contacts.c.contact == contact_events.c.contact)
        .where(contacts.c.arrived_at >= since - _LONGEST_CALL_S, contacts.c.caller.is_not(None))
        .where(contacts.c.answered_at.is_not(None), contact_events.c.event.in_((*_OFFERS, *_ANSWERS)))
        .order_by(contacts.c.arrived_at, contact_events.c.seq)  # so that SQLite begins with the arrivals
    )
    rung: dict[str, tuple[str, str]] = {}  # by contact: the agent, and for which queue
    met: dict[tuple[str, str], Met] = {}
    with _reading(url) as connection:
        for caller, contact, told_at, event, agent, queue, when in connection.execute(query):
            if event in _OFFERS:
                rung[contact] = agent, queue
                continue
            of_agent, of_queue = (agent, queue) if queue is not None else rung.pop(contact, ("", ""))
            at = told_at if when is None else when
            if of_agent != agent or of_queue not in queues or at < since:
                continue
            before = met.get((caller, of_queue))
            if before is None or before.at <= at:
                met[caller, of_queue] = Met(of_queue, agent, at)
    return sorted(((caller, last) for (caller, _), last in met.items()), key=lambda each: each[1].at)


@dataclass(frozen=True, slots=True)
class EstimateQuality:
    """How good the waiting times were that callers of a queue were told. Counts are of estimates.

    A caller who was told three times counts with all three. The true wait runs from when an estimate was
    told until an agent answered. Only those of answered callers are judged, because only their wait is known
    to its end; the others are left out of every figure, and counted by their `EstimateEnd`. Those who gave up
    would mostly have waited for longer, so where many do, the true bias lies above the figure.

    Formulas, by the names that they are shown with: estimate bias (`bias_s`), relative estimate bias
    (`relative_bias`), estimate coverage (`coverage`).
    """

    queue: str
    spoken: int
    answered: int
    covered: int  # of the answered: least <= true wait <= most
    waited_s: float  # true waits of the answered, together
    told_s: float  # middles of the ranges told to them, (least + most) ÷ 2, together
    left: int
    sent_on: int
    moved: int
    lost: int
    still_open: int  # the wait is not over

    @property
    def bias_s(self) -> float | None:
        """(sum of true waits - sum of middles) ÷ answered, in seconds; above 0: callers waited longer."""
        return (self.waited_s - self.told_s) / self.answered if self.answered else None

    @property
    def relative_bias(self) -> float | None:
        """(sum of true waits - sum of middles) ÷ sum of true waits; None where nobody has waited."""
        return (self.waited_s - self.told_s) / self.waited_s if self.waited_s else None

    @property
    def coverage(self) -> float | None:
        """Estimates of answered callers whose true wait lay in the range, ends included ÷ answered."""
        return self.covered / self.answered if self.answered else None

    @property
    def censored(self) -> int:
        """Spoken, and left out of every figure because no answer ended the wait."""
        return self.spoken - self.answered


def estimate_quality(
    url: str, *, since: float | None = None, until: float | None = None, queue: str | None = None
) -> tuple[EstimateQuality, ...]:
    """Judge the waiting times that callers were told, by queue in the order of their ids.

    `since`, `until`: told at or after the one, before the other (UTC seconds); an estimate counts under the
    queue that the caller waited in as it was told. The formulas are at `EstimateQuality`. Raises the
    `CallLogError`s of a missing, foreign or unreachable database.
    """
    table = estimates.c
    is_answered = table.ended_as == EstimateEnd.ANSWERED.value
    is_covered = and_(is_answered, table.waited_s >= table.least_s, table.waited_s <= table.most_s)
    figures = (
        func.count(),
        func.sum(case((is_answered, 1), else_=0)),
        func.sum(case((is_covered, 1), else_=0)),
        func.sum(case((is_answered, table.waited_s), else_=0.0)),
        func.sum(case((is_answered, (table.least_s + table.most_s) / 2), else_=0.0)),
        *(func.sum(case((table.ended_as == end.value, 1), else_=0)) for end in _CENSORED),
        func.sum(case((table.ended_as.is_(None), 1), else_=0)),
    )
    query = select(table.queue, *figures).group_by(table.queue).order_by(table.queue)
    if since is not None:
        query = query.where(table.at >= since)
    if until is not None:
        query = query.where(table.at < until)
    if queue is not None:
        query = query.where(table.queue == queue)
    with _reading(url) as connection:
        return tuple(EstimateQuality(*row) for row in connection.execute(query))


def of_all_queues(qualities: Iterable[EstimateQuality], name: str) -> EstimateQuality:
    """Join the figures of several queues under a name: sum ÷ sum, never a mean of means."""
    joined = dict.fromkeys((each.name for each in fields(EstimateQuality)[1:]), 0)
    for quality in qualities:
        for column in joined:
            joined[column] += getattr(quality, column)
    return EstimateQuality(name, **joined)


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
