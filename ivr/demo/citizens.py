"""Simulated citizens: real calls by SIPp, one scenario for all, each citizen a line of its values.

    async with Crowd(citizens, sipp, calls=10, period_s=1.0) as crowd:
        report = await crowd.finished(within_s=60)

Owns the scenario, SIPp's process and its files, which hold callers' numbers and are deleted in the end. What
the files say is `ivr.demo.citizen_log`'s matter. A citizen hangs up when the patience is over or is hung up
on, at any time; keys go as SIP INFO, which stands any number of calls at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import signal
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from jinja2 import Environment, PackageLoader, StrictUndefined

from ivr.demo.citizen_log import CitizenEnd, CitizensReport, first_complaint, read_report
from ivr.demo.errors import CitizenUnplayableError, PortTakenError, SippFailedError, SippMissingError
from ivr.demo.sound import SoundPort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.demo.transactions import Address

LONGEST_CALL_S: Final = 3600.0  # how long a citizen stays who never hangs up first
REFUSALS: Final = (400, 401, 403, 404, 408, 480, 484, 486, 487, 488, 500, 502, 503, 504, 600, 603)
# SIPp places no more calls after one SIGUSR1, and hangs up those it has after another; signals that come
# together would be taken for one. SIGTERM would leave the far end with calls that nobody is in any more.
FAREWELL: Final = (
    (signal.SIGUSR1, 0.1),
    (signal.SIGUSR1, 3.0),
    (signal.SIGTERM, 1.0),
    (signal.SIGKILL, 5.0),
)
NO_COMMAND: Final = (126, 127)  # exit codes of a shell or chroot that cannot run what it was given
CALL_FAILED: Final = 1  # SIPp's exit code when at least one call failed; 0 when none did
NOTHING_PLAYED: Final = 99
_USER: Final = re.compile(r"\+?[0-9A-Za-z_.\-]{1,40}")
_KEYS: Final = re.compile(r"[0-9*#A-D]?")


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key, and how long after the answer (or the key before it) it is pressed."""

    after_s: float
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Citizen:
    """What one citizen does on the telephone."""

    caller: str = field(repr=False)  # the number to phone from
    presses: tuple[KeyPress, ...] = ()
    stays_s: float | None = None  # after the last key (or the answer) until hanging up; None: never first
    withheld: bool = False  # From is anonymous; the operator still vouches for the number, marked private
    audio_port: int | None = None  # where to have the sound sent: an ear's port; None: nowhere


@dataclass(frozen=True, slots=True)
class Sipp:
    """How SIPp is run and whom it phones."""

    command: tuple[str, ...]  # may enter a root folder first: (..., "/usr/bin/sipp")
    trunk: Address  # Asterisk's SIP address
    called: str  # the number that is phoned
    port: int  # SIPp's own SIP port: Asterisk knows the trunk by its address
    host: str = "127.0.0.1"
    folder: Path | None = None  # for its files, seen at the same path inside the root folder; None: temporary


class Crowd:
    """Citizens who phone in, `calls` of them per `period_s`, at most `at_once`: an asynchronous context.

    Leaving the context ends SIPp, with BYE for the calls that are open.
    Raises `CitizenUnplayableError`, `PortTakenError`, `SippMissingError` and `SippFailedError`.
    """

    def __init__(
        self,
        citizens: Sequence[Citizen],
        sipp: Sipp,
        *,
        calls: int,
        period_s: float = 1.0,
        at_once: int = 1000,
    ) -> None:
        self._citizens = tuple(citizens)
        self._sipp = sipp
        self._rate = ("-r", str(calls), "-rp", str(round(period_s * 1000)), "-l", str(at_once))
        self._slots = max((len(citizen.presses) for citizen in citizens), default=0)
        self._scenario = write_scenario(sipp.called, self._slots)
        self._process: asyncio.subprocess.Process | None = None
        self._folder: Path | None = None
        self._sink: SoundPort | None = None
        self._last_words = b""

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def so_far(self) -> CitizensReport:
        """Read how the calls stand now."""
        if self._folder is None:
            raise SippFailedError("citizens: there is no report before they start or after they are closed")
        return read_report(
            [citizen.caller for citizen in self._citizens],
            log=_text(self._folder / "log"),
            statistics=_text(self._folder / "statistics"),
            errors=_text(self._folder / "errors"),
            running=self._process is None or self._process.returncode is None,
        )

    def stop_calling(self) -> None:
        """Place no more calls; those that are open go on to their end."""
        if self.so_far().count(CitizenEnd.NOT_PLACED):  # SIPp would hang up the open ones otherwise
            self._signal(signal.SIGUSR1)

    async def finished(self, within_s: float) -> CitizensReport:
        """Wait until every citizen has hung up, or the deadline has passed; read how it went.

        Open calls at the deadline are reported as unfinished, and go on until `close`.
        """
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    self._judge(await self._wait())
        return self.so_far()

    async def close(self) -> None:
        """End SIPp, hanging up what is open, and delete its files."""
        for order, patience_s in FAREWELL:
            if self._process is None or self._process.returncode is not None:
                break
            self._signal(order)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._wait()
        if self._sink is not None:
            self._sink.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def _start(self) -> None:
        _check_port(self._sipp)
        self._sink = SoundPort(asyncio.get_running_loop(), self._sipp.host, listens=False)
        self._folder = Path(tempfile.mkdtemp(prefix="citizens-", dir=self._sipp.folder))
        try:
            values = write_values(self._citizens, self._slots, self._sipp, self._sink.port)
            (self._folder / "values.csv").write_text(values, encoding="utf-8")
            (self._folder / "scenario.xml").write_bytes(self._scenario)
            self._process = await asyncio.create_subprocess_exec(
                *self._arguments(self._folder),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            await self.close()
            raise _missing(self._sipp, error.strerror or "not found") from error
        except BaseException:
            await self.close()
            raise

    def _arguments(self, folder: Path) -> list[str]:
        sipp = self._sipp
        return [
            *(*sipp.command, f"{sipp.trunk[0]}:{sipp.trunk[1]}"),
            *("-sf", str(folder / "scenario.xml"), "-inf", str(folder / "values.csv")),
            *("-i", sipp.host, "-p", str(sipp.port), "-bind_local", "-ci", sipp.host),
            *("-m", str(len(self._citizens)), *self._rate),
            *("-nostdin", "-aa", "-skip_rlimit"),
            *("-trace_logs", "-log_file", str(folder / "log")),
            *("-trace_err", "-error_file", str(folder / "errors")),
            *("-trace_stat", "-stf", str(folder / "statistics"), "-fd", "1"),
        ]

    async def _wait(self) -> int:
        """Wait for SIPp's end, draining what it says."""
        process = self._process
        if process is None:
            return 0
        if process.stderr is not None:
            while said := await process.stderr.read(4096):
                self._last_words = (self._last_words + said)[-2000:]
        return await process.wait()

    def _judge(self, code: int) -> None:
        """Tell calls that failed, which the report shows, from a SIPp that could not play."""
        words = self._last_words.decode("utf-8", "replace")
        if code in (0, CALL_FAILED, NOTHING_PLAYED):
            return
        if code in NO_COMMAND:
            raise _missing(self._sipp, f"exit code {code}")
        if "Address already in use" in words:
            raise _taken(self._sipp)
        raise SippFailedError(
            f"SIPp ended with exit code {code}, expected 0 or 1; it said: {first_complaint(words)}"
        )

    def _signal(self, order: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(order)


def write_scenario(called: str, slots: int) -> bytes:
    """Render the scenario for citizens who press at most `slots` keys."""
    if not _USER.fullmatch(called):
        raise CitizenUnplayableError(
            "citizens: the called number must be a plain SIP user, such as +46858028500"
        )
    environment = Environment(
        loader=PackageLoader("ivr.demo", "scenarios"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - SIP inside CDATA: nothing may be escaped
    )
    text = environment.get_template("citizen.xml.j2").render(
        called=called,
        slots=slots,
        refusals=REFUSALS,
    )
    return text.encode()


def write_values(citizens: Sequence[Citizen], slots: int, sipp: Sipp, silent_port: int) -> str:
    """Write SIPp's CSV: one line per citizen, the fields that the scenario's comment names."""
    rows = ["SEQUENTIAL"]
    for index, citizen in enumerate(citizens):
        if not _USER.fullmatch(citizen.caller):
            raise CitizenUnplayableError(f"citizen {index}: the caller's number must be a plain SIP user")
        if not all(press.key and _KEYS.fullmatch(press.key) for press in citizen.presses):
            raise CitizenUnplayableError(f"citizen {index}: a key must be one of 0-9, *, #, A-D")
        own = f"sip:{citizen.caller}@{sipp.host}"
        fields = [
            str(index),
            "sip:anonymous@anonymous.invalid" if citizen.withheld else own,
            own,
            "id" if citizen.withheld else "none",
            str(citizen.audio_port or silent_port),
            _ms(LONGEST_CALL_S if citizen.stays_s is None else citizen.stays_s),
        ]
        for press in citizen.presses:
            fields += [press.key, _ms(press.after_s)]
        fields += ["-", "0"] * (slots - len(citizen.presses))
        rows.append(";".join(fields))
    return "\n".join(rows) + "\n"


def _ms(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _check_port(sipp: Sipp) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((sipp.host, sipp.port))
        except OSError as error:
            raise _taken(sipp) from error


def _taken(sipp: Sipp) -> PortTakenError:
    return PortTakenError(f"citizens' SIP port {sipp.host}:{sipp.port} is in use; choose another for SIPp")


def _missing(sipp: Sipp, why: str) -> SippMissingError:
    return SippMissingError(
        f"SIPp cannot be started as '{' '.join(sipp.command)}': {why}; install Debian's sip-tester"
    )
