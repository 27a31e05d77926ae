"""What an earlier run's events say of a contact that was open: its stage, its place, its agent."""

from __future__ import annotations

import pytest

from ivr.menu.number import policy
from ivr.restoration import Restored, fit, restore
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AsteriskConnected,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    ClockStepped,
    ConsultBegan,
    ConsultEnded,
    ContactCarried,
    DigitPressed,
    EndedBy,
    EngineStarted,
    Event,
    FallbackAnswered,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfferWithdrawn,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    PromptPlayed,
    Recorded,
    RestorationEnded,
    Rule,
    TalkEnded,
    TimerFired,
)
from tests.ivr.numbers_for_tests import number_for_tests
from tests.queues.calllog.streams import START, record

ARRIVED = CallArrived("c1", "pj-1", "testby", "+46858028500", None, "withheld")
QUEUED = CallerQueued("c1", "school", START + 0.5)
OFFERED = AgentOffered("c1", "anna", "school", Rule.SPECIALIST, 0, 1.0, 1, 20.0)
ANSWERED = OfferAnswered("c1", "anna")
FAILED = OfferFailed("c1", "anna", OfferFailure.NO_ANSWER)
FELL_BACK = CallerFellBack("c1", "general")

IN_MENU = ContactCarried("c1", "pj-1", "testby", "menu", None, None, START, None, None, "caller")
WAITING = IN_MENU._replace(stage="waiting", queue="school", since=QUEUED.since)
RUNG = WAITING._replace(stage="offered", agent="anna")
TALKING = WAITING._replace(stage="talking", agent="anna", answered=True)
HANDED = TALKING._replace(stage="handed", agent="olle")
WITH_OFFICER = TALKING._replace(agent="olle")
IN_FALLBACK = WAITING._replace(stage="fallback")


CONNECTED = (QUEUED, OFFERED, ANSWERED)
TO_QUEUE = CallTransferred("c1", "anna", "queue", "general", "blind")
MOVED = CallerQueued("c1", "general", QUEUED.since)
TO_OFFICER = CallTransferred("c1", "anna", "officer", "olle", "blind")
SENT = (*CONNECTED, TO_OFFICER, OfficerCalled("c1", "olle", 30.0))
TAKEN = OfficerAnswered("c1", "olle")
REFUSED = OfficerFailed("c1", "olle", OfferFailure.NO_ANSWER)
WAITING_AGAIN = WAITING._replace(answered=True)
ELSEWHERE = WAITING_AGAIN._replace(queue="general")
OVER = TalkEnded("c1", "anna", "agent")


def carried(*events: Event) -> ContactCarried:
    """Return what is left of the contact, but for when it came to somebody."""
    (contact,) = restore(record(ARRIVED, *events)).contacts
    return contact._replace(met_at=None)


def left(by: EndedBy, agent: str = "anna") -> ContactCarried:
    return TALKING._replace(stage="leaving", outcome=Outcome.ANSWERED, ended_by=by, agent=agent)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), IN_MENU),
        (
            (PromptPlayed("c1", "start", ("start.greeting",)),),
            IN_MENU._replace(node="start", since=START + 1),
        ),
        (
            (DigitPressed("c1", "2"), MenuAnswered("c1", "start", MenuResult.MATCH, "hours")),
            IN_MENU,
        ),
        ((QUEUED,), WAITING),
        ((QUEUED, TimerFired(), CallerReturned("c1")), WAITING),
        ((QUEUED, CallerQueued("c1", "general", QUEUED.since)), WAITING._replace(queue="general")),
        ((QUEUED, OFFERED), RUNG),
        ((QUEUED, OFFERED, OfferWithdrawn("c1", "anna", OfferFailure.UNREACHABLE)), RUNG),
        ((QUEUED, OFFERED, FAILED), WAITING),
        ((QUEUED, OFFERED, FAILED, OFFERED._replace(agent="gun")), RUNG._replace(agent="gun")),
        ((QUEUED, OFFERED, CallerReturned("c1")), WAITING),
        ((QUEUED, OFFERED, CallerHungUp("c1")), WAITING),
        ((QUEUED, OFFERED, ANSWERED), TALKING),
        ((QUEUED, OFFERED, ANSWERED, CallerReturned("c1")), TALKING),
        ((QUEUED, OFFERED, ANSWERED, TalkEnded("c1", "anna", "agent")), left("agent")),
        ((QUEUED, OFFERED, ANSWERED, CallerHungUp("c1")), left("caller")),
        ((QUEUED, OFFERED, ANSWERED, CallerLost("c1", "pbx")), left("pbx")),
        ((QUEUED, FELL_BACK), IN_FALLBACK),
        ((QUEUED, OFFERED, FELL_BACK), IN_FALLBACK),
        ((FELL_BACK,), IN_FALLBACK._replace(queue="general", since=START + 1)),
        (
            (FELL_BACK._replace(when=START - 60),),
            IN_FALLBACK._replace(queue="general", since=START - 60),
        ),
        ((QUEUED, FELL_BACK, FallbackAnswered("c1", "school", "gun")), TALKING._replace(agent="gun")),
        ((QUEUED, FELL_BACK, CallerReturned("c1")), IN_FALLBACK),
        ((QUEUED, FELL_BACK, CallerReturned("c1"), QUEUED), WAITING),
        ((RUNG._replace(since=START - 9),), RUNG._replace(since=START - 9)),
    ],
    ids=lambda value: "+".join(type(e).__name__ for e in value) if type(value) is tuple else "",
)
def test_a_contact_goes_on_from_its_last_event(events: tuple[Event, ...], expected: ContactCarried) -> None:
    assert carried(*events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((*CONNECTED, ConsultBegan("c1", "anna", "officer", "olle")), TALKING),
        ((*CONNECTED, ConsultBegan("c1", "anna", "queue", "general"), ConsultEnded("c1", "anna")), TALKING),
        ((*CONNECTED, TO_QUEUE, MOVED), ELSEWHERE),
        ((*CONNECTED, OVER, TO_QUEUE, MOVED), ELSEWHERE),
        ((*CONNECTED, TO_QUEUE), ELSEWHERE),  # killed before the decision was written
        ((*CONNECTED, OVER, TO_QUEUE), ELSEWHERE),
        (
            (*CONNECTED, TO_QUEUE, MOVED, OFFERED._replace(agent="vera", queue="general")),
            ELSEWHERE._replace(stage="offered", agent="vera"),
        ),
        ((*CONNECTED, TO_QUEUE, MOVED, CallerHungUp("c1")), ELSEWHERE),
        (SENT, HANDED),
        (SENT[:-1], HANDED),  # killed before the decision was written
        ((*CONNECTED, OVER, TO_OFFICER), HANDED),
        ((*CONNECTED, TO_OFFICER._replace(manner="attended", answered=True)), WITH_OFFICER),
        ((*CONNECTED, OVER, TO_OFFICER._replace(manner="attended", answered=True)), WITH_OFFICER),
        ((*SENT, TAKEN), WITH_OFFICER),
        ((*SENT, TAKEN, TalkEnded("c1", "olle", "agent")), left("agent", "olle")),
        ((*SENT, TAKEN, CallerHungUp("c1")), left("caller", "olle")),
        ((*SENT, TAKEN, TO_OFFICER._replace(by="olle", target="olga")), HANDED._replace(agent="olga")),
        ((*SENT, TAKEN, TO_QUEUE._replace(by="olle"), MOVED), ELSEWHERE),
        ((*SENT, REFUSED, QUEUED), WAITING_AGAIN),
        ((*SENT, REFUSED), HANDED),  # who comes back goes to the old place
        ((*SENT, CallerReturned("c1"), QUEUED), WAITING_AGAIN),
        ((*SENT, FELL_BACK), IN_FALLBACK._replace(answered=True)),
        ((*SENT, TAKEN, FELL_BACK), IN_FALLBACK._replace(answered=True)),
        ((*CONNECTED, OVER, FELL_BACK), IN_FALLBACK._replace(answered=True)),
        (
            (*CONNECTED, FELL_BACK, FallbackAnswered("c1", "school", "gun")),
            TALKING._replace(agent="gun"),
        ),
        ((*SENT, CallerHungUp("c1")), HANDED),
        ((HANDED, TAKEN), WITH_OFFICER),
        ((HANDED, REFUSED, QUEUED), WAITING_AGAIN),
    ],
    ids=lambda value: "+".join(type(e).__name__ for e in value) if type(value) is tuple else "",
)
def test_a_caller_who_was_handed_over_goes_on_from_there(
    events: tuple[Event, ...], expected: ContactCarried
) -> None:
    assert carried(*events) == expected


def test_a_closed_contact_is_not_carried_and_known_to_have_ended() -> None:
    stream = record(
        ARRIVED,
        ARRIVED._replace(contact="c2"),
        CallerHungUp("c1"),
        CallEnded("c1", Outcome.LEFT_IN_MENU, "caller"),
        OfferAnswered("c1", "anna"),
    )
    restored = restore(stream)
    assert [contact.contact for contact in restored.contacts] == ["c2"]
    assert restored.ended == {"c1"}


def test_contacts_are_carried_in_the_order_of_their_arrival() -> None:
    stream = record(
        *(ARRIVED._replace(contact=contact) for contact in ("c2", "c1", "c3")),
        QUEUED._replace(contact="c3"),
        QUEUED._replace(contact="c2"),
    )
    assert [contact.contact for contact in restore(stream).contacts] == ["c2", "c1", "c3"]


def test_a_contact_carried_by_a_run_that_died_in_turn_is_carried_once_more() -> None:
    stream = record(ARRIVED, QUEUED, OFFERED, EngineStarted("0"), RUNG, RestorationEnded(0), FAILED)
    assert restore(stream).contacts == (WAITING,)


def test_events_of_contacts_whose_arrival_nobody_wrote_carry_nothing() -> None:
    assert restore(record(QUEUED, OFFERED, CallerHungUp("c1"))).contacts == ()


@pytest.mark.parametrize(
    ("events", "met_at"),
    [
        ((QUEUED, OFFERED), None),
        (CONNECTED, START + 3),
        ((*CONNECTED, TO_QUEUE, MOVED), START + 3),
        ((*CONNECTED, TO_OFFICER._replace(manner="attended", answered=True)), START + 4),
        ((*SENT, TAKEN), START + 6),
        ((*SENT, TAKEN._replace(when=START + 5.5), OVER), START + 5.5),
        ((QUEUED, FELL_BACK, FallbackAnswered("c1", "school", "gun")), START + 3),
    ],
)
def test_it_is_known_when_the_last_talk_began(events: tuple[Event, ...], met_at: float | None) -> None:
    (contact,) = restore(record(ARRIVED, *events)).contacts
    assert contact.met_at == met_at


def test_times_are_those_of_the_machines_clock_as_it_was_set_last() -> None:
    """Its own time does not follow the machine's clock; the next engine begins with that."""
    stream = record(ARRIVED, *CONNECTED, ClockStepped(3600.0), ClockStepped(-600.0))
    restored = restore(stream)
    (contact,) = restored.contacts
    assert (contact.since, contact.met_at, restored.until) == (
        QUEUED.since + 3000,
        START + 3 + 3000,
        stream[-1].at + 3000,
    )
    later = [Recorded(99, START + 4000, EngineStarted("1")), Recorded(100, START + 4001, TimerFired())]
    again = restore([*stream, *later])
    assert (again.contacts, again.until) == (restored.contacts, START + 4001)


def test_agents_who_paused_pause_on() -> None:
    stream = record(
        AgentPaused("anna"), AgentPaused("gun"), AgentPaused("vera"), AgentResumed("gun"), AgentResumed("bo")
    )
    assert restore(stream).paused == ("anna", "vera")


def test_the_latest_run_of_asterisk_is_known() -> None:
    assert restore(record(AsteriskConnected("1"), AsteriskConnected("2"))).asterisk_run == "2"
    assert restore(record(EngineStarted("0", "1"), RestorationEnded(0))).asterisk_run == "1"
    assert restore(record(AsteriskConnected("1"), EngineStarted("0"))).asterisk_run == "1"


def test_nothing_leaves_nothing_behind() -> None:
    assert restore([]) == Restored((), (), frozenset(), (), "", None)


# --- what the present configuration makes of it ---

NUMBER, OTHER = number_for_tests(), number_for_tests("annanby")
NUMBERS = {number.id: number for number in (NUMBER, OTHER)}


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (RUNG, RUNG),
        (IN_MENU._replace(node="gone"), IN_MENU._replace(node="gone")),
        (WAITING._replace(queue="closed-down"), WAITING._replace(queue="general")),
        (HANDED._replace(queue="closed-down"), HANDED._replace(queue="general")),
        (WAITING._replace(number="gone"), WAITING._replace(number="annanby")),
        (
            WAITING._replace(number="gone", queue="closed-down"),
            WAITING._replace(number="annanby", queue="general"),
        ),
    ],
)
def test_what_is_no_more_gives_way_to_what_a_new_caller_would_get(
    contact: ContactCarried, expected: ContactCarried
) -> None:
    assert fit(contact, NUMBERS, OTHER, policy([NUMBER])) == expected
