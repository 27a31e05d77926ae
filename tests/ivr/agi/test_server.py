"""The server: one task per call, limits, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING

import pytest

from ivr.agi.errors import CannotListenError, NotLoopbackError, PortInUseError
from ivr.agi.outcomes import HungUp
from ivr.agi.server import BACKLOG, REQUEST_LIMIT_S, FastAgiServer
from tests.fakes.fastagi import FakeChannel
from tests.ivr.agi.virtual import now, run

if TYPE_CHECKING:
    from ivr.agi.session import AgiSession


async def wait_for_end(session: AgiSession) -> None:
    while not isinstance(await session.wait_for_digit(10), HungUp):
        pass


async def connected(server: FastAgiServer, channel: FakeChannel) -> FakeChannel:
    await channel.connect("127.0.0.1", server.port)
    await channel.reached(lambda c: c.running != "" or c.closed)
    return channel


def test_each_call_has_a_named_task_and_its_request() -> None:
    seen: list[tuple[str, str, str | None]] = []

    async def on_call(session: AgiSession) -> None:
        task = asyncio.current_task()
        assert task is not None
        seen.append((task.get_name(), session.request.uniqueid, session.request.callerid))

    async def main() -> None:
        async with FastAgiServer("127.0.0.1", 0, on_call) as server:
            for number in (1, 2):
                channel = FakeChannel(f"17.{number}", callerid=f"070000000{number}")
                await channel.connect("127.0.0.1", server.port)
                await channel.reached(lambda c: c.closed)
            assert server.sessions == 0

    run(main())
    assert seen == [("call 17.1", "17.1", "0700000001"), ("call 17.2", "17.2", "0700000002")]


def test_a_burst_of_calls_is_taken() -> None:
    async def main() -> int:
        async with FastAgiServer("127.0.0.1", 0, wait_for_end) as server:
            channels = [FakeChannel(f"17.{number}") for number in range(300)]
            await asyncio.gather(*(connected(server, channel) for channel in channels))
            taken = server.sessions
            for channel in channels:
                channel.hang_up()
            for channel in channels:
                await channel.reached(lambda c: c.closed)
            return taken

    assert run(main()) == 300
    assert BACKLOG == 1024


def test_one_calls_failure_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async def on_call(session: AgiSession) -> None:
        if session.request.uniqueid == "17.1":
            raise ValueError("broken")
        if session.request.uniqueid == "17.2":
            await session.execute("NoSuch")
        await wait_for_end(session)

    async def main() -> None:
        async with FastAgiServer("127.0.0.1", 0, on_call) as server:
            good, *bad = [await connected(server, FakeChannel(f"17.{number}")) for number in (3, 1, 2)]
            for channel in bad:
                await channel.reached(lambda c: c.closed)
            assert (good.running, server.sessions) == ("WAIT FOR DIGIT", 1)

    run(main())
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "FastAGI server: the call of <AgiSession 17.1> failed"),
        (logging.ERROR, "<AgiSession 17.2>: EXEC: Asterisk has no application NoSuch; is its module loaded?"),
    ]


def test_a_call_beyond_the_limit_is_closed_at_once_and_counted() -> None:
    async def main() -> None:
        async with FastAgiServer("127.0.0.1", 0, wait_for_end, max_sessions=1) as server:
            first = await connected(server, FakeChannel("17.1"))
            second = await connected(server, FakeChannel("17.2"))
            assert (first.running, second.closed, server.refused) == ("WAIT FOR DIGIT", True, 1)
            first.hang_up()
            await first.reached(lambda c: c.closed)
            while server.sessions:
                await asyncio.sleep(1)
            third = await connected(server, FakeChannel("17.3"))
            assert (third.running, server.refused) == ("WAIT FOR DIGIT", 1)

    run(main())


@pytest.mark.parametrize("sent", [b"", b"agi_channel: x\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_a_connection_without_a_request_is_closed_in_time(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> float:
        async with FastAgiServer("127.0.0.1", 0, wait_for_end) as server:
            channel = FakeChannel()
            channel.request = sent
            await channel.connect("127.0.0.1", server.port)
            await channel.reached(lambda c: c.closed)
            return now()

    assert run(main()) == pytest.approx(REQUEST_LIMIT_S)
    assert "got no request, expected one within 5 s" in caplog.text


def test_a_request_that_cannot_be_read_is_closed_and_told_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> float:
        async with FastAgiServer("127.0.0.1", 0, wait_for_end) as server:
            channel = FakeChannel(callerid="0700000001", caller_name=b"x\nagi_callerid: 0700000002")
            await channel.connect("127.0.0.1", server.port)
            await channel.reached(lambda c: c.closed)
            return now()

    assert run(main()) == 0
    assert "FastAGI server: a connection without a call: AGI" in caplog.text
    assert "07000" not in caplog.text


def test_a_request_that_goes_on_after_its_end_ends_the_call(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with FastAgiServer("127.0.0.1", 0, wait_for_end) as server:
            channel = FakeChannel("17.1", caller_name=b"x\n\n0700000002")
            await channel.connect("127.0.0.1", server.port)
            await channel.reached(lambda c: c.closed)

    run(main())
    assert [record.getMessage() for record in caplog.records] == [
        (
            "AGI session 17.1: got WAIT FOR DIGIT after the session was closed: "
            "AGI: got a line of 10 bytes that is no reply; expected 200, 510, 511 or 520"
        )
    ]


def test_closing_cancels_the_calls_and_closes_their_sessions() -> None:
    cancelled = 0

    async def on_call(session: AgiSession) -> None:
        nonlocal cancelled
        try:
            await wait_for_end(session)
        except asyncio.CancelledError:
            cancelled += 1
            raise

    async def main() -> None:
        async with FastAgiServer("127.0.0.1", 0, on_call) as server:
            channels = [await connected(server, FakeChannel(f"17.{number}")) for number in range(3)]
            silent = FakeChannel()
            silent.request = b""
            await silent.connect("127.0.0.1", server.port)
        for channel in (*channels, silent):
            await channel.reached(lambda c: c.closed)

    run(main())
    assert cancelled == 3


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError) as raised:
            run(FastAgiServer("127.0.0.1", port, wait_for_end).start())
    text = f"FastAGI server: 127.0.0.1 port {port} is in use by another program, expected it free"
    assert str(raised.value) == text


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "example.org"])
def test_an_address_that_others_reach_must_be_asked_for(host: str) -> None:
    with pytest.raises(NotLoopbackError, match=r"expected this machine's own \(127\.0\.0\.1\)"):
        run(FastAgiServer(host, 0, wait_for_end).start())


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    with pytest.raises(CannotListenError, match=r"^FastAGI server: cannot listen on 192\.0\.2\.1 port 0: "):
        run(FastAgiServer("192.0.2.1", 0, wait_for_end, public=True).start())
