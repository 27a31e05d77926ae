"""The typed questions and commands, on what Asterisk really answered."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from ivr.ami.actions import hang_up, play_dtmf
from ivr.ami.client import AmiClient
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
from tests.fakes.ami import SECRET, USER, FakeAmi, Pairs
from tests.ivr.ami.virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


def captured(name: str) -> list[Event]:
    decoder = Decoder()
    decoder.feed((Path(__file__).parent / "captures" / f"{name}.txt").read_bytes())
    return [message for message in decoder.messages() if isinstance(message, Event)]


def asked(asterisk: FakeAmi, question: Callable[[AmiClient], Awaitable[T]]) -> T:
    """Ask this of the fake over a real connection."""

    async def main() -> T:
        async with asterisk:
            answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

            async def ask(client: AmiClient) -> None:
                try:
                    answer.set_result(await question(client))
                except Exception as error:  # noqa: BLE001  # handed to the test as it is
                    answer.set_exception(error)

            client = AmiClient(
                "127.0.0.1", asterisk.port, USER, SECRET, on_event=lambda _: None, on_connected=ask
            )
            task = asyncio.create_task(client.run())
            try:
                return await answer
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    return run(main())


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


@pytest.mark.parametrize(("channel", "there"), [("a", True), ("gone", False)])
def test_hanging_up_tells_whether_the_channel_was_there(channel: str, there: bool) -> None:
    asterisk = FakeAmi()
    asterisk.channels = [[("Channel", "a")]]
    assert asked(asterisk, lambda client: hang_up(client, channel)) is there
    assert asterisk.actions[-1][2:] == [("Channel", channel), ("Cause", "16")]


@pytest.mark.parametrize("channel", ["", "/^PJSIP/", "/"])
def test_what_names_more_than_one_channel_is_refused(channel: str) -> None:
    """Asterisk would hang up every channel that matches."""
    asterisk = FakeAmi()
    with pytest.raises(UnsafeValueError):
        asked(asterisk, lambda client: hang_up(client, channel))
    assert "Hangup" not in asterisk.names()


def test_a_key_is_pressed_as_if_the_telephone_had_sent_it() -> None:
    asterisk = FakeAmi()
    asterisk.channels = [[("Channel", "a")]]
    assert asked(asterisk, lambda client: play_dtmf(client, "a", "5")) is True
    assert asterisk.actions[-1][2:] == [("Channel", "a"), ("Digit", "5"), ("Receive", "true")]
    assert asked(asterisk, lambda client: play_dtmf(client, "gone", "5", receive=False)) is False
    assert asterisk.actions[-1][-1] == ("Receive", "false")


@pytest.mark.parametrize("digit", ["", "12", "x7", "5\r\n"])
def test_what_is_no_key_is_refused_and_not_shown(digit: str) -> None:
    with pytest.raises(UnsafeValueError) as refused:
        asked(FakeAmi(), lambda client: play_dtmf(client, "a", digit))
    assert str(refused.value) == "AMI action PlayDTMF, header Digit: expected one of 0-9, *, #, A-D"
