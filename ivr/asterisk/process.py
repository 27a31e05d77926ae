"""One Asterisk, running: started in the foreground, watched until it is ready, stopped by its id.

Owns the process and what must be true before it starts: folders, configuration, free ports, no
leftover of an earlier run. Must not know what the calls are. Raises `PortBusyError`, `FolderUnusableError`,
`UnfitSettingError`, `StartFailedError`, and `MissingProgramError` of `ivr.toolbox`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ivr.asterisk.errors import PortBusyError, StartFailedError
from ivr.asterisk.render import write
from ivr.open_files import allow_open_files
from ivr.toolbox import Program, find_program

if TYPE_CHECKING:
    from types import TracebackType

    from ivr.asterisk.site import Site

READY_DEADLINE_S = 30.0  # measured: 0.7 s; a slow, cold machine gets forty times that
STOP_DEADLINE_S = 5.0  # measured: 0.1 s with calls up
POLL_S = 0.02  # between two looks whether the manager interface is open yet
CONNECT_DEADLINE_S = 1.0
LOG_TAIL_LINES = 12
MAX_ANSWER = 65_536  # bytes of the manager's greeting that are read while waiting


@dataclass(slots=True)
class AsteriskProcess:
    """Asterisk with this site's configuration: `async with AsteriskProcess(site): …`."""

    site: Site
    program: Program | None = None  # found when it is not given
    ready_deadline_s: float = READY_DEADLINE_S
    started_in_s: float = 0.0  # from the start to fully booted
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        """Start, or raise."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    @property
    def pid(self) -> int | None:
        """Return the process's id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def log(self) -> Path:
        """Return the file that Asterisk writes warnings and errors to."""
        return self.site.folders.log / "messages"

    @property
    def console(self) -> Path:
        """Return the file that holds what Asterisk printed, also before its log was open."""
        return self.site.folders.log / "console"

    def command(self, *arguments: str) -> tuple[str, ...]:
        """Return the command that runs this site's Asterisk with further arguments."""
        folders = self.site.folders
        if self.program is None:
            self.program = find_program("asterisk")
        program = self.program.reaching(*dict.fromkeys(folder.parent for folder in folders.all()))
        return (*program.command, "-C", str(folders.config / "asterisk.conf"), *arguments)

    async def start(self) -> None:
        """Write the configuration, start Asterisk, and return when it is fully booted."""
        began = time.monotonic()
        command = self.command("-f")
        self.site.folders.make()
        await self._end_leftover()
        check_ports(self.site)
        write(self.site, self.site.folders.config)
        with self.console.open("wb") as console:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                cwd=self.site.folders.state,
                env=_environment(),
                start_new_session=True,  # Ctrl-C at the terminal is ours: Asterisk ends when we say so
            )
        allow_open_files(self._process.pid)
        try:
            await self._wait_until_ready()
        except BaseException:
            await self.stop()
            raise
        self.started_in_s = time.monotonic() - began

    async def stop(self) -> None:
        """End Asterisk and every call in it; do nothing when it has ended."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_DEADLINE_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def ask(self, command: str) -> str:
        """Return what a command of Asterisk's own console answers."""
        process = await asyncio.create_subprocess_exec(
            *self.command("-rx", command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=_environment(),
        )
        answer, _ = await asyncio.wait_for(process.communicate(), self.ready_deadline_s)
        return answer.decode(errors="replace")

    async def _wait_until_ready(self) -> None:
        assert self._process is not None  # noqa: S101 - start() has set it
        ended = asyncio.create_task(self._process.wait(), name="asterisk-ended")
        ready = asyncio.create_task(_fully_booted(self.site), name="asterisk-ready")
        try:
            done, _ = await asyncio.wait(
                (ended, ready), timeout=self.ready_deadline_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (ended, ready):
                task.cancel()
            await asyncio.gather(ended, ready, return_exceptions=True)
        if ready in done:
            return
        if ended in done:
            how = f"ended with exit code {ended.result()} before it was ready"
        else:
            how = f"was not ready after {self.ready_deadline_s:g} s"
        raise StartFailedError(f"Asterisk {how}; its log is {self.log}\n{self._last_words()}")

    def _last_words(self) -> str:
        lines: list[str] = []
        for path in (self.console, self.log):
            with contextlib.suppress(OSError):
                lines += path.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:]) or "(it has written nothing)"

    async def _end_leftover(self) -> None:
        """End an Asterisk that an earlier, killed run of ours left behind in the same folders.

        A process is ours only when its command line names our configuration file.
        """
        pid_file = self.site.folders.run / "asterisk.pid"
        try:
            pid = int(pid_file.read_text())
        except (OSError, ValueError):
            return
        ours = str(self.site.folders.config / "asterisk.conf").encode()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + STOP_DEADLINE_S
            while ours in _command_line(pid):
                if time.monotonic() > deadline:
                    break
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
                await asyncio.sleep(POLL_S)
        pid_file.unlink(missing_ok=True)


def check_ports(site: Site) -> None:
    """Raise `PortBusyError` naming the first port of the site that somebody else has.

    The engine's AGI port is not Asterisk's and is not looked at.
    """
    udp, tcp = socket.SOCK_DGRAM, socket.SOCK_STREAM
    wanted = [
        ("SIP", "UDP", site.sip_host, site.sip_port, udp),
        ("AMI", "TCP", site.ami_host, site.ami_port, tcp),
    ]
    if site.uses("tcp"):
        wanted.append(("SIP", "TCP", site.sip_host, site.sip_port, tcp))
    if site.tls is not None:
        wanted.append(("SIP over TLS", "TCP", site.sip_host, site.tls.port, tcp))
    media = f"RTP (sound, ports {site.rtp_first} to {site.rtp_last})"
    wanted += [(media, "UDP", site.sip_host, port, udp) for port in range(site.rtp_first, site.rtp_last + 1)]
    for purpose, protocol, host, port, kind in wanted:
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == tcp:  # connections that have just ended do not keep a listener out
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise PortBusyError(
                    f"{protocol} port {port} on {host} for {purpose} cannot be used: {error.strerror}; "
                    "end what uses it, or choose another port"
                ) from None


async def _fully_booted(site: Site) -> None:
    """Return when Asterisk says that every module is up."""
    login = (
        f"Action: Login\r\nUsername: {site.ami_user}\r\nSecret: {site.secrets.ami.reveal()}\r\n"
        "Events: system\r\n\r\n"
    ).encode()
    while True:
        with contextlib.suppress(
            OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):
            async with asyncio.timeout(CONNECT_DEADLINE_S):
                reader, writer = await asyncio.open_connection(site.ami_host, site.ami_port, limit=MAX_ANSWER)
            try:
                writer.write(login)
                async with asyncio.timeout(CONNECT_DEADLINE_S):
                    await reader.readuntil(b"Event: FullyBooted")
                return
            finally:
                writer.close()
        await asyncio.sleep(POLL_S)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _environment() -> dict[str, str]:
    """Return what Asterisk inherits: no secrets of ours, a fixed language, the machine's time zone."""
    kept = ("PATH", "TZ", "TMPDIR", "VAXEL_TOOLBOX_BINDS", "VAXEL_TOOLBOX_WAY")
    return {"LANG": "C.UTF-8"} | {name: os.environ[name] for name in kept if name in os.environ}
