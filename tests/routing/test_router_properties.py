"""Whatever happens, in whatever order: no agent is offered twice, nobody is lost, the order holds."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerHungUp,
    CallerQueued,
    Event,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from routing.router import Router
from tests.routing.policies import generalist, policy, queue, specialist

POLICY = policy(
    [queue("school", wrap_up_s=5.0), queue("streets"), queue("social", confidential=True)],
    [
        specialist("anna", "school"),
        specialist("bo", "school", "streets"),
        specialist("sara", "social"),
        generalist("gun", "school", "streets", "social"),
        generalist("ny", "school", level=1),
    ],
)


class Exchange(RuleBasedStateMachine):
    """A world of five agents and any number of callers; it keeps books of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.router = Router(POLICY)
        self.at = 0.0
        self.callers = 0
        self.waiting: dict[str, tuple[float, str]] = {}  # contact -> since, queue
        self.engaged: dict[str, str] = {}  # contact -> agent
        self.talking: set[str] = set()
        self.states = dict.fromkeys(POLICY.agents, TelephoneState.UNREACHABLE)

    def happens(self, event: Event) -> None:
        for decision in self.router.step(self.at, event):
            if isinstance(decision, AgentOffered):
                agent, contact = decision.agent, decision.contact
                assert agent not in self.engaged.values(), "an agent was offered twice"
                assert self.states[agent] is TelephoneState.FREE
                since, queue_id = self.waiting.pop(contact)
                assert decision.queue == queue_id
                assert queue_id in POLICY.agents[agent].skills
                assert queue_id != "social" or agent == "sara", "a confidential queue was widened"
                assert all(since <= s for s, q in self.waiting.values() if q == queue_id), "out of order"
                self.engaged[contact] = agent

    @rule(s=st.floats(0, 40))
    def time_passes(self, s: float) -> None:
        until = self.at + s
        while (due := self.router.next_due()) is not None and due <= until:
            assert due > self.at, "a time that has passed was asked for again"
            self.at = due
            self.happens(TimerFired())
        self.at = until

    @rule(queue_id=st.sampled_from(["school", "streets", "social"]))
    def arrives(self, queue_id: str) -> None:
        self.callers += 1
        contact = f"c{self.callers}"
        self.waiting[contact] = (self.at, queue_id)
        self.happens(CallerQueued(contact, queue_id, self.at))

    @rule(agent=st.sampled_from(sorted(POLICY.agents)), state=st.sampled_from(TelephoneState))
    def telephone_changes(self, agent: str, state: TelephoneState) -> None:
        self.states[agent] = state
        self.happens(AgentStateChanged(agent, state))

    @precondition(lambda self: self.waiting or self.engaged)
    @rule(data=st.data())
    def hangs_up(self, data: st.DataObject) -> None:
        contact = data.draw(st.sampled_from(sorted({*self.waiting, *self.engaged})))
        self.waiting.pop(contact, None)
        self.engaged.pop(contact, None)
        self.talking.discard(contact)
        self.happens(CallerHungUp(contact))

    @precondition(lambda self: len(self.engaged) > len(self.talking))
    @rule(data=st.data(), cause=st.sampled_from([None, *OfferFailure]))
    def offer_ends(self, data: st.DataObject, cause: OfferFailure | None) -> None:
        contact = data.draw(st.sampled_from(sorted(set(self.engaged) - self.talking)))
        agent = self.engaged[contact]
        if cause is None:
            self.talking.add(contact)
            self.happens(OfferAnswered(contact, agent))
            return
        del self.engaged[contact]
        self.waiting[contact] = self._since_of(contact)
        self.happens(OfferFailed(contact, agent, cause))

    @precondition(lambda self: self.talking)
    @rule(data=st.data())
    def talk_ends(self, data: st.DataObject) -> None:
        contact = data.draw(st.sampled_from(sorted(self.talking)))
        self.talking.discard(contact)
        self.happens(TalkEnded(contact, self.engaged.pop(contact), "agent"))

    def _since_of(self, contact: str) -> tuple[float, str]:
        engagement = self.router._engagements[contact]
        return engagement.place.since, engagement.queue

    @invariant()
    def every_caller_is_in_one_place(self) -> None:
        assert set(self.router._engagements) == {*self.waiting, *self.engaged}

    @invariant()
    def nobody_waits_beside_a_free_specialist(self) -> None:
        for _, queue_id in self.waiting.values():
            for agent in POLICY.agents.values():
                skill = agent.skills.get(queue_id)
                if skill is not None and skill.role == "specialist":
                    assert agent.id not in self.router._free


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
