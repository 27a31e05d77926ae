"""Every phase of a contact meets every news of it: what follows, and what is stale, is in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from ivr.contact import Reach
from ivr.core import Core
from ivr.menu.number import policy
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    AsteriskDisconnected,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    ConsultBegan,
    ConsultEnded,
    ContactCarried,
    DigitPressed,
    EngineStarted,
    EngineStopping,
    FallbackAnswered,
    GhostRemoved,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerCalled,
    OfficerFailed,
    Outcome,
    PromptEnded,
    RestorationEnded,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from routing.events import Input

ARRIVED = CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld")
CHOSEN = (ARRIVED, DigitPressed("c1", "1"))
WAITING = (*CHOSEN, PromptEnded("c1"))
OFFERED = (AgentStateChanged("anna", TelephoneState.FREE), *WAITING)
TALKING = (*OFFERED, OfferAnswered("c1", "anna"))
TO_OFFICER = CallTransferred("c1", "anna", "officer", "olle", "blind")
HANDED = (*TALKING, TO_OFFICER)
CARRIED = ContactCarried("c1", "c1", "testby", "menu", "start", None, 50.0, None, None, "caller")
PLACED = CARRIED._replace(queue="school")

CONTACTS: dict[str, tuple[Input, ...]] = {
    "asked": (ARRIVED,),
    "chosen": CHOSEN,
    "waiting": WAITING,
    "offered": OFFERED,
    "talking": TALKING,
    "leaving": (*TALKING, TalkEnded("c1", "anna", "agent")),
    "handed": HANDED,
    "with an officer": (*HANDED, OfficerAnswered("c1", "olle")),
    "left an officer": (*HANDED, OfficerAnswered("c1", "olle"), TalkEnded("c1", "olle", "agent")),
    "fallback": (*WAITING, CallerFellBack("c1", "school")),
    "carried asked": (CARRIED,),
    "carried chosen": (CARRIED._replace(node="school"),),
    "carried waiting": (PLACED._replace(stage="waiting"),),
    "carried offered": (PLACED._replace(stage="offered", agent="anna"),),
    "carried talking": (PLACED._replace(stage="talking", agent="anna"),),
    "carried handed": (PLACED._replace(stage="handed", agent="olle", answered=True),),
    "carried fallback": (PLACED._replace(stage="fallback"),),
    "carried leaving": (PLACED._replace(stage="leaving"),),
    "carried talked": (
        PLACED._replace(stage="leaving", agent="anna", outcome=Outcome.ANSWERED, ended_by="agent"),
    ),
    "learnt": (ARRIVED._replace(when=50.0),),
    "over": (ARRIVED, CallerHungUp("c1")),
}
NEWS: dict[str, Input] = {
    "arrived": ARRIVED,
    "returned": CallerReturned("c1"),
    "returned with a place": CallerReturned("c1", "general", 40.0),
    "fell back": CallerFellBack("c1", "general"),
    "fallback answered": FallbackAnswered("c1", "school", "gun"),
    "ghost": GhostRemoved("c1", "caller", None),
    "key": DigitPressed("c1", "1"),
    "silence": SilenceElapsed("c1"),
    "prompt ended": PromptEnded("c1"),
    "offer answered": OfferAnswered("c1", "anna"),
    "offer failed": OfferFailed("c1", "anna", OfferFailure.BUSY),
    "talk ended": TalkEnded("c1", "anna", "agent"),
    "consults": ConsultBegan("c1", "anna", "officer", "olle"),
    "consulted": ConsultEnded("c1", "anna"),
    "handed to a queue": CallTransferred("c1", "anna", "queue", "general", "blind"),
    "handed to an officer": TO_OFFICER,
    "given to an officer": TO_OFFICER._replace(manner="attended", answered=True),
    "officer answered": OfficerAnswered("c1", "olle"),
    "officer failed": OfficerFailed("c1", "olle", OfferFailure.NO_ANSWER),
    "officer consults": ConsultBegan("c1", "olle", "queue", "school"),
    "officer hands on": CallTransferred("c1", "olle", "officer", "olga", "blind"),
    "officer's talk ended": TalkEnded("c1", "olle", "agent"),
    "paused": AgentPaused("anna"),
    "resumed": AgentResumed("anna"),
    "hung up": CallerHungUp("c1"),
    "lost": CallerLost("c1", "engine"),
}


def core_after(*happened: Input) -> Core:
    number = number_for_tests()
    core = Core({number.id: number}, policy([number]))
    for event in happened:
        assert core.step(100.0, event) is not None
    return core


def follows(contact: str, news: str) -> str | None:
    core = core_after(*CONTACTS[contact])
    decisions = core.step(100.0, NEWS[news])
    if decisions is None:
        return None
    phase = str(core.contacts["c1"].phase) if core.contacts else "over"
    return "+".join((phase, *(type(decision).__name__ for decision in decisions)))


QUEUED, OFFERED_AGAIN = "waiting+CallerQueued", "offering+AgentOffered"
QUEUED_AND_OFFERED = "offering+CallerQueued+AgentOffered"
IN_MENU = {
    "returned": "menu+PromptPlayed",
    "returned with a place": QUEUED,
    "fell back": "fallback",
    "key": "menu+MenuAnswered+PromptPlayed",
    "silence": "menu+MenuAnswered+PromptPlayed",
    "prompt ended": "menu+MenuAnswered+PromptPlayed",
}
HAS_CHOSEN = {
    "returned": QUEUED,
    "returned with a place": QUEUED,
    "fell back": "fallback",
    "key": QUEUED,
    "silence": QUEUED,
    "prompt ended": QUEUED,
}
RUNG = {"fell back": "fallback", "offer answered": "talking", "offer failed": "waiting"}
SENT = {
    "handed to a queue": QUEUED,
    "handed to an officer": "handed+OfficerCalled",
    "given to an officer": "talking",
    "fell back": "fallback",  # handed over while no engine answered
}
IN_TALK = {"returned": "talking", "returned with a place": "talking", "fell back": "fallback"}
TALKS = IN_TALK | SENT | {"talk ended": "done", "consults": "talking", "consulted": "talking"}
OFFICER_RUNG = {"fell back": "fallback", "officer answered": "talking"}
FELL_BACK = {"returned": QUEUED, "returned with a place": QUEUED, "fallback answered": "talking"}
LEFT = {"returned": "done", "returned with a place": "done"}

# What follows: the phase, and the decisions. What does not stand here is stale.
FOLLOWS: dict[str, dict[str, str]] = {
    "asked": IN_MENU,
    "chosen": HAS_CHOSEN,
    "waiting": {"returned": "waiting", "returned with a place": "waiting", "fell back": "fallback"},
    "offered": RUNG | {"returned": OFFERED_AGAIN, "returned with a place": OFFERED_AGAIN},
    "talking": TALKS,
    "leaving": LEFT | SENT,  # the same, and the talk's end was told before
    "handed": OFFICER_RUNG
    | {"returned": QUEUED_AND_OFFERED, "returned with a place": QUEUED_AND_OFFERED}
    | {"officer failed": QUEUED_AND_OFFERED},
    "with an officer": IN_TALK
    | {"officer consults": "talking", "officer hands on": "handed+OfficerCalled"}
    | {"officer's talk ended": "done"},
    "left an officer": LEFT | {"fell back": "fallback", "officer hands on": "handed+OfficerCalled"},
    "fallback": FELL_BACK,
    "carried asked": IN_MENU,
    "carried chosen": HAS_CHOSEN,
    "carried waiting": {"returned": QUEUED, "returned with a place": QUEUED, "fell back": "fallback"},
    "carried offered": RUNG | {"returned": "waiting", "returned with a place": "waiting"},
    "carried talking": TALKS,
    "carried handed": OFFICER_RUNG
    | {"returned": QUEUED, "returned with a place": QUEUED, "officer failed": QUEUED},
    "carried fallback": FELL_BACK,
    "carried leaving": LEFT,
    "carried talked": LEFT | SENT,
    "learnt": IN_MENU,
    "over": {},
}


@pytest.mark.parametrize("contact", CONTACTS)
@pytest.mark.parametrize("news", NEWS)
def test_every_phase_meets_every_news(contact: str, news: str) -> None:
    expected = FOLLOWS[contact].get(news)
    if news in {"hung up", "lost"} and contact != "over":
        expected = "over+CallEnded"
    if news == "ghost" and contact != "over":
        expected = str(core_after(*CONTACTS[contact]).contacts["c1"].phase)  # the consequences come next
    if news == "paused":  # only who is offered next depends on it
        still = core_after(*CONTACTS[contact]).contacts.get("c1")
        expected = "over" if still is None else str(still.phase)
    assert follows(contact, news) == expected


@pytest.mark.parametrize("news", NEWS)
def test_news_of_a_stranger_is_stale(news: str) -> None:
    if news not in {"arrived", "paused"}:
        assert core_after().step(100.0, NEWS[news]) is None


def test_an_offer_or_a_talk_of_another_agent_is_stale() -> None:
    offered, talking = core_after(*OFFERED), core_after(*TALKING)
    assert offered.step(101.0, OfferAnswered("c1", "gun")) is None
    assert offered.step(101.0, OfferFailed("c1", "gun", OfferFailure.BUSY)) is None
    assert talking.step(101.0, TalkEnded("c1", "gun", "agent")) is None


def test_an_officer_is_not_the_agent_who_handed_over_nor_another_officer() -> None:
    handed = core_after(*HANDED)
    assert handed.step(101.0, OfficerAnswered("c1", "anna")) is None
    assert handed.step(101.0, OfficerFailed("c1", "olga", OfferFailure.BUSY)) is None
    assert handed.contacts["c1"].task == Reach("olle", 30.0)


@pytest.mark.parametrize("lost_by", [None, "engine", "pbx"])
@pytest.mark.parametrize("contact", ["handed", "carried handed", "with an officer", "left an officer"])
def test_who_was_answered_once_ends_as_answered(
    contact: str, lost_by: Literal["engine", "pbx"] | None
) -> None:
    core = core_after(*CONTACTS[contact])
    by = lost_by or ("agent" if contact == "left an officer" else "caller")
    end = CallerHungUp("c1") if lost_by is None else CallerLost("c1", lost_by)
    assert core.step(101.0, end) == [CallEnded("c1", Outcome.ANSWERED, by)]


@pytest.mark.parametrize("news", ["returned", "officer failed"])
def test_a_handed_caller_comes_back_to_the_old_place_and_ends_as_answered(news: str) -> None:
    core = core_after(*CONTACTS["carried handed"], NEWS[news])
    assert core.contacts["c1"].queued == CallerQueued("c1", "school", 50.0)
    assert core.step(102.0, CallerHungUp("c1")) == [CallEnded("c1", Outcome.ANSWERED, "caller")]


def test_a_handed_caller_leaves_the_agent_to_the_next() -> None:
    other = (event._replace(contact="c2") for event in WAITING)
    core = core_after(*TALKING, *other)
    decisions = core.step(101.0, TO_OFFICER)
    assert [type(decision) for decision in decisions or ()] == [AgentOffered, OfficerCalled]
    assert core.contacts["c2"].agent == "anna"


# --- what concerns no single contact ---


@pytest.mark.parametrize(
    "event",
    [
        EngineStopping(),
        RestorationEnded(3),
        AsteriskConnected("1"),
        AsteriskDisconnected(),
        EngineStarted("0"),
    ],
)
def test_the_engines_own_events_always_count(event: Input) -> None:
    core = core_after(*WAITING)
    assert [core.step(101.0, event), core.step(102.0, event)] == [[], []]


def test_a_pause_counts_once_and_so_does_its_end() -> None:
    core = core_after()
    told: list[Input] = [AgentResumed("anna"), AgentPaused("anna"), AgentPaused("anna"), AgentResumed("anna")]
    told += [AgentResumed("anna"), AgentPaused("nobody")]
    assert [core.step(100.0, event) for event in told] == [
        None,
        [],
        None,
        [],
        None,
        None,
    ]
    assert core.paused == set()


def test_a_new_run_knows_neither_contacts_nor_pauses_nor_telephones() -> None:
    core = core_after(*OFFERED, AgentPaused("gun"), EngineStarted("0"))
    assert (core.contacts, core.paused, set(core.telephones.values())) == (
        {},
        set(),
        {TelephoneState.UNREACHABLE},
    )
    assert core.step(101.0, AgentPaused("gun")) == []
    assert core.step(101.0, ARRIVED) is not None


# --- who is missing ---


@pytest.mark.parametrize(
    ("contact", "missing"),
    [(name, int(name in {"carried waiting", "carried chosen"})) for name in CONTACTS],
)
def test_only_carried_callers_with_a_place_are_waited_for(contact: str, missing: int) -> None:
    core = core_after(*CONTACTS[contact])
    assert core.missing() == missing
    core.step(101.0, CallerReturned("c1"))
    assert core.missing() == 0


def test_who_is_proven_gone_is_waited_for_no_more() -> None:
    core = core_after(PLACED._replace(stage="waiting"), PLACED._replace(stage="waiting", contact="c2"))
    assert core.missing() == 2
    core.step(101.0, CallerHungUp("c1"))
    assert core.missing() == 1
