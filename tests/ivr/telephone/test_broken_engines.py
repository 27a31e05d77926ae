"""An engine that is none, or breaks off, costs the caller one line and never an endless wait."""

from __future__ import annotations

import asyncio

import pytest

from ivr.demo.stand import free_port
from ivr.telephone.errors import (
    EngineBrokeOffError,
    EngineUnreachableError,
    NobodyListensError,
    TelephoneError,
)
from ivr.telephone.wire import SILENCE_LIMIT_S, Wire
from tests.ivr.agi.virtual import now, run
from tests.ivr.telephone.made import HOST, call, pressing


def told_of(answer: bytes, *, closes: bool = True) -> tuple[str, float]:
    """Call an engine that answers the request by these bytes; return the error's text, and when it came."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        writer.write(answer)
        if not closes:
            await reader.read()
        writer.close()

    async def main() -> tuple[str, float]:
        async with await asyncio.start_server(serve, HOST, 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(EngineBrokeOffError) as broken:
                await call(port, pressing())
            await asyncio.sleep(1.0)
            return str(broken.value).replace(str(port), "PORT"), now() - 1.0

    return run(main())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "broke off at once; is it of another version?"),
        (b"NOOP\n", "broke off in the middle of the call"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is none: got a line of 26 bytes that is no AGI command"),
        (b"\x16\x03\x01\n", "is none: got a line of 4 bytes that is no AGI command"),
        (b"\xff\n", "is none: got a line that is not UTF-8"),
        (b"NOOP", "is none: got 4 bytes that are no line of AGI"),
        (b"A" * 20_000, "is none: it sends what is no AGI"),
        (b'NOOP "' + b"a" * 9_000 + b'"\n', "is none: got 9008 bytes that are no line of AGI"),
    ],
)
def test_whatever_it_sends_is_told_in_one_line(answer: bytes, told: str) -> None:
    assert told_of(answer) == (f"the engine at 127.0.0.1 port PORT {told}", 0.0)


def test_one_that_says_nothing_is_given_up() -> None:
    told, at_s = told_of(b"", closes=False)
    assert told == "the engine at 127.0.0.1 port PORT broke off: it says nothing for 15 s"
    assert at_s == pytest.approx(SILENCE_LIMIT_S, abs=0.1)


def test_one_that_falls_silent_in_the_call_is_given_up() -> None:
    told, at_s = told_of(b'EXEC "MSet" "VAXEL_PHASE=menu"\n', closes=False)
    assert "it says nothing for 15 s" in told
    assert at_s == pytest.approx(SILENCE_LIMIT_S, abs=0.1)


@pytest.mark.parametrize(
    ("host", "kind", "told"),
    [
        ("127.0.0.1", NobodyListensError, "cannot be reached: nobody listens there"),
        ("nosuch.invalid", EngineUnreachableError, "cannot be reached: "),
    ],
)
def test_an_engine_that_cannot_be_reached_is_named(host: str, kind: type[TelephoneError], told: str) -> None:
    port = free_port()
    with pytest.raises(kind, match=f"the engine at {host} port {port} {told}"):
        asyncio.run(Wire.connect(host, port))


def test_one_that_does_not_take_the_connection_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(asyncio, "open_connection", never)

    async def main() -> float:
        with pytest.raises(EngineUnreachableError, match="no answer within 2 s"):
            await Wire.connect(HOST, 1)
        return now()

    assert run(main()) == pytest.approx(2.0)
