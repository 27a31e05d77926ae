"""Comparing: what is the same, what differs, what a killed engine left out, what makes no sense any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.core import Core
from ivr.menu.number import policy
from ivr.replaying.comparison import Replayed, compare
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallerHungUp,
    CallerInformed,
    CallerQueued,
    ConfigurationChanged,
    Considered,
    DigitPressed,
    EngineStarted,
    Input,
    LanguageChosen,
    OfferAnswered,
    PromptEnded,
    Recorded,
    TelephoneState,
)
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.events import Decision, Event

NUMBER = number_for_tests()
ARRIVAL = CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld")
TO_SCHOOL: tuple[Input, ...] = (ARRIVAL, DigitPressed("c1", "1"), PromptEnded("c1"))
ANNA = AgentStateChanged("anna", TelephoneState.FREE)
GUN = AgentStateChanged("gun", TelephoneState.FREE)


class Same:
    """The numbers as they are, in every run."""

    def core(self, seq: int) -> Core:
        del seq
        return Core({NUMBER.id: NUMBER}, policy([NUMBER]))

    def change(self, core: Core, seq: int, event: ConfigurationChanged) -> None:
        del core, seq, event


def stream_of(*inputs: Input) -> list[Recorded]:
    """Return what an engine would have written."""
    core, at = Same().core(1), 1000.0
    events: list[tuple[float, Event]] = []
    for event in inputs:
        at += 1
        decisions = core.step(at, event)
        assert decisions is not None
        events += [(at, each) for each in (event, *decisions)]
    return numbered(events)


def numbered(events: Iterable[tuple[float, Event]]) -> list[Recorded]:
    return [Recorded(seq, at, event) for seq, (at, event) in enumerate(events, start=1)]


def without(stream: list[Recorded], *seqs: int) -> list[Recorded]:
    return numbered((each.at, each.event) for each in stream if each.seq not in seqs)


def replayed(stream: list[Recorded]) -> Replayed:
    return compare(stream, Same())


def test_the_same_is_the_same_and_everything_is_counted() -> None:
    stream = stream_of(EngineStarted("1"), ANNA, *TO_SCHOOL, OfferAnswered("c1", "anna"), CallerHungUp("c1"))
    came = replayed(stream)
    assert came.differences == ()
    assert (came.events, came.inputs, came.runs) == (len(stream), 7, 1)
    assert came.decisions == len(stream) - 7
    assert (came.first_seq, came.last_seq) == (1, len(stream))
    assert came.unfinished == ()


def test_a_stream_without_a_start_is_replayed_from_its_first_event() -> None:
    assert replayed(stream_of(*TO_SCHOOL)).differences == ()


def test_nothing_is_nothing() -> None:
    assert replayed([]).events == 0


def test_another_decision_is_told_with_the_input_before_it() -> None:
    stream = stream_of(EngineStarted("1"), ANNA, GUN, *TO_SCHOOL)
    offer = stream[-1]
    assert isinstance(offer.event, AgentOffered)
    stream[-1] = offer._replace(event=offer.event._replace(agent="gun"))
    (difference,) = replayed(stream).differences
    assert (difference.seq, difference.event) == (stream[-3].seq, PromptEnded("c1"))
    assert (difference.recorded, difference.replayed) == (stream[-1].event, offer.event)


def test_a_decision_that_lacks_is_told_as_none() -> None:
    stream = stream_of(EngineStarted("1"), ANNA, *TO_SCHOOL, OfferAnswered("c1", "anna"))
    lacks = without(stream, stream[-2].seq)  # the offer
    (difference,) = replayed(lacks).differences
    assert (difference.recorded, difference.replayed) == (None, stream[-2].event)


def test_a_decision_too_many_is_told() -> None:
    stream = stream_of(EngineStarted("1"), *TO_SCHOOL)
    more = CallerQueued("c1", "general", 5.0)
    (difference,) = replayed([*stream, Recorded(len(stream) + 1, stream[-1].at, more)]).differences
    assert (difference.recorded, difference.replayed) == (more, None)


def test_an_input_that_would_have_been_old_news_is_told() -> None:
    stream = stream_of(EngineStarted("1"), ANNA)
    (difference,) = replayed([*stream, Recorded(3, stream[-1].at, ANNA)]).differences
    assert difference.is_stale


def test_a_killed_engine_may_have_written_an_input_and_not_all_that_it_decided() -> None:
    stream = stream_of(EngineStarted("1"), ANNA, *TO_SCHOOL, EngineStarted("1"))
    cut = without(stream, stream[-2].seq)
    came = replayed(cut)
    assert came.differences == ()
    assert came.unfinished == (cut[-3].seq,)
    assert not came.ends_unfinished
    assert came.runs == 2


def test_the_end_of_a_journal_may_lack_something_too_and_says_so() -> None:
    stream = stream_of(EngineStarted("1"), ANNA, *TO_SCHOOL)
    came = replayed(stream[:-1])
    assert came.differences == ()
    assert came.ends_unfinished


def test_what_makes_no_sense_after_a_difference_ends_the_run_and_the_next_is_compared() -> None:
    first = stream_of(EngineStarted("1"), *TO_SCHOOL)
    odd = Recorded(0, 2000.0, ARRIVAL._replace(contact="c2", number="elsewhere"))
    wrong = [*first, Recorded(0, first[-1].at, CallerQueued("c9", "school", 1.0)), odd]
    both = numbered((each.at, each.event) for each in (*wrong, *first))
    came = replayed(both)
    assert came.runs == 2
    assert came.broken == 1
    assert [each.fault for each in came.differences] == ["", "KeyError"]


def test_what_makes_no_sense_without_a_difference_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        replayed([Recorded(1, 1.0, ARRIVAL._replace(number="elsewhere"))])


def test_offers_from_before_all_reasons_were_kept_are_the_same() -> None:
    stream = stream_of(EngineStarted("1"), ANNA, *TO_SCHOOL)
    offer = stream[-1].event
    assert isinstance(offer, AgentOffered)
    assert offer.considered != Considered()
    stream[-1] = stream[-1]._replace(event=offer._replace(score=0.0, considered=Considered()))
    assert replayed(stream).differences == ()


def test_decisions_of_two_kinds_with_equal_fields_are_not_the_same() -> None:
    chosen, informed = LanguageChosen("c1", "sv"), CallerInformed("c1", "sv")
    assert tuple(chosen) == tuple(informed)

    class Informs(Core):
        def step(self, at: float, event: Input) -> list[Decision] | None:
            del at, event
            return [informed]

    class Past(Same):
        def core(self, seq: int) -> Core:
            del seq
            return Informs({NUMBER.id: NUMBER}, policy([NUMBER]))

    assert compare(numbered([(1.0, ARRIVAL), (1.0, chosen)]), Past()).differing == 1
