"""Everybody who answers the queue, at each offer of a call: as they were before anybody was rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.replaying.history import open_history
from ivr.replaying.passed_over import CONFIDENTIAL, passed_over
from routing.events import AgentOffered
from tests.ivr.replaying.town import FILES, MORNING, Town

if TYPE_CHECKING:
    from pathlib import Path

CONDITIONS = (
    "free",
    "being rung",
    "talking",
    "on another call",
    "in wrap-up",
    "left alone",
    "paused",
    "not logged in",
)


def test_each_offer_of_a_day_has_its_agents_and_their_counts_are_those_of_the_decision(
    tmp_path: Path,
) -> None:
    town = Town(tmp_path)
    town.starts()
    town.plan(MORNING + 200, lambda: town.pauses("vera", 300))
    town.edit(
        "agents.yaml",
        FILES["agents.yaml"].replace(
            "gun: {name: Gun, ", "eva: {name: Eva, specialist: {school: 1}}\n  gun: {name: Gun, "
        ),
    )
    town.plan(MORNING + 600, town.goes_live)
    town.day(60)
    town.write()
    history = open_history(town.places())
    offers = [each for each in town.stream if isinstance(each.event, AgentOffered)]
    assert len(offers) > 30
    for seq, _, offer in offers:
        assert isinstance(offer, AgentOffered)
        lines = passed_over(history, offer.contact)[seq]
        (chosen,) = (line for line in lines if line.endswith(": free, and rung"))
        assert chosen.startswith(f"{offer.agent} (ring {offer.ring + 1}; level ")
        closed = sum("not open yet" in line for line in lines)
        open_ = [line.partition("): ")[2] for line in lines if "not open yet" not in line]
        counts = tuple(sum(doing.startswith(word) for doing in open_) for word in CONDITIONS)
        considered = offer.considered
        assert closed == considered.closed
        assert counts == (considered.free, *considered[2:])


def test_no_other_caller_is_named(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.starts()
    town.day(30)
    town.write()
    history = open_history(town.places())
    for number in range(1, 31):
        for lines in passed_over(history, f"vaxel-{number}").values():
            assert not any("vaxel" in line for line in lines)


def test_who_answers_a_confidential_queue_is_not_listed(tmp_path: Path) -> None:
    town = Town(tmp_path)
    confidential = FILES["queues.yaml"].replace("name: Allmänt", "name: Allmänt\n    confidential: yes")
    town.edit("queues.yaml", confidential)
    town.number = town.publish()
    town.starts()
    town.day(20)
    town.write()
    history = open_history(town.places())
    for seq, _, offer in town.stream:
        if isinstance(offer, AgentOffered) and offer.queue == "general":
            assert passed_over(history, offer.contact)[seq] == (CONFIDENTIAL,)
            return
    raise AssertionError("nobody was rung for the confidential queue")
