"""Write a batch of events into the call log, together with the position: all of it or nothing.

Owns what each event means for a contact's row; `queues.calllog.estimates` has what it means for a waiting
time that was told. Idempotent by sequence number: events that the database already holds are passed over,
whoever brings them. Knows no file and never waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import bindparam, insert, select, update

from queues.calllog.errors import CallLogNotMigratedError, PositionGapError
from queues.calllog.estimates import CONCERNED, ENDING, Estimates
from queues.calllog.schema import FOLLOWER_ID, REVISION, ContactRow, contact_events, contacts, follower
from routing.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    ChoiceOffered,
    Considered,
    DigitPressed,
    FallbackAnswered,
    OfferAnswered,
    OfficerAnswered,
    PlaceRegained,
    TalkEnded,
    true_time,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from routing.events import Event, Recorded

_IN_ROW_ONLY = frozenset({"contact", "number", "called", "caller", "caller_kind"})
"""Fields that no event of a contact repeats in its detail: erasing them in the row erases them."""

_NOT_LOGGED = frozenset({"met", "last_agent"})
"""Of an arrival and of a place in a queue: whom the caller talked with before, in other calls.

What is erased there stays erased.
"""

_LEFT_OUT = _IN_ROW_ONLY | _NOT_LOGGED
_NEVER_CHANGED = _IN_ROW_ONLY | {"arrived_at"}
_CHANGING = tuple(column.name for column in contacts.columns if column.name not in _NEVER_CHANGED)

_TAKE_POSITION = (
    # A statement that writes comes first: it takes SQLite's write lock, or the row's in PostgreSQL, so that
    # the position stays true until the commit, also with a second follower.
    update(follower).where(follower.c.id == FOLLOWER_ID).values(seq=follower.c.seq).returning(follower.c.seq)
)
_MOVE_POSITION = update(follower).where(follower.c.id == FOLLOWER_ID)
_KNOWN = select(contacts).where(contacts.c.contact.in_(bindparam("ids", expanding=True)))
_NEW_CONTACTS = insert(contacts)
_NEW_EVENTS = insert(contact_events)
_CHANGED_CONTACTS = (
    update(contacts)
    .where(contacts.c.contact == bindparam("key"))
    .values({name: bindparam(name) for name in _CHANGING})
)


class Position(NamedTuple):
    """The last event that the database holds, and its time in UTC seconds; (0, 0) in a new one."""

    seq: int
    at: float


class Applied(NamedTuple):
    """What one batch did. `strays` are events of contacts whose arrival the log never saw: left out."""

    position: int
    events: int
    strays: int


def read_position(connection: Connection) -> Position:
    """Return how far the database is."""
    row = connection.execute(select(follower.c.seq, follower.c.at)).first()
    if row is None:
        raise CallLogNotMigratedError(
            connection.engine.url.render_as_string(hide_password=True), "without a follower's row", REVISION
        )
    return Position(row.seq, row.at)


def apply_batch(engine: Engine, batch: Sequence[Recorded], *, after: int) -> Applied:
    """Write the consecutive events that follow event `after` in the journal, in one transaction.

    `after` need not be the number before the first one: a new log of a journal whose beginning was deleted
    begins late. Raises `PositionGapError` when the database does not hold event `after`, and SQLAlchemy's own
    errors; after any of them nothing has changed.
    """
    with engine.begin() as connection:
        position = connection.execute(_TAKE_POSITION).scalar()
        if position is None:
            raise CallLogNotMigratedError(
                engine.url.render_as_string(hide_password=True), "without a follower's row", REVISION
            )
        if after > position:
            raise PositionGapError(position, after)
        news = [recorded for recorded in batch if recorded.seq > position]
        if not news:
            return Applied(position, 0, 0)
        strays = _write(connection, news)
        last = news[-1]
        connection.execute(_MOVE_POSITION.values(seq=last.seq, at=last.at))
    return Applied(last.seq, len(news), strays)


def _write(connection: Connection, news: list[Recorded]) -> int:
    """Write the rows of the batch's contacts and events; return how many events had no contact."""
    ids = {clean(contact) for _, _, event in news if (contact := getattr(event, "contact", None)) is not None}
    rows: dict[str, ContactRow] = {}
    known: set[str] = set()
    if ids:
        for found in connection.execute(_KNOWN, {"ids": list(ids)}).mappings():
            rows[found["contact"]] = cast("ContactRow", dict(found))
        known = set(rows)
    ending = {clean(event.contact) for _, _, event in news if type(event) in ENDING}  # type: ignore[union-attr]
    estimates = Estimates(connection, ending & known)
    written: list[dict[str, Any]] = []
    strays = 0
    for seq, at, event in news:
        contact = getattr(event, "contact", None)
        if contact is None:
            continue  # telephones, clocks, configuration: the journal has them
        contact = clean(contact)
        if contact not in rows:
            if not isinstance(event, CallArrived):
                strays += 1
                continue
            rows[contact] = new_row(at, event)
        row = rows[contact]
        if type(event) in CONCERNED and row["ended_at"] is None:
            estimates.take(seq, at, contact, event)
        fold(row, at, event)
        written.append(
            {
                "seq": seq,
                "contact": contact,
                "at": at,
                "event": type(event).__name__,
                "detail": detail_of(event),
            }
        )
    if new := [row for contact, row in rows.items() if contact not in known]:
        connection.execute(_NEW_CONTACTS, new)
    if known:
        connection.execute(_CHANGED_CONTACTS, [_changes(rows[contact]) for contact in known])
    if written:
        connection.execute(_NEW_EVENTS, written)
    estimates.write()
    return strays


def _changes(row: ContactRow) -> dict[str, Any]:
    columns: dict[str, Any] = {**row}
    return {"key": row["contact"], **{name: columns[name] for name in _CHANGING}}


def new_row(at: float, event: CallArrived) -> ContactRow:
    """Begin a contact's row."""
    return ContactRow(
        contact=clean(event.contact),
        number=clean(event.number),
        called=clean(event.called),
        caller=event.caller,
        caller_kind=event.caller_kind,
        arrived_at=true_time(at, event),
        first_queue=None,
        queued_at=None,
        last_agent=None,
        offers=0,
        answered_at=None,
        talk_started_at=None,
        talk_ended_at=None,
        ended_at=None,
        outcome=None,
        ended_by=None,
        wait_s=None,
        talk_s=0.0,
        hops=0,
    )


def fold(row: ContactRow, at: float, event: Event) -> None:
    """Change a contact's row by one event of it. A closed contact changes no more: it is closed once."""
    if row["ended_at"] is not None:
        return
    then = true_time(at, event)
    match event:
        case PlaceRegained(_, queue):
            _enter_queue(row, queue, then)  # the call before has the wait before
        case CallerQueued(_, queue, since):
            _enter_queue(row, queue, since)
        case CallerFellBack(_, queue):
            _end_talk(row, then)
            _enter_queue(row, queue, event.waits_since(at))
        case CallerTurnedAway(_, queue):
            _enter_queue(row, queue, at)
            _leave_queue(row, at)
        case CallerSentOn():
            _leave_queue(row, at)
        case AgentOffered():
            row["offers"] += 1
        case OfferAnswered(_, who) | FallbackAnswered(_, _, who) | OfficerAnswered(_, who):
            _begin_talk(row, then, who)
        case CallTransferred(target=target, answered=answered):
            _end_talk(row, then)
            row["hops"] += 1
            if answered:
                _begin_talk(row, then, target)
        case TalkEnded() | CallerHungUp() | CallerLost():
            _end_talk(row, then)
        case CallEnded(_, outcome, by):
            _end_talk(row, then)
            row["ended_at"] = then
            row["outcome"] = outcome.value
            row["ended_by"] = by
            if row["wait_s"] is None:
                row["wait_s"] = _waited_s(row, then)
        case _:
            pass  # menus and unanswered offers stand among the contact's events


def detail_of(event: Event) -> dict[str, Any]:
    """Return what `contact_events` keeps of a contact's event beside its columns, as JSON takes it.

    Keyed digits are counted, not kept: what they meant is the `MenuAnswered` that follows.
    """
    if isinstance(event, DigitPressed):
        return {"keys": len(event.digits)}
    if isinstance(event, ChoiceOffered):
        return {"queue": event.queue}
    usual = event._field_defaults
    # What is as usual is left out.
    return {
        name: value._asdict() if isinstance(value, Considered) else value
        for name, value in zip(event._fields, event, strict=True)
        if name not in _LEFT_OUT and usual.get(name, ...) != value
    }


def clean(text: str) -> str:
    """Replace what PostgreSQL cannot store and a terminal would obey: NUL, control signs, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _enter_queue(row: ContactRow, queue: str, since: float) -> None:
    if row["first_queue"] is None:
        row["first_queue"] = queue
        row["queued_at"] = since
    if row["answered_at"] is None:
        row["wait_s"] = None  # who left a queue waits again


def _leave_queue(row: ContactRow, at: float) -> None:
    """Let the wait of who is sent on end there: what they are told then is no waiting."""
    if row["wait_s"] is None:
        row["wait_s"] = _waited_s(row, at)


def _begin_talk(row: ContactRow, at: float, who: str) -> None:
    _end_talk(row, at)
    row["last_agent"] = who
    row["talk_started_at"] = at
    if row["answered_at"] is None:
        row["answered_at"] = at
    if row["wait_s"] is None:  # who was connected directly may wait later
        row["wait_s"] = _waited_s(row, at)


def _end_talk(row: ContactRow, at: float) -> None:
    if row["talk_started_at"] is not None:
        row["talk_s"] += max(0.0, at - row["talk_started_at"])
        row["talk_started_at"] = None
        row["talk_ended_at"] = at


def _waited_s(row: ContactRow, at: float) -> float | None:
    return None if row["queued_at"] is None else max(0.0, at - row["queued_at"])
