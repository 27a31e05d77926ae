"""The router under load: an event's cost with few and many waiting, beside a router that scans everything.

Owns the town that is simulated and the measuring. A thousand agents of whom each answers three of a hundred
queues, three rings, reasons on; callers come and talks end at random, so that as many wait as are asked for.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallerHungUp,
    CallerQueued,
    ContactCarried,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    RestorationEnded,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from routing.policy import Agent, Policy, Queue, Ring, Skill
from routing.router import Router
from tests.routing.oracle import ScanningRouter

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.events import Decision, Event

AGENTS, QUEUES, QUEUES_OF_AN_AGENT = 1_000, 100, 3
RINGS = (Ring(0.0, "specialists"), Ring(30.0, "generalists", 2), Ring(90.0, "everybody"))
FEW, MANY = 100, 10_000
STEP_S = 0.05  # between two calls: 20 a second


class Routes(Protocol):
    """A router, as far as it is measured."""

    def step(self, at: float, event: Event) -> list[Decision]:
        """Take one event."""
        ...

    def next_due(self) -> float | None:
        """Return when a `TimerFired` is wanted."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured of one router with so many waiting."""

    waiting: int
    events: int
    events_per_s: float
    event_us: float
    p99_us: float


def town(seed: int = 3) -> Policy:
    """Return the policy of the town."""
    dice = random.Random(seed)
    queues = {
        f"q{index}": Queue(f"q{index}", "", "", RINGS, wrap_up_s=10.0, target_s=60.0 + index % 5 * 30.0)
        for index in range(QUEUES)
    }
    agents = {}
    for index in range(AGENTS):
        first, *others = dice.sample(sorted(queues), QUEUES_OF_AN_AGENT)
        skills = {first: Skill("specialist", dice.randint(1, 3))}
        skills |= {queue: Skill("generalist", dice.randint(1, 3)) for queue in others}
        agents[f"a{index}"] = Agent(f"a{index}", "", skills)
    return Policy(queues, agents)


class Traffic:
    """Callers and agents who do what they do to one router; the router's time alone is counted."""

    def __init__(self, router: Routes, policy: Policy) -> None:
        self._router = router
        self._policy = policy
        self._queues = sorted(policy.queues)
        self._dice = random.Random(1)
        self._at = 0.0
        self._callers = 0
        self._waiting: dict[str, None] = {}
        self._talking: list[tuple[str, str]] = []
        self.costs_s: list[float] = []

    def fill(self, waiting: int) -> None:
        """Log everybody in, let all agents talk and so many wait, as if carried from an earlier run."""
        for agent in self._policy.agents.values():
            self._happens(AgentStateChanged(agent.id, TelephoneState.FREE))
            talk = f"t-{agent.id}"
            queue = next(iter(agent.skills))
            self._happens(
                ContactCarried(talk, talk, "", "talking", None, queue, 0.0, agent.id, None, "caller")
            )
            self._talking.append((talk, agent.id))
        while len(self._waiting) < waiting:
            self._at += 0.001
            self._arrives()
        self._happens(RestorationEnded(0))
        self.costs_s.clear()

    def go_on(self, events: int) -> None:
        """Let about as many leave as come, until the router has taken so many events."""
        while len(self.costs_s) < events:
            self._at += STEP_S
            due = self._router.next_due()
            if due is not None and due <= self._at:
                self._happens(TimerFired())
            self._arrives()
            if self._dice.random() < 0.1 and self._waiting:  # one of ten gives up
                self._gives_up()
            elif self._talking:
                place = self._dice.randrange(len(self._talking))
                self._talking[place], self._talking[-1] = self._talking[-1], self._talking[place]
                contact, agent = self._talking.pop()
                self._happens(TalkEnded(contact, agent, "caller"))

    def _arrives(self) -> None:
        self._callers += 1
        contact = f"c{self._callers}"
        self._waiting[contact] = None
        self._happens(CallerQueued(contact, self._dice.choice(self._queues), self._at))

    def _gives_up(self) -> None:
        contact = next(iter(self._waiting))
        del self._waiting[contact]
        self._happens(CallerHungUp(contact))

    def _happens(self, event: Event) -> None:
        began = time.perf_counter()
        decisions = self._router.step(self._at, event)
        self.costs_s.append(time.perf_counter() - began)
        for offer in decisions:
            if isinstance(offer, AgentOffered):
                del self._waiting[offer.contact]
                if self._dice.random() < 0.05:  # one of twenty declines
                    self._waiting[offer.contact] = None
                    self._happens(OfferFailed(offer.contact, offer.agent, OfferFailure.DECLINED))
                else:
                    self._talking.append((offer.contact, offer.agent))
                    self._happens(OfferAnswered(offer.contact, offer.agent))


def measure(make: Callable[[Policy], Routes], waiting: int, events: int) -> Load:
    """Measure a router with so many waiting, over so many events."""
    policy = town()
    traffic = Traffic(make(policy), policy)
    traffic.fill(waiting)
    traffic.go_on(events)
    costs_s = sorted(traffic.costs_s)
    mean_s = sum(costs_s) / len(costs_s)
    return Load(waiting, len(costs_s), 1 / mean_s, mean_s * 1e6, costs_s[int(len(costs_s) * 0.99)] * 1e6)


def routers(events: int = 80_000, scanned: int = 200) -> tuple[Load, Load, Load, Load]:
    """Measure ours with few and many waiting, then a router that scans everything."""
    return (
        measure(Router, FEW, events),
        measure(Router, MANY, events),
        measure(ScanningRouter, FEW, scanned),
        measure(ScanningRouter, MANY, scanned // 2),
    )
