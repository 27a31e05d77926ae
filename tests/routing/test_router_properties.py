"""Whatever happens, in whatever order and under whatever policy: nobody is offered twice, nobody is lost."""

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
from routing.policy import Agent, Policy, Ring
from routing.router import Router
from tests.routing.policies import generalist, policy, queue, specialist

QUEUES = ("person", "school", "streets", "social")  # the first is always there, the last is confidential
AGENTS = ("anna", "bo", "sara", "gun", "ny")
RINGS = (
    (Ring(0.0, "everybody"),),
    (Ring(0.0, "specialists"), Ring(10.0, "everybody")),
    (Ring(0.0, "specialists"), Ring(30.0, "generalists", 2), Ring(90.0, "everybody")),
)


FIRST = policy(
    [queue("person"), queue("school", wrap_up_s=5.0), queue("streets"), queue("social", confidential=True)],
    [
        specialist("anna", "school"),
        specialist("bo", "school", "streets"),
        specialist("sara", "social"),
        generalist("gun", *QUEUES),
        generalist("ny", "school", level=1),
    ],
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw some of the queues, and some of the people with some of the skills."""
    names = ["person", *draw(st.lists(st.sampled_from(QUEUES[1:]), unique=True))]
    queues = [
        queue(
            name,
            rings=draw(st.sampled_from(RINGS)),
            wrap_up_s=draw(st.sampled_from([0.0, 5.0])),
            confidential=name == "social",
        )
        for name in names
    ]
    agents: list[Agent] = []
    for name in draw(st.lists(st.sampled_from(AGENTS), unique=True)):
        skills = draw(st.lists(st.sampled_from(names), unique=True))
        agents.append(draw(st.sampled_from([specialist, generalist]))(name, *skills))
    return policy(queues, agents)


class Town(RuleBasedStateMachine):
    """Callers, telephones and administrators who do anything; it keeps books of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = FIRST
        self.router = Router(self.policy)
        self.at = 0.0
        self.callers = 0
        self.waiting: dict[str, CallerQueued] = {}
        self.engaged: dict[str, tuple[CallerQueued, str]] = {}  # with the agent
        self.talking: set[str] = set()
        self.states = dict.fromkeys(AGENTS, TelephoneState.UNREACHABLE)
        self.known = set(self.policy.agents)  # whose telephones the router has been told of

    def happens(self, event: Event) -> None:
        for decision in self.router.step(self.at, event):
            if isinstance(decision, AgentOffered):
                agent, place = decision.agent, self.waiting.pop(decision.contact)
                assert agent not in {other for _, other in self.engaged.values()}, "offered twice"
                assert self.states[agent] is TelephoneState.FREE
                assert decision.queue == place.queue
                assert agent in self.policy.agents, "offered to an agent who is no more"
                role = self.policy.agents[agent].skills[place.queue].role
                assert place.queue != "social" or role == "specialist", "a confidential queue was widened"
                before = [
                    p for p in self.waiting.values() if p.queue == place.queue and p.since < place.since
                ]
                assert before == [], "out of order"
                self.engaged[decision.contact] = place, agent

    def queues(self, place: CallerQueued) -> None:
        """Let a caller wait, for a person where the queue is no more."""
        if place.queue not in self.policy.queues:
            place = place._replace(queue="person")
        self.waiting[place.contact] = place
        self.happens(place)

    @rule(policy=policies())
    def reloads(self, policy: Policy) -> None:
        self.policy = policy
        self.router.change(policy)
        for agent in sorted(policy.agents.keys() - self.known):  # as AMI tells of a new telephone
            self.known.add(agent)
            self.happens(AgentStateChanged(agent, self.states[agent]))
        for place in sorted(self.waiting.values(), key=lambda place: place.since):
            if place.queue not in policy.queues and place.contact in self.waiting:
                self.queues(place)
        self.happens(TimerFired())

    @rule(s=st.floats(0, 40))
    def time_passes(self, s: float) -> None:
        until = self.at + s
        while (due := self.router.next_due()) is not None and due <= until:
            assert due > self.at, "a time that has passed was asked for again"
            self.at = due
            self.happens(TimerFired())
        self.at = until

    @rule(queue_id=st.sampled_from(QUEUES))
    def arrives(self, queue_id: str) -> None:
        self.callers += 1
        self.queues(CallerQueued(f"c{self.callers}", queue_id, self.at))

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from(TelephoneState))
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
        contact = data.draw(st.sampled_from(sorted(self.engaged.keys() - self.talking)))
        place, agent = self.engaged[contact]
        if cause is None:
            self.talking.add(contact)
            self.happens(OfferAnswered(contact, agent))
            return
        del self.engaged[contact]
        self.waiting[contact] = place
        self.happens(OfferFailed(contact, agent, cause))
        if contact in self.waiting and place.queue not in self.policy.queues:
            self.queues(place)

    @precondition(lambda self: self.talking)
    @rule(data=st.data())
    def talk_ends(self, data: st.DataObject) -> None:
        contact = data.draw(st.sampled_from(sorted(self.talking)))
        self.talking.discard(contact)
        _, agent = self.engaged.pop(contact)
        self.happens(TalkEnded(contact, agent, "agent"))

    @invariant()
    def every_caller_is_in_one_place(self) -> None:
        assert set(self.router._engagements) == {*self.waiting, *self.engaged}
        assert self.router._waiting_count == len(self.waiting)

    @invariant()
    def nobody_waits_beside_a_free_specialist(self) -> None:
        for place in self.waiting.values():
            for agent in self.policy.agents.values():
                skill = agent.skills.get(place.queue)
                if skill is not None and skill.role == "specialist":
                    assert agent.id not in self.router._free


TestTown = Town.TestCase
TestTown.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
