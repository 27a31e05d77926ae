"""What the dialplan says of Asterisk's own queue becomes inputs of the caller whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from routing.events import CallerFellBack, CallerHungUp, FallbackAnswered, TalkEnded
from tests.ivr.test_translator import Stage, event

if TYPE_CHECKING:
    from ivr.ami.codec import Event


def fallback(name: str, **headers: str) -> Event:
    return event("UserEvent", UserEvent=name, **headers)


def test_a_caller_whom_asterisks_own_queue_takes_and_connects_is_told_so() -> None:
    stage = Stage()
    stage.offer("c1")
    assert stage.take(
        fallback("VaxelFallback", Case="c1", Queue="school"),
        fallback("VaxelFallbackAnswered", Case="c1", Agent="anna"),
        event("BridgeEnter", BridgeNumChannels="2", Uniqueid="leg", Linkedid="c1"),
        event(
            "BridgeLeave",
            BridgeNumChannels="1",
            Channel="PJSIP/anna-00000002",
            Uniqueid="leg",
            Linkedid="c1",
        ),
        event("Hangup", Uniqueid="c1"),
    ) == [
        CallerFellBack("c1", "school"),
        FallbackAnswered("c1", "school", "anna"),
        TalkEnded("c1", "anna", "agent"),
        CallerHungUp("c1"),
    ]


def test_an_answer_names_the_queue_that_we_know_the_caller_in() -> None:
    stage = Stage()
    stage.offer("c1")
    stage.take(fallback("VaxelFallback", Case="c1", Queue="general"))
    assert stage.take(fallback("VaxelFallbackAnswered", Case="c1", Agent="anna"))[-1] == FallbackAnswered(
        "c1", "school", "anna"
    )


@pytest.mark.parametrize("name", ["VaxelFallback", "VaxelFallbackAnswered"])
def test_the_fallback_of_a_stranger_counts_for_nothing(name: str) -> None:
    stage = Stage()
    assert stage.take(fallback(name, Case="c9", Queue="school", Agent="anna"), fallback(name)) == []
