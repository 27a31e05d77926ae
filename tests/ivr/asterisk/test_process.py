"""Starting and stopping Asterisk: ports first, then the real one, two at once, and what a failure says."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.asterisk.errors import PortBusyError, StartFailedError
from ivr.asterisk.process import AsteriskProcess, check_ports
from ivr.asterisk.site import Folders, Site, Telephone
from ivr.toolbox import ASTERISK_LEAST, Program
from tests.ivr.asterisk.sites import full_site, on_free_ports, small_site

LOOPBACK = "127.0.0.1"
# Linux names a process's memory in this file, see proc(5).
RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
MOST_MEMORY_MB = 90  # measured: 57


def stand_in(tmp_path: Path, *words: str) -> Program:
    """Return a program that behaves as these shell words instead of as Asterisk."""
    script = tmp_path / "asterisk"
    script.write_text("#!/bin/sh\n" + "\n".join(words) + "\n")
    script.chmod(0o755)
    return Program("asterisk", (str(script),), "22.10.1", in_toolbox=False)


@pytest.mark.parametrize(
    ("field", "kind", "words"),
    [
        (
            "sip_port",
            socket.SOCK_DGRAM,
            "UDP port {} on 127.0.0.1 for SIP cannot be used: Address already in use",
        ),
        (
            "ami_port",
            socket.SOCK_STREAM,
            "TCP port {} on 127.0.0.1 for AMI cannot be used: Address already in use",
        ),
        ("rtp_last", socket.SOCK_DGRAM, "UDP port {} on 127.0.0.1 for RTP (sound, ports "),
    ],
)
def test_a_busy_port_is_named_with_its_purpose(field: str, kind: socket.SocketKind, words: str) -> None:
    site = on_free_ports(replace(full_site(), trunks=(), tls=None))
    port = getattr(site, field)
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind((LOOPBACK, port))
        if kind == socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(PortBusyError) as caught:
            check_ports(site)
    assert words.format(port) in str(caught.value)
    check_ports(site)


def test_an_asterisk_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    """The error holds the exit code, where the log is, and the last lines of what was printed."""
    site = quiet_site(tmp_path)
    asterisk = AsteriskProcess(site, stand_in(tmp_path, "echo first; echo the module is missing >&2; exit 3"))
    with pytest.raises(StartFailedError) as caught:
        asyncio.run(asterisk.start())
    assert str(caught.value) == (
        f"Asterisk ended with exit code 3 before it was ready; its log is {site.folders.log}/messages\n"
        "first\nthe module is missing"
    )
    assert asterisk.pid is None


def test_an_asterisk_that_is_never_ready_is_ended(tmp_path: Path) -> None:
    site = quiet_site(tmp_path)
    asterisk = AsteriskProcess(site, stand_in(tmp_path, "echo $$ >pid; exec sleep 60"), ready_deadline_s=0.3)
    with pytest.raises(StartFailedError, match=r"was not ready after 0\.3 s.*\n\(it has written nothing\)"):
        asyncio.run(asterisk.start())
    pid = int((site.folders.state / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()


def quiet_site(folder: Path) -> Site:
    """Return a site below `folder` that needs no Asterisk."""
    folders = Folders.below(folder / "a")
    return on_free_ports(replace(full_site(), folders=folders, trunks=(), tls=None))


def _status(pid: int | None) -> str:
    return Path(f"/proc/{pid}/status").read_text()


@pytest.mark.asterisk
def test_asterisk_starts_clean_and_small() -> None:
    """Fully booted, nothing in its log, the right version, music, telephones, and little memory."""

    async def scene() -> None:
        with tempfile.TemporaryDirectory(prefix="vx-") as folder:
            async with AsteriskProcess(small_site(Path(folder))) as asterisk:
                version = re.search(r"Asterisk (22(?:\.\d+)+)", await asterisk.ask("core show version"))
                assert version is not None
                assert tuple(map(int, version[1].split("."))) >= ASTERISK_LEAST
                endpoints = await asterisk.ask("pjsip show endpoints")
                assert re.findall(r"^ Endpoint:  (\w\S*)", endpoints, re.MULTILINE) == [
                    "anna",
                    "citizen",
                    "trunk-loop",
                ]
                assert "Mode: playlist" in await asterisk.ask("moh show classes")
                tracks = re.findall(r"File: (\S+)", await asterisk.ask("moh show files"))
                assert sorted(track.rpartition("/")[2] for track in tracks) == [
                    "macroform-robot_dity",
                    "manolo_camp-morning_coffee",
                    "reno_project-system",
                ]
                assert (await asterisk.ask("moh show files")).count("File: ") >= 2
                dialplan = await asterisk.ask("dialplan show")
                shown = re.findall(r"Context '([^']+)'", dialplan)
                assert sorted(shown) == [
                    "vaxel-agents",
                    "vaxel-ended",
                    "vaxel-exchange",
                    "vaxel-fallback",
                    "vaxel-in",
                    "vaxel-onanswer",
                    "vaxel-onfallback",
                    "vaxel-person",
                    "vaxel-target",
                ]
                assert "Server Disabled" in await asterisk.ask("http show status")
                assert "SHELL" not in await asterisk.ask("core show functions")
                memory = RESIDENT.search(_status(asterisk.pid))
                assert memory is not None
                assert int(memory[1]) / 1024 < MOST_MEMORY_MB
                assert asterisk.started_in_s < 5
            assert not re.search("WARNING|ERROR", asterisk.log.read_text() + asterisk.console.read_text())

    asyncio.run(scene())


@pytest.mark.asterisk
def test_two_asterisks_at_once_do_not_meet() -> None:
    async def scene() -> None:
        with (
            tempfile.TemporaryDirectory(prefix="vx-") as first,
            tempfile.TemporaryDirectory(prefix="vx-") as second,
        ):
            async with AsteriskProcess(small_site(Path(first))) as one:
                site = replace(
                    small_site(Path(second)), name="other", agents=(Telephone("anna"),), softphone=None
                )
                async with AsteriskProcess(site) as other:
                    assert "System name:                 vaxel" in await one.ask("core show settings")
                    assert "System name:                 other" in await other.ask("core show settings")
                    assert one.pid != other.pid
                with pytest.raises(PortBusyError):
                    check_ports(one.site)
                check_ports(site)

    asyncio.run(scene())


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:
        return ""


# A run that is killed: it starts Asterisk, says its id and is gone without a word.
KILLED_RUN = """
import asyncio, os, sys
from pathlib import Path
from ivr.asterisk.process import AsteriskProcess
from tests.ivr.asterisk.sites import small_site

async def scene():
    asterisk = AsteriskProcess(small_site(Path(sys.argv[1])))
    await asterisk.start()
    print(asterisk.pid, flush=True)
    os._exit(9)

asyncio.run(scene())
"""


@pytest.mark.asterisk
def test_an_asterisk_left_behind_by_a_killed_run_is_ended_by_the_next() -> None:
    with tempfile.TemporaryDirectory(prefix="vx-") as folder:
        killed = subprocess.run(
            (sys.executable, "-c", KILLED_RUN, folder), stdout=subprocess.PIPE, check=False
        )
        left_behind = int(killed.stdout)
        assert "asterisk" in _command_line(left_behind)

        async def next_run() -> None:
            async with AsteriskProcess(small_site(Path(folder))) as asterisk:
                assert asterisk.pid != left_behind

        asyncio.run(next_run())
        assert _command_line(left_behind) == ""  # gone, or dead and not yet buried by its new parent
