"""Sentences: every event has one, every closed set its words, and no keyed digit or number is in any."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from queues.calllog.projection import detail_of
from queues.telling.sentences import _SENTENCES, TOLD_ELSEWHERE, duration, sentence
from queues.telling.words import (
    CONDITIONS,
    ENDED_BY,
    FAILURES,
    MENU_RESULTS,
    OUTCOMES,
    WAYS_OUT,
    came_to,
)
from routing.events import (
    DECISIONS,
    INPUTS,
    AgentOffered,
    AgentPaused,
    CallArrived,
    CallEnded,
    CallerQueued,
    CallerSentOn,
    CallerTurnedAway,
    CallTransferred,
    ChoiceOffered,
    DigitPressed,
    Event,
    MenuAnswered,
    OfferFailed,
    OfferWithdrawn,
    OfficerCalled,
    SecretKeyed,
    TalkEnded,
    WaitTold,
)
from routing.words import (
    Condition,
    EndedBy,
    MenuResult,
    OfferFailure,
    Outcome,
    Rule,
    WayOut,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def said(event: Event, who: str = "the caller", at: float | None = None) -> str:
    return sentence(type(event).__name__, detail_of(event), who, at)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            CallArrived("c", "c", "n", "+46", "ab", "known", group="police"),
            "The caller phoned, of the group police",
        ),
        (
            MenuAnswered("c", "main", MenuResult.MATCH, "school"),
            "The caller pressed a key that leads to school (at main)",
        ),
        (
            MenuAnswered("c", "main", MenuResult.SILENCE, "all"),
            "The caller pressed nothing; went on to all (at main)",
        ),
        (
            CallerQueued("c", "school", 95.0),
            "The caller began to wait in the queue school, in the place of 5 s before",
        ),
        (
            CallerQueued("c", "school", 100.0, 50.0, "anna"),
            "The caller began to wait in the queue school, with 50 points of the caller's kind",
        ),
        (
            WaitTold("c", "school", 3, 120.0, 240.0),
            "The caller was told: place 3, 2 to 4 min still to wait",
        ),
        (WaitTold("c", "school", 2), "The caller was told: place 2"),
        (WaitTold("c", "school", 0, 0.0, 480.0), "The caller was told: less than 8 min still to wait"),
        (WaitTold("c", "school", 0), "The caller was told: only which keys there are"),
        (
            CallerTurnedAway("c", "school", WayOut.ALL_PAUSED, "shut"),
            (
                "The caller was not let into the queue school: everybody who was"
                " logged in had a pause; went on to shut"
            ),
        ),
        (
            CallerSentOn("c", "school", WayOut.WAITED, "general"),
            (
                "The caller left the queue school: the wait had been as long as the"
                " queue allows; went on to general"
            ),
        ),
        (
            AgentOffered("c", "anna", "school", Rule.SPECIALIST, 0, 83.0, 1, 20.0),
            "anna was rung, after 1:23 min of waiting in school, for up to 20 s",
        ),
        (OfferFailed("c", "anna", OfferFailure.DECLINED), "anna declined; the caller kept the place"),
        (
            OfferWithdrawn("c", "anna", OfferFailure.UNREACHABLE),
            "We stopped ringing anna for the caller: the telephone could no longer be reached",
        ),
        (TalkEnded("c", "anna", "agent"), "The caller and anna were no longer connected: the agent ended it"),
        (
            CallTransferred("c", "anna", "officer", "olle", "attended"),
            "anna handed the caller over to the officer olle, having spoken with them first",
        ),
        (
            OfficerCalled("c", "olle", 30.0, "ask"),
            "olle was rung, for up to 30 s, where the menu leads at ask",
        ),
        (CallEnded("c", Outcome.ANSWERED, "agent"), "The call was over: answered; the agent ended it"),
        (CallEnded("c", Outcome.ABANDONED, "caller"), "The call was over: the caller hung up in a queue"),
    ],
)
def test_an_event_is_one_sentence(event: Event, text: str) -> None:
    assert said(event, at=100.0) == text


def test_a_caller_among_others_is_named_by_the_contact() -> None:
    offer = AgentOffered("c7", "anna", "school", Rule.SPECIALIST, 0, 2.0, 1, 20.0)
    assert said(offer, "c7") == "anna was rung for c7, after 2 s of waiting in school, for up to 20 s"
    assert said(CallerQueued("c7", "school", 9.0), "c7") == "c7 began to wait in the queue school"


def test_every_event_of_a_contact_has_words_of_its_own() -> None:
    assert {kind.__name__ for kind in (*INPUTS, *DECISIONS) if "contact" in kind._fields} <= set(_SENTENCES)


def test_an_event_of_nobody_is_named_all_the_same() -> None:
    assert (
        sentence("AgentPaused", dict(zip(AgentPaused._fields, ("anna",), strict=True)), "nobody")
        == "anna paused"
    )
    assert sentence("ClockStepped", {"by_s": 1.0}, "nobody") == "clock stepped (nobody)"


def test_no_keyed_digit_is_told() -> None:
    for event in (DigitPressed("c", "7313"), SecretKeyed("c", 4), ChoiceOffered("c", "school", "7")):
        assert not set("0123456789") & set(said(event))


def test_what_is_told_elsewhere_is_an_event() -> None:
    assert {kind.__name__ for kind in INPUTS} >= TOLD_ELSEWHERE


@pytest.mark.parametrize(
    ("words", "members"),
    [
        (WAYS_OUT, WayOut),
        (FAILURES, OfferFailure),
        (OUTCOMES, Outcome),
        (MENU_RESULTS, MenuResult),
        (CONDITIONS, Condition),
        (ENDED_BY, get_args(EndedBy)),
    ],
)
def test_every_member_has_its_words(words: Mapping[str, str], members: Iterable[str]) -> None:
    assert set(words) == set(members)


def test_who_ended_a_call_is_said_unless_the_outcome_says_it() -> None:
    assert came_to(Outcome.ABANDONED, "caller") == "the caller hung up in a queue"
    assert came_to(Outcome.ABANDONED, "pbx") == "the caller hung up in a queue; Asterisk ended it"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1:00 min"), (125, "2:05 min"), (3850, "1:04:10 h")],
)
def test_durations_are_as_long_as_they_need(seconds: float, text: str) -> None:
    assert duration(seconds) == text
