"""A waiting caller's session: nothing that is said keeps an agent waiting, and keys work all the time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ivr.agi.server import FastAgiServer
from ivr.call import CallSession
from ivr.clock import EngineClock
from ivr.contact import Phase, Wait
from ivr.core import Core
from ivr.dead_man import RENEWAL_S, SILENCE_S
from ivr.exchange import Exchange
from ivr.menu.number import policy
from ivr.ring import DialRing
from routing.events import (
    AgentStateChanged,
    AsteriskConnected,
    CallArrived,
    CallerHungUp,
    CallerSentOn,
    ChoiceOffered,
    DigitPressed,
    PromptEnded,
    SilenceElapsed,
    TelephoneState,
    TimerFired,
    WaitTold,
)
from routing.policy import Announcing, Conditions
from tests.fakes.prompts import NamedPrompts
from tests.ivr.agi.speeches import Speech
from tests.ivr.agi.virtual import now, run
from tests.ivr.office import MemoryJournal, NotedRenewals
from tests.ivr.waiting_scene import SCHOOL, Ways, number_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ivr.agi.session import AgiSession
    from ivr.contact import Contact
    from ivr.menu.number import Number
    from ivr.menu.texts import Prompt
    from routing.events import Input
    from routing.policy import Queue

CASE = "c1"
ARRIVED = CallArrived(CASE, CASE, "testby", "+46858028500", None, "withheld")
TELLING = replace(SCHOOL, announcing=Announcing())
FIRST = "sv/sentences/first-in-line+queues/school/key-9"
QUESTION = "sv/sentences/choice"
RENEWAL = ("EXEC", "Set", f"TIMEOUT(absolute)={SILENCE_S}")
LONG_S = 1000.0  # of virtual time: what has not come by then never will
GONE = "__VAXEL_QUEUE=,__VAXEL_SINCE="


class LongPrompts(NamedPrompts):
    """Prompts that last ten seconds each, as `Speech` plays them."""

    def length_s(self, prompts: Iterable[Prompt]) -> float:
        """Tell how long it plays."""
        return 10.0 * len(tuple(prompts))


class Desk:
    """An engine for one caller, on whose channel sounds last."""

    def __init__(self, number: Number) -> None:
        self.core = Core({number.id: number}, policy([number]))
        self.journal = MemoryJournal()
        self.renewals = NotedRenewals()
        self.exchange = Exchange(self.core, self.journal, EngineClock(now, now), lambda _: None)
        self.server = FastAgiServer("127.0.0.1", 0, self._serve)
        self.exchange.happened(AsteriskConnected("run"))

    @property
    def contact(self) -> Contact:
        """The caller."""
        return self.core.contacts[CASE]

    async def call(self, lasts_s: float = 10.0) -> Speech:
        """Let the caller come to the school's queue; return as the music or the first text begins."""
        channel = Speech(CASE, lasts_s=lasts_s, keys=["1"])
        await channel.connect("127.0.0.1", self.server.port)
        await channel.reached(lambda c: self.phase() is Phase.WAITING and bool(c.running))
        return channel

    async def said(self, channel: Speech) -> None:
        """Return when the caller waits under music."""
        await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")

    def phase(self) -> Phase | None:
        """What the caller is doing."""
        return self.contact.phase if CASE in self.core.contacts else None

    def happens(self, event: Input) -> None:
        """Let something happen beside the session."""
        assert self.exchange.happened(event), event

    def free(self, agent: str = "anna") -> None:
        """Let a telephone become free."""
        self.happens(AgentStateChanged(agent, TelephoneState.FREE))

    def log(self, *kinds: type) -> list[object]:
        """Return the journal's events of these kinds."""
        return [event for event in self.journal.events if isinstance(event, kinds)]

    async def _serve(self, session: AgiSession) -> None:
        self.exchange.happened(ARRIVED)
        ring = DialRing(session)
        await CallSession(self.exchange, LongPrompts(), self.contact, session, ring, self.renewals).run()


def at_desk(
    story: Callable[[Desk], Awaitable[None]], school: Queue = TELLING, ways: Ways | None = None
) -> Desk:
    """Let `story` happen, in virtual time."""

    async def main() -> Desk:
        desk = Desk(number_of(school, ways={"school": ways or Ways("sorry", {"9": "sorry"})}))
        async with desk.server, asyncio.timeout(LONG_S):
            await story(desk)
        desk.exchange.close()
        return desk

    return run(main())


def test_the_first_place_is_said_before_the_music_and_the_caller_waits_under_music_then() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        assert (channel.running, channel.played[-1], channel.music) == ("STREAM FILE", FIRST, False)
        begun = now()
        await desk.said(channel)
        assert (now() - begun, channel.music) == (10.0, True)
        assert desk.log(PromptEnded)[-1] == PromptEnded(CASE)
        assert desk.contact.task == Wait("9")

    at_desk(story)


def test_music_stops_for_an_announcement_and_begins_again() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        await desk.said(channel)
        await channel.reached(lambda c: c.running == "STREAM FILE")
        assert not channel.music
        assert len(desk.log(WaitTold)) == 2
        await desk.said(channel)
        assert channel.music

    at_desk(story)


@pytest.mark.parametrize("after_s", [0.5, 9.9])
def test_an_offer_cuts_an_announcement_off_at_once(after_s: float) -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        await asyncio.sleep(after_s)
        at = now()
        desk.free()
        await channel.reached(lambda c: c.running == "EXEC")
        assert now() - at == 0.0
        assert "anna" in channel.dialled[-1]
        assert desk.log(PromptEnded)[1:] == []  # but of what the menu said

    at_desk(story)


def test_an_offer_that_comes_as_the_announcement_ends_is_rung_and_no_end_is_told() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        channel.expire()
        desk.free()
        await channel.reached(lambda c: c.running == "EXEC")
        assert desk.log(PromptEnded)[1:] == []

    at_desk(story)


def test_a_better_place_that_is_told_as_the_last_announcement_ends_is_said() -> None:
    async def story(desk: Desk) -> None:
        desk.happens(ARRIVED._replace(contact="c0"))
        desk.happens(DigitPressed("c0", "1"))
        desk.happens(PromptEnded("c0"))
        channel = await desk.call(lasts_s=40.0)
        await asyncio.sleep(20)
        desk.happens(CallerHungUp("c0"))  # the place is better, and the text is cut off for it
        await channel.reached(lambda c: c.played[-1] == "sv/sentences/first-in-line")
        assert channel.running == "STREAM FILE"
        assert desk.log(PromptEnded)[2:] == []

    at_desk(story)


@pytest.mark.parametrize("during", ["announcement", "music"])
def test_a_key_is_asked_about_and_leads_on_when_it_is_pressed_again(during: str) -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        if during == "music":
            await desk.said(channel)
        channel.press("9")
        await channel.reached(lambda c: c.played[-1] == QUESTION)
        assert desk.log(ChoiceOffered) == [ChoiceOffered(CASE, "school", "9")]
        assert desk.phase() is Phase.WAITING
        channel.press("9")
        await channel.reached(lambda c: c.played[-1] == "sv/sorry.say")
        assert not channel.music
        assert len(desk.log(CallerSentOn)) == 1
        assert [c for c in channel.commands if GONE in c[-1]]  # the channel knows of no place any more

    at_desk(story)


def test_the_answer_may_be_given_after_the_question_too_and_silence_keeps_the_place() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        channel.press("9")
        await desk.said(channel)
        assert channel.commands[-1] == ("WAIT FOR DIGIT", "5000")
        begun = now()
        await channel.reached(lambda c: c.music and c.running == "WAIT FOR DIGIT")
        assert now() - begun == 5.0
        assert desk.log(SilenceElapsed) == [SilenceElapsed(CASE)]
        assert (desk.phase(), desk.contact.task) == (Phase.WAITING, Wait("9"))
        channel.press("9")
        await channel.reached(lambda c: c.running == "STREAM FILE")
        await desk.said(channel)
        channel.press("9")
        await channel.reached(lambda c: c.played[-1] == "sv/sorry.say")

    at_desk(story)


def test_a_key_without_a_meaning_cuts_nothing_off() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        channel.press("5")
        assert channel.running == "STREAM FILE"
        await desk.said(channel)
        before = len(desk.log(DigitPressed))
        channel.press("5")
        await channel.reached(lambda c: c.commands[-2] == RENEWAL)
        assert len(desk.log(DigitPressed)) == before

    at_desk(story)


@pytest.mark.parametrize("ami", [True, False])
def test_the_switch_outlasts_a_long_text_by_renewals_or_without_ami_at_once(ami: bool) -> None:
    async def story(desk: Desk) -> None:
        desk.renewals.ami = ami
        channel = await desk.call(lasts_s=20.0)
        (armed,) = [c[-1] for c in channel.commands if "VAXEL_PHASE=waiting" in c[-1]]
        assert f"TIMEOUT(absolute)={SILENCE_S if ami else 20 + 5}," in armed
        desk.renewals.made.clear()
        await desk.said(channel)
        assert desk.renewals.made == [(CASE, SILENCE_S)] * (int(20 / RENEWAL_S) if ami else 0)

    at_desk(story)


def test_who_is_sent_on_is_led_through_the_menu_without_music() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        await desk.said(channel)
        await channel.reached(lambda c: c.played[-1] == "sv/sorry.say")
        assert not channel.music
        assert channel.variables["VAXEL_PHASE"] == "menu"
        assert channel.variables["__VAXEL_QUEUE"] == ""

    at_desk(story, replace(TELLING, send_on=Conditions(waited_above_s=60.0)), Ways("sorry"))


def test_who_is_sent_on_to_another_queue_after_a_question_waits_there_under_music() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        await desk.said(channel)
        await channel.reached(lambda c: c.running == "GET DATA")
        assert not channel.music
        channel.press("1")
        await desk.said(channel)
        assert channel.music

    at_desk(story, replace(SCHOOL, send_on=Conditions(waited_above_s=60.0)), Ways("stay"))


def test_who_overflows_without_a_word_waits_on_and_the_channel_learns_of_the_new_place_at_once() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        await desk.said(channel)
        assert channel.variables["__VAXEL_QUEUE"] == "school"
        since = channel.variables["__VAXEL_SINCE"]
        await channel.reached(lambda c: c.variables["__VAXEL_QUEUE"] == "general")
        assert len(desk.log(CallerSentOn)) == 1
        assert now() - desk.contact.since <= 61.1  # type: ignore[operator]
        assert (channel.music, channel.variables["__VAXEL_SINCE"]) == (True, since)

    at_desk(story, replace(SCHOOL, send_on=Conditions(waited_above_s=60.0)), Ways("general"))


def test_a_key_that_is_pressed_as_a_caller_is_sent_on_answers_nothing_in_the_menu() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        await desk.said(channel)
        assert desk.contact.since is not None
        await asyncio.sleep(desk.contact.since + 60.9 - now())
        channel.press("9")  # both are news at the same moment
        desk.exchange._clock = EngineClock(lambda: now() + 1, lambda: now() + 1)
        desk.happens(TimerFired())
        assert len(desk.log(CallerSentOn)) == 1
        await channel.reached(lambda c: c.running == "GET DATA")
        assert desk.log(ChoiceOffered) == []
        assert [pressed.digits for pressed in desk.log(DigitPressed)] == ["1"]  # type: ignore[attr-defined]

    at_desk(story, replace(SCHOOL, send_on=Conditions(waited_above_s=60.0)), Ways("stay", {"9": "sorry"}))


def test_a_caller_who_hangs_up_while_being_told_ends_the_session() -> None:
    async def story(desk: Desk) -> None:
        channel = await desk.call()
        channel.hang_up()
        await channel.reached(lambda c: c.closed)

    at_desk(story)


def test_a_sound_that_cannot_be_played_is_passed_over() -> None:
    async def story(desk: Desk) -> None:
        channel = Speech(CASE, keys=["1"])
        channel.missing_sounds = frozenset({FIRST})
        await channel.connect("127.0.0.1", desk.server.port)
        await desk.said(channel)
        assert channel.music
        assert desk.contact.task == Wait("9")

    at_desk(story)
