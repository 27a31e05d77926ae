"""Whatever callers who wait, agents, hours, changes and restarts do: the rules of waiting hold, and nobody is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ivr.contact import Choose, Leave, Phase, Reach, Ring, Tell, Wait
from ivr.menu.commands import Ask, Say
from queues.definitions import Definitions
from routing.events import (
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    AsteriskConnected,
    AsteriskDisconnected,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerReturned,
    CallTransferred,
    ConfigurationChanged,
    DigitPressed,
    FallbackAnswered,
    HoursOverridden,
    Input,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    OverrideEnded,
    PromptEnded,
    RestorationEnded,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
)
from routing.policy import Announcing, Conditions
from tests.ivr.waiting_rules import Rules
from tests.ivr.waiting_scene import GENERAL, OFFICE, SCHOOL, Scene, Ways, number_of

AGENTS = ("anna", "gun", "vera")
IN_QUEUE = (Wait, Tell, Choose)
KEYS = {"8": "rut", "9": "stay"}
SENDING = replace(
    SCHOOL,
    announcing=Announcing(),
    turn_away=Conditions(waiting_above=4, all_paused=True),
    send_on=Conditions(nobody_logged_in=True, per_agent_above=3.0, waited_above_s=150.0),
    wrap_up_s=10.0,
)
CLOSING = replace(
    GENERAL,
    announcing=Announcing(every_s=30.0),
    hours="office",
    at_closing="release",
    send_on=Conditions(estimate_above_s=300.0),
)
FIRST = number_of(
    SENDING, CLOSING, ways={"school": Ways("general", KEYS), "general": Ways("sorry")}, hours=OFFICE
)
# Other ways, none at all, and one queue fewer.
OTHER = number_of(SENDING, CLOSING, ways={"school": Ways("stay"), "general": Ways("rut", KEYS)}, hours=OFFICE)
PLAIN = number_of(SCHOOL, GENERAL)
FEWER = replace(FIRST, definitions=Definitions({"general": CLOSING}, FIRST.agents))
VERSIONS = tuple(
    replace(number, content_hash=str(place) * 64)
    for place, number in enumerate((FIRST, OTHER, PLAIN, FEWER), 1)
)


class Waiters(RuleBasedStateMachine):
    """Callers with keys, agents, closing hours, changes of the configuration, and engines that end."""

    def __init__(self) -> None:
        super().__init__()
        self.rules = Rules()
        self.checked = 0
        self.callers = 0
        self.live = VERSIONS[0]
        self.begin(Scene(self.live))

    def begin(self, scene: Scene) -> None:
        self.scene = scene
        self.checked = 0
        for version in VERSIONS:
            scene.core.attendant.know(version)

    def tried(self, event: Input) -> bool:
        return self.scene.tried(event) is not None

    def contact(self, data: st.DataObject, *, of: list[str] | None = None) -> str:
        return data.draw(st.sampled_from(of or sorted(self.scene.core.contacts)))

    def with_us(self) -> list[str]:
        return sorted(contact.id for contact in self.scene.core.contacts.values() if not contact.away)

    def talking(self) -> list[str]:
        return [one for one in self.with_us() if self.scene[one].phase is Phase.TALKING]

    # --- callers ------------------------------------------------------------------------------------

    @rule(s=st.floats(0, 60))
    def time_passes(self, s: float) -> None:
        self.scene.passes(s)

    @rule(
        callers=st.integers(1, 4),
        number=st.sampled_from([None, "hmac-1", "hmac-2"]),
        key=st.sampled_from("17"),
    )
    def some_come(self, callers: int, number: str | None, key: str) -> None:
        for _ in range(callers):
            self.callers += 1
            contact = f"c{self.callers}"
            self.scene.passes(1).arrives(contact, number)
            if key == "1":
                self.tried(DigitPressed(contact, "1"))
                self.tried(PromptEnded(contact))

    @precondition(lambda self: self.with_us())
    @rule(data=st.data(), key=st.sampled_from([None, *"01899"]), answers=st.booleans())
    def session_goes_on(self, data: st.DataObject, key: str | None, answers: bool) -> None:
        contact = self.scene[self.contact(data, of=self.with_us())]
        agent = contact.agent or ""
        match contact.task:
            case Ask() | Choose():
                self.tried(SilenceElapsed(contact.id) if key is None else DigitPressed(contact.id, key))
            case Tell() if key is not None:
                self.tried(DigitPressed(contact.id, key))
            case Say() | Tell():
                assert self.tried(PromptEnded(contact.id))
            case Wait(keys) if key is not None and key in keys:
                assert self.tried(DigitPressed(contact.id, key))
            case Ring():
                assert self.tried(
                    OfferAnswered(contact.id, agent)
                    if answers
                    else OfferFailed(contact.id, agent, OfferFailure.NO_ANSWER)
                )
            case Reach():
                assert self.tried(
                    OfficerAnswered(contact.id, agent)
                    if answers
                    else OfficerFailed(contact.id, agent, OfferFailure.NO_ANSWER)
                )
            case Leave() if contact.phase is Phase.TALKING:
                assert self.tried(TalkEnded(contact.id, agent, "agent"))
            case Leave():
                self.scene.hangs_up(contact.id)
            case _:
                pass

    @precondition(lambda self: self.talking())
    @rule(data=st.data(), to=st.sampled_from(["school", "general", "rut-holm"]))
    def is_handed_over(self, data: st.DataObject, to: str) -> None:
        contact = self.scene[self.contact(data, of=self.talking())]
        kind = "officer" if to == "rut-holm" else "queue"
        assert self.tried(CallTransferred(contact.id, contact.agent or "", kind, to, "blind"))  # type: ignore[arg-type]

    @precondition(lambda self: self.scene.core.contacts)
    @rule(data=st.data(), lost=st.sampled_from([None, "engine", "pbx"]))
    def channel_ends(self, data: st.DataObject, lost: str | None) -> None:
        contact = self.contact(data)
        assert self.tried(CallerHungUp(contact) if lost is None else CallerLost(contact, lost))  # type: ignore[arg-type]

    @precondition(lambda self: self.scene.core.contacts)
    @rule(data=st.data(), tells_place=st.booleans())
    def comes_back(self, data: st.DataObject, tells_place: bool) -> None:
        contact = self.scene[self.contact(data)]
        place = contact.queued if tells_place else None
        queue, since = (None, None) if place is None else (place.queue, place.since)
        self.tried(CallerReturned(contact.id, queue, since))

    @precondition(lambda self: self.scene.core.contacts)
    @rule(data=st.data(), answers=st.booleans())
    def falls_back(self, data: st.DataObject, answers: bool) -> None:
        contact = self.scene[self.contact(data)]
        queue = "general" if contact.queued is None else contact.queued.queue
        busy = {one.agent for one in self.scene.core.contacts.values()}
        if self.tried(CallerFellBack(contact.id, queue)) and answers and "vera" not in busy:
            self.tried(FallbackAnswered(contact.id, queue, "vera"))

    # --- agents, hours, changes ---------------------------------------------------------------------

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from(TelephoneState))
    def telephone_changes(self, agent: str, state: TelephoneState) -> None:
        self.tried(AgentStateChanged(agent, state))

    @rule()
    def everybody_is_there(self) -> None:
        for agent in AGENTS:
            self.tried(AgentStateChanged(agent, TelephoneState.FREE))
            self.tried(AgentResumed(agent))

    @rule(agent=st.sampled_from(AGENTS))
    def pauses(self, agent: str) -> None:
        self.tried(AgentPaused(agent))

    @rule(is_there=st.booleans())
    def asterisk_changes(self, is_there: bool) -> None:
        self.tried(AsteriskConnected("run") if is_there else AsteriskDisconnected())

    @rule(closes=st.booleans())
    def hours_are_changed_by_hand(self, closes: bool) -> None:
        now = self.scene.at
        shut = HoursOverridden("testby", "office", False, False, (), (), now, None, is_sticky=True)
        self.tried(shut if closes else OverrideEnded("testby", "office"))

    @rule(version=st.sampled_from(VERSIONS))
    def configuration_changes(self, version: object) -> None:
        self.live = version  # type: ignore[assignment]
        self.tried(ConfigurationChanged("testby", self.live.content_hash))

    @rule(away_s=st.floats(0.5, 70), loses=st.integers(0, 2), all_return=st.booleans())
    def engine_is_started_anew(self, away_s: float, loses: int, all_return: bool) -> None:
        """Start another engine; the last events may never have been written."""
        scene = self.scene
        if loses and len(scene.stream) - loses > self.checked_inputs():
            loses = 0
        scene.replays(VERSIONS)
        self.check()
        scene.numbers = (self.live,)
        self.begin(scene.restarted(self.live, away_s=away_s))
        if all_return:
            for contact in list(self.scene.core.contacts):
                self.tried(CallerReturned(contact))
        self.tried(RestorationEnded(0))
        self.tried(AsteriskConnected("run"))

    def checked_inputs(self) -> int:
        return self.checked

    # --- what always holds ----------------------------------------------------------------------------

    def check(self) -> None:
        for _, at, event in self.scene.stream[self.checked :]:
            self.rules.take(at, event)
        self.checked = len(self.scene.stream)

    @invariant()
    def the_rules_hold(self) -> None:
        self.check()
        assert set(self.rules.open) == set(self.scene.core.contacts)

    @invariant()
    def phase_task_and_place_agree(self) -> None:
        lobby, at = self.scene.core.lobby, self.scene.at
        for contact in self.scene.core.contacts.values():
            position = lobby.router.position(contact.id, at)
            guest = lobby._room._guests.get(contact.id)
            waits = contact.phase is Phase.WAITING and not contact.away
            assert bool(position) == waits, contact.id
            assert isinstance(contact.task, IN_QUEUE) or not waits
            if waits:
                assert guest is not None
                assert contact.queued is not None
                assert guest.queue == contact.queued.queue == contact.queued.queue
                assert contact.queued.queue in lobby.policy.queues
            elif contact.phase is not Phase.OFFERED:
                assert guest is None, contact.phase
            if contact.phase is Phase.OFFERED:
                assert isinstance(contact.task, Ring | Leave)
            if contact.phase is Phase.MENU:
                assert contact.queued is None
                assert not isinstance(contact.task, (*IN_QUEUE, Ring))

    @invariant()
    def what_falls_due_is_to_come(self) -> None:
        self.scene.until(self.scene.at)
        due = self.scene.core.next_due()
        assert due is None or due > self.scene.at

    def teardown(self) -> None:
        for contact in list(self.scene.core.contacts):
            self.scene.hangs_up(contact)
        self.the_rules_hold()
        assert self.rules.open == {}
        assert self.scene.core.lobby._room._guests == {}
        assert self.scene.core.lobby._room._told_at == {}
        self.scene.replays(VERSIONS)


TestWaiters = Waiters.TestCase
TestWaiters.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


@pytest.mark.thorough
class TestManyWaiters(Waiters.TestCase):  # type: ignore[misc]  # a class made by Hypothesis
    """The same, with many more examples."""

    settings = settings(max_examples=3000, stateful_step_count=60, deadline=None)
