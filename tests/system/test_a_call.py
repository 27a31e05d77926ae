"""A citizen phones, presses a key, waits, talks to an agent: on real Asterisk, with SIPp."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from ivr.demo.citizen_log import CitizenEnd
from ivr.demo.outcomes import TimedOut
from ivr.demo.sound import SoundPort
from ivr.demo.stand import HOST
from ivr.demo.telephone import Answer, Refuse, Ring
from ivr.menu.model import ChoiceNode
from routing.events import (
    AgentOffered,
    CallArrived,
    CallerQueued,
    MenuAnswered,
    MenuResult,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    Outcome,
    TalkEnded,
)
from tests.system.exchange import JARFALLA

if TYPE_CHECKING:
    from ivr.demo.telephone import Behaviour
    from tests.system.exchange import RealExchange

pytestmark = pytest.mark.asterisk

KEYS = {
    "1": "elder-care",
    "2": "social-services",
    "3": "school",
    "4": "streets",
    "5": "culture",
    "9": "general",
}


def test_each_of_the_six_keys_leads_to_its_group_and_a_person(exchange: RealExchange) -> None:
    first_agents = {
        queue: next(a.id for a in exchange.policy.agents.values() if _is_first(a.skills.get(queue)))
        for queue in KEYS.values()
    }
    citizens = {key: exchange.citizen(key, stays_s=9.0) for key in KEYS}

    async def play() -> None:
        async with AsyncExitStack() as stack:
            telephones = [exchange.telephone(agent, Answer(0.5)) for agent in first_agents.values()]
            for telephone in telephones:
                await stack.enter_async_context(telephone)
            await exchange.register(*telephones)
            report = await exchange.phone(list(citizens.values()), JARFALLA)
            assert [call.end for call in report.calls] == [CitizenEnd.LEFT] * len(KEYS), report.problems

    exchange.run(play())
    exchange.settle()
    for key, queue in KEYS.items():
        story = exchange.story(citizens[key].caller)
        assert [e.queue for e in story.of(CallerQueued)] == [queue]  # type: ignore[union-attr]
        assert [e.agent for e in story.of(OfferAnswered)] == [first_agents[queue]]  # type: ignore[union-attr]
        assert (story.ends[0].outcome, story.ends[0].by) == (Outcome.ANSWERED, "caller")


def _is_first(skill: object) -> bool:
    return getattr(skill, "role", None) == "specialist"


def _results(exchange: RealExchange, caller: str) -> list[tuple[MenuResult, str]]:
    return [
        (event.result, event.leads_to)
        for event in exchange.story(caller).of(MenuAnswered)
        if isinstance(event, MenuAnswered)
    ]


def test_wrong_keys_silence_and_star(exchange: RealExchange) -> None:
    wrong_then_right = exchange.citizen("91", stays_s=2.0)
    wrong_twice = exchange.citizen("99", stays_s=5.0)
    silent = exchange.citizen(stays_s=14.0)
    star_then_right = exchange.citizen("*1", stays_s=2.0)
    citizens = [wrong_then_right, wrong_twice, silent, star_then_right]

    async def play() -> None:
        report = await exchange.phone(citizens)
        assert [call.end for call in report.calls] == [CitizenEnd.LEFT] * 4

    exchange.run(play())
    exchange.settle()
    wrong, match = MenuResult.WRONG_KEY, MenuResult.MATCH
    assert _results(exchange, wrong_then_right.caller) == [(wrong, "welcome"), (match, "solo")]
    assert _results(exchange, wrong_twice.caller) == [(wrong, "welcome"), (wrong, "helpers")]
    assert _results(exchange, silent.caller) == [(MenuResult.SILENCE, "helpers")]
    assert _results(exchange, star_then_right.caller) == [(MenuResult.REPEAT, "welcome"), (match, "solo")]
    for citizen in citizens:
        assert exchange.story(citizen.caller).ends[0].outcome is Outcome.ABANDONED


def test_message_counts_as_self_served_and_we_hang_up(exchange: RealExchange) -> None:
    citizen = exchange.citizen("3")
    report = exchange.run(exchange.phone([citizen]))
    assert report.calls[0].end is CitizenEnd.CUT_OFF
    exchange.settle()
    end = exchange.story(citizen.caller).ends[0]
    assert (end.outcome, end.by) == (Outcome.SELF_SERVED, "engine")


def test_hang_up_while_the_prompt_plays_and_while_the_menu_waits(exchange: RealExchange) -> None:
    in_prompt = exchange.citizen(stays_s=1.0)
    collecting = exchange.citizen(stays_s=_menu_s(exchange) + 0.7)
    exchange.run(exchange.phone([in_prompt, collecting]))
    exchange.settle()
    for citizen in (in_prompt, collecting):
        story = exchange.story(citizen.caller)
        assert story.of(MenuAnswered) == []
        assert (story.ends[0].outcome, story.ends[0].by) == (Outcome.LEFT_IN_MENU, "caller")


def _menu_s(exchange: RealExchange) -> float:
    """How long the test menu's greeting plays."""
    from ivr.prompts import PromptLibrary  # noqa: PLC0415  # only here

    number = next(n for n in exchange.stand.numbers if n.id == "testby")
    node = number.menu.nodes["welcome"]
    assert isinstance(node, ChoiceNode)
    said = [text.said_in("sv") for text in node.texts(again=False)]
    return PromptLibrary.of(exchange.stand.settings).length_s(said)


def test_waiting_caller_hears_music_and_may_give_up(exchange: RealExchange) -> None:
    async def play() -> tuple[str, float, float]:
        ear = SoundPort(asyncio.get_running_loop(), HOST)
        citizen = exchange.citizen("1", stays_s=7.0, audio_port=ear.port)
        async with exchange.crowd([citizen]) as crowd:
            await exchange.until(lambda: bool(exchange.stories(citizen.caller)), "the call arrives")
            await exchange.until(lambda: bool(exchange.latest().of(CallerQueued)), "the caller waits")
            await asyncio.sleep(5.0)
            hearing = ear.heard(4.0)
            await crowd.finished(20.0)
        ear.close()
        return citizen.caller, hearing.sound_share, hearing.longest_gap_s

    caller, share, gap_s = exchange.run(play())
    exchange.settle()
    assert share > 0.9, f"music in {share:.0%} of the frames"
    assert gap_s < 1.0
    story = exchange.story(caller)
    assert story.of(AgentOffered) == []
    assert (story.ends[0].outcome, story.ends[0].by) == (Outcome.ABANDONED, "caller")


def test_hang_up_while_the_agent_rings_sets_the_agent_free(exchange: RealExchange) -> None:
    async def play() -> str:
        async with exchange.telephone("sol", Ring()) as sol:
            await exchange.register(sol)
            citizen = exchange.citizen("1", stays_s=3.0)
            await exchange.phone([citizen])
            call = await sol.ringing(5.0)
            assert isinstance(call, TimedOut), "the telephone still rings"
            await exchange.until(
                lambda: "sol" in {v.agent for v in exchange.board.snapshot().agents if v.telephone == "free"},
                "the agent is free again",
            )
            second = exchange.citizen("1", stays_s=2.0)
            await exchange.phone([second])
            exchange.look()
            assert len(exchange.stories(second.caller)[0].of(AgentOffered)) == 1
            return citizen.caller

    caller = exchange.run(play())
    exchange.settle()
    story = exchange.story(caller)
    assert len(story.of(AgentOffered)) == 1
    assert (story.ends[0].outcome, story.ends[0].by) == (Outcome.ABANDONED, "caller")


@pytest.mark.parametrize("who", ["caller", "agent"])
def test_either_may_end_the_talk(exchange: RealExchange, who: str) -> None:
    async def play() -> str:
        async with exchange.telephone("sol", Answer(0.3)) as sol:
            await exchange.register(sol)
            citizen = exchange.citizen("1", stays_s=4.0 if who == "caller" else 20.0)
            async with exchange.crowd([citizen]) as crowd:
                call = await sol.ringing(10.0)
                assert not isinstance(call, TimedOut)
                await call.answered(5.0)
                if who == "agent":
                    await asyncio.sleep(1.0)
                    await call.hang_up()
                report = await crowd.finished(20.0)
                expected = CitizenEnd.LEFT if who == "caller" else CitizenEnd.CUT_OFF
                assert report.calls[0].end is expected
            return citizen.caller

    caller = exchange.run(play())
    exchange.settle()
    story = exchange.story(caller)
    assert [e.by for e in story.of(TalkEnded)] in ([who], [])  # type: ignore[union-attr]
    assert (story.ends[0].outcome, story.ends[0].by) == (Outcome.ANSWERED, who)


@pytest.mark.parametrize(
    ("key", "name", "behaviour", "cause"),
    [
        ("5", "silent", Ring(), OfferFailure.NO_ANSWER),
        ("6", "busy", Refuse(486), OfferFailure.BUSY),
        ("7", "declining", Refuse(603), OfferFailure.DECLINED),
    ],
)
def test_agent_who_does_not_take_the_call_is_followed_by_the_next(
    exchange: RealExchange, key: str, name: str, behaviour: Behaviour, cause: OfferFailure
) -> None:
    async def play() -> str:
        async with (
            exchange.telephone(f"{name}-1", behaviour) as first,
            exchange.telephone(f"{name}-2", Answer(0.2)) as next_,
        ):
            await exchange.register(first, next_)
            citizen = exchange.citizen(key, stays_s=7.0)
            await exchange.phone([citizen])
            return citizen.caller

    caller = exchange.run(play())
    exchange.settle()
    story = exchange.story(caller)
    assert [e.agent for e in story.of(AgentOffered)] == [f"{name}-1", f"{name}-2"]  # type: ignore[union-attr]
    assert [e.cause for e in story.of(OfferFailed)] == [cause]  # type: ignore[union-attr]
    assert [e.agent for e in story.of(OfferAnswered)] == [f"{name}-2"]  # type: ignore[union-attr]
    assert story.ends[0].outcome is Outcome.ANSWERED


def test_agent_who_is_not_registered_is_not_rung(exchange: RealExchange) -> None:
    async def play() -> str:
        async with exchange.telephone("par-2", Answer(0.2)) as registered:
            await exchange.register(registered)
            citizen = exchange.citizen("2", stays_s=6.0)
            await exchange.phone([citizen])
            return citizen.caller

    caller = exchange.run(play())
    exchange.settle()
    assert [e.agent for e in exchange.story(caller).of(AgentOffered)] == ["par-2"]  # type: ignore[union-attr]


def test_two_callers_and_one_agent_are_answered_one_after_the_other(exchange: RealExchange) -> None:
    async def play() -> tuple[str, str]:
        async with exchange.telephone("sol", Answer(0.2)) as sol:
            await exchange.register(sol)
            first = exchange.citizen("1", stays_s=4.0)
            second = exchange.citizen("1", first_s=1.5, stays_s=8.0)
            await exchange.phone([first, second])
            return first.caller, second.caller

    first, second = exchange.run(play())
    exchange.settle()
    stories = exchange.story(first), exchange.story(second)
    assert [s.ends[0].outcome for s in stories] == [Outcome.ANSWERED] * 2
    assert stories[1].at(OfferAnswered) > stories[0].events[-1].at
    assert all(len(s.of(AgentOffered)) == 1 for s in stories)


def test_withheld_number_stays_withheld(exchange: RealExchange) -> None:
    citizen = exchange.citizen(stays_s=1.0, withheld=True)
    exchange.run(exchange.phone([citizen]))
    exchange.settle()
    arrival = exchange.latest().of(CallArrived)[0]
    assert (arrival.caller, arrival.caller_kind) == (None, "withheld")  # type: ignore[union-attr]
