"""A crowd that does anything at any time: the random world of the core's and the restoration's properties.

Owns what truly happens to callers, telephones and agents, as far as it decides what may happen next, and the
checks that hold after every event. Tests make machines of it and add what they need.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ivr.contact import Leave, Phase, Ring, Wait
from ivr.core import Core
from ivr.menu.commands import Ask, Say
from ivr.menu.number import policy
from routing.events import (
    AgentOffered,
    AgentPaused,
    AgentResumed,
    AgentStateChanged,
    CallArrived,
    CallEnded,
    CallerFellBack,
    CallerHungUp,
    CallerLost,
    CallerQueued,
    CallerReturned,
    CallTransferred,
    DigitPressed,
    FallbackAnswered,
    GhostRemoved,
    Input,
    OfferAnswered,
    OfferFailed,
    OfferFailure,
    OfficerAnswered,
    Outcome,
    PromptEnded,
    Recorded,
    SilenceElapsed,
    TalkEnded,
    TelephoneState,
    TimerFired,
)
from tests.ivr.numbers_for_tests import number_for_tests
from tests.ivr.replay import assert_replays

NUMBER = number_for_tests()
AGENTS = ("anna", "gun", "vera")
BUSY = frozenset({Phase.OFFERED, Phase.TALKING})


class Crowd(RuleBasedStateMachine):
    """Callers do anything at any time; each call session does what its task says."""

    def __init__(self) -> None:
        super().__init__()
        self.core = Core({NUMBER.id: NUMBER}, policy([NUMBER]))
        self.at = 1000.0
        self.stream: list[Recorded] = []
        self.last_step = 0  # how many events the latest input made, itself included
        self.callers = 0
        self.sessions: set[str] = set()  # contacts that have one of ours
        self.gone: set[str] = set()  # contacts whose channel has ended, whoever knows it
        self.handed_over: str | None = None  # by the latest input
        self.places: dict[str, CallerQueued] = {}  # as the channels keep them

    def happens(self, event: Input) -> bool:
        if isinstance(event, CallerHungUp | CallerLost):
            self.gone.add(event.contact)
        self.handed_over = event.contact if isinstance(event, CallTransferred) else None
        decisions = self.core.step(self.at, event)
        if decisions is None:
            return False
        for happened in (event, *decisions):
            self.stream.append(Recorded(len(self.stream) + 1, self.at, happened))
            if isinstance(happened, CallerQueued):
                self.places[happened.contact] = happened
        self.last_step = 1 + len(decisions)
        for decision in decisions:
            if isinstance(decision, AgentOffered):
                self.is_offered(decision)
        return True

    def is_offered(self, offer: AgentOffered) -> None:
        """Check an offer: nobody who waits in the same queue has waited longer.

        But for who was just handed over: whoever waited already is offered the agent who did it.
        """
        since = self.place(offer.contact).since
        for other in self.core.contacts.values():
            if other.id == self.handed_over:
                continue
            if other.phase is Phase.WAITING and not other.away and self.place(other.id).queue == offer.queue:
                assert since <= self.place(other.id).since

    def place(self, contact: str) -> CallerQueued:
        queued = self.core.contacts[contact].queued
        assert queued is not None
        return queued

    def engaged(self) -> list[str]:
        """Return the agents whom a caller is offered to or talks with."""
        return [c.agent for c in self.core.contacts.values() if c.phase in BUSY and c.agent in AGENTS]

    def ended(self) -> list[str]:
        return [event.contact for _, _, event in self.stream if isinstance(event, CallEnded)]

    def arrival(self, contact: str) -> CallArrived:
        return CallArrived(contact, contact, NUMBER.id, "+46858028500", None, "withheld")

    # --- time, callers, telephones ------------------------------------------------------------------

    @rule(s=st.floats(0, 60))
    def time_passes(self, s: float) -> None:
        until = self.at + s
        while (due := self.core.next_due()) is not None and due <= until:
            self.at = due
            self.happens(TimerFired())
        self.at = until

    @rule()
    def arrives(self) -> None:
        self.callers += 1
        contact = f"c{self.callers}"
        self.sessions.add(contact)
        self.happens(self.arrival(contact))

    @rule(callers=st.integers(1, 4))
    def some_choose_the_school(self, callers: int) -> None:
        for _ in range(callers):
            self.arrives()
            self.happens(DigitPressed(f"c{self.callers}", "1"))
            self.at += 1
            self.happens(PromptEnded(f"c{self.callers}"))

    @rule(agent=st.sampled_from(AGENTS), state=st.sampled_from(TelephoneState))
    def telephone_changes(self, agent: str, state: TelephoneState) -> None:
        self.happens(AgentStateChanged(agent, state))

    @rule()
    def every_telephone_is_free(self) -> None:
        for agent in AGENTS:
            self.happens(AgentStateChanged(agent, TelephoneState.FREE))

    @rule(callers=st.integers(1, 3))
    def some_talk(self, callers: int) -> None:
        """Let agents who want calls answer all that ring: by chance alone, few would ever talk."""
        self.offers_begin()
        for agent in AGENTS:
            self.happens(AgentResumed(agent))
        self.every_telephone_is_free()
        self.some_choose_the_school(callers=callers)
        for contact in self.alive():
            caller = self.core.contacts[contact]
            if caller.phase is Phase.OFFERED and caller.agent is not None:
                assert self.happens(OfferAnswered(contact, caller.agent))

    def offers_begin(self) -> None:
        """Bring the engine so far that it makes offers; ours always does."""

    @rule(agent=st.sampled_from(AGENTS), wants_calls=st.booleans())
    def pauses(self, agent: str, wants_calls: bool) -> None:
        self.happens(AgentResumed(agent) if wants_calls else AgentPaused(agent))

    @precondition(lambda self: self.with_session())
    @rule(
        data=st.data(),
        digits=st.sampled_from([None, *"0123459*"]),
        cause=st.sampled_from([None, *OfferFailure]),
    )
    def session_goes_on(self, data: st.DataObject, digits: str | None, cause: OfferFailure | None) -> None:
        contact = self.core.contacts[data.draw(st.sampled_from(self.with_session()))]
        match contact.task:
            case Ask():
                self.happens(
                    SilenceElapsed(contact.id) if digits is None else DigitPressed(contact.id, digits)
                )
            case Say():
                self.happens(PromptEnded(contact.id))
            case Ring(agent) if contact.phase is Phase.OFFERED:
                if cause is None:
                    self.happens(OfferAnswered(contact.id, agent))
                else:
                    self.happens(OfferFailed(contact.id, agent, cause))
            case Leave() if contact.phase is Phase.TALKING:
                assert contact.agent is not None
                self.happens(TalkEnded(contact.id, contact.agent, "agent"))
            case Leave():
                self.happens(CallerHungUp(contact.id))
            case Wait():
                pass

    @precondition(lambda self: self.core.contacts)
    @rule(data=st.data(), lost=st.sampled_from([None, "engine", "pbx"]))
    def channel_ends(self, data: st.DataObject, lost: str | None) -> None:
        contact = data.draw(st.sampled_from(sorted(self.core.contacts)))
        self.sessions.discard(contact)
        self.happens(CallerHungUp(contact) if lost is None else CallerLost(contact, lost))  # type: ignore[arg-type]
        assert not self.happens(CallerHungUp(contact)), "the second news of it counted"

    # --- ways round us ------------------------------------------------------------------------------

    @precondition(lambda self: self.alive())
    @rule(data=st.data(), tells_place=st.booleans())
    def comes_back(self, data: st.DataObject, tells_place: bool) -> None:
        """Let the dialplan bring a caller to us, whom the dead-man's switch or our death took from us."""
        contact = data.draw(st.sampled_from(self.alive()))
        self.sessions.add(contact)
        place = self.places.get(contact) if tells_place else None
        queue, since = (None, None) if place is None else (place.queue, place.since)
        before = self.core.contacts[contact].queued
        self.happens(CallerReturned(contact, queue, since))
        assert before in {None, self.core.contacts[contact].queued}

    @precondition(lambda self: self.alive())
    @rule(data=st.data(), queue=st.sampled_from(["school", "general"]))
    def falls_back(self, data: st.DataObject, queue: str) -> None:
        contact = data.draw(st.sampled_from(self.alive()))
        if contact in self.places:
            queue = self.places[contact].queue
        if self.happens(CallerFellBack(contact, queue)):
            self.sessions.discard(contact)

    @precondition(lambda self: self.in_fallback() and len(self.engaged()) < len(AGENTS))
    @rule(data=st.data())
    def fallback_connects(self, data: st.DataObject) -> None:
        contact = data.draw(st.sampled_from(self.in_fallback()))
        agent = data.draw(st.sampled_from(sorted(set(AGENTS) - set(self.engaged()))))
        self.happens(FallbackAnswered(contact, self.place(contact).queue, agent))

    @rule(ago_s=st.floats(10, 100), agent=st.sampled_from([None, *AGENTS]), is_over=st.booleans())
    def call_is_learnt_afterwards(self, ago_s: float, agent: str | None, is_over: bool) -> None:
        self.callers += 1
        contact, when = f"c{self.callers}", self.at - ago_s
        self.happens(self.arrival(contact)._replace(when=when))
        self.happens(CallerFellBack(contact, "general", when + 1))
        if agent is not None and agent not in self.engaged():
            self.happens(FallbackAnswered(contact, "general", agent, when + 2))
        if is_over:
            self.happens(CallerHungUp(contact, when + 9))

    @precondition(lambda self: self.core.contacts)
    @rule(data=st.data())
    def ghost_is_removed(self, data: st.DataObject) -> None:
        contact = self.core.contacts[data.draw(st.sampled_from(sorted(self.core.contacts)))]
        agent = contact.agent
        if contact.phase is Phase.OFFERED and agent is not None:
            self.happens(GhostRemoved(contact.id, "offer", agent))
            self.happens(OfferFailed(contact.id, agent, OfferFailure.WITHDRAWN))
        elif contact.phase is Phase.TALKING and agent is not None:
            self.happens(GhostRemoved(contact.id, "talk", agent))
            self.happens(TalkEnded(contact.id, agent, "pbx"))
        else:
            self.sessions.discard(contact.id)
            self.happens(GhostRemoved(contact.id, "caller", None))
            self.happens(CallerHungUp(contact.id))

    def alive(self) -> list[str]:
        return sorted(set(self.core.contacts) - self.gone)

    def with_session(self) -> list[str]:
        return [contact for contact in self.alive() if contact in self.sessions]

    def in_talks(self) -> list[str]:
        return [c for c in self.alive() if self.core.contacts[c].phase is Phase.TALKING]

    def in_fallback(self) -> list[str]:
        return [c for c in self.alive() if self.core.contacts[c].phase is Phase.FALLBACK]

    # --- what always holds ----------------------------------------------------------------------------

    @invariant()
    def every_contact_is_open_or_ended_once(self) -> None:
        arrived = {event.contact for _, _, event in self.stream if isinstance(event, CallArrived)}
        ended = self.ended()
        assert len(ended) == len(set(ended))
        assert arrived == set(ended) | set(self.core.contacts)
        assert not set(ended) & set(self.core.contacts)

    @invariant()
    def who_was_answered_once_ends_as_answered_and_nobody_else_does(self) -> None:
        answered: set[str] = set()
        for _, _, event in self.stream:
            match event:
                case OfferAnswered(contact) | FallbackAnswered(contact) | OfficerAnswered(contact):
                    answered.add(contact)
                case CallEnded(contact, outcome):
                    assert (outcome is Outcome.ANSWERED) == (contact in answered)
                case _:
                    pass
        for caller in self.core.contacts.values():
            assert caller.answered == (caller.id in answered)
            if caller.answered and caller.phase is Phase.LEAVING:
                assert caller.outcome is Outcome.ANSWERED, "let go before the talk was over"

    @invariant()
    def no_agent_has_two_callers_and_none_is_held_by_nobody(self) -> None:
        busy = self.engaged()
        assert len(busy) == len(set(busy))
        held = {
            agent for agent, desk in self.core.lobby.router._staff.desks.items() if desk.contact is not None
        }
        assert held == set(busy)

    @invariant()
    def who_waits_has_a_place_unless_away_and_keeps_it(self) -> None:
        for contact in self.core.contacts.values():
            engagement = self.core.lobby.router._callers.engagements.get(contact.id)
            if contact.phase is Phase.WAITING and not contact.away:
                assert engagement is not None
                queue = engagement.lane.line.queue.id
                assert (engagement.phase, queue) == ("waiting", self.place(contact.id).queue)
            if contact.phase in {Phase.FALLBACK, Phase.HANDED} or (
                contact.away and contact.phase is not Phase.TALKING
            ):
                assert engagement is None
        sinces: dict[str, set[float]] = {}
        for _, _, event in self.stream:
            if isinstance(event, CallerQueued):
                sinces.setdefault(event.contact, set()).add(event.since)
        assert all(len(of_one) == 1 for of_one in sinces.values()), "somebody's waiting began anew"

    def teardown(self) -> None:
        for contact in list(self.core.contacts):
            self.happens(CallerHungUp(contact))
        self.every_contact_is_open_or_ended_once()
        assert self.core.contacts == {}
        assert_replays(self.stream, [NUMBER])
