"""The exchange: written first, acted on after; stale news is no news; the timer comes when it is due."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.scribe import RETRY_S
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallTransferred,
    DigitPressed,
    EngineStarted,
    OfferAnswered,
    OfferWithdrawn,
    OfficerAnswered,
    PromptEnded,
    Rule,
    TelephoneState,
    TimerFired,
)
from tests.ivr.agi.virtual import now
from tests.ivr.office import CASE, Office, in_office

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.events import Event

ARRIVAL = CallArrived(CASE, CASE, "testby", "+46858028500", None, "withheld")


def queue_up(office: Office) -> None:
    for event in (ARRIVAL, DigitPressed(CASE, "1"), PromptEnded(CASE)):
        office.exchange.happened(event)


class Attached:
    """A session that notes what it is told."""

    def __init__(self, look: Callable[[], list[Event]] = list) -> None:
        self.told: list[str] = []
        self.seen: list[list[Event]] = []
        self._look = look

    def task_changed(self) -> None:
        self.told.append("task changed")
        self.seen.append(self._look())

    def talk_began(self) -> None:
        self.told.append("talk began")


def test_everything_is_written_before_anybody_is_woken() -> None:
    async def story(office: Office) -> None:
        queue_up(office)
        session = Attached(lambda: list(office.journal.events))
        office.exchange.attach(CASE, session)
        office.free("anna")
        ((*_, change, offer),) = session.seen
        assert change == AgentStateChanged("anna", TelephoneState.FREE)
        assert isinstance(offer, AgentOffered)

    in_office(story)


def test_an_input_stands_in_the_journal_before_its_decisions() -> None:
    async def story(office: Office) -> None:
        assert office.exchange.happened(ARRIVAL)
        assert [type(event).__name__ for event in office.journal.events] == ["CallArrived", "PromptPlayed"]

    in_office(story)


def test_stale_inputs_are_told_so_and_not_written() -> None:
    async def story(office: Office) -> None:
        queue_up(office)
        assert office.exchange.happened(CallerHungUp(CASE))
        written = list(office.journal.events)
        for stale in (CallerHungUp(CASE), DigitPressed(CASE, "1"), PromptEnded("nobody")):
            assert not office.exchange.happened(stale)
        assert office.journal.events == written
        assert len(office.log(CallEnded)) == 1

    in_office(story)


def test_a_journal_that_cannot_be_written_stops_no_call_and_misses_none_of_it() -> None:
    async def story(office: Office) -> None:
        session = Attached()
        office.journal.broken = True
        queue_up(office)
        office.exchange.attach(CASE, session)
        office.free("anna")
        assert session.told == ["task changed"]
        assert office.journal.events == []
        office.journal.broken = False
        await asyncio.sleep(RETRY_S)
        assert len(office.log(AgentOffered)) == 1

    async def nothing_goes_wrong(office: Office) -> None:
        queue_up(office)
        office.free("anna")

    assert in_office(story).journal.events == in_office(nothing_goes_wrong).journal.events


def test_the_journal_has_a_last_chance_as_the_exchange_closes() -> None:
    async def story(office: Office) -> None:
        office.journal.broken = True
        queue_up(office)
        office.journal.broken = False
        office.exchange.close()
        assert len(office.log(CallArrived)) == 1

    in_office(story)


def test_a_detached_session_is_woken_no_more() -> None:
    async def story(office: Office) -> None:
        session = Attached()
        queue_up(office)
        office.exchange.attach(CASE, session)
        office.exchange.detach(CASE, session)
        office.exchange.detach(CASE, session)
        office.free("anna")
        assert session.told == []

    in_office(story)


def test_an_earlier_sessions_end_leaves_the_later_one_attached() -> None:
    async def story(office: Office) -> None:
        earlier, later = Attached(), Attached()
        queue_up(office)
        office.exchange.attach(CASE, earlier)
        office.exchange.attach(CASE, later)
        office.exchange.detach(CASE, earlier)
        office.free("anna")
        assert (earlier.told, later.told) == ([], ["task changed"])

    in_office(story)


def test_a_session_hears_that_its_talk_began() -> None:
    async def story(office: Office) -> None:
        session = Attached()
        queue_up(office)
        office.exchange.attach(CASE, session)
        office.free("anna")
        office.exchange.happened(OfferAnswered(CASE, "anna"))
        assert session.told == ["task changed", "talk began"]

    in_office(story)


def test_the_next_ring_opens_exactly_when_it_is_due() -> None:
    """Anna, the school's specialist, is in a talk; gun, in the second ring, opens after 30 s."""

    async def story(office: Office) -> None:
        office.exchange.happened(AgentStateChanged("anna", TelephoneState.BUSY))
        office.free("gun")
        queue_up(office)
        began = now()
        due = office.core.next_due()
        assert due == pytest.approx(began + 30)
        await asyncio.sleep(29.9)
        assert office.log(AgentOffered) == []
        assert office.log(TimerFired) == []
        await asyncio.sleep(0.2)
        (offer,) = office.log(AgentOffered)
        assert (offer.agent, offer.rule, offer.ring) == ("gun", Rule.WIDENED, 1)
        assert offer.waited_s == pytest.approx(30, abs=0.01)
        assert len(office.log(TimerFired)) == 1

    in_office(story)


def test_a_ring_that_opens_is_told_once_whoever_is_free_by_then() -> None:
    async def story(office: Office) -> None:
        office.exchange.happened(AgentStateChanged("anna", TelephoneState.BUSY))
        office.free("gun")
        queue_up(office)
        office.exchange.happened(AgentStateChanged("gun", TelephoneState.BUSY))
        await asyncio.sleep(20)
        office.free("gun")
        await asyncio.sleep(60)
        assert len(office.log(TimerFired)) == 1
        assert [offer.agent for offer in office.log(AgentOffered)] == ["gun"]

    in_office(story)


def test_a_closed_exchange_fires_no_timer() -> None:
    async def story(office: Office) -> None:
        office.exchange.happened(AgentStateChanged("anna", TelephoneState.BUSY))
        office.free("gun")
        queue_up(office)
        assert office.core.next_due() is not None
        office.exchange.close()
        office.exchange.close()
        await asyncio.sleep(120)
        assert office.log(TimerFired) == []

    in_office(story)


def test_an_offer_that_is_taken_back_stops_the_telephone() -> None:
    async def story(office: Office) -> None:
        office.free("anna")
        queue_up(office)
        office.exchange.happened(AgentStateChanged("anna", TelephoneState.UNREACHABLE))
        assert [taken.agent for taken in office.log(OfferWithdrawn)] == ["anna"]
        assert office.withdrawn == [CASE]

    in_office(story)


def test_a_new_run_is_written_down() -> None:
    async def story(office: Office) -> None:
        assert office.exchange.happened(EngineStarted("1"))
        assert office.journal.events == [EngineStarted("1")]

    in_office(story)


def test_a_session_hears_that_an_officer_has_its_caller() -> None:
    """Or its switch would be renewed on through the talk, which then ends with the engine."""

    async def story(office: Office) -> None:
        session = Attached()
        queue_up(office)
        office.free("anna")
        office.exchange.happened(OfferAnswered(CASE, "anna"))
        office.exchange.happened(CallTransferred(CASE, "anna", "officer", "olle", "blind"))
        office.exchange.attach(CASE, session)
        office.exchange.happened(OfficerAnswered(CASE, "olle"))
        assert session.told == ["talk began"]

    in_office(story)


def test_something_rings_while_a_session_of_ours_offers_its_caller() -> None:
    async def story(office: Office) -> None:
        session = Attached()
        queue_up(office)
        office.exchange.attach(CASE, session)
        assert not office.exchange.rings()
        office.free("anna")
        assert office.exchange.rings()
        office.exchange.happened(OfferAnswered(CASE, "anna"))
        assert not office.exchange.rings()

    in_office(story)


@pytest.mark.parametrize("has_session", [True, False])
def test_an_officers_telephone_rings_whoever_lets_it(has_session: bool) -> None:
    """What was a consulting call may ring for the caller, and goes with the engine like an offer."""

    async def story(office: Office) -> None:
        queue_up(office)
        office.free("anna")
        office.exchange.happened(OfferAnswered(CASE, "anna"))
        if has_session:
            office.exchange.attach(CASE, Attached())
        assert not office.exchange.rings()
        office.exchange.happened(CallTransferred(CASE, "anna", "officer", "olle", "blind"))
        assert office.exchange.rings()
        office.exchange.happened(OfficerAnswered(CASE, "olle"))
        assert not office.exchange.rings()

    in_office(story)


def test_what_an_earlier_run_lets_ring_is_not_ours_to_wait_for() -> None:
    async def story(office: Office) -> None:
        queue_up(office)
        office.free("anna")
        assert not office.exchange.rings()
        assert not office.exchange.is_attached(CASE)

    in_office(story)


def test_a_caller_who_has_gone_rings_nobody_although_the_session_is_still_there() -> None:
    async def story(office: Office) -> None:
        queue_up(office)
        office.exchange.attach(CASE, Attached())
        office.free("anna")
        office.exchange.happened(CallerHungUp(CASE))
        assert office.exchange.is_attached(CASE)
        assert not office.exchange.rings()

    in_office(story)
