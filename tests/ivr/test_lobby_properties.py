"""Whatever callers who wait, agents, hours, changes and restarts do: the rules of waiting hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
from tests.ivr.waiting_scene import GENERAL, OFFICE, SCHOOL, Scene, Ways, by_hand, number_of

if TYPE_CHECKING:
    from ivr.menu.number import Number

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
        self.held = Rules()
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

    @rule(s=st.one_of(st.floats(0, 20), st.floats(20, 200)))
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

    @rule()
    def everybody_answers_who_is_rung(self) -> None:
        for contact in self.with_us():
            caller = self.scene[contact]
            if caller.phase is Phase.OFFERED and caller.agent is not None:
                assert self.tried(OfferAnswered(contact, caller.agent))
            elif caller.phase is Phase.HANDED and caller.agent is not None:
                assert self.tried(OfficerAnswered(contact, caller.agent))

    @rule(cause=st.sampled_from(OfferFailure))
    def nobody_answers_who_is_rung(self, cause: OfferFailure) -> None:
        for contact in self.with_us():
            caller = self.scene[contact]
            if caller.phase is Phase.OFFERED and caller.agent is not None:
                assert self.tried(OfferFailed(contact, caller.agent, cause))

    @rule(key=st.sampled_from("89"), confirms=st.booleans())
    def all_who_wait_press_a_key(self, key: str, confirms: bool) -> None:
        for contact in self.with_us():
            if key in getattr(self.scene[contact].task, "keys", "") and self.tried(
                DigitPressed(contact, key)
            ):
                self.tried(DigitPressed(contact, key) if confirms else SilenceElapsed(contact))

    @precondition(lambda self: self.talking())
    @rule(data=st.data(), to=st.sampled_from(["school", "general", "rut-holm"]))
    def is_handed_over(self, data: st.DataObject, to: str) -> None:
        contact = self.scene[self.contact(data, of=self.talking())]
        kind = "officer" if to == "rut-holm" else "queue"
        assert self.tried(CallTransferred(contact.id, contact.agent or "", kind, to, "blind"))  # type: ignore[arg-type]

    @precondition(lambda self: self.scene.core.contacts)
    @rule(data=st.data(), what=st.integers(0, 6), knows=st.booleans())
    def channel_goes_another_way(self, data: st.DataObject, what: int, knows: bool) -> None:
        """End, or come back from the dialplan, or fall back to Asterisk's own queue."""
        contact = self.scene[self.contact(data)]
        queue, since = ("general", None) if contact.queued is None else contact.queued[1:3]
        match what:
            case 0 | 1:
                assert self.tried(CallerHungUp(contact.id))
            case 2:
                assert self.tried(CallerLost(contact.id, "engine" if knows else "pbx"))
            case 3 | 4:
                knows = knows and contact.queued is not None
                self.tried(CallerReturned(contact.id, queue, since) if knows else CallerReturned(contact.id))
            case 5:
                busy = {one.agent for one in self.scene.core.contacts.values()}
                if self.tried(CallerFellBack(contact.id, queue)) and knows and "vera" not in busy:
                    self.tried(FallbackAnswered(contact.id, queue, "vera"))
            case _:
                pass  # else few would wait for long

    # --- agents, hours, changes ---------------------------------------------------------------------

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from(TelephoneState))
    def telephone_changes(self, agent: str, state: TelephoneState) -> None:
        self.tried(AgentStateChanged(agent, state))

    @rule()
    def everybody_is_there(self) -> None:
        self.tried(AsteriskConnected("run"))
        for agent in AGENTS:
            self.tried(AgentStateChanged(agent, TelephoneState.FREE))
            self.tried(AgentResumed(agent))

    @rule(agent=st.sampled_from(AGENTS))
    def pauses(self, agent: str) -> None:
        self.tried(AgentPaused(agent))

    @rule(what=st.integers(0, 9), version=st.sampled_from(VERSIONS), is_on=st.booleans())
    def something_greater_changes(self, what: int, version: Number, is_on: bool) -> None:
        match what:
            case 0 | 1:
                self.live = version
                self.tried(ConfigurationChanged("testby", version.content_hash))
            case 2 | 3:
                by = by_hand(self.scene.at, is_open=False)
                self.tried(by if is_on else OverrideEnded("testby", "office"))
            case 4:
                self.tried(AsteriskConnected("run") if is_on else AsteriskDisconnected())
            case 5:
                self.engine_is_started_anew(10.0, all_return=is_on)
            case 6:
                self.engine_is_started_anew(61.0, all_return=is_on)
            case _:
                pass  # else calls would seldom go on for long

    def engine_is_started_anew(self, away_s: float, *, all_return: bool) -> None:
        scene = self.scene
        scene.replays(VERSIONS)
        self.check()
        self.begin(scene.restarted(self.live, away_s=away_s))
        if all_return:
            for contact in list(self.scene.core.contacts):
                self.tried(CallerReturned(contact))
        self.tried(RestorationEnded(0))
        self.tried(AsteriskConnected("run"))

    # --- what always holds ----------------------------------------------------------------------------

    def check(self) -> None:
        for _, at, event in self.scene.stream[self.checked :]:
            self.held.take(at, event)
        self.checked = len(self.scene.stream)

    @invariant()
    def the_rules_hold(self) -> None:
        self.check()
        assert set(self.held.open) == set(self.scene.core.contacts)

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
                assert guest.queue == contact.queued.queue
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
        assert self.held.open == {}
        assert self.scene.core.lobby._room._guests == {}
        assert self.scene.core.lobby._room._told_at == {}
        self.scene.replays(VERSIONS)


TestWaiters = Waiters.TestCase
TestWaiters.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
