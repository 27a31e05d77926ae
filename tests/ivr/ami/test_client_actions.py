"""Actions over AMI: matched to their answers, ended by deadlines; on a jumping clock."""

from __future__ import annotations

import asyncio

import pytest

from ivr.ami.errors import (
    ConnectionLostError,
    DeadlineError,
    ErrorResponseError,
    UnsafeValueError,
)
from tests.fakes.ami import FakeAmi
from tests.ivr.ami.owner import Owner, running
from tests.ivr.ami.virtual_time import run


def test_an_answer_finds_its_action_whatever_comes_between() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.channels = [[("Channel", "a"), ("Uniqueid", "1")], [("Channel", "b"), ("Uniqueid", "2")]]
            asterisk.variables = {("a", "V"): "of a", ("b", "V"): "of b"}
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                answers = await asyncio.gather(
                    owner.client.action("Getvar", Channel="a", Variable="V"),
                    owner.client.list_action("CoreShowChannels"),
                    owner.client.action("Getvar", Channel="b", Variable="V"),
                )
            assert answers[0].get("Value") == "of a"
            assert [event.get("Channel") for event in answers[1]] == ["a", "b"]
            assert answers[2].get("Value") == "of b"
            assert owner.events == []  # a list's items are no news

    run(main())


def test_a_header_with_several_values_is_repeated() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                await owner.client.action("Ping", Variable=["a=1", "b=2"], Account="x")
            assert asterisk.actions[-1][2:] == [("Variable", "a=1"), ("Variable", "b=2"), ("Account", "x")]

    run(main())


def test_an_error_response_says_what_was_asked_and_masks_numbers() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                with pytest.raises(ErrorResponseError) as refused:
                    await owner.client.action("Dial0701740605")
            assert str(refused.value) == (
                f"AMI at 127.0.0.1:{asterisk.port}: Dial0701740605:"
                " got Error 'Invalid/unknown command: Dial#.', expected Success"
            )
            assert refused.value.message == "Invalid/unknown command: Dial0701740605."

    run(main())


@pytest.mark.parametrize("name", ["Ping", "DeviceStateList"])
def test_an_action_without_an_answer_ends_at_its_deadline(name: str) -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.hold = {name}
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                ask = owner.client.action if name == "Ping" else owner.client.list_action
                with pytest.raises(DeadlineError) as late:
                    await ask(name, deadline_s=2)
                asterisk.release()  # the answer comes after all, and troubles nobody
                await owner.client.action("Ping")
            assert str(late.value) == (
                f"AMI at 127.0.0.1:{asterisk.port}: {name}: got no answer, expected one within 2 s"
            )
            assert owner.losses == []

    run(main())


def test_a_list_that_stops_in_the_middle_ends_at_its_deadline() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.hold = {"Status"}
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                asking = asyncio.create_task(owner.client.list_action("Status", deadline_s=3))
                await asterisk.received("Status")
                action_id = dict(asterisk.actions[-1])["ActionID"]
                asterisk.send_raw(f"Response: Success\r\nActionID: {action_id}\r\n\r\n".encode())
                asterisk.send_raw(f"Event: Status\r\nActionID: {action_id}\r\n\r\n".encode())
                with pytest.raises(DeadlineError):
                    await asking

    run(main())


def test_open_actions_end_when_the_connection_does() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.hold = {"Getvar", "CoreShowChannels"}
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                asking = [
                    asyncio.create_task(owner.client.action("Getvar", Channel="a", Variable="V")),
                    asyncio.create_task(owner.client.list_action("CoreShowChannels")),
                ]
                await asterisk.received("Getvar")
                asterisk.cut()
                ends = await asyncio.gather(*asking, return_exceptions=True)
            assert [type(end) for end in ends] == [ConnectionLostError, ConnectionLostError]

    run(main())


def test_a_header_that_would_inject_is_refused_and_the_connection_lives() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                with pytest.raises(UnsafeValueError):
                    await owner.client.action("Hangup", Channel="a\r\nAction: Originate")
                await owner.client.action("Ping")
            assert "Originate" not in asterisk.names()
            assert owner.losses == []

    run(main())


def test_nothing_can_be_asked_before_there_is_a_connection() -> None:
    async def main() -> None:
        client = Owner(FakeAmi()).client
        with pytest.raises(ConnectionLostError):
            await client.action("Ping")
        assert repr(client) == "AmiClient(vaxel at 127.0.0.1:0, connected=False)"

    run(main())
