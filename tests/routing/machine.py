"""The town of the property tests, under administrators who reload and engines that end and begin anew.

Owns the whole machine that the property tests run, and how often: `VAXEL_EXAMPLES` is how many examples the
thorough ones try in all.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from routing.events import (
    CallerQueued,
    ContactCarried,
    EngineStarted,
    EngineStopping,
    RestorationEnded,
    Stage,
    TimerFired,
)
from tests.routing.books import Together
from tests.routing.drawn_policies import policy_of
from tests.routing.town import ABSENT, POLICY, Town

CALM = 20  # at least so many events lie between two ends or beginnings of the engine
STEPS = 40
QUICK = 60  # examples: enough to see that nothing is plainly broken
THOROUGH = int(os.environ.get("VAXEL_EXAMPLES", "2000"))


def examples(count: int) -> settings:
    """Return the settings for so many examples."""
    slow = [HealthCheck.too_slow]  # the machine may be busy
    return settings(max_examples=count, stateful_step_count=STEPS, deadline=None, suppress_health_check=slow)


class Turmoil(Town):
    """The town, reloads and restarts."""

    @rule(number=POLICY, move_at_once=st.booleans())
    def reloads(self, number: int, *, move_at_once: bool) -> None:
        policy = policy_of(number)
        self.books.change(policy)
        self.is_changed = True  # whoever can be served now is, at the next event
        self.router.change(policy)
        self.oracle.change(policy)
        if move_at_once:
            for place in sorted(self.books.waiting.values(), key=lambda place: place.since):
                if place.queue not in policy.queues and place.contact in self.books.waiting:
                    self.waits(place)
            self.happens(TimerFired())

    @precondition(lambda self: self.calm > CALM and not self.books.is_stopping)
    @rule()
    def engine_is_told_to_end(self) -> None:
        self.calm = 0
        self.books.is_stopping = True
        self.happens(EngineStopping())

    @precondition(lambda self: self.calm > (CALM // 5 if self.books.is_stopping else CALM))
    @rule(ago_s=st.sampled_from([0.0, 0.0, -30.0, 200.0]), absent=ABSENT)
    def engine_starts_anew(self, ago_s: float, absent: int) -> None:
        self.calm = 0
        self.at += ago_s  # the wall clock may have been set meanwhile
        before, waiting = self.books.together, self.books.waiting
        telephones = self.books.telephones
        self.books.begin_run(self.books.policy)
        self.books.together, self.books.waiting = {}, {}
        self.happens(EngineStarted("0"))
        for place, agent, is_talk in before.values():
            self.is_carried(place, "talking" if is_talk else "offered", agent)
        for place in waiting.values():
            self.is_carried(place, "waiting", None)
        for bit, (agent, state) in enumerate(telephones.items()):
            if not absent >> bit & 1:
                self.telephone_changes(agent, state)

    def is_carried(self, place: CallerQueued, stage: Stage, agent: str | None) -> None:
        contact, queue, since, points, _ = place
        self.books.are_coming_back = True
        fits = agent in self.books.known and queue in self.books.policy.queues
        if fits and agent is not None:
            place = CallerQueued(contact, queue, since, points)
            self.books.together[contact] = Together(place, agent, is_talk=stage == "talking")
        else:
            self.books.away[contact] = place
        carried = ContactCarried(contact, contact, "testby", stage, None, queue, since, agent, None, "caller")
        self.happens(carried._replace(points=points))
        assert self.router.knows(contact) == fits

    @precondition(lambda self: self.books.are_coming_back)
    @rule()
    def restoration_ends(self) -> None:
        self.books.are_coming_back = False
        self.happens(RestorationEnded(0))
