"""The ledger: what callers and agents' telephones saw, against what the journal and the call log tell.

Owns what must agree after every test, and how a difference is said. Pure: it compares what others have
gathered (`tests.system.seen`, `tests.system.exchange`). What a test breaks on purpose it declares.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from ivr.demo.comparison import SERVED
from queues.snapshot import LOST
from routing.events import (
    CallEnded,
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from queues.calllog.readings import ContactRecord
    from routing.events import Recorded

from tests.system.books import AGREE_S, HELPED, LEFT_UNSERVED, Books, CallSeen, Contact, Declared, fold


class Balance(NamedTuple):
    """What came of the comparison."""

    calls: int
    lost: int  # without one closed contact, or let go unserved
    let_go: int  # unserved, and declared: by what was broken
    doubled: int  # contacts beyond one for a call
    differences: tuple[str, ...]

    def __str__(self) -> str:
        """Say every difference on a line of its own."""
        return "\n".join(("the ledger does not balance:", *(f"  - {text}" for text in self.differences)))


def balance(books: Books, declared: Declared) -> Balance:
    """Compare everything with everything; nothing is raised, all differences are in the answer."""
    contacts = fold(books.events)
    matched, unmatched = _match(books, contacts, declared)
    differences = [
        *_journal(books.events, contacts),
        *_contacts_of(books, matched, unmatched, declared),
        *_log(contacts, books.rows),
        *_told_to_callers(books, matched, declared),
        *_rings(books, matched, declared),
    ]
    rows = {row.contact: row for row in books.rows}
    lost = let_go = doubled = 0
    for call, own in zip(books.calls, matched, strict=True):
        closed = [c for c in own if c.id in rows and rows[c.id].ended_at is not None]
        if call.caller not in declared.malformed:
            served = any(rows[contact.id].outcome in SERVED for contact in closed)
            is_declared = call.caller in declared.cut_off
            lost += len(closed) != 1 or (call.was_cut_off and not served and not is_declared)
            let_go += len(closed) == 1 and not served and is_declared
            doubled += max(0, len(own) - 1)
    return Balance(len(books.calls), lost, let_go, doubled + len(unmatched), tuple(differences))


def _match(
    books: Books, contacts: Mapping[str, Contact], declared: Declared
) -> tuple[list[list[Contact]], list[Contact]]:
    """Give each call its contacts: by the pseudonym, or by the time where the log has no number."""
    by_caller: dict[str, list[Contact]] = defaultdict(list)
    nameless = []
    for contact in contacts.values():
        if contact.caller is None:
            nameless.append(contact)
        else:
            by_caller[contact.caller].append(contact)
    matched: list[list[Contact]] = []
    for call in books.calls:
        own = _of_call(call, by_caller.get(books.pseudonyms.get(call.caller) or "", []), books.calls)
        if not own and (call.withheld or call.caller in declared.unreadable):
            near = [c for c in nameless if abs(c.arrived_at - call.began_at) <= AGREE_S]
            if near:
                own = [min(near, key=lambda c: abs(c.arrived_at - call.began_at))]
                nameless.remove(own[0])
        matched.append(own)
    for caller in (*books.unwatched, *declared.malformed, *(call.caller for call in books.calls)):
        by_caller.pop(books.pseudonyms.get(caller) or "", None)
    return matched, [*nameless, *(contact for left in by_caller.values() for contact in left)]


def _of_call(call: CallSeen, contacts: Sequence[Contact], calls: Sequence[CallSeen]) -> list[Contact]:
    """Return those of a caller's contacts that arrived during this call, not the one before or after."""
    begins = sorted(other.began_at for other in calls if other.caller == call.caller)
    place = begins.index(call.began_at)
    first = begins[place] if place else 0.0
    following = begins[place + 1] if place + 1 < len(begins) else inf
    return [contact for contact in contacts if first <= contact.arrived_at < following]


def _journal(events: Sequence[Recorded], contacts: Mapping[str, Contact]) -> Iterator[str]:
    for contact in contacts.values():
        if contact.arrivals != 1:
            yield f"journal: {contact.id} has {contact.arrivals} CallArrived, expected 1"
        if len(contact.outcomes) != 1:
            yield f"journal: {contact.id} has {len(contact.outcomes)} CallEnded, expected 1"
    strays = {
        event.contact
        for _, _, event in events
        if isinstance(event, CallEnded) and event.contact not in contacts
    }
    for stray in sorted(strays):
        yield f"journal: {stray} has ended and never arrived"


def _contacts_of(
    books: Books, matched: Sequence[Sequence[Contact]], unmatched: Sequence[Contact], declared: Declared
) -> Iterator[str]:
    for call, own in zip(books.calls, matched, strict=True):
        if len(own) != 1 and not (not own and call.caller in declared.malformed):
            yield f"{call.caller} phoned once and has {len(own)} contacts: {[c.id for c in own]}"
    for contact in unmatched:
        yield f"journal: nobody phoned whom {contact.id} ({contact.kind}) could be"


def _log(contacts: Mapping[str, Contact], rows: Sequence[ContactRecord]) -> Iterator[str]:
    found = Counter(row.contact for row in rows)
    by_id = {row.contact: row for row in rows}
    for contact in contacts.values():
        if found[contact.id] != 1:
            yield f"call log: {contact.id} has {found[contact.id]} rows, expected 1"
            continue
        row = by_id[contact.id]
        if row.ended_at is None:
            yield f"call log: {contact.id} is still open"
        elif [row.outcome] != [str(outcome) for outcome in contact.outcomes[:1]]:
            yield f"call log: {contact.id} came to {row.outcome}, in the journal to {contact.outcomes}"
    for row in rows:
        if row.contact not in contacts:
            yield f"call log: the journal knows nothing of {row.contact}"


def _told_to_callers(books: Books, matched: Sequence[Sequence[Contact]], declared: Declared) -> Iterator[str]:
    rows = {row.contact: row for row in books.rows}
    talked: dict[str, float] = defaultdict(float)
    for ring in books.rings:
        if ring.talked_s is not None:
            talked[ring.caller] += ring.talked_s
    for call, own in zip(books.calls, matched, strict=True):
        row = rows.get(own[0].id) if len(own) == 1 else None
        if row is None or call.caller in declared.malformed:
            continue
        who = f"{call.caller} ({row.contact})"
        if (off := _off(row.arrived_at, call.began_at, declared.late_s)) is not None:
            yield f"{who} arrived {off} in the log"
        if (
            call.caller not in declared.end_unseen
            and (off := _off(row.ended_at, call.ended_at, declared.late_s)) is not None
        ):
            yield f"{who} ended {off} in the log"
        yield from _outcome(call, row, who, talked.get(call.caller), own[0].asked_s, declared)


def _outcome(
    call: CallSeen,
    row: ContactRecord,
    who: str,
    talked_s: float | None,
    asked_s: float,
    declared: Declared,
) -> Iterator[str]:
    outcome = Outcome(row.outcome) if row.outcome else None
    if not call.withheld:  # telephones were not told who it is
        if (talked_s is not None) != (outcome in HELPED):
            with_whom = "nobody" if talked_s is None else f"an agent for {talked_s:.1f} s"
            yield f"{who} talked with {with_whom}, and came to {outcome}"
        elif talked_s is not None and abs(row.talk_s - asked_s - talked_s) > declared.late_s:
            by_telephone = f"{talked_s:.1f} s by the agent's telephone"
            yield f"{who} talked {by_telephone}, {row.talk_s - asked_s:.1f} s in the log"
    if call.was_cut_off and outcome not in SERVED and call.caller not in declared.cut_off:
        yield f"{who} was cut off, and came to {outcome}"
    if not call.was_cut_off and call.ended_at is not None and outcome not in HELPED:
        expected = LEFT_UNSERVED | (frozenset(LOST) if call.caller in declared.cut_off else frozenset())
        if outcome not in expected:
            yield f"{who} hung up without a talk, and came to {outcome}"


def _off(told: float | None, seen: float | None, late_s: float) -> str | None:
    """Say by how much a time differs, if it does by too much."""
    if told is None or seen is None or -AGREE_S <= told - seen <= late_s:
        return None
    return f"{abs(told - seen):.2f} s too {'late' if told > seen else 'early'}"


def _rings(books: Books, matched: Sequence[Sequence[Contact]], declared: Declared) -> Iterator[str]:
    """Hold each INVITE against an offer of ours: nobody is rung outside the router."""
    callers = {
        contact.id: call.caller for call, own in zip(books.calls, matched, strict=True) for contact in own
    }
    by_number = {call.caller: own for call, own in zip(books.calls, matched, strict=True)}
    contacts = fold(books.events)
    rung = Counter(ring.agent for ring in books.rings if ring.agent in books.agents)
    offered = Counter(agent for contact in contacts.values() for _, agent in contact.offers)
    unrung: Counter[str] = Counter()
    for contact in contacts.values():
        for agent in {agent for _, agent in contact.offers}:
            unrung[agent] += contact.may_be_unrung(agent)
    from_fallback: Counter[str] = Counter()
    if declared.fallback_rings:
        for ring in books.rings:
            own = by_number.get(ring.caller, ())
            from_fallback[ring.agent] += any(contact.fell_back for contact in own)
    for agent in sorted(rung.keys() | offered.keys()):
        if rung[agent] > offered[agent] + from_fallback[agent]:
            yield (
                f"{agent}'s telephone rang {rung[agent]} times; the router offered {offered[agent]}"
                + (f", Asterisk's own queue {from_fallback[agent]} at most" if from_fallback[agent] else "")
            )
        missing = offered[agent] - unrung[agent] - rung[agent]
        if missing > 0 and agent not in declared.silent:
            yield f"{agent} was offered {offered[agent]} callers and rung {rung[agent]} times"
    if not declared.fallback_rings:
        yield from _misdirected(books, contacts, callers)


def _misdirected(books: Books, contacts: Mapping[str, Contact], callers: Mapping[str, str]) -> Iterator[str]:
    """Find telephones that rang for another caller than the one they were offered."""
    offered = Counter(
        (agent, callers[contact.id])
        for contact in contacts.values()
        if contact.id in callers
        for _, agent in contact.offers
    )
    known = {call.caller for call in books.calls}
    rung = Counter(
        (ring.agent, ring.caller)
        for ring in books.rings
        if ring.agent in books.agents and ring.caller in known
    )
    for (agent, caller), times in sorted((rung - offered).items()):
        yield f"{agent}'s telephone rang {times} times more for {caller} than the router offered"
