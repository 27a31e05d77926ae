"""Transfers as real Asterisk told of them by AMI: who handed the caller to whom, told once and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.consult import Target
from ivr.contact import Leave, Phase, Reach, Ring
from routing.events import (
    AgentStateChanged,
    CallerHungUp,
    CallTransferred,
    OfferAnswered,
    OfferFailure,
    OfficerAnswered,
    OfficerFailed,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.test_translator import Stage, caller_of, capture, event

if TYPE_CHECKING:
    from routing.events import Input


class Asked:
    """A consulting call to one target, as far as a transfer needs it."""

    def __init__(self, agent: str, kind: str, target: str) -> None:
        self.agent = agent
        self.target = Target(kind, target)  # type: ignore[arg-type]
        self.became: list[str] = []

    def become(self, contact: str) -> None:
        """Note whose session the call is from now on."""
        self.became.append(contact)


def told(name: str, consult: Asked | None = None) -> tuple[Stage, str, list[Input]]:
    """Let a capture happen to a caller whom anna is rung for; `consult` is the leg that asks meanwhile."""
    events = capture(name)
    contact = caller_of(events)
    stage = Stage()
    stage.offer(contact, "anna")
    if consult is not None:
        leg = next(e.get("SecondTransfererUniqueid") for e in events if e.name == "AttendedTransfer")
        stage.consults.begin(leg or "", consult)  # type: ignore[arg-type]
    stage.take(*events)
    return stage, contact, stage.of_calls()


def test_a_blind_transfer_to_a_queue() -> None:
    _, caller, calls = told("transfer_blind_to_queue")
    assert calls == [
        OfferAnswered(caller, "anna"),
        CallTransferred(caller, "anna", "queue", "school", "blind"),
        CallerHungUp(caller),
    ]


def test_a_blind_transfer_to_an_officer() -> None:
    _, caller, calls = told("transfer_blind_to_officer")
    assert calls == [
        OfferAnswered(caller, "anna"),
        CallTransferred(caller, "anna", "officer", "olle", "blind"),
        OfficerAnswered(caller, "olle"),
        TalkEnded(caller, "olle", "agent"),
        CallerHungUp(caller),
    ]


def test_an_agent_who_leaves_late_ends_no_talk_of_whom_the_caller_was_handed_to() -> None:
    events = capture("transfer_blind_to_officer")
    leaves = next(e for e in events if e.name == "BridgeLeave" and e.get("BridgeNumChannels") == "1")
    assert "anna" in (leaves.get("Channel") or "")
    events.remove(leaves)
    answered = [i for i, e in enumerate(events) if e.name == "BridgeEnter"][-1]
    caller = caller_of(events)
    stage = Stage()
    stage.offer(caller, "anna")
    stage.take(*events[: answered + 1], leaves)
    assert stage.of_calls()[-1] == OfficerAnswered(caller, "olle")
    assert stage.core.contacts[caller].phase is Phase.TALKING


@pytest.mark.parametrize(
    ("name", "who"),
    [("transfer_attended_officer_ends", "officer"), ("transfer_attended_caller_ends", "caller")],
)
def test_an_attended_transfer_to_an_officer_who_has_answered(name: str, who: str) -> None:
    """The session hears nothing of it: AMI alone frees the agent."""
    _, caller, calls = told(name)
    end = [TalkEnded(caller, "olle", "agent")] if who == "officer" else []
    assert calls == [
        OfferAnswered(caller, "anna"),
        CallTransferred(caller, "anna", "officer", "olle", "attended", answered=True),
        *end,
        CallerHungUp(caller),
    ]


def test_an_attended_transfer_while_the_officer_rings_gives_the_consulting_call_to_the_caller() -> None:
    consult = Asked("anna", "officer", "olle")
    stage, caller, calls = told("transfer_attended_ringing", consult)
    assert calls[:3] == [
        OfferAnswered(caller, "anna"),
        CallTransferred(caller, "anna", "officer", "olle", "attended"),
        OfficerAnswered(caller, "olle"),
    ]
    assert calls[-1] == CallerHungUp(caller)
    assert consult.became == [caller]
    assert stage.released == [caller]  # what was armed for the consulting call must not cut the talk


def test_an_attended_transfer_to_a_queue_gives_the_consulting_call_to_the_caller() -> None:
    consult = Asked("anna", "queue", "school")
    stage, caller, calls = told("transfer_attended_to_queue", consult)
    assert calls[:2] == [
        OfferAnswered(caller, "anna"),
        CallTransferred(caller, "anna", "queue", "school", "attended"),
    ]
    assert calls[-1] == CallerHungUp(caller)
    assert (consult.became, stage.released) == ([caller], [])


def test_a_transfer_that_failed_changes_nothing() -> None:
    stage = Stage()
    stage.offer("c1", "anna")
    stage.take(
        event(
            "BlindTransfer",
            Result="Invalid",
            TransfereeUniqueid="c1",
            TransfererChannel="PJSIP/anna-1",
            Extension="601",
        ),
        event(
            "AttendedTransfer", Result="Fail", TransfereeUniqueid="c1", OrigTransfererChannel="PJSIP/anna-1"
        ),
    )
    assert stage.told == []


def talking(stage: Stage) -> None:
    stage.offer("c1", "anna")
    assert stage.core.step(stage.at, OfferAnswered("c1", "anna")) == []


def test_only_who_has_the_caller_can_hand_them_over() -> None:
    stage = Stage()
    talking(stage)
    late = CallTransferred("c1", "gun", "queue", "school", "blind")
    assert stage.core.step(stage.at, late) is None
    sent = CallTransferred("c1", "anna", "officer", "olle", "blind")
    assert stage.core.step(stage.at, sent) is not None
    assert stage.core.step(stage.at, sent) is None  # told twice, by AMI and by the session
    contact = stage.core.contacts["c1"]
    assert (contact.phase, contact.task) == (Phase.HANDED, Reach("olle", 30.0))


def test_a_talks_end_that_is_told_before_the_transfer_does_not_end_the_call() -> None:
    stage = Stage()
    talking(stage)
    stage.core.step(stage.at, TalkEnded("c1", "anna", "agent"))
    contact = stage.core.contacts["c1"]
    assert isinstance(contact.task, Leave)
    stage.core.step(stage.at + 1, CallTransferred("c1", "anna", "queue", "school", "blind"))
    assert contact.outcome is None
    assert stage.core.contacts["c1"].task == Ring("anna", 20.0)  # who is free again


def test_an_officer_who_does_not_answer_leaves_the_caller_the_old_place() -> None:
    stage = Stage()
    talking(stage)
    contact = stage.core.contacts["c1"]
    place = contact.queued
    stage.core.step(stage.at + 60, CallTransferred("c1", "anna", "officer", "olle", "blind"))
    decisions = stage.core.step(stage.at + 90, OfficerFailed("c1", "olle", OfferFailure.NO_ANSWER))
    assert decisions is not None
    assert decisions[0] == place
    assert (contact.queued, contact.agent is None or contact.phase is Phase.OFFERED) == (place, True)


def test_a_queue_that_there_is_no_more_is_the_one_before() -> None:
    stage = Stage()
    talking(stage)
    decisions = stage.core.step(stage.at, CallTransferred("c1", "anna", "queue", "gone", "blind"))
    assert decisions is not None
    assert decisions[0] == stage.core.contacts["c1"].queued


@pytest.mark.parametrize(("other_since_s", "next_"), [(-60, "c2"), (60, "c1")])
def test_a_caller_who_is_handed_to_a_queue_waits_there_since_the_first_time(
    other_since_s: float, next_: str
) -> None:
    """Also for the agent who hands them on, whose telephone is free a moment later."""
    stage = Stage()
    talking(stage)
    stage.core.step(stage.at, AgentStateChanged("anna", TelephoneState.BUSY))
    stage.at += other_since_s
    stage.enter("c2")
    stage.core.step(stage.at + 120, CallTransferred("c1", "anna", "queue", "school", "blind"))
    stage.core.step(stage.at + 120, AgentStateChanged("anna", TelephoneState.FREE))
    assert stage.core.contacts[next_].task == Ring("anna", 20.0)
