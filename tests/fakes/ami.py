"""An AMI server on loopback that does what its test says: states, channels, events, and faults.

Owns just enough of AMI for the engine's client: login, `FullyBooted`, `Ping`, the two lists, `Getvar`,
`Hangup`, `PlayDTMF`. Must not import the code under test: bytes are made here by hand.

    async with FakeAmi() as asterisk:
        asterisk.device_states["PJSIP/agent-maja"] = "NOT_INUSE"
        ... connect a client to 127.0.0.1:asterisk.port ...
        asterisk.emit("Hangup", Uniqueid="1.1")
        asterisk.cut()
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from types import TracebackType

Pairs: TypeAlias = list[tuple[str, str]]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
USER = "vaxel"
SECRET = "s3cret-of-the-fake"


class FakeAmi:
    """A scripted AMI; set its fields before or during a test.

    `device_states` maps device to state, `channels` holds each channel's headers, `variables` maps
    (channel, name) to a value. The faults: `refuse_login`, `deaf` (takes bytes, answers nothing),
    `chunk` (bytes per write), `hold` (actions whose answer waits for `release`), `refused` (actions and in
    which words), `without_boot` (no `FullyBooted` until `boot`), `greeting`.
    """

    def __init__(self) -> None:
        self.port = 0
        self.members: dict[tuple[str, str], tuple[int, str]] = {}  # queue, device -> penalty, paused
        self.database: dict[str, dict[str, str]] = {}  # family -> key -> value
        self.device_states: dict[str, str] = {}
        self.channels: list[Pairs] = []
        self.variables: dict[tuple[str, str], str] = {}
        self.version = "22.10.1+dfsg-1"
        self.started = "12:00:00"  # another time: another run of Asterisk
        self.greeting = GREETING
        self.refuse_login = False
        self.deaf = False
        self.chunk = 0
        self.without_boot = False
        self.hold: set[str] = set()
        self.refused: dict[str, str] = {}
        self.actions: list[Pairs] = []  # everything received, `Action` first
        self.logins = 0
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._released = asyncio.Event()
        self._heard = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin to listen, on the port of last time if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut everybody and stop listening."""
        await self.stop()

    async def stop(self) -> None:
        """Cut everybody and stop listening: Asterisk has died."""
        if self._server is not None:
            self._server.close()
        self.cut()
        self.release()
        await asyncio.gather(*self._tasks)

    def names(self) -> list[str]:
        """Give the names of the actions received so far."""
        return [action[0][1] for action in self.actions]

    async def received(self, action: str, times: int = 1) -> None:
        """Wait until this action has come so many times."""
        while self.names().count(action) < times:
            self._heard.clear()
            await self._heard.wait()

    def emit(self, name: str, /, **headers: str) -> None:
        """Send an event to everybody."""
        self.send_raw(message([("Event", name), ("Privilege", "call,all"), *headers.items()]))

    def send_raw(self, data: bytes) -> None:
        """Send these bytes to everybody, in writes of `chunk` bytes."""
        for writer in self._writers:
            self._write(writer, data)

    def boot(self) -> None:
        """Say that Asterisk has started."""
        self.without_boot = False
        self.emit("FullyBooted", Status="Fully Booted")

    def release(self) -> None:
        """Let the held answers go."""
        self.hold.clear()
        self._released.set()
        self._released = asyncio.Event()

    def cut(self) -> None:
        """End every connection at once."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    # --- inside ---

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if self.deaf or writer.transport.is_closing():
            return
        step = self.chunk or len(data) or 1
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._writers.append(writer)
        self._write(writer, self.greeting)
        try:
            while True:
                data = await reader.readuntil(b"\r\n\r\n")
                pairs = [_pair(line) for line in data.decode().split("\r\n") if line]
                self.actions.append(pairs)
                self._heard.set()
                if pairs[0][1] in self.hold:
                    await self._released.wait()
                action = dict(reversed(pairs))
                if (words := self.refused.get(pairs[0][1])) is not None:
                    self._refuse(writer, action, words)
                else:
                    self._answer(writer, action)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._tasks.discard(task)
            if writer in self._writers:
                self._writers.remove(writer)
            writer.transport.abort()

    def _answer(self, writer: asyncio.StreamWriter, action: dict[str, str]) -> None:
        action_id = action.get("ActionID", "")

        def success(*more: tuple[str, str]) -> None:
            self._write(writer, message([("Response", "Success"), ("ActionID", action_id), *more]))

        items: list[Pairs]

        def error(text: str) -> None:
            self._refuse(writer, action, text)

        match action["Action"]:
            case "Login":
                if self.refuse_login or (action["Username"], action["Secret"]) != (USER, SECRET):
                    error("Authentication failed")
                    return
                self.logins += 1
                success(("Message", "Authentication accepted"))
                if not self.without_boot:
                    self._write(writer, message([("Event", "FullyBooted"), ("Status", "Fully Booted")]))
            case "Ping":
                success(("Ping", "Pong"))
            case "CoreSettings":
                success(("AMIversion", "11.0.0"), ("AsteriskVersion", self.version))
            case "CoreStatus":
                success(("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", self.started))
            case "DeviceStateList":
                items = [[("Device", d), ("State", s)] for d, s in self.device_states.items()]
                self._list(writer, action_id, "DeviceStateChange", "DeviceStateListComplete", items)
            case "CoreShowChannels":
                self._list(writer, action_id, "CoreShowChannel", "CoreShowChannelsComplete", self.channels)
            case "QueueStatus" | "QueueAdd" | "QueueRemove" | "QueuePause":
                self._answer_queues(writer, action)
            case "DBGetTree":
                if items := self._stored(action["Family"]):
                    self._list(writer, action_id, "DBGetTreeResponse", "DBGetTreeComplete", items)
                else:
                    error("Database entry not found")
            case "Setvar" if action["Variable"].startswith("DB_DELETE("):
                self._forget(action["Variable"].removeprefix("DB_DELETE(").rstrip(")"))
                success(("Message", "Variable Set"))
            case "Setvar" | "Redirect" if self._has(action["Channel"]):
                success(("Message", "done"))
            case "Setvar" | "Redirect":
                error("No such channel")
            case "Getvar" if self._has(action["Channel"]):
                value = self.variables.get((action["Channel"], action["Variable"]), "")
                success(("Variable", action["Variable"]), ("Value", value))
            case "Hangup" | "PlayDTMF" if self._has(action["Channel"]):
                success(("Message", "done"))
            case "PlayDTMF":
                error("Channel not found")
            case "Getvar" | "Hangup":
                error("No such channel")
            case name:
                error(f"Invalid/unknown command: {name}.")

    def _refuse(self, writer: asyncio.StreamWriter, action: dict[str, str], words: str) -> None:
        answer = [("Response", "Error"), ("ActionID", action.get("ActionID", "")), ("Message", words)]
        self._write(writer, message(answer))

    def _stored(self, family: str) -> list[Pairs]:
        stored = self.database.get(family, {}).items()
        return [[("Key", f"/{family}/{key}"), ("Val", value)] for key, value in stored]

    def _forget(self, entry: str) -> None:
        family, _, key = entry.partition("/")
        self.database.get(family, {}).pop(key, None)

    def _answer_queues(self, writer: asyncio.StreamWriter, action: dict[str, str]) -> None:
        action_id, interface = action["ActionID"], action.get("Interface", "")
        paused = "1" if action.get("Paused") == "true" else "0"
        match action["Action"]:
            case "QueueStatus":
                items = [
                    [("Queue", queue), ("Location", member), ("Penalty", str(penalty)), ("Paused", is_paused)]
                    for (queue, member), (penalty, is_paused) in sorted(self.members.items())
                ]
                self._list(writer, action_id, "QueueMember", "QueueStatusComplete", items)
                return
            case "QueueAdd":
                self.members[action["Queue"], interface] = (int(action["Penalty"]), paused)
            case "QueueRemove":
                self.members.pop((action["Queue"], interface), None)
            case _:
                for (queue, member), (penalty, _) in list(self.members.items()):
                    if member == interface:
                        self.members[queue, member] = (penalty, paused)
        self._write(writer, message([("Response", "Success"), ("ActionID", action_id)]))

    def _has(self, channel: str) -> bool:
        return any(
            channel in (value for name, value in one if name in ("Channel", "Uniqueid"))
            for one in self.channels
        )

    def _list(
        self, writer: asyncio.StreamWriter, action_id: str, item: str, end: str, items: list[Pairs]
    ) -> None:
        parts = [message([("Response", "Success"), ("ActionID", action_id), ("EventList", "start")])]
        parts += [message([("Event", item), ("ActionID", action_id), *one]) for one in items]
        parts.append(
            message(
                [
                    ("Event", end),
                    ("ActionID", action_id),
                    ("EventList", "Complete"),
                    ("ListItems", str(len(items))),
                ]
            )
        )
        self._write(writer, b"".join(parts))


def message(pairs: Pairs) -> bytes:
    """Put headers into AMI's bytes."""
    return "".join(f"{name}: {value}\r\n" for name, value in pairs).encode() + b"\r\n"


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value
