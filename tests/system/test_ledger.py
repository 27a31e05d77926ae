"""The ledger finds what it is there for: each way to be wrong is named, and what is declared is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from queues.calllog.readings import ContactRecord
from routing.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerQueued,
    OfferAnswered,
    Outcome,
    Recorded,
    Rule,
)
from tests.system.books import Books, CallSeen, Declared, RingSeen
from tests.system.ledger import balance

CALLER, OTHER = "+46701740605", "+46701740606"
AGENTS = frozenset({"both", "named"})
PSEUDONYMS = {CALLER: "p1", OTHER: "p2"}
ARRIVAL = CallArrived("c1", "c1", "krisby", "+46858000098", "p1", "known")
OFFER = AgentOffered("c1", "both", "left", Rule.SPECIALIST, 0, 1.0, 1, 20.0)
EVENTS = (
    Recorded(1, 100.0, ARRIVAL),
    Recorded(2, 102.0, CallerQueued("c1", "left", 102.0)),
    Recorded(3, 103.0, OFFER),
    Recorded(4, 105.0, OfferAnswered("c1", "both")),
    Recorded(5, 115.0, CallerHungUp("c1")),
    Recorded(6, 115.0, CallEnded("c1", Outcome.ANSWERED, "caller")),
)
ROW = ContactRecord(
    "c1", "krisby", "+46858000098", "p1", "known", 100.0, "left", 102.0, "both", 1, 105.0, None, 115.0, 115.0,
    "answered", "caller", 3.0, 10.0, 0,
)  # fmt: skip
CALL = CallSeen(CALLER, 99.9, 115.1, was_cut_off=False)
RING = RingSeen("both", CALLER, 103.1, 10.1)
GOOD = Books([CALL], [RING], [], EVENTS, [ROW], AGENTS, PSEUDONYMS)


def differences(books: Books, declared: Declared | None = None) -> tuple[str, ...]:
    return balance(books, declared or Declared()).differences


def test_what_agrees_balances() -> None:
    found = balance(GOOD, Declared())
    assert (found.calls, found.lost, found.doubled, found.differences) == (1, 0, 0, ())


def without(kind: type, *, twice: bool = False) -> Books:
    kept = [r for r in EVENTS if not isinstance(r.event, kind)]
    doubled = [r for r in EVENTS if isinstance(r.event, kind)]
    return GOOD._replace(events=[*EVENTS, *doubled] if twice else kept)


@pytest.mark.parametrize(
    ("books", "said"),
    [
        (without(CallEnded), "journal: c1 has 0 CallEnded, expected 1"),
        (without(CallEnded, twice=True), "journal: c1 has 2 CallEnded, expected 1"),
        (without(CallArrived, twice=True), "journal: c1 has 2 CallArrived, expected 1"),
        (without(CallArrived), "journal: c1 has ended and never arrived"),
        (without(CallArrived), f"{CALLER} phoned once and has 0 contacts: []"),
        (GOOD._replace(calls=[]), "journal: nobody phoned whom c1 (known) could be"),
        (GOOD._replace(rows=[]), "call log: c1 has 0 rows, expected 1"),
        (GOOD._replace(rows=[ROW, ROW]), "call log: c1 has 2 rows, expected 1"),
        (
            GOOD._replace(rows=[ROW, replace(ROW, contact="c9")]),
            "call log: the journal knows nothing of c9",
        ),
        (GOOD._replace(rows=[replace(ROW, ended_at=None)]), "call log: c1 is still open"),
        (
            GOOD._replace(rows=[replace(ROW, arrived_at=102.0)]),
            f"{CALLER} (c1) arrived 2.10 s too late in the log",
        ),
        (
            GOOD._replace(rows=[replace(ROW, ended_at=113.0)]),
            f"{CALLER} (c1) ended 2.10 s too early in the log",
        ),
        (
            GOOD._replace(rows=[replace(ROW, talk_s=12.0)]),
            f"{CALLER} (c1) talked 10.1 s by the agent's telephone, 12.0 s in the log",
        ),
        (
            GOOD._replace(rings=[RING._replace(talked_s=None)]),
            f"{CALLER} (c1) talked with nobody, and came to answered",
        ),
        (GOOD._replace(rings=[]), "both was offered 1 callers and rung 0 times"),
        (GOOD._replace(rings=[RING, RING]), "both's telephone rang 2 times; the router offered 1"),
        (
            GOOD._replace(rings=[RING, RingSeen("named", OTHER, 103.0, None)]),
            "named's telephone rang 1 times; the router offered 0",
        ),
        (
            GOOD._replace(
                calls=[CALL, CallSeen(OTHER, 50.0, 60.0, was_cut_off=False)],
                rings=[RING._replace(caller=OTHER)],
            ),
            f"both's telephone rang 1 times more for {OTHER} than the router offered",
        ),
    ],
)
def test_each_difference_is_said(books: Books, said: str) -> None:
    assert said in differences(books)


def ended_as(outcome: Outcome, *, was_cut_off: bool) -> Books:
    """Return the books of a call that nobody was offered."""
    events = [r for r in EVENTS if not isinstance(r.event, AgentOffered | OfferAnswered | CallEnded)]
    events.append(Recorded(9, 115.0, CallEnded("c1", outcome, "caller")))
    row = replace(ROW, outcome=str(outcome), talk_s=0.0)
    return Books([CALL._replace(was_cut_off=was_cut_off)], [], [], events, [row], AGENTS, PSEUDONYMS)


def test_a_caller_who_is_let_go_unserved_is_lost_unless_declared() -> None:
    books = ended_as(Outcome.ENGINE_LOST, was_cut_off=True)
    found = balance(books, Declared())
    assert found.differences == (f"{CALLER} (c1) was cut off, and came to engine_lost",)
    assert found.lost == 1
    found = balance(books, Declared(cut_off={CALLER}))
    assert (found.lost, found.let_go, found.differences) == (0, 1, ())
    assert differences(ended_as(Outcome.SELF_SERVED, was_cut_off=True)) == ()


def test_who_hangs_up_has_abandoned() -> None:
    assert differences(ended_as(Outcome.ABANDONED, was_cut_off=False)) == ()
    assert differences(ended_as(Outcome.PBX_LOST, was_cut_off=False)) == (
        f"{CALLER} (c1) hung up without a talk, and came to pbx_lost",
    )


def test_a_second_contact_for_a_call_is_doubled() -> None:
    again = [Recorded(10 + r.seq, r.at, r.event._replace(contact="c2")) for r in EVENTS if r.event != OFFER]  # type: ignore[call-arg]
    found = balance(
        GOOD._replace(events=[*EVENTS, *again], rows=[ROW, replace(ROW, contact="c2")]), Declared()
    )
    assert f"{CALLER} phoned once and has 2 contacts: ['c1', 'c2']" in found.differences
    assert (found.lost, found.doubled) == (1, 1)


def test_asterisks_own_queue_rings_only_callers_who_are_in_it_and_only_where_declared() -> None:
    extra = GOOD._replace(rings=[RING, RING._replace(talked_s=None)])
    fell = extra._replace(events=[*EVENTS[:2], Recorded(9, 102.5, CallerFellBack("c1", "left")), *EVENTS[2:]])
    assert differences(extra, Declared(fallback_rings=True)) == (
        "both's telephone rang 2 times; the router offered 1",
    )
    assert differences(fell, Declared(fallback_rings=True)) == ()
    assert differences(fell)


def test_a_number_that_the_log_could_not_read_is_found_by_its_time() -> None:
    events = [Recorded(1, 100.0, ARRIVAL._replace(caller=None, caller_kind="unreadable")), *EVENTS[1:]]
    books = GOOD._replace(events=events)
    assert differences(books)
    assert differences(books, Declared(unreadable={CALLER})) == ()


def test_what_is_no_call_may_have_no_contact() -> None:
    books = GOOD._replace(rings=[], events=[], rows=[])
    assert differences(books)
    assert differences(books, Declared(malformed={CALLER})) == ()


def test_an_offer_that_crossed_the_hang_up_need_not_ring() -> None:
    books = ended_as(Outcome.ABANDONED, was_cut_off=False)
    late = Recorded(8, 114.9, OFFER)
    assert differences(books._replace(events=[*books.events, late])) == ()
