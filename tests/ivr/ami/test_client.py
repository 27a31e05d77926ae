"""One AMI connection kept alive: login, resync, loss, deadlines; on loopback, on a jumping clock."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from ivr.ami.client import AmiClient, Pace
from ivr.ami.errors import (
    AmiError,
    ConnectionLostError,
    DeadlineError,
    ErrorResponseError,
    FellBehindError,
    GarbageError,
    GreetingError,
    LoginRefusedError,
    MessageTooLongError,
    UnsafeValueError,
)
from tests.fakes.ami import SECRET, USER, FakeAmi
from tests.ivr.ami.virtual_time import run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ivr.ami.codec import Event


class Owner:
    """Who uses the client: remembers what it was told, and can be waited for."""

    def __init__(self, asterisk: FakeAmi, *, secret: str = SECRET, events_max: int = 20_000) -> None:
        self.events: list[str] = []
        self.resyncs = 0
        self.losses: list[AmiError] = []
        self.resync: Callable[[AmiClient], Awaitable[None]] | None = None
        self.changed = asyncio.Event()
        self.client = AmiClient(
            "127.0.0.1",
            asterisk.port,
            USER,
            secret,
            on_event=self.on_event,
            on_connected=self.on_connected,
            on_lost=self.on_lost,
            events_max=events_max,
        )

    def on_event(self, event: Event) -> None:
        self.events.append(event.get("N") or event.name)
        self.changed.set()

    async def on_connected(self, client: AmiClient) -> None:
        assert client is self.client
        self.resyncs += 1
        self.changed.set()
        if self.resync is not None:
            await self.resync(client)

    def on_lost(self, error: AmiError) -> None:
        self.losses.append(error)
        self.changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self.changed.clear()
            await self.changed.wait()

    async def until_connected(self, times: int = 1) -> None:
        await self.until(lambda: self.resyncs >= times and self.client.connected)


@asynccontextmanager
async def running(owner: Owner) -> AsyncIterator[None]:
    """Keep the client running for the length of a test."""
    task = asyncio.create_task(owner.client.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


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
                for n in range(500):
                    asterisk.emit("Hangup", N=str(n))
                await asyncio.sleep(0)
                for writer in asterisk._writers:
                    writer.close()  # sends what is buffered first
                await owner.until(lambda: bool(owner.losses))
                assert owner.events == [str(n) for n in range(500)]
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


# --- a connection that does not behave ---


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


# --- actions ---


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
