"""One AMI connection kept alive: login, resync and loss; on loopback, on a jumping clock."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ivr.ami.client import AmiClient, Pace
from ivr.ami.errors import (
    ConnectionLostError,
    ErrorResponseError,
    LoginRefusedError,
    UnsafeValueError,
)
from tests.fakes.ami import SECRET, FakeAmi
from tests.ivr.ami.owner import Owner, running
from tests.ivr.ami.virtual_time import run

# --- login ---


def test_events_flow_after_login_and_resync() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                asterisk.emit("Hangup", N="1")
                asterisk.emit("Hangup", N="2")
                await owner.until(lambda: len(owner.events) == 2)
            assert owner.events == ["1", "2"]
            assert (owner.resyncs, owner.losses) == (1, [])

    run(main())


def test_a_refused_login_ends_the_run_without_showing_the_secret() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk, secret="not-the-secret")
            with pytest.raises(LoginRefusedError) as refused:
                await owner.client.run()
            assert str(refused.value) == (
                f"AMI at 127.0.0.1:{asterisk.port}: login as vaxel: got 'Authentication failed';"
                " expected the user and secret of manager.conf"
            )
            assert "not-the-secret" not in repr(owner.client)
            assert owner.losses == []

    run(main())


def test_a_login_that_is_refused_later_is_tried_again() -> None:
    """An operator is mending manager.conf: the engine's calls must not end for it."""

    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                asterisk.refuse_login = True
                asterisk.cut()
                await asterisk.received("Login", 4)
                asterisk.refuse_login = False
                await owner.until_connected(2)
            assert len(owner.losses) == 1

    run(main())


def test_a_secret_that_would_inject_is_refused_at_once_and_not_shown() -> None:
    async def main() -> None:
        with pytest.raises(UnsafeValueError) as refused:
            Owner(FakeAmi(), secret="x\r\nAction: Originate")
        assert str(refused.value) == (
            "AMI action Login, header Secret: got CR, LF or NUL in its value, expected one line of text"
        )

    run(main())


def test_the_resync_waits_until_asterisk_has_started() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.without_boot = True
            owner = Owner(asterisk)
            async with running(owner):
                await asterisk.received("Login")
                asterisk.emit("Hangup", N="before")
                await asyncio.sleep(60)  # virtual, with keepalives
                assert (owner.resyncs, owner.client.connected) == (0, False)
                asterisk.boot()
                await owner.until_connected()
                asterisk.emit("Hangup", N="after")
                await owner.until(lambda: bool(owner.events))
            assert owner.events == ["after"]

    run(main())


# --- loss and resync ---


def test_every_reconnect_reads_everything_anew() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            seen: list[int] = []

            async def resync(client: AmiClient) -> None:
                seen.append(len(await client.list_action("DeviceStateList")))

            owner.resync = resync
            async with running(owner):
                await owner.until_connected()
                await asyncio.sleep(1)
                asterisk.device_states["PJSIP/agent-maja"] = "NOT_INUSE"
                asterisk.cut()
                await owner.until_connected(2)
                await asyncio.sleep(1)
            assert seen == [0, 1]
            assert [type(error) for error in owner.losses] == [ConnectionLostError]

    run(main())


def test_events_during_the_resync_are_kept_in_order_until_it_is_done() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            asterisk.hold = {"CoreShowChannels"}
            owner = Owner(asterisk)
            done: list[str] = []

            async def resync(client: AmiClient) -> None:
                await client.list_action("CoreShowChannels")
                done.extend(owner.events)  # what was delivered before the resync had ended
                owner.events.append("resynced")

            owner.resync = resync
            async with running(owner):
                await asterisk.received("CoreShowChannels")
                for n in range(100):
                    asterisk.emit("Hangup", N=str(n))
                asterisk.release()
                asterisk.emit("Hangup", N="last")
                await owner.until(lambda: "last" in owner.events)
            assert done == []
            assert owner.events == ["resynced", *map(str, range(100)), "last"]

    run(main())


def test_events_that_came_before_a_cut_are_delivered_before_the_loss() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                await asyncio.sleep(1)
                for n in range(3000):
                    asterisk.emit("Hangup", N=str(n))
                await asyncio.sleep(0)
                for writer in asterisk._writers:
                    writer.close()  # sends what is buffered first
                await owner.until(lambda: bool(owner.losses))
                assert owner.events == [str(n) for n in range(3000)]
                await owner.until_connected(2)

    run(main())


def test_asterisk_restarting_is_waited_for_with_growing_patience(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> list[float]:
        asterisk = FakeAmi()
        async with asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
                await asyncio.sleep(Pace().steady_s)
                await asterisk.stop()
                await asyncio.sleep(30)
                async with asterisk:
                    await owner.until_connected(2)
        return [
            float(record.message.split()[-2]) for record in caplog.records if record.name == "ivr.ami.client"
        ]

    with caplog.at_level(logging.WARNING):
        waits = run(main())
    assert waits == [0.25, 0.5, 1.0] + [2.0] * (len(waits) - 3)
    assert 15 <= len(waits) <= 18
    assert SECRET not in caplog.text


def test_a_connection_that_never_lasts_is_not_hammered() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)

            async def resync(_: AmiClient) -> None:
                asterisk.cut()

            owner.resync = resync
            async with running(owner):
                await asyncio.sleep(60)
            assert 28 <= asterisk.connections <= 34  # .25 + .5 + 1, then each 2 s
            assert len(owner.losses) == owner.resyncs

    run(main())


def test_a_failed_resync_is_a_loss_and_is_tried_again() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)

            async def resync(client: AmiClient) -> None:
                if owner.resyncs == 1:
                    await client.list_action("Nosuch")

            owner.resync = resync
            async with running(owner):
                await owner.until_connected(2)
            assert [type(error) for error in owner.losses] == [ErrorResponseError]

    run(main())


def test_the_owners_own_fault_is_raised() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)

            async def resync(_: AmiClient) -> None:
                raise KeyError("mine")

            owner.resync = resync
            with pytest.raises(KeyError):
                await owner.client.run()

    run(main())


def test_being_cancelled_closes_the_connection_and_is_no_loss() -> None:
    async def main() -> None:
        async with FakeAmi() as asterisk:
            owner = Owner(asterisk)
            async with running(owner):
                await owner.until_connected()
            await asyncio.sleep(1)
            assert asterisk._writers == []
            assert owner.losses == []
            assert not owner.client.connected
            with pytest.raises(ConnectionLostError):
                await owner.client.action("Ping")

    run(main())
