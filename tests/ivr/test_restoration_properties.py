"""Whenever the engine is killed, and however the callers come back: nobody is lost, and the order holds.

A crowd goes on while its engine is killed at any event and starts anew. What truly happened just before may
not stand in the journal; what stands there is all that the next engine knows.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from ivr.contact import Phase
from ivr.core import Core
from ivr.menu.number import policy
from ivr.restoration import Restored, fit, restore
from routing.events import (
    AgentOffered,
    AgentPaused,
    CallArrived,
    CallerHungUp,
    CallerReturned,
    CallTransferred,
    ContactCarried,
    EndedBy,
    EngineStarted,
    EngineStopping,
    Input,
    OfferAnswered,
    Outcome,
    Recorded,
    RestorationEnded,
    TalkEnded,
)
from tests.ivr.crowd import BUSY, NUMBER
from tests.ivr.handed_over import HandedOver

pytestmark = pytest.mark.thorough

STAGES = {Phase.OFFERED: "offered", Phase.LEAVING: "leaving"}  # where the words differ
ENGAGED = BUSY | {Phase.HANDED}


class AsTold(NamedTuple):
    """A contact, as the journal tells of it."""

    stage: str
    agent: str | None
    answered: bool
    outcome: Outcome | None
    ended_by: EndedBy
    met_at: float | None


class KilledEngine(HandedOver):
    """A crowd whose engine dies."""

    def __init__(self) -> None:
        super().__init__()
        self.holds = False  # callers of an earlier run are waited for
        self.is_ending = False
        self.unheard: set[str] = set()  # callers of whom the journal knows nothing
        self.unwritten: dict[str, CallTransferred] = {}  # handed over, and the journal knows nothing of it

    def is_offered(self, offer: AgentOffered) -> None:
        assert not self.holds, "an offer was made while callers were still coming back"
        assert not self.is_ending, "an offer was made by an engine that ends"
        super().is_offered(offer)

    @rule(lost=st.integers(0, 4), false_start=st.none() | st.integers(0, 20))
    def engine_is_killed(self, lost: int, false_start: int | None) -> None:
        """Kill it with so much of its last step unwritten; a first new engine may die as it starts."""
        lost = min(lost, self.last_step)
        if lost:
            for _, _, event in self.stream[-lost:]:
                if isinstance(event, CallTransferred):
                    self.unwritten[event.contact] = event
            del self.stream[-lost:]
        restored = self.restored()
        if not lost:
            assert {c.contact: as_restored(c) for c in restored.contacts} == self.as_it_was()
            assert set(restored.paused) == self.core.paused
        if false_start is not None:
            self.start(restored, false_start)
            again = self.restored()
            assert (again.contacts, set(again.paused)) == (restored.contacts, set(restored.paused))
            restored = again
        self.start(restored)
        arrived = {event.contact for _, _, event in self.stream if isinstance(event, CallArrived)}
        everybody = {f"c{n}" for n in range(1, self.callers + 1)}
        self.unheard = everybody - arrived - self.gone
        self.sessions.clear()
        self.last_step = 0

    @precondition(lambda self: self.core.contacts)
    @rule(data=st.data(), lost=st.integers(0, 2))
    def engine_is_killed_as_a_caller_hangs_up(self, data: st.DataObject, lost: int) -> None:
        engaged = sorted(c.id for c in self.core.contacts.values() if c.phase in BUSY)
        contact = data.draw(st.sampled_from(engaged or sorted(self.core.contacts)))
        self.happens(CallerHungUp(contact))
        self.engine_is_killed(lost=lost, false_start=None)

    @precondition(lambda self: self.in_talks())
    @rule(data=st.data(), to_queue=st.booleans(), lost=st.integers(0, 3), comes_on=st.booleans())
    def engine_is_killed_as_a_caller_is_handed_over(
        self, data: st.DataObject, to_queue: bool, lost: int, comes_on: bool
    ) -> None:
        talks = set(self.in_talks())
        if to_queue:
            self.is_sent_to_a_queue(data=data, queue="general", ends_first=False)
        else:
            self.is_sent_to_an_officer(data=data, ends_first=False, then=None)
        (contact,) = talks - set(self.in_talks())
        self.unwritten.pop(contact, None)
        self.engine_is_killed(lost=lost, false_start=None)
        phase = self.core.contacts[contact].phase
        if contact in self.unwritten:
            assert phase is Phase.TALKING
        elif to_queue:
            assert phase in {Phase.WAITING, Phase.OFFERED}
        else:
            assert phase is Phase.HANDED
        if comes_on:
            self.everybody_comes_back()

    def restored(self) -> Restored:
        """Read the stream, as the engine does: since the last start that went well."""
        whole, read = restore(self.stream), restore(since_good_start(self.stream))
        assert sorted(read.contacts) == sorted(whole.contacts)
        assert (set(read.paused), read.asterisk_run) == (set(whole.paused), whole.asterisk_run)
        fitted = [fit(c, {NUMBER.id: NUMBER}, NUMBER, policy([NUMBER])) for c in read.contacts]
        assert fitted == list(read.contacts)
        return read

    def start(self, restored: Restored, written: int | None = None) -> None:
        """Start a new engine; it comes so far."""
        self.core = Core({NUMBER.id: NUMBER}, policy([NUMBER]))
        self.is_ending = False
        news: list[Input] = [EngineStarted("0"), *restored.contacts]
        for event in [*news, *map(AgentPaused, restored.paused)][:written]:
            assert self.happens(event)
        self.holds = self.holds if written == 0 else bool(restored.contacts)

    def as_it_was(self) -> dict[str, AsTold]:
        """Return what the journal can tell of each contact."""
        told = {}
        for contact in self.core.contacts.values():
            phase, outcome, by = contact.phase, contact.outcome, contact.ended_by
            if phase is Phase.LEAVING and outcome is not Outcome.ANSWERED:
                # How a menu ends stands nowhere: its last message is said again.
                phase, outcome, by = Phase.MENU, None, "caller"
            agent = contact.agent if phase in ENGAGED else None
            stage = STAGES.get(phase, str(phase))
            told[contact.id] = AsTold(stage, agent, contact.answered, outcome, by, contact.met_at)
        return told

    def offers_begin(self) -> None:
        if self.is_ending:
            self.engine_is_killed(lost=0, false_start=None)
        if self.holds:
            self.restoration_ends()

    @precondition(lambda self: self.holds)
    @rule()
    def restoration_ends(self) -> None:
        self.holds = False
        self.happens(RestorationEnded(self.core.missing()))

    @rule()
    def engine_is_told_to_end(self) -> None:
        self.is_ending = True
        self.happens(EngineStopping())

    @precondition(lambda self: self.unheard)
    @rule(data=st.data())
    def unheard_caller_comes(self, data: st.DataObject) -> None:
        contact = data.draw(st.sampled_from(sorted(self.unheard)))
        self.unheard.discard(contact)
        self.sessions.add(contact)
        self.happens(self.arrival(contact))
        if (place := self.places.get(contact)) is not None:
            self.happens(CallerReturned(contact, place.queue, place.since))

    @precondition(lambda self: self.unwritten)
    @rule(data=st.data())
    def channel_tells_of_its_transfer(self, data: st.DataObject) -> None:
        """Let the dialplan bring a caller of whom only the channel says by whom they were sent, and where."""
        transfer = self.unwritten.pop(data.draw(st.sampled_from(sorted(self.unwritten))))
        contact = self.core.contacts.get(transfer.contact)
        if contact is None or contact.id in self.gone or contact.agent != transfer.by:
            return
        if contact.has_talked:
            self.sessions.add(contact.id)
            self.is_handed_over(transfer)

    @precondition(lambda self: set(self.core.contacts) & self.gone)
    @rule()
    def asterisk_is_compared(self) -> None:
        for contact in sorted(set(self.core.contacts) & self.gone):
            self.happens(CallerHungUp(contact))

    @rule()
    def everybody_comes_back(self) -> None:
        for contact in reversed(self.alive()):  # the last first
            if self.core.contacts[contact].phase is not Phase.TALKING:
                self.sessions.add(contact)
                self.happens(CallerReturned(contact))
        there = [self.core.contacts[contact] for contact in self.alive()]
        assert not any(c.away for c in there if c.phase is Phase.WAITING)
        assert not any(c.phase is Phase.HANDED for c in there)

    @precondition(lambda self: set(self.alive()) - self.sessions)
    @rule(data=st.data())
    def call_goes_on_without_a_session(self, data: st.DataObject) -> None:
        contact = self.core.contacts[data.draw(st.sampled_from(sorted(set(self.alive()) - self.sessions)))]
        if contact.phase is Phase.OFFERED and contact.agent is not None:
            self.happens(OfferAnswered(contact.id, contact.agent))
        elif contact.phase is Phase.TALKING and contact.agent is not None:
            self.happens(TalkEnded(contact.id, contact.agent, "agent"))
        elif contact.phase is Phase.LEAVING:
            self.happens(CallerHungUp(contact.id))

    @invariant()
    def nothing_is_due_while_nobody_may_be_offered(self) -> None:
        if self.holds or self.is_ending:
            assert self.core.next_due() is None


def as_restored(contact: ContactCarried) -> AsTold:
    agent = contact.agent if contact.stage in {"offered", "handed", "talking"} else None
    told = contact.answered, contact.outcome, contact.ended_by, contact.met_at
    return AsTold(contact.stage, agent, *told)


def since_good_start(stream: list[Recorded]) -> list[Recorded]:
    """Return the stream from the last start on that came to its end."""
    kinds = [type(event) for _, _, event in stream]
    last = max((n for n, kind in enumerate(kinds) if kind is RestorationEnded), default=0)
    return stream[max((n for n, kind in enumerate(kinds[:last]) if kind is EngineStarted), default=0) :]


TestKilledEngine = KilledEngine.TestCase
TestKilledEngine.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
