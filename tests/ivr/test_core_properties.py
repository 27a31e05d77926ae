"""Whatever callers, agents and Asterisk do: every contact ends once, no agent is held, the stream replays."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ivr.contact import Leave, Phase, Ring, Wait
from ivr.core import Core
from ivr.menu.machine import Ask, Say
from ivr.menu.number import policy
from routing.events import (
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerHungUp,
    CallerLost,
    DigitPressed,
    Input,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    PromptEnded,
    Recorded,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from tests.ivr.numbers_for_tests import number_for_tests
from tests.ivr.replay import assert_replays

NUMBER = number_for_tests()


class Exchange(RuleBasedStateMachine):
    """Callers do anything at any time; each call session does what its task says."""

    def __init__(self) -> None:
        super().__init__()
        self.core = Core({NUMBER.id: NUMBER}, policy([NUMBER]))
        self.at = 1000.0
        self.stream: list[Recorded] = []
        self.callers = 0
        self.ended: list[str] = []

    def happens(self, event: Input) -> None:
        decisions = self.core.step(self.at, event)
        for happened in (event, *decisions) if decisions is not None else ():
            self.stream.append(Recorded(len(self.stream) + 1, self.at, happened))
            if isinstance(happened, CallEnded):
                self.ended.append(happened.contact)

    @rule(s=st.floats(0, 60))
    def time_passes(self, s: float) -> None:
        until = self.at + s
        while (due := self.core.next_due()) is not None and due <= until:
            self.at = due
            self.happens(TimerFired())
        self.at = until

    @rule()
    def arrives(self) -> None:
        self.callers += 1
        contact = f"c{self.callers}"
        self.happens(CallArrived(contact, contact, NUMBER.id, "+46858028500", None, "withheld"))

    @rule(agent=st.sampled_from(["anna", "gun", "vera"]), state=st.sampled_from(TelephoneState))
    def telephone_changes(self, agent: str, state: TelephoneState) -> None:
        self.happens(AgentStateChanged(agent, state))

    @precondition(lambda self: self.core.contacts)
    @rule(
        data=st.data(),
        digits=st.sampled_from([None, *"0123459*"]),
        cause=st.sampled_from([None, *OfferFailure]),
    )
    def session_goes_on(self, data: st.DataObject, digits: str | None, cause: OfferFailure | None) -> None:
        contact = self.core.contacts[data.draw(st.sampled_from(sorted(self.core.contacts)))]
        match contact.task:
            case Ask():
                self.happens(
                    SilenceElapsed(contact.id) if digits is None else DigitPressed(contact.id, digits)
                )
            case Say():
                self.happens(PromptEnded(contact.id))
            case Ring(agent) if contact.phase is Phase.OFFERED:
                if cause is None:
                    self.happens(OfferAnswered(contact.id, agent))
                else:
                    self.happens(OfferFailed(contact.id, agent, cause))
            case Leave() if contact.phase is Phase.TALKING:
                assert contact.agent is not None
                self.happens(TalkEnded(contact.id, contact.agent, "agent"))
            case Leave():
                self.happens(CallerHungUp(contact.id))
            case Wait():
                pass

    @precondition(lambda self: self.core.contacts)
    @rule(data=st.data(), lost=st.booleans())
    def channel_ends(self, data: st.DataObject, lost: bool) -> None:
        contact = data.draw(st.sampled_from(sorted(self.core.contacts)))
        self.happens(CallerLost(contact, "pbx") if lost else CallerHungUp(contact))
        self.happens(CallerHungUp(contact))  # the second news of it

    @invariant()
    def every_contact_is_open_or_ended_once(self) -> None:
        everybody = {f"c{n}" for n in range(1, self.callers + 1)}
        assert len(self.ended) == len(set(self.ended))
        assert everybody == set(self.ended) | set(self.core.contacts)
        assert not set(self.ended) & set(self.core.contacts)

    @invariant()
    def no_agent_has_two_callers_and_none_is_held_by_nobody(self) -> None:
        busy = [c.agent for c in self.core.contacts.values() if c.phase in {Phase.OFFERED, Phase.TALKING}]
        assert len(busy) == len(set(busy))
        held = {agent for agent, desk in self.core._router._desks.items() if desk.contact is not None}
        assert held == set(busy)

    def teardown(self) -> None:
        assert_replays(self.stream, [NUMBER])


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
