"""Where the programs are that Växel runs: Asterisk, SIPp, espeak-ng.

Owns the search and the refusal of what is too old; starts nothing for longer than its version's
answer. Must not know what the programs are used for. Errors:

    Exception
    └── ToolboxError
        └── MissingProgramError    not there, or not fit: says which, where it was sought, what to do

The order: what the environment names (VAXEL_ASTERISK, VAXEL_SIPP, VAXEL_ESPEAK_NG), PATH when it is
fit there, the toolbox that `make setup` fetched (`.cache/toolbox`, or the folder VAXEL_TOOLBOX).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ProgramName: TypeAlias = Literal["asterisk", "sipp", "espeak-ng"]

ASTERISK_SERIES = (22,)  # the only one that Växel is tested on
ASTERISK_LEAST = (22, 10, 1)  # the release of June 2026 that mended 20 security advisories
VERSION_DEADLINE_S = 10.0  # for a program to say its version: a cold disk, not a network
_VERSION = re.compile(r"\bv?(\d+(?:\.\d+)+)")
_ASK: Mapping[ProgramName, str] = {"asterisk": "-V", "sipp": "-v", "espeak-ng": "--version"}
_CHECKOUT = Path(__file__).resolve().parents[1]


class ToolboxError(Exception):
    """Anything that finding a program reports."""


class MissingProgramError(ToolboxError):
    """A program is not there or not fit: says which, what was found, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Library:
    """The folders that come with Asterisk, as Asterisk sees them."""

    modules: Path
    data: Path  # the documentation that Asterisk reads its own settings from
    sounds: Path
    music: Path


@dataclass(frozen=True, slots=True)
class Program:
    """A program that can be started: `command` and then its arguments."""

    name: ProgramName
    command: tuple[str, ...]
    version: str
    in_toolbox: bool
    root: Path = Path("/")  # the folder that its own files lie under

    def reaching(self, *folders: Path) -> Program:
        """Return the program with `folders` in its sight, at the same paths; they must exist.

        What lies below /tmp, the checkout and the current folder is always in sight.
        """
        if not self.in_toolbox:
            return self
        enter, *rest = self.command
        binds = (word for folder in folders for word in ("-b", str(folder.resolve())))
        return replace(self, command=(enter, *binds, *rest))

    @contextmanager
    def made_ready(self) -> Iterator[Program]:
        """Give the program for many short runs: the toolbox is entered once, and stays open meanwhile.

        Entering takes 20 ms, which is twice as long as espeak-ng speaks. Where that cannot be, each run
        enters by itself, as ever.
        """
        if not self.in_toolbox:
            yield self
            return
        enter, *rest = self.command
        pipe = subprocess.PIPE
        with ExitStack() as open_box:
            words: tuple[str, ...] = ()
            with suppress(OSError):
                held = subprocess.Popen((enter, "-o", *rest), stdin=pipe, stdout=pipe, stderr=pipe)
                words = _words_of(open_box.enter_context(held))  # ends with its input
            is_open = bool(words) and _ask_version(self.name, words) is not None
            yield replace(self, command=words) if is_open else self

    def library(self) -> Library:
        """Return the folders that come with this Asterisk, or raise `MissingProgramError` naming one."""
        share = self.root / "usr/share/asterisk"
        modules = self._first(
            "usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules", "usr/lib64/asterisk/modules"
        )
        data = share if share.is_dir() else self._first("var/lib/asterisk")
        return Library(
            modules=modules,
            data=data,
            sounds=self._first("usr/share/asterisk/sounds/en*", "var/lib/asterisk/sounds/en*"),
            music=self._first("usr/share/asterisk/moh", "var/lib/asterisk/moh"),
        )

    def _first(self, *patterns: str) -> Path:
        for pattern in patterns:
            for folder in sorted(self.root.glob(pattern)):
                if folder.is_dir() and any(folder.iterdir()):
                    return folder
        raise MissingProgramError(
            f"{self.name} {self.version}: no folder {' or '.join(str(self.root / p) for p in patterns)} "
            "with anything in it; run `make setup`, or install Asterisk's sounds and music"
        )


def find_program(name: ProgramName, environment: Mapping[str, str] = os.environ) -> Program:
    """Return the first fit program of that name; raise `MissingProgramError` when there is none."""
    variable = "VAXEL_" + name.upper().replace("-", "_")
    if named := environment.get(variable):
        version = _ask_version(name, (named,))
        if reason := _unfit(name, version, series_only=True):
            raise MissingProgramError(f"{name}: {variable} names {named}, {reason}")
        return Program(name, (named,), version or "", in_toolbox=False)
    passed_over = ""
    if found := shutil.which(name, path=environment.get("PATH")):
        version = _ask_version(name, (found,))
        if not (reason := _unfit(name, version)):
            return Program(name, (found,), version or "", in_toolbox=False)
        passed_over = f"; {found} was passed over: {reason}"
    box = Path(environment.get("VAXEL_TOOLBOX") or _CHECKOUT / ".cache/toolbox").resolve()
    inside = "/usr/sbin/asterisk" if name == "asterisk" else f"/usr/bin/{name}"
    if not (box / "stamp").is_file() or not (box / "root" / inside[1:]).exists():
        raise MissingProgramError(
            f"{name} is neither on PATH nor in the toolbox {box}{passed_over}; "
            f"run `make setup`, or name one with {variable}"
        )
    command = (str(box / "enter"), "--", inside)
    version = _stamped_version(box) if name == "asterisk" else _ask_version(name, command)
    if reason := _unfit(name, version, series_only=True):
        raise MissingProgramError(f"{name} in the toolbox {box}: {reason}; run `make setup`")
    return Program(name, command, version or "", in_toolbox=True, root=box / "root")


def is_outdated(asterisk_version: str) -> bool:
    """Whether an Asterisk of this version lacks known security fixes: worth a warning at start."""
    version = _read_version(asterisk_version)
    return version is not None and _numbers(version) < ASTERISK_LEAST


def _unfit(name: ProgramName, version: str | None, *, series_only: bool = False) -> str:
    """Return why that version cannot be used, or nothing.

    What was named or fetched on purpose may be an older release of the series: the engine warns of it.
    """
    if version is None:
        return "which does not start or tells no version"
    numbers = _numbers(version)
    if name == "asterisk" and (
        numbers[: len(ASTERISK_SERIES)] != ASTERISK_SERIES or (numbers < ASTERISK_LEAST and not series_only)
    ):
        least = ".".join(map(str, ASTERISK_LEAST))
        return f"version {version}, but {least} or later in series {ASTERISK_SERIES[0]} is needed"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _ask_version(name: ProgramName, command: tuple[str, ...]) -> str | None:
    try:
        answer = subprocess.run(
            (*command, _ASK[name]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_DEADLINE_S,
            check=False,  # SIPp says its version and ends with 99
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _read_version(answer.stdout.decode(errors="replace"))


def _words_of(held: subprocess.Popen[bytes]) -> tuple[str, ...]:
    """Read the command that an open toolbox tells, a line for each word; nothing if it fails."""
    assert held.stdout is not None  # noqa: S101  # it was begun with pipes
    late = Timer(VERSION_DEADLINE_S, held.kill)
    late.start()
    words: list[str] = []
    try:
        while line := held.stdout.readline():
            if line == b"\n":
                return tuple(words)
            words.append(os.fsdecode(line[:-1]))
    finally:
        late.cancel()
    return ()


def _stamped_version(box: Path) -> str | None:
    """Return what the toolbox wrote down when it was made: asking costs 30 ms."""
    return _read_version((box / "stamp").read_text().partition("asterisk ")[2])


def _read_version(text: str) -> str | None:
    found = _VERSION.search(text)
    return found[1] if found else None
