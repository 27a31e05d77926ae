"""What Asterisk shows against what we believe: nobody told us of it, and it is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.contact import Phase
from ivr.dead_man import SILENCE_S
from ivr.fallback import ENDS
from ivr.reconciliation import Before
from routing.events import (
    AgentStateChanged,
    AsteriskConnected,
    CallEnded,
    CallerHungUp,
    CallerLost,
    OfferAnswered,
    Outcome,
    TelephoneState,
)
from tests.ivr.reconciled import (
    ARRIVED,
    CASE,
    LEG,
    OFFERED,
    QUEUED_UP,
    RUN,
    START,
    TALKING,
    Reconciled,
    Session,
)

if TYPE_CHECKING:
    from routing.events import Event, Input

BEFORE = START - 30.0
OTHER_RUN = Before("2026-11-21 08:00:00", frozenset())
SAME_RUN = Before(RUN, frozenset())


# --- who is gone as AMI is read ---


@pytest.mark.parametrize(
    ("happened", "note", "told"),
    [
        (
            QUEUED_UP,
            ("waiting", BEFORE, ""),
            [CallerHungUp(CASE, BEFORE), CallEnded(CASE, Outcome.ABANDONED, "caller", BEFORE)],
        ),
        (
            QUEUED_UP,
            ("lost", BEFORE, ""),
            [CallerLost(CASE, "engine", BEFORE), CallEnded(CASE, Outcome.ENGINE_LOST, "engine", BEFORE)],
        ),
        (
            OFFERED,
            ("offering", BEFORE, ""),
            [CallerHungUp(CASE, BEFORE), CallEnded(CASE, Outcome.ABANDONED, "caller", BEFORE)],
        ),
        (
            OFFERED,
            ("talking", BEFORE, BEFORE - 20),
            [
                OfferAnswered(CASE, "anna", BEFORE - 20),
                CallerHungUp(CASE, BEFORE),
                CallEnded(CASE, Outcome.ANSWERED, "caller", BEFORE),
            ],
        ),
        (
            OFFERED,
            ("talking", BEFORE, "at noon"),
            [
                OfferAnswered(CASE, "anna"),
                CallerHungUp(CASE, BEFORE),
                CallEnded(CASE, Outcome.ANSWERED, "caller", BEFORE),
            ],
        ),
        (
            TALKING,
            ("talking", BEFORE, BEFORE - 20),
            [CallerHungUp(CASE, BEFORE), CallEnded(CASE, Outcome.ANSWERED, "caller", BEFORE)],
        ),
        (
            QUEUED_UP,
            ("waiting", "at noon", ""),
            [CallerHungUp(CASE), CallEnded(CASE, Outcome.ABANDONED, "caller")],
        ),
    ],
    ids=["hung up", "lost", "rung", "answered and ended", "answer's time unread", "talk", "note unread"],
)
@pytest.mark.parametrize("known", [SAME_RUN, OTHER_RUN], ids=["same Asterisk", "another Asterisk"])
def test_who_is_gone_ended_as_was_noted_at_the_true_time(
    happened: tuple[Input, ...], note: tuple[str, float | str, float | str], told: list[Event], known: Before
) -> None:
    both = Reconciled(*happened, known=known)
    both.ended("waiting", BEFORE - 99, case="vaxel-1763782600.1")
    both.ended(*note)
    if known is OTHER_RUN and note[1] == "at noon":
        told = [CallerLost(CASE, "pbx"), CallEnded(CASE, Outcome.PBX_LOST, "pbx")]
    assert both.run().told(AsteriskConnected) == told


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Before("", frozenset()), [CallerHungUp(CASE), CallEnded(CASE, Outcome.ABANDONED, "caller")]),
        (SAME_RUN, [CallerHungUp(CASE), CallEnded(CASE, Outcome.ABANDONED, "caller")]),
        (OTHER_RUN, [CallerLost(CASE, "pbx"), CallEnded(CASE, Outcome.PBX_LOST, "pbx")]),
    ],
    ids=["the first Asterisk", "the same Asterisk", "another Asterisk"],
)
def test_who_is_gone_without_a_note_was_cut_off_only_if_asterisk_was(
    known: Before, told: list[Event]
) -> None:
    both = Reconciled(*QUEUED_UP, known=known).run()
    # The connection counts once all is told: one that breaks before is no better than none.
    assert both.told() == [*told, AsteriskConnected(RUN)]


def test_an_agent_whose_caller_hung_up_meanwhile_is_free_for_the_next() -> None:
    second = "vaxel-1763782701.9"
    waits = tuple(event._replace(contact=second) for event in QUEUED_UP)
    both = Reconciled(*OFFERED, *waits)
    both.channel(second, case=second)
    both.run()
    assert {c.id: (c.phase, c.agent) for c in both.core.contacts.values()} == {
        second: (Phase.OFFERED, "anna")
    }


@pytest.mark.parametrize("happened", [(ARRIVED,), QUEUED_UP, OFFERED, TALKING])
def test_whose_channel_lives_is_left_alone(happened: tuple[Input, ...]) -> None:
    both = Reconciled(*happened, known=OTHER_RUN)
    both.channel()
    assert both.run().told() == [AsteriskConnected(RUN)]


def test_ends_are_read_only_when_somebody_is_gone() -> None:
    both = Reconciled(*QUEUED_UP)
    both.channel()
    assert {"Family": ENDS} not in both.run().asked("DBGetTree")


def test_the_telephones_are_read() -> None:
    both = Reconciled()
    both.asterisk.device_states = {"PJSIP/anna": "NOT_INUSE", "PJSIP/gun": "INUSE", "PJSIP/trunk-1": "INUSE"}
    assert both.run().log(AgentStateChanged) == [
        AgentStateChanged("anna", TelephoneState.FREE),
        AgentStateChanged("gun", TelephoneState.BUSY),
    ]


def test_who_is_lost_when_asterisk_starts_anew_under_a_running_engine() -> None:
    both = Reconciled(*QUEUED_UP)
    both.channel()

    async def story() -> None:
        both.asterisk.channels.clear()
        both.asterisk.started = "13:00:00"
        await both.connected_again()
        assert both.log(CallerHungUp, CallerLost) == [CallerLost(CASE, "pbx")]

    both.run(story)


@pytest.mark.parametrize(("version", "warnings"), [("22.10.1", 0), ("22.9.0", 1)])
def test_an_asterisk_with_known_holes_is_told_of_once(
    version: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    both = Reconciled()
    both.asterisk.version = version
    both.run(both.connected_again)
    assert caplog.text.count(f"Asterisk {version} lacks known security fixes") == warnings


# --- telephones that were answered ---


@pytest.mark.parametrize(("noted", "when"), [("1763782790.250", START - 9.75), ("", None), ("at noon", None)])
def test_an_answer_that_nobody_told_is_learnt_with_its_time(noted: str, when: float | None) -> None:
    both = Reconciled(*OFFERED)
    both.bridged("anna")
    both.asterisk.variables[CASE, "VAXEL_ANSWERED"] = noted
    assert both.run().told(AsteriskConnected) == [OfferAnswered(CASE, "anna", when)]


def test_a_telephone_that_still_rings_is_known_and_not_answered() -> None:
    both = Reconciled(*OFFERED)
    both.channel()
    both.channel(LEG)
    both.asterisk.channels[1] += [("ChannelStateDesc", "Ringing"), ("Channel", "PJSIP/anna-00000001")]
    assert both.run().told() == [AsteriskConnected(RUN)]
    assert both.translator.ringing_channel(CASE) == "PJSIP/anna-00000001"


# --- dead-man's switches of whom no session of ours keeps ---


@pytest.mark.parametrize(
    ("happened", "has_session", "switch"),
    [
        (QUEUED_UP, False, None),
        (QUEUED_UP, True, None),
        (OFFERED, False, SILENCE_S),
        (OFFERED, True, None),
        (TALKING, False, None),
        (TALKING, True, None),
    ],
    ids=["away", "waiting", "carried offer", "offer of ours", "carried talk", "talk of ours"],
)
def test_switches_are_kept_where_no_session_does(
    happened: tuple[Input, ...], has_session: bool, switch: int | None
) -> None:
    both = Reconciled(*happened)
    both.channel(bridge="b1" if happened is TALKING else "")
    both.channel(LEG)

    async def story() -> None:
        if has_session:
            both.exchange.attach(CASE, Session())
        before = len(both.asked("Setvar"))
        await both.look(2)
        setting = {"Channel": CASE, "Variable": "TIMEOUT(absolute)", "Value": str(switch)}
        assert both.asked("Setvar")[before:] == ([] if switch is None else [setting] * 2)

    both.run(story)


def test_a_renewal_that_crossed_an_answer_as_ami_went_away_is_taken_back() -> None:
    both = Reconciled(*TALKING)
    both.channel(bridge="b1")
    assert [setting["Value"] for setting in both.run().asked("Setvar")] == ["0"]


def test_switches_are_kept_as_soon_as_ami_is_there() -> None:
    both = Reconciled(*OFFERED)
    both.channel()
    assert [setting["Value"] for setting in both.run().asked("Setvar")] == [str(SILENCE_S)]
