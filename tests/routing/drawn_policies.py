"""Policies of every kind for the property tests, one for each whole number.

Owns how they are drawn: from a number and not by Hypothesis' own choices, because a policy has some fifty of
them and every step of a machine may need one. The first numbers are the simplest, so failures shrink to them.

Targets divide 100 without a rest in binary, and all times of the machine are whole seconds: scores are exact
then, and callers whose scores are equal are truly equal.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from random import Random

from routing.policy import Agent, CoolDowns, Policy, Queue, Ring, SameAgent, Skill
from tests.routing.policies import SPECIALISTS_THEN_GENERALISTS, generalist, policy, queue, specialist

MOST = 4095
PERSON = "person"  # the queue that is always there
QUEUES = (PERSON, "school", "streets", "social", "library")  # the last is another number's
CONFIDENTIAL = "social"
AGENTS = ("anna", "bo", "sara", "gun", "ny")
RINGS = (
    (Ring(0.0, "everybody"),),
    (Ring(0.0, "specialists"), Ring(10.0, "everybody")),
    (Ring(0.0, "specialists", 3), Ring(0.0, "specialists"), Ring(25.0, "everybody")),
    (Ring(0.0, "generalists"), Ring(5.0, "specialists", 2)),  # some are never asked
    (Ring(0.0, "specialists", 2), Ring(20.0, "generalists", 3), Ring(40.0, "everybody", 2)),
    SPECIALISTS_THEN_GENERALISTS,
)

_SIMPLEST = (
    policy([queue(PERSON, rings=RINGS[0])], [specialist("anna", PERSON)]),
    policy([queue(PERSON, rings=RINGS[1])], [specialist("anna", PERSON), generalist("bo", PERSON)]),
    policy(
        [
            queue(PERSON),
            queue("school", wrap_up_s=5.0, target_s=10.0),
            queue(CONFIDENTIAL, confidential=True),
        ],
        [
            specialist("anna", "school"),
            specialist("bo", "school", PERSON),
            specialist("sara", CONFIDENTIAL),
            generalist("gun", PERSON, "school", CONFIDENTIAL),
            generalist("ny", "school", level=1),
        ],
    ),
)


@lru_cache(maxsize=MOST + 1)
def policy_of(number: int) -> Policy:
    """Return the policy of a number up to `MOST`."""
    if number < len(_SIMPLEST):
        return _SIMPLEST[number]
    dice = Random(number)
    names = [PERSON, *(name for name in QUEUES[1:] if dice.random() < 0.6)]
    queues = [_queue(dice, name) for name in names]
    return policy(queues, [_agent(dice, name, names) for name in AGENTS if dice.random() < 0.8])


def _queue(dice: Random, name: str) -> Queue:
    drawn = queue(
        name,
        rings=dice.choice(RINGS),
        confidential=name == CONFIDENTIAL,
        ring_s=dice.choice([10.0, 20.0]),
        wrap_up_s=dice.choice([0.0, 5.0, 30.0]),
        target_s=dice.choice([10.0, 20.0, 40.0]),
        points=dice.choice([0.0, 0.0, 50.0]),
        cool_downs=dice.choice([CoolDowns(), CoolDowns(0.0, 10.0, 0.0, 60.0)]),
        same_agent=dice.choice([None, SameAgent(30, 5.0), SameAgent(7, 90.0)]),
    )
    return replace(drawn, number="grannby") if name == "library" else drawn


def _agent(dice: Random, name: str, queues: list[str]) -> Agent:
    return Agent(name, name.title(), {q: _skill(dice) for q in queues if dice.random() < 0.7})


def _skill(dice: Random) -> Skill:
    return Skill(dice.choice(["specialist", "generalist"]), dice.choice([1, 2, 3]))
