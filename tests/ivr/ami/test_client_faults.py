"""AMI connections that do not behave: half-open, flooding, garbage, slow; on a jumping clock."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ivr.ami.client import AmiClient, Pace
from ivr.ami.errors import (
    AmiError,
    DeadlineError,
    FellBehindError,
    GarbageError,
    GreetingError,
    MessageTooLongError,
)
from tests.fakes.ami import FakeAmi
from tests.ivr.ami.owner import Owner, running
from tests.ivr.ami.virtual_time import run


def test_a_half_open_connection_is_noticed() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            loop = asyncio.get_running_loop()
            async with running(owner):
                await owner.until_connected()
                asterisk.deaf = True
                since = loop.time()
                await owner.until(lambda: bool(owner.losses))
                assert loop.time() - since == pytest.approx(Pace().ping_after_s + Pace().ping_s, abs=0.1)
                asterisk.deaf = False
                await owner.until_connected(2)
            assert str(owner.losses[0]) == (
                f"AMI at 127.0.0.1:{asterisk.port}: Ping: got no answer, expected one within 5.0 s:"
                " the connection is dead"
            )

    run(main())


def test_a_quiet_connection_is_kept_and_a_busy_one_is_not_asked() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                await asyncio.sleep(35)
                assert asterisk.names().count("Ping") == 3
                for _ in range(10):
                    asterisk.emit("Hangup")
                    await asyncio.sleep(5)
                assert asterisk.names().count("Ping") == 3
            assert owner.losses == []

    run(main())


def test_an_owner_that_falls_behind_is_cut_off_and_reads_anew() -> None:
    """Blocking Asterisk instead would have it cut us off, at a place that we do not choose."""

    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk, events_max=50)

            async def resync(_: AmiClient) -> None:
                if owner.resyncs == 1:
                    await asyncio.Event().wait()  # an owner that hangs

            owner.resync = resync
            async with running(owner):
                await owner.until_connected()
                for n in range(51):
                    asterisk.emit("Hangup", N=str(n))
                await owner.until_connected(2)
                asterisk.emit("Hangup", N="fresh")
                await owner.until(lambda: bool(owner.events))
            assert [type(error) for error in owner.losses] == [FellBehindError]
            assert owner.events == ["fresh"]

    run(main())


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"Garbage\r\n\r\n", GarbageError),
        (b"Event: A\r\nB: " + b"x" * 70_000, MessageTooLongError),
    ],
)
def test_what_breaks_the_protocol_ends_the_connection(sent: bytes, expected: type[AmiError]) -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                asterisk.send_raw(sent)
                await owner.until_connected(2)
            assert [type(error) for error in owner.losses] == [expected]

    run(main())


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        (b"SSH-2.0-OpenSSH\r\n", GreetingError),
        (b"", DeadlineError),
    ],
)
def test_a_port_where_something_else_listens_is_said(
    greeting: bytes, expected: type[AmiError], caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.greeting = greeting
            owner = Owner(asterisk)
            async with running(owner):
                await asyncio.sleep(8)
            assert (asterisk.actions, owner.resyncs) == ([], 0)

    with caplog.at_level(logging.WARNING):
        run(main())
    word = "first line" if expected is GreetingError else "got no greeting"
    assert word in caplog.text


def test_bytes_one_at_a_time_change_nothing() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.chunk = 1
            asterisk.device_states["PJSIP/agent-maja"] = "NOT_INUSE"
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                items = await owner.client.list_action("DeviceStateList")
                asterisk.emit("Hangup", N="å")
                await owner.until(lambda: bool(owner.events))
            assert [item.get("State") for item in items] == ["NOT_INUSE"]
            assert owner.events == ["å"]

    run(main())
