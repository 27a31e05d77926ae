"""Asterisk's side of FastAGI on loopback: a caller's channel that connects to our server.

Owns one channel's behaviour as seen on Asterisk 22.10.1, with its own reading of our lines: quoting, what
ends a waiting command, and the stall of two lines in one segment. Must not know anything of `ivr`.

    channel = FakeChannel("1700000000.1", callerid="0700000001", keys=["2"])   # keys 2 at the first question
    await channel.connect("127.0.0.1", server.port)
    await channel.reached(lambda c: c.running == "WAIT FOR DIGIT")
    channel.press("5"); channel.expire(); channel.finish(0); channel.hang_up(); channel.kill()
    channel.commands, channel.played, channel.variables, channel.music, channel.dialled

Prompts play in no time. `keys` answers the next `GET DATA`, one entry each, None being silence; when it is
used up, `GET DATA` waits for `press` or `expire`, as `WAIT FOR DIGIT` always does (with `real_time` its
time-out runs). `dials` answers the next `EXEC Dial`; when it is used up, Dial runs until `finish`. For
thousands of channels: `record=False, real_time=True`; one channel is one transport and this object.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from tests.fakes.agi_lines import request, split_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ASTERISK_LINE_BYTES: Final = 8191
ASTERISK_WORDS: Final = 127
# Commands that a channel which was hung up still takes.
_DEAD_TOO: Final = frozenset({"NOOP", "GET VARIABLE", "SET VARIABLE", "EXEC"})
_NEEDS: Final[Mapping[str, int]] = {
    "EXEC": 1,
    "GET DATA": 1,
    "GET VARIABLE": 1,
    "SET MUSIC": 1,
    "SET VARIABLE": 2,
    "STREAM FILE": 2,
    "WAIT FOR DIGIT": 1,
}


class Dialled(NamedTuple):
    """How one `EXEC Dial` ends: Asterisk's DIALSTATUS and the answer's result."""

    status: str = "ANSWER"
    result: int = 0


class FakeChannel(asyncio.Protocol):
    """One caller's channel inside `AGI()`."""

    def __init__(
        self,
        uniqueid: str = "1700000000.1",
        *,
        channel: str = "PJSIP/trunk-00000001",
        callerid: str | bytes = "unknown",
        caller_name: str | bytes = "unknown",
        dnid: str = "unknown",
        extension: str = "s",
        context: str = "from-trunk",
        script: str = "",
        arguments: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        keys: Iterable[str | None] = (),
        dials: Iterable[Dialled] = (),
        missing_sounds: Iterable[str] = (),
        exit_on_hangup: bool = True,
        record: bool = True,
        real_time: bool = False,
    ) -> None:
        self.uniqueid = uniqueid
        self.variables = {"UNIQUEID": uniqueid, **(variables or {})}
        self.keys = deque(keys)
        self.dials = deque(dials)
        self.missing_sounds = frozenset(missing_sounds)
        self.commands: list[tuple[str, ...]] = []
        self.played: list[str] = []
        self.dialled: list[str] = []
        self.executed: list[tuple[str, str]] = []
        self.music = False
        self.running = ""  # the command that Asterisk is in
        self.dead = False
        self.closed = False
        self.crashed = False  # we sent what crashes Asterisk
        self.count = 0  # commands taken
        self.request = request(
            {
                "network": "yes",
                "network_script": script,
                "request": f"agi://127.0.0.1/{script}",
                "channel": channel,
                "language": "sv",
                "type": "PJSIP",
                "uniqueid": uniqueid,
                "version": "22.10.1",
                "callerid": callerid,
                "calleridname": caller_name,
                "callingpres": "0",
                "dnid": dnid,
                "rdnis": "unknown",
                "context": context,
                "extension": extension,
                "priority": "1",
                "enhanced": "0.0",
                "accountcode": "",
                "threadid": "139969395193536",
                **{f"arg_{number}": argument for number, argument in enumerate(arguments, 1)},
            }
        )
        self._exit_on_hangup = exit_on_hangup
        self._record = record
        self._real_time = real_time
        self._transport: asyncio.Transport | None = None
        self._socket = bytearray()  # has come, and Asterisk has not read it
        self._buffer = bytearray()  # Asterisk has read it, beyond the line that it wanted
        self._wanted = 0  # keys that the running GET DATA still takes
        self._pressed = ""
        self._timer: asyncio.TimerHandle | None = None
        self._watchers: list[tuple[Callable[[FakeChannel], bool], asyncio.Future[None]]] = []

    # --- the world ------------------------------------------------------------------------------

    async def connect(self, host: str, port: int) -> None:
        """Connect to a FastAGI server and send the request."""
        await asyncio.get_running_loop().create_connection(lambda: self, host, port)

    async def reached(self, condition: Callable[[FakeChannel], bool]) -> None:
        """Return when the channel is in a state; looked at after each command and event."""
        if condition(self):
            return
        future = asyncio.get_running_loop().create_future()
        self._watchers.append((condition, future))
        await future

    def press(self, key: str) -> None:
        """Press one key; it is lost unless a command waits for it."""
        if self.running == "WAIT FOR DIGIT":
            self._end(f"200 result={ord(key)}")
        elif self.running == "GET DATA":
            if key == "#":
                self._end(f"200 result={self._pressed}")
                return
            self._pressed += key
            self._wanted -= 1
            if self._wanted == 0:
                self._end(f"200 result={self._pressed}")

    def expire(self) -> None:
        """Let the running command's time-out pass."""
        if self.running == "WAIT FOR DIGIT":
            self._end("200 result=0")
        elif self.running == "GET DATA":
            self._end(f"200 result={self._pressed} (timeout)")

    def finish(self, result: int = 0, status: str = "ANSWER") -> None:
        """End the running `EXEC`; `status` becomes DIALSTATUS when it is Dial."""
        if self.running == "EXEC":
            self.variables["DIALSTATUS"] = status
            self._end(f"200 result={result}")

    def hang_up(self, *, flag_first: bool = False) -> None:
        """Hang the caller up: the running command answers -1, `HANGUP` comes twice, then the end of file."""
        self.dead = True
        answer = "200 result=-1 endpos=0\n" if self.running == "STREAM FILE" else "200 result=-1\n"
        if not self.running:
            answer = ""
        self._stop()
        flags = "HANGUP\nHANGUP\n"
        self.send(flags + answer if flag_first else answer + flags)
        if self._exit_on_hangup and self._transport is not None:
            self._transport.close()
        self._look()

    def kill(self) -> None:
        """End as a killed Asterisk does, with nothing said."""
        if self._transport is not None:
            self._transport.abort()

    def send(self, text: str | bytes) -> None:
        """Write raw text, for what only a broken Asterisk would say."""
        if self._transport is not None and not self.closed:
            self._transport.write(
                text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
            )

    # --- the connection ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request."""
        self._transport = cast("asyncio.Transport", transport)
        self.send(self.request)

    def data_received(self, data: bytes) -> None:
        """Take our server's bytes."""
        self._socket += data
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave `AGI()`."""
        del exc
        self._stop()
        self.closed = True
        self._look()

    def _go_on(self) -> None:
        # Asterisk looks at the socket, not at its own buffer: a line that was read together with the
        # one before it is not seen until more bytes come.
        while self._socket and not self.crashed and self.running != "EXEC":
            if self.running == "WAIT FOR DIGIT":
                self._stop()
                self.send("200 result=1\n")
            elif self.running:
                self._stop()  # stopped without an answer
            line = self._next_line()
            if line is None:
                break
            self._take(line)
        self._look()

    def _next_line(self) -> bytes | None:
        if b"\n" not in self._buffer:
            self._buffer += self._socket
            self._socket.clear()
        end = self._buffer.find(b"\n") + 1
        if end == 0 and len(self._buffer) < ASTERISK_LINE_BYTES:
            return None
        end = min(end or ASTERISK_LINE_BYTES, ASTERISK_LINE_BYTES)
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line

    def _look(self) -> None:
        if self._watchers:
            for watcher in list(self._watchers):
                condition, future = watcher
                if condition(self):
                    self._watchers.remove(watcher)
                    if not future.done():
                        future.set_result(None)

    # --- the commands -------------------------------------------------------------------------------

    def _take(self, line: bytes) -> None:
        command = split_command(line)
        self.count += 1
        if len(command) > ASTERISK_WORDS:
            self.crashed = True
            self.kill()
            return
        if self._record:
            self.commands.append(command)
        name, *arguments = command
        if not name:
            self.send("510 Invalid or unknown command\n")
        elif self.dead and name not in _DEAD_TOO:
            self.send("511 Command Not Permitted on a dead channel or intercept routine\n")
        elif len(arguments) < _NEEDS.get(name, 0):
            usage = f"Usage: {name}\n Does what it says.\n"
            self.send(
                f"520-Invalid command syntax.  Proper usage follows:\n{usage}520 End of proper usage.\n"
            )
        else:
            self._perform(name, arguments)

    def _perform(self, name: str, arguments: list[str]) -> None:
        if name == "WAIT FOR DIGIT":
            self.running = name
            if self._real_time:
                self._timer = asyncio.get_running_loop().call_later(int(arguments[0]) / 1000, self.expire)
        elif name == "GET DATA":
            self._get_data(*arguments)
        elif name == "EXEC":
            self._execute(arguments[0], arguments[1] if len(arguments) > 1 else "")
        elif name == "STREAM FILE":
            self.send(f"200 result={0 if self._play(arguments[0]) else -1} endpos=0\n")
        elif name == "GET VARIABLE":
            value = self.variables.get(arguments[0])
            self.send("200 result=0\n" if value is None else f"200 result=1 ({value})\n")
        elif name == "SET VARIABLE":
            self.variables[arguments[0]] = arguments[1]
            self.send("200 result=1\n")
        elif name == "SET MUSIC":
            self.music = arguments[0].upper() == "ON"
            self.send("200 result=0\n")
        elif name == "CHANNEL STATUS":
            self.send("200 result=6\n")
        elif name == "HANGUP":
            self.send("200 result=1\n")
            self.hang_up()
        else:  # ANSWER, NOOP
            self.send("200 result=0\n")

    def _play(self, sound: str) -> bool:
        if sound in self.missing_sounds:
            return False
        if sound and self._record:
            self.played.append(sound)
        return True

    def _get_data(self, sound: str, timeout_ms: str = "0", most: str = "1024") -> None:
        del timeout_ms
        if not self._play(sound):
            self.send("200 result=-1\n")
            return
        self._wanted = int(most)
        self._pressed = ""
        self.running = "GET DATA"
        if self.keys:
            for key in self.keys.popleft() or ():
                self.press(key)
            self.expire()

    def _execute(self, application: str, data: str) -> None:
        if self._record:
            self.executed.append((application, data))
        if application in {"Set", "MSet"}:
            for assignment in data.split(",") if application == "MSet" else [data]:
                name, _, value = assignment.partition("=")
                self.variables[name] = value
        elif application == "StartMusicOnHold":
            self.music = True
        elif application == "Dial":
            self.music = False
            self.dialled.append(data)
            if not self.dials:
                self.running = "EXEC"
                return
            dialled = self.dials.popleft()
            self.variables["DIALSTATUS"] = dialled.status
            self.send(f"200 result={dialled.result}\n")
            return
        elif application == "NoSuch":
            self.send("200 result=-2\n")
            return
        self.send("200 result=0\n")

    def _end(self, answer: str) -> None:
        self._stop()
        self.send(answer + "\n")
        self._go_on()

    def _stop(self) -> None:
        self.running = ""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
