"""Many calls at once: on real Asterisk, and 2,000 waiting against a fake one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.demo.agents import Manner
from ivr.demo.citizen_log import CitizenEnd
from ivr.demo.comparison import compare
from routing.events import Outcome, TelephoneState
from tests.system.exchange import TESTBY
from tests.system.waiting import measure

if TYPE_CHECKING:
    from tests.system.exchange import RealExchange

CALLS = 200
CALLS_PER_S = 10


@pytest.mark.asterisk
@pytest.mark.load
def test_200_calls_at_10_a_second_through_menu_and_queue_all_succeed(exchange: RealExchange) -> None:
    crowd_agents = [agent for agent in exchange.policy.agents if agent.startswith("crowd-")]
    citizens = [exchange.citizen("4", first_s=0.5) for _ in range(CALLS)]

    async def play() -> None:
        manner = Manner(answer_s=(0.2, 0.6), talk_s=(0.5, 1.5))
        async with exchange.agents(crowd_agents, manner):
            await exchange.until(
                lambda: set(crowd_agents) <= exchange.agents_in(TelephoneState.FREE), "agents are free"
            )
            async with exchange.crowd(citizens, TESTBY, calls=CALLS_PER_S) as crowd:
                report = await crowd.finished(90.0)
        assert report.successful == CALLS, report.problems
        comparison = await compare(report, exchange.stand)
        assert (comparison.placed, comparison.lost) == (CALLS, 0)
        assert report.count(CitizenEnd.CUT_OFF) == CALLS  # the agents hung up, each after a talk

    exchange.run(play())
    exchange.settle()
    assert [exchange.story(c.caller).ends[0].outcome for c in citizens] == [Outcome.ANSWERED] * CALLS


@pytest.mark.load
def test_2000_callers_wait_with_renewals_on_and_are_all_woken(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    figures = asyncio.run(measure(tmp_path_factory.mktemp("load")))
    print(figures)  # noqa: T201  # what it costs in time is for the benchmark to say; here is what must hold
    assert figures.woken == 1_000
    assert figures.renewals_per_s == pytest.approx(250, rel=0.05)
    assert figures.resident_mb < 400
