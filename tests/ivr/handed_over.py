"""A crowd whose agents hand callers over, to queues and officers, and whose officers hand them on.

Owns the rules of transfers and what holds after each. What everybody else does stands in the crowd.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from ivr.contact import Phase
from routing.events import (
    CallerReturned,
    CallTransferred,
    ConsultBegan,
    ConsultEnded,
    Input,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    TalkEnded,
)
from tests.ivr.crowd import Crowd

OFFICERS = ("olle", "olga")  # each of whom may talk with any number of callers


def other_than(by: str) -> str:
    """Return an officer to whom this agent or officer can hand over."""
    return OFFICERS[by == OFFICERS[0]]


class HandedOver(Crowd):
    """Callers who talk are handed over, in every manner."""

    @precondition(lambda self: self.in_talks())
    @rule(data=st.data(), is_over=st.booleans())
    def somebody_is_consulted(self, data: st.DataObject, is_over: bool) -> None:
        contact = self.core.contacts[data.draw(st.sampled_from(self.in_talks()))]
        assert contact.agent is not None
        assert self.happens(ConsultBegan(contact.id, contact.agent, "queue", "general"))
        if is_over:
            assert self.happens(ConsultEnded(contact.id, contact.agent))

    @precondition(lambda self: self.in_talks())
    @rule(data=st.data(), queue=st.sampled_from(["school", "general"]), ends_first=st.booleans())
    def is_sent_to_a_queue(self, data: st.DataObject, queue: str, ends_first: bool) -> None:
        contact = data.draw(st.sampled_from(self.in_talks()))
        by = self.who_has(contact, ends_first=ends_first)
        self.is_handed_over(CallTransferred(contact, by, "queue", queue, "blind"))

    @precondition(lambda self: self.in_talks())
    @rule(data=st.data(), ends_first=st.booleans(), then=st.sampled_from([None, "taken", "refused", "back"]))
    def is_sent_to_an_officer(self, data: st.DataObject, ends_first: bool, then: str | None) -> None:
        contact = data.draw(st.sampled_from(self.in_talks()))
        by = self.who_has(contact, ends_first=ends_first)
        self.is_handed_over(CallTransferred(contact, by, "officer", other_than(by), "blind"))
        if then is not None:
            self.officer_was_rung(contact, then)

    @precondition(lambda self: self.in_talks())
    @rule(data=st.data(), ends_first=st.booleans())
    def is_given_to_an_officer(self, data: st.DataObject, ends_first: bool) -> None:
        contact = data.draw(st.sampled_from(self.in_talks()))
        by = self.who_has(contact, ends_first=ends_first)
        self.is_handed_over(
            CallTransferred(contact, by, "officer", other_than(by), "attended", answered=True)
        )

    @precondition(lambda self: self.handed())
    @rule(data=st.data(), what=st.sampled_from(["taken", "refused", "back"]))
    def officers_telephone_rang(self, data: st.DataObject, what: str) -> None:
        self.officer_was_rung(data.draw(st.sampled_from(self.handed())), what)

    def officer_was_rung(self, contact: str, what: str) -> None:
        caller = self.core.contacts[contact]
        assert caller.agent is not None
        match what:
            case "taken":
                assert self.happens(OfficerAnswered(contact, caller.agent))
                assert caller.phase is Phase.TALKING
            case "refused":
                self.goes_back(OfficerFailed(contact, caller.agent, OfferFailure.NO_ANSWER))
            case _:
                self.sessions.add(contact)
                self.goes_back(CallerReturned(contact))

    def handed(self) -> list[str]:
        return [c for c in self.alive() if self.core.contacts[c].phase is Phase.HANDED]

    def who_has(self, contact: str, *, ends_first: bool) -> str:
        """Return who talks with the caller; the talk's end may be told before the transfer."""
        by = self.core.contacts[contact].agent
        assert by is not None
        if ends_first:
            assert self.happens(TalkEnded(contact, by, "agent"))
        return by

    def is_handed_over(self, transfer: CallTransferred) -> None:
        """Check a transfer: it counts once, and the caller has a place or an officer, and no agent."""
        contact, place = self.core.contacts[transfer.contact], self.place(transfer.contact)
        assert self.happens(transfer)
        assert not self.happens(transfer), "the second news of it counted"
        if transfer.kind == "queue":
            assert contact.phase in {Phase.WAITING, Phase.OFFERED}
            assert contact.queued == place._replace(queue=transfer.target)
        else:
            assert contact.phase is (Phase.TALKING if transfer.answered else Phase.HANDED)
            assert (contact.agent, contact.queued) == (transfer.target, place)
            assert not self.core.lobby.router.knows(contact.id)

    def goes_back(self, event: OfficerFailed | CallerReturned) -> None:
        """Check that a caller whom no officer took has the old place."""
        contact, place = self.core.contacts[event.contact], self.place(event.contact)
        told: Input = event
        assert self.happens(told)
        assert contact.phase in {Phase.WAITING, Phase.OFFERED}
        assert contact.queued == place
