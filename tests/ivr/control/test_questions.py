"""A supervisor asks why somebody waits; the engine answers from what it knows this moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

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
    Met,
    OfferAnswered,
    PromptEnded,
    TelephoneState,
)
from routing.policy import SameAgent
from tests.ivr.numbers_for_tests import RINGS, number_for_tests

if TYPE_CHECKING:
    from ivr.control.orders import Answer
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

    def asked(self, queue: str) -> Answer:
        return why_waits(cast("Exchange", self), queue)

    def why(self, queue: str) -> list[str]:
        return list(self.asked(queue).lines)

    def calls(self, call: str, met: tuple[Met, ...] = ()) -> None:
        """Let somebody come to the queue "school"."""
        self.happens(CallArrived(call, call, "testby", "+46858028500", "ab", "known", met=met))
        self.happens(DigitPressed(call, "1"))
        self.happens(PromptEnded(call))


def town(**school: Any) -> Town:
    """Return a town, its queue "school" with these fields."""
    number = number_for_tests()
    queues = {**number.queues, "school": replace(number.queues["school"], **school)}
    number = replace(number, definitions=replace(number.definitions, queues=queues))
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


def test_an_agents_call_is_told_to_who_asks_about_its_queue_alone() -> None:
    stage = town()
    stage.happens(AgentStateChanged("gun", TelephoneState.FREE))
    stage.calls("c1")
    assert stage.why("school")[-1] == "  gun (ring 2, level 2): being rung (c1)"
    stage.happens(OfferAnswered("c1", "gun"))
    assert stage.why("school")[-1] == "  gun (ring 2, level 2): talking (c1)"
    answer = stage.asked("general")
    assert answer.lines[2] == "  gun (ring 1, level 2): talking"
    assert [(each["agent"], each["contact"]) for each in answer.fields["agents"]] == [
        ("gun", None),
        ("vera", None),
    ]
    assert "c1" not in str(answer)


def test_who_answers_a_confidential_queue_is_counted_and_not_named() -> None:
    stage = town(confidential=True, rings=RINGS[:1], same_agent=SameAgent(7, 20.0))
    stage.happens(AgentStateChanged("anna", TelephoneState.FREE))
    stage.calls("c1")
    stage.happens(OfferAnswered("c1", "anna"))
    stage.calls("c2", met=(Met("school", "anna", 0.0),))
    stage.at = 5.0
    answer = stage.asked("school")
    assert answer.lines[0].startswith("school: call c2 is first")
    assert answer.lines[1:] == (
        "Kept for somebody, who helped this caller last, for 15 s more",
        "All rings are open",
        "  1 talking; the queue is confidential: they are not named",
    )
    fields = answer.fields
    assert (fields["agents"], fields["kept_for"], fields["conditions"]) == ([], None, {"talking": 1})
    assert "anna" not in str(answer)
    assert "c1" not in str(answer)


def test_programs_are_told_the_same_as_people() -> None:
    stage = town()
    stage.happens(AgentStateChanged("anna", TelephoneState.BUSY))
    fields = stage.asked("school").fields
    assert fields["conditions"] == {"busy": 1, "away": 1}
    assert [each["agent"] for each in fields["agents"]] == ["anna", "gun"]
