"""Callers are handed over while the engine is dead or AMI is away, on real Asterisk: it is learnt later."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from ivr.demo.outcomes import Transferred
from ivr.demo.telephone import Answer, Ring
from routing.events import AsteriskConnected, CallTransferred, OfferAnswered, OfficerAnswered, true_time
from tests.system.handing import OFFICER, Scene, handed, places, run

if TYPE_CHECKING:
    from tests.fakes.ami_proxy import AmiProxy
    from tests.system.exchange import RealExchange
    from tests.system.figures import Fault
    from tests.system.story import Story

pytestmark = pytest.mark.asterisk

NEAR_S = 0.3  # what is learnt later has its true time, where anybody has noted it
AWAY_S = 0.5  # AMI, after the hand-over; it is connected again within two seconds more


def only_answer(story: Story) -> float:
    """Return when the officer answered, as the log has it."""
    (answer,) = story.of(OfficerAnswered)
    return true_time(story.at(OfficerAnswered), answer)


@pytest.mark.parametrize("learnt", ["during the talk", "after the talk"])
def test_the_engine_is_killed_while_an_officer_rings(
    exchange: RealExchange, fault: Fault, learnt: str
) -> None:
    fault.is_that(
        f"The engine is killed while an officer rings: learnt {learnt}",
        "SIGKILL between a blind transfer and the officer's answer; started again "
        + ("while they talk" if learnt == "during the talk" else "when the caller has hung up"),
    )
    answered_at = 0.0

    async def play(at: Scene) -> None:
        nonlocal answered_at
        await at.send(OFFICER, "refer")
        ringing = await at.officer_rings()
        await exchange.stand.kill_engine()
        answered_at = time.time()
        ringing.answer()
        await asyncio.sleep(2.0)
        if learnt == "after the talk":
            await at.caller.leave()
        await exchange.stand.start_engine()
        await at.until(OfficerAnswered)
        if learnt == "during the talk":
            await at.end("officer")

    story = run(exchange, play, Ring())
    assert handed(story) == [("talk-1", "officer", "blind")]
    assert only_answer(story) == pytest.approx(answered_at, abs=NEAR_S)


def test_the_engine_is_killed_while_an_officer_rings_whom_the_agent_has_called(
    exchange: RealExchange, fault: Fault
) -> None:
    """The caller's channel does not learn of the answer there: it counts from when we see them talk."""
    fault.is_that(
        "The engine is killed while an officer rings whom the agent has called",
        "SIGKILL between an attended transfer and the officer's answer; started again while they talk",
    )
    seen_at = 0.0

    async def play(at: Scene) -> None:
        nonlocal seen_at
        ringing = await at.hand_over_ringing()
        await exchange.stand.kill_engine()
        ringing.answer()
        await ringing.answered(5.0)
        seen_at = time.time()
        await exchange.stand.start_engine()
        await at.until(OfficerAnswered)
        fault.notes["learnt after"] = f"{time.time() - seen_at:.1f} s"
        await at.end("officer")

    story = run(exchange, play, Ring())
    assert handed(story) == [("talk-1", "officer", "attended")]
    assert only_answer(story) > seen_at - NEAR_S  # not the agent's own answer, which is older


def test_an_officer_whom_the_agent_has_called_declines_while_the_engine_is_dead(
    exchange: RealExchange, fault: Fault
) -> None:
    fault.is_that(
        "The engine is killed while an officer rings who then declines",
        "SIGKILL between an attended transfer and the officer's refusal: the caller is back at the old place",
    )

    async def play(at: Scene) -> None:
        ringing = await at.hand_over_ringing()
        await exchange.stand.kill_engine()
        ringing.refuse(603)
        await asyncio.sleep(0.5)
        await exchange.stand.start_engine()
        await at.until(OfferAnswered, 2)  # by the agent, who is free again
        fault.heard(at.caller, limit_s=3.0)
        await at.caller.leave()

    story = run(exchange, play, Ring())
    assert handed(story) == [("talk-1", "officer", "attended")]
    first, second = places(story)
    assert second[0] == first[0]
    assert second[1] == pytest.approx(first[1], abs=0.001)


def test_ami_is_away_while_a_caller_is_handed_over(
    exchange: RealExchange, proxy: AmiProxy, fault: Fault
) -> None:
    fault.is_that(
        "AMI is away while a caller is handed over", "RST before an attended transfer to who has answered"
    )

    async def play(at: Scene) -> None:
        consult, _ = await at.ask()
        connected = exchange.count(AsteriskConnected)
        proxy.refuses = True
        proxy.cut()
        await asyncio.sleep(0.2)
        assert await at.talk.transfer_to(consult) == Transferred()
        handed_at = time.time()
        await asyncio.sleep(AWAY_S)
        assert not at.story.of(CallTransferred)
        proxy.refuses = False
        await exchange.until(lambda: exchange.count(AsteriskConnected) > connected, "AMI is back")
        fault.notes["learnt after"] = f"{time.time() - handed_at:.1f} s, and dated then"
        await at.until(CallTransferred)
        await at.agent_is_free()
        await at.end("officer")

    exchange.declared.late_s = AWAY_S + 3
    story = run(exchange, play, Answer(0.2))
    assert handed(story) == [("talk-1", "officer", "attended")]
