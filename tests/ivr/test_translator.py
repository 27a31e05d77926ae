"""AMI's events become inputs: the right one, to the right contact, and never an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ami.codec import Decoder, Event
from ivr.ami.snapshots import ChannelSnapshot
from ivr.consult import Consults
from ivr.contact import Phase
from ivr.core import Core
from ivr.menu.number import policy
from ivr.transfers import Transfers
from ivr.translator import Translator
from routing.events import (
    AgentOffered,
    AgentStateChanged,
    CallArrived,
    CallerHungUp,
    CallerLost,
    DigitPressed,
    OfferAnswered,
    PromptEnded,
    TalkEnded,
    TelephoneState,
)
from tests.ivr.numbers_for_tests import number_for_tests

if TYPE_CHECKING:
    from routing.events import Decision, Input

CAPTURES = Path(__file__).parent / "ami" / "captures"
MAJA = "agent-maja"  # the agent of the captures; here gun, who answers both queues, stands in her place


class Stage:
    """A core, a translator before it, and what the translator told: all of it, and what was not stale."""

    def __init__(self) -> None:
        number = number_for_tests()
        self.core = Core({number.id: number}, policy([number]))
        self.told: list[Input] = []
        self.counted: list[Input] = []
        self.withdrawn: list[str] = []
        self.consults = Consults()
        self.released: list[str] = []
        transfers = Transfers(
            self._tell,
            self.core.contacts,
            {"601": "queue:school", "701": "officer:olle"},
            self.consults,
            self.released.append,
        )
        self.translator = Translator(
            self._tell, self.core.contacts, ["anna", "gun", "vera"], self.withdrawn.append, transfers
        )
        self.at = 100.0

    def offer(self, contact: str, agent: str = "gun") -> None:
        """Bring a contact to where that agent's telephone rings for it."""
        self.core.step(self.at, AgentStateChanged(agent, TelephoneState.FREE))
        decisions = self.enter(contact)
        assert isinstance(decisions[-1], AgentOffered)
        assert self.core.contacts[contact].agent == agent

    def enter(self, contact: str) -> list[Decision]:
        """Bring a contact into the school's queue; return what was decided then."""
        for event in (
            CallArrived(contact, contact, "testby", "+46858028500", None, "withheld"),
            DigitPressed(contact, "1"),
            PromptEnded(contact),
        ):
            decisions = self.core.step(self.at, event)
        assert decisions is not None
        return decisions

    def of_calls(self) -> list[Input]:
        """Return what counted, but for the telephones' states."""
        return [told for told in self.counted if not isinstance(told, AgentStateChanged)]

    def take(self, *events: Event) -> list[Input]:
        """Let the translator take these; return what counted."""
        for event in events:
            self.translator.take(event)
        return self.counted

    def _tell(self, event: Input) -> bool:
        self.told.append(event)
        counts = self.core.step(self.at, event) is not None
        if counts:
            self.counted.append(event)
        return counts


def capture(name: str) -> list[Event]:
    """Read a recording of real Asterisk, with gun in maja's place."""
    decoder = Decoder()
    decoder.feed((CAPTURES / f"{name}.txt").read_bytes().replace(MAJA.encode(), b"gun"))
    return [message for message in decoder.messages() if isinstance(message, Event)]


def caller_of(events: list[Event]) -> str:
    """Return the caller's unique id: the first linked id."""
    return next(linked for event in events if (linked := event.get("Linkedid")))


def event(name: str, **headers: str) -> Event:
    return Event(name, f"Event: {name}" + "".join(f"\r\n{key}: {value}" for key, value in headers.items()))


def state(telephone: TelephoneState) -> AgentStateChanged:
    return AgentStateChanged("gun", telephone)


RINGING, BUSY, FREE = TelephoneState.RINGING, TelephoneState.BUSY, TelephoneState.FREE


@pytest.mark.parametrize(
    ("name", "ended_by"),
    [("offer_answered_agent_hangs_up", "agent"), ("offer_answered_caller_hangs_up", "caller")],
)
def test_a_talk_on_real_asterisk_is_told_once_and_ended_by_who_hung_up(name: str, ended_by: str) -> None:
    stage, events = Stage(), capture(name)
    contact = caller_of(events)
    stage.offer(contact)
    stage.take(*events)
    calls = stage.of_calls()
    # A caller who hangs up ends the talk by that; an agent ends the talk alone.
    end = [TalkEnded(contact, "gun", "agent")] if ended_by == "agent" else []
    assert calls == [OfferAnswered(contact, "gun"), *end, CallerHungUp(contact)]
    states = [told for told in stage.counted if isinstance(told, AgentStateChanged)]
    assert states == [state(RINGING), state(BUSY), state(FREE)]
    assert not stage.core.contacts


@pytest.mark.parametrize(
    "name",
    ["offer_busy", "offer_declined", "offer_not_answered", "offer_withdrawn", "offer_caller_hangs_up"],
)
def test_an_offer_without_a_talk_tells_only_the_callers_end(name: str) -> None:
    stage, events = Stage(), capture(name)
    contact = caller_of(events)
    stage.offer(contact)
    stage.take(*events)
    assert [t for t in stage.told if not isinstance(t, AgentStateChanged)] == [CallerHungUp(contact)]
    assert stage.translator.ringing_channel(contact) is None


@pytest.mark.parametrize("name", sorted(path.stem for path in CAPTURES.glob("*.txt")))
def test_recordings_that_concern_nobody_tell_nothing_of_calls(name: str) -> None:
    stage = Stage()
    stage.take(*capture(name))
    assert {type(told) for told in stage.told} <= {AgentStateChanged}


@pytest.mark.parametrize(
    ("device", "telephone"),
    [
        ("NOT_INUSE", TelephoneState.FREE),
        ("RINGING", TelephoneState.RINGING),
        ("INUSE", TelephoneState.BUSY),
        ("RINGINUSE", TelephoneState.BUSY),
        ("BUSY", TelephoneState.BUSY),
        ("ONHOLD", TelephoneState.BUSY),
        ("UNAVAILABLE", TelephoneState.UNREACHABLE),
        ("INVALID", TelephoneState.UNREACHABLE),
        ("UNKNOWN", TelephoneState.UNREACHABLE),
        ("a word of a later Asterisk", TelephoneState.UNREACHABLE),
    ],
)
def test_each_device_state_has_its_word_of_ours(device: str, telephone: TelephoneState) -> None:
    stage = Stage()
    stage.take(event("DeviceStateChange", Device="PJSIP/gun", State=device))
    assert stage.told == [state(telephone)]


@pytest.mark.parametrize("device", ["PJSIP/trunk-1", "Local/gun@agents", "PJSIP/gunnar", "PJSIP/", ""])
def test_other_devices_concern_nobody(device: str) -> None:
    stage = Stage()
    stage.take(event("DeviceStateChange", Device=device, State="INUSE"))
    assert stage.told == []


def test_only_the_second_leg_in_the_bridge_begins_the_talk() -> None:
    stage = Stage()
    stage.offer("c1")
    first = event("BridgeEnter", BridgeNumChannels="1", Uniqueid="leg", Linkedid="c1")
    assert stage.take(first) == []
    second = event("BridgeEnter", BridgeNumChannels="2", Uniqueid="c1", Linkedid="c1")
    assert stage.take(second) == [OfferAnswered("c1", "gun")]


def test_an_agents_leg_that_ends_ends_no_contact() -> None:
    stage = Stage()
    stage.offer("c1")
    assert stage.take(event("Hangup", Uniqueid="leg", Linkedid="c1")) == []
    assert stage.core.contacts["c1"].phase is Phase.OFFERED


@pytest.mark.parametrize("first", ["Hangup", "UserEvent"])
def test_the_end_of_the_callers_channel_is_told_by_either_event_and_counts_once(first: str) -> None:
    stage = Stage()
    stage.offer("c1")
    ends = [
        event("Hangup", Uniqueid="c1", Linkedid="c1"),
        event("UserEvent", UserEvent="VaxelEnded", Uniqueid="c1", Case="c1", Phase="waiting"),
    ]
    ends.sort(key=lambda end: end.name != first)
    assert stage.take(*ends) == [CallerHungUp("c1")]


def test_another_user_event_ends_nothing() -> None:
    stage = Stage()
    stage.offer("c1")
    assert stage.take(event("UserEvent", UserEvent="VaxelEntered", Case="c1")) == []


def test_the_ringing_channel_is_known_from_the_dials_begin_to_its_end() -> None:
    stage = Stage()
    stage.offer("c1")
    assert stage.translator.ringing_channel("c1") is None
    stage.take(event("DialBegin", Uniqueid="c1", DestChannel="PJSIP/gun-00000001"))
    assert stage.translator.ringing_channel("c1") == "PJSIP/gun-00000001"
    stage.take(event("DialEnd", Uniqueid="other", DestChannel="PJSIP/gun-00000002"))
    assert stage.translator.ringing_channel("c1") == "PJSIP/gun-00000001"
    stage.take(event("DialEnd", Uniqueid="c1", DestChannel="PJSIP/gun-00000001"))
    assert stage.translator.ringing_channel("c1") is None


def test_a_dial_that_names_no_channel_rings_none() -> None:
    stage = Stage()
    stage.offer("c1")
    stage.take(event("DialBegin", Uniqueid="c1"))
    assert stage.translator.ringing_channel("c1") is None


def test_an_offer_that_was_withdrawn_before_it_rang_is_withdrawn_as_it_rings() -> None:
    stage = Stage()
    stage.offer("c1")
    stage.core.step(stage.at, AgentStateChanged("gun", TelephoneState.UNREACHABLE))
    stage.take(event("DialBegin", Uniqueid="c1", DestChannel="PJSIP/gun-1"))
    assert stage.withdrawn == ["c1"]


def test_a_caller_whose_end_is_told_before_their_beginning_is_closed_at_once() -> None:
    stage = Stage()
    stage.take(
        event("UserEvent", UserEvent="VaxelEnded", Case="c1", Uniqueid="c1", Phase=""),
        event("Hangup", Uniqueid="c1"),
    )
    stage.core.step(100.0, CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld"))
    stage.translator.arrived("c1")
    assert stage.counted == [CallerHungUp("c1")]
    stage.core.step(100.0, CallArrived("c2", "c2", "testby", "+46858028500", None, "withheld"))
    stage.translator.arrived("c2")
    assert list(stage.core.contacts) == ["c2"]


@pytest.mark.parametrize(("phase", "end"), [("lost", CallerLost("c1", "engine")), ("", CallerHungUp("c1"))])
def test_whom_the_dialplan_let_go_because_no_engine_served_them_was_lost_by_us(
    phase: str, end: Input
) -> None:
    stage = Stage()
    stage.core.step(100.0, CallArrived("c1", "c1", "testby", "+46858028500", None, "withheld"))
    stage.take(event("UserEvent", UserEvent="VaxelEnded", Case="c1", Uniqueid="c1", Phase=phase))
    assert stage.counted == [end]


def channel(uniqueid: str, *, state: str = "Up", bridge_id: str | None = None) -> ChannelSnapshot:
    return ChannelSnapshot(uniqueid, "c1", f"PJSIP/{uniqueid}", state, "Dial", "", bridge_id, 3, "c1")


def test_a_telephone_that_began_to_ring_while_ami_was_away_can_be_stopped() -> None:
    stage = Stage()
    stage.offer("c1")
    stage.translator.learn([channel("c1"), channel("leg", state="Ringing")])
    assert stage.translator.ringing_channel("c1") == "PJSIP/leg"
    stage.translator.learn([channel("c1")])
    assert stage.translator.ringing_channel("c1") is None


def test_a_caller_who_has_gone_has_no_ringing_channel() -> None:
    stage = Stage()
    stage.offer("c1")
    stage.take(event("DialBegin", Uniqueid="c1", DestChannel="PJSIP/gun-1"), event("Hangup", Uniqueid="c1"))
    assert stage.translator.ringing_channel("c1") is None


NAMES = ("DeviceStateChange", "BridgeEnter", "BridgeLeave", "DialBegin", "DialEnd", "Hangup", "UserEvent")
HEADERS = {
    "Uniqueid": ("c1", "leg", ""),
    "Channel": ("PJSIP/gun-1", "PJSIP/anna-1", "Local/x", ""),
    "Linkedid": ("c1", "c9"),
    "BridgeNumChannels": ("0", "1", "2", "many"),
    "DestChannel": ("PJSIP/gun-1", ""),
    "Device": ("PJSIP/gun", "PJSIP/anna", "x"),
    "State": ("INUSE", "NOT_INUSE", ""),
    "UserEvent": ("VaxelEnded", "VaxelFallback", "VaxelFallbackAnswered", "x"),
    "Case": ("c1", "c9"),
}


@st.composite
def events(draw: st.DrawFn) -> Event:
    keys = draw(st.lists(st.sampled_from(sorted(HEADERS)), unique=True))
    return event(draw(st.sampled_from(NAMES)), **{key: draw(st.sampled_from(HEADERS[key])) for key in keys})


@given(st.lists(events(), max_size=30))
def test_events_in_any_order_with_any_header_missing_never_raise(stream: list[Event]) -> None:
    stage = Stage()
    stage.offer("c1")
    stage.take(*stream)
    assert stage.counted.count(CallerHungUp("c1")) == ("c1" not in stage.core.contacts)
