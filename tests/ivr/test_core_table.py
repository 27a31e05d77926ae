"""Every phase of a contact meets every news of it: what follows, and what is stale, is in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.core import Core
from ivr.menu.number import policy
from routing.events import (
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    AsteriskDisconnected,
    CallArrived,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerReturned,
    ContactCarried,
    DigitPressed,
    EngineStarted,
    EngineStopping,
    FallbackAnswered,
    GhostRemoved,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
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
CARRIED = ContactCarried("c1", "c1", "testby", "menu", "start", None, 50.0, None, None, "caller")
PLACED = CARRIED._replace(queue="school")

CONTACTS: dict[str, tuple[Input, ...]] = {
    "asked": (ARRIVED,),
    "chosen": CHOSEN,
    "waiting": WAITING,
    "offered": OFFERED,
    "talking": TALKING,
    "leaving": (*TALKING, TalkEnded("c1", "anna", "agent")),
    "fallback": (*WAITING, CallerFellBack("c1", "school")),
    "carried asked": (CARRIED,),
    "carried chosen": (CARRIED._replace(node="school"),),
    "carried waiting": (PLACED._replace(stage="waiting"),),
    "carried offered": (PLACED._replace(stage="offered", agent="anna"),),
    "carried talking": (PLACED._replace(stage="talking", agent="anna"),),
    "carried fallback": (PLACED._replace(stage="fallback"),),
    "carried leaving": (PLACED._replace(stage="leaving"),),
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
TALKS = {
    "returned": "talking",
    "returned with a place": "talking",
    "talk ended": "done",
    "fell back": "fallback",  # handed over while no engine answered
}
FELL_BACK = {"returned": QUEUED, "returned with a place": QUEUED, "fallback answered": "talking"}
LEFT = {"returned": "done", "returned with a place": "done"}

# What follows: the phase, and the decisions. What does not stand here is stale.
FOLLOWS: dict[str, dict[str, str]] = {
    "asked": IN_MENU,
    "chosen": HAS_CHOSEN,
    "waiting": {"returned": "waiting", "returned with a place": "waiting", "fell back": "fallback"},
    "offered": RUNG | {"returned": OFFERED_AGAIN, "returned with a place": OFFERED_AGAIN},
    "talking": TALKS,
    "leaving": LEFT | {"fell back": "fallback"},  # the same, and the talk's end was told before
    "fallback": FELL_BACK,
    "carried asked": IN_MENU,
    "carried chosen": HAS_CHOSEN,
    "carried waiting": {"returned": QUEUED, "returned with a place": QUEUED, "fell back": "fallback"},
    "carried offered": RUNG | {"returned": "waiting", "returned with a place": "waiting"},
    "carried talking": TALKS,
    "carried fallback": FELL_BACK,
    "carried leaving": LEFT,
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
    assert follows(contact, news) == expected


@pytest.mark.parametrize("news", NEWS)
def test_news_of_a_stranger_is_stale(news: str) -> None:
    if news != "arrived":
        assert core_after().step(100.0, NEWS[news]) is None


def test_an_offer_or_a_talk_of_another_agent_is_stale() -> None:
    offered, talking = core_after(*OFFERED), core_after(*TALKING)
    assert offered.step(101.0, OfferAnswered("c1", "gun")) is None
    assert offered.step(101.0, OfferFailed("c1", "gun", OfferFailure.BUSY)) is None
    assert talking.step(101.0, TalkEnded("c1", "gun", "agent")) is None


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
