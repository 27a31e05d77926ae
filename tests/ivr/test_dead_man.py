"""The dead-man's switch: set before each step, renewed while a step lasts longer, and never over a talk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.contact import Phase
from ivr.dead_man import RENEWAL_S, SILENCE_S, STEP_MARGIN_S, DeadManSwitch
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.virtual import call, now
from tests.ivr.office import NotedRenewals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession

CHANNEL = "1700000000.1"
FIRST = ",VAXEL_ASKING=,VAXEL_TRIES=0,VAXEL_TARGET=,BLINDTRANSFER="
LONG_S = 20.0  # a telephone rings
SHORT_S = SILENCE_S - STEP_MARGIN_S  # the longest step that needs no renewal


class Switched:
    """A switch, what its channel was told, and what AMI was."""

    def __init__(self, switch: DeadManSwitch, channel: FakeChannel, renewals: NotedRenewals) -> None:
        self.switch = switch
        self.channel = channel
        self.renewals = renewals

    @property
    def executed(self) -> list[str]:
        return [f"{application} {data}" for application, data in self.channel.executed]

    def renewed(self) -> int:
        """Return how often AMI renewed the switch, and check that it set nothing else."""
        assert set(self.renewals.made) <= {(CHANNEL, SILENCE_S)}
        return len(self.renewals.made)


def with_switch(story: Callable[[Switched], Awaitable[None]], *, ami: bool = True) -> None:
    """Let a story happen around the switch of a session that has just opened."""
    renewals = NotedRenewals()
    renewals.ami = ami

    async def on_call(session: AgiSession, channel: FakeChannel) -> None:
        switch = DeadManSwitch(session, CHANNEL, renewals)
        try:
            await story(Switched(switch, channel, renewals))
        finally:
            switch.release()

    call(FakeChannel(CHANNEL), on_call)


def test_the_numbers_leave_a_step_its_time() -> None:
    assert SHORT_S > 0
    assert RENEWAL_S + 2 < SILENCE_S  # a renewal may be two seconds late


@pytest.mark.parametrize(
    ("lasts_s", "ami", "seconds"),
    [
        (0.0, True, 5),
        (1.4, True, 6),
        (SHORT_S, True, SILENCE_S),
        (SHORT_S + 1, True, SILENCE_S),
        (LONG_S, True, SILENCE_S),
        (SHORT_S + 1, False, 13),
        (LONG_S, False, 25),
        (600.0, False, 605),
    ],
)
def test_it_is_set_past_a_short_steps_end_and_without_ami_past_any(
    lasts_s: float, ami: bool, seconds: int
) -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.MENU, lasts_s)
        assert it.executed == [f"MSet VAXEL_PHASE=menu,TIMEOUT(absolute)={seconds}{FIRST}"]

    with_switch(story, ami=ami)


def test_the_first_word_alone_ends_the_asking_and_variables_go_with_it() -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.WAITING, SHORT_S, "__VAXEL_QUEUE=school")
        await it.switch.arm(Phase.OFFERED, LONG_S)
        await it.switch.arm(Phase.WAITING, SHORT_S, "__VAXEL_QUEUE=school")
        assert it.executed == [
            f"MSet VAXEL_PHASE=waiting,TIMEOUT(absolute)=12,__VAXEL_QUEUE=school{FIRST}",
            "MSet VAXEL_PHASE=offering,TIMEOUT(absolute)=12",
            "MSet VAXEL_PHASE=waiting,TIMEOUT(absolute)=12,__VAXEL_QUEUE=school",
        ]

    with_switch(story)


def test_a_wait_renews_it_in_its_own_session() -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.WAITING, SHORT_S)
        await asyncio.sleep(60)
        assert it.renewed() == 0
        await it.switch.renew()
        assert it.executed[1:] == [f"Set TIMEOUT(absolute)={SILENCE_S}"]

    with_switch(story)


def test_a_longer_step_is_renewed_by_ami_every_eight_seconds_until_its_end() -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.OFFERED, LONG_S)
        begun = now()
        for renewals in (1, 2, 3):
            await asyncio.sleep(begun + renewals * RENEWAL_S - 0.1 - now())
            assert it.renewed() == renewals - 1
            await asyncio.sleep(0.2)
            assert it.renewed() == renewals
        it.switch.release()
        it.switch.release()
        await asyncio.sleep(60)
        assert it.renewed() == 3
        assert len(it.executed) == 1

    with_switch(story)


def test_a_new_step_ends_the_renewal_of_the_last_one() -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.MENU, LONG_S)
        await asyncio.sleep(1)
        await it.switch.arm(Phase.MENU, LONG_S)
        await asyncio.sleep(RENEWAL_S - 0.5)
        assert it.renewed() == 0
        await asyncio.sleep(1)
        assert it.renewed() == 1
        await it.switch.arm(Phase.WAITING, SHORT_S)
        await asyncio.sleep(60)
        assert it.renewed() == 1

    with_switch(story)


def test_without_ami_nothing_is_renewed() -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.OFFERED, LONG_S)
        await asyncio.sleep(60)
        assert it.renewed() == 0

    with_switch(story, ami=False)


def test_a_talk_that_begins_takes_back_a_renewal_that_may_have_crossed_the_answer_once() -> None:
    async def story(it: Switched) -> None:
        await it.switch.arm(Phase.OFFERED, LONG_S)
        await asyncio.sleep(RENEWAL_S + 1)
        it.switch.disarm()
        assert it.renewals.made == [(CHANNEL, SILENCE_S), (CHANNEL, 0)]
        it.switch.disarm()
        await asyncio.sleep(60)
        assert it.renewals.made == [(CHANNEL, SILENCE_S), (CHANNEL, 0)]

    with_switch(story)


@pytest.mark.parametrize(
    "before",
    ["never set", "nothing renewed", "a short step", "renewed in the step before"],
)
def test_a_talk_that_begins_has_else_nothing_to_take_back(before: str) -> None:
    async def story(it: Switched) -> None:
        if before == "renewed in the step before":
            await it.switch.arm(Phase.OFFERED, LONG_S)
            await asyncio.sleep(RENEWAL_S + 1)
        if before != "never set":
            await it.switch.arm(Phase.OFFERED, SHORT_S if before == "a short step" else LONG_S)
            await asyncio.sleep(1)
        made = list(it.renewals.made)
        it.switch.disarm()
        await asyncio.sleep(60)
        assert it.renewals.made == made

    with_switch(story)
