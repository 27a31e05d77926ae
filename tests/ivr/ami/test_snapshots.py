"""The typed questions, on what Asterisk really answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivr.ami.codec import Decoder, Event
from ivr.ami.errors import UnsafeValueError
from ivr.ami.snapshots import (
    ChannelSnapshot,
    DeviceState,
    read_channels,
    read_device_state,
    read_device_states,
    read_start,
    read_variable,
    read_version,
)
from tests.fakes.ami import FakeAmi
from tests.ivr.ami.asking import asked

if TYPE_CHECKING:
    from tests.fakes.ami import Pairs


def captured(name: str) -> list[Event]:
    decoder = Decoder()
    decoder.feed((Path(__file__).parent / "captures" / f"{name}.txt").read_bytes())
    return [message for message in decoder.messages() if isinstance(message, Event)]


def channels_as_captured() -> list[Pairs]:
    """Give the two channels of a talk as Asterisk listed them."""
    items = [event for event in captured("actions") if event.name == "CoreShowChannel"]
    return [[pair for pair in item.headers() if pair[0] != "ActionID"] for item in items[:2]]


def test_every_state_that_asterisk_reported_is_known() -> None:
    states = {pair for event in captured("device_states") if (pair := read_device_state(event))}
    assert {state for device, state in states if device == "PJSIP/agent-maja"} == {
        DeviceState.UNAVAILABLE,
        DeviceState.NOT_INUSE,
        DeviceState.RINGING,
        DeviceState.INUSE,
    }


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("DeviceStateChange", "\r\nDevice: PJSIP/a\r\nState: RINGINUSE", ("PJSIP/a", DeviceState.RINGINUSE)),
        ("DeviceStateChange", "\r\nDevice: PJSIP/a\r\nState: SLEEPING", ("PJSIP/a", DeviceState.UNKNOWN)),
        ("DeviceStateChange", "\r\nDevice: PJSIP/a", ("PJSIP/a", DeviceState.UNKNOWN)),
        ("DeviceStateChange", "\r\nState: INUSE", None),
        ("Hangup", "\r\nDevice: PJSIP/a\r\nState: INUSE", None),
    ],
)
def test_a_device_state_change_is_read(
    name: str, text: str, expected: tuple[str, DeviceState] | None
) -> None:
    assert read_device_state(Event(name, f"Event: {name}{text}")) == expected


def test_device_states_are_read_as_a_table() -> None:
    asterisk = FakeAmi()
    asterisk.device_states = {"PJSIP/agent-maja": "NOT_INUSE", "PJSIP/agent-olle": "UNAVAILABLE"}
    assert asked(asterisk, read_device_states) == {
        "PJSIP/agent-maja": DeviceState.NOT_INUSE,
        "PJSIP/agent-olle": DeviceState.UNAVAILABLE,
    }


def test_channels_are_read_without_anybodys_number() -> None:
    asterisk = FakeAmi()
    asterisk.channels = channels_as_captured()
    agent, caller = asked(asterisk, read_channels)
    assert agent.linkedid == caller.uniqueid
    assert caller == ChannelSnapshot(
        uniqueid=caller.uniqueid,
        linkedid=caller.uniqueid,
        channel="PJSIP/trunk-1-00000007",
        state="Up",
        application="Dial",
        context="case",
        bridge_id=agent.bridge_id,
        duration_s=caller.duration_s,
        case="case-17",
    )
    assert (agent.channel, agent.application) == ("PJSIP/agent-maja-00000008", "AppDial")
    assert "0701740605" not in repr((agent, caller))


@pytest.mark.parametrize(
    ("duration", "seconds"), [("00:00:07", 7), ("01:02:03", 3723), ("123:00:00", 442_800), ("", 0), ("x", 0)]
)
def test_a_channels_age_is_read(duration: str, seconds: int) -> None:
    asterisk = FakeAmi()
    asterisk.channels = [[("Channel", "a"), ("Duration", duration), ("BridgeId", "")]]
    (channel,) = asked(asterisk, read_channels)
    assert (channel.duration_s, channel.bridge_id) == (seconds, None)


@pytest.mark.parametrize(
    ("channel", "name", "expected"), [("a", "VAXEL_CASE", "case-17"), ("a", "OTHER", ""), ("gone", "X", None)]
)
def test_a_variable_is_read(channel: str, name: str, expected: str | None) -> None:
    asterisk = FakeAmi()
    asterisk.channels = [[("Channel", "a")]]
    asterisk.variables = {("a", "VAXEL_CASE"): "case-17"}
    assert asked(asterisk, lambda client: read_variable(client, channel, name)) == expected


def test_the_version_is_read() -> None:
    assert asked(FakeAmi(), read_version) == "22.10.1+dfsg-1"


def test_another_run_of_asterisk_has_another_start() -> None:
    asterisk = FakeAmi()
    first = asked(asterisk, read_start)
    asterisk.started = "12:00:07"
    assert (first, asked(asterisk, read_start)) == ("2026-11-22 12:00:00", "2026-11-22 12:00:07")


@pytest.mark.parametrize("name", ["SHELL(id)", "A B", "", "A\r\nAction: Command", "Å"])
def test_a_variable_name_that_could_run_code_is_refused(name: str) -> None:
    with pytest.raises(UnsafeValueError):
        asked(FakeAmi(), lambda client: read_variable(client, "a", name))
