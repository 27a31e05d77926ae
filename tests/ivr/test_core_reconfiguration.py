"""Menus that go live under calls: who is in an older menu, waits, is rung or talks comes to a person."""

from __future__ import annotations

from dataclasses import replace

from ivr.contact import Phase
from ivr.core import Core
from ivr.menu.model import QueueNode
from ivr.menu.number import Number, policy
from queues.definitions import Definitions
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallerQueued,
    CallerReturned,
    ConfigurationChanged,
    Decision,
    DigitPressed,
    Event,
    Input,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    PromptEnded,
    Recorded,
    TalkEnded,
    TelephoneState,
)
from routing.policy import Agent, Skill
from tests.ivr.numbers_for_tests import number_for_tests
from tests.ivr.replay import assert_replays

FREE = TelephoneState.FREE
BEFORE = number_for_tests()
GENERAL_ONLY = replace(
    BEFORE,
    content_hash="1" * 64,
    definitions=Definitions({"general": BEFORE.queues["general"]}, {"vera": BEFORE.agents["vera"]}),
)
WITH_CIA = replace(
    BEFORE,
    content_hash="2" * 64,
    definitions=Definitions(
        BEFORE.queues, {**BEFORE.agents, "cia": Agent("cia", "Cia", {"school": Skill("specialist", 3)})}
    ),
)
ELSEWHERE = number_for_tests("other")
OTHER = replace(
    ELSEWHERE,
    called=(),
    content_hash="3" * 64,
    menu=replace(ELSEWHERE.menu, nodes={**ELSEWHERE.menu.nodes, "general": QueueNode("general", "else")}),
    definitions=Definitions(
        {"else": replace(BEFORE.queues["general"], id="else", number="other")},
        {"olle": Agent("olle", "Olle", {"else": Skill("specialist", 3)})},
    ),
)


class Stage:
    """A core whose stream is kept, so that it can be replayed at the end."""

    def __init__(self, *numbers: Number) -> None:
        self.numbers = numbers or (BEFORE,)
        self.core = Core({number.id: number for number in self.numbers}, policy(self.numbers))
        self.stream: list[Recorded] = []
        self.versions: list[Number] = []
        self.at = 1000.0

    def happens(self, event: Input) -> list[Decision]:
        self.at += 1
        decisions = self.core.step(self.at, event)
        assert decisions is not None, f"stale: {event}"
        happened: list[Event] = [event, *decisions]
        for each in happened:
            self.stream.append(Recorded(len(self.stream) + 1, self.at, each))
        return decisions

    def goes_live(self, number: Number, *, more_follow: bool = False) -> list[Decision]:
        self.core.attendant.know(number)
        self.versions.append(number)
        return self.happens(ConfigurationChanged(number.id, number.content_hash, more_follow))

    def waits(self, contact: str) -> CallerQueued:
        """Let a caller come to the school's queue, and return the place."""
        self.in_menu(contact)
        self.happens(DigitPressed(contact, "1"))
        decisions = self.happens(PromptEnded(contact))
        assert isinstance(decisions[0], CallerQueued)
        return decisions[0]

    def in_menu(self, contact: str) -> None:
        self.happens(CallArrived(contact, contact, "testby", "+46858028500", None, "withheld"))

    def free(self, *agents: str) -> list[Decision]:
        return [decision for agent in agents for decision in self.happens(AgentStateChanged(agent, FREE))]

    def phase(self, contact: str) -> tuple[Phase, str | None]:
        return self.core.contacts[contact].phase, self.core.contacts[contact].agent

    def offers(self, decisions: list[Decision]) -> list[tuple[str, str]]:
        """Return who was offered whom, once the stream has been replayed."""
        assert_replays(self.stream, self.numbers, self.versions)
        return [(each.contact, each.agent) for each in decisions if isinstance(each, AgentOffered)]


def test_who_waits_in_a_queue_that_is_no_more_waits_for_a_person_in_the_same_place() -> None:
    stage = Stage()
    first, second = stage.waits("c1"), stage.waits("c2")
    assert stage.goes_live(GENERAL_ONLY) == [
        CallerQueued("c1", "general", first.since),
        CallerQueued("c2", "general", second.since),
    ]
    assert stage.offers(stage.free("vera")) == [("c1", "vera")]


def test_who_waits_is_offered_at_once_when_a_person_is_free() -> None:
    stage = Stage()
    stage.free("vera")
    stage.waits("c1")
    assert stage.offers(stage.goes_live(GENERAL_ONLY)) == [("c1", "vera")]


def test_who_is_in_the_older_menu_and_chooses_a_queue_that_is_no_more_comes_to_a_person() -> None:
    stage = Stage()
    stage.in_menu("c1")
    stage.goes_live(GENERAL_ONLY)
    stage.happens(DigitPressed("c1", "1"))
    (queued,) = stage.happens(PromptEnded("c1"))
    assert isinstance(queued, CallerQueued)
    assert queued.queue == "general"
    assert stage.offers(stage.free("vera")) == [("c1", "vera")]


def test_who_hears_the_text_before_a_queue_that_is_no_more_comes_to_a_person() -> None:
    stage = Stage()
    stage.in_menu("c1")
    stage.happens(DigitPressed("c1", "1"))
    stage.goes_live(GENERAL_ONLY)
    (queued,) = stage.happens(PromptEnded("c1"))
    assert queued == CallerQueued("c1", "general", stage.at - 2)


def test_an_agent_who_is_no_more_may_answer_the_offer_and_gets_no_other() -> None:
    stage = Stage()
    stage.free("gun")
    stage.waits("c1")
    assert stage.phase("c1") == (Phase.OFFERED, "gun")
    stage.goes_live(GENERAL_ONLY)
    assert stage.phase("c1") == (Phase.OFFERED, "gun")
    stage.happens(OfferAnswered("c1", "gun"))
    assert stage.phase("c1") == (Phase.TALKING, "gun")
    stage.waits("c2")
    assert stage.offers(stage.happens(TalkEnded("c1", "gun", "agent"))) == []
    assert stage.offers(stage.free("vera")) == [("c2", "vera")]


def test_an_offer_of_a_queue_that_is_no_more_fails_and_the_caller_comes_to_a_person() -> None:
    stage = Stage()
    stage.free("gun")
    place = stage.waits("c1")
    stage.goes_live(GENERAL_ONLY)
    assert stage.happens(OfferFailed("c1", "gun", OfferFailure.NO_ANSWER)) == [
        CallerQueued("c1", "general", place.since)
    ]
    assert stage.offers(stage.free("vera")) == [("c1", "vera")]


def test_an_offered_caller_of_a_queue_that_is_no_more_who_comes_back_comes_to_a_person() -> None:
    stage = Stage()
    stage.free("gun")
    place = stage.waits("c1")
    stage.goes_live(GENERAL_ONLY)
    decisions = stage.happens(CallerReturned("c1", "school", place.since))
    assert decisions == [CallerQueued("c1", "general", place.since)]


def test_a_new_agent_is_known_becomes_free_and_is_offered_who_waits() -> None:
    stage = Stage()
    stage.waits("c1")
    assert stage.goes_live(WITH_CIA) == []
    assert stage.core.telephones["cia"] is TelephoneState.UNREACHABLE
    assert stage.offers(stage.free("cia")) == [("c1", "cia")]


def test_calls_under_way_go_on_by_the_older_menu_and_new_ones_by_the_newer() -> None:
    stage = Stage()
    stage.in_menu("c1")
    stage.goes_live(WITH_CIA)
    stage.in_menu("c2")
    assert stage.core.contacts["c1"].number is BEFORE
    assert stage.core.contacts["c2"].number is WITH_CIA


def test_callers_of_a_number_that_is_live_no_more_come_to_a_person_of_another() -> None:
    stage = Stage(BEFORE, OTHER)
    place = stage.waits("c1")
    stage.in_menu("c2")
    assert stage.happens(ConfigurationChanged("testby", "")) == [CallerQueued("c1", "else", place.since)]
    stage.happens(DigitPressed("c2", "1"))
    (queued,) = stage.happens(PromptEnded("c2"))
    assert isinstance(queued, CallerQueued)
    assert queued.queue == "else"
    assert stage.offers(stage.free("olle")) == [("c1", "olle")]


def test_who_waits_in_a_queue_that_moves_to_another_number_at_once_keeps_waiting_there() -> None:
    stage = Stage(BEFORE, OTHER)
    place = stage.waits("c1")
    taken_over = replace(BEFORE.queues["school"], number="other")
    with_school = replace(
        OTHER,
        content_hash="4" * 64,
        definitions=Definitions({**OTHER.queues, "school": taken_over}, OTHER.agents),
    )
    assert stage.goes_live(GENERAL_ONLY, more_follow=True) == []
    assert stage.goes_live(with_school) == []
    assert stage.core.contacts["c1"].queued == place
    assert stage.offers(stage.free("gun")) == []  # an agent of before


def test_a_version_that_nobody_knows_changes_nothing() -> None:
    stage = Stage()
    stage.waits("c1")
    assert stage.happens(ConfigurationChanged("testby", "f" * 64)) == []
    assert stage.core.attendant.numbers == {"testby": BEFORE}
