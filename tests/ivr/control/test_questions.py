"""A supervisor asks why somebody waits; the engine answers from what it knows this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from ivr.control.orders import OrderRefusedError
from ivr.control.questions import why_waits
from ivr.core import Core
from ivr.menu.number import policy
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentStateChanged,
    CallArrived,
    DigitPressed,
    PromptEnded,
    TelephoneState,
)
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from ivr.exchange import Exchange
    from routing.events import Decision, Input


@dataclass
class Town:
    """A core and its time, as much of an exchange as is asked."""

    core: Core
    at: float = 0.0

    def now(self) -> float:
        return self.at

    def happens(self, event: Input) -> list[Decision]:
        return self.core.step(self.at, event) or []

    def why(self, queue: str) -> list[str]:
        return list(why_waits(cast("Exchange", self), queue).lines)


def town() -> Town:
    number = number_for_tests()
    return Town(Core({number.id: number}, policy([number])))


def test_why_tells_the_first_caller_the_rings_and_everybody_who_may_answer() -> None:
    stage = town()
    stage.happens(AgentStateChanged("anna", TelephoneState.BUSY))
    stage.happens(AgentStateChanged("gun", TelephoneState.FREE))
    stage.at = 10.0
    for call in ("c1", "c2"):
        stage.happens(CallArrived(call, call, "testby", "+46858028500", None, "withheld"))
        stage.happens(DigitPressed(call, "1"))
        decisions = stage.happens(PromptEnded(call))
        assert not [each for each in decisions if isinstance(each, AgentOffered)]
    stage.at = 25.0
    assert stage.why("school") == [
        "school: call c1 is first, 1 behind; has waited 15 s of a target of 1:00 min, which is a score of 25",
        "Ring 1 of 2 is open; the next opens in 15 s",
        "  anna (ring 1, level 3): on another call",
        "  gun (ring 2, level 2): free, but of a ring that is not open yet",
    ]
    stage.happens(AgentPaused("gun"))
    assert stage.why("school")[-1] == "  gun (ring 2, level 2): paused"


def test_why_of_an_empty_queue_says_that_nobody_waits() -> None:
    assert town().why("school")[0] == "school: nobody waits"


def test_a_queue_that_is_none_is_refused_with_what_was_meant() -> None:
    with pytest.raises(OrderRefusedError, match='there is no queue "schol"; did you mean "school"'):
        town().why("schol")
