"""The call log's tables, for SQLite and PostgreSQL.

Owns names and types. The migrations build the same tables; a test holds the two together.

How times are stored: seconds since 1970 in UTC as a double, exactly as in the journal, so that a replay
compares equal to the bit and differences are durations. In SQL, `datetime(arrived_at, 'unixepoch')` shows one
in SQLite, `to_timestamp(arrived_at)` in PostgreSQL. Enumerations are stored as words of `routing.events`;
`EstimateEnd` is the log's own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from sqlalchemy import JSON, BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, String, Table

if TYPE_CHECKING:
    from routing.events import CallerKind

REVISION = "0003"
"""The newest migration, which leaves these tables; readers refuse a database that stands elsewhere."""

FOLLOWER_ID = 1  # the follower's table has this one row

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")  # SQLite's own row number is called INTEGER


class ContactRow(TypedDict):
    """One row of `contacts`."""

    contact: str
    number: str
    called: str
    caller: str | None
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
    hops: int


class EstimateEnd(StrEnum):
    """How the wait ended of which a caller had been told an estimate."""

    ANSWERED = "answered"  # the only end that shows how long the wait truly was
    LEFT = "left"  # the caller hung up
    SENT_ON = "sent_on"  # by a condition of the queue, at closing time, or by the caller's own key
    MOVED = "moved"  # to another queue
    LOST = "lost"  # by us, or by Asterisk


contacts = Table(
    "contacts",
    metadata,
    Column("contact", String, primary_key=True),
    Column("number", String, nullable=False),
    Column("called", String, nullable=False),
    Column("caller", String),  # the pseudonym; NULL when withheld or unreadable
    Column("caller_kind", String, nullable=False),
    Column("arrived_at", Double, nullable=False),
    Column("first_queue", String),
    Column("queued_at", Double),  # when the waiting began
    Column("last_agent", String),  # who talked last
    Column("offers", Integer, nullable=False),
    Column("answered_at", Double),  # the first talk's start
    Column("talk_started_at", Double),  # of the talk under way; NULL while there is none
    Column("talk_ended_at", Double),  # the last talk's end
    Column("ended_at", Double),  # NULL while the contact is open
    Column("outcome", String),
    Column("ended_by", String),
    Column("wait_s", Double),  # from queued_at to the first answer, or to the end
    Column("talk_s", Double, nullable=False),  # all talks together
    Column("hops", Integer, nullable=False, server_default="0"),  # how often the caller was handed over
    Index(None, "arrived_at"),
)

contact_events = Table(
    "contact_events",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=False),
    Column("contact", String, ForeignKey("contacts.contact", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("event", String, nullable=False),
    Column("detail", JSON, nullable=False),
)

estimates = Table(  # one row for each range of waiting time that a caller was told
    "estimates",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=False),  # of the event that told it
    Column("contact", String, ForeignKey("contacts.contact", ondelete="CASCADE"), nullable=False, index=True),
    Column("queue", String, nullable=False),
    Column("at", Double, nullable=False),  # when the announcement began
    Column("position", Integer, nullable=False),  # that was told with it; 0: none
    Column("least_s", Double, nullable=False),
    Column("most_s", Double, nullable=False),
    Column("waited_s", Double),  # the true wait from then on; NULL while it is not over
    Column("ended_as", String),
    Index(None, "at"),
)

follower = Table(
    "follower",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", SEQUENCE, nullable=False),  # the last event that the tables hold
    Column("at", Double, nullable=False),  # its time: shows whether a journal is the one we followed
)
