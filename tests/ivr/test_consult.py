"""An agent's own call beside a talk is the caller's only once its channel has the case."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ivr.agi.server import FastAgiServer
from ivr.consult import JUST_ENDED_S, Consults, ConsultSession, Target, read_target
from ivr.contact import Phase
from ivr.dead_man import RENEWAL_S
from ivr.ring import NotAnswered
from routing.events import CallTransferred, ConsultBegan, ConsultEnded, OfferAnswered, OfferFailure
from tests.fakes.fastagi import Dialled, FakeChannel
from tests.ivr.office import CASE, Office, in_office

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ivr.agi.session import AgiSession
    from ivr.contact import Contact
    from ivr.ring import Rung

LEG = "1700000000.9"
QUEUE, OFFICER = Target("queue", "school"), Target("officer", "olle")


class Consulting:
    """A talk between the caller and gun, and gun's other call."""

    def __init__(self, office: Office, channel: FakeChannel) -> None:
        self.office = office
        self.channel = channel
        self.consult: ConsultSession | None = None
        self.became: tuple[Contact, Rung | None] | None = None
        self.is_over = False

    @property
    def session(self) -> ConsultSession:
        """The consulting call's session, once it has come."""
        assert self.consult is not None
        return self.consult

    async def over(self) -> None:
        """Wait until it is over."""
        while not self.is_over:
            await asyncio.sleep(0.01)


def while_talking(
    target: Target, story: Callable[[Consulting], Awaitable[None]], *, ami: bool = True, **channel: object
) -> Office:
    """Let a story happen from where gun, who talks with the caller, calls somebody else."""

    async def main(office: Office) -> None:
        await office.offered()
        office.exchange.happened(OfferAnswered(CASE, "gun"))
        leg = FakeChannel(LEG, real_time=True, **channel)  # type: ignore[arg-type]
        scene = Consulting(office, leg)

        async def on_call(session: AgiSession) -> None:
            scene.consult = ConsultSession(office.exchange, session, "gun", target, lambda: ami)
            scene.became = await scene.consult.run()
            scene.is_over = True

        async with FastAgiServer("127.0.0.1", 0, on_call) as server:
            await leg.connect("127.0.0.1", server.port)
            await story(scene)
            leg.kill()
            await scene.over()

    return in_office(main)


def test_it_waits_beside_a_queue_under_music_and_ends_with_its_telephone() -> None:
    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        assert scene.channel.music
        scene.channel.hang_up()
        await scene.over()
        assert scene.became is None

    office = while_talking(QUEUE, story)
    assert office.log(ConsultBegan) == [ConsultBegan(CASE, "gun", "queue", "school")]
    assert office.log(ConsultEnded) == [ConsultEnded(CASE, "gun")]
    assert office.log(CallTransferred) == []


def test_it_sets_nothing_on_its_channel_that_would_go_over_the_callers() -> None:
    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        await asyncio.sleep(3 * RENEWAL_S)
        assert set(scene.channel.variables) == {"UNIQUEID", "TIMEOUT(absolute)"}

    while_talking(QUEUE, story)


def test_told_that_it_is_the_callers_it_waits_until_its_channel_is() -> None:
    """AMI tells before it is done; what we did before that would be done on the telephone's own call."""

    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        scene.session.become(CASE)
        await asyncio.sleep(0.2)
        assert not scene.is_over
        scene.channel.variables["VAXEL_CASE"] = CASE
        await scene.over()
        assert scene.became == (scene.office.contact, None)

    office = while_talking(QUEUE, story)
    assert office.log(CallTransferred) == [CallTransferred(CASE, "gun", "queue", "school", "attended")]
    assert office.log(ConsultEnded) == []


def test_a_telephone_whose_end_overtakes_its_transfer_takes_nobody_with_it() -> None:
    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        scene.session.become(CASE)
        scene.channel.hang_up()
        await scene.over()
        assert scene.became is None
        assert scene.office.contact.phase is Phase.TALKING  # by their own session

    while_talking(QUEUE, story)


def test_without_ami_the_case_that_shows_is_how_it_is_known() -> None:
    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
        scene.channel.variables["VAXEL_CASE"] = CASE
        await asyncio.sleep(RENEWAL_S + 0.1)
        await scene.over()
        assert scene.became == (scene.office.contact, None)

    office = while_talking(QUEUE, story, ami=False)
    assert office.log(CallTransferred) == [CallTransferred(CASE, "gun", "queue", "school", "attended")]


@pytest.mark.parametrize(("ami", "switch_s"), [(True, "35"), (False, "0")])
def test_an_officer_is_rung_under_a_switch_that_ami_can_take_back(ami: bool, switch_s: str) -> None:
    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: bool(c.dialled))
        assert scene.channel.variables["TIMEOUT(absolute)"] == switch_s
        assert scene.channel.dialled == ["PJSIP/olle,30,gmtU(vaxel-onanswer)"]

    while_talking(OFFICER, story, ami=ami)


def test_a_caller_handed_over_while_the_officer_rings_has_what_comes_of_it() -> None:
    async def story(scene: Consulting) -> None:
        await scene.channel.reached(lambda c: c.running == "EXEC" and bool(c.dialled))
        scene.session.become(CASE)
        scene.channel.variables["VAXEL_CASE"] = CASE
        scene.channel.finish(status="BUSY")
        await scene.over()
        assert scene.became == (scene.office.contact, NotAnswered(OfferFailure.BUSY))

    while_talking(OFFICER, story)


def test_an_officer_who_does_not_answer_the_agent_concerns_no_caller() -> None:
    async def story(scene: Consulting) -> None:
        await scene.over()
        assert scene.became is None

    office = while_talking(OFFICER, story, dials=[Dialled("NOANSWER")])
    assert office.log(ConsultEnded) == [ConsultEnded(CASE, "gun")]
    assert office.contact.phase is Phase.TALKING


def test_an_agent_without_a_caller_may_call_too() -> None:
    async def story(scene: Consulting) -> None:
        await scene.over()

    async def main(office: Office) -> None:
        leg = FakeChannel(LEG, real_time=True, dials=[Dialled("BUSY")])
        scene = Consulting(office, leg)

        async def on_call(session: AgiSession) -> None:
            scene.became = await ConsultSession(office.exchange, session, "gun", OFFICER, lambda: True).run()
            scene.is_over = True

        async with FastAgiServer("127.0.0.1", 0, on_call) as server:
            await leg.connect("127.0.0.1", server.port)
            await story(scene)
        assert scene.became is None

    assert in_office(main).journal.events == []


def test_a_call_that_has_just_ended_is_still_known_and_then_forgotten() -> None:
    async def story(office: Office) -> None:
        consults = Consults()
        call = ConsultSession(office.exchange, None, "gun", QUEUE, lambda: True)  # type: ignore[arg-type]
        consults.begin(LEG, call)
        assert (consults.get(LEG), consults.of("gun"), consults.of("anna")) == (call, True, False)
        consults.end(LEG)
        assert (consults.get(LEG), consults.of("gun")) == (call, True)
        await asyncio.sleep(JUST_ENDED_S + 0.1)
        assert (consults.of("gun"), consults.get(LEG)) == (False, None)

    in_office(story)


@pytest.mark.parametrize(
    ("text", "target"),
    [("queue:school", QUEUE), ("officer:olle", OFFICER), ("", None), ("queue:", None), ("anna", None)],
)
def test_a_target_is_read_or_is_none(text: str, target: Target | None) -> None:
    assert read_target(text) == target
