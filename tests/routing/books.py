"""The books that the property tests keep beside the router: who waits, who is with whom, and what may be.

Owns what must be so of every offer and after every event, whatever the router's order of work. Knows neither
the router's insides nor the oracle: it sees events and decisions only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from routing.events import AgentAutoPaused, AgentOffered, OfferFailure, OfferWithdrawn, Rule, TelephoneState
from tests.routing.drawn_policies import CONFIDENTIAL
from tests.routing.oracle_people import first_ring

if TYPE_CHECKING:
    from routing.events import CallerQueued, Decision, Outcome
    from routing.policy import Policy

FREE, UNREACHABLE = TelephoneState.FREE, TelephoneState.UNREACHABLE


class Together(NamedTuple):
    """A caller with an agent: rung for, or talking."""

    place: CallerQueued
    agent: str
    is_talk: bool


class Books:
    """What has been told and decided so far."""

    def __init__(self, policy: Policy) -> None:
        self.outcomes: dict[str, Outcome] = {}  # of the contacts that are closed
        self.waiting: dict[str, CallerQueued] = {}
        self.together: dict[str, Together] = {}
        self.away: dict[str, CallerQueued] = {}  # out of the router's hands for now
        self.queues = dict(policy.queues)  # as last known, those that are no more included
        self.begin_run(policy)

    def begin_run(self, policy: Policy) -> None:
        """Know of no agent's telephone, pause and rest."""
        self.policy = policy
        self.known = set(policy.agents)
        self.telephones: dict[str, TelephoneState] = {}
        self.paused: set[str] = set()
        self.ready_at: dict[str, float] = {}
        self.are_coming_back = self.is_stopping = False

    def change(self, policy: Policy) -> None:
        """Go by another policy.

        Who is kept for an agent may be overdue sooner by it, and stays kept: the one exception there is.
        """
        self.policy = policy
        self.queues.update(policy.queues)
        self.known |= policy.agents.keys()

    # --- what happens to callers ------------------------------------------------------------------

    def open_contacts(self) -> list[str]:
        """Return everybody whose call goes on."""
        return [*self.waiting, *self.together, *self.away]

    def take_out(self, at: float, contact: str) -> CallerQueued:
        """Take a caller from where they are, and let the agent rest as a talk's end wants it."""
        place = self.waiting.pop(contact, None) or self.away.pop(contact, None)
        if place is not None:
            return place
        place, agent, is_talk = self.together.pop(contact)
        self.ready_at[agent] = at + (self.queues[place.queue].wrap_up_s if is_talk else 0.0)
        return place

    def close(self, at: float, contact: str, outcome: Outcome) -> None:
        """End a call: once."""
        self.take_out(at, contact)
        assert contact not in self.outcomes, "ended twice"
        self.outcomes[contact] = outcome

    def wait(self, place: CallerQueued) -> None:
        """Let a caller wait, who comes or moves here."""
        self.waiting[place.contact] = place

    def answer(self, contact: str) -> None:
        """Let who was rung for this caller talk."""
        self.together[contact] = self.together[contact]._replace(is_talk=True)

    def put_back(self, at: float, contact: str, cause: OfferFailure) -> None:
        """Let a caller wait again in the same place after an offer that failed."""
        place, agent, _ = self.together.pop(contact)
        self.waiting[contact] = place
        self.ready_at[agent] = at + self.queues[place.queue].cool_downs.after(cause)

    def engaged(self) -> set[str]:
        """Return the agents who are rung or talk."""
        return {agent for _, agent, _ in self.together.values()}

    @property
    def is_halted(self) -> bool:
        """Nobody may be offered: callers are coming back, or the engine ends."""
        return self.are_coming_back or self.is_stopping

    # --- what the router decides ------------------------------------------------------------------

    def enter(self, at: float, decision: Decision) -> None:
        """Write a decision down, if it is one that may be."""
        match decision:
            case AgentOffered():
                self._offered(at, decision)
            case OfferWithdrawn(contact, agent, cause):
                assert self.together[contact][1:] == (agent, False), "withdrawn, and there was no such offer"
                assert self.telephones[agent] is UNREACHABLE
                assert cause is OfferFailure.UNREACHABLE
            case AgentAutoPaused(agent):
                assert agent not in self.paused, "paused twice"
                self.paused.add(agent)
            case _:
                raise AssertionError(f"no decision of the router: {decision}")

    def _offered(self, at: float, offer: AgentOffered) -> None:
        assert not self.is_halted, "offered while nobody may be"
        assert offer.contact in self.waiting, "offered a caller who does not wait"
        place = self.waiting.pop(offer.contact)
        assert offer.queue == place.queue
        assert offer.queue in self.policy.queues, "asked for a queue that is no more"
        assert offer.waited_s == max(0.0, at - place.since), "the place was not kept"
        assert self.is_free(at, offer.agent), "offered to somebody who is not free"
        queue = self.policy.queues[offer.queue]
        skill = self.policy.agents[offer.agent].skills[offer.queue]
        assert first_ring(queue, skill) == offer.ring
        if offer.rule is Rule.SAME_AGENT:
            assert queue.same_agent is not None
            assert offer.agent == place.last_agent
        else:
            assert self.is_allowed(at, offer.agent, place), "the ring is closed"
        if place.queue == CONFIDENTIAL:
            assert skill.role == "specialist", "a confidential queue was widened"
        for other in self.waiting.values():
            if self.is_overdue(at, other) and other.since < place.since:
                assert not self.is_allowed(at, offer.agent, other), f"unfair to {other.contact}"
        self.together[offer.contact] = Together(place, offer.agent, is_talk=False)

    def check_nobody_is_idle_beside_a_caller(self, at: float) -> None:
        """Fail when somebody waits whom a free agent may answer, unless they are kept for another."""
        agents = [] if self.is_halted else [a for a in self.policy.agents if self.is_free(at, a)]
        for place in self.waiting.values() if agents else ():
            queue = self.policy.queues.get(place.queue)
            may_be_kept = queue is not None and queue.same_agent is not None and place.last_agent
            if self.is_overdue(at, place) or not may_be_kept:
                for agent in agents:
                    assert not self.is_allowed(at, agent, place), f"{agent} is idle beside {place.contact}"

    # --- what may be ------------------------------------------------------------------------------

    def is_free(self, at: float, agent: str) -> bool:
        """Tell whether the agent may be rung at all."""
        return (
            self.telephones.get(agent) is FREE
            and agent not in self.paused
            and agent not in self.engaged()
            and self.ready_at.get(agent, at) <= at
        )

    def is_overdue(self, at: float, place: CallerQueued) -> bool:
        """Tell whether somebody has waited for so long that nobody who came later may go before."""
        return at - place.since > 3 * self.queues[place.queue].target_s

    def is_allowed(self, at: float, agent: str, place: CallerQueued) -> bool:
        """Tell whether the agent's ring is open to this caller."""
        queue = self.policy.queues.get(place.queue)
        skill = self.policy.agents[agent].skills.get(place.queue) if agent in self.policy.agents else None
        ring = None if queue is None or skill is None else first_ring(queue, skill)
        if queue is None or ring is None:
            return False
        if ring == 0 or place.since + queue.rings[ring].after_s <= at:
            return True
        present: set[int | None] = set()  # the rings in which somebody is logged in and has no pause
        for other in self.policy.agents.values():
            if self.telephones.get(other.id, UNREACHABLE) is not UNREACHABLE and other.id not in self.paused:
                theirs = other.skills.get(place.queue)
                present.add(None if theirs is None else first_ring(queue, theirs))
        by_time = [n for n, each in enumerate(queue.rings) if place.since + each.after_s <= at]
        return not any(n in present for n in range(max(by_time, default=0), ring))
