"""Something that we believe in and Asterisk does not show: what looks wrong in two looks is removed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from ivr.fallback import CONTEXT
from ivr.reconciliation import PAUSE_S
from routing.events import (
    AgentStateChanged,
    AsteriskConnected,
    CallEnded,
    CallerHungUp,
    GhostRemoved,
    OfferFailed,
    OfferFailure,
    Outcome,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.reconciled import CASE, LEG, OFFERED, QUEUED_UP, RUN, TALKING, Reconciled, Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from routing.events import Event, Input


def no_channel(both: Reconciled) -> None:
    both.asterisk.channels.clear()


def caller_alone(both: Reconciled) -> None:
    both.asterisk.channels.clear()
    both.channel()


GHOSTS = pytest.mark.parametrize(
    ("happened", "loses", "told"),
    [
        (
            QUEUED_UP,
            no_channel,
            [
                GhostRemoved(CASE, "caller", None),
                CallerHungUp(CASE),
                CallEnded(CASE, Outcome.ABANDONED, "caller"),
            ],
        ),
        (
            OFFERED,
            caller_alone,
            [GhostRemoved(CASE, "offer", "anna"), OfferFailed(CASE, "anna", OfferFailure.WITHDRAWN)],
        ),
        (TALKING, caller_alone, [GhostRemoved(CASE, "talk", "anna"), TalkEnded(CASE, "anna", "pbx")]),
        (
            TALKING,
            no_channel,
            [
                GhostRemoved(CASE, "caller", "anna"),
                CallerHungUp(CASE),
                CallEnded(CASE, Outcome.ANSWERED, "caller"),
            ],
        ),
    ],
    ids=["caller", "offer", "talk", "caller in a talk"],
)


def as_believed(happened: tuple[Input, ...]) -> Reconciled:
    """Return both sides where Asterisk has the caller, the agent's leg and the bridge."""
    both = Reconciled(*happened, AgentStateChanged("anna", TelephoneState.BUSY))
    both.channel(bridge="b1" if happened is TALKING else "")
    both.channel(LEG)
    return both


@GHOSTS
def test_a_ghost_is_removed_at_the_second_look_and_logged(
    happened: tuple[Input, ...],
    loses: Callable[[Reconciled], None],
    told: list[Event],
    caplog: pytest.LogCaptureFixture,
) -> None:
    both = as_believed(happened)

    async def story() -> None:
        await both.look(3)
        assert both.told() == [AsteriskConnected(RUN)]
        loses(both)
        await both.look()
        assert both.told() == [AsteriskConnected(RUN)]
        await both.look()
        assert both.told() == [AsteriskConnected(RUN), *told]
        await both.look(3)
        assert both.told() == [AsteriskConnected(RUN), *told]

    with caplog.at_level(logging.WARNING):
        both.run(story)
    assert caplog.messages.count(f"contact {CASE}: its {told[0].what} is a ghost: Asterisk has none") == 1  # type: ignore[union-attr]


@GHOSTS
def test_what_recovers_between_two_looks_is_left_alone(
    happened: tuple[Input, ...], loses: Callable[[Reconciled], None], told: list[Event]
) -> None:
    assert told
    both = as_believed(happened)

    async def story() -> None:
        whole = list(both.asterisk.channels)
        for _ in range(3):
            loses(both)
            await both.look()
            both.asterisk.channels = list(whole)
            await both.look()
        assert both.told() == [AsteriskConnected(RUN)]

    both.run(story)


def test_what_is_wrong_in_another_way_each_time_is_no_ghost_yet() -> None:
    both = as_believed(TALKING)

    async def story() -> None:
        for loses in (no_channel, caller_alone, no_channel, caller_alone):
            loses(both)
            await both.look()
        assert both.told() == [AsteriskConnected(RUN)]

    both.run(story)


def test_an_offer_that_a_session_of_ours_makes_is_no_ghost_before_it_rings() -> None:
    both = Reconciled(*OFFERED)
    both.channel()

    async def story() -> None:
        both.exchange.attach(CASE, Session())
        await both.look(3)
        assert both.told() == [AsteriskConnected(RUN)]

    both.run(story)


def test_who_hangs_up_while_the_channels_are_read_ends_once_and_is_no_ghost() -> None:
    both = as_believed(QUEUED_UP)

    async def story() -> None:
        no_channel(both)
        await both.look()
        both.asterisk.hold = {"CoreShowChannels"}
        looking = asyncio.create_task(both.look())
        await both.asterisk.received("CoreShowChannels", 3)
        both.exchange.happened(CallerHungUp(CASE))
        both.asterisk.release()
        await looking
        assert both.log(GhostRemoved, CallEnded) == [CallEnded(CASE, Outcome.ABANDONED, "caller")]

    both.run(story)


# --- again and again ---


async def while_keeping(both: Reconciled, story: Callable[[], Awaitable[None]]) -> None:
    keeping = asyncio.create_task(both.reconciliation.keep(both.client))
    await story()
    assert not keeping.done()
    keeping.cancel()


def test_it_is_compared_every_few_seconds_and_a_ghost_lives_for_two_of_them() -> None:
    both = as_believed(QUEUED_UP)

    async def story() -> None:
        no_channel(both)
        await asyncio.sleep(2 * PAUSE_S - 0.5)
        assert both.log(GhostRemoved) == []
        await asyncio.sleep(1)
        assert both.log(GhostRemoved) == [GhostRemoved(CASE, "caller", None)]

    both.run(lambda: while_keeping(both, story))


def test_nothing_is_asked_while_ami_is_away() -> None:
    both = Reconciled()

    async def story() -> None:
        both.asterisk.without_boot = True
        both.asterisk.cut()
        before = both.asterisk.names().count("CoreShowChannels")
        await asyncio.sleep(3 * PAUSE_S)
        assert both.asterisk.names().count("CoreShowChannels") == before

    both.run(lambda: while_keeping(both, story))


def test_a_look_that_asterisk_does_not_answer_is_told_of_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    both = Reconciled()

    async def story() -> None:
        both.asterisk.hold = {"CoreShowChannels"}
        while "the picture of Asterisk could not be compared" not in caplog.text:
            await asyncio.sleep(1)
        both.asterisk.release()
        both.asterisk.device_states["PJSIP/anna"] = "NOT_INUSE"
        await asyncio.sleep(120)
        assert both.log(AgentStateChanged) == [AgentStateChanged("anna", TelephoneState.FREE)]

    both.run(lambda: while_keeping(both, story))


def test_the_fallbacks_notes_are_read_only_when_somebody_may_be_in_it() -> None:
    both = Reconciled(*QUEUED_UP)
    both.channel()

    async def story() -> None:
        before = len(both.asked("DBGetTree"))
        await both.look(2)
        assert both.asked("DBGetTree")[before:] == []
        both.channel("vaxel-1.2", context=CONTEXT, case="vaxel-1.2")
        await both.look()
        assert both.asked("DBGetTree")[before:] == [{"Family": CONTEXT}]

    both.run(story)
