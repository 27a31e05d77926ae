"""A whole exchange of its own on this machine: Asterisk and engine, started and stopped together.

Owns the choice of free ports, the settings file of such an exchange, and the two processes. The
demonstration, the tests on real Asterisk and the benchmark all stand on it. Simulates nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

import yaml

from ivr.asterisk.process import AsteriskProcess
from ivr.asterisk.site import Telephone, Trunk
from ivr.demo.errors import AsteriskEndedError, EngineFailedError, PortTakenError
from ivr.installation import site_of
from ivr.menu.number import load_numbers
from ivr.numbers import NumberPlan, Pseudonyms
from ivr.toolbox import find_program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.asterisk.site import Site
    from ivr.menu.number import Number
    from ivr.settings import Settings

HOST = "127.0.0.1"
SOFTPHONE = "softphone"  # the account by which a person may phone in with a telephone of their own
TRUNK = "citizens"  # simulated citizens come over a trunk that is known by its address
AUDIO_PORTS = 2_000  # two for each leg of a call
FIRST_AUDIO_PORTS = range(20_000, 60_000, AUDIO_PORTS)
ENGINE_READY_S = 60.0  # prompts that are not in the cache are spoken first
ENGINE_STOP_S = 45.0  # it lets telephones ring out for 30 s, and its follower catch up for 10
POLL_S = 0.05
ORDINARY_TUESDAY = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001  # local, as in the settings file


def free_port(preferred: int = 0, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return `preferred` if it can be bound on loopback, another free port otherwise."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise PortTakenError(f"no port on {HOST} is free; end some of the programs that use them")


def free_audio_ports() -> int:
    """Return the first port of a block that is free."""
    for first in FIRST_AUDIO_PORTS:
        if all(free_port(port, socket.SOCK_DGRAM) == port for port in range(first, first + AUDIO_PORTS)):
            return first
    raise PortTakenError(
        f"no {AUDIO_PORTS} UDP ports in a row on {HOST} are free for audio; "
        "end some of the programs that use them"
    )


def stand_settings(base: Settings, state: Path, *, sip_port: int | None = None) -> Settings:
    """Return settings for an exchange on loopback below `state`, on free ports (or the given SIP port).

    Callers are told the opening hours of an ordinary Tuesday at ten, unless `base` names another moment.
    """
    audio = free_audio_ports()
    return replace(
        base,
        state=state.absolute(),
        database="",
        agi_port=free_port(base.agi_port),
        ami_port=free_port(base.ami_port),
        sip_host=HOST,
        sip_port=sip_port or free_port(base.sip_port, socket.SOCK_DGRAM),
        first_audio_port=audio,
        last_audio_port=audio + AUDIO_PORTS - 1,
        trunks=(Trunk(TRUNK, "address", HOST, watch_s=0),),
        as_if=base.as_if or ORDINARY_TUESDAY,
    )


@dataclass(slots=True)
class Stand:
    """Asterisk and engine for `settings`: `async with Stand(settings) as stand: …`."""

    settings: Settings
    numbers: Sequence[Number] = ()
    watch_s: int = 0  # how often telephones are asked whether they are there; 0: never
    engine_command: Sequence[str] = (sys.executable, "-m", "cli")
    engine_ami_port: int = 0  # where the engine finds AMI, if something stands between it and Asterisk
    asterisk: AsteriskProcess = field(init=False)
    _engine: asyncio.subprocess.Process | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Read the menus and describe the Asterisk."""
        self.numbers = self.numbers or load_numbers(self.settings.menus, self.settings.ground)
        program = find_program("asterisk").reaching(self.settings.prompts.parent, self.settings.state)
        self.asterisk = AsteriskProcess(self._site(), program)

    async def __aenter__(self) -> Self:
        """Start both, or neither."""
        try:
            await self.asterisk.start()
            await self.start_engine()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop both."""
        await self.stop()

    @property
    def settings_file(self) -> Path:
        """The `vaxel.yaml` by which every `vaxel` command finds this exchange."""
        return self.settings.state / "vaxel.yaml"

    @property
    def engine_log(self) -> Path:
        """What the engine says."""
        return self.settings.state / "engine.log"

    @property
    def engine_pid(self) -> int | None:
        """The engine's process while it runs."""
        return self._engine.pid if self._engine and self._engine.returncode is None else None

    @property
    def softphone_password(self) -> str:
        """What a person's own telephone registers with as `softphone`."""
        return self.asterisk.site.secrets.telephones[SOFTPHONE].reveal()

    def check(self) -> None:
        """Raise `EngineFailedError` or `AsteriskEndedError` when either has ended by itself."""
        if self._engine is not None and self._engine.returncode is not None:
            raise EngineFailedError(f"ended with exit code {self._engine.returncode}", self.engine_log)
        if self.asterisk.pid is None:
            raise AsteriskEndedError(self.asterisk.log)

    def password(self, agent: str) -> str:
        """What an agent's telephone registers with."""
        return self.asterisk.site.secrets.telephones[agent].reveal()

    def pseudonym(self, caller: str) -> str | None:
        """Return what the call log has in place of a caller's number."""
        plan = NumberPlan(self.settings.region, self.settings.area)
        return Pseudonyms(self.settings.secrets.pseudonym_key()).of(plan.caller(caller))[0]

    async def start_engine(self) -> None:
        """Start the engine and return when it answers calls; raise `EngineFailedError` otherwise."""
        self._write_settings()
        log = os.open(self.engine_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._engine = await asyncio.create_subprocess_exec(
                *self.engine_command,
                "--settings",
                str(self.settings_file),
                "serve",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is ours: the engine ends when we say so
            )
        finally:
            os.close(log)
        deadline = asyncio.get_running_loop().time() + ENGINE_READY_S
        while not await self._answers():
            if self._engine.returncode is not None:
                raise EngineFailedError(f"ended with exit code {self._engine.returncode}", self.engine_log)
            if asyncio.get_running_loop().time() > deadline:
                raise EngineFailedError(f"did not answer within {ENGINE_READY_S:g} s", self.engine_log)
            await asyncio.sleep(POLL_S)

    async def kill_engine(self) -> None:
        """End the engine as a crash does: at once, without a word to anybody."""
        engine, self._engine = self._engine, None
        if engine is not None and engine.returncode is None:
            engine.kill()
            await engine.wait()

    async def stop_engine(self) -> None:
        """End the engine; do nothing when it has ended."""
        engine, self._engine = self._engine, None
        if engine is None or engine.returncode is not None:
            return
        engine.terminate()
        try:
            await asyncio.wait_for(engine.wait(), ENGINE_STOP_S)
        except TimeoutError:
            engine.kill()
            await engine.wait()

    async def stop(self) -> None:
        """End engine and Asterisk. Asterisk first would cut calls off that the engine then logs as lost."""
        try:
            await self.stop_engine()
        finally:
            await self.asterisk.stop()

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self.settings.agi_host, self.settings.agi_port)
        except OSError:
            return False
        writer.close()
        return True

    def _site(self) -> Site:
        settings = self.settings
        site = site_of(settings, self.numbers, settings.state / "asterisk" / "etc")
        agents = [telephone.id for telephone in (*site.agents, *site.officers)]
        return replace(
            site,
            secrets=settings.secrets.open([*agents, SOFTPHONE]),
            softphone=Telephone(SOFTPHONE),
            telephone_watch_s=self.watch_s,
        )

    def _write_settings(self) -> None:
        settings = self.settings
        content: dict[str, object] = {
            "state": str(settings.state),
            "menus": str(settings.menus.absolute()),
            "prompts": str(settings.prompts.absolute()),
            "region": settings.region,
            "area": settings.area,
            "agi": {"host": settings.agi_host, "port": settings.agi_port},
            "ami": {
                "host": settings.ami_host,
                "port": self.engine_ami_port or settings.ami_port,
                "user": settings.ami_user,
            },
            "sip": {
                "host": settings.sip_host,
                "port": settings.sip_port,
                "first audio port": settings.first_audio_port,
                "last audio port": settings.last_audio_port,
            },
            "trunks": [{"name": trunk.name, "host": trunk.host} for trunk in settings.trunks],
        }
        if settings.as_if is not None:
            content["as if"] = settings.as_if.isoformat(" ", "minutes")
        if settings.scripts is not None:
            content["scripts"] = str(settings.scripts.absolute())
        if settings.reloads:
            content["automatic reload"] = "yes"
        self.settings_file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
