"""Who answered a caller last in a queue is read from the log: nobody else of the same call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from queues.calllog.database import open_database
from queues.calllog.projection import apply_batch
from queues.calllog.readings import last_agents
from routing.events import (
    AgentOffered,
    CallArrived,
    CallerFellBack,
    CallerHungUp,
    CallerQueued,
    CallTransferred,
    Event,
    FallbackAnswered,
    Met,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerCalled,
    Rule,
    TalkEnded,
)
from tests.queues.calllog.logs import new_log
from tests.queues.calllog.streams import START, record

if TYPE_CHECKING:
    from pathlib import Path

CALLER = "5f" * 32
ARRIVED = CallArrived("c-1", "pj-1", "jarfalla", "+46858028500", CALLER, "known")
QUEUED = CallerQueued("c-1", "school", START)


def offered(agent: str, queue: str = "school", contact: str = "c-1") -> AgentOffered:
    return AgentOffered(contact, agent, queue, Rule.SPECIALIST, 0, 1.0, 1, 20.0)


def log_of(folder: Path, *events: Event) -> str:
    url = new_log(folder)
    engine = open_database(url)
    apply_batch(engine, record(*events), after=0)
    engine.dispose()
    return url


VERA = OfferAnswered("c-1", "vera")


@pytest.mark.parametrize(
    ("events", "met"),
    [
        pytest.param((VERA,), Met("school", "vera", START + 3), id="answered"),
        pytest.param(
            (VERA, TalkEnded("c-1", "vera", "caller"), CallerHungUp("c-1")),
            Met("school", "vera", START + 3),
            id="over",
        ),
        pytest.param(
            (OfferFailed("c-1", "vera", OfferFailure.BUSY), offered("anna"), OfferAnswered("c-1", "anna")),
            Met("school", "anna", START + 5),
            id="the second who was rung",
        ),
        pytest.param(
            (
                VERA,
                CallTransferred("c-1", "vera", "officer", "olle", "blind"),
                OfficerCalled("c-1", "olle", 30.0),
                OfficerAnswered("c-1", "olle"),
            ),
            Met("school", "vera", START + 3),
            id="an officer later",
        ),
        pytest.param(
            (VERA._replace(when=START + 2.5),), Met("school", "vera", START + 2.5), id="learnt afterwards"
        ),
        pytest.param((CallerFellBack("c-1", "school"),), None, id="not answered"),
        pytest.param(
            (CallerFellBack("c-1", "school"), FallbackAnswered("c-1", "school", "bo")),
            Met("school", "bo", START + 4),
            id="by Asterisk's own queue",
        ),
    ],
)
def test_who_answered_for_a_queue_is_met_there(
    tmp_path: Path, events: tuple[Event, ...], met: Met | None
) -> None:
    url = log_of(tmp_path, ARRIVED, QUEUED, offered("vera"), *events)
    assert last_agents(url, ["school"], since=START) == ([] if met is None else [(CALLER, met)])


def test_whoever_answers_for_another_queue_later_counts_there_alone(tmp_path: Path) -> None:
    url = log_of(
        tmp_path,
        *(ARRIVED, QUEUED, offered("vera"), VERA),
        CallTransferred("c-1", "vera", "queue", "general", "blind"),
        *(CallerQueued("c-1", "general", START), offered("gun", "general"), OfferAnswered("c-1", "gun")),
    )
    school, general = (CALLER, Met("school", "vera", START + 3)), (CALLER, Met("general", "gun", START + 7))
    assert last_agents(url, ["school"], since=START) == [school]
    assert last_agents(url, ["general"], since=START) == [general]
    assert last_agents(url, ["school", "general"], since=START) == [school, general]


def test_of_several_callers_the_earliest_stands_first_and_each_once(tmp_path: Path) -> None:
    events: list[Event] = []
    for contact, caller, agent in (
        ("c-1", CALLER, "anna"),
        ("c-2", "a0" * 32, "anna"),
        ("c-3", None, "anna"),
        ("c-4", CALLER, "vera"),
    ):
        arrived = ARRIVED._replace(contact=contact, caller=caller)
        events += (arrived, QUEUED._replace(contact=contact), offered(agent, contact=contact))
        events += (OfferAnswered(contact, agent), TalkEnded(contact, agent, "agent"), CallerHungUp(contact))
    events.append(ARRIVED._replace(contact="c-5", caller="b0" * 32))
    url = log_of(tmp_path, *events)
    anna, vera = ("a0" * 32, Met("school", "anna", START + 9)), (CALLER, Met("school", "vera", START + 21))
    assert last_agents(url, ["school"], since=START) == [anna, vera]
    assert last_agents(url, ["school"], since=START + 10) == [vera]
    assert last_agents(url, ["general"], since=START) == []
