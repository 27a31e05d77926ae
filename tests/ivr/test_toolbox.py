"""Finding Asterisk, SIPp and espeak-ng: the order, the refusal of what is too old, the toolbox itself."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ivr.toolbox import Library, MissingProgramError, Program, find_program, is_outdated

CHECKOUT = Path(__file__).resolve().parents[2]
SAYS = {
    "asterisk": "Asterisk {}+dfsg-1",
    "sipp": " SIPp v{}-TLS-SCTP-PCAP.",
    "espeak-ng": "eSpeak NG text-to-speech: {}  Data at: /usr/share/espeak-ng-data",
}


def program(folder: Path, name: str, version: str, code: int = 0) -> Path:
    """Put a program into the folder that says this version as the real one would."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho\necho '{SAYS[name].format(version)}'\nexit {code}\n")
    path.chmod(0o755)
    return path


def toolbox(folder: Path, version: str = "22.10.1") -> Path:
    """Make a folder that looks as the toolbox does."""
    for inside in ("usr/sbin/asterisk", "usr/bin/sipp", "usr/bin/espeak-ng"):
        (folder / "root" / inside).parent.mkdir(parents=True, exist_ok=True)
        (folder / "root" / inside).touch()
    (folder / "stamp").write_text(f"list 0123456789\nasterisk {version}+dfsg+~cs6.17-1\n")
    (folder / "enter").write_text("#!/bin/sh\necho ' SIPp v3.8.0'\n")
    (folder / "enter").chmod(0o755)
    return folder


def test_a_fit_asterisk_on_path_is_used(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "asterisk", "22.11.0")
    found = find_program(
        "asterisk", {"PATH": str(path.parent), "VAXEL_TOOLBOX": str(toolbox(tmp_path / "box"))}
    )
    assert found == Program("asterisk", (str(path),), "22.11.0", in_toolbox=False)
    assert found.reaching(tmp_path) == found
    assert not is_outdated(found.version)


@pytest.mark.parametrize("version", ["20.6.0", "22.9.9", "22.10.0", "23.0.0", "18.10"])
def test_a_distributions_unfit_asterisk_is_passed_over_for_the_toolbox(tmp_path: Path, version: str) -> None:
    path = program(tmp_path / "bin", "asterisk", version)
    box = toolbox(tmp_path / "box")
    found = find_program("asterisk", {"PATH": str(path.parent), "VAXEL_TOOLBOX": str(box)})
    assert found == Program(
        "asterisk",
        (str(box / "enter"), "--", "/usr/sbin/asterisk"),
        "22.10.1",
        in_toolbox=True,
        root=box / "root",
    )


def test_without_a_toolbox_the_unfit_one_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "asterisk", "20.6.0")
    with pytest.raises(MissingProgramError) as caught:
        find_program("asterisk", {"PATH": str(path.parent), "VAXEL_TOOLBOX": str(tmp_path / "none")})
    assert str(caught.value) == (
        f"asterisk is neither on PATH nor in the toolbox {tmp_path}/none; {path} was passed over: "
        "version 20.6.0, but 22.10.1 or later in series 22 is needed; "
        "run `make setup`, or name one with VAXEL_ASTERISK"
    )


def test_what_the_environment_names_comes_first(tmp_path: Path) -> None:
    program(tmp_path / "bin", "asterisk", "22.11.0")
    named = program(tmp_path / "own", "asterisk", "22.12.1")
    found = find_program("asterisk", {"PATH": str(tmp_path / "bin"), "VAXEL_ASTERISK": str(named)})
    assert (found.command, found.version) == ((str(named),), "22.12.1")


def test_an_asterisk_named_on_purpose_may_be_older_in_the_series_and_says_so(tmp_path: Path) -> None:
    named = program(tmp_path, "asterisk", "22.4.0")
    found = find_program("asterisk", {"PATH": "", "VAXEL_ASTERISK": str(named)})
    assert is_outdated(found.version)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("20.1.0", "version 20.1.0, but 22.10.1 or later in series 22 is needed"),
        ("unknown", "which does not start or tells no version"),
    ],
)
def test_an_unfit_program_named_on_purpose_is_refused(tmp_path: Path, version: str, words: str) -> None:
    named = program(tmp_path, "asterisk", version)
    with pytest.raises(MissingProgramError) as caught:
        find_program("asterisk", {"VAXEL_ASTERISK": str(named)})
    assert str(caught.value) == f"asterisk: VAXEL_ASTERISK names {named}, {words}"


def test_sipp_tells_its_version_with_an_exit_code_of_its_own(tmp_path: Path) -> None:
    path = program(tmp_path, "sipp", "3.6.1", code=99)
    assert find_program("sipp", {"PATH": str(tmp_path)}) == Program(
        "sipp", (str(path),), "3.6.1", in_toolbox=False
    )


def test_a_missing_espeak_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        MissingProgramError, match=r"espeak-ng is neither on PATH .* `make setup`, .* VAXEL_ESPEAK_NG"
    ):
        find_program("espeak-ng", {"PATH": str(tmp_path), "VAXEL_TOOLBOX": str(tmp_path)})


def test_a_program_in_the_toolbox_is_shown_further_folders(tmp_path: Path) -> None:
    box = toolbox(tmp_path / "box")
    found = find_program("sipp", {"PATH": "", "VAXEL_TOOLBOX": str(box)}).reaching(
        tmp_path / "a", tmp_path / "b"
    )
    assert found.command == (
        str(box / "enter"),
        *("-b", str(tmp_path / "a"), "-b", str(tmp_path / "b")),
        *("--", "/usr/bin/sipp"),
    )


def test_asterisks_own_folders_are_found_below_its_root(tmp_path: Path) -> None:
    for folder in (
        "lib/x86_64-linux-gnu/asterisk/modules",
        "share/asterisk/sounds/en_US_f_Allison",
        "share/asterisk/moh",
    ):
        (tmp_path / "usr" / folder).mkdir(parents=True)
        (tmp_path / "usr" / folder / "file").touch()
    found = Program("asterisk", ("asterisk",), "22.10.1", in_toolbox=False, root=tmp_path)
    assert found.library() == Library(
        modules=tmp_path / "usr/lib/x86_64-linux-gnu/asterisk/modules",
        data=tmp_path / "usr/share/asterisk",
        sounds=tmp_path / "usr/share/asterisk/sounds/en_US_f_Allison",
        music=tmp_path / "usr/share/asterisk/moh",
    )
    (tmp_path / "usr/share/asterisk/moh/file").unlink()
    with pytest.raises(MissingProgramError, match=r"no folder .*/moh .* with anything in it"):
        found.library()


@pytest.mark.asterisk
def test_the_toolbox_of_this_checkout_has_every_program() -> None:
    """Run as the machine allows it best, and with the toolbox's own libraries."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VAXEL_")}
    for way in ("", "library"):  # "": the best that this machine allows
        for name in ("asterisk", "sipp", "espeak-ng"):
            found = find_program(name, {**environment, "PATH": ""})
            assert found.in_toolbox
            answer = subprocess.run(
                (*found.command, "-V" if name == "asterisk" else "-v" if name == "sipp" else "--version"),
                env={**environment, "VAXEL_TOOLBOX_WAY": way},
                capture_output=True,
                check=False,
            )
            assert found.version in answer.stdout.decode(), (way, name)


@pytest.mark.asterisk
@pytest.mark.parametrize("way", ["", "library"])
def test_a_program_in_the_toolbox_keeps_its_process_and_its_files(tmp_path: Path, way: str) -> None:
    """It has the id that was started, takes its signals, and reads and writes where we do."""
    speak = find_program("espeak-ng", {**os.environ, "PATH": ""}).reaching(tmp_path)
    environment = {**os.environ, "VAXEL_TOOLBOX_WAY": way}
    words = ("-v", "sv", "-w", "hej.wav", "--stdin")
    subprocess.run((*speak.command, *words), input=b"hej", cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "hej.wav").read_bytes()[:4] == b"RIFF"
    with subprocess.Popen(
        (*speak.command, *words), stdin=subprocess.PIPE, cwd=tmp_path, env=environment
    ) as waiting:
        deadline = time.monotonic() + 10
        while (
            b"hej.wav" not in (line := Path(f"/proc/{waiting.pid}/cmdline").read_bytes()) or b"/enter" in line
        ):
            assert time.monotonic() < deadline
        waiting.send_signal(signal.SIGTERM)
        assert waiting.wait(10) == -signal.SIGTERM


@pytest.mark.asterisk
@pytest.mark.parametrize("way", ["", "library"])
def test_a_program_that_is_made_ready_does_the_same_without_entering(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAXEL_TOOLBOX_WAY", way)
    speak = find_program("espeak-ng", {**os.environ, "PATH": ""}).reaching(tmp_path)

    def spoken(program: Program, name: str) -> bytes:
        words = ("-v", "sv", "-w", name, "--stdin")
        subprocess.run((*program.command, *words), input=b"hej", cwd=tmp_path, check=True)
        return (tmp_path / name).read_bytes()

    with speak.made_ready() as ready:
        assert ready.command[0] in {"nsenter", "env"}
        assert spoken(ready, str(tmp_path / "a.wav")) == spoken(speak, "b.wav")
        with subprocess.Popen((*ready.command, "--stdin", "-q"), stdin=subprocess.PIPE) as waiting:
            waiting.kill()  # as is done when a deadline passes
            assert waiting.wait(10) == -signal.SIGKILL
    with speak.made_ready() as again:
        assert spoken(again, str(tmp_path / "c.wav")) == spoken(speak, "b.wav")


@pytest.mark.parametrize(
    "enter",
    [
        "echo 'toolbox: unknown option -o' >&2; exit 125",  # of an earlier version
        "echo false; echo; read -r end",  # what it tells does not work
        "echo",
        None,
    ],
)
def test_a_program_that_cannot_be_made_ready_is_entered_for_each_run(
    tmp_path: Path, enter: str | None
) -> None:
    box = toolbox(tmp_path / "box")
    found = find_program("sipp", {"PATH": "", "VAXEL_TOOLBOX": str(box)})
    if enter is None:
        (box / "enter").unlink()
    else:
        (box / "enter").write_text(f"#!/bin/sh\n{enter}\n")
    with found.made_ready() as ready:
        assert ready == found


def test_a_program_outside_the_toolbox_is_ready_as_it_is(tmp_path: Path) -> None:
    path = program(tmp_path, "espeak-ng", "1.52.0")
    found = find_program("espeak-ng", {"PATH": str(path.parent)})
    with found.made_ready() as ready:
        assert ready == found


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "no command given"),
        (("-x", "true"), "unknown option -x"),
        (("-b",), "-b needs a folder"),
    ],
)
def test_entering_wrongly_is_answered_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    box = tmp_path / "box"
    (box / "root/usr").mkdir(parents=True)
    enter = box / "enter"
    enter.write_text((CHECKOUT / "toolbox/enter").read_text())
    answer = subprocess.run(("sh", str(enter), *arguments), capture_output=True, check=False)
    assert answer.returncode == 125
    assert answer.stderr.decode().startswith(f"toolbox: {words}")
    assert answer.stderr.count(b"\n") == 1


def test_entering_a_toolbox_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    enter = tmp_path / "enter"
    enter.write_text((CHECKOUT / "toolbox/enter").read_text())
    answer = subprocess.run(("sh", str(enter), "true"), capture_output=True, check=False)
    assert answer.stderr.decode() == f"toolbox: there is no toolbox in {tmp_path}: run make setup\n"
