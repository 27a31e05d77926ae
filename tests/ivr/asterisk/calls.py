"""What a call on a real Asterisk needs in a test: an AGI server, an ear on AMI, SIPp at both ends.

Kept apart from our own codecs on purpose: these tests prove the configuration, whatever they do.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ivr.toolbox import find_program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from ivr.asterisk.site import Site

DEADLINE_S = 30.0


@dataclass(slots=True)
class AgiSession:
    """One AGI session: the variables that Asterisk sent, and one command at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the arguments of the dialplan's AGI(), in order."""
        return tuple(v for k, v in self.variables.items() if k.startswith("agi_arg_"))

    async def ask(self, command: str) -> str:
        """Send one command and return its answer's line; a hang-up's own line is passed over."""
        self.writer.write(command.encode() + b"\n")
        while (line := (await self.reader.readline()).decode()) == "HANGUP\n":
            pass
        return line.rstrip("\n")

    async def ended(self) -> None:
        """Wait until Asterisk closes the session."""
        while await self.reader.readline():
            pass


@contextlib.asynccontextmanager
async def agi_server(site: Site, serve: Callable[[AgiSession], Awaitable[None]]) -> AsyncIterator[None]:
    """Answer each AGI session of the site with `serve`."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = AgiSession(reader, writer)
        with contextlib.suppress(ConnectionError):
            while (line := (await reader.readline()).decode(errors="replace").rstrip("\n")) != "":
                name, _, value = line.partition(": ")
                session.variables[name] = value
            await serve(session)
        writer.close()

    server = await asyncio.start_server(connected, site.agi_host, site.agi_port, backlog=1024)
    try:
        yield
    finally:
        server.close()


@dataclass(slots=True)
class AmiEar:
    """Everything that AMI sends to the engine's user, and plain actions."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[dict[str, str]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def listening(cls, site: Site) -> AsyncIterator[Self]:
        """Log in and listen."""
        reader, writer = await asyncio.open_connection(site.ami_host, site.ami_port)
        ear = cls(reader, writer)
        ear._task = asyncio.create_task(ear._listen(), name="ami-ear")
        ear.act(Action="Login", Username=site.ami_user, Secret=site.secrets.ami.reveal())
        await ear.event("FullyBooted")
        try:
            yield ear
        finally:
            ear._task.cancel()
            writer.close()

    def act(self, **headers: str) -> None:
        """Send an action."""
        self.writer.write("".join(f"{k}: {v}\r\n" for k, v in headers.items()).encode() + b"\r\n")

    async def event(self, name: str, *, count: int = 1, **headers: str) -> dict[str, str]:
        """Return the `count`th event of that name with those headers, waiting for it."""
        async with asyncio.timeout(DEADLINE_S):
            while len(found := self.events(name, **headers)) < count:
                self._news.clear()
                await self._news.wait()
        return found[count - 1]

    def events(self, name: str, **headers: str) -> list[dict[str, str]]:
        """Return the events of that name with those headers, so far."""
        wanted = {"Event": name, **headers}
        return [message for message in self.heard if wanted.items() <= message.items()]

    async def _listen(self) -> None:
        await self.reader.readline()
        message: dict[str, str] = {}
        while line := (await self.reader.readline()).decode(errors="replace"):
            if line != "\r\n":
                name, _, value = line.rstrip("\r\n").partition(": ")
                message[name] = value
                continue
            self.heard.append(message)
            message = {}
            self._news.set()


@contextlib.asynccontextmanager
async def sipp(folder: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run SIPp with these arguments; it is ended at the end of the block, if it has not ended."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - a test may wait for its disk
    process = await asyncio.create_subprocess_exec(
        *find_program("sipp").command,
        *arguments,
        "-nostdin",
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def citizen(site: Site, called: str, *, seconds: float, scenario: Path | None = None) -> tuple[str, ...]:
    """Return SIPp's arguments for one citizen who phones `called` and hangs up after `seconds`.

    Without sound from the caller Asterisk's Answer() waits half a second before the engine is called.
    """
    return (
        f"{site.sip_host}:{site.sip_port}",
        *(("-sn", "uac") if scenario is None else ("-sf", str(scenario))),
        *("-s", called, "-m", "1", "-d", str(int(seconds * 1000)), "-i", "127.0.0.1"),
    )


async def scenario(folder: Path, hearing: RtpEar, *, number: str = "sipp") -> Path:
    """Write SIPp's own caller, but with this number, and hearing with our ear."""
    process = await asyncio.create_subprocess_exec(
        *find_program("sipp").command,
        *("-sd", "uac"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    text, _ = await process.communicate()
    own = text.decode().replace("sipp <sip:sipp@", f"{number} <sip:{number}@")
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - a test may wait for its disk
    path = folder / "uac.xml"
    path.write_text(own.replace("sip:sipp@", f"sip:{number}@").replace("[media_port]", str(hearing.port)))
    return path


@dataclass(slots=True)
class RtpEar(asyncio.DatagramProtocol):
    """What a caller hears: when each packet came and whether it was silent."""

    port: int = 0
    packets: list[tuple[float, bool]] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def listening(cls) -> AsyncIterator[Self]:
        """Hear at a free port of loopback."""
        loop = asyncio.get_running_loop()
        transport, ear = await loop.create_datagram_endpoint(cls, local_addr=("127.0.0.1", 0))
        ear.port = transport.get_extra_info("sockname")[1]
        try:
            yield ear
        finally:
            transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Note one packet; a silent one holds one value only (RFC 3550's header is 12 bytes)."""
        del addr
        self.packets.append((time.monotonic(), len(set(data[12:])) <= 1))

    def longest_gap_s(self, first: float, last: float) -> float:
        """Return the longest time without a sound between two moments."""
        times = [first, *(at for at, silent in self.packets if first < at < last and not silent), last]
        return max(b - a for a, b in itertools.pairwise(times))


def officer(site: Site) -> tuple[str, ...]:
    """Return SIPp's arguments for somebody who answers at the trunk's far end."""
    return ("-sn", "uas", "-i", "127.0.0.1", "-p", str(site.trunks[0].port))
